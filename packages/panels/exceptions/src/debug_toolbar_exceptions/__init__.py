"""Debug Toolbar panel: the exception of a request, with its traceback."""
