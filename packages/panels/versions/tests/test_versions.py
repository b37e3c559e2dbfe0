"""What the versions panel tells of an application."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from debug_toolbar_core import Application, Config, Toolbar
from debug_toolbar_core.blocks import Badge, Facts, Table
from debug_toolbar_versions import VersionsPanel
from debug_toolbar_versions.distributions import cut, installed
from debug_toolbar_versions.interpreter import pairs, python


class Shop(Application):
    """An application that knows its framework."""

    framework = "Litestar"
    version = "2.25.0"
    debug = True


@pytest.fixture
def toolbar() -> Toolbar:
    """Return a toolbar of an application with the versions panel."""
    toolbar = Toolbar(Config(panels=[VersionsPanel()], strict=True))
    toolbar.start(Shop())
    return toolbar


def distribution(folder: Path, name: str, metadata: str, entry_points: str = "") -> None:
    """Write an installed distribution, as an installer leaves it."""
    info = folder / f"{name}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    if entry_points:
        (info / "entry_points.txt").write_text(entry_points, encoding="utf-8")


async def test_versions_are_shown_once_for_the_application(toolbar: Toolbar) -> None:
    """The application's record tells Python, framework, process and distributions."""
    shown = toolbar.shown(await toolbar.load("app"))[0]
    assert shown.badge == Badge(platform.python_version())
    headline, facts, ours, others = shown.blocks
    assert isinstance(headline, Facts)
    assert isinstance(facts, Facts)
    assert [(item.label, item.value) for item in headline.items] == [
        (platform.python_implementation(), platform.python_version()), ("Litestar", "2.25.0"),
    ]  # fmt: skip
    values = {item.label: item.value for item in facts.items}
    assert values["debug"] is True
    assert values["process"] == os.getpid()
    assert values["executable"] == sys.executable
    assert isinstance(ours, Table)
    assert isinstance(others, Table)
    assert ("debug-toolbar-versions", version("debug-toolbar-versions")) in {row.cells[:2] for row in ours.rows}
    assert ("pytest", version("pytest")) in {row.cells[:2] for row in others.rows}


def test_requests_carry_nothing_of_it(toolbar: Toolbar) -> None:
    """No request pays for what is a fact of the application."""
    with toolbar.capture("http") as record:
        pass
    assert record.data == {}
    assert toolbar.shown(record) == []


def test_an_application_nobody_knows() -> None:
    """Without a framework's adapter the rest is shown, and without data nothing."""
    toolbar = Toolbar(Config(panels=[VersionsPanel()], strict=True))
    with toolbar.capture("app") as record:
        record.app = None
    (headline, _, _, _) = toolbar.blocks(record, "versions")
    assert isinstance(headline, Facts)
    assert len(headline.items) == 1
    record.data = {}
    assert toolbar.blocks(record, "versions") == []


async def test_a_secret_of_the_command_line_is_not_shown(toolbar: Toolbar, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of secret names keep their names and lose their values."""
    monkeypatch.setattr(sys, "argv", ["uvicorn", "shop:app", "--token", "hunter2", "--password=sesame9", "--reload"])
    blocks = toolbar.blocks(await toolbar.load("app"), "versions")
    assert isinstance(blocks[1], Facts)
    command = next(item.value for item in blocks[1].items if item.label == "command")
    assert command == "uvicorn shop:app --token [redacted] --password=[redacted] --reload"


def test_options_take_the_value_that_follows() -> None:
    """An option is paired with its value, another option or a plain argument is not."""
    assert pairs(["run", "-v", "--port", "80", "x", "y"]) == [["run", ""], ["-v", ""], ["--port", "80"], ["x", ""],
                                                              ["y", ""]]  # fmt: skip


def test_distributions_by_name_the_first_found_and_plugins_apart(tmp_path: Path) -> None:
    """Names are compared as installers do; what has the toolbar's entry points is one of its plug-ins."""
    first, second = tmp_path / "a", tmp_path / "b"
    distribution(first, "Zebra_Crossing-2", "Name: Zebra_Crossing\nVersion: 2\nSummary: Stripes.\n")
    distribution(first, "acme_git-1", "Name: acme-git\nVersion: 1\n", "[debug_toolbar.panels]\ngit = acme:Git\n")
    distribution(first, "broken-1", "Version: 1\n")
    distribution(first, "bare-1", "Name: bare\n")
    distribution(second, "zebra.crossing-1", "Name: zebra.crossing\nVersion: 1\n")
    others, ours = installed([str(first), str(second)])
    assert others == [["bare", "", ""], ["Zebra_Crossing", "2", "Stripes."]]
    assert ours == [["acme-git", "1", ""]]


def test_too_many_distributions_are_counted(toolbar: Toolbar) -> None:
    """Past a thousand the rest is counted, and the table's title says so."""
    lines, more = cut([[f"p{number}", "1", ""] for number in range(1_200)])
    assert (len(lines), more) == (1_000, 200)
    with toolbar.capture("app") as record:
        pass
    record.data["versions"] |= {"distributions": lines, "more": more}
    table = toolbar.blocks(record, "versions")[-1]
    assert isinstance(table, Table)
    assert table.title == "1,200 installed distributions, 1,000 of them here"


def test_a_package_that_is_named_like_a_secret_keeps_its_version() -> None:
    """A version is no secret, whatever its package is called."""
    encode = Toolbar(Config()).encoder.redactor.value
    lines = [["passlib-password", "1.7.4", "Password hashing."], ["secretstorage", "3.3.3", "Secrets."]]
    assert encode({"versions": {"distributions": lines}}) == {"versions": {"distributions": lines}}


@pytest.mark.parametrize("enabled", [True, False])
def test_an_interpreter_without_the_gil_says_so(monkeypatch: pytest.MonkeyPatch, enabled: bool) -> None:
    """Where Python can run without its lock, the panel tells whether it does."""
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: enabled, raising=False)
    assert python()["gil"] is enabled
