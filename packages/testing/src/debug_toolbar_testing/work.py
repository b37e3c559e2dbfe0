"""Work: what the kit of panels has a panel measure, and what it then looks at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from inspect import isawaitable
from statistics import median
from time import perf_counter
from typing import Any

from debug_toolbar_core import Config, Panel, Record, Toolbar
from debug_toolbar_core.blocks import Block
from debug_toolbar_core.border import Border
from debug_toolbar_core.capture import Capture
from debug_toolbar_core.record import Kind
from debug_toolbar_core.text import to_markdown, to_text
from debug_toolbar_testing.plain import check_block, every
from debug_toolbar_testing.samples import SampleApplication, sample_record, sample_wire, through_json
from debug_toolbar_testing.state import changed, panel_state

Workload = Callable[[str], Any]
_ROUNDS = 301


def toolbar_of(panel: Panel) -> Toolbar:
    """Return a strict toolbar with this one panel, an on-demand one too."""
    return Toolbar(Config(panels=[panel], strict=True, always=[panel.name], budget=10.0))


async def request(toolbar: Toolbar, kind: Kind, workload: Workload, text: str, turn: asyncio.Event | None) -> Record:
    """Record one piece of work with a text in it, open until it is its `turn`."""
    with toolbar.capture(kind) as record:
        record.wire = sample_wire(text)
        done = workload(text)
        if isawaitable(done):
            await done
        await (turn.wait() if turn else asyncio.sleep(0))
    return record


async def overlapping(toolbar: Toolbar, panel: Panel, kind: Kind, workload: Workload) -> list[str]:
    """Run two requests that overlap, and name what changed on the panel."""
    toolbar.start(SampleApplication())
    try:
        await request(toolbar, kind, workload, "warm", None)  # what is made once and kept is no request's
        before = panel_state(panel)
        turns = [asyncio.Event(), asyncio.Event()]
        tasks = [asyncio.create_task(request(toolbar, kind, workload, "new", turn)) for turn in turns]
        await asyncio.sleep(0.01)
        found = changed(before, panel_state(panel))
        for turn, task in zip(turns, tasks, strict=True):
            turn.set()
            await task
            found += changed(before, panel_state(panel))
        return list(dict.fromkeys(found))
    finally:
        toolbar.stop()


async def interleaved(toolbar: Toolbar, kind: Kind, workload: Workload) -> list[Record]:
    """Run twenty pieces of work at once."""
    toolbar.start(SampleApplication())
    try:
        return await asyncio.gather(*(request(toolbar, kind, workload, f"book {n}", None) for n in range(20)))
    finally:
        toolbar.stop()


def recorded(panel: Panel, workload: Workload, text: str = "new") -> Iterable[Record]:
    """Return a stored record of each kind the panel measures, with a text in every place."""
    toolbar = toolbar_of(panel)
    for kind in sorted(panel.kinds):
        toolbar.start(SampleApplication())
        try:
            record = asyncio.run(request(toolbar, kind, workload, text, None))
        finally:
            toolbar.stop()
        record.fail(ValueError(text))
        yield through_json(record)


def strange(kind: Kind, about: str) -> Record:
    """Return a record of which little is known: `bare`, `full`, `failed` or `open`."""
    if about == "open":
        record = Record(kind)
        record.slot.record = None
        return record
    if about == "bare":
        record = Record(kind)
        record.close(0.0)
        return record
    error = ValueError("no such book") if about == "failed" else None
    return sample_record(kind=kind, queries=3, error=error, stored=False)


def blocks_of(panel: Panel, record: Record) -> list[dict[str, Any]]:
    """Return what a panel shows, as JSON."""
    return [block.to_json() for block in panel.view(record)]


def draw(panel: Panel, blocks: list[Block], record: Record) -> str:
    """Draw blocks every way there is, and check that they hold plain values; return them as text."""
    for block in every(blocks):
        check_block(block, panel)
    json.dumps([block.to_json() for block in blocks], allow_nan=False)
    to_markdown(blocks, record)
    return to_text(blocks, record)


def patches(patched: Sequence[tuple[object, str]]) -> list[Any]:
    """Return what is now at each place that a panel patches."""
    return [vars(owner).get(name) if hasattr(owner, "__dict__") else getattr(owner, name) for owner, name in patched]


def cost(panel: Panel, kind: Kind) -> float:
    """Return the seconds that a panel adds to an empty record, as a median."""
    border = Border(10.0, strict=True)
    return median(_once([panel], kind, border) for _ in range(_ROUNDS)) - median(
        _once([], kind, border) for _ in range(_ROUNDS)
    )


def _once(panels: list[Panel], kind: Kind, border: Border) -> float:
    record = Record(kind, wire=sample_wire())
    before = perf_counter()
    Capture(record, panels, border).close()
    return perf_counter() - before
