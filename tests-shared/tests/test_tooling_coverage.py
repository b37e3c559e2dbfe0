from pathlib import Path

import coverage_gate
import workspace


def test_lines_and_branches_of_a_package_are_added_up(tmp_path: Path) -> None:
    """A package's percentage counts its own files only, statements and branches together."""
    everything = [workspace.Package(tmp_path / "packages" / name) for name in ("core", "core-extra", "ui")]
    counts = {"num_statements": 8, "num_branches": 2, "covered_lines": 8, "covered_branches": 1}
    nothing = {"num_statements": 10, "num_branches": 0, "covered_lines": 0, "covered_branches": 0}
    files = {
        "packages/core/src/debug_toolbar_core/record.py": {"summary": counts},
        "packages/core/src/debug_toolbar_core/store.py": {"summary": nothing},
        "packages/core-extra/src/debug_toolbar_core_extra/a.py": {"summary": counts},
    }
    assert coverage_gate.by_package(files, everything, tmp_path) == {
        "debug-toolbar-core": 45.0,
        "debug-toolbar-core-extra": 90.0,
    }
