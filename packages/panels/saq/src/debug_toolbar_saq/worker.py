"""The worker: one line makes each execution of a job a record of its own, linked with the one that enqueued it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from debug_toolbar_core import Application, Config, Toolbar
from debug_toolbar_core.border import tell
from debug_toolbar_core.capture import Capture
from debug_toolbar_saq.facts import CAUSE, PANEL, RECORDS, facts_of

logger = logging.getLogger("debug_toolbar")
_HOOKS = ("startup", "before_process", "after_process", "shutdown")


def watch(settings: dict[str, Any] | None = None, config: Config | None = None) -> dict[str, Any]:
    """Return a worker's settings with the toolbar's hooks added: `settings = watch(settings)`.

    Works for the dictionary of the `saq` command and for `Worker(queue, functions, **watch())` alike. The store is
    that of `config`, or of `DEBUG_TOOLBAR_STORE`; the application's process must use the same one. Where
    the toolbar is off (`enabled=False`) the settings come back as they were.
    """
    given = dict(settings or {})
    config = config or Config().from_environment()
    if config.enabled is False:
        return given
    watching = Watching(Toolbar(config))
    if config.store == "memory":
        tell("The store of this worker is its memory, which the application cannot see: set DEBUG_TOOLBAR_STORE.")
    given["startup"] = [watching.startup, *_listed(given.get("startup"))]
    given["before_process"] = [watching.before, *_listed(given.get("before_process"))]
    given["after_process"] = [*_listed(given.get("after_process")), watching.after]
    given["shutdown"] = [*_listed(given.get("shutdown")), watching.shutdown]
    return given


def _listed(hooks: Any) -> list[Callable[..., Any]]:
    if hooks is None:
        return []
    return list(hooks) if isinstance(hooks, (list, tuple, set)) else [hooks]


class Watching:
    """Opens a record before each job and closes it after; what goes wrong here is logged, and the job runs on."""

    def __init__(self, toolbar: Toolbar) -> None:
        self.toolbar = toolbar
        self.running: ContextVar[Capture | None] = ContextVar("debug_toolbar_saq", default=None)

    async def startup(self, context: Any) -> None:
        """Open the panels' hooks with the worker."""
        try:
            self.toolbar.start(Application())
        except Exception as error:  # noqa: BLE001 - a border: the worker must not fail for ours
            tell("The toolbar did not start in this worker: %r.", error, error=error)

    async def before(self, context: Any) -> None:
        """Open the record; the job's task is made in this context, so all it does is recorded."""
        try:
            job = context["job"]
            cause = job.meta.get(CAUSE)
            capture = self.toolbar.open("task", parent=cause if type(cause) is str else None)
            record = capture.record
            record.tags.update(name=str(job.function), queue=str(getattr(job.queue, "name", "")), attempt=job.attempts)
            job.meta = {**job.meta, RECORDS: [*(job.meta.get(RECORDS) or ()), record.id]}
            record.data[PANEL] = {"arguments": record.take(job.kwargs or {}), "job": record.take(facts_of(job))}
            self.running.set(capture)
            self.toolbar.keep(record)  # as it begins: a long job is seen while it runs, and one whose worker dies
        except Exception as error:  # noqa: BLE001 - a border
            tell("The toolbar did not record a job: %r.", error, error=error)

    async def after(self, context: Any) -> None:
        """Close the record with what became of the job."""
        capture = self.running.get()
        if capture is None:
            return
        self.running.set(None)
        try:
            record, error = capture.record, context.get("exception")
            record.data[PANEL] = {**record.data[PANEL], "job": record.take(facts_of(context["job"]))}
            self.toolbar.keep(capture.close(error if isinstance(error, BaseException) else None))
        except Exception as error:  # noqa: BLE001 - a border
            capture.leave()
            tell("The toolbar lost the record of a job: %r.", error, error=error)

    async def shutdown(self, context: Any) -> None:
        """Close the panels' hooks, and have the store write what waits."""
        self.toolbar.stop()
