"""Command: what each Redis command does to which keys, by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from debug_toolbar_cache.key import note_key, note_keys, text_of
from debug_toolbar_cache.nesting import Learn
from debug_toolbar_cache.operation import Attributes
from debug_toolbar_cache.results import each, one, whole
from debug_toolbar_cache.size import size_of, size_of_all

Arguments = Sequence[Any]
Keys = Callable[[Arguments], Arguments]
"""Given a command's arguments: returns those that are keys."""


@dataclass(frozen=True, slots=True)
class Command:
    """A Redis command: where its keys are, and what it reads or writes.

    `field` says that the argument after the key belongs to what is read or written (`HGET key field`), `value`
    is the index of the first value among the arguments, `step` how far the next is from it.
    """

    name: str
    keys: Keys | None = None
    learn: Learn | None = None
    fields: int = 0
    value: int = 0
    step: int = 0


def words(text: str) -> frozenset[str]:
    """Return the words of a text, a set of names that is easier to read than one of strings."""
    return frozenset(text.split())


def _first(arguments: Arguments) -> Arguments:
    return arguments[:1]


def _all(arguments: Arguments) -> Arguments:
    return arguments


def _pairs(arguments: Arguments) -> Arguments:
    return arguments[::2]


def _two(arguments: Arguments) -> Arguments:
    return arguments[:2]


def _but_last(arguments: Arguments) -> Arguments:
    return arguments[:-1]


def _second(arguments: Arguments) -> Arguments:
    return arguments[1:2]


def _after_number(at: int, before: int = 0) -> Keys:
    """Return where the keys are that follow their number, with those before it."""

    def keys(arguments: Arguments) -> Arguments:
        number: Any = arguments[at] if len(arguments) > at else 0
        if type(number) in (str, bytes) and len(number) < 6 and number.isdigit():
            number = int(number)
        if type(number) is not int:
            return arguments[:before]
        return [*arguments[:before], *arguments[at + 1 : at + 1 + max(number, 0)]]

    return keys


def _streams(arguments: Arguments) -> Arguments:
    at = [type(word) in (str, bytes) and word.upper() in ("STREAMS", b"STREAMS") for word in arguments]
    rest = arguments[at.index(True) + 1 :] if True in at else ()
    return rest[: len(rest) // 2]


_NO_KEYS = (
    "PING ECHO AUTH HELLO QUIT RESET SELECT SWAPDB INFO TIME DBSIZE COMMAND KEYS SCAN RANDOMKEY FLUSHDB FLUSHALL SAVE "
    "BGSAVE BGREWRITEAOF LASTSAVE SHUTDOWN ROLE REPLICAOF SLAVEOF SYNC PSYNC WAIT WAITAOF MULTI EXEC DISCARD UNWATCH "
    "READONLY READWRITE ASKING MONITOR LOLWUT FAILOVER ACL CONFIG CLIENT CLUSTER SCRIPT FUNCTION LATENCY SLOWLOG "
    "MODULE SENTINEL PUBSUB"
)
"""Commands whose arguments are nobody's business."""
_ALL_KEYS = (
    "MGET DEL UNLINK EXISTS TOUCH WATCH SINTER SUNION SDIFF SINTERSTORE SUNIONSTORE SDIFFSTORE PFCOUNT PFMERGE "
    "SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE"
)
_TABLE: tuple[tuple[str, Keys | None], ...] = (
    (_NO_KEYS, None),
    (_ALL_KEYS, _all),
    ("MSET MSETNX", _pairs),
    ("RENAME RENAMENX COPY LMOVE BLMOVE RPOPLPUSH BRPOPLPUSH SMOVE GEOSEARCHSTORE ZRANGESTORE LCS", _two),
    ("BLPOP BRPOP BZPOPMIN BZPOPMAX JSON.MGET", _but_last),
    ("OBJECT MEMORY XINFO XGROUP DEBUG BITOP", _second),
    ("EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO BLMPOP BZMPOP", _after_number(1)),
    ("ZUNION ZINTER ZDIFF ZINTERCARD SINTERCARD LMPOP ZMPOP", _after_number(0)),
    ("ZUNIONSTORE ZINTERSTORE ZDIFFSTORE", _after_number(1, 1)),
    ("XREAD XREADGROUP", _streams),
)
_KEYS = {name: keys for names, keys in _TABLE for name in names.split()}
_PARENTS = words(
    "ACL CONFIG CLIENT CLUSTER SCRIPT FUNCTION LATENCY SLOWLOG MODULE SENTINEL PUBSUB OBJECT MEMORY XINFO XGROUP DEBUG "
    "COMMAND"
)
_LEARNS: dict[str, Learn] = {
    "GET": one, "GETEX": one, "GETDEL": one, "HGET": one, "JSON.GET": one,
    "HGETALL": whole, "SMEMBERS": whole, "MGET": each, "HMGET": each, "JSON.MGET": each,
}  # fmt: skip
_FIELDS = {"HGET": 1, "HSET": 1, "HSETNX": 1, "HEXISTS": 1, "HINCRBY": 1, "HMGET": 50, "HDEL": 50, "JSON.GET": 1}
_VALUES = {
    "SET": (1, 0), "SETNX": (1, 0), "GETSET": (1, 0), "APPEND": (1, 0), "SETEX": (2, 0), "PSETEX": (2, 0),
    "HSET": (2, 2), "HSETNX": (2, 0), "MSET": (1, 2), "MSETNX": (1, 2), "PUBLISH": (1, 0), "SPUBLISH": (1, 0),
    "LPUSH": (1, 1), "RPUSH": (1, 1), "SADD": (1, 1), "JSON.SET": (2, 0),
}  # fmt: skip
_NAME = re.compile(r"[A-Z][A-Z0-9._-]{0,31}")
_known: dict[str, Command] = {}
_KNOWN_MOST = 1_000


def command_of(name: str) -> Command:
    """Return what is known of a command by its name as clients give it: `GET`, `script load`."""
    found = _known.get(name)
    if found is None:
        found = _made(name)
        if len(_known) < _KNOWN_MOST and len(name) < 64:
            _known[name] = found
    return found


def _made(name: str) -> Command:
    parts = name.upper().split(None, 2)[:2]
    if not parts or not _NAME.fullmatch(parts[0]):
        return Command("?")
    parent = parts[0] in _PARENTS
    shown = " ".join(parts) if parent and len(parts) > 1 and _NAME.fullmatch(parts[1]) else parts[0]
    keys = _KEYS.get(parts[0], _first)
    if keys is _second and parent and len(parts) > 1:  # `MEMORY USAGE` in one word
        keys = _first
    value, step = _VALUES.get(parts[0], (0, 0))
    fields = _FIELDS.get(parts[0], 0)
    return Command(shown, keys, _LEARNS.get(parts[0]), fields, value, step)


def note(command: Command, place: int, arguments: Arguments, attributes: Attributes) -> None:
    """Note a command's keys, and the bytes that it writes."""
    if command.fields and len(arguments) > 1:
        named = [text_of(word) for word in arguments[: command.fields + 1]]
        note_key(attributes, place, " ".join(named))
    else:
        found = command.keys(arguments) if command.keys is not None else ()
        if len(found) == 1:
            note_key(attributes, place, found[0])
        elif found:
            note_keys(attributes, place, found)
    if command.value and (size := _written(command, arguments)) is not None:
        attributes["cache.bytes_written"] = size


def _written(command: Command, arguments: Arguments) -> int | None:
    if command.step:
        return size_of_all(arguments[command.value :: command.step])
    return size_of(arguments[command.value]) if len(arguments) > command.value else None
