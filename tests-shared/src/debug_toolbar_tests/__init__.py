"""Tests of what spans the packages of Debug Toolbar for ASGI, and the fixtures they share."""
