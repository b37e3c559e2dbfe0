"""Files for other tools, opened in one of them: speedscope shows what was recorded, in the same units."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_async import AsyncPanel
from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Badge, Block, Code, Flame, Frame, Profile
from debug_toolbar_memory import MemoryPanel
from debug_toolbar_profiling import ProfilingPanel, exports
from debug_toolbar_tests.browsing import Watch

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "packages" / "ui" / "frontend"
NASTY = "<img src=x onerror=alert(1)> caf\xe9"
FRAMES = [
    Frame("main", "/app/main.py", 1, "app"),
    Frame("list_books", "/app/views.py", 41, "app"),
    Frame("execute", "/lib/sqlalchemy/engine.py", 7, "sqlalchemy"),
    Frame(NASTY, NASTY, 3, NASTY),
]
STACKS = [[0, 1, 2], [0, 1], [0, 3], [0, 1, 2]]
CPU = Profile("CPU", STACKS, [0.02, 0.01, 0.05, 0.02])
KEPT = Profile("Kept", STACKS, [2_048, 0, 1_024, 1_024], "bytes")
CALLS = Profile("Calls", STACKS, [1, 2, 3, 4], "count")
IN_SECONDS = {
    ("main", "100.00ms (100%)", "0.00ns (<0.01%)"),
    ("list_books", "50.00ms (50%)", "10.00ms (10%)"),
    ("execute", "40.00ms (40%)", "40.00ms (40%)"),
    (NASTY, "50.00ms (50%)", "50.00ms (50%)"),
}
IN_BYTES = {
    ("main", "4.00 KB (100%)", "0 B (<0.01%)"),
    ("list_books", "3.00 KB (75%)", "0 B (<0.01%)"),
    ("execute", "3.00 KB (75%)", "3.00 KB (75%)"),
    (NASTY, "1.00 KB (25%)", "1.00 KB (25%)"),
}
COLLAPSED = {
    ("main (main.py:1)", "100,000 (100%)", "0 (<0.01%)"),
    ("list_books (views.py:41)", "50,000 (50%)", "10,000 (10%)"),
    ("execute (engine.py:7)", "40,000 (40%)", "40,000 (40%)"),
    (f"{NASTY} ({NASTY}:3)", "50,000 (50%)", "50,000 (50%)"),
}


class FlamePanel(Panel):
    """Shows a flame of known weights, and the files that the profiling panel makes of it for who has no browser."""

    name, title, group = "flame", "Flame", "runtime"

    def view(self, record: Record) -> Iterable[Block]:
        """Yield the flame, then the files."""
        yield Badge("on")
        yield Flame(FRAMES, [CPU, KEPT, CALLS], "Shelves")
        flame = Flame(FRAMES, [CPU])
        yield Code(exports.speedscope(flame, "Shelves"), "json", filename="made.speedscope.json")
        yield Code(exports.collapsed(flame, CPU), filename="made.collapsed.txt")


class Speedscope:
    """The application of the npm package, in a page of its own."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    async def open(self, file: Path) -> str:
        """Choose a file as its user does; return what the page is called once that is shown."""
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.url}/index.html#view=sandwich")
        await self.page.locator("#file").set_input_files(file)
        await self.page.locator("tr:visible td").first.wait_for()
        return await self.page.title()

    async def profiles(self) -> dict[str, str]:
        """Return the names of the file's profiles with their whole weights; of one alone it has no list."""
        rows = self.page.locator("table", has_text="Total Weight").locator("tbody tr")
        cells = [await row.locator("td").all_text_contents() for row in await rows.all()]
        return {name: weight for _, name, weight in cells}

    async def functions(self) -> set[tuple[str, str, str]]:
        """Return each function of the profile with its total and its own weight."""
        rows = self.page.locator("tr:visible", has=self.page.locator("td"))
        cells = [await row.locator("td").all_inner_texts() for row in await rows.all()]
        return {(name.strip(), total.strip(), own.strip()) for total, own, name in cells}


@pytest.fixture(scope="module")
def application() -> Path:
    """Where speedscope's files are; they are installed first where they are not yet, or those of another version."""
    wanted = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]["node_modules/speedscope"]["version"]
    package = FRONTEND / "node_modules" / "speedscope"
    found = package / "package.json"
    if not found.is_file() or json.loads(found.read_text())["version"] != wanted:
        # The node for that is in an environment of its own, where `hatch run front` installs the same.
        install = "import sys; sys.path.insert(0, '.ci'); import front; sys.exit(front.install())"
        subprocess.run([".ci/hatch", "run", "front-end:python", "-c", install], cwd=ROOT, check=True)
    return package / "dist" / "release"


@pytest.fixture
def speedscope(server: Callable[[Any], str], watch: Watch, application: Path) -> Callable[[Page], Speedscope]:
    """Serve speedscope; that Chromium without a graphics card is slow at WebGL is no fault of a file."""
    from starlette.staticfiles import StaticFiles

    watch.expected.append("GPU stall due to ReadPixels")
    url = server(StaticFiles(directory=application))
    return lambda page: Speedscope(page, url)


async def downloaded(button: Locator, folder: Path) -> Path:
    """Press a button, and return the file that it saves, under the name that it proposes."""
    async with button.page.expect_download() as waiting:
        await button.click()
    download = await waiting.value
    await download.save_as(folder / download.suggested_filename)
    return folder / download.suggested_filename


async def shown(page: Page, server: Callable[[Any], str], app: Any, *panels: Panel) -> str:
    """Record one request, and return where the dashboard shows it; a panel's name comes behind."""
    config = ASGIConfig(panels=list(panels), always=[panel.name for panel in panels if panel.on_demand], budget=30.0)
    url = server(DebugToolbar(app, config))
    answer = await page.request.get(url, timeout=60_000)
    return f"{url}/_debug_toolbar/#/r/{answer.headers['x-debug-toolbar-id']}/"


async def answered(scope: Any, receive: Any, send: Any) -> None:
    """Answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def test_speedscope_opens_a_flame(
    page: Page, server: Callable[[Any], str], tmp_path: Path, speedscope: Callable[[Page], Speedscope]
) -> None:
    """All profiles of the file are there under their names, and each function with its weights, in their units."""
    await page.goto(await shown(page, server, answered, FlamePanel()) + "flame")
    flame = page.locator("dt-flame")
    await flame.get_by_role("button", name="Kept").click()
    file = await downloaded(flame.get_by_role("button", name="speedscope"), tmp_path)
    scope = speedscope(page)
    assert await scope.open(file) == "Shelves - speedscope"
    assert await scope.profiles() == {"CPU": "100.00ms", "Kept": "4.00 KB", "Calls": "10"}
    assert await scope.functions() == IN_BYTES, "the chosen profile comes first"
    await page.keyboard.press("p")
    await page.locator("tr:visible", has_text="50.00ms (50%)").first.wait_for()
    assert await scope.functions() == IN_SECONDS


async def test_speedscope_opens_collapsed_stacks(
    page: Page, server: Callable[[Any], str], tmp_path: Path, speedscope: Callable[[Page], Speedscope]
) -> None:
    """A line for each stack is read as it was meant: functions with their places, in whole microseconds."""
    await page.goto(await shown(page, server, answered, FlamePanel()) + "flame")
    file = await downloaded(page.locator("dt-flame").get_by_role("button", name="Collapsed"), tmp_path)
    scope = speedscope(page)
    assert await scope.open(file) == f"{file.name} - speedscope"
    assert await scope.functions() == COLLAPSED


async def test_speedscope_opens_what_is_made_without_a_browser(
    page: Page, server: Callable[[Any], str], tmp_path: Path, speedscope: Callable[[Page], Speedscope]
) -> None:
    """The files of the profiling panel's actions tell it the same as those of the flame graph."""
    await page.goto(await shown(page, server, answered, FlamePanel()) + "flame")
    buttons = page.locator("dt-code").get_by_role("button", name="Download")
    await buttons.nth(1).wait_for()
    files = [await downloaded(button, tmp_path) for button in await buttons.all()]
    scope = speedscope(page)
    assert await scope.open(files[0]) == "Shelves - speedscope"
    assert await scope.functions() == IN_SECONDS
    assert await scope.open(files[1]) == "made.collapsed.txt - speedscope"
    assert await scope.functions() == COLLAPSED


def compute() -> None:
    """Keep the processor busy for a while, of its own time."""
    until = time.thread_time() + 0.15
    while time.thread_time() < until:
        pass


def keep(scope: Any) -> None:
    """Allocate four blocks of half a megabyte, and keep them as long as the request lives."""
    scope["kept"] = [bytearray(500_000) for _ in range(4)]


async def busy(scope: Any, receive: Any, send: Any) -> None:
    """Compute, and keep some memory."""
    compute()
    keep(scope)
    await answered(scope, receive, send)


async def test_speedscope_opens_what_panels_measured(
    page: Page, server: Callable[[Any], str], tmp_path: Path, speedscope: Callable[[Page], Speedscope]
) -> None:
    """Of a real request it shows who took the time, in seconds, and who kept memory, in bytes."""
    at = await shown(page, server, busy, ProfilingPanel(), MemoryPanel(engine="tracemalloc"))
    files = {}
    for name in ("profiling", "memory"):
        await page.goto("about:blank")
        await page.goto(at + name)
        save = page.locator("dt-flame").get_by_role("button", name="speedscope")
        files[name] = await downloaded(save, tmp_path / name)
    scope = speedscope(page)
    await scope.open(files["profiling"])
    assert {"CPU", "Wall"} <= set(await scope.profiles())
    own = {name: own for name, _, own in await scope.functions()}
    assert re.fullmatch(r"[1-9][\d.]*m?s \(.+\)", own["compute"]), own
    assert await scope.open(files["memory"]) == "Where it was allocated - speedscope"
    assert (await scope.profiles())["Kept"].startswith("1.9")
    own = {name: own for name, _, own in await scope.functions()}
    assert re.fullmatch(r"1\.9\d MB \(.+\)", own["keep"]), own


async def nap() -> None:
    """Wait."""
    await asyncio.sleep(0.03)


async def napping(scope: Any, receive: Any, send: Any) -> None:
    """Wait twice, then for two naps at once."""
    await nap()
    await nap()
    await asyncio.gather(nap(), nap())
    await answered(scope, receive, send)


async def test_speedscope_opens_the_trace_of_tasks(
    page: Page, server: Callable[[Any], str], tmp_path: Path, speedscope: Callable[[Page], Speedscope]
) -> None:
    """Each task and the loop is a profile; states and what was awaited at one place are added up, nothing overlaps."""
    await page.goto(await shown(page, server, napping, AsyncPanel()) + "async")
    await page.get_by_role("button", name="Trace for Perfetto").click()
    file = await downloaded(page.get_by_role("button", name="Download"), tmp_path)
    scope = speedscope(page)
    assert await scope.open(file) == f"{file.name} - speedscope"
    tasks = [name.partition(" ")[0] for name in await scope.profiles()]
    assert tasks[:3] == ["request", "nap", "nap"]
    totals = {name: total for name, total, _ in await scope.functions()}
    assert {"running", "ready"} <= set(totals)
    sleep, gathering = (next(name for name in totals if name.startswith(what)) for what in ("sleep ", "Gathering"))
    assert '"function":"nap"' in sleep
    assert '"function":"napping"' in gathering
    assert re.fullmatch(r"(59|[6-9]\d|\d{3})\.\d\dms .+|\d+\.\d\ds .+", totals[sleep]), totals
