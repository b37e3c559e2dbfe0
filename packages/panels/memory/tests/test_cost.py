"""What measuring costs has an end, whatever a request does; what is missing then is said."""

from __future__ import annotations

import asyncio
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from debug_toolbar_memory.allocations import read
from debug_toolbar_memory.apart import main, result_of
from debug_toolbar_memory.following import here
from debug_toolbar_memory.mark import Mark

MB = 1_000_000
STEPS = 10_000_000


def codes(found: dict[str, Any]) -> list[str]:
    """Return what was remarked."""
    return [code for code, _ in found["remarks"]]


async def test_tracing_ends_when_its_time_is_up(make_shop: Any) -> None:
    """A request that runs on is traced no more after `seconds` of the CPU; what it had by then is told."""
    shop = make_shop(engine="tracemalloc", seconds=0.05)

    @shop.path
    async def busy() -> None:
        shop.kept.append(bytearray(5 * MB))
        steps = iter(range(STEPS))
        while tracemalloc.is_tracing() and next(steps, None) is not None:
            str(steps)
        assert not tracemalloc.is_tracing()
        shop.kept.append(bytearray(20 * MB))

    found = await shop.memory("/busy")
    assert found["kept"] == pytest.approx(5 * MB, rel=0.05)
    assert ["seconds", "0.05"] in found["remarks"]


async def test_waiting_costs_no_tracing_time(make_shop: Any) -> None:
    """The time that a request waits, in an await or in a call that blocks, is not counted."""
    shop = make_shop(engine="tracemalloc", seconds=0.4)

    @shop.path
    async def patient() -> None:
        await asyncio.sleep(0.2)
        threading.Event().wait(0.6)
        shop.kept.append(bytearray(5 * MB))

    found = await shop.memory("/patient")
    assert found["kept"] == pytest.approx(5 * MB, rel=0.05)
    assert codes(found) == []


async def test_another_request_is_traced_on(make_shop: Any) -> None:
    """Where one request's time is up, another one that is measured goes on undisturbed."""
    shop = make_shop(engine="tracemalloc", seconds=0.3)
    up = asyncio.Event()

    @shop.path
    async def short() -> None:
        await up.wait()
        shop.kept.append(bytearray(5 * MB))

    @shop.path
    async def busy() -> None:
        while "_tracing" in vars(measured := engine()) and measured._tracing:
            str(measured)
        up.set()

    def engine() -> Any:
        request: Any = here()
        return request.engine

    one, other = await asyncio.gather(shop.memory("/short"), shop.memory("/busy"))
    assert one["kept"] == pytest.approx(5 * MB, rel=0.05)
    assert "seconds" in codes(other)
    assert "seconds" not in codes(one)


async def test_a_large_heap_is_not_looked_through(make_shop: Any) -> None:
    """What was there before the request is not seen, however much it is: nothing is said to be too many."""
    shop = make_shop(engine="tracemalloc", traces=5_000)
    heap = [[number] for number in range(200_000)]

    @shop.path
    async def page() -> None:
        shop.kept.append(bytearray(5 * MB))

    found = await shop.memory("/page")
    assert found["kept"] == pytest.approx(5 * MB, rel=0.05)
    assert codes(found) == []
    assert len(heap) == 200_000


async def test_too_many_allocations_have_totals(make_shop: Any) -> None:
    """Of more live allocations than `traces` there are totals, and why there is no more."""
    shop = make_shop(engine="tracemalloc", traces=100)

    @shop.path
    async def many() -> None:
        shop.kept.append([bytearray(1000) for _ in range(5_000)])

    found = await shop.memory("/many")
    assert found["kept"] == pytest.approx(5_000 * 1_057, rel=0.05)
    assert codes(found) == ["sites: many"]
    assert found["stacks"] is None


async def test_memray_ends_when_its_file_is_large(tracked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """memray's file has an end, within one slice too; what it has is told."""
    monkeypatch.setattr("debug_toolbar_memory.tracker._FILE_MOST", 10_000)

    @tracked.path
    async def much() -> None:
        tracked.kept.append(bytearray(5 * MB))
        steps = iter(range(STEPS))
        while threading.getprofile() is not None and next(steps, None) is not None:
            str(steps)
        assert threading.getprofile() is None

    found = await tracked.memory("/much")
    assert found["kept"] == pytest.approx(5 * MB, rel=0.05)
    assert ["file", "10000"] in found["remarks"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return memray's file of a request that kept 5 MB, and 3 MB more for a while."""
    import memray

    kept: list[Any] = []

    def work() -> None:
        kept.append(bytearray(5 * MB))
        spike = bytearray(3 * MB)
        del spike

    found = tmp_path / "allocations.bin"
    tracker = memray.Tracker(found, trace_python_allocators=True)
    thread = threading.Thread(target=tracker.__enter__)
    thread.start()
    thread.join()
    try:
        Mark("660e").run(work)
    finally:
        tracker.__exit__(None, None, None)
    return found


def test_a_large_file_is_read_by_another_process(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process reads is what is read here."""
    here = read(file, "<request 660e>", native=False)
    assert (here.kept, here.peak) == (pytest.approx(5 * MB, rel=0.05), pytest.approx(8 * MB, rel=0.05))
    monkeypatch.setattr("debug_toolbar_memory.apart._SMALL", 0)
    monkeypatch.setattr("debug_toolbar_memory.apart.read", None)  # this process does not
    there = result_of(file, "<request 660e>", False, 60.0)
    assert there == here


def test_the_other_process_tells_json(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other process prints one line, and nothing else."""
    monkeypatch.setattr(sys, "argv", ["-c", "[]", str(file), "<request 660e>", ""])
    main()
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("executable", ["/nowhere/python", "/usr/sbin/uwsgi", "", None])
def test_without_another_process_it_is_read_here(
    file: Path, executable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no interpreter can be started the file is read all the same; where it is too large, it is not."""
    monkeypatch.setattr("debug_toolbar_memory.apart._SMALL", 0)
    monkeypatch.setattr(sys, "executable", executable)
    assert result_of(file, "<request 660e>", False, 60.0).kept == pytest.approx(5 * MB, rel=0.05)
    monkeypatch.setattr("debug_toolbar_memory.apart._LARGE", 0)
    with pytest.raises(RuntimeError):
        result_of(file, "<request 660e>", False, 60.0)


async def test_a_file_that_cannot_be_read(tracked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged file leaves the process's own numbers, and is said to be damaged."""

    @tracked.path
    async def damaged() -> None:
        request: Any = here()
        request.engine._untrack()
        request.engine.file.write_bytes(b"no such format" * 10)

    found = await tracked.memory("/damaged")
    assert codes(found) == ["unreadable"]
    assert found["kept"] is None


def test_a_long_course_is_not_followed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where following each allocation would take too long, what was kept is told, and the peak of the process."""
    monkeypatch.setattr("debug_toolbar_memory.allocations._SECONDS", -1.0)
    found = read(file, "<request 660e>", native=False)
    assert found.kept == pytest.approx(5 * MB, rel=0.05)
    assert found.peak == pytest.approx(8 * MB, rel=0.05)
    assert found.allocated is None
    assert [code for code, _ in found.remarks] == ["replay"]
