"""Stacks: what is held by where it was allocated, cut to what belongs to one request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from debug_toolbar_core.source import is_library
from debug_toolbar_memory.native import is_native

OURS = "debug_toolbar_"
_BELOW = ("python", "C")
"""Packages whose functions are called for others."""


class Place(NamedTuple):
    """A line of code in a stack; `function` is empty where the tool does not tell it."""

    file: str
    line: int
    function: str = ""


class Share(NamedTuple):
    """Bytes in so many blocks."""

    size: int
    blocks: int


Stack = tuple[Place, ...]
"""Outermost first, from the request's mark on, without the toolbar's own frames."""


@dataclass
class Held:
    """What one request held at one moment: by stack, and what is not in there."""

    stacks: dict[Stack, Share] = field(default_factory=dict)
    toolbar: int = 0
    """Bytes that the toolbar's own panels took while it ran."""
    deep: int = 0
    """Bytes of anybody's whose stacks were too deep to see whose they are."""

    @property
    def size(self) -> int:
        return sum(share.size for share in self.stacks.values())

    @property
    def blocks(self) -> int:
        return sum(share.blocks for share in self.stacks.values())

    def add(self, inner_first: Sequence[Place], size: int, blocks: int) -> None:
        """Add an allocation with its stack below the mark, innermost frame first."""
        if made_by_toolbar(inner_first):
            self.toolbar += size
            return
        stack = tuple(place for place in reversed(inner_first) if OURS not in place.file or not is_library(place.file))
        known = self.stacks.get(stack, Share(0, 0))
        self.stacks[stack] = Share(known.size + size, known.blocks + blocks)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, each place once."""
        numbers: dict[Place, int] = {}
        stacks = [
            [*share, [numbers.setdefault(place, len(numbers)) for place in stack]]
            for stack, share in self.stacks.items()
        ]
        return {"toolbar": self.toolbar, "deep": self.deep, "places": list(numbers), "stacks": stacks}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Held:
        """Return what `to_json` returned of."""
        places = [Place(*place) for place in data["places"]]
        stacks = {tuple(places[number] for number in stack): Share(*share) for *share, stack in data["stacks"]}
        return cls(stacks, data["toolbar"], data["deep"])


def made_by_toolbar(inner_first: Iterable[Place]) -> bool:
    """Tell whether the toolbar asked for the memory, itself or by calling the interpreter's own functions."""
    for place in inner_first:
        if package_of(place.file) not in _BELOW:
            return OURS in place.file and is_library(place.file)
    return False


def package_of(file: str) -> str:
    """Name what a file belongs to: `app` for the user's own code, `python`, `C`, or the library's top-level package.

    Example: `package_of("/venv/lib/python3.12/site-packages/anyio/abc/_tasks.py")` is `anyio`.
    """
    if is_native(file):
        return "C"
    if not is_library(file):
        return "app"
    path = file.replace("\\", "/")
    for folder in ("/site-packages/", "/dist-packages/"):
        if folder in path:
            return path.rpartition(folder)[2].partition("/")[0].removesuffix(".py")
    if OURS in path:
        return OURS + path.rpartition(OURS)[2].partition("/")[0]
    return "python"


def site_of(stack: Stack) -> Place | None:
    """Return the innermost line of the user's own code, else of any Python code; None for an empty stack."""
    python = [place for place in stack if not is_native(place.file)] or stack
    for place in reversed(python):
        if not is_library(place.file):
            return place
    return python[-1] if python else None
