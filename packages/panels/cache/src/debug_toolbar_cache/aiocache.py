"""aiocache: the methods of BaseCache, whatever its back end, its decorators and its plugins are."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import Any

from debug_toolbar_cache.key import MASK, PLAIN, listed, note_key, note_keys, text_of
from debug_toolbar_cache.nesting import nesting
from debug_toolbar_cache.operation import UNKNOWN, Arguments, Attributes, Keywords, Tell, timed
from debug_toolbar_cache.results import each, one
from debug_toolbar_cache.size import size_of
from debug_toolbar_core import Hooks, patched

_NAME: Callable[[type], str] = type.__dict__["__qualname__"].__get__
"""Returns a class's name, whatever its metaclass makes of `__name__`."""
_MEMORY = "SimpleMemoryCache"
_SYSTEMS = {"RedisCache": "redis", "MemcachedCache": "memcached"}


def single(name: str, value: bool = False) -> Tell:
    """Return what tells an operation on one key, as the application names it: its namespace stands beside it."""

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes:
        attributes = keyed(name, args, kwargs)
        if value:
            given = args[2] if len(args) > 2 else kwargs.get("value")
            if given is None:
                attributes["cache.none"] = True
            elif (size := size_of(given)) is not None:
                attributes["cache.bytes_written"] = size
        return attributes

    return tell


def get(args: Arguments, kwargs: Keywords, result: Any) -> Attributes:
    """Tell a `get`; aiocache gives its default for a stored None too, which so is a miss."""
    if result is not UNKNOWN and not kwargs and len(args) == 2 and _NAME(type(args[0])) == _MEMORY:
        cache, key = args  # most calls are like this: told without more calls of ours
        if type(key) is str and len(key) < PLAIN and cache.namespace is None:
            attributes = {
                "db.operation.name": "get", "cache.library": "aiocache", "cache.backend": _MEMORY,
                "cache.key": key, "cache.mark": hash((id(cache), key)) & MASK, "cache.hit": result is not None,
            }  # fmt: skip
            if (size := size_of(result)) is not None:
                attributes["cache.bytes_read"] = size
            return attributes
    attributes = keyed("get", args, kwargs)
    if result is not UNKNOWN:
        default = args[2] if len(args) > 2 else kwargs.get("default")
        one(attributes, None if result is default else result)
    return attributes


def keyed(name: str, args: Arguments, kwargs: Keywords) -> Attributes:
    """Return the attributes of an operation on one key."""
    cache, key = args[0], args[1] if len(args) > 1 else kwargs.get("key")
    if (namespace := kwargs.get("namespace")) is None:
        namespace = cache.namespace
    backend = _NAME(type(cache))
    attributes: Attributes = {
        "db.operation.name": name, "cache.library": "aiocache", "cache.backend": backend,
        "cache.key": None, "cache.mark": None, "cache.namespace": namespace,
    }  # fmt: skip
    note_key(attributes, id(cache), key)
    if namespace is None:
        del attributes["cache.namespace"]
    else:
        attributes["cache.namespace"] = text_of(namespace)
        attributes["cache.mark"] ^= _mask(attributes)
    if backend in _SYSTEMS:
        attributes["db.system.name"] = _SYSTEMS[backend]
    return attributes


def _mask(attributes: Attributes) -> int:
    """Return what makes one key two in two namespaces."""
    return hash(attributes.get("cache.namespace", 0)) & 0xFFFFFFFF


def many(name: str, pairs: bool = False) -> Tell:
    """Return what tells an operation on many keys, or on pairs of keys and values."""

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes:
        attributes = plain_of(name, args, kwargs)
        given = listed(args[1] if len(args) > 1 else kwargs.get("pairs" if pairs else "keys"))
        if given is not None:
            keys = [pair[0] for pair in given if type(pair) in (tuple, list) and pair] if pairs else given
            note_keys(attributes, id(args[0]), keys)
            attributes["cache.marks"] = [mark ^ _mask(attributes) for mark in attributes["cache.marks"]]
        if not pairs and result is not UNKNOWN:
            each(attributes, result)
        return attributes

    return tell


def plain(name: str) -> Tell:
    """Return what tells an operation on the whole cache, or a command of the back end's own."""
    return lambda args, kwargs, result: plain_of(name, args, kwargs)


def plain_of(name: str, args: Arguments, kwargs: Keywords) -> Attributes:
    """Return the attributes of an operation whose keys are not one."""
    attributes = keyed(name, (args[0], ""), kwargs)
    del attributes["cache.key"], attributes["cache.mark"]
    return attributes


def _may_ask(args: Arguments, kwargs: Keywords) -> bool:
    """Tell whether a `get` has a default, and no plugin that would see ours in its place."""
    return (len(args) > 2 or "default" in kwargs) and not args[0].plugins


def hook(module: Any) -> Generator[None]:
    """Observe the class that all caches of aiocache are."""
    tells: dict[str, Tell] = {
        "get": get, "multi_get": many("multi_get"), "set": single("set", value=True),
        "multi_set": many("multi_set", pairs=True), "add": single("add", value=True), "delete": single("delete"),
        "exists": single("exists"), "increment": single("increment"), "expire": single("expire"),
        "clear": plain("clear"), "raw": plain("raw"),
    }  # fmt: skip
    with ExitStack() as stack:
        # Nothing nests in a cache in memory. Its class is first: what it inherits is not to be wrapped twice.
        for owner, wrap in ((module.SimpleMemoryCache, timed), (module.base.BaseCache, nesting)):
            for name, tell in tells.items():
                ask = _may_ask if name == "get" else None
                stack.enter_context(patched(owner, name, wrap(tell, ask)))
        yield


def register(hooks: Hooks) -> None:
    """Have aiocache observed."""
    hooks.into("aiocache")(hook)
