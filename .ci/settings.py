"""The settings, for the documentation: the fields of the configuration's dataclasses, as they stand in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = (
    ("Every toolbar", "packages/core/src/debug_toolbar_core/config.py", "Config"),
    ("Where and to whom it shows itself", "packages/asgi/src/debug_toolbar_asgi/config.py", "ASGIConfig"),
    ("Limits of one record: `limits=Limits(…)`", "packages/core/src/debug_toolbar_core/limits.py", "Limits"),
)


@dataclass(frozen=True)
class Setting:
    """One field: its name, its default as written, and what its docstring says."""

    name: str
    default: str
    meaning: str


def tables(root: Path) -> str:
    """Return the Markdown tables of all settings in this workspace, each under its heading."""
    parts = []
    for title, path, name in ((title, root / place, name) for title, place, name in SOURCES):
        if not path.exists():
            continue
        rows = [f"| `{item.name}` | {item.default} | {item.meaning} |" for item in settings(path, name)]
        parts += [f"### {title}", "", "| Setting | Default | Meaning |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(parts).rstrip()


def settings(path: Path, name: str) -> Iterator[Setting]:
    """Yield the fields of a dataclass, in order; each has a docstring beneath it, or a ValueError says which not."""
    classes = {node.name: node.body for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)}
    body = classes[name]
    for node, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
                raise ValueError(f"{path.name}: {name}.{node.target.id} needs a docstring beneath it")
            yield Setting(node.target.id, _default(node.value), str(below.value.value).replace("|", "\\|"))


def _default(value: ast.expr | None) -> str:
    """Return a default as Markdown; what is empty, however it is made, is a dash."""
    if isinstance(value, ast.Call):
        given = {keyword.arg: keyword.value for keyword in value.keywords}
        value = given.get("default")
    if value is None or ast.unparse(value) in ("()", "''", "None"):
        return "–"
    if isinstance(value, ast.Constant) and type(value.value) is int:
        return f"`{value.value:,}`"
    return f"`{ast.unparse(value)}`".replace("'", '"')
