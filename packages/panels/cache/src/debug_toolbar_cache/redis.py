"""Redis: redis-py and valkey-py, their clients, pipelines, cluster clients and pub/sub, async and not."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from debug_toolbar_cache.command import command_of, note
from debug_toolbar_cache.key import MASK, PLAIN, text_of
from debug_toolbar_cache.nesting import nesting
from debug_toolbar_cache.operation import UNKNOWN, Arguments, Attributes, Keywords, Tell, timed
from debug_toolbar_cache.pipeline import answers, batch
from debug_toolbar_cache.size import size_of
from debug_toolbar_core import Hooks, patched

_MESSAGES = frozenset({"message", "pmessage", "smessage", b"message", b"pmessage", b"smessage"})


def single(system: str) -> Tell:
    """Return what tells a command that is sent by itself: `execute_command("GET", key)`."""

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes:
        # Most calls are this one: it is told without a call of ours, for each costs as much as the dictionary.
        kind = type(result)
        if len(args) == 3 and type(args[1]) is type(args[2]) is str and (kind is bytes or kind is str):
            owner, name, key = args
            if name == "GET" and len(key) < PLAIN and (kind is bytes or result.isascii()):
                return {
                    "db.system.name": system, "db.operation.name": "GET", "cache.key": key,
                    "cache.mark": hash((id(getattr(owner, "connection_pool", owner)), key)) & MASK,
                    "cache.hit": True, "cache.bytes_read": len(result),
                }  # fmt: skip
        return any_command(system, args, result)

    return tell


def any_command(system: str, args: Arguments, result: Any) -> Attributes:
    """Return the attributes of a command."""
    name, owner = args[1], args[0]
    command = command_of(name if type(name) is str else text_of(name))
    attributes: Attributes = {"db.system.name": system, "db.operation.name": command.name}
    if command.keys is not None and len(args) > 2:
        note(command, id(getattr(owner, "connection_pool", owner)), args[2:], attributes)
    if command.learn is not None and result is not UNKNOWN:
        command.learn(attributes, result)
    return attributes


def message(system: str) -> Tell:
    """Return what tells a message that a subscription received, with the time its handler took."""

    def tell(args: Arguments, kwargs: Keywords, result: Any) -> Attributes | None:
        response = args[1] if len(args) > 1 else kwargs.get("response")
        if type(response) is not list or len(response) < 3 or type(response[0]) not in (str, bytes):
            return None
        if response[0] not in _MESSAGES:
            return None
        channel, data = response[-2:]
        attributes: Attributes = {
            "db.system.name": system, "db.operation.name": "message",
            "cache.key": text_of(channel), "messaging.destination.name": text_of(channel),
        }  # fmt: skip
        if (size := size_of(data)) is not None:
            attributes["cache.bytes_read"] = size
        return attributes

    return tell


Patch = tuple[Any, str, Callable[[Any], Any]]


def client(system: str, name: str) -> Callable[[Any], Generator[None]]:
    """Return the hook for a module with a client, its pipeline and its pub/sub."""
    command, batches = timed(single(system)), nesting(batch(system), learn=answers)

    def patches(module: Any) -> Iterator[Patch]:
        yield getattr(module, name), "execute_command", command
        yield module.Pipeline, "immediate_execute_command", command
        yield module.Pipeline, "execute", batches
        yield module.PubSub, "execute_command", command
        yield module.PubSub, "handle_message", timed(message(system))

    return lambda module: _patched(patches(module))


def cluster(system: str, name: str, asynchronous: bool) -> Callable[[Any], Generator[None]]:
    """Return the hook for a module with the client of a cluster and its pipeline."""
    command, batches = timed(single(system)), nesting(batch(system), learn=answers)

    def patches(module: Any) -> Iterator[Patch]:
        yield getattr(module, name), "execute_command", command
        yield module.ClusterPipeline, "execute", batches
        strategy = getattr(module, "TransactionStrategy", None)
        if hasattr(strategy, "_immediate_execute_command"):  # what is sent between WATCH and MULTI
            yield strategy, "_immediate_execute_command", command
        if not asynchronous:  # the other one asks the PubSub that it is made of
            yield module.ClusterPubSub, "execute_command", command

    return lambda module: _patched(patches(module))


def _patched(patches: Iterable[Patch]) -> Generator[None]:
    with ExitStack() as stack:
        for owner, name, make in patches:
            stack.enter_context(patched(owner, name, make))
        yield


def register(hooks: Hooks) -> None:
    """Have Redis and Valkey observed."""
    for system, name in (("redis", "Redis"), ("valkey", "Valkey")):
        for place in (system, f"{system}.asyncio"):
            hooks.into(f"{place}.client")(client(system, name))
            hooks.into(f"{place}.cluster")(cluster(system, f"{name}Cluster", place != system))
