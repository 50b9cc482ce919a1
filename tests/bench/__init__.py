"""The benchmark's own tests: that it measures right answers and reports what it was given."""
