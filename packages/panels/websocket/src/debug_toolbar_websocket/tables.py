"""Tables: messages with their contents, and server-sent events."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from debug_toolbar_core.blocks import Block, Code, Column, Level, Row, Table, Tree
from debug_toolbar_websocket.events import events_of
from debug_toolbar_websocket.log import AT, CONTENT, ERROR, IN, SIZE, TOOK, WAY

_SHORT = 120
_BYTES = re.compile(r"<\d+ bytes: ")


def messages_table(messages: Sequence[Any], first: int, spans: Mapping[int, int], noun: str = "message") -> Table:
    """Return a table of messages, or of a stream's parts; `first` is the number of the first one kept."""
    rows: list[Row] = []
    before: float | None = None
    for number, message in enumerate(messages, first):
        at = message[AT]
        gap = None if before is None else at - before
        before = at
        came = message[WAY] == IN
        arrow = "→ in" if came else "← out"
        kind, content = _kind(message), _short(message[CONTENT])
        cells = (number + 1, at, gap, arrow, message[SIZE], message[TOOK], kind, content)
        level: Level | None = "warning" if message[ERROR] else None
        rows.append(Row(cells, level, _details(message), spans.get(number)))
    columns = (
        *(Column("#", "count"), Column("At", "s"), Column("Gap", "s"), Column("Way"), Column("Size", "bytes")),
        *(Column("Took", "s"), Column("Kind"), Column("Content", "code")),
    )
    return Table(columns, rows, title=f"{noun.capitalize()}s", empty=f"No {noun} yet.")


def events_table(messages: Sequence[Any]) -> Table:
    """Return the server-sent events that a stream's parts hold."""
    rows: list[Row] = []
    before: float | None = None
    for event in events_of(messages):
        gap = None if before is None else event.at - before
        before = event.at
        name = "(comment)" if event.comment else event.name
        details = [] if event.comment else [_content(event.data)]
        rows.append(Row((event.at, gap, name, event.id, event.size, _short(event.data)), None, details))
    columns = (Column("At", "s"), Column("Gap", "s"), Column("Event"), Column("Id"), Column("Size", "bytes"),
               Column("Data", "code"))  # fmt: skip
    return Table(columns, rows, title="Events", empty="No event yet.")


def _kind(message: Sequence[Any]) -> str:
    """Say what a message holds: bytes are recorded as a text that says so and how many they were."""
    content, size = message[CONTENT], message[SIZE]
    if not isinstance(content, str):
        return "binary"
    found = _BYTES.match(content)
    if found is not None and len(content) != size:
        return "binary"
    return "JSON" if _tree(content) is not None else "text"


def _details(message: Sequence[Any]) -> list[Block]:
    content = message[CONTENT]
    if not isinstance(content, str) or not content:
        return []
    blocks = [_content(content)]
    missing = message[SIZE] - len(content)
    if missing > 0 and not content.startswith("<"):
        blocks.append(Code(f"… {missing:,} more of {message[SIZE]:,} were not kept", "text"))
    return blocks


def _content(text: str) -> Block:
    """Return a text as a tree where it is JSON, and as it is where not."""
    return _tree(text) or Code(text, "text")


def _tree(text: str) -> Tree | None:
    if not text.startswith(("{", "[")):
        return None
    try:
        return Tree(json.loads(text))
    except (ValueError, RecursionError):
        return None  # cut off, or only looks like it


def _short(content: object) -> str:
    if not isinstance(content, str):
        return ""
    line = " ".join(content[: _SHORT * 2].split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"
