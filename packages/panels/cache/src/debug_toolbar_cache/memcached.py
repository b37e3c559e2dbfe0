"""Memcached: pymemcache and aiomcache."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import Any

from debug_toolbar_cache.key import MASK, PLAIN, listed, note_key, note_keys
from debug_toolbar_cache.nesting import Learn
from debug_toolbar_cache.operation import UNKNOWN, Arguments, Attributes, Keywords, Tell, always, timed
from debug_toolbar_cache.results import each, first, found, stored
from debug_toolbar_cache.size import size_of, size_of_all
from debug_toolbar_core import Hooks, patched

_NO_VALUE = frozenset({"get", "gets", "delete", "touch", "incr", "decr", "flush_all"})
_SERVERS = frozenset({str, tuple})
_ALIASES = {"get_multi": "get_many", "gets_multi": "gets_many", "set_multi": "set_many", "delete_multi": "delete_many"}


def single(library: str, name: str, place: Callable[[Any], int], learn: Learn | None = None) -> Tell:
    """Return what tells an operation on one key."""
    valued = name not in _NO_VALUE

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes:
        attributes: Attributes = {
            "db.system.name": "memcached", "db.operation.name": name, "cache.library": library,
            "cache.backend": "memcached", "cache.key": None, "cache.mark": None,
        }  # fmt: skip
        key = args[1] if len(args) > 1 else kwargs.get("key")
        if key is not None:
            note_key(attributes, place(args[0]), key)
        if learn is not None:
            learn(attributes, result)
        elif valued:
            size = size_of(args[2] if len(args) > 2 else kwargs.get("value"))
            if size is not None:
                attributes["cache.bytes_written"] = size
        return attributes

    return tell


def get(library: str, place: Callable[[Any], int]) -> Tell:
    """Return what tells a `get` of one key."""
    usual = single(library, "get", place, stored)

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes | None:
        key = args[1] if len(args) > 1 else None
        if type(result) is bytes and type(key) is str and len(key) < PLAIN:  # most calls: told without more calls
            return {
                "db.system.name": "memcached", "db.operation.name": "get", "cache.library": library,
                "cache.backend": "memcached", "cache.key": key, "cache.mark": hash((place(args[0]), key)) & MASK,
                "cache.hit": True, "cache.bytes_read": len(result),
            }  # fmt: skip
        return usual(args, kwargs, result)

    return tell


def many(library: str, name: str, place: Callable[[Any], int], learn: Learn | None = None) -> Tell:
    """Return what tells an operation on the keys of its first argument, or on all its arguments."""

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes:
        attributes: Attributes = {
            "db.system.name": "memcached", "db.operation.name": name, "cache.library": library,
            "cache.backend": "memcached",
        }  # fmt: skip
        if library == "aiomcache":
            given: Any = args[1:]
        else:
            given = args[1] if len(args) > 1 else kwargs.get("keys", kwargs.get("values"))
        if (keys := listed(given)) is not None:
            note_keys(attributes, place(args[0]), keys)
        if learn is not None and result is not UNKNOWN:
            learn(attributes, result)
        elif type(given) is dict and (size := size_of_all(given.values())) is not None:
            attributes["cache.bytes_written"] = size
        return attributes

    return tell


def _server(client: Any) -> int:
    """Tell pymemcache's clients apart by their server: a pool has many for one."""
    try:
        server, prefix = client.server, client.key_prefix
    except AttributeError:
        return id(client)
    return hash((server, prefix)) if type(server) in _SERVERS and type(prefix) is bytes else id(client)


def pymemcache(module: Any) -> Generator[None]:
    """Observe `Client`, which all of the library's other clients call: so each operation is seen once."""
    library, client = "pymemcache", module.Client
    learns: dict[str, Learn] = {"gets": first, "get_many": found, "gets_many": found}
    with ExitStack() as stack:
        stack.enter_context(patched(client, "get", timed(get(library, _server), always)))
        for name in ("gets", "set", "add", "replace", "append", "prepend", "cas", "delete", "incr", "decr", "touch"):
            stack.enter_context(patched(client, name, timed(single(library, name, _server, learns.get(name)))))
        for name in ("get_many", "gets_many", "set_many", "delete_many", "get_multi", "set_multi", "delete_multi"):
            shown = _ALIASES.get(name, name)
            stack.enter_context(patched(client, name, timed(many(library, shown, _server, learns.get(shown)))))
        stack.enter_context(patched(client, "flush_all", timed(single(library, "flush_all", _server))))
        yield


def aiomcache(module: Any) -> Generator[None]:
    """Observe the client of aiomcache."""
    library, client = "aiomcache", getattr(module, "FlagClient", module.Client)
    with ExitStack() as stack:
        stack.enter_context(patched(client, "get", timed(get(library, id), always)))
        stack.enter_context(patched(client, "gets", timed(single(library, "gets", id, first))))
        stack.enter_context(patched(client, "multi_get", timed(many(library, "multi_get", id, each))))
        for name in ("set", "add", "replace", "append", "prepend", "cas", "delete", "incr", "decr", "touch"):
            stack.enter_context(patched(client, name, timed(single(library, name, id))))
        stack.enter_context(patched(client, "flush_all", timed(single(library, "flush_all", id))))
        yield


def register(hooks: Hooks) -> None:
    """Have memcached's clients observed."""
    hooks.into("pymemcache.client.base")(pymemcache)
    hooks.into("aiomcache.client")(aiomcache)
