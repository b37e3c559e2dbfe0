"""Shown: what panels show of a record, and all their notices gathered into one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from debug_toolbar_core.blocks import LEVELS, Badge, Block, Notice, walk
from debug_toolbar_core.panel import Panel, overrides


@dataclass(slots=True)
class Shown:
    """What one panel shows of a record: its blocks, its badge, its notices; of a panel that gathers, all panels'."""

    panel: Panel
    blocks: list[Block]
    badge: Badge | None = None
    notices: list[Notice] = field(default_factory=list)
    gathered: Sequence[tuple[str, Notice]] = ()

    @property
    def level(self) -> str | None:
        """The worst level among its notices, and those it gathered."""
        found = [*self.notices, *(notice for _, notice in self.gathered)]
        return max((notice.level for notice in found), key=LEVELS.index, default=None)

    @property
    def told(self) -> bool:
        """Whether its badge says what nothing else does: a panel that gathers repeats what others said."""
        return self.badge is not None and not overrides(self.panel, "gather")


def gathered(views: Iterable[Shown]) -> list[tuple[str, Notice]]:
    """Return all notices with their panels' names, worst first; of those with one key the worst alone.

    Among equals a panel that gathers is the one that gives way: it looks at everything, the other knows better.
    """
    views = sorted(views, key=lambda view: overrides(view.panel, "gather"))
    found = [(view.panel.name, notice) for view in views for notice in view.notices]
    found.sort(key=lambda pair: -LEVELS.index(pair[1].level))
    first: dict[str | None, str] = {}
    return [pair for pair in found if pair[1].key is None or first.setdefault(pair[1].key, pair[0]) == pair[0]]


def make_shown(panel: Panel, blocks: list[Block], notices: list[Notice]) -> Shown:
    """Return what a panel shows, its badge taken from among its blocks."""
    badge = next((block for block in walk(blocks) if isinstance(block, Badge)), None)
    return Shown(panel, [block for block in blocks if block is not badge], badge, notices)
