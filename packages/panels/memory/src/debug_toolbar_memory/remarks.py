"""Remarks: in words, what could not be measured and why, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Block, Column, Notice, Row, Table
from debug_toolbar_core.units import size
from debug_toolbar_memory.reading import Measured

_WORDS = {
    "own tracemalloc": (
        "The application traces memory itself: that was read, and left on",
        "a rise within one slice of work is not seen, for only the application may reset the peak",
    ),
    "deep": ("{} lay under stacks too deep to say whose they are", "raise the option `frames`"),
    "mixed": (
        "Another measured request ran at the same time, in another thread",
        "the peak is at most this, what was kept is exact; the engine `memray` tells them apart",
    ),
    "sites: many": (
        "Too many live allocations to look through",
        "totals only; raise the option `traces`, or use the engine `memray`",
    ),
    "seconds": (
        "tracemalloc slows code down, so it traced the first {} s of the CPU that this request took",
        "later allocations are missing; raise the option `seconds`, or use the engine `memray`",
    ),
    "sites: stopped": ("The application stopped tracemalloc meanwhile", "totals up to then"),
    "file": ("memray's file grew past {}", "it was stopped there: later allocations are missing"),
    "replay": (
        "{} allocations are too many to follow one by one",
        "the peak is what the request held when the whole process was at its own",
    ),
    "profiler inside": (
        "A profiler was started while memray tracked: {}",
        "allocations since then have no stacks, and are nobody's",
    ),
    "unreadable": ("memray's file could not be read ({})", "nothing is known but the process's own numbers"),
    "fault": ("What was measured could not be put together ({})", "the process's own numbers are right"),
    "late": (
        "What was left could not be found out in a moment, and the event loop had to wait for it",
        "it is not known",
    ),
    "raised": ("The request raised", "what its traceback still held when this was measured counts as kept"),
    "tasks": ("Tasks and threads of this event loop cannot be followed", "what they allocate is missing"),
}
"""By code: what was not measured, and what follows from it."""
_NONE = {
    "busy": "Memory is being measured by {}: one at a time. Ask again when it is done.",
    "profiler": "memray cannot run beside a profiler ({}): both would break. Ask for one of them.",
    "no memray": "memray is not installed: `pip install debug-toolbar-memory[memray]`.",
    "memray": "memray could not begin ({}).",
    "memray of the application": "memray tracks this application already; tracemalloc beside it is not safe.",
    "tracemalloc of the application": "The application traces memory with tracemalloc; memray beside it is not safe.",
}
"""By code: why no back end could be used."""
_C = ("Memory that C libraries take on their own", "tracemalloc sees Python's allocators; the engine `memray` sees all")
_SOCKET = (
    "A websocket: it is open for long, and all that time would be slower for everybody",
    "measure the request or the job that does the same work",
)


def unmeasured(record: Record) -> Iterable[Block]:
    """Yield why a record of this kind is never measured."""
    if record.kind == "websocket":
        columns = (Column("Not measured"), Column("So"))
        yield Table(columns, [Row(_SOCKET)])


def missing(measured: Measured) -> Iterable[Notice]:
    """Yield why there is no back end, where there is none."""
    none = measured.engine == "none"
    hint = f"{measured.engine} was used instead."
    for code, detail in measured.remarks:
        if code in _NONE:
            text = _NONE[code].format(detail or "another tool")
            if none:
                yield Notice("warning", text, "Only the process's numbers are known.", label="memory not measured")
            else:
                yield Notice("info", text, hint)


def limits(measured: Measured) -> Iterable[Block]:
    """Yield a table of what was not measured, or not well."""
    rows = [Row((_text(code, detail), _WORDS[code][1])) for code, detail in measured.remarks if code in _WORDS]
    if measured.rest:
        rows.append(Row((f"{size(measured.rest)} in small stacks are not listed", "the largest 400 are")))
    if not measured.driven:
        rows.append(Row(("The request's own coroutine was not seen running", "nothing is known to be its own")))
    if measured.engine == "tracemalloc":
        rows.append(Row(_C))
    if rows:
        yield Table((Column("Not measured, or not well"), Column("So")), rows)


def _text(code: str, detail: str) -> str:
    text = _WORDS[code][0]
    return text.format(size(int(detail)) if code in {"deep", "file"} and detail.isdecimal() else detail or "unknown")
