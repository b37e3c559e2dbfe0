"""Hot: the functions a profile's CPU time went to, by themselves and with all they called, and the tree of calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from debug_toolbar_profiling.packages import APP
from debug_toolbar_profiling.taken import Function, Taken


@dataclass(frozen=True, slots=True)
class Hot:
    """A function's CPU seconds: its own, with all it called (a recursion counts once); calls where they are exact."""

    function: Function
    own: float
    total: float
    calls: int | None


@dataclass(frozen=True, slots=True)
class Call:
    """A node of the call tree: how deep, which function, its seconds by itself and with all it called."""

    depth: int
    function: Function
    own: float
    total: float


def hottest(taken: Taken) -> list[Hot]:
    """Return the functions of a profile, those with the most of their own first."""
    own, total = defaultdict[int, float](float), defaultdict[int, float](float)
    for node, cpu in taken.cpu_by_node().items():
        stack = taken.stack(node)
        if stack:
            own[stack[-1]] += cpu
        for function in set(stack):
            total[function] += cpu
    for function, calls in taken.calls.items():
        own[function], total[function] = calls.own, calls.total
    found = [
        Hot(taken.functions[number], own[number], total[number], taken.calls[number].made)
        if number in taken.calls
        else Hot(taken.functions[number], own[number], total[number], None)
        for number in total
        if taken.functions[number].file is not None or number in taken.calls
    ]
    return sorted(found, key=lambda hot: (-hot.own, -hot.total, -(hot.calls or 0), hot.function.name))


def tree(taken: Taken, least: float) -> Iterator[Call]:
    """Yield the call tree in the order of an outline, the costliest calls first, without what is below `least` seconds.

    Calls of libraries that only lead on to one other call are left out: frameworks stack dozens of them.
    """
    own = taken.cpu_by_node()
    total = defaultdict[int, float](float, own)
    children = defaultdict[int, list[int]](list)
    for node in range(len(taken.nodes) - 1, 0, -1):  # children stand after their parents
        total[taken.nodes[node][0]] += total[node]
        children[taken.nodes[node][0]].append(node)
    waiting = [(0, 0)]
    while waiting:
        depth, node = waiting.pop()
        inner = sorted((child for child in children[node] if total[child] > least), key=lambda child: total[child])
        function = taken.functions[taken.nodes[node][1]] if node else None
        if function is not None and (function.package in (APP, None) or own.get(node, 0.0) > least or len(inner) != 1):
            yield Call(depth, function, own.get(node, 0.0), total[node])
            depth += 1
        waiting += [(depth, child) for child in inner]
