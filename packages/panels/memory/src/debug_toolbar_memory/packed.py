"""Packed: stacks as a few lines of text, for a record keeps long texts cheaply and many small values not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from debug_toolbar_memory.functions import function_at
from debug_toolbar_memory.stacks import Held, Place, Share, Stack

_STACKS_MOST = 400
_CHUNK = 15_000


def pack(held: Held | None) -> dict[str, Any] | None:
    """Return the largest stacks as texts: a line for each place, and a line of place numbers for each stack."""
    if held is None:
        return None
    ordered = sorted(held.stacks.items(), key=lambda item: -item[1].size)
    largest, rest = ordered[:_STACKS_MOST], ordered[_STACKS_MOST:]
    numbers: dict[Place, int] = {}
    lines = []
    for stack, share in largest:
        indexes = ",".join(str(numbers.setdefault(place, len(numbers))) for place in stack)
        lines.append(f"{share.size} {share.blocks} {indexes}")
    return {
        "size": held.size,
        "rest": sum(share.size for _, share in rest),
        "places": _chunks(_line(place) for place in numbers),
        "stacks": _chunks(lines),
    }


def unpack(packed: Any) -> dict[Stack, Share]:
    """Return packed stacks again; what is damaged is left out."""
    if not isinstance(packed, dict):
        return {}
    places = [_place(line) for line in _lines(packed.get("places"))]
    stacks: dict[Stack, Share] = {}
    for line in _lines(packed.get("stacks")):
        try:
            size, blocks, indexes = line.split(" ")
            numbers = [int(index) for index in indexes.split(",") if index]
            stacks[tuple(places[number] for number in numbers)] = Share(max(0, int(size)), max(0, int(blocks)))
        except (ValueError, IndexError):
            continue
    return stacks


def _line(place: Place) -> str:
    name = place.function or function_at(place.file, place.line)
    return "\t".join(part.replace("\t", " ").replace("\n", " ") for part in (place.file, str(place.line), name))


def _place(line: str) -> Place:
    file, _, rest = line.partition("\t")
    number, _, name = rest.partition("\t")
    return Place(file, int(number) if number.isdecimal() and len(number) < 10 else 0, name)


def _chunks(lines: Iterable[str]) -> list[str]:
    """Join lines to texts that are not cut."""
    chunks, size, chunk = list[str](), 0, list[str]()
    for line in lines:
        cut = line[:_CHUNK]
        if size + len(cut) >= _CHUNK:
            chunks.append("\n".join(chunk))
            chunk, size = [], 0
        chunk.append(cut)
        size += len(cut) + 1
    return [*chunks, "\n".join(chunk)] if chunk else chunks


def _lines(chunks: Any) -> Iterator[str]:
    for chunk in chunks if isinstance(chunks, list) else ():
        if isinstance(chunk, str) and chunk:
            yield from chunk.split("\n")
