"""Plans: what a database answers to EXPLAIN, as a tree of rows with costs and as its text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from debug_toolbar_core.blocks import Block, Code, Column, Fact, Facts, Row, Table, Unit
from debug_toolbar_core.snapshot import shorten

_NODES_MOST = 500
_DEEPEST = 50
_TEXT_MOST = 16_000
_CELL = 500
_UNITS: dict[str, Unit] = {"count": "count", "s": "s", "bytes": "bytes", "code": "code"}

Columns = list[list[str | None]]
Rows = list[list[Any]]
"""Each row's depth, and then its cells."""


@dataclass(slots=True)
class Plan:
    """A plan in plain values, as it is kept with its record."""

    columns: Columns
    rows: Rows
    text: str | None = None
    facts: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"columns": self.columns, "rows": self.rows, "text": self.text, "facts": self.facts}

    def mapped(self, change: Callable[[str], str]) -> Plan:
        """Return it with every text changed: databases write values into conditions, secret ones too."""
        rows = [[change(cell) if type(cell) is str else cell for cell in row] for row in self.rows]
        return Plan(self.columns, rows, None if self.text is None else change(self.text), self.facts)


def sqlite(rows: Sequence[Sequence[Any]]) -> Plan:
    """Return the plan of EXPLAIN QUERY PLAN: rows of a number, its parent's, and what is done."""
    depths: dict[Any, int] = {0: -1}
    found: Rows = []
    for number, parent, _, detail in rows[:_NODES_MOST]:
        depths[number] = depths.get(parent, -1) + 1
        found.append([depths[number], shorten(str(detail), _CELL)])
    return Plan([["Step", "code"]], found)


_CONDITIONS = (
    "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "Sort Key", "Group Key",
)  # fmt: skip
_NODE = (("Node", "code"), ("Rows", "count"), ("Cost", "count"), ("Width", "bytes"), ("Condition", "code"))


def postgresql(answer: Any, text: Sequence[Any]) -> Plan:
    """Return the plan of EXPLAIN (FORMAT JSON), and the text that EXPLAIN alone answers."""
    document = json.loads(answer) if isinstance(answer, str) else answer
    root = document[0]["Plan"]
    lines = "\n".join(str(line) for line in text)
    return Plan(
        [list(each) for each in _NODE],
        list(_nodes(root)),
        shorten(lines, _TEXT_MOST),
        {"cost": root.get("Total Cost", 0.0)},
    )


def _nodes(root: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield a node's row and then those below it, as one writes an outline."""
    waiting, count = [(0, root)], 0
    while waiting and count < _NODES_MOST:
        depth, node = waiting.pop()
        count += 1
        condition = "; ".join(f"{name}: {_listed(node[name])}" for name in _CONDITIONS if name in node)
        numbers = [node.get("Plan Rows"), node.get("Total Cost"), node.get("Plan Width")]
        yield [min(depth, _DEEPEST), _titled(node), *numbers, shorten(condition, _CELL) or None]
        waiting.extend((depth + 1, child) for child in reversed(node.get("Plans", ())))


def _titled(node: Mapping[str, Any]) -> str:
    """Name a node as EXPLAIN's text does: `Index Scan using book_pkey on book b`."""
    words = [str(node.get("Node Type", "?"))]
    if node.get("Join Type") not in (None, "Inner"):
        words.insert(0, str(node["Join Type"]))
    if "Operation" in node:
        words = [str(node["Operation"])]
    if "Index Name" in node:
        words.append(f"using {node['Index Name']}")
    if "Relation Name" in node:
        words.append(f"on {node['Relation Name']}")
        if node.get("Alias", node["Relation Name"]) != node["Relation Name"]:
            words.append(str(node["Alias"]))
    return shorten(" ".join(words), _CELL)


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def tabular(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Plan:
    """Return the plan of a database that answers with a table, as MySQL and MariaDB do."""
    kinds = ["count" if name.lower() in ("rows", "id") else None for name in names]
    columns: Columns = [[name, "code" if kind is None else kind] for name, kind in zip(names, kinds, strict=True)]
    found: Rows = [[0, *(cell if type(cell) in (int, float) else None if cell is None else shorten(str(cell), _CELL)
                         for cell in row)] for row in rows[:_NODES_MOST]]  # fmt: skip
    return Plan(columns, found)


def blocks(plan: Any) -> list[Block]:
    """Return the blocks of a plan that a record holds; of what is none, nothing."""
    if not isinstance(plan, dict):
        return []
    columns = [Column(str(each[0]), _UNITS.get(str(each[1]))) for each in _lists(plan.get("columns")) if len(each) == 2]
    rows = [
        Row(each[1:], depth=each[0])
        for each in _lists(plan.get("rows"))[:_NODES_MOST]
        if len(each) == len(columns) + 1 and type(each[0]) is int and 0 <= each[0] <= _DEEPEST
    ]
    found: list[Block] = []
    facts = plan.get("facts")
    if isinstance(facts, dict) and type(facts.get("cost")) in (int, float):
        found.append(Facts([Fact("estimated cost", facts["cost"], "count")]))
    found.append(Table(columns, rows, title="Plan", empty="The database answered with an empty plan."))
    if type(plan.get("text")) is str:
        found.append(Code(shorten(plan["text"], _TEXT_MOST), "text", title="As the database writes it"))
    return found


def _lists(value: Any) -> list[list[Any]]:
    return [each for each in value if isinstance(each, list)] if isinstance(value, list) else []
