"""Flame: stacks with weights, as profilers take them: drawn as a flame graph and as its hottest lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar, Literal, get_args

from debug_toolbar_core.block import Block, Part, all_of, as_json, listed

Weight = Literal["s", "bytes", "count"]


@dataclass(frozen=True, slots=True)
class Frame(Part):
    """A function or line that stacks are made of; frames of one `package` share a colour, `"app"` is the user's."""

    name: str
    file: str | None = None
    line: int | None = None
    package: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {name: as_json(getattr(self, name)) for name in ("name", "file", "line", "package")}


@dataclass(frozen=True, slots=True)
class Profile(Part):
    """Stacks in the order they were taken, outermost frame first, as indexes into the flame's frames; a weight each.

    `before` are the weights of the same stacks in another record: then the difference is drawn, red and blue.

    Example: `Profile("CPU", [[0, 1], [0, 2]], [0.012, 0.004])`.
    """

    name: str
    stacks: Sequence[Sequence[int]]
    weights: Sequence[float]
    unit: Weight = "s"
    before: Sequence[float] | None = None

    def to_json(self) -> dict[str, Any]:
        frames, parents, samples = self._tree()
        return {
            "name": as_json(self.name),
            "unit": self.unit,
            "nodes": {"frame": frames, "parent": parents},
            "samples": samples,
            "weights": list(self.weights),
            "before": None if self.before is None else list(self.before),
        }

    def _tree(self) -> tuple[list[int], list[int], list[int]]:
        """Fold the stacks into a tree of prefixes: each node's frame and parent, and each stack's last node."""
        frames, parents, samples = list[int](), list[int](), list[int]()
        nodes: dict[tuple[int, int], int] = {}
        ends: dict[tuple[int, ...], int] = {}
        for stack in self.stacks:
            whole = tuple(stack)
            end = ends.get(whole)
            if end is None:
                end = -1
                for frame in whole:
                    node = nodes.get((end, frame))
                    if node is None:
                        node = nodes[end, frame] = len(frames)
                        frames.append(frame)
                        parents.append(end)
                    end = node
                ends[whole] = end
            samples.append(end)
        return frames, parents, samples

    def check(self, frames: int) -> None:
        """Raise a TypeError or ValueError for what cannot be drawn with so many frames."""
        if self.unit not in get_args(Weight):
            raise ValueError(f"A profile's unit is one of {', '.join(get_args(Weight))}, not {self.unit!r:.40}")
        for weights in (self.weights, self.before):
            if weights is not None and len(listed(weights)) != len(listed(self.stacks)):
                raise ValueError(f"A profile of {len(self.stacks)} stacks has {len(weights)} weights")
            if not all(type(weight) in (int, float) and isfinite(weight) and weight >= 0 for weight in weights or ()):
                raise ValueError("A profile's weights are numbers, 0 or more")
        for stack in self.stacks:
            if not all(type(index) is int and 0 <= index < frames for index in listed(stack)):
                raise ValueError(f"A stack holds indexes into {frames} frames")


@dataclass(frozen=True, slots=True)
class Flame(Block):
    """Profiles over shared frames, as in speedscope's files; several are tabs.

    Example: `Flame([Frame("list_books", "/app/views.py", 41, "app")], [Profile("CPU", [[0]], [0.031])])`.
    """

    type: ClassVar[str] = "flame"
    frames: Sequence[Frame]
    profiles: Sequence[Profile]
    title: str | None = None

    def check(self) -> None:
        """Raise a TypeError or ValueError for what cannot be drawn."""
        count = len(all_of(self.frames, Frame))
        for profile in all_of(self.profiles, Profile):
            profile.check(count)


@dataclass(frozen=True, slots=True)
class Heat:
    """A frame's weight: its own, with all it called (a recursion counts once), and both before."""

    frame: Frame
    own: float
    total: float
    own_before: float
    total_before: float


def hottest(flame: Flame, profile: Profile) -> list[Heat]:
    """Return the frames of a profile, those with the most weight of their own first."""
    own, total = defaultdict[int, float](float), defaultdict[int, float](float)
    own_before, total_before = defaultdict[int, float](float), defaultdict[int, float](float)
    before = profile.before or [0.0] * len(profile.stacks)
    for stack, weight, earlier in zip(profile.stacks, profile.weights, before, strict=True):
        if stack:
            own[stack[-1]] += weight
            own_before[stack[-1]] += earlier
        for frame in set(stack):
            total[frame] += weight
            total_before[frame] += earlier
    found = [
        Heat(flame.frames[frame], own[frame], total[frame], own_before[frame], total_before[frame]) for frame in total
    ]
    return sorted(found, key=lambda heat: (-max(heat.own, heat.own_before), -heat.total, heat.frame.name))
