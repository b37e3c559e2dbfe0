import json
import os
import shutil
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "examples" / "community-panel"
ASK = """
import asyncio, json, sys
from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_testing import Client, tiny_app

async def main():
    app = DebugToolbar(tiny_app, ASGIConfig(enabled=True))
    async with Client(app).running() as client:
        page = await client.get("/")
        panels = await client.get("/_debug_toolbar/api/panels")
        id = page.header("x-debug-toolbar-id")
        record = await client.get(f"/_debug_toolbar/api/records/{id}")
        shown = await client.get(f"/_debug_toolbar/api/records/{id}/panels/garbage")
    print(json.dumps([json.loads(answer.body) for answer in (panels, record, shown)]))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh environment that sees this one's packages, with the panel installed in it."""
    folder = tmp_path_factory.mktemp("stranger")
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    [site] = (folder / "env").rglob("site-packages")
    here = sysconfig.get_path("purelib")
    (site / "workspace.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    shutil.copytree(SOURCE, folder / "panel", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    run([str(python), "-m", "pip", "install", *options, str(folder / "panel")], folder)
    return python


def run(command: list[str], folder: Path) -> str:
    """Run a command as on a developer's machine; return what it printed."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_an_installed_panel_is_found_and_shown(python: Path, tmp_path: Path) -> None:
    """A stranger's panel is on once it is installed: in the API's list, and in a record's menu."""
    panels, record, shown = json.loads(run([str(python), "-c", ASK], tmp_path))
    [entry] = [panel for panel in panels["panels"] if panel["name"] == "garbage"]
    assert (entry["title"], entry["error"], entry["kinds"]) == ("Garbage", None, ["http", "task", "websocket"])
    assert "garbage" in [panel["name"] for panel in record["panels"]]
    assert shown["panel"]["failure"] is None


@pytest.mark.slow
def test_its_own_tests_pass_where_it_is_installed(python: Path) -> None:
    """The panel passes the kit, found by its entry point, in a process of its own."""
    folder = python.parents[2] / "panel"
    printed = run([str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:faker"], folder)
    assert " passed" in printed
    assert "failed" not in printed


def test_a_stranger_needs_little() -> None:
    """The panel is one module of at most fifty lines, without markup, and depends on core alone."""
    modules = list(python_files(SOURCE / "src"))
    assert [path.name for path in modules] == ["__init__.py"]
    text = modules[0].read_text()
    assert len(text.splitlines()) <= 50
    assert "<" not in text
    assert 'dependencies = ["debug-toolbar-core' in (SOURCE / "pyproject.toml").read_text()


def python_files(folder: Path) -> Iterator[Path]:
    """Return the Python files in a folder."""
    return iter(sorted(folder.rglob("*.py")))
