"""What is installed again before the tests and the demo: what Hatch itself does not see to be stale."""

from __future__ import annotations

from pathlib import Path

import pytest

import refresh
import workspace

PYPROJECT = """
[project]
name = "debug-toolbar-timer"
entry-points."debug_toolbar.panels".timer = "debug_toolbar_timer:TimerPanel"
"""
HOOK = """
class FrontEnd:
    def __init__(self, root):
        self.root = root

    def is_fresh(self):
        return (self.root / "built").exists()
"""


@pytest.fixture
def timer(tmp_path: Path) -> workspace.Package:
    """The timer, as it is installed here, in another folder."""
    folder = tmp_path / "packages" / "panels" / "timer"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    return workspace.Package(folder)


def test_what_is_as_it_was_installed_is_left_alone(timer: workspace.Package) -> None:
    """Nothing is installed again for nothing: the command is run before every test run."""
    assert not refresh.is_stale(timer)


def test_another_entry_point_is_seen(timer: workspace.Package) -> None:
    """A renamed class, and a further entry point, must be found by discovery."""
    timer.pyproject.write_text(PYPROJECT.replace("TimerPanel", "WallPanel"))
    assert refresh.is_stale(timer)
    again = workspace.Package(timer.folder)
    again.pyproject.write_text(PYPROJECT + '\nscripts.tick = "debug_toolbar_timer:tick"\n')
    assert refresh.is_stale(again)


def test_a_package_that_is_not_installed_is_stale(tmp_path: Path) -> None:
    """One that is new."""
    folder = tmp_path / "packages" / "panels" / "nobody-has-this"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[project]\n")
    assert refresh.is_stale(workspace.Package(folder))


def test_what_is_not_built_is_seen(timer: workspace.Package) -> None:
    """A new clone in the place of an old one finds its environment, and has no front end."""
    (timer.folder / "hatch_build.py").write_text(HOOK)
    assert refresh.is_stale(timer)
    (timer.folder / "built").touch()
    assert not refresh.is_stale(timer)


def test_nothing_is_stale_here() -> None:
    """These very tests run on what the checkout says."""
    assert [package.name for package in workspace.packages() if refresh.is_stale(package)] == []
