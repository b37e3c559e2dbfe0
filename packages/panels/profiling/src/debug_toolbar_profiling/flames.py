"""Flames: a profile as a flame graph: CPU, wall time and awaits, each a tab."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from debug_toolbar_core.blocks import Flame, Frame, Profile
from debug_toolbar_profiling.packages import APP
from debug_toolbar_profiling.samples import ELSEWHERE, WAITING
from debug_toolbar_profiling.taken import Sample, Taken

_Weight = Callable[[Sample], float]
_WORTH = 4


def flame_of(taken: Taken) -> Flame | None:
    """Return the profiles that have anything in them; None where none has."""
    frames = [Frame(found.name, found.file, found.line or None, found.package) for found in taken.functions]
    around = _around(taken)
    if len(around) >= _WORTH:
        packages = dict.fromkeys(taken.functions[number].package for number in around)
        frames.append(Frame(f"{len(around)} calls of {', '.join(filter(None, packages))}"))
    else:
        around = []
    profiles = [profile for profile in _profiles(taken, around, len(frames) - 1) if profile.stacks]
    return Flame(frames, profiles) if profiles else None


def _around(taken: Taken) -> list[int]:
    """Return the calls of libraries that lead to the user's code, as far as nothing else goes on in them.

    A framework stacks dozens of them around each handler: the graph has them as one frame.
    """
    seen = {sample.node for sample in taken.samples}
    children = defaultdict[int, list[int]](list)
    for node in range(len(taken.nodes) - 1, 0, -1):
        if node in seen or children[node]:
            children[taken.nodes[node][0]].append(node)
    found: list[int] = []
    inner = [node for node in children[0] if children[node]]  # what is no stack, as `not sampled`, has no calls
    inner = [node for node in inner if taken.functions[taken.nodes[node][1]].file is not None]
    while len(inner) == 1 and inner[0] not in seen and taken.functions[taken.nodes[inner[0]][1]].package != APP:
        found.append(taken.nodes[inner[0]][1])
        inner = children[inner[0]]
    return found


def _profiles(taken: Taken, around: Sequence[int], frame: int) -> Iterator[Profile]:
    def stack(node: int) -> list[int]:
        found = taken.stack(node)
        return [frame, *found[len(around) :]] if around and found[: len(around)] == around else found

    for name, weight in _WEIGHTS.items():
        yield _profile(taken, name, weight, stack)


def _profile(taken: Taken, name: str, weight: _Weight, stack: Callable[[int], list[int]]) -> Profile:
    """Return a profile of what has weight, equal stacks that follow each other as one."""
    weighted = [(sample.node, amount) for sample in taken.samples if (amount := weight(sample)) > 0]
    known: dict[int, list[int]] = {}
    stacks, weights = [], []
    for node, same in groupby(weighted, key=lambda pair: pair[0]):
        if node not in known:
            known[node] = stack(node)
        stacks.append(known[node])
        weights.append(sum(amount for _, amount in same))
    return Profile(name, stacks, weights)


_WEIGHTS: dict[str, _Weight] = {
    "CPU": lambda sample: sample.cpu,
    "Wall": lambda sample: 0.0 if sample.kind == ELSEWHERE else sample.seconds,
    "Await": lambda sample: sample.seconds if sample.kind == WAITING else 0.0,
}
