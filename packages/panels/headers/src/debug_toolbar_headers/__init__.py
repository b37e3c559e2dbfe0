"""Debug Toolbar panel: request and response headers, explained and checked."""
