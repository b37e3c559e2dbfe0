"""Packed: a run as the small plain data that its record keeps: numbers as text, since a record counts its values."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from math import inf
from types import CodeType
from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_profiling.packages import package_of
from debug_toolbar_profiling.run import Run
from debug_toolbar_profiling.samples import ELSEWHERE, RUNNING
from debug_toolbar_profiling.stacks import ROOT, Function, Named, Stacks

FORMAT = 1
UNSEEN = "not sampled (too short)"
_PIECE = 12_000
_ROOM_MOST = 300_000
_FUNCTIONS_MOST = 2_500
_LINES_MOST = 500
_SHORT = 200
_TOO_LARGE = "The profile is larger than what this record may still hold: its figures alone are left."
GAP = 0.025
"""Seconds without a sample in running code from which on the panel tells of it."""


class Names:
    """Functions and their files, numbered as they are met; past a number of them they share one."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self.files: list[str] = []
        self._functions: dict[Hashable, int] = {}
        self._codes: dict[int, int] = {}
        self._files: dict[str, int] = {}

    def number(self, function: Function) -> int:
        """Return a function's number; the same one for its code and for what another profiler calls it."""
        if isinstance(function, CodeType):
            code = id(function)
            if code not in self._codes:
                named = Named(function.co_qualname, function.co_filename, function.co_firstlineno)
                self._codes[code] = self.number(named)
            return self._codes[code]
        key = function if isinstance(function, str) or not function.file else function[1:]
        known = self._functions.get(key)
        if known is None:
            if len(self.functions) >= _FUNCTIONS_MOST:
                key = function = "… (more functions)"
            known = self._functions.setdefault(key, len(self.functions))
            if known == len(self.functions):
                self.functions.append(self._told(function))
        return known

    def _told(self, function: Named | str) -> str:
        if isinstance(function, str):
            return f"{_plain(function)}|0|"
        if not function.file:
            return f"{_plain(function.name)}|0|"
        file = self._files.setdefault(function.file, len(self.files))
        if file == len(self.files):
            self.files.append(f"{package_of(function.file)}|{function.file[:1000]}")
        return f"{_plain(function.name)}|{function.line}|{file}"


def _plain(name: str) -> str:
    """Return a name without what would part it: code may be made with any name."""
    return name[:_SHORT].replace("|", "¦")


def packed(run: Run, record: Record) -> dict[str, Any]:
    """Return what a run measured: facts, functions, the tree of their calls, and the samples in the order of time."""
    names, room = Names(), min(_ROOM_MOST, record.room // 2)
    taken = _samples(run)
    nodes = [(parent, names.number(function)) for parent, function in run.stacks.nodes[1:]]
    lines = sorted(run.lines.items(), key=lambda item: -item[1])[:_LINES_MOST]
    points = sorted(run.waits.points.items(), key=lambda item: -item[1][1])
    told = facts(run)
    data: dict[str, Any] = {
        "format": FORMAT,
        "facts": told,
        "notes": run.notes[:20],
        "nodes": pieces(number for node in nodes for number in node),
        "samples": pieces(_flat(taken)),
        "lines": pieces(n for (code, line), cpu in lines for n in (names.number(code), line, micro(cpu))),
        "waits": pieces(
            n
            for (code, line, what), (count, seconds, longest) in points
            for n in (names.number(code), line, names.number(what), int(count), micro(seconds), micro(longest))
        ),
        "calls": pieces(
            n
            for function, (calls, own, total) in run.calls.items()
            for n in (names.number(function), calls, micro(own), micro(total))
        ),
        "functions": names.functions,
        "files": names.files,
    }
    if _size(data) > room and len(taken) > 1:
        run.samples.fold()
        data["samples"] = pieces(_flat(_samples(run)))
        told["in_order"] = False
    if _size(data) > room:
        return {"format": FORMAT, "facts": told, "notes": [*run.notes[:20], _TOO_LARGE]}
    return data


def facts(run: Run) -> dict[str, Any]:
    """Return the numbers of a run, in seconds and counts."""
    seconds, cpu, _, _ = run.state
    samples = run.samples
    gap, where = run.gap
    found = {
        "engine": run.engine,
        "driven": run.driven,
        "running": seconds if run.driven else samples.seconds(RUNNING),
        "cpu": cpu if run.driven else samples.cpu(RUNNING),
        "elsewhere": samples.cpu(ELSEWHERE),
        "waiting": run.waits.seconds if run.driven else None,
        "waits": run.waits.count,
        "attributed": run.accounted if run.driven else None,
        "slices": run.slices,
        "samples": run.ticks,
        "missed": run.missed,
        "interval": samples_interval(run),
        "cost": run.cost + run.waits.cost,
        "locating": run.waits.cost,
        "in_order": samples.in_order and run.waits.samples.in_order,
        "cut": run.stacks.cut + run.waits.stacks.cut,
    }
    if gap >= GAP:
        found["gap"] = gap
        found["gap_in"] = (
            where if isinstance(where, str) else _plain(where.name if isinstance(where, Named) else where.co_qualname)
        )
    return found


def samples_interval(run: Run) -> float | None:
    """Return the mean seconds between two samples of what ran."""
    given = run.samples.seconds(RUNNING) + run.samples.seconds(ELSEWHERE)
    return given / run.ticks if run.ticks else None


def _samples(run: Run) -> list[list[float]]:
    """Join what ran and what waited, in the order of time."""
    waits, known = run.waits, dict[int, int]()
    joined = [*run.samples.taken, *(() if run.replaced else _unseen(run))]
    if run.replaced:  # the other profiler tells of the waits, too
        return joined
    for at, kind, node, seconds, cpu in waits.samples.taken:
        number = int(node)
        if number not in known:
            known[number] = run.stacks.node(_waiting(waits.stacks, number))
        joined.append([at, kind, known[number], seconds, cpu])
    return sorted(joined, key=lambda sample: sample[0])


def _unseen(run: Run) -> Iterator[list[float]]:
    """Return what ran and no sample was taken of: slices that were over before the sampler's turn came.

    Between two waits it stands under the calls that both have in common; elsewhere it is known of no function.
    """
    seconds, cpu, _, _ = run.state
    left = seconds - run.accounted
    if not run.driven or left <= 0:
        return
    cpu_share = min(1.0, max(0.0, cpu - run.accounted_cpu) / left)
    between = run.waits.slices
    part = min(1.0, left / (sum(between.values()) or 1.0))
    for (before, after), ran in between.items():
        node = run.stacks.node([*run.waits.around(before, after), UNSEEN])
        left -= ran * part
        yield [inf, RUNNING, node, ran * part, ran * part * cpu_share]
    if left > 0:
        yield [inf, RUNNING, run.stacks.node((UNSEEN,)), left, left * cpu_share]


def _waiting(stacks: Stacks, node: int) -> Iterable[Function]:
    return ("awaiting (not located)",) if node == ROOT else stacks.path(node)


def _flat(taken: list[list[float]]) -> Iterator[int]:
    for _, kind, node, seconds, cpu in taken:
        yield from (int(kind), int(node), micro(seconds), micro(cpu))


def micro(seconds: float) -> int:
    """Return microseconds."""
    return round(seconds * 1e6)


def pieces(numbers: Iterable[int]) -> list[str]:
    """Return numbers as text, in pieces shorter than a record cuts texts."""
    text = ",".join(map(str, numbers))
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def _size(data: dict[str, Any]) -> int:
    return sum(len(text) for value in data.values() if isinstance(value, list) for text in value)
