"""The table of who may import whom, and whether dependencies and import statements agree with it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from workspace import Package

# For each role, the roles whose packages it may import. What a row leaves out is never imported.
TABLE: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "ui": frozenset(),
    "asgi": frozenset({"core", "ui"}),
    "testing": frozenset({"core"}),
    "standard": frozenset({"panels"}),
    "panels": frozenset({"core"}),
    "adapters": frozenset({"core", "asgi"}),
    "stores": frozenset({"core"}),
    "exporters": frozenset({"core"}),
    "tools": frozenset({"core", "exporters", "stores", "asgi"}),
}
# FastAPI is Starlette with more: its adapter stands on Starlette's.
EXCEPTIONS = {("debug_toolbar_fastapi", "debug_toolbar_starlette")}
FRAMEWORKS = ("starlette", "fastapi", "litestar")
# These keep to the standard library (and the siblings the table gives them).
NO_LIBRARIES = frozenset({"core", "ui", "asgi"})


def allowed(package: Package, other: Package) -> bool:
    """Tell whether `package` may import `other`; what spans the packages (tests-shared) may import all."""
    if package.role not in TABLE or package == other:
        return True
    return other.role in TABLE[package.role] or (package.module, other.module) in EXCEPTIONS


def problems(package: Package, everything: list[Package]) -> Iterator[str]:
    """Yield what is wrong with the dependencies and imports of one package."""
    siblings = {other.distribution: other for other in everything}
    declared = {Requirement(line).name for line in package.dependencies}
    yield from _forbidden_dependencies(package, declared, siblings)
    if package.has_code:
        yield from _disagreements(package, declared, siblings)
        yield from _foreign_imports(package)


def imported(source: Path, *, at_import_time: bool = False) -> dict[str, Path]:
    """Return the top-level names that the modules under `source` import, each with one module that does.

    With `at_import_time`, leave out what stands in functions or under `if TYPE_CHECKING`.
    """
    found: dict[str, Path] = {}
    for path in sorted(source.rglob("*.py")):
        for name in _names(ast.parse(path.read_text(), str(path)), at_import_time):
            found.setdefault(name, path)
    return found


def _forbidden_dependencies(package: Package, declared: set[str], siblings: dict[str, Package]) -> Iterator[str]:
    for name in sorted(declared):
        if name in siblings and not allowed(package, siblings[name]):
            yield f"depends on {name}, which the import table does not give to {package.role}"
        if name not in siblings and package.role in NO_LIBRARIES:
            yield f"depends on {name}, but {package.role} keeps to the standard library"


def _disagreements(package: Package, declared: set[str], siblings: dict[str, Package]) -> Iterator[str]:
    names = imported(package.source)
    if package.role not in TABLE:
        return
    for other in siblings.values():
        if other == package:
            continue
        if other.module in names and other.distribution not in declared:
            yield f"imports {other.module} without depending on {other.distribution}"
        if other.module in names and not allowed(package, other):
            yield f"imports {other.module}, which the import table does not give to {package.role}"


def _foreign_imports(package: Package) -> Iterator[str]:
    """Panels import a library only once the application has; core, ui and asgi import none."""
    if package.role not in NO_LIBRARIES | {"panels"}:
        return
    names = imported(package.source, at_import_time=package.role == "panels")
    for name, path in names.items():
        if name not in sys.stdlib_module_names and not name.startswith("debug_toolbar_"):
            where = path.relative_to(package.folder)
            way_out = "; import it in a function" if package.role == "panels" else ""
            yield f"{where} imports {name}, which is not in the standard library{way_out}"


def _names(tree: ast.AST, at_import_time: bool) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
        elif not (at_import_time and _is_deferred(node)):
            yield from _names(node, at_import_time)


def _is_deferred(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.dump(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
