"""Debug Toolbar panel: the log lines of a request."""
