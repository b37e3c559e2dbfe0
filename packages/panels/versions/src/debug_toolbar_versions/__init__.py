"""Debug Toolbar panel: the versions of Python, the framework and every installed distribution."""
