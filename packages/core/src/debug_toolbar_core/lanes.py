"""Lanes: rows of states over one time, as of tasks or threads: each a line of slices on a shared axis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar

from debug_toolbar_core.block import LEVELS, Block, Level, Part, all_of, as_json, of
from debug_toolbar_core.source import Source

STATES = ("running", "ready", "waiting", "blocking")
"""The states that every output knows, each with a look of its own; other words get one in the order they come."""
SIGNS = ("█", "▒", "─", "▓", "◆", "○", "▲", "□")
"""What a state is drawn with in text: those of `STATES` first."""
SOME, NONE, OTHER = "▌", "·", "?"
"""A cell in which something ran for less than half of it; one without a slice; a state past the last sign."""


@dataclass(frozen=True, slots=True)
class Slice(Part):
    """A stretch in one state, in seconds since the record's start; `text` says more about it.

    The states `running`, `ready`, `waiting` and `blocking` look alike everywhere; other words get looks of their own.

    Example: `Slice("waiting", 0.002, 0.031, "Queue.get")`.
    """

    state: str
    start: float
    end: float
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"state": as_json(self.state), "start": self.start, "end": self.end, "text": as_json(self.text)}

    def check(self) -> None:
        """Raise a TypeError or ValueError for what cannot be drawn."""
        of(self.state, str)
        of(self.text, str)
        if not (_is_time(self.start) and _is_time(self.end) and self.start <= self.end):
            raise ValueError(f"A slice starts and ends at seconds, not {self.start!r:.40} and {self.end!r:.40}")


@dataclass(frozen=True, slots=True)
class Lane(Part):
    """One row of slices in the order of time; `depth` puts it below the nearest lane above that is less deep.

    `detail` stands beside its label, `level` marks it, `source` is where it came from.
    """

    label: str
    slices: Sequence[Slice]
    source: Source | None = None
    depth: int = 0
    detail: str = ""
    level: Level | None = None

    def to_json(self) -> dict[str, Any]:
        names = ("label", "slices", "source", "depth", "detail", "level")
        return {name: as_json(getattr(self, name)) for name in names}

    def check(self) -> None:
        """Raise a TypeError or ValueError for what cannot be drawn."""
        of(self.label, str)
        of(self.detail, str)
        if type(self.depth) is not int or self.depth < 0:
            raise TypeError(f"A lane's depth is a number of levels, not {self.depth!r:.40}")
        if self.level not in (*LEVELS, None):
            raise TypeError(f"A lane's level is one of {', '.join(LEVELS)}, not {self.level!r:.40}")
        for piece in all_of(self.slices, Slice):
            piece.check()


@dataclass(frozen=True, slots=True)
class Lanes(Block):
    """Lanes under one axis of time that is `seconds` long, as a timeline of tasks or threads.

    Example: `Lanes([Lane("request", [Slice("running", 0, 0.02), Slice("waiting", 0.02, 0.08)])], 0.084)`.
    """

    type: ClassVar[str] = "lanes"
    lanes: Sequence[Lane]
    seconds: float
    title: str | None = None
    empty: str = "Nothing ran."

    def check(self) -> None:
        """Raise a TypeError or ValueError for what cannot be drawn."""
        if not _is_time(self.seconds):
            raise ValueError(f"Lanes last a number of seconds, not {self.seconds!r:.40}")
        for lane in all_of(self.lanes, Lane):
            lane.check()


def _is_time(value: object) -> bool:
    return type(value) in (int, float) and isfinite(value) and value >= 0  # type: ignore[arg-type, operator]  # checked


def states(block: Lanes) -> list[str]:
    """Return the states that lanes are in: those that every output knows first, others in the order they come."""
    found = dict.fromkeys(piece.state for lane in block.lanes for piece in lane.slices)
    return [state for state in STATES if state in found] + [state for state in found if state not in STATES]


def signs(names: Sequence[str]) -> dict[str, str]:
    """Return what each of the states is drawn with."""
    others = iter(SIGNS[len(STATES) :])
    known = dict(zip(STATES, SIGNS, strict=False))
    return {name: known.get(name) or next(others, OTHER) for name in names}


def totals(lane: Lane) -> dict[str, float]:
    """Return the seconds a lane is in each of its states."""
    found = defaultdict[str, float](float)
    for piece in lane.slices:
        found[piece.state] += piece.end - piece.start
    return found


def line(lane: Lane, seconds: float, drawn: dict[str, str], width: int) -> str:
    """Return a lane's states over the time of all in `width` characters: `··▌───█▒─█···`."""
    if seconds <= 0:
        return ""
    cells = [defaultdict[str, float](float) for _ in range(width)]
    for piece in lane.slices:
        for cell, share in _shares(piece, seconds / width, width):
            cells[cell][piece.state] += share
    return "".join(_cell(cell, drawn) for cell in cells)


def _cell(shares: dict[str, float], drawn: dict[str, str]) -> str:
    if not shares:
        return NONE
    most = max(shares, key=lambda state: shares[state])
    return SOME if most == "waiting" and "running" in shares else drawn[most]


def _shares(piece: Slice, size: float, width: int) -> Iterator[tuple[int, float]]:
    """Yield the cells that a slice lies in, and the seconds of it in each; a slice of no length has a trace."""
    first, last = min(int(piece.start / size), width - 1), min(int(piece.end / size), width - 1)
    for cell in range(first, last + 1):
        share = min(piece.end, (cell + 1) * size) - max(piece.start, cell * size)
        if share > 0 or first == last:
            yield cell, share
