"""The tour: the lesson as a live web site."""
