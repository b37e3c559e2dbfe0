"""What looks at a loop, and when it does; and that it stands in nobody's way."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable

import pytest

from debug_toolbar_async import post
from debug_toolbar_async.alarm import Alarm, SleepAlarm, TimerAlarm, make_alarm
from debug_toolbar_async.watchdog import RUNNING, Watchdog

from .serving import seen_in, serve, toolbar_of
from .test_installed import gone

ALARMS: list[Callable[[], Alarm]] = [make_alarm, SleepAlarm]
LONG = 1_000.0


@pytest.mark.parametrize("make", ALARMS)
def test_an_alarm_goes_off_when_it_was_set_to_last(make: Callable[[], Alarm]) -> None:
    """One that is put off does not go off before, one that is set to sooner does; closed, it may still be set."""
    alarm = make()
    began = time.monotonic()
    alarm.set(0.001)
    alarm.set(0.05)
    alarm.wait()
    assert time.monotonic() - began >= 0.049
    alarm.set(LONG)
    threading.Timer(0.01, alarm.set, [0.0]).start()
    alarm.wait()
    alarm.close()
    alarm.set(LONG)
    alarm.close()


def test_where_there_are_no_files_left_a_sleeper_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux's timers need a file; without one the watchdog wakes up now and then instead."""
    assert type(make_alarm()) is TimerAlarm

    def full(*arguments: object) -> None:
        raise OSError("no files left")

    monkeypatch.setattr("debug_toolbar_async.alarm._own_timer", full)
    monkeypatch.setattr("debug_toolbar_async.alarm._library_timer", full)
    assert type(make_alarm()) is SleepAlarm


@pytest.mark.parametrize("make", ALARMS)
def test_a_loop_that_goes_on_is_not_looked_at(make: Callable[[], Alarm], monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it is put off the watchdog sleeps, as each look takes the loop's thread its lock; then it looks."""
    monkeypatch.setattr("debug_toolbar_async.watchdog.make_alarm", make)
    looked = threading.Event()

    def look(now: float) -> None:
        looked.set()

    watchdog = Watchdog(look).start(LONG)
    for _ in range(100):
        watchdog.put_off(LONG)
        time.sleep(0.0002)
    assert not looked.is_set()
    watchdog.put_off(0.001)
    assert looked.wait(10)
    assert gone()


def ended(*dogs: Watchdog) -> bool:
    """Wait until the threads of watchdogs have ended, and tell whether they did."""
    until = time.monotonic() + 10
    while RUNNING.intersection(dogs) and time.monotonic() < until:
        time.sleep(0.001)
    return not RUNNING.intersection(dogs)


@pytest.mark.parametrize("make", ALARMS)
def test_a_watchdog_that_is_stopped_ends(make: Callable[[], Alarm], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no other loop takes it soon its thread ends, and leaves no file behind."""
    monkeypatch.setattr("debug_toolbar_async.watchdog.make_alarm", make)
    monkeypatch.setattr("debug_toolbar_async.watchdog.LINGER", 0.005)

    def look(now: float) -> float:
        return LONG

    before = len(os.listdir("/proc/self/fd"))
    watchdog = Watchdog(look).start(LONG)
    watchdog.stop(look)
    watchdog.stop(look)
    assert ended(watchdog)
    watchdog.put_off(0.0)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_watchdog_that_is_free_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next loop has the thread of the one before, which cannot stop it any more; one that looks at none ends."""
    monkeypatch.setattr("debug_toolbar_async.watchdog.LINGER", LONG)

    def first(now: float) -> float:
        return LONG

    looked = threading.Event()

    def second(now: float) -> None:
        looked.set()

    watchdog = Watchdog(first).start(LONG)
    watchdog.stop(first)
    assert watchdog.free
    assert Watchdog.over(second, LONG) is watchdog
    watchdog.stop(first)
    assert not watchdog.free
    watchdog.put_off(0.0)
    assert looked.wait(10)
    assert ended(watchdog)


def test_the_collector_may_end_a_record_anywhere() -> None:
    """A record that was dropped open is ended by the collector in the middle of what we do: nothing waits."""
    toolbar = toolbar_of()

    async def dropped() -> None:
        cycle: list[object] = [toolbar.open("http")]
        cycle.append(cycle)

    async def served() -> int:
        found = 0
        for allocations in range(1, 120):  # until the collector runs: so it does at each place once
            gc.collect()
            gc.disable()
            await asyncio.create_task(dropped())
            gc.set_threshold(gc.get_count()[0] + allocations, 1_000, 1_000)
            gc.enable()
            found += len(seen_in(await serve(toolbar, asyncio.create_task(asyncio.sleep(0)))).tasks)
        return found

    ended: list[int] = []
    usual = gc.get_threshold()
    gc.freeze()  # what other tests left need not be looked through each time
    worker = threading.Thread(target=lambda: ended.append(asyncio.run(served())), daemon=True)
    worker.start()
    worker.join(60)
    gc.set_threshold(*usual)
    gc.enable()
    gc.unfreeze()
    assert ended == [119]
    gc.collect()
    assert gone()
    assert not post._posts


def test_a_record_may_end_in_another_thread() -> None:
    """Where the collector ends it elsewhere, the loop's heartbeat ends by itself, and may begin again."""

    async def served() -> None:
        toolbar = toolbar_of()
        handles = []
        for _ in range(2):
            capture = toolbar.open("http")
            thread = threading.Thread(target=capture.close)
            thread.start()
            thread.join()
            assert asyncio.get_running_loop().get_task_factory() is None
            handles.append(capture)
        await asyncio.sleep(3 * post.PERIOD)
        assert not post._posts
        assert len(seen_in(await serve(toolbar, asyncio.sleep(0))).tasks) == 1

    asyncio.run(served())
    assert gone()
