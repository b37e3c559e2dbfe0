"""Shown: what the panel says of a profile besides its graph and tables: the facts, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Fact, Facts, Notice, Section
from debug_toolbar_core.source import Source
from debug_toolbar_core.units import percent, seconds
from debug_toolbar_profiling.flames import flame_of
from debug_toolbar_profiling.tables import tables
from debug_toolbar_profiling.taken import Taken

_FEW = 10
_HOT = 0.3
_HOT_LEAST = 0.02
_LOW = 0.5
ENGINES = {
    "sampling": "Debug Toolbar's own sampling thread",
    "yappi": "yappi, beside the sampling thread",
    "pyinstrument": "pyinstrument, in its strict async mode",
}
BLIND = {
    "sampling": "It looks some hundred times a second: what takes a few milliseconds in all may be missed, and "
    "calls are not counted. Functions written in C count as their caller's own time. Threads are seen where they work "
    "for a pool or were given this request's context.",
    "yappi": "Calls are exact, but all code runs many times slower meanwhile, that of other requests too: compare "
    "the times with each other, not with a request that was not profiled.",
    "pyinstrument": "It sees this request's tasks and not its threads; code that SQLAlchemy runs in a greenlet is a "
    "stack of its own. Call-heavy code runs several times slower under it.",
}


def shown(taken: Taken, record: Record) -> Iterator[Block]:
    """Yield the whole panel."""
    cpu = _cpu(taken)
    if cpu is not None:
        yield Badge(seconds(cpu), "CPU")
    yield from _facts([fact for fact in _headline(taken, record) if fact.value is not None], headline=True)
    yield from _notices(taken)
    flame = flame_of(taken)
    if flame is not None:
        yield flame
    yield Section("Details", [*tables(taken), Section("How it was measured", [*_measured(taken, record)])], tabs=True)


def _cpu(taken: Taken) -> float | None:
    own = taken.number("cpu")
    return None if own is None else own + (taken.number("elsewhere") or 0.0)


def _facts(facts: list[Fact], headline: bool = False) -> Iterator[Block]:
    if facts:
        yield Facts(facts, headline)


def _headline(taken: Taken, record: Record) -> list[Fact]:
    yours, called = taken.shares
    return [
        Fact("wall", record.duration, "s"),
        Fact("on the CPU", _cpu(taken), "s"),
        Fact("of it in child tasks and threads", taken.number("elsewhere") or None, "s"),
        Fact("awaiting", taken.number("waiting"), "s"),
        Fact("CPU in your own code", yours, "percent"),
        Fact("in what it called", called, "percent"),
        Fact("samples", taken.number("samples"), "count"),
    ]


def _notices(taken: Taken) -> Iterator[Notice]:
    for note in taken.notes:
        yield Notice("info", note, label="profiler")
    yield from _few(taken)
    gap, where = taken.number("gap"), taken.text("gap_in")
    if gap is not None and where is not None:
        told = f"`{where}` ran for {seconds(gap)} unseen: C code that holds the GIL, or a busy machine"
        yield Notice("info", told, "What it called stands at its caller.", label="GIL held")
    yield from _hot(taken)


def _hot(taken: Taken) -> Iterator[Notice]:
    """Name the line of the user's that took the most, with all it called."""
    whole = sum(cpu for _, _, cpu in taken.lines)
    function, line, cpu = max(taken.lines, key=lambda found: found[2], default=(None, 0, 0.0))
    if function is not None and function.file is not None and cpu > max(_HOT * whole, _HOT_LEAST):
        share = f"{percent(cpu / whole)} of the CPU, {seconds(cpu)}"
        told = f"Line {line} of `{function.name}` took, with what it calls, {share}"
        yield Notice("info", told, source=Source(function.file, line, function.name), label="hot line")


def _few(taken: Taken) -> Iterator[Notice]:
    samples, running, attributed = (taken.number(name) for name in ("samples", "running", "attributed"))
    if samples is None or not running:
        return
    if samples < _FEW:
        told = (
            f"Only {samples:.0f} samples of {seconds(running)} that it ran: too few to tell one function from another"
        )
        hint = 'Profile it several times, or count its calls: `engine="yappi"`.'
        yield Notice("info", told, hint, label="few samples")
    elif attributed is not None and attributed < _LOW * running:
        told = f"{percent(attributed / running)} of the running time could be sampled: most slices were too short"
        hint = "They stand under the function of yours that ran between two awaits, as `not sampled (too short)`."
        yield Notice("info", told, hint, label="few samples")


def _measured(taken: Taken, record: Record) -> Iterator[Block]:
    engine = taken.text("engine") or ""
    running, attributed = taken.number("running"), taken.number("attributed")
    cost = taken.number("cost")
    share = attributed / running if running and attributed is not None else None
    facts = [
        Fact("Engine", ENGINES.get(engine)),
        Fact("It cannot see", BLIND.get(engine)),
        Fact("CPU of this request", _cpu(taken), "s", "Its task, the tasks it started, and its threads; no other's."),
        Fact("Running on the loop", running, "s", "Exactly, slice by slice."),
        Fact("Of it attributed", share, "percent", "The rest was over before the sampler's turn came."),
        Fact("Slices", taken.number("slices"), "count", "How often it was given the loop."),
        Fact("Interval", taken.number("interval"), "s", "Between two samples, as a mean."),
        Fact("Samples thrown away", taken.number("missed"), "count", "The request had gone on while one looked."),
        Fact("Stacks cut", taken.number("cut") or None, "count", "Past the number of different calls that are kept."),
        Fact("Cost of profiling", cost, "s", "Taken by looking and by finding awaits, while other threads waited."),
        Fact("Of the request", cost / record.duration if cost is not None and record.duration else None, "percent"),
        Fact("Order of time", None if taken.facts.get("in_order") is not False else "given up: too many samples"),
    ]
    yield from _facts([fact for fact in facts if fact.value is not None])
