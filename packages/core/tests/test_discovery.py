"""Discovery: real distributions on the path; what fails is told and passed over."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, entry_points
from pathlib import Path
from zipfile import ZipFile

import pytest

from debug_toolbar_core import Config, ConfigurationError, Panel, Toolbar
from debug_toolbar_core.discovery import discover, distribution, entries, make_panels
from debug_toolbar_core.installed import installed

GOOD = """
from dataclasses import dataclass
from debug_toolbar_core import Panel
@dataclass
class {name}(Panel):
    name, title = "{entry}", "{entry}"
    group, order = "{group}", {order}
    size: int = 1
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Install distributions: a module each, and its entry points."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def add(distribution: str, source: str, entry_points: str) -> None:
        (tmp_path / f"{distribution}.py").write_text(source)
        info = tmp_path / f"{distribution}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(entry_points)

    yield add
    for name in set(sys.modules) - before:
        if name.startswith("dtx_"):
            del sys.modules[name]


def panel(install: object, entry: str, group: str = "data", order: int = 100, distribution: str | None = None) -> None:
    """Install a distribution with one good panel."""
    name = distribution or f"dtx_{entry}".replace("-", "_")
    install(
        name,
        GOOD.format(name="P", entry=entry, group=group, order=order),
        f"[debug_toolbar.panels]\n{entry} = {name}:P\n",
    )  # type: ignore[operator]  # the fixture's function


def broken(install: object, entry: str, source: str) -> None:
    """Install a distribution with a panel made of this source."""
    name = f"dtx_{entry}".replace("-", "_")
    install(name, source, f"[debug_toolbar.panels]\n{entry} = {name}:P\n")  # type: ignore[operator]  # the fixture's function


def names(config: Config) -> list[str]:
    """Return the names of the panels that these tests installed."""
    return [item.name for item in make_panels(config).panels if item.name.startswith("x-")]


def test_installed_means_on_in_menu_order(install: object) -> None:
    """Every installed panel is found, ordered by group, order and name."""
    for entry, group, order in [
        ("x-a", "application", 1),
        ("x-b", "data", 5),
        ("x-c", "data", 5),
        ("x-d", "request", 9),
        ("x-e", "own", 0),
    ]:
        panel(install, entry, group, order)
    assert names(Config()) == ["x-d", "x-b", "x-c", "x-a", "x-e"]


def test_what_is_left_out_is_not_imported(install: object) -> None:
    """An excluded panel's module is never loaded; patterns count."""
    broken(install, "x-loud", "raise SystemError('was imported')")
    panel(install, "x-fine")
    made = make_panels(Config(exclude=["x-l*"]))
    assert "x-loud" not in made.errors
    assert "dtx_x_loud" not in sys.modules


def test_a_given_order_with_instances_and_options(install: object) -> None:
    """`panels` says exactly which, in which order; options are the fields of the panel's dataclass."""
    panel(install, "x-a")
    panel(install, "x-b")

    class Mine(Panel):
        name, title = "mine", "Mine"

    mine = Mine()
    made = make_panels(Config(panels=["x-b", mine, "x-a"], panel_options={"x-a": {"size": 7}}))
    assert [item.name for item in made.panels] == ["x-b", "mine", "x-a"]
    assert made.panels[1] is mine
    assert made.panels[2].size == 7  # type: ignore[attr-defined]  # an option of this panel
    assert [item.name for item in make_panels(Config(panels=["x-a", "x-b"], exclude=["x-a"])).panels] == ["x-b"]


def test_mistakes_in_the_configuration_are_told_at_startup(install: object) -> None:
    """A panel that is not installed and an option it does not have are errors that say what there is."""
    panel(install, "x-a")
    with pytest.raises(ConfigurationError, match=r"x-a.*pip install debug-toolbar-x-b"):
        make_panels(Config(panels=["x-b"]))
    with pytest.raises(ConfigurationError, match="unexpected keyword argument 'sise'"):
        make_panels(Config(panels=["x-a"], panel_options={"x-a": {"sise": 1}}))


NOT_A_PANEL = "class P: pass"
FAULTS = [
    ("raise ImportError('needs x')", "dtx_x_bad 1.2 did not load: ImportError: needs x"),
    ("import sys; print('hello'); sys.exit(3)", "did not load: SystemExit: 3"),
    ("x = 1", "did not load: AttributeError"),
    ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "did not load: E"),
    (NOT_A_PANEL, "is not a Panel: its entry point made a P"),
    ("P = 3", "could not be made: TypeError"),
    ("def P(): raise SystemExit(1)", "could not be made: SystemExit"),
    ("def P(): raise OSError('disk')", "could not be made: OSError: disk"),
    ("from debug_toolbar_core import Panel\nclass P(Panel): pass", "needs a title"),
    ("from debug_toolbar_core import Panel\nclass P(Panel): name, title = 'other', 'Other'", "its name must be that"),
]


@pytest.mark.parametrize(("source", "said"), FAULTS)
def test_a_plug_in_that_fails_is_told_and_passed_over(
    install: object, source: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """R25: one warning that names what failed; the others load, and the error is kept to be shown."""
    broken(install, "x-bad", source)
    panel(install, "x-good")
    with caplog.at_level(logging.WARNING, "debug_toolbar"):
        tools = Toolbar(Config())
    assert "x-good" in tools.by_name
    assert "x-bad" not in tools.by_name
    assert said in tools.errors["x-bad"]
    assert sum("x-bad" in line.message for line in caplog.records) == 1


def test_an_interrupt_while_loading_passes(install: object) -> None:
    """Ctrl-C during the start stops it."""
    broken(install, "x-bad", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        make_panels(Config(panels=["x-bad"]))
    broken(install, "x-worse", "def P(): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        make_panels(Config(panels=["x-worse"]))


def test_two_plug_ins_of_one_name_are_an_error_that_names_both(install: object) -> None:
    """Neither is used; the same one registered twice is no conflict."""
    panel(install, "x-a", distribution="dtx_one")
    panel(install, "x-a", distribution="dtx_two")
    found = discover("panels", {"x-a"})
    assert found.loaded == {}
    assert "dtx_one 1.2" in found.errors["x-a"]
    assert "dtx_two 1.2" in found.errors["x-a"]
    assert "uninstall one" in found.errors["x-a"]
    panel(install, "x-b", distribution="dtx_three")
    install("dtx_four", "", "[debug_toolbar.panels]\nx-b = dtx_three:P\n")  # type: ignore[operator]  # the fixture's function
    assert list(discover("panels", {"x-b"}).loaded) == ["x-b"]


def test_strict_raises(install: object) -> None:
    """Under `strict`, for tests, a plug-in that does not load stops the start."""
    broken(install, "x-bad", "raise ImportError('needs x')")
    with pytest.raises(ConfigurationError, match="needs x"):
        make_panels(Config(panels=["x-bad"], strict=True))


def test_stores_are_found_by_the_scheme_of_their_url(install: object) -> None:
    """A store's entry point is called with the URL and the encoder; one that fails says why."""
    source = """
from debug_toolbar_core.memory import MemoryStore
def make(url, encoder):
    store = MemoryStore(encoder=encoder)
    store.url = url
    return store
"""
    install("dtx_store", source, "[debug_toolbar.stores]\nxfile = dtx_store:make\n")  # type: ignore[operator]  # the fixture's function
    install("dtx_nostore", "raise ImportError('needs y')", "[debug_toolbar.stores]\nyfile = dtx_nostore:make\n")  # type: ignore[operator]  # the fixture's function
    tools = Toolbar(Config(panels=[], store="xfile:///tmp/x"))
    assert tools.store.url == "xfile:///tmp/x"  # type: ignore[attr-defined]  # set above
    assert tools.store.encoder is tools.encoder  # type: ignore[attr-defined]  # a MemoryStore
    with pytest.raises(ConfigurationError, match="needs y"):
        Toolbar(Config(panels=[], store="yfile:///tmp/x"))
    assert "xfile" in [entry.name for entry in entries("stores")]


def test_the_first_distribution_of_a_name_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read straight from the folders is what `importlib.metadata` finds: sections, comments, first come."""
    for place, value in (("first", "shop:One"), ("second", "shop:Two")):
        info = tmp_path / place / "Shop_Panel-1.dist-info"
        info.mkdir(parents=True)
        text = f"[console_scripts]\nshop = shop:main\n\n[debug_toolbar.panels]\n# ours\nshop = {value} [more]\n"
        (info / "entry_points.txt").write_text(text)
        (tmp_path / place / "note.egg-info").write_text("a file")
    monkeypatch.setattr("sys.path", [str(tmp_path / "none"), str(tmp_path / "first"), str(tmp_path / "second")])
    assert [(entry.name, entry.value) for entry in installed("debug_toolbar.panels")] == [("shop", "shop:One [more]")]
    assert [(entry.name, entry.value) for entry in entry_points(group="debug_toolbar.panels")] == [
        ("shop", "shop:One [more]")
    ]


def test_distributions_in_archives_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip on the path, and what other finders know, is left to `importlib.metadata`."""
    with ZipFile(tmp_path / "panels.zip", "w") as archive:
        archive.writestr("shop-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: shop\nVersion: 1\n")
        archive.writestr("shop-1.dist-info/entry_points.txt", "[debug_toolbar.panels]\nshop = shop:Panel\n")
    monkeypatch.syspath_prepend(str(tmp_path / "panels.zip"))
    [entry] = [entry for entry in installed("debug_toolbar.panels") if entry.name == "shop"]
    assert distribution(entry) == "shop 1"


def test_other_finders_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finder that knows distributions of its own has them looked up by `importlib.metadata`."""

    class Finder:
        """Knows one distribution."""

        def find_spec(self, *arguments: object) -> None:
            return None

        def find_distributions(self, context: object = None) -> list[Distribution]:
            return [Known()]

    class Known(Distribution):
        """Registers one panel."""

        def read_text(self, filename: str) -> str | None:
            return {"METADATA": "Name: known\nVersion: 3\n", "entry_points.txt": ENTRIES}.get(filename)

        def locate_file(self, path: object) -> Path:
            return Path(str(path))

    monkeypatch.setattr("sys.meta_path", [*sys.meta_path, Finder()])
    [entry] = [entry for entry in installed("debug_toolbar.panels") if entry.name == "known"]
    assert distribution(entry) == "known 3"


ENTRIES = "[debug_toolbar.panels]\nknown = known:Panel\n"
