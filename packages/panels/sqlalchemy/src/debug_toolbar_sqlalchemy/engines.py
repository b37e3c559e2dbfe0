"""Engines: what is known of each one, found once, and the engines of this process that a record may name."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Mapping
from typing import Any

from debug_toolbar_core.snapshot import shorten
from debug_toolbar_sqlalchemy.shapes import Shape, shape

_TEXT = 300
_SHAPES_MOST = 1_000
_LONG = 4_096

_known: weakref.WeakKeyDictionary[Any, Facts] = weakref.WeakKeyDictionary()
_by_address: weakref.WeakValueDictionary[tuple[object, ...], Any] = weakref.WeakValueDictionary()


class Facts:
    """What an engine's statements have in common: its database, its driver, its style of placeholders, its loop.

    `described` is what a record keeps of it: no password, no user. It holds the engine only weakly.
    """

    __slots__ = ("database", "described", "engine", "is_async", "loop", "shapes", "style", "system")

    def __init__(self, engine: Any) -> None:
        dialect, url = engine.dialect, engine.url
        self.engine = weakref.ref(engine)
        self.system = _text(dialect.name)
        self.style = _text(dialect.paramstyle)
        self.is_async = bool(getattr(dialect, "is_async", False))
        self.database = _text(url.database or (":memory:" if self.system == "sqlite" else ""))
        self.loop: weakref.ref[asyncio.AbstractEventLoop] | None = None
        self.shapes: dict[str, Shape] = {}
        self.described: dict[str, Any] = {
            "system": self.system,
            "driver": _text(dialect.driver),
            "database": self.database,
            "address": _address(url),
            "pool": type(engine.pool).__name__,
        }

    def shape(self, statement: str, context: Any) -> Shape:
        """Return a statement's shape; the text decides, and SQLAlchemy's cache keeps texts the same objects."""
        known = self.shapes.get(statement) if len(statement) <= _LONG else None
        if known is None:
            known = shape(statement, self.style, binds_of(context))
            if len(statement) <= _LONG:
                if len(self.shapes) >= _SHAPES_MOST:
                    self.shapes.clear()
                self.shapes[statement] = known
        return known

    def seen(self) -> None:
        """Note the event loop that this engine's connections belong to."""
        loop = asyncio._get_running_loop()
        if loop is not None and (self.loop is None or self.loop() is not loop):
            self.loop = weakref.ref(loop)


def facts_of(engine: Any) -> Facts:
    """Return what is known of an engine; of one that options were added to, what is known of itself."""
    facts = _known.get(engine)
    if facts is None:
        facts = _known[engine] = Facts(engine)
        _by_address[_key(facts.described)] = engine
    return facts


def engine_of(described: Mapping[str, Any]) -> Facts | None:
    """Return the facts of the engine that a record described, if this process has used one for that database."""
    engine = _by_address.get(_key(described))
    return None if engine is None else facts_of(engine)


def _key(described: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(str(described.get(name)) for name in ("system", "driver", "database", "address"))


def _address(url: Any) -> str | None:
    if not url.host:
        return None
    return _text(f"{url.host}:{url.port}" if url.port else url.host)


def _text(value: Any) -> str:
    return shorten(value, _TEXT) if type(value) is str else ""


def binds_of(context: Any) -> tuple[str, ...]:
    """Return the names of a statement's bound parameters, in the order of its placeholders, where they are known."""
    compiled = getattr(context, "compiled", None)
    names = getattr(compiled, "positiontup", None)
    return tuple(name for name in names if type(name) is str) if type(names) is list else ()
