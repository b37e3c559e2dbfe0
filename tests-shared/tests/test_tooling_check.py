import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import check
import derived
import layers
import settings
import template
import workspace

PYPROJECT = """
[project]
name = "whatever"
description = "Debug Toolbar panel: clouds."
dependencies = ["debug-toolbar-core>=0.0", "meteo>=2"]  # what it stands on

[project.entry-points."debug_toolbar.panels"]
cloud-cover = "debug_toolbar_cloud_cover:CloudCoverPanel"

[tool.debug-toolbar]
standard = true
"""
Make = Callable[..., workspace.Package]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty workspace of version 0.3.1."""
    (tmp_path / "pyproject.toml").write_text('[tool.debug-toolbar]\nversion = "0.3.1"\n')
    (tmp_path / "LICENSE").write_text("Do as you like.\n")
    (tmp_path / "docs").mkdir()
    for name in ("panels.md", "configuration.md"):
        (tmp_path / "docs" / name).write_text(f"# Panels\n\n{derived.BEGIN}\n{derived.END}\nmore\n")
    return tmp_path


@pytest.fixture
def make(root: Path) -> Iterator[Make]:
    """Make a package at a place in the workspace, with some code."""

    def made(place: str, code: str = "", pyproject: str = "[project]\ndescription = 'One.'\n") -> workspace.Package:
        package = workspace.Package(root / "packages" / place)
        package.source.mkdir(parents=True)
        package.pyproject.write_text(pyproject)
        (package.source / "__init__.py").write_text(code)
        return package

    yield made
    shutil.rmtree(root / "packages", ignore_errors=True)


def test_names_follow_from_the_folder(make: Make) -> None:
    """Distribution, module and role of a package come from where it stands."""
    package = make("panels/http-client")
    assert (package.distribution, package.module) == (
        "debug-toolbar-http-client",
        "debug_toolbar_http_client",
    )
    assert package.role == "panels"
    assert make("core").role == "core"


def test_every_package_of_this_repository_is_found() -> None:
    """Packages in groups, packages beside them, and the shared tests are all in the workspace."""
    found = {package.distribution for package in workspace.packages()}
    assert {
        "debug-toolbar-core",
        "debug-toolbar-timer",
        "debug-toolbar-fastapi",
        "debug-toolbar-tests-shared",
    } <= found


def test_a_fixed_package_agrees_with_the_template(root: Path, make: Make) -> None:
    """What --fix writes, the check accepts; a second --fix changes nothing."""
    everything = [make("core"), make("panels/cloud-cover", pyproject=PYPROJECT)]
    panel = everything[1]
    assert list(template.compare(panel, "0.3.1", everything))
    assert template.fix(panel, "0.3.1", everything)
    assert list(template.compare(panel, "0.3.1", everything)) == []
    assert not template.fix(panel, "0.3.1", everything)


def test_a_fix_keeps_what_is_the_packages_own(make: Make) -> None:
    """Ranges of siblings follow the version; foreign dependencies, entry points and own tables stay."""
    everything = [make("core"), make("panels/cloud-cover", pyproject=PYPROJECT)]
    template.fix(everything[1], "0.3.1", everything)
    project = everything[1].config["project"]
    assert project["dependencies"] == ["debug-toolbar-core>=0.3,<0.4", "meteo>=2"]
    assert project["entry-points"]["debug_toolbar.panels"] == {
        "cloud-cover": "debug_toolbar_cloud_cover:CloudCoverPanel"
    }
    assert everything[1].standard


def test_standard_depends_on_the_panels_that_say_so(make: Make) -> None:
    """The members of `standard` are the panels marked as such, in the range of the version."""
    everything = [
        make("core"),
        make("panels/cloud-cover", pyproject=PYPROJECT),
        make("panels/rain"),
        make("standard"),
    ]
    template.fix(everything[3], "0.3.1", everything)
    assert everything[3].dependencies == ["debug-toolbar-cloud-cover>=0.3,<0.4"]


def test_an_entry_point_has_the_name_of_its_folder(make: Make) -> None:
    """A panel whose entry point is named otherwise is a problem."""
    package = make("panels/rain", pyproject=PYPROJECT)
    assert any("cloud-cover" in problem for problem in template.compare(package, "0.3.1", [package]))


@pytest.mark.parametrize(
    ("place", "code", "problem"),
    [
        ("core", "import requests", "standard library"),
        ("core", "def later():\n    import requests", "standard library"),
        ("asgi", "from starlette.types import Scope", "standard library"),
        ("panels/rain", "import sqlalchemy", "import it in a function"),
        (
            "panels/rain",
            "try:\n    import sqlalchemy\nexcept ImportError:\n    pass",
            "import it in a function",
        ),
        ("panels/rain", "import debug_toolbar_cloud_cover", "does not give"),
        ("panels/rain", "from debug_toolbar_core import Panel", "without depending"),
    ],
)
def test_a_wrong_import_is_a_problem(make: Make, place: str, code: str, problem: str) -> None:
    """Imports that the table, or the declared dependencies, do not allow are reported."""
    siblings = [make(name) for name in ("panels/cloud-cover", "core") if name != place]
    package = make(place, code)
    assert any(problem in found for found in layers.problems(package, [*siblings, package]))


@pytest.mark.parametrize(
    "code",
    [
        "import json\nfrom . import parts",
        "def hook():\n    import sqlalchemy",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sqlalchemy",
    ],
)
def test_a_panel_may_import_a_library_later(make: Make, code: str) -> None:
    """The standard library is free, and a panel's subject may be imported in a function or for types."""
    package = make("panels/rain", code)
    assert list(layers.problems(package, [package])) == []


def test_a_wrong_dependency_is_a_problem(make: Make) -> None:
    """A panel that depends on another panel, and a core that depends on a library, are reported."""
    cloud = make("panels/cloud-cover", pyproject=PYPROJECT)
    rain = make("panels/rain", pyproject='[project]\ndependencies = ["debug-toolbar-cloud-cover>=0.3,<0.4"]')
    core = make("core", pyproject='[project]\ndependencies = ["msgspec"]')
    assert any("debug-toolbar-cloud-cover" in found for found in layers.problems(rain, [cloud, rain]))
    assert any("msgspec" in found for found in layers.problems(core, [core]))


def test_derived_files_are_written(root: Path, make: Make) -> None:
    """--fix writes the table of panels between its markers, and each package's licence."""
    make("core")
    panel = make("panels/cloud-cover", pyproject=PYPROJECT)
    assert set(check.fix(root)) >= {root / "docs" / "panels.md", panel.folder / "LICENSE"}
    page = (root / "docs" / "panels.md").read_text()
    assert "| [cloud-cover](../packages/panels/cloud-cover/README.md) | clouds. | yes |" in page
    assert page.endswith(f"{derived.END}\nmore\n")
    assert list(check.fix(root)) == []


def test_settings_are_tabled_from_the_code(tmp_path: Path) -> None:
    """A setting's row has its default as written and its docstring; one without a docstring is refused."""
    module = tmp_path / "config.py"
    size = 'size: int = 2_000\n    """Bytes | kept."""'
    module.write_text(f"class Config:\n    {size}\n    paths: dict = field(default_factory=dict)\n")
    found = settings.settings(module, "Config")
    assert next(found) == settings.Setting("size", "`2,000`", "Bytes \\| kept.")
    with pytest.raises(ValueError, match="paths needs a docstring"):
        next(found)


def test_a_package_lacks_nothing(make: Make) -> None:
    """A package without README, tests or py.typed is reported for each."""
    package = make("core")
    found = set(check.package_problems(package, [package], "0.3.1"))
    assert {"README.md is missing", "tests is missing", "src/debug_toolbar_core/py.typed is missing"} <= found


def test_a_package_in_a_new_group_needs_its_patterns(root: Path, make: Make) -> None:
    """A group that neither Hatch nor mypy was told of is reported for both."""
    (root / "hatch.toml").write_text('[envs.default]\nworkspace.members = ["packages/panels/*"]\n')
    with (root / "pyproject.toml").open("a") as file:
        file.write('[tool.mypy]\nfiles = ["packages/panels/*/src"]\n')
    known, new = make("panels/rain"), make("stores/bucket")
    assert list(check.workspace_problems(root, [known])) == []
    assert len(list(check.workspace_problems(root, [new]))) == 2
