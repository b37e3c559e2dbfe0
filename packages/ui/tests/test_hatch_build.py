"""The build hook: when it builds, and when it asks for node."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PACKAGE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """The build hook as a module."""
    spec = importlib.util.spec_from_file_location("debug_toolbar_ui_build", PACKAGE / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path, hook: ModuleType) -> Path:
    """A package with one source, built and stamped."""
    (tmp_path / "frontend" / "src").mkdir(parents=True)
    (tmp_path / "frontend" / "package.json").write_text("{}")
    (tmp_path / "frontend" / "src" / "bar.ts").write_text("1;")
    front_end = hook.FrontEnd(tmp_path)
    front_end.static.mkdir(parents=True)
    (front_end.static / "manifest.json").write_text("{}")
    front_end.stamp_file.write_text(front_end.stamp() + "\n")
    return tmp_path


def asked_for(hook: ModuleType, root: Path) -> list[str]:
    """What the hook would have installed before it builds."""
    return list(hook.FrontEndHook(str(root), {}, None, None, "", "wheel").dependencies())


def test_fresh_files_need_no_node(hook: ModuleType, root: Path):
    """When the stamp fits the sources, the build asks for nothing."""
    assert asked_for(hook, root) == []


def test_a_changed_source_needs_node(hook: ModuleType, root: Path):
    """One changed byte of a source makes the built files stale."""
    (root / "frontend" / "src" / "bar.ts").write_text("2;")
    assert asked_for(hook, root) == [hook.NODE]


def test_a_new_or_renamed_source_needs_node(hook: ModuleType, root: Path):
    """Names are part of the stamp, not only contents."""
    source = root / "frontend" / "src" / "bar.ts"
    source.rename(source.with_name("dock.ts"))
    assert asked_for(hook, root) == [hook.NODE]


def test_tests_and_installed_packages_are_no_inputs(hook: ModuleType, root: Path):
    """A changed test or another node_modules builds nothing again."""
    (root / "frontend" / "src" / "bar.test.ts").write_text("test")
    (root / "frontend" / "node_modules").mkdir()
    (root / "frontend" / "node_modules" / "x.js").write_text("x")
    assert asked_for(hook, root) == []


def test_files_without_a_stamp_are_stale_beside_sources(hook: ModuleType, root: Path):
    """What somebody built by hand is built again for a wheel."""
    hook.FrontEnd(root).stamp_file.unlink()
    assert asked_for(hook, root) == [hook.NODE]


def test_built_files_without_sources_are_fresh(hook: ModuleType, root: Path):
    """An sdist without sources is not built again."""
    (root / "frontend").rename(root / "elsewhere")
    assert asked_for(hook, root) == []


def test_nothing_built_is_stale(hook: ModuleType, root: Path):
    """Without a manifest there is something to build."""
    (hook.FrontEnd(root).static / "manifest.json").unlink()
    assert asked_for(hook, root) == [hook.NODE]


def test_clean_removes_what_was_built(hook: ModuleType, root: Path):
    """`hatch clean` leaves no built file."""
    hook.FrontEndHook(str(root), {}, None, None, "", "wheel").clean([])
    assert not hook.FrontEnd(root).static.exists()


def test_a_lock_file_names_no_registry():
    """The lock file works with any registry: it keeps hashes and no hosts."""
    lock = (PACKAGE / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved": "http' not in lock
    assert "sha512-" in lock
