"""Debug Toolbar panel: the routes of the application and the one that matched."""
