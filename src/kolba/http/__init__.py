"""A request as it was sent, read by functions that keep nothing and change nothing."""
