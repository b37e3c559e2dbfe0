"""What authors of panels and stores for Debug Toolbar test with: fixtures, conformance kits, sample records."""
