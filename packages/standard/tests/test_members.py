from importlib.metadata import entry_points, requires


def test_every_member_is_an_installed_panel() -> None:
    """What `debug-toolbar-standard` pulls in are panels, each found by its entry point."""
    panels = {entry.dist.name for entry in entry_points(group="debug_toolbar.panels") if entry.dist}
    members = {line.split(">=")[0].split("<")[0] for line in requires("debug-toolbar-standard") or ()}
    assert members
    assert members <= panels
