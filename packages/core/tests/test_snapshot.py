"""Snapshots: bounded, plain, fast whatever they are given, and no code of the application runs."""

from __future__ import annotations

import enum
import threading
import time
from collections import OrderedDict, deque, namedtuple
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest

from debug_toolbar_core import Limits, snapshot
from debug_toolbar_core.snapshot import describe, shorten


class Trap:
    """An object that fails the test whenever any of its code runs."""

    def _run(self, *args: object) -> Any:
        raise AssertionError("code of the application ran")

    __repr__ = __str__ = __eq__ = __bool__ = __len__ = __hash__ = __iter__ = __getattr__ = __format__ = _run  # type: ignore[assignment]  # on purpose
    __getitem__ = __contains__ = __lt__ = __call__ = __index__ = __int__ = __float__ = __bytes__ = _run
    __class__ = property(_run)  # type: ignore[assignment]  # on purpose


class Meta(type):
    """A class whose own attributes are traps."""

    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError("code of a metaclass ran")


class TrapText(str):
    __str__ = __repr__ = __len__ = __getitem__ = __iter__ = __eq__ = __hash__ = Trap._run  # type: ignore[assignment]  # on purpose


class TrapNumber(int):
    __str__ = __repr__ = __add__ = __int__ = __bool__ = __eq__ = __hash__ = Trap._run  # type: ignore[assignment]  # on purpose


class TrapFloat(float):
    __str__ = __repr__ = __add__ = __float__ = __bool__ = __eq__ = __hash__ = Trap._run  # type: ignore[assignment]  # on purpose


class TrapDict(dict[Any, Any]):
    __iter__ = __len__ = __getitem__ = items = keys = values = get = __repr__ = Trap._run  # type: ignore[assignment]  # on purpose


class TrapList(list[Any]):
    __iter__ = __len__ = __getitem__ = __repr__ = __eq__ = Trap._run  # type: ignore[assignment]  # on purpose


class TrapZone(tzinfo):
    utcoffset = tzname = dst = __repr__ = __str__ = Trap._run  # type: ignore[assignment]  # on purpose


class HashedTrap(Trap):
    """A key: its hash is needed to put it into a dictionary, afterwards nothing of it may run."""

    armed = False

    def __hash__(self) -> int:
        assert not HashedTrap.armed
        return 7

    def __eq__(self, other: object) -> bool:
        assert not HashedTrap.armed
        return self is other


def test_no_code_of_the_application_runs() -> None:
    """R28: neither an object's methods nor those of a subclass of a built-in type are called."""
    first, second = HashedTrap(), HashedTrap()
    value = {
        "trap": Trap(), "text": TrapText("abc"), "number": TrapNumber(7), "float": TrapFloat(0.5),
        "dict": TrapDict({"a": Trap()}), "list": TrapList([1]), "nested": [(Trap(),)], first: 1, second: 2,
        "set": {first}, "when": datetime(2026, 1, 1, tzinfo=TrapZone()),
    }  # fmt: skip
    HashedTrap.armed = True
    try:
        taken = snapshot(value)
    finally:
        HashedTrap.armed = False
    name = "<test_snapshot.HashedTrap>"
    found = {key.rpartition(".")[2] if key.startswith("<") else key: item for key, item in taken.items()}
    assert found["text"] == "abc"
    assert type(found["text"]) is str
    assert found["number"] == 7
    assert type(found["number"]) is int
    assert found["float"] == 0.5
    assert found["list"] == [1]
    assert list(found["dict"]) == ["a"]
    assert found["trap"].endswith(".Trap>")
    assert found["when"] == "<datetime.datetime>"
    assert sorted(item for key, item in taken.items() if "HashedTrap" in key) == [1, 2], name


def test_types_are_named_without_asking_them() -> None:
    """A metaclass's code does not run when an object is named, and odd modules are passed over."""
    assert describe(Meta("Secretive", (), {"__module__": "shop"})()) == "<shop.Secretive>"
    assert describe(type("Odd", (), {"__module__": 3})()) == "<?.Odd>"


def test_plain_values_come_as_they_are() -> None:
    """Built-in values, dates, paths and the like are taken whole; containers become dicts and lists."""
    point = namedtuple("point", "x y")
    assert snapshot([1, 2.5, None, True, "x", b"y", 1j]) == [1, 2.5, None, True, "x", b"y", 1j]
    kept = [date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC), timedelta(1), Decimal("1.5"), UUID(int=1)]
    assert snapshot(kept) == kept
    assert snapshot(PurePosixPath("/a")) == PurePosixPath("/a")
    assert snapshot((point(1, 2), deque([1]), {3}, frozenset([4]), OrderedDict(a=1))) == [
        [1, 2],
        [1],
        [3],
        [4],
        {"a": 1},
    ]
    assert snapshot({1: "a", b"k": "b", (1, 2): "c"}) == {1: "a", b"k": "b", "<builtins.tuple>": "c"}
    assert snapshot(bytearray(b"abc")) == b"abc"
    assert snapshot(enum.StrEnum("Colour", ["RED"]).RED) == "red"  # type: ignore[attr-defined]  # functional enum
    assert snapshot(memoryview(b"abc")) == "<builtins.memoryview>"


def test_a_snapshot_does_not_change_with_the_original() -> None:
    """A mutable value is copied."""
    value = {"list": [1]}
    taken = snapshot(value)
    value["list"].append(2)
    assert taken == {"list": [1]}


def _deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


def _cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = value["again"] = [value, value]
    return value


@pytest.mark.parametrize(
    "make",
    [
        lambda: "x" * 100_000_000,
        lambda: TrapText("x" * 100_000_000),
        lambda: b"x" * 100_000_000,
        lambda: bytearray(100_000_000),
        lambda: dict.fromkeys(range(1_000_000)),
        lambda: set(range(1_000_000)),
        lambda: list(range(1_000_000)),
        lambda: [["x" * 20_000] * 1_000] * 1_000,
        _deep,
        _cyclic,
        lambda: 10**20_000,
    ],
    ids=["text", "subclass", "bytes", "bytearray", "dict", "set", "list", "texts", "deep", "cyclic", "number"],
)
def test_huge_values_take_little_time_and_say_what_was_cut(make: Any) -> None:
    """R33: huge, deep and cyclic values are cut within milliseconds, and the cut is told."""
    value, cuts = make(), dict[str, int]()
    best = 1.0
    for _ in range(3):
        before = time.thread_time()
        taken = snapshot(value, cut=lambda what, count: cuts.update({what: count}))
        best = min(best, time.thread_time() - before)
    assert best < 0.05, "5 ms, and room for a busy machine that counts lines"
    assert cuts or str(taken).startswith("<int of")
    assert len(repr(taken)) < 2_500_000
    while isinstance(value, list) and len(value) == 1:  # taken apart by hand: its destructor would recurse
        value = value[0]


def test_limits_are_the_records() -> None:
    """A smaller limit cuts more."""
    limits = Limits(text=3, items=2, depth=1)
    cuts: list[tuple[str, int]] = []
    assert snapshot(["abcdef", {"a": 1}, 3], limits, lambda *cut: cuts.append(cut)) == ["abc… (3 more)", "… (deeper)"]
    assert cuts == [("values", 1), ("characters", 3), ("values", 1)]
    assert shorten("abc", 3) == "abc"
    assert snapshot({"k" * 300: 1, "k" * 301: 2}) == {"k" * 200 + "… (100 more)": 1, "k" * 200 + "… (101 more)": 2}
    assert list(snapshot({"k" * 300: 1, "k" * 299 + "x": 2}).values()) == [1, 2]


def test_values_that_change_meanwhile_do_no_harm() -> None:
    """Another thread may change a structure while it is copied."""
    value = {number: [number] for number in range(1_000)}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            value[number % 2_000] = [number]
            value.pop((number + 1_000) % 2_000, None)
            number += 1

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(200):
            assert snapshot(value)
    finally:
        stop.set()
        thread.join()


def test_a_full_stack_gives_the_types_name() -> None:
    """Where there is no stack left to walk a value, it shows its type."""

    def recurse() -> Any:
        try:
            return recurse()
        except RecursionError:
            return snapshot([[[[[[[[[[1]]]]]]]]]])

    assert recurse() is not None
