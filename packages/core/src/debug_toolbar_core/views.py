"""Views: what the panels show of a record, each behind its border, with badges and notices gathered once."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import islice
from typing import Any

from debug_toolbar_core.blocks import LEVELS, Block, Notice, checked, walk
from debug_toolbar_core.border import Border
from debug_toolbar_core.drawn import Drawn
from debug_toolbar_core.fault import Failure
from debug_toolbar_core.panel import Panel, overrides
from debug_toolbar_core.record import Record
from debug_toolbar_core.shown import Shown, gathered, make_shown
from debug_toolbar_core.store import summarise

__all__ = ["Shown", "Views", "gathered", "missing"]

_BLOCKS_MOST = 2_000
_SHOWN_NOTICES = 5
_KEPT = 1_000


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

    def __init__(
        self, panels: Sequence[Panel], border: Border, app_data: Callable[[], Mapping[str, Any]] = dict
    ) -> None:
        self.panels = panels
        self.border = border
        self.app_data = app_data
        self.needs = {panel.name: missing(panel) for panel in panels}
        self.summaries: OrderedDict[str, tuple[int, dict[str, Any]]] = OrderedDict()

    def of(self, record: Record) -> list[Panel]:
        """List the panels that may have something to show of a record, in menu order."""
        kinds = [panel for panel in self.panels if record.kind in panel.kinds]
        known = {*record.failures, *self.border.broken}
        shows = ("view", "gather")
        return [panel for panel in kinds if panel.name in known or any(overrides(panel, hook) for hook in shows)]

    def show(self, record: Record, panel: Panel) -> Shown:
        """Return what a panel shows; its failure, then or while collecting, is a notice in its place."""
        return Drawn(self, record).show(panel)

    def all(self, record: Record) -> list[Shown]:
        """Return what every panel shows of a record, in menu order."""
        return Drawn(self, record).all()

    def own(self, record: Record, panel: Panel) -> Shown:
        """Draw a panel's own view; the record is the drawer's own, which notes in it what this panel is to see."""
        if record.kind != "app" and "app" in panel.kinds and overrides(panel, "collect") and not record.imported:
            record.app_data = self.app_data().get(panel.name, {})
        blocks, failure = self._drawn(record, panel, lambda: panel.view(record))
        failure = failure or self.broken(record, panel)
        if failure is not None:
            text = f"Panel {panel.title} failed in {failure.hook}: {failure.message}"
            blocks.insert(0, Notice("error", text, "The rest of the record is complete.", label="panel failed"))
        return make_shown(panel, blocks, [block for block in walk(blocks) if isinstance(block, Notice)])

    def gathered(self, record: Record, own: Shown, views: Sequence[Shown]) -> Shown:
        """Draw what a panel makes of all notices; what it shows itself is then among them, so it counts once."""
        found = gathered(views)
        titles = {view.panel.name: view.panel.title for view in views}
        named = [(titles.get(name, name), notice) for name, notice in found]
        blocks, failure = self._drawn(record, own.panel, lambda: own.panel.gather(record, named))
        if failure is not None:
            blocks = [Notice("error", f"Panel {own.panel.title} failed in gather: {failure.message}"), *own.blocks]
        shown = make_shown(own.panel, blocks, own.notices)
        shown.gathered = found
        return shown

    def _drawn(
        self, record: Record, panel: Panel, draw: Callable[[], Iterable[Block]]
    ) -> tuple[list[Block], Failure | None]:
        """Draw blocks behind the border, and return what failed, then or while collecting."""
        blocks: list[Block] = []
        failures = dict(record.failures)
        with self.border.guard(panel.name, "view", record):
            for block in islice(draw(), _BLOCKS_MOST):
                blocks.extend(checked([block]))
        failure = record.failures.get(panel.name)
        record.failures = failures  # what a view does wrong is shown, and not the record's own
        return blocks, failure

    def broken(self, record: Record, panel: Panel) -> Failure | None:
        """Return why a panel measures nothing in this process, where a record has nothing of it."""
        if record.imported or panel.name in record.data:
            return None
        return self.border.broken.get(panel.name)

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
            "empty": badge is None and shown.level is None,
            "failure": None if failure is None else {"hook": failure.hook, "message": failure.message},
            "needs": self.needs.get(panel.name),
            "actions": [
                {"name": action.name, "title": action.title, "description": action.description}
                for action in panel.actions.values()
            ],
        }

    def summary(self, record: Record) -> dict[str, Any]:
        """Return a record's line in a list, with badges, levels and the worst notices."""
        return self.line(Drawn(self, record))

    def line(self, drawn: Drawn, revision: int = 0) -> dict[str, Any]:
        """Return the line of a record that is drawn, which is kept once the record is closed."""
        record = drawn.record
        kept = self.kept(record.id, revision)
        if kept is None or record.open:
            kept = self.summarise(record, drawn.all())
            if not record.open:
                self.keep(record.id, kept, revision)
        return kept

    def summarise(self, record: Record, shown: Iterable[Shown]) -> dict[str, Any]:
        """Return a record's line from what its panels show."""
        views = list(shown)
        summary = summarise(record)
        summary.badges = [
            {"panel": view.panel.name, "title": view.panel.title, "text": view.badge.text,
             "detail": view.badge.detail, "level": view.level or view.badge.level}
            for view in views if view.badge is not None and view.told
        ]  # fmt: skip
        found = gathered(views)
        summary.levels = {level: sum(notice.level == level for _, notice in found) for level in LEVELS}
        summary.notices = [
            {"panel": name, "level": notice.level, "label": notice.label, "text": notice.text}
            for name, notice in found[:_SHOWN_NOTICES]
        ]
        summary.labels = sorted({notice.label for _, notice in found if notice.label})
        return summary.to_json()

    def kept(self, id: str, revision: int = 0) -> dict[str, Any] | None:
        """Return a closed record's line when it was made before, of the record as it was saved then."""
        of, summary = self.summaries.get(id, (revision, None))
        return summary if of == revision else None

    def keep(self, id: str, summary: dict[str, Any], revision: int = 0) -> None:
        """Keep a closed record's line, the newest thousand of them."""
        self.summaries[id] = revision, summary
        if len(self.summaries) > _KEPT:
            self.summaries.popitem(last=False)

    def forget(self, id: str | None = None) -> None:
        """Forget one record's line, or all: it was saved again, or the store was cleared."""
        if id is None:
            self.summaries.clear()
        else:
            self.summaries.pop(id, None)
