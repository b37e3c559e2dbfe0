"""Notices: what went wrong with a cache in one request, or could be asked for more cheaply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from debug_toolbar_cache.command import words
from debug_toolbar_cache.reading import BLOCKING, Operation
from debug_toolbar_cache.repeats import Group, loops, one_by_one, refetched
from debug_toolbar_core import Source
from debug_toolbar_core.blocks import Level, Notice
from debug_toolbar_core.units import seconds

_MOST = 5
_GONE = words(
    "ConnectionError ConnectionRefusedError ConnectionResetError BrokenPipeError OSError gaierror EOFError "
    "IncompleteReadError MemcacheUnexpectedCloseError BusyLoadingError ClusterDownError RedisClusterException "
    "MaxConnectionsError"
)
_LATE = frozenset({"TimeoutError", "timeout"})
_BATCHES = {
    "redis": ("mget", "pipeline"), "valkey": ("mget", "pipeline"), "aiocache": ("multi_get", "multi_set"),
    "pymemcache": ("get_many", "set_many"), "aiomcache": ("multi_get", None),
}  # fmt: skip


def notices(found: Sequence[Operation], slow: float) -> Iterable[Notice]:
    """Yield the notices of a record's operations, errors first."""
    yield from errors(found)
    own = [operation for operation in found if operation.counted]
    in_loops = list(loops(own))
    yield from (_loop(group) for group in in_loops[:_MOST])
    looped = {operation.index for group in in_loops for operation in group.reads}
    rest = [operation for operation in own if operation.index not in looped]
    yield from (_one_by_one(group) for group in islice(one_by_one(rest), _MOST))
    yield from (_refetched(group) for group in islice(refetched(own), _MOST))
    yield from late(own, slow)
    yield from nothing_stored(own)


def errors(found: Sequence[Operation]) -> Iterable[Notice]:
    """Yield a notice for each kind of error of a back end; of an operation and what it asked, the inner one."""
    inner = {operation.parent for operation in found if operation.wrong}
    kinds: dict[tuple[str, str], list[Operation]] = {}
    for operation in found:
        expected = operation.name == "add" and operation.error == "ValueError"  # aiocache: the key is there already
        if operation.wrong and operation.index not in inner and not expected:
            kinds.setdefault((operation.backend, operation.error or ""), []).append(operation)
    for (backend, error), same in islice(kinds.items(), _MOST):
        yield _error(backend, error, same)


def _error(backend: str, error: str, same: Sequence[Operation]) -> Notice:
    took = seconds(sum(operation.seconds for operation in same))
    failed = f"{_plural(len(same), 'operation')} failed with {code(error)}"
    said, source = same[0].message or "", same[0].source
    if error in _GONE:
        hint = f"{_sentence(said)}What the cache has is missing in this request, and trying took {took}."
        return Notice("error", f"{backend} cannot be reached: {failed}", hint, source, "cache gone")
    if error in _LATE:
        hint = f"{_sentence(said)}Waiting for it took {took}."
        return Notice("error", f"{backend} did not answer in time: {failed}", hint, source, "cache timeout")
    return Notice("error", f"{backend}: {failed}", said or None, source, "cache error")


def _loop(group: Group) -> Notice:
    text = f"{_plural(group.keys, 'key')} ({group.shown}) missed and set one by one"
    asks, stores = _BATCHES.get(group.library, (None, None))
    if asks is None:
        hint = "Litestar's stores have no call for many keys: keep what belongs together under one key."
    elif stores is None:
        hint = f"Ask for all of them with one {code(asks)}, and only then for what was missing."
    else:
        also = f"one {code(stores)}" if stores != "pipeline" else "one pipeline (`mset` where nothing expires)"
        hint = f"Ask for all of them with one {code(asks)}, and store what was missing with {also}."
    return Notice("warning", text, hint, group.source, "cache loop", _saves(group))


def _one_by_one(group: Group) -> Notice:
    text = f"{_plural(group.keys, 'key')} ({group.shown}) fetched one by one"
    asks = "hmget" if group.name == "HGET" else _BATCHES.get(group.library, (None, None))[0]
    hint = f"One {code(asks)} fetches them all." if asks else "Keep what belongs together under one key."
    return Notice("info" if group.memory else "warning", text, hint, group.source, "cache loop", _saves(group))


def _refetched(group: Group) -> Notice:
    if group.keys == 1:
        text = f"{group.shown} is fetched {_times(len(group.reads) + 1)}"
    else:
        text = f"{group.keys} keys ({group.shown}) are fetched more than once"
    hint = "The first answer will do: keep it in a variable, or with the request."
    level: Level = "info" if group.memory else "warning"
    return Notice(level, text, hint, group.source, "fetched twice", sum(read.seconds for read in group.reads))


def late(own: Sequence[Operation], slow: float) -> Iterable[Notice]:
    """Yield a notice where operations took long that do not wait on purpose."""
    waited = [
        operation for operation in own
        if operation.seconds >= slow and operation.ended and operation.name not in BLOCKING and not operation.wrong
    ]  # fmt: skip
    if waited:
        worst = max(waited, key=lambda operation: operation.seconds)
        of = f" of {code(worst.key)}" if worst.key else ""
        text = f"{_plural(len(waited), 'operation')} took {seconds(slow)} or longer"
        hint = f"The longest is {code(worst.name)}{of} on {worst.backend}: {seconds(worst.seconds)}."
        yield Notice("warning", text, hint, worst.source, "slow cache")


def nothing_stored(own: Iterable[Operation]) -> Iterable[Notice]:
    """Yield a notice for each place that stores a None in aiocache, which it takes for a miss."""
    places: dict[Source | None, Operation] = {}
    for operation in own:
        if operation.none and operation.library == "aiocache":
            places.setdefault(operation.source, operation)
    for source, operation in islice(places.items(), _MOST):
        text = f"None is stored under {code(operation.key)}, which aiocache cannot tell from a miss"
        hint = "It is made again each time. Store a value of your own for nothing, or use `skip_cache_func`."
        yield Notice("warning", text, hint, source, "None cached")


def code(text: str) -> str:
    """Return a text as code in a notice."""
    text = text.replace("`", "'")
    return f"`{text if len(text) <= 80 else text[:79] + '…'}`"


def _saves(group: Group) -> float | None:
    """Return the seconds that were spent on all but the longest read and the longest write."""
    spent = sorted((operation.start, operation.start + operation.seconds) for operation in group.all)
    busy, until = 0.0, 0.0
    for start, end in spent:
        busy += max(end - max(start, until), 0.0)
        until = max(until, end)
    left = max((read.seconds for read in group.reads), default=0.0)
    left += max((write.seconds for write in group.writes), default=0.0)
    return busy - left if busy > left else None


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text.removesuffix('.')}. " if text else ""


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
