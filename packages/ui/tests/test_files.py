"""The files of the front end, as the server finds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import debug_toolbar_ui
from debug_toolbar_ui import FrontEndMissing


def test_manifest_names_the_three_entries():
    """The manifest leads from each entry to its hashed name."""
    assert set(debug_toolbar_ui.manifest()) == {"bar.js", "dock.js", "dashboard.js"}


def test_every_entry_is_a_file_that_may_be_served():
    """Each hashed name of the manifest is among the files and exists."""
    files = debug_toolbar_ui.files()
    assert all(files[name].is_file() for name in debug_toolbar_ui.manifest().values())


def test_every_chunk_that_a_file_imports_may_be_served_too():
    """No script refers to a script that is not among the files."""
    files = debug_toolbar_ui.files()
    scripts = [path.read_text(encoding="utf-8") for path in files.values() if path.suffix == ".js"]
    named = {part.split('"')[0] for text in scripts for part in text.split('"./')[1:]}
    assert named <= set(files)


def test_private_files_are_not_served():
    """The manifest and the build's stamp stay at home."""
    assert not {"manifest.json", ".stamp"} & set(debug_toolbar_ui.files())


def test_a_checkout_that_is_not_built_says_how_to_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without built files, the error names the command that builds them."""
    monkeypatch.setattr(debug_toolbar_ui, "_STATIC", tmp_path)
    for ask in (debug_toolbar_ui.manifest, debug_toolbar_ui.files):
        ask.cache_clear()
        with pytest.raises(FrontEndMissing, match="npm run build"):
            ask()
        ask.cache_clear()


def test_files_are_listed_from_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever the build put beside the manifest may be served under its own name."""
    (tmp_path / "manifest.json").write_text(json.dumps({"bar.js": "bar-1.js"}))
    (tmp_path / "bar-1.js").write_text("")
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr(debug_toolbar_ui, "_STATIC", tmp_path)
    debug_toolbar_ui.files.cache_clear()
    try:
        assert dict(debug_toolbar_ui.files()) == {"bar-1.js": tmp_path / "bar-1.js"}
    finally:
        debug_toolbar_ui.files.cache_clear()
