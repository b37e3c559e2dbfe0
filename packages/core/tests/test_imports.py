"""Imports: hooks run when the application imports a library, and the library notices nothing."""

from __future__ import annotations

import importlib
import importlib.resources
import importlib.util
import inspect
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from debug_toolbar_core import when_imported
from debug_toolbar_core.imports import _waiting


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Write modules that can be imported for the time of a test."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def add(name: str, source: str = "x = 1\n") -> None:
        path = tmp_path / (name.replace(".", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        importlib.invalidate_caches()

    yield add
    for name in set(sys.modules) - before:
        del sys.modules[name]
    _waiting.clear()


def test_a_module_that_is_there_is_hooked_now() -> None:
    """The hook runs at once; there is nothing to withdraw."""
    seen: list[ModuleType] = []
    when_imported("json", seen.append)()
    assert [module.__name__ for module in seen] == ["json"]


def test_a_module_that_comes_later_is_hooked_then(write: Callable[..., None]) -> None:
    """Hooks run once, in order, after the module was executed; nothing is imported for their sake."""
    write("dti_late")
    seen: list[object] = []
    when_imported("dti_late", lambda module: seen.append(module.x))
    when_imported("dti_late", lambda module: seen.append("second"))
    assert "dti_late" not in sys.modules
    importlib.import_module("dti_late")
    importlib.reload(sys.modules["dti_late"])
    assert seen == [1, "second"]
    assert "dti_late" not in _waiting


def test_submodules(write: Callable[..., None]) -> None:
    """A hook for a submodule waits for the submodule, not for its package."""
    write("dti_pack.__init__", "")
    write("dti_pack.sub")
    seen: list[str] = []
    when_imported("dti_pack.sub", lambda module: seen.append(module.__name__))
    importlib.import_module("dti_pack")
    assert seen == []
    importlib.import_module("dti_pack.sub")
    assert seen == ["dti_pack.sub"]


def test_a_failing_hook_does_not_stop_the_import(write: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    """A hook that raises is told in the log; the others run, and the application has its module."""
    write("dti_fail")
    seen: list[ModuleType] = []
    when_imported("dti_fail", lambda module: 1 / 0)
    when_imported("dti_fail", seen.append)
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        assert importlib.import_module("dti_fail").x == 1
    assert len(seen) == 1
    assert "A hook for dti_fail failed" in caplog.text


def test_a_module_that_fails_may_come_again(write: Callable[..., None]) -> None:
    """An import that raises, raises as it is; the hook waits for the next attempt."""
    write("dti_again", "raise ImportError('not today')")
    seen: list[ModuleType] = []
    when_imported("dti_again", seen.append)
    with pytest.raises(ImportError, match="not today"):
        importlib.import_module("dti_again")
    write("dti_again", "x = 2  # and longer than before, for the cache\n")
    importlib.import_module("dti_again")
    assert [module.x for module in seen] == [2]


def test_withdrawn(write: Callable[..., None]) -> None:
    """A hook that was withdrawn does not run; withdrawing again does nothing."""
    write("dti_gone")
    seen: list[ModuleType] = []
    kept: list[ModuleType] = []
    withdraw = when_imported("dti_gone", seen.append)
    withdraw_other = when_imported("dti_gone", kept.append)
    withdraw()
    withdraw()
    importlib.import_module("dti_gone")
    withdraw_other()
    assert (seen, len(kept)) == ([], 1)


def test_a_module_that_never_comes(write: Callable[..., None]) -> None:
    """A missing module is missing as ever."""
    when_imported("dti_nowhere", lambda module: None)
    with pytest.raises(ModuleNotFoundError, match="dti_nowhere"):
        importlib.import_module("dti_nowhere")


def test_loader_spec_source_and_resources_are_the_modules_own(write: Callable[..., None], tmp_path: Path) -> None:
    """After the import nothing of ours is left in the module: its loader, its source and its files are found."""
    write("dti_whole.__init__", "def answer():\n    return 42\n")
    (tmp_path / "dti_whole" / "data.txt").write_text("hello")
    seen: list[ModuleType] = []
    when_imported("dti_whole", seen.append)
    found = importlib.util.find_spec("dti_whole")
    assert found is not None
    assert found.loader is not None
    assert found.loader.get_code("dti_whole") is not None  # type: ignore[attr-defined]  # a source loader has it
    module = importlib.import_module("dti_whole")
    assert type(module.__loader__) is SourceFileLoader
    assert module.__spec__ is not None
    assert type(module.__spec__.loader) is SourceFileLoader
    assert inspect.getsource(module.answer) == "def answer():\n    return 42\n"
    assert importlib.resources.files("dti_whole").joinpath("data.txt").read_text() == "hello"
    assert len(seen) == 1


def test_a_module_that_puts_something_else_in_its_place(write: Callable[..., None]) -> None:
    """Hooks get what the application gets."""
    write(
        "dti_swap", "import sys, types\nother = types.ModuleType('other')\nother.y = 2\nsys.modules[__name__] = other\n"
    )
    seen: list[ModuleType] = []
    when_imported("dti_swap", seen.append)
    assert importlib.import_module("dti_swap") is seen[0]
    assert seen[0].y == 2


def test_namespace_and_extension_modules(write: Callable[..., None]) -> None:
    """Modules in packages without a file, and modules in C, are hooked as well."""
    write("dti_space.inner.leaf")
    seen: list[str] = []
    when_imported("dti_space", lambda module: seen.append("a folder has no code to wait for"))
    when_imported("dti_space.inner.leaf", lambda module: seen.append(module.__name__))
    importlib.import_module("dti_space.inner.leaf")
    assert seen == ["dti_space.inner.leaf"]
    code = (
        "from debug_toolbar_core import when_imported\n"
        "when_imported('_lsprof', lambda module: print(module.Profiler.__name__))\n"
        "import cProfile"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Profiler\n"


def test_core_imports_the_standard_library_only() -> None:
    """Importing all of core brings no other distribution in."""
    code = (
        "import sys, pkgutil, importlib, debug_toolbar_core as core\n"
        "for found in pkgutil.iter_modules(core.__path__):\n"
        "    importlib.import_module(f'debug_toolbar_core.{found.name}')\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names) - before))"
    )
    code = "import sys; before = {name.partition('.')[0] for name in sys.modules}\n" + code
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = [name for name in eval(done.stdout) if not name.startswith("_sysconfigdata")]  # noqa: S307 - a list we printed
    assert found == ["debug_toolbar_core"]
