"""Taken: a profile as it comes out of a stored record, checked: nothing of it is trusted, whoever made the record."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from debug_toolbar_core.source import Source
from debug_toolbar_profiling.packages import APP
from debug_toolbar_profiling.samples import RUNNING, WAITING

_NUMBER_MOST = 10**12


class Function(NamedTuple):
    """A function: its qualified name, where it is defined, and whose code it is; tasks and the like have no file."""

    name: str
    file: str | None
    line: int
    package: str | None

    @property
    def source(self) -> Source | None:
        """Its place, for an editor."""
        return None if self.file is None else Source(self.file, self.line, self.name)


class Calls(NamedTuple):
    """A function's calls as an exact profiler counted them, and its seconds by itself and with all it called."""

    made: int
    own: float
    total: float


class Sample(NamedTuple):
    """One stack for some time: its kind, its node of the tree, seconds, CPU seconds."""

    kind: int
    node: int
    seconds: float
    cpu: float


class Wait(NamedTuple):
    """An await point: the user's function and line, what it awaits there, how often, seconds in all, the longest."""

    function: Function
    line: int
    what: Function
    times: int
    seconds: float
    longest: float


@dataclass(frozen=True)
class Taken:
    """A profile: functions, the tree of calls (each node's parent and function), samples in the order of time."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    functions: Sequence[Function] = ()
    nodes: Sequence[tuple[int, int]] = ()
    samples: Sequence[Sample] = ()
    lines: Sequence[tuple[Function, int, float]] = ()
    waits: Sequence[Wait] = ()
    calls: Mapping[int, Calls] = field(default_factory=dict)

    @classmethod
    def of(cls, data: object) -> Self | None:
        """Read what a record holds; None where there is no profile."""
        if not isinstance(data, Mapping) or not isinstance(data.get("facts"), Mapping):
            return None
        functions = _functions(data)
        known = range(len(functions))
        nodes = _nodes(_numbers(data, "nodes"), len(functions))
        samples = [
            Sample(kind, node, seconds / 1e6, cpu / 1e6)
            for kind, node, seconds, cpu in _by(4, _numbers(data, "samples"))
            if RUNNING <= kind <= WAITING and node < len(nodes)
        ]
        lines = [(functions[f], line, cpu / 1e6) for f, line, cpu in _by(3, _numbers(data, "lines")) if f in known]
        waits = [
            Wait(functions[f], line, functions[what], count, seconds / 1e6, longest / 1e6)
            for f, line, what, count, seconds, longest in _by(6, _numbers(data, "waits"))
            if f in known and what in known
        ]
        calls = {
            function: Calls(count, own / 1e6, total / 1e6)
            for function, count, own, total in _by(4, _numbers(data, "calls"))
            if function in known
        }
        notes = [note for note in _list(data, "notes") if isinstance(note, str)]
        return cls(data["facts"], notes, functions, nodes, samples, lines, waits, calls)

    def number(self, name: str) -> float | None:
        """Return one of the facts, if it is a number that a measurement can be."""
        value = self.facts.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return value if math.isfinite(value) and 0 <= value < _NUMBER_MOST else None

    def text(self, name: str) -> str | None:
        """Return one of the facts, if it is a text."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else None

    def stack(self, node: int) -> list[int]:
        """Return a node's functions, outermost first."""
        found: list[int] = []
        while node > 0:
            node, function = self.nodes[node]
            found.append(function)
        found.reverse()
        return found

    def cpu_by_node(self) -> dict[int, float]:
        """Return CPU seconds by the node they were sampled at."""
        found = defaultdict[int, float](float)
        for sample in self.samples:
            if sample.cpu:
                found[sample.node] += sample.cpu
        return found

    @property
    def shares(self) -> tuple[float | None, float | None]:
        """The shares of the CPU seconds in the user's own functions, and in what those called."""
        own = called = whole = 0.0
        for node, cpu in self.cpu_by_node().items():
            whole += cpu
            yours = [self.functions[function].package == APP for function in self.stack(node)]
            if any(yours):
                own, called = (own + cpu, called) if yours[-1] else (own, called + cpu)
        return (own / whole, called / whole) if whole else (None, None)


def _functions(data: Mapping[str, Any]) -> list[Function]:
    files = [_split(file, 2) for file in _list(data, "files")]
    found = []
    for told in _list(data, "functions"):
        name, line, file = _split(told, 3)
        at = int(file) if file.isascii() and file.isdigit() and len(file) < 9 else len(files)
        package, path = files[at] if at < len(files) else ("", "")
        number = int(line) if line.isascii() and line.isdigit() and len(line) < 9 else 0
        found.append(Function(name, path or None, number, package or None))
    return found


def _split(told: object, parts: int) -> list[str]:
    found = told.split("|", parts - 1) if isinstance(told, str) else []
    return [*found, *[""] * (parts - len(found))]


def _nodes(numbers: Sequence[int], functions: int) -> list[tuple[int, int]]:
    """Return the tree, root first, up to the first node that is none: a parent stands before its children."""
    found = [(0, 0)]
    for parent, function in _by(2, numbers):
        if parent >= len(found) or function >= functions:
            break
        found.append((parent, function))
    return found


def _numbers(data: Mapping[str, Any], name: str) -> list[int]:
    pieces = _list(data, name)
    if not all(isinstance(piece, str) for piece in pieces):
        return []
    found = []
    for number in "".join(pieces).split(","):
        if not (number.isascii() and number.isdigit() and len(number) < 13):
            break  # cut by a limit: what comes after belongs to nothing
        found.append(int(number))
    return found


def _by(size: int, numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers) - size + 1, size):
        yield numbers[start : start + size]


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    return value if isinstance(value, list) else []
