"""Reading: what a stored record says of its memory, whoever wrote it; what is odd reads as missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from debug_toolbar_memory.packed import unpack
from debug_toolbar_memory.stacks import Share, Stack

_WORD = 300


@dataclass(frozen=True)
class Earlier:
    """An earlier request of the same route."""

    id: str
    at: float
    kept: float
    resident: float | None
    blocks: float | None


@dataclass(frozen=True)
class Grown:
    """What one line kept in this request, and in the ones before it, oldest first."""

    site: str
    kept: float
    before: Sequence[float]

    @property
    def again(self) -> int:
        """In how many requests in a row, up to this one, the line kept memory."""
        times = 1
        for size in reversed(self.before):
            if not size:
                break
            times += 1
        return times


@dataclass(frozen=True)
class Measured:
    """A request's memory, as stored."""

    engine: str
    driven: bool
    numbers: Mapping[str, float | None]
    resident: tuple[float | None, float | None]
    blocks: tuple[float | None, float | None]
    stacks: Mapping[Stack, Share]
    peak_stacks: Mapping[Stack, Share]
    peak_seen: float | None
    rest: float
    route: str
    earlier: Sequence[Earlier]
    growth: Sequence[Grown]
    runs: Sequence[Sequence[Any]]
    more_runs: float
    paused: float
    remarks: Sequence[tuple[str, str]]


_NUMBERS = ("kept", "kept_blocks", "peak", "allocated", "allocations", "others", "toolbar", "cost")


def read(data: Any) -> Measured | None:
    """Return what a record's data of this panel says, or None where there is none."""
    if not isinstance(data, Mapping):
        return None
    garbage, packed, peak = (_map(data.get(name)) for name in ("garbage", "stacks", "peak_stacks"))
    pairs = [*_list(data.get("resident")), None, None]
    return Measured(
        _word(data.get("engine")) or "none",
        data.get("driven") is True,
        {name: number(data.get(name)) for name in _NUMBERS},
        _pair(pairs, 0),
        _pair(pairs, 1),
        unpack(packed),
        unpack(peak),
        number(peak.get("size")),
        number(packed.get("rest")) or 0,
        _word(data.get("route")),
        [visit for item in _list(data.get("earlier")) if (visit := _earlier(item))],
        [grown for item in _list(data.get("growth")) if (grown := _grown(item))],
        [run for run in _list(garbage.get("runs")) if isinstance(run, list) and len(run) == 7],
        number(garbage.get("more")) or 0,
        number(garbage.get("paused")) or 0,
        [(_word(item[0]), _word(item[1])) for item in _list(data.get("remarks")) if len(_list(item)) == 2],
    )


def number(value: Any) -> float | None:
    """Return a finite number, or None."""
    return value if type(value) in (int, float) and isfinite(value) else None


def _word(value: Any) -> str:
    return value[:_WORD] if isinstance(value, str) else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else list(value) if isinstance(value, tuple) else []


def _pair(pairs: list[Any], index: int) -> tuple[float | None, float | None]:
    """Return what there was before and after; resident bytes stand first, allocated blocks second."""
    before, after, *_ = [*_list(pairs[index]), None, None]
    return number(before), number(after)


def _earlier(item: Any) -> Earlier | None:
    if len(_list(item)) != 5 or (kept := number(item[2])) is None:
        return None
    return Earlier(_word(item[0]), number(item[1]) or 0, kept, number(item[3]), number(item[4]))


def _grown(item: Any) -> Grown | None:
    if len(_list(item)) != 3 or (kept := number(item[1])) is None:
        return None
    return Grown(_word(item[0]), kept, [number(size) or 0 for size in _list(item[2])])
