"""Hooks: where SQLAlchemy is listened to; its classes, so every engine is, sync and async, made before or after."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

from debug_toolbar_core import Hooks, observed, patched
from debug_toolbar_sqlalchemy import pools, statements, transactions
from debug_toolbar_sqlalchemy.kept import PANEL

HOOKS = Hooks(PANEL)


@HOOKS.into("sqlalchemy")
def sqlalchemy(module: Any) -> Generator[None]:
    """Listen to all engines, and time what has no event: the wait for a connection, the end of a transaction."""
    engine, event = module.engine.Engine, module.event
    listeners = [
        ("before_cursor_execute", statements.before, {"retval": True}),
        ("after_cursor_execute", statements.after, {}),
        ("handle_error", statements.failed, {}),
        ("begin", transactions.begun, {}),
        ("begin_twophase", transactions.begun_twophase, {}),
        ("savepoint", transactions.saved, {}),
    ]
    ends = ("commit", "rollback", "close")
    with ExitStack() as stack:
        for name, listener, options in listeners:
            event.listen(engine, name, listener, **options)
            stack.callback(event.remove, engine, name, listener)
        stack.enter_context(patched(engine, "raw_connection", observed(PANEL, pools.asked, pools.given)))
        for word in ends:
            stack.enter_context(patched(module.engine.Transaction, word, transactions.ending(word)))
        yield
