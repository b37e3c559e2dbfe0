"""Hooks: each job that is enqueued, whichever way; apply, map and batch all enqueue."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from weakref import WeakValueDictionary

from debug_toolbar_core import Hooks, Record, Span, caller, observed, patched
from debug_toolbar_saq.facts import CAUSE, PANEL

HOOKS = Hooks(PANEL)
QUEUES: WeakValueDictionary[str, Any] = WeakValueDictionary()
"""The queues this process enqueued to, by name: asked for the present state of jobs when somebody looks."""


@HOOKS.into("saq.queue.base")
def queue(module: Any) -> Generator[None]:
    """See each job go, and write into its `meta` which record it comes from."""
    fields = frozenset(module.Job.__dataclass_fields__)

    def begin(record: Record, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span:
        target, job = args[0], args[1] if len(args) > 1 else kwargs["job_or_func"]
        QUEUES[target.name] = target
        named = type(job) is str
        function = job if named else job.function
        given = {name: value for name, value in kwargs.items() if name not in fields and name != "job_or_func"}
        arguments = {**(kwargs.get("kwargs") or {}), **given} if named else job.kwargs
        meta = kwargs.get("meta") if named or "meta" in kwargs else job.meta
        if meta is None or type(meta) is dict:  # anything else is the application's error to see
            kwargs["meta"] = {**(meta or {}), CAUSE: record.id}
        attributes = {
            "messaging.system": "saq",
            "messaging.operation.type": "send",
            "messaging.destination.name": target.name,
            "saq.function": function,
            "saq.arguments": arguments or {},
        }
        scheduled = kwargs.get("scheduled") or (0 if named else job.scheduled)
        if scheduled:
            attributes["saq.scheduled"] = scheduled
        return record.add(PANEL, f"enqueue {function}", record.now(), None, attributes, source=caller())

    def end(span: Span, result: Any) -> Mapping[str, Any]:
        if result is None:  # a job of this key is there already
            return {"saq.duplicate": True}
        return {"saq.key": result.key, "messaging.message.id": result.id}

    with patched(module.Queue, "enqueue", observed(PANEL, begin, end)):
        yield
