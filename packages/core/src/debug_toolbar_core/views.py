"""Views: what the panels show of a record, each behind its border, with badges and notices gathered once."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import islice
from typing import Any

from debug_toolbar_core.blocks import LEVELS, Badge, Block, Notice, checked, walk
from debug_toolbar_core.border import Border
from debug_toolbar_core.fault import Failure
from debug_toolbar_core.panel import Panel, overrides
from debug_toolbar_core.record import Record
from debug_toolbar_core.store import summarise

_BLOCKS_MOST = 2_000
_SHOWN_NOTICES = 5
_KEPT = 1_000


@dataclass(slots=True)
class Shown:
    """What one panel shows of a record: its blocks, its badge, its notices."""

    panel: Panel
    blocks: list[Block]
    badge: Badge | None = None
    notices: list[Notice] = field(default_factory=list)

    @property
    def level(self) -> str | None:
        """The worst level among its notices."""
        return max((notice.level for notice in self.notices), key=LEVELS.index, default=None)


def missing(panel: Panel) -> str | None:
    """Name the library a panel needs and that is not installed, or None; nothing is imported."""
    for name in panel.needs:
        try:
            if name not in sys.modules and find_spec(name.partition(".")[0]) is None:
                return name
        except (ValueError, ImportError):
            return name
    return None


class Views:
    """Draws records with these panels; a summary's panel part is kept, for lists are read often."""

    def __init__(self, panels: Sequence[Panel], border: Border) -> None:
        self.panels = panels
        self.border = border
        self.needs = {panel.name: missing(panel) for panel in panels}
        self._summaries: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def of(self, record: Record) -> list[Panel]:
        """List the panels that may have something to show of a record, in menu order."""
        kinds = [panel for panel in self.panels if record.kind in panel.kinds]
        known = {*record.failures, *self.border.broken}
        return [panel for panel in kinds if overrides(panel, "view") or panel.name in known]

    def show(self, record: Record, panel: Panel) -> Shown:
        """Return what a panel shows; its failure, then or while collecting, is a notice in its place."""
        blocks: list[Block] = []
        failures = dict(record.failures)
        with self.border.guard(panel.name, "view", record):
            for block in islice(panel.view(record), _BLOCKS_MOST):
                blocks.extend(checked([block]))
        failure = record.failures.get(panel.name) or self.broken(record, panel)
        record.failures = failures  # what a view does wrong is shown, and not the record's own
        if failure is not None:
            text = f"Panel {panel.title} failed in {failure.hook}: {failure.message}"
            blocks.insert(0, Notice("error", text, "The rest of the record is complete.", label="panel failed"))
        badge = next((block for block in walk(blocks) if isinstance(block, Badge)), None)
        notices = [block for block in walk(blocks) if isinstance(block, Notice)]
        return Shown(panel, [block for block in blocks if block is not badge], badge, notices)

    def broken(self, record: Record, panel: Panel) -> Failure | None:
        """Return why a panel measures nothing in this process, where a record has nothing of it."""
        if record.imported or panel.name in record.data:
            return None
        return self.border.broken.get(panel.name)

    def all(self, record: Record) -> list[Shown]:
        """Return what every panel shows of a record, in menu order."""
        return [self.show(record, panel) for panel in self.of(record)]

    def entry(self, shown: Shown, record: Record) -> dict[str, Any]:
        """Return a panel's line in the menu of a record."""
        panel, failure = shown.panel, record.failures.get(shown.panel.name)
        badge = shown.badge
        return {
            "name": panel.name,
            "title": panel.title,
            "group": panel.group,
            "badge": None if badge is None else {"text": badge.text, "detail": badge.detail, "level": badge.level},
            "level": shown.level,
            "empty": not shown.blocks and badge is None,
            "failure": None if failure is None else {"hook": failure.hook, "message": failure.message},
            "needs": self.needs.get(panel.name),
            "actions": [
                {"name": action.name, "title": action.title, "description": action.description}
                for action in panel.actions.values()
            ],
        }

    def summary(self, record: Record) -> dict[str, Any]:
        """Return a record's line in a list, with badges, levels and the worst notices."""
        kept = self._summaries.get(record.id)
        if kept is None or record.open:
            kept = self.summarise(record, self.all(record))
            if not record.open:
                self.keep(record.id, kept)
        return kept

    def summarise(self, record: Record, shown: Iterable[Shown]) -> dict[str, Any]:
        """Return a record's line from what its panels show."""
        views = list(shown)
        summary = summarise(record)
        summary.badges = [
            {"panel": view.panel.name, "title": view.panel.title, "text": view.badge.text,
             "detail": view.badge.detail, "level": view.level or view.badge.level}
            for view in views if view.badge is not None
        ]  # fmt: skip
        found = gathered(views)
        summary.levels = {level: sum(notice.level == level for _, notice in found) for level in LEVELS}
        summary.notices = [
            {"panel": name, "level": notice.level, "label": notice.label, "text": notice.text}
            for name, notice in found[:_SHOWN_NOTICES]
        ]
        summary.labels = sorted({notice.label for _, notice in found if notice.label})
        return summary.to_json()

    def kept(self, id: str) -> dict[str, Any] | None:
        """Return a closed record's line when it was made before."""
        return self._summaries.get(id)

    def keep(self, id: str, summary: dict[str, Any]) -> None:
        """Keep a closed record's line, the newest thousand of them."""
        self._summaries[id] = summary
        if len(self._summaries) > _KEPT:
            self._summaries.popitem(last=False)

    def forget(self, id: str | None = None) -> None:
        """Forget one record's line, or all: it was saved again, or the store was cleared."""
        if id is None:
            self._summaries.clear()
        else:
            self._summaries.pop(id, None)


def gathered(views: Iterable[Shown]) -> list[tuple[str, Notice]]:
    """Return all notices with their panels' names, worst first."""
    found = [(view.panel.name, notice) for view in views for notice in view.notices]
    return sorted(found, key=lambda pair: -LEVELS.index(pair[1].level))
