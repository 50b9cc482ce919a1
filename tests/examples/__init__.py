"""The examples: what each of them shows, and that the engine changes nothing of it."""
