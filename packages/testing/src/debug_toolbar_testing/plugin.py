"""The pytest plugin: fixtures for authors of panels and stores."""
