"""Pipeline: the commands that are sent to Redis together, and their answers one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from debug_toolbar_cache.command import command_of, note
from debug_toolbar_cache.key import text_of
from debug_toolbar_cache.operation import Arguments, Attributes, Keywords, Tell
from debug_toolbar_cache.results import counted

_COMMANDS = 100
"""Commands of a pipeline that are kept."""


def batch(system: str) -> Tell:
    """Return what tells a pipeline that is sent, with its commands."""

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes | None:
        pipeline = args[0]
        queued = _queued(pipeline)
        if not queued and not getattr(pipeline, "watching", False):
            return None
        place = id(getattr(pipeline, "connection_pool", pipeline))
        return {
            "db.system.name": system,
            "db.operation.name": "MULTI" if _transaction(pipeline) else "PIPELINE",
            "db.operation.batch.size": len(queued),
            "cache.commands": [_described(place, _words(entry)) for entry in islice(queued, _COMMANDS)],
        }

    return tell


def _queued(pipeline: Any) -> Sequence[Any]:
    """Return what waits in a pipeline: the cluster's have kept it in several places through their versions."""
    holder = getattr(pipeline, "_execution_strategy", pipeline)
    for name in ("_command_queue", "_command_stack", "command_stack"):
        queued = getattr(holder, name, None)
        if isinstance(queued, list):
            return queued
    return ()


def _words(entry: Any) -> Arguments:
    return tuple(entry[0] if type(entry) is tuple else entry.args)


def _transaction(pipeline: Any) -> bool:
    strategy = type(getattr(pipeline, "_execution_strategy", None)).__name__
    if strategy.endswith("Strategy"):
        return strategy.startswith("Transaction")
    names = ("is_transaction", "transaction", "explicit_transaction")
    return any(getattr(pipeline, name, False) is True for name in names)


def _described(place: int, words: Arguments) -> Attributes:
    command = command_of(words[0] if type(words[0]) is str else text_of(words[0]))
    one: Attributes = {"name": command.name}
    if command.keys is not None and len(words) > 1:
        note(command, place, words[1:], one)
    return one


def answers(attributes: Attributes, result: Any) -> None:
    """Learn from the answers to a pipeline's commands, and sum up what was hit and missed."""
    if type(result) is not list:
        return
    hits = reads = size = 0
    for one, answer in zip(attributes["cache.commands"], result, strict=False):
        command = command_of(one["name"])
        if isinstance(answer, Exception):
            one["error"] = type(answer).__qualname__
        elif command.learn is not None:
            command.learn(one, answer)
            reads += one.get("cache.reads", 1)
            hits += one.get("cache.hits", one.get("cache.hit") is True)
            size += one.get("cache.bytes_read", 0)
    if reads:
        counted(attributes, hits, reads)
        attributes["cache.bytes_read"] = size
