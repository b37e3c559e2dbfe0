from configparser import ConfigParser
from pathlib import Path

import wheels
import workspace


def test_a_built_package_is_as_declared(tmp_path: Path) -> None:
    """Wheel and sdist of a panel have its metadata, licence, types and code, and nothing else."""
    [timer] = [package for package in workspace.packages() if package.name == "timer"]
    assert list(wheels.problems(timer, *wheels.build(timer, tmp_path), workspace.version())) == []


def test_a_wheel_with_other_contents_is_a_problem() -> None:
    """A stray top-level folder, missing types and a missing front end are reported."""
    [timer] = [package for package in workspace.packages() if package.name == "timer"]
    stray = ["debug_toolbar_timer/__init__.py", "tests/test_panel.py"]
    assert list(wheels.content_problems(timer, stray)) == [
        "holds ['debug_toolbar_timer', 'tests']",
        "py.typed is missing",
    ]
    ui = workspace.Package(workspace.ROOT / "packages" / "ui")
    bare = ["debug_toolbar_ui/__init__.py", "debug_toolbar_ui/py.typed", "debug_toolbar_ui/static/bar-1.js"]
    assert set(wheels.content_problems(ui, bare)) == {
        "static/manifest.json is missing",
        "static/dock-….js is missing",
        "static/dashboard-….js is missing",
    }


def test_an_entry_point_leads_into_the_wheel() -> None:
    """An entry point whose module was not built is reported."""
    parser = ConfigParser()
    parser.read_string("[debug_toolbar.panels]\ntimer = debug_toolbar_timer.gone:TimerPanel\n")
    assert len(list(wheels.entry_point_problems(parser, ["debug_toolbar_timer/__init__.py"]))) == 1
