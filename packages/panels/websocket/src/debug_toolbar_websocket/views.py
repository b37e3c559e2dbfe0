"""Views: a connection or a stream as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Fact, Facts, Notice, Section, Timeline
from debug_toolbar_websocket.log import AT, ERROR, IN, OUT, PANEL, SIZE, TOOK, WAY, longest_gap
from debug_toolbar_websocket.states import ping_fact, states_table, trouble
from debug_toolbar_websocket.tables import events_table, messages_table

EVENTS = "text/event-stream"
_PARTS = 7


def show(record: Record, slow: float) -> Iterable[Block]:
    """Yield what is known of a websocket, or of a response that was streamed."""
    data = record.data.get(PANEL)
    if not isinstance(data, dict) or not isinstance(data.get("messages"), list):
        return ()
    messages = [message for message in data["messages"] if _whole(message)]
    return _socket(record, data, messages, slow) if data.get("kind") == PANEL else _stream(record, data, messages, slow)


def _whole(message: object) -> bool:
    return isinstance(message, list) and len(message) >= _PARTS - 1 and isinstance(message[AT], (int, float))


def _socket(record: Record, data: dict[str, Any], messages: Sequence[Any], slow: float) -> Iterable[Block]:
    came, went = _total(data, messages, IN), _total(data, messages, OUT)
    bad = trouble(data, record)
    yield Badge(f"{came[0] + went[0]:,}", f"{came[0]:,}↓ {went[0]:,}↑", bad[0].level if bad else None)
    yield from bad
    yield from _waits(messages, slow)
    yield Facts(_headline(record, data, messages), headline=True)
    yield Facts([*_handshake(record), ping_fact(data)])
    yield states_table(data)
    yield from _dropped(data, messages)
    yield messages_table(messages, int(data.get("first") or 0), _spans(record))
    if any(span.panel == PANEL for span in record.spans):
        yield Section("Handling", [Timeline(PANEL)], open=False)


def _stream(record: Record, data: dict[str, Any], messages: Sequence[Any], slow: float) -> Iterable[Block]:
    response = record.response
    kinds = [value for name, value in response.headers if name.lower() == "content-type"] if response else []
    count, size, _ = _total(data, messages, OUT)
    parts = f"{count:,} part{'' if count == 1 else 's'}"
    events = kinds[:1] and kinds[0].lower().startswith(EVENTS)
    if count == 1 and not events and not record.open:
        return  # some middlewares send what came in one piece as a piece and an end: that is no stream
    yield Badge(f"{count:,}", "events" if events else "streamed")
    yield from _waits(messages, slow)
    first = next((message[AT] for message in messages), None) if not data.get("first") else None
    facts = [Fact("sent in", parts), Fact("bytes", size, "bytes"), Fact("longest gap", _gap(data, messages), "s")]
    if first is not None:
        facts.insert(0, Fact("first byte", first, "s"))
    yield Facts(facts, headline=True)
    yield from _dropped(data, messages)
    if events:
        yield events_table(messages)
    table = messages_table(messages, int(data.get("first") or 0), {}, "part")
    yield Section("Parts", [table], open=False) if events else table


def _headline(record: Record, data: dict[str, Any], messages: Sequence[Any]) -> list[Fact]:
    came, went = _total(data, messages, IN), _total(data, messages, OUT)
    states = [state[0] for state in data.get("states") or () if isinstance(state, list) and state]
    state = str(states[-1]) if states else "connecting"
    seconds = record.duration
    facts = [Fact("state", state), Fact("open for", seconds, "s")] if seconds is not None else [Fact("state", state)]
    facts += [Fact("received", came[0], "count", _bytes(came[1])), Fact("sent", went[0], "count", _bytes(went[1]))]
    if seconds and came[0] + went[0] > 1:
        facts.append(Fact("messages a second", round((came[0] + went[0]) / seconds, 2)))
    facts.append(Fact("longest gap", _gap(data, messages), "s"))
    facts.append(Fact("handling", came[2], "s"))
    facts.append(Fact("waiting in send", went[2], "s"))
    return facts


def _handshake(record: Record) -> list[Fact]:
    request, response = record.request, record.response
    if request is None:
        return []
    headers = {name.lower(): value for name, value in response.headers} if response is not None else {}
    chosen = headers.get("sec-websocket-protocol")
    offered = ", ".join(request.subprotocols)
    agent = next((value for name, value in request.headers if name.lower() == "user-agent"), None)
    facts = [
        Fact("path", request.path, "code"),
        Fact("client", request.client),
        Fact("user agent", agent),
        Fact("subprotocols offered", offered or None),
        Fact("subprotocol", chosen),
        Fact("answered", None if response is None else f"{response.status} {response.reason}"),
    ]
    return [fact for fact in facts if fact.value is not None]


def _waits(messages: Sequence[Any], slow: float) -> Iterable[Notice]:
    late = [message for message in messages if message[WAY] == OUT and _number(message[TOOK]) >= slow]
    if late:
        worst = max(_number(message[TOOK]) for message in late)
        text = f"{len(late):,} times `send` waited {slow:g} s or more for the client, {worst:.2f} s at worst."
        hint = "The client reads slower than the application writes: send less, or drop what it cannot follow."
        yield Notice("warning", text, hint, label="backpressure")
    failed = [message for message in messages if message[ERROR]]
    if failed:
        yield Notice("warning", f"{len(failed):,} messages were not sent: `{failed[0][ERROR]}`.", label="send failed")


def _dropped(data: dict[str, Any], messages: Sequence[Any]) -> Iterable[Notice]:
    gone = int(data.get("first") or 0)
    if gone:
        text = f"{gone:,} older messages were counted and not kept; the newest {len(messages):,} are below."
        hint = "Raise `messages` or `total_bytes` to keep more."
        yield Notice("info", text, hint, label="messages dropped")


def _spans(record: Record) -> dict[int, int]:
    """Return the place of each message's span among the record's spans, by the message's number."""
    found = (
        (span.attributes.get("websocket.message"), at) for at, span in enumerate(record.spans) if span.panel == PANEL
    )
    return {number: at for number, at in found if type(number) is int}


def _total(data: dict[str, Any], messages: Sequence[Any], way: str) -> tuple[int, int, float]:
    """Return how many messages went one way, their bytes, and their seconds: those that were dropped, and the kept."""
    dropped = data.get("dropped")
    found = dropped.get(way) if isinstance(dropped, dict) else None
    if not isinstance(found, list) or len(found) != 3 or not all(isinstance(part, (int, float)) for part in found):
        found = [0, 0, 0.0]
    kept = [message for message in messages if message[WAY] == way]
    size, took = sum(int(_number(message[SIZE])) for message in kept), sum(_number(message[TOOK]) for message in kept)
    return int(found[0]) + len(kept), int(found[1]) + size, float(found[2]) + took


def _gap(data: dict[str, Any], messages: Sequence[Any]) -> float:
    return longest_gap(list(messages), _number(data.get("longest_gap")))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _bytes(size: int) -> str:
    return f"{size:,} bytes"
