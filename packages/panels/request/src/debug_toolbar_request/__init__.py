"""Debug Toolbar panel: what the client sent."""
