"""Views: a request's memory as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Column,
    Fact,
    Facts,
    Flame,
    Frame,
    Profile,
    Row,
    Section,
    Table,
    Unit,
)
from debug_toolbar_core.units import size
from debug_toolbar_memory.collections_view import collections
from debug_toolbar_memory.following import PANEL
from debug_toolbar_memory.growth_view import growth, is_leak, leaks
from debug_toolbar_memory.history import sites
from debug_toolbar_memory.reading import Measured, read
from debug_toolbar_memory.remarks import limits, missing, unmeasured
from debug_toolbar_memory.stacks import Place, Share, Stack, package_of, site_of

_SITES = 15
_SMALL = 0.002
_THROUGH = 15

Line = tuple[str, int]


def show(record: Record) -> Iterable[Block]:
    """Yield the badge, the numbers, what grew, the flame, the sites, the collector's runs, and what is not known."""
    measured = read(record.data.get(PANEL))
    if measured is None:
        yield from unmeasured(record)
        return
    yield _badge(measured)
    yield _headline(measured)
    yield from missing(measured)
    yield from leaks(measured)
    yield from _sites(measured)
    yield from growth(record, measured)
    yield from _flame(measured)
    yield from collections(record, measured)
    yield _process(measured)
    yield from limits(measured)


def _badge(measured: Measured) -> Badge:
    kept, peak = measured.numbers["kept"], measured.numbers["peak"]
    if kept is None:
        return Badge("–", "not measured", "warning")
    leaking = any(is_leak(grown) for grown in measured.growth)
    return Badge(f"+{size(kept)}", None if peak is None else f"peak {size(peak)}", "warning" if leaking else None)


def _headline(measured: Measured) -> Facts:
    numbers, mixed = measured.numbers, any(code == "mixed" for code, _ in measured.remarks)
    items = []
    if numbers["peak"] is not None:
        hint = "the most it held at any moment" + (", and what another held with it" if mixed else "")
        items.append(Fact("peak at most" if mixed else "peak", numbers["peak"], "bytes", hint))
    if numbers["kept"] is not None:
        items.append(Fact("kept", numbers["kept"], "bytes", "allocated by this request, and still there after it"))
    if numbers["kept_blocks"] is not None:
        items.append(Fact("blocks kept", numbers["kept_blocks"], "count"))
    if numbers["allocated"] is not None:
        items.append(Fact("allocated in all", numbers["allocated"], "bytes", "what was let go again included"))
    items.append(Fact("paused by the collector", measured.paused, "s", f"in {_runs(measured)} runs of the collector"))
    return Facts(items, headline=True)


def _runs(measured: Measured) -> int:
    return len(measured.runs) + int(measured.more_runs)


def _flame(measured: Measured) -> Iterable[Block]:
    """Yield what was kept and what was held at the peak as tabs of one flame graph, the larger one first."""
    shown = [("At the peak", measured.peak_stacks), ("Kept", measured.stacks)]
    shown = [(name, stacks) for name, stacks in shown if any(stacks)]
    shown.sort(key=lambda item: -sum(share.size for share in item[1].values()))
    numbers: dict[tuple[str, str, int], int] = {}
    profiles = [
        Profile(name, [[_number(numbers, place) for place in stack] for stack in stacks if stack],
                [share.size for stack, share in stacks.items() if stack], "bytes")
        for name, stacks in shown
    ]  # fmt: skip
    if profiles:
        frames = [Frame(name, file, line or None, package_of(file)) for file, name, line in numbers]
        yield Flame(frames, profiles, "Where it was allocated")


def _number(numbers: dict[tuple[str, str, int], int], place: Place) -> int:
    return numbers.setdefault((place.file, place.function or "?", place.line), len(numbers))


def _sites(measured: Measured) -> Iterable[Block]:
    """Yield the lines of code that asked for the memory, each opening to the way that led there."""
    kept, peak = _by_line(measured.stacks), _by_line(measured.peak_stacks)
    most = max(measured.numbers["peak"] or 0, 1)
    lines = sorted({*kept, *peak}, key=lambda line: -max(_size(kept, line), _size(peak, line)))
    large = [line for line in lines[:_SITES] if max(_size(kept, line), _size(peak, line)) >= _SMALL * most]
    heaviest = _heaviest({**measured.peak_stacks, **measured.stacks})
    rows = [
        Row(
            (_source((kept.get(line) or peak[line])[0]), _size(peak, line) if peak else None, _size(kept, line),
             kept[line][1].blocks if line in kept else 0, max(_size(kept, line), _size(peak, line)) / most),
            details=[_through(heaviest[line])] if line in heaviest else [],
        )
        for line in large
    ]  # fmt: skip
    columns = (Column("Allocated at", "source"), Column("At the peak", "bytes"), Column("Kept", "bytes"),
               Column("Blocks kept", "count"), Column("Of the peak", "percent"))  # fmt: skip
    yield Table(columns, rows, "Top sites", "Nothing was kept that is known to be this request's.")


def _by_line(stacks: Mapping[Stack, Share]) -> dict[Line, tuple[Place, Share]]:
    return {place[:2]: (place, share) for place, share in sites(stacks).items()}


def _size(found: Mapping[Line, tuple[Place, Share]], line: Line) -> int:
    return found[line][1].size if line in found else 0


def _heaviest(stacks: Mapping[Stack, Share]) -> dict[Line, Stack]:
    found: dict[Line, Stack] = {}
    for stack in sorted(stacks, key=lambda stack: stacks[stack].size):
        place = site_of(stack)
        if place is not None:
            found[place[:2]] = stack
    return found


def _through(stack: Stack) -> Table:
    rows = [Row((_source(place), package_of(place.file))) for place in reversed(stack[-_THROUGH:])]
    return Table((Column("Through, innermost first", "source"), Column("Of")), rows)


def _source(place: Place) -> Source:
    return Source(place.file, place.line, place.function)


def _process(measured: Measured) -> Section:
    """Return the numbers of the whole process, which other requests have their share in."""
    items = [
        *_grown("resident memory", "bytes", measured.resident),
        *_grown("allocated blocks", "count", measured.blocks),
    ]
    for label, name, hint in (
        ("kept by others meanwhile", "others", "what grew while no measured request ran"),
        ("kept by the toolbar", "toolbar", "by its panels inside this request; not counted above"),
    ):
        if measured.numbers[name] is not None:
            items.append(Fact(label, measured.numbers[name], "bytes", hint))
    items += [Fact("back end", measured.engine), Fact("measuring took", measured.numbers["cost"], "s")]
    return Section("The whole process", [Facts(items)])


def _grown(label: str, unit: Unit, pair: tuple[float | None, float | None]) -> list[Fact]:
    before, after = pair
    if before is None or after is None:
        return []
    return [Fact(f"{label} before", before, unit), Fact("after", after, unit), Fact("grown", after - before, unit)]
