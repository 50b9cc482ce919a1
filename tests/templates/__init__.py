"""The cheaper templates against stock Jinja: the same bytes, exceptions, lines and side effects."""
