import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import new
import template
import workspace


def run_tests(panel: Path) -> subprocess.CompletedProcess[str]:
    """Run a new panel's tests in a process of their own, as its author does."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:faker"]
    environment = {**os.environ, "PYTHONPATH": str(panel / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=panel, env=environment, capture_output=True, text=True, check=False)


def test_a_strangers_panel_is_green(tmp_path: Path) -> None:
    """`new panel --community` makes a package of its own, found by its entry point, whose tests pass."""
    folder = tmp_path / "cloud-cover"
    new.new_panel(folder, "cloud-cover", "how cloudy it is.", community=True)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == "debug-toolbar-cloud-cover"
    assert project["entry-points"]["debug_toolbar.panels"] == {
        "cloud-cover": "debug_toolbar_cloud_cover:CloudCoverPanel"
    }
    done = run_tests(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_a_new_panel_of_ours_is_like_the_others(tmp_path: Path) -> None:
    """`new panel` makes a package that, its shared lines written, agrees with the template."""
    package = workspace.Package(tmp_path / "packages" / "panels" / "cloud-cover")
    new.new_panel(package.folder, package.name, "how cloudy it is", community=False)
    everything = [*workspace.packages(), package]
    template.fix(package, workspace.version(), everything)
    assert list(template.compare(package, workspace.version(), everything)) == []
    assert (package.source / "py.typed").exists()


@pytest.mark.parametrize("name", ["Clouds", "cloud_cover", "2d", "cloud-", ""])
def test_a_name_must_fit_everywhere(tmp_path: Path, name: str) -> None:
    """A name that does not fit a URL, a module and a distribution alike is refused."""
    with pytest.raises(ValueError, match="no name for a panel"):
        new.new_panel(tmp_path / "there", name, "nothing", community=True)


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """A folder that exists is not written into."""
    with pytest.raises(FileExistsError):
        new.new_panel(tmp_path, "cloud-cover", "nothing", community=True)
    assert list(tmp_path.iterdir()) == []
