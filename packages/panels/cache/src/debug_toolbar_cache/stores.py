"""Stores: Litestar's stores, which its response cache, sessions and rate limits are kept in too."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import Any

from debug_toolbar_cache.key import note_key
from debug_toolbar_cache.nesting import nesting
from debug_toolbar_cache.operation import Arguments, Attributes, Keywords, Tell, timed
from debug_toolbar_cache.results import one
from debug_toolbar_cache.size import size_of
from debug_toolbar_core import Hooks, patched

_STORES = {
    "memory": ("MemoryStore", None),
    "file": ("FileStore", None),
    "redis": ("RedisStore", "redis"),
    "valkey": ("ValkeyStore", "valkey"),
}
_METHODS = ("get", "set", "delete", "delete_all", "exists", "expires_in")


def operation(store: str, system: str | None, name: str) -> Tell:
    """Return what tells an operation of a store."""
    learn, keyed, valued = one if name == "get" else None, name != "delete_all", name == "set"

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes:
        attributes: Attributes = {
            "db.operation.name": name, "cache.library": "litestar", "cache.backend": store,
            "cache.key": None, "cache.mark": None, "db.system.name": system,
        }  # fmt: skip
        if system is None:
            del attributes["db.system.name"]
        if keyed:
            note_key(attributes, id(args[0]), args[1] if len(args) > 1 else kwargs.get("key"))
        if learn is not None:
            learn(attributes, result)
        elif valued:
            size = size_of(args[2] if len(args) > 2 else kwargs.get("value"))
            if size is not None:
                attributes["cache.bytes_written"] = size
        return attributes

    return tell


def store(name: str, system: str | None) -> Callable[[Any], Generator[None]]:
    """Return the hook for the module of a store; nothing nests in the one in memory."""
    wrap = timed if name == "MemoryStore" else nesting

    def hook(module: Any) -> Generator[None]:
        with ExitStack() as stack:
            for method in _METHODS:
                tell = operation(name, system, method)
                stack.enter_context(patched(getattr(module, name), method, wrap(tell)))
            yield

    return hook


def register(hooks: Hooks) -> None:
    """Have Litestar's stores observed."""
    for module, (name, system) in _STORES.items():
        hooks.into(f"litestar.stores.{module}")(store(name, system))
