"""The README: its set-ups work as they stand there, its panel is a panel, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from debug_toolbar_core import Config, Panel, Toolbar

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(heading: str) -> list[str]:
    """Return the Python of a section."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def run(code: str) -> dict[str, Any]:
    """Run code of the README as a module; returns its names."""
    names: dict[str, Any] = {"__name__": "readme"}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - it is our own README
    return names


SETUPS = blocks("Set up")


@pytest.mark.parametrize("code", SETUPS, ids=lambda code: re.findall(r"debug_toolbar_(\w+)", code)[0])
async def test_a_set_up_works_as_it_stands(server: Callable[[Any], str], code: str) -> None:
    """With nothing but the README's lines an application records its requests and has its dashboard."""
    url = server(run(code)["app"])
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.get("/from-the-readme", headers={"accept": "text/html"})
        assert "x-debug-toolbar-id" in answer.headers
        assert (await client.get("/_debug_toolbar/")).status_code == 200
        records = (await client.get("/_debug_toolbar/api/records")).json()["records"]
    assert [record["path"] for record in records] == ["/from-the-readme"]


def test_every_framework_has_its_set_up() -> None:
    """There is one for each adapter, and one for everything else."""
    assert [re.findall(r"debug_toolbar_(\w+)", code)[0] for code in SETUPS] == [
        "fastapi",
        "litestar",
        "starlette",
        "asgi",
    ]


async def test_the_panel_of_the_readme_is_one() -> None:
    """Its lines measure and show, and are not more than thirteen."""
    [code] = blocks("Your own panel")
    found = [each for each in run(code).values() if isinstance(each, type) and issubclass(each, Panel)]
    [panel] = [each for each in found if each is not Panel]
    toolbar = Toolbar(Config(panels=[panel()], strict=True))
    with toolbar.capture("http") as record:
        pass
    loaded = await toolbar.load(record.id)
    assert loaded.data["garbage"] == 0
    assert toolbar.blocks(loaded, "garbage")
    assert len([line for line in code.splitlines() if line.strip()]) <= 13


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture names a file that is there."""
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
