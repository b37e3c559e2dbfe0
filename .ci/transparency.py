"""Run frameworks' own test suites bare and with the toolbar around every app, and compare: `hatch run transparency`.

The suites come from the frameworks' sdists, into a temporary folder; what they need beside the workspace goes
into a temporary environment. Litestar has no tests in its sdist.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
LISTS = HERE / "transparency.txt"
TOOLS = ("pytest>=9,<9.2", "pytest-xdist", "pytest-timeout", "trio", "blockbuster", "httpx", "httpx2[zstd]")


@dataclass(frozen=True)
class Suite:
    """One framework's suite: what it needs, and the tests left out because they measure, not test."""

    name: str
    needs: tuple[str, ...]
    ignored: tuple[str, ...] = ()


SUITES = (
    Suite("starlette", ("starlette[full]", "opentelemetry-sdk", "importlib-metadata")),
    Suite(
        "fastapi",
        (
            *("fastapi[all]", "dirty-equals", "inline-snapshot", "pyjwt", "pwdlib[argon2]", "sqlmodel", "flask"),
            *("a2wsgi<=2.0.0", "pyyaml", "strawberry-graphql", "typer", "python-slugify", "orjson", "ujson"),
            *("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"),
            *("opentelemetry-instrumentation-fastapi", "logfire", "sentry-sdk"),
        ),
        ("tests/benchmarks", "tests/memory_benchmarks"),
    ),
)


def main(names: list[str]) -> int:
    """Compare the suites that are named, or all; return 1 when the toolbar changed a result or a suite did not run."""
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder), chosen)
        return max([compared(suite, python, Path(folder)) for suite in chosen])


def environment(folder: Path, suites: list[Suite]) -> Path:
    """Make an environment with what the suites need, in front of this one's packages; return its Python."""
    uv = os.environ.get("HATCH_UV", "uv")
    run([uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(folder / "venv")])
    python = folder / "venv" / "bin" / "python"
    needs = [f"{suite.name}=={version(suite.name)}" for suite in SUITES]
    needs += [*TOOLS, *(need for suite in suites for need in suite.needs)]
    run([uv, "pip", "install", "--quiet", "--python", str(python), *needs])
    site = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
    Path(site, "workspace.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return python


def compared(suite: Suite, python: Path, folder: Path) -> int:
    """Run a suite twice and tell the differences."""
    source = unpacked(suite, python, folder)
    with ThreadPoolExecutor() as pool:
        bare, wrapped, viewed = pool.map(lambda seen: results(suite, python, source, seen), ("", "stranger", "viewer"))
    passed = sum(result.startswith("passed") for result in bare.values())
    changed, shown = differing(bare, wrapped), differing(bare, viewed)
    told = {name: f"{bare.get(name)} bare, {wrapped.get(name)} with the toolbar" for name in changed}
    told |= {name: f"{bare.get(name)} bare, {viewed.get(name)} for a viewer" for name in shown - known(suite)}
    told |= dict.fromkeys(known(suite) - shown, f"is in {LISTS.name} but does not differ")
    for name in sorted(told):
        print(f"  {name}: {told[name]}")
    counts = f"{len(bare)} tests, {passed} pass bare, {len(changed)} changed by the toolbar"
    print(f"{suite.name} {version(suite.name)}: {counts}, {len(shown)} that compare headers or a page for a viewer.")
    return int(bool(told) or passed < len(bare) / 2)


def differing(bare: dict[str, str], other: dict[str, str]) -> set[str]:
    """Return the tests that ended otherwise, those of one run alone too."""
    return {name for name in bare.keys() | other.keys() if bare.get(name) != other.get(name)}


def known(suite: Suite) -> set[str]:
    """Return the tests that compare all headers or a whole page, and so must differ where we add to them."""
    prefix = f"{suite.name} "
    return {line.removeprefix(prefix) for line in LISTS.read_text().splitlines() if line.startswith(prefix)}


def unpacked(suite: Suite, python: Path, folder: Path) -> Path:
    """Download a framework's sdist and unpack it; the framework itself goes, the installed one is tested."""
    what = f"{suite.name}=={version(suite.name)}"
    command = [str(python), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*command, "--no-binary", suite.name, "--dest", str(folder), what])
    archive = next(folder.glob(f"{suite.name}-*.tar.gz"))
    with tarfile.open(archive) as sdist:
        sdist.extractall(folder, filter="data")
    return archive.with_name(archive.name.removesuffix(".tar.gz"))


def results(suite: Suite, python: Path, source: Path, seen: str) -> dict[str, str]:
    """Run a suite once, bare or with the toolbar as strangers or viewers see it; return each test's result."""
    file = source.with_name(f"{source.name}-{seen}.json")
    plugins = ("anyio", "xdist", "pytest_timeout", "transparency_plugin")
    command = [str(python), "-m", "pytest", "-q", "--tb=short", "-n", "2", *(f"-p{plugin}" for plugin in plugins)]
    command += [*(f"--ignore={path}" for path in suite.ignored), "-pno:cacheprovider", "tests"]
    settings = {
        "PYTHONPATH": f"{HERE}{os.pathsep}{source}",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "TRANSPARENCY_RESULTS": str(file),
        "TRANSPARENCY_TOOLBAR": seen,
    }
    done = subprocess.run(command, cwd=source, env={**os.environ, **settings}, capture_output=True, text=True)
    if "-v" in sys.argv or not file.exists():
        print(done.stdout[-20_000:], done.stderr[-5_000:])
    loaded: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return loaded


def run(command: list[str]) -> None:
    """Run a command that must succeed, without the workspace's pins: a suite needs its own versions of tools."""
    left = {name: value for name, value in os.environ.items() if name != "UV_CONSTRAINT"}
    subprocess.run(command, check=True, env=left)


if __name__ == "__main__":
    sys.exit(main([argument for argument in sys.argv[1:] if not argument.startswith("-")]))
