"""Debug Toolbar panel: what the application answered."""
