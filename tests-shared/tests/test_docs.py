"""The documentation: every setting, hook and block is in it, and its code does what it says there."""

from __future__ import annotations

import re
import zlib
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from debug_toolbar_asgi import ASGIConfig
from debug_toolbar_core import Application, Config, Limits, Panel, Toolbar, blocks
from debug_toolbar_core.exchange import Plain, Request, Response

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
AUTHORS = (DOCS / "write-a-panel.md").read_text()
PARTS = [name for name in {**vars(Panel), **Panel.__annotations__} if not name.startswith("_")]
BLOCKS = [item for item in vars(blocks).values() if isinstance(item, type) and issubclass(item, blocks.Block)]


def sources(page: str) -> list[str]:
    """Return the Python of a page, block by block."""
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def run(page: str) -> dict[str, Any]:
    """Run the Python of a page as one module; returns its names."""
    names: dict[str, Any] = {"__name__": "documentation"}
    for code in sources(page):
        exec(compile(code, page, "exec"), names)  # noqa: S102 - it is our own page
    return names


@pytest.mark.parametrize("name", [item.name for item in (*fields(ASGIConfig), *fields(Limits))])
def test_every_setting_is_documented(name: str) -> None:
    """It has a row with its default and a sentence."""
    assert re.search(rf"^\| `{name}` \| \S+ \| .{{10,}} \|$", (DOCS / "configuration.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", PARTS)
def test_every_part_of_a_panel_is_documented(name: str) -> None:
    """Hooks and attributes are in the page for authors."""
    assert re.search(rf"^\| .*`{name}(\(\w+\))?`", AUTHORS, re.MULTILINE)


@pytest.mark.parametrize("name", [block.__name__ for block in BLOCKS if block is not blocks.Block])
def test_every_block_is_documented(name: str) -> None:
    """Each kind of block has a row."""
    assert f"\n| `{name}` |" in AUTHORS


@pytest.mark.parametrize("name", ["Fact", "Column", "Row", *get_args(blocks.Unit)])
def test_the_parts_of_blocks_are_documented(name: str) -> None:
    """What facts and tables are made of, and every unit, is named."""
    assert f"`{name}`" in AUTHORS


@pytest.mark.parametrize("folder", sorted((ROOT / "packages" / "panels").glob("*/")), ids=lambda folder: folder.name)
def test_every_option_of_a_panel_is_in_its_readme(folder: Path) -> None:
    """What `panel_options` may set of a panel stands in its README."""
    module = import_module(f"debug_toolbar_{folder.name.replace('-', '_')}")
    found = [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, Panel)]
    readme = (folder / "README.md").read_text()
    assert found
    for option in (field.name for panel in found if is_dataclass(panel) for field in fields(panel)):
        assert f"`{option}`" in readme


def test_the_environment_variables_are_read() -> None:
    """Those that the page names work as it says."""
    named = {"DEBUG_TOOLBAR_EXCLUDE": "versions,rout*", "DEBUG_TOOLBAR_PATHS": '{"/app": "/Users/me/app"}'}
    page = (DOCS / "configuration.md").read_text()
    assert 'DEBUG_TOOLBAR_EXCLUDE="versions,rout*"' in page
    assert """DEBUG_TOOLBAR_PATHS='{"/app": "/Users/me/app"}'""" in page
    config = Config().from_environment({**named, "DEBUG_TOOLBAR_EDITOR": "zed"})
    assert (config.exclude, config.paths, config.editor) == (("versions", "rout*"), {"/app": "/Users/me/app"}, "zed")
    assert Config().from_environment({"DEBUG_TOOLBAR_DISABLE": "timer"}).exclude == ("timer",)


async def test_the_configuration_of_the_page_works() -> None:
    """An application set up so answers, with the toolbar around it."""
    app = run("configuration.md")["app"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000") as client:
        assert "x-debug-toolbar-id" in (await client.get("/books")).headers
        assert "x-debug-toolbar-id" not in (await client.get("/static/style.css")).headers


async def test_the_panels_of_the_page_measure_and_show() -> None:
    """Size, spans of its own and of a patched library, and an action: each does what the page says."""
    names = run("write-a-panel.md")
    panels = [names[name]() for name in ("SizePanel", "PricePanel", "ZipPanel", "GreetPanel")]
    toolbar = Toolbar(Config(panels=panels, strict=True))
    original = zlib.compress
    toolbar.start(Application())
    try:
        with toolbar.capture("http") as record:
            record.wire = Plain(Request(), Response(200, size=2_000_000))
            assert names["price"]([1, 2]) == 3
            names["heard"]("elsewhere", 0.0)
            zlib.compress(b"")
    finally:
        toolbar.stop()
    assert zlib.compress is original
    loaded = await toolbar.load(record.id)
    size, price, _, greet = [toolbar.blocks(loaded, panel.name) for panel in panels]
    badges = [item.badge for item in toolbar.shown(loaded)]
    assert badges == [blocks.Badge("2000000 B"), blocks.Badge("2"), blocks.Badge("hello")]
    assert isinstance(size[-1], blocks.Notice)
    assert price == [blocks.Timeline("price")]
    assert greet == [blocks.Button("spell", "Spell it", {"index": 0})]
    assert [span.name for span in loaded.spans] == ["price the cart", "total", "elsewhere", "compress"]
    assert await toolbar.act(loaded, "greet", "spell", {"index": 0}) == [blocks.Code("H E L L O")]
