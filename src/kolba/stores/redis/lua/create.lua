return create() and 1 or 0
