"""The toolbar: panels and a store, and what adapters, the API and tools ask of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from debug_toolbar_core.application import Application
from debug_toolbar_core.blocks import Block, Notice
from debug_toolbar_core.border import Border
from debug_toolbar_core.capture import Capture
from debug_toolbar_core.config import Config
from debug_toolbar_core.demand import Demand
from debug_toolbar_core.discovery import make_panels
from debug_toolbar_core.drawn import Drawn
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.errors import UnknownPanel, UnknownRecord
from debug_toolbar_core.exchange import Wire
from debug_toolbar_core.keeper import Keeper, make_store
from debug_toolbar_core.offload import offload
from debug_toolbar_core.panel import Panel, overrides
from debug_toolbar_core.reader import Reader
from debug_toolbar_core.record import Kind, Record
from debug_toolbar_core.rules import Rules
from debug_toolbar_core.search import Search
from debug_toolbar_core.views import Shown, Views, gathered

APP = "app"
_SEARCHED_MOST = 2_000
_APP_BUDGETS = 40
_PAGE_MOST = 500


class Toolbar:
    """Captures records, keeps them, and shows them; one a process and application.

    Example: `with Toolbar(Config()).capture("task") as record: ...`.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.encoder = Encoder(self.config.redactor)
        self.border = Border(self.config.budget, self.config.strict)
        made = make_panels(self.config)
        self.panels, self.errors = made.panels, made.errors
        self.by_name = {panel.name: panel for panel in self.panels}
        self.demand = Demand(self.panels, self.config.always)
        self.rules = Rules(self.config.rules) if self.config.rules else None
        self.views = Views(self.panels, self.border, self.app_data)
        self.store = make_store(self.config.store, self.encoder)
        self.reader = Reader(self.store, self.encoder, self.views)
        self.keeper = Keeper(self.store, self.config.budget)
        self.app = Application()
        self.app_id: str | None = None
        self.working: dict[str, Record] = {}
        """Records of requests that are not done: a page asks for its own while background tasks still run."""
        self._app_lock = threading.Lock()
        self._app_record: Record | None = None
        self._app_data: Mapping[str, Any] = {}
        self._starts = 0
        self._lifespans: list[tuple[str, Generator[None]]] = []

    def start(self, app: Application) -> None:
        """Open the panels' lifespans; called again (a second test client, a sub-application) it counts."""
        self._starts += 1
        if self._starts > 1:
            return
        self.app = app
        self.app_id = self._app_record = None
        self.reader.forget()  # what views show of the application is another's
        self._enter("adapter", app.hooks)
        for panel in self.panels:
            if overrides(panel, "lifespan") and self.views.needs.get(panel.name) is None:
                self._enter(panel.name, partial(panel.lifespan, app))

    def _enter(self, name: str, lifespan: Callable[[], Generator[None]]) -> None:
        with self.border.guard(name, "lifespan"):
            generator = lifespan()
            next(generator)
            self._lifespans.append((name, generator))

    def stop(self) -> None:
        """Close the panels' lifespans, in the opposite order, once as many stops came as starts."""
        self._starts = max(0, self._starts - 1)
        if self._starts:
            return
        while self._lifespans:
            name, lifespan = self._lifespans.pop()
            with self.border.guard(name, "lifespan"):
                if next(lifespan, _ENDED) is not _ENDED:
                    lifespan.close()
                    raise RuntimeError("lifespan() yielded twice; it yields once")
        self.keeper.finish()

    def open(
        self, kind: Kind, wire: Wire | None = None, parent: str | None = None, demand: Collection[str] = ()
    ) -> Capture:
        """Open a record in this context; `close()` of what is returned ends it, `keep()` then stores it."""
        record = Record(kind, None, wire, parent, self.config.limits, self.app)
        if self.rules is not None:
            demand = (*demand, *self.rules.due(kind, wire))
        return Capture(record, self.demand.collecting(kind, demand), self.border, self.demand.failing)

    def keep(self, record: Record) -> None:
        """Give a record to the store, without waiting."""
        if self.rules is not None:
            self.rules.seen(record)
        if self.views.summaries or self.reader.kept:  # somebody looks
            self._forget(record.id)
        self.keeper.keep(record)

    @contextmanager
    def capture(self, kind: Kind = "task", **tags: Any) -> Generator[Record]:
        """Record what runs inside, and keep it.

        Example: `with toolbar.capture("task", name="send_receipt") as record: ...`.
        """
        capture = self.open(kind)
        capture.record.tags.update(tags)
        error: BaseException | None = None
        try:
            yield capture.record
        except BaseException as raised:
            error = raised
            raise
        finally:
            self.keep(capture.close(error))

    def app_record(self) -> Record:
        """Return the application's own record, collected when first asked for; blocks: not for the event loop."""
        with self._app_lock:
            if self._app_record is None:
                record = Record("app", limits=self.config.limits, app=self.app)
                border = Border(self.config.budget * _APP_BUDGETS, self.config.strict)
                panels = [panel for panel in self.panels if "app" in panel.kinds and overrides(panel, "collect")]
                Capture(record, panels, border).close()
                self._app_data = self.encoder.through(record).data
                self._app_record = record
            return self._app_record

    def app_data(self) -> Mapping[str, Any]:
        """Return what the panels collected of the application, as every reader gets it; blocks as `app_record` does."""
        self.app_record()
        return self._app_data

    async def load(self, id: str) -> Record:
        """Return a stored record; `app` is the application's own. Raises UnknownRecord."""
        working = self.working.get(id)
        if working is not None:
            return await offload(self.encoder.through, working)
        found = await self._load_app() if id == APP else await self.store.load(id)
        if found is None:
            raise UnknownRecord(id)
        return found

    async def _load_app(self) -> Record | None:
        """Load the application's record, collecting it when there is none, or when the store forgot it."""
        found = await self.store.load(self.app_id) if self.app_id is not None else None
        if found is None:
            record = await offload(self.app_record)
            await self.store.save(record)
            self.app_id = record.id
            found = await self.store.load(record.id)
        return found

    async def drawn(self, id: str) -> Drawn:
        """Return a stored record with what its panels show, for readers only: it may be shared among them.

        `app` is the application's own. Raises UnknownRecord.
        """
        working = self.working.get(id)
        if working is not None:
            return await offload(self.reader.take, working)
        found = await (self._drawn_app() if id == APP else self.reader.read(id, await self.reader.revision(id)))
        if found is None:
            raise UnknownRecord(id)
        return found

    async def _drawn_app(self) -> Drawn | None:
        found = None if self.app_id is None else await self.reader.read(self.app_id, None)
        if found is None and (record := await self._load_app()) is not None:
            found = await self.reader.read(record.id, None)
        return found

    async def recent(
        self, limit: int = 50, before: str | None = None, query: str = ""
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return summaries that a search finds, newest first, and the id to go on before, or None at the end."""
        limit = max(1, min(limit, _PAGE_MOST))
        search, found, seen = Search(query), list[dict[str, Any]](), 0
        while seen < _SEARCHED_MOST:
            page = await self.store.recent(limit, before)
            for line in page:
                before, seen = line.id, seen + 1
                summary = await self.summary(line.id, line.revision)
                if summary is not None and search(summary):
                    found.append(summary)
                if len(found) >= limit:
                    return found, before
            if len(page) < limit:
                return found, None
        return found, before

    async def summary(self, id: str, revision: int | None = None) -> dict[str, Any] | None:
        """Return a stored record's line with what its panels say, or None when it is gone."""
        if revision is None:
            revision = await self.reader.revision(id)
        kept = self.views.kept(id, revision or 0)
        if kept is not None:
            return kept
        drawn = await self.reader.read(id, revision)
        return None if drawn is None else await offload(self.views.line, drawn, revision or 0)

    def troubles(self) -> list[Notice]:
        """Return what is wrong with the store: records that it lost, or cannot write or read now."""
        return self.keeper.troubles()

    def panel(self, name: str) -> Panel:
        """Return a panel by name. Raises UnknownPanel."""
        if name not in self.by_name:
            raise UnknownPanel(name)
        return self.by_name[name]

    def blocks(self, record: Record, panel: str) -> list[Block]:
        """Return what a panel shows of a record; a failure is a notice among them."""
        return self.views.show(record, self.panel(panel)).blocks

    def notices(self, record: Record) -> list[tuple[str, Notice]]:
        """Return all panels' notices of a record with their panels' names, worst first."""
        return gathered(self.views.all(record))

    def shown(self, record: Record) -> list[Shown]:
        """Return what every panel shows of a record, in menu order."""
        return self.views.all(record)

    async def clear(self) -> None:
        """Forget every stored record."""
        await self.store.clear()
        self._forget()

    def _forget(self, id: str | None = None) -> None:
        self.views.forget(id)
        self.reader.forget(id)

    async def refresh(self, record: Record, panel: str) -> tuple[Record, list[Block]]:
        """Have a panel bring a stored record up to date for a reader; return it, and a notice when that failed."""
        from debug_toolbar_core.acting import run_refresh

        return await run_refresh(self, record, self.panel(panel))

    async def act(self, record: Record, panel: str, action: str, arguments: Mapping[str, Any]) -> Iterable[Block]:
        """Run one of a panel's actions on a stored record; what it leaves in `record.data` is kept.

        Raises UnknownPanel, or TypeError when the arguments are not the action's.
        """
        from debug_toolbar_core.acting import run_action

        return await run_action(self, record, self.panel(panel), action, arguments)


_ENDED = object()
