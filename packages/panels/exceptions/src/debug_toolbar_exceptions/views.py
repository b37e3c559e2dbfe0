"""Views: exceptions as blocks: a notice each, and a section with the frames that opens where the user's code is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import Badge, Block, Code, Column, Fact, Facts, Level, Notice, Row, Section, Table, Tree

_RELATIONS = {
    "cause": "Caused by",
    "context": "Raised while handling",
}
_PLACES = (Column("Function", "code"), Column("Source", "source"))
_TITLE = 160


def show(record: Record, name: str) -> Iterable[Block]:
    """Yield the badge, the notices, and a section for each exception of the record."""
    data = record.data.get(name)
    if data is None:
        yield from _only_error(record)
        return
    exceptions = data["exceptions"]
    first = exceptions[0]["chain"][0]
    level = _level(exceptions[0], record)
    more = f"and {len(exceptions) - 1} more" if len(exceptions) > 1 else None
    yield Badge(first["type"], more, level)
    for caught in exceptions:
        yield _notice(caught, record)
    for caught in exceptions:
        yield _chain(caught["chain"], open=caught is exceptions[0])
    if data["stopped"]:
        text = f"Not everything is told of these exceptions: the limit of {data['stopped']} was reached."
        yield Notice("info", text, "`ExceptionsPanel(seconds=…)` sets the time.", label="exceptions cut")


def _only_error(record: Record) -> Iterable[Block]:
    """Show a record's error of which no traceback was kept."""
    if record.error is not None:
        caught = {"handled": record.error.handled, "chain": [{**_error(record), "frames": []}]}
        yield Badge(record.error.type, None, _level(caught, record))
        yield _notice(caught, record)


def _error(record: Record) -> dict[str, Any]:
    assert record.error is not None
    return {"type": record.error.type, "message": record.error.message}


def _level(caught: dict[str, Any], record: Record) -> Level:
    """An exception is an error when nobody handled it, or when its handler could only answer with a 5xx."""
    if not caught["handled"]:
        return "error"
    error = record.error
    same = error is not None and error.type == caught["chain"][0]["type"]
    answered = record.response.status if record.response is not None else None
    status = (error.status or answered) if error is not None and same else None
    return "error" if status is not None and status >= 500 else "info"


def _notice(caught: dict[str, Any], record: Record) -> Notice:
    told, level = caught["chain"][0], _level(caught, record)
    source = _raised(told)
    if caught["handled"]:
        return Notice(level, _title(told), "The application handled it.", source, "handled exception")
    return Notice(level, _title(told), None, source, "exception")


def _title(told: dict[str, Any]) -> str:
    line = told["message"].partition("\n")[0]
    text = f"{told['type']}: {line}" if line else told["type"]
    return text if len(text) <= _TITLE else f"{text[:_TITLE]}…"


def _raised(told: dict[str, Any]) -> Source | None:
    """Return the innermost place in the user's own code, or where there is none, in any."""
    frames = told["frames"]
    own = [frame for frame in frames if not frame["library"]] or frames
    return _source(own[-1]) if own else None


def _source(frame: dict[str, Any]) -> Source:
    return Source(frame["file"], frame["line"], frame["function"])


def _chain(links: Sequence[dict[str, Any]], *, open: bool) -> Section:
    """Return an exception's section, those that led to it below its own frames."""
    first, *before = links
    blocks = list(_blocks(first))
    blocks += [Section(f"{_RELATIONS[told['relation']]} {_title(told)}", list(_blocks(told))) for told in before]
    return Section(_title(first), blocks, open)


def _blocks(told: dict[str, Any]) -> Iterable[Block]:
    facts = [Fact("type", f"{told['module']}.{told['type']}", "code")]
    facts += [Fact("note", note) for note in told.get("notes", ())]
    if told["omitted"]:
        facts.append(Fact("frames left out", told["omitted"], "count", "Of a deep traceback both ends are shown."))
    if told.get("more"):
        facts.append(Fact("more exceptions in this group", told["more"], "count"))
    yield Facts(facts)
    if "\n" in told["message"] or len(_title(told)) > _TITLE:
        yield Code(told["message"], "text", title="Message")
    # The raising frame first: it is what is looked for.
    for library, group in groupby(reversed(told["frames"]), key=lambda frame: bool(frame["library"])):
        frames = list(group)
        yield from [_library(frames)] if library else [_frame(frame) for frame in frames]
    yield from (_chain(links, open=False) for links in told.get("children", ()))


def _library(frames: Sequence[dict[str, Any]]) -> Section:
    rows = [Row((f"{frame['function']}{_times(frame)}", _source(frame))) for frame in frames]
    return Section(f"{len(rows)} library frame{'' if len(rows) == 1 else 's'}", [Table(_PLACES, rows)], open=False)


def _times(frame: dict[str, Any]) -> str:
    return f" (calls itself {frame['times']:,} times)" if frame.get("times") else ""


def _frame(frame: dict[str, Any]) -> Section:
    source = _source(frame)
    blocks: list[Block] = [Code(frame["text"], "python", frame["start"], frame["line"], source)]
    if frame["locals"]:
        blocks.append(Tree(frame["locals"], "variables"))
    return Section(f"{frame['function']}{_times(frame)}", blocks)
