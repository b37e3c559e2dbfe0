"""Records: the list, one record with what its panels show, actions, and clearing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import starmap
from typing import Any

from debug_toolbar_core import Panel, Record, Toolbar, ToolbarError, UnknownPanel
from debug_toolbar_core.blocks import Block
from debug_toolbar_core.drawn import Drawn
from debug_toolbar_core.offload import offload
from debug_toolbar_core.panel import overrides
from debug_toolbar_core.toolbar import APP
from debug_toolbar_core.views import gathered

from .answers import Answer, Refused, json_answer, json_bytes
from .asked import Asked
from .document import dump
from .patience import VIEW_SECONDS, within
from .troubles import entry, troubles

_LIMIT, _LIMIT_MOST = 50, 500


class Records:
    """Answers about records; all that is drawn or dumped is so in a worker thread, for `seconds` at most."""

    def __init__(self, toolbar: Toolbar, seconds: float = VIEW_SECONDS) -> None:
        self.toolbar = toolbar
        self.seconds = seconds

    async def list(self, asked: Asked) -> Answer:
        """Answer with summaries, newest first."""
        limit, before = asked.number("limit", _LIMIT, _LIMIT_MOST), asked.record_id("before")
        search = self.toolbar.recent(limit, before, asked.query().get("q", ""))
        found, more = await within(self.seconds, search)
        notices = _json(self.toolbar.troubles())
        return json_bytes(await offload(dump, {"records": found, "next": more, "notices": notices}))

    async def detail(self, asked: Asked) -> Answer:
        """Answer with a record, its line, its menu, and its notices; with `?summary` only the line."""
        if "summary" in asked.query():
            return await self.line(asked.id)
        drawn = await self.toolbar.drawn(asked.id)
        return json_bytes(await within(self.seconds, offload(self._draw, drawn)))

    async def line(self, id: str) -> Answer:
        """Answer with a record's line, which is kept once it was drawn; null while there is none.

        The bar asks before a page's background tasks are done: a 404 would be an error in the page's console.
        """
        if id == APP:
            id = (await self.toolbar.load(APP)).id
        summary = await within(self.seconds, self.toolbar.summary(id))
        return json_answer({"summary": summary})

    def _draw(self, drawn: Drawn) -> bytes:
        views, record = self.toolbar.views, drawn.record
        shown = drawn.all()
        notices = [{**notice.to_json(), "panel": panel} for panel, notice in gathered(shown)]
        wrong = troubles(self.toolbar) if record.kind == APP else {}
        told = [{**notice.to_json(), "panel": name} for name, about in wrong.items() for notice in about]
        about = {
            "summary": views.summarise(record, shown),
            "panels": [*(views.entry(each, record) for each in shown), *starmap(entry, wrong.items())],
            "notices": [*told, *notices],
        }
        return b'{"record":%b,%b' % (drawn.text, dump(about)[1:])  # megabytes that need no second writing

    async def panel(self, asked: Asked) -> Answer:
        """Answer with the blocks of one panel; of one that did not load, why."""
        name = asked.names["panel"]
        if name not in self.toolbar.by_name and (about := troubles(self.toolbar).get(name)) is not None:
            return json_answer({"panel": entry(name, about), "blocks": _json(about)})
        panel = self._known(asked)
        if overrides(panel, "refresh"):
            record, told = await self.toolbar.refresh(_shown_by(panel, await self.toolbar.load(asked.id)), name)
            drawn = Drawn(self.toolbar.views, record)
        else:
            drawn, told = await self.toolbar.drawn(asked.id), []
            _shown_by(panel, drawn.record)
        return json_bytes(await within(self.seconds, offload(self._blocks, drawn, panel, told)))

    def _blocks(self, drawn: Drawn, panel: Panel, told: Iterable[Block]) -> bytes:
        shown = drawn.show(panel)
        return dump({"panel": self.toolbar.views.entry(shown, drawn.record), "blocks": _json([*told, *shown.blocks])})

    async def act(self, asked: Asked) -> Answer:
        """Run a panel's action on a record and answer with its blocks."""
        panel = self._known(asked)
        record = _shown_by(panel, await self.toolbar.load(asked.id))  # its own: actions leave things in it
        name, arguments = asked.names["action"], await asked.arguments()
        if name not in panel.actions:
            known = ", ".join(panel.actions) or "none"
            message = f"Panel {panel.name!r} has no action {name[:80]!r}."
            raise Refused(404, "action_unknown", message, f"Its actions: {known}.")
        try:
            blocks = await self.toolbar.act(record, panel.name, name, arguments)
        except TypeError as fault:
            raise Refused(400, "arguments_invalid", str(fault)) from None
        except ToolbarError as fault:
            raise Refused(409, "action_refused", str(fault)) from None
        return json_bytes(await offload(lambda: dump({"blocks": _json(blocks)})))

    def _known(self, asked: Asked) -> Panel:
        """Return the panel in the path. Raises UnknownPanel."""
        panel = self.toolbar.by_name.get(asked.names["panel"])
        if panel is None:
            raise UnknownPanel(asked.names["panel"][:80])
        return panel

    async def clear(self, asked: Asked) -> Answer:
        """Forget every stored record."""
        await asked.arguments()
        await self.toolbar.clear()
        return json_answer({})


def _shown_by(panel: Panel, record: Record) -> Record:
    """Return a record that a panel shows; a Refused says that it shows nothing of this kind."""
    if record.kind not in panel.kinds:
        message = f"Panel {panel.name!r} shows nothing of a record of kind {record.kind!r}."
        raise Refused(404, "panel_unknown", message, f"It shows {', '.join(sorted(panel.kinds))}.")
    return record


def _json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [block.to_json() for block in blocks]
