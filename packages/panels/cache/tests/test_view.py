"""What the panel shows of a stored record, with or without the libraries."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_cache import CachePanel
from debug_toolbar_cache.repeats import LOOP, MANY
from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import Badge, Facts, Notice, Table
from debug_toolbar_testing import Clock, capture, through_json

HERE = Source("/app/shop.py", 7, "prices")


class Day:
    """A record that is filled by hand: `ask` and `put` add operations of a millisecond each."""

    def __init__(self, library: str = "redis", backend: str = "redis") -> None:
        self.clock = Clock()
        self.record: Record = self.clock.record("http")
        self.library, self.backend = library, backend
        self.at = 0.0

    def add(self, name: str, *, seconds: float = 0.001, source: Source | None = HERE, **attributes: Any) -> Any:
        """Add an operation after the last one."""
        facts = {"db.operation.name": name, "cache.library": self.library, "cache.backend": self.backend}
        facts |= {f"cache.{key}": value for key, value in attributes.items()}
        start, self.at = self.at, self.at + seconds
        span = self.record.add("cache", name, start, start + seconds, source=source)
        span.attributes = facts
        return span

    def ask(self, key: str, hit: bool, name: str = "GET", **more: Any) -> Any:
        """Add a read of one key."""
        return self.add(name, key=key, mark=hash(key) & 0xFFFF, hit=hit, **more)

    def put(self, key: str, name: str = "SET") -> Any:
        """Add a write of one key."""
        return self.add(name, key=key, mark=hash(key) & 0xFFFF, bytes_written=4)

    def fail(self, kind: str, message: str = "no", name: str = "GET") -> Any:
        """Add an operation that raised."""
        span = self.ask("a", False, name)
        del span.attributes["cache.hit"]
        span.attributes |= {"error.type": kind, "error.message": message}
        return span

    def blocks(self, **options: Any) -> list[Any]:
        """Return what the panel shows of the record as a store gives it back."""
        self.clock.advance(max(self.at, 0.1))
        self.record.close()
        return list(CachePanel(**options).view(through_json(self.record)))

    def notices(self, **options: Any) -> list[Notice]:
        """Return the notices."""
        return [block for block in self.blocks(**options) if isinstance(block, Notice)]


def test_a_quiet_request_shows_nothing() -> None:
    """Without operations there is no badge, and the panel is greyed."""
    assert Day().blocks() == []


def test_the_sums_come_first() -> None:
    """The badge counts operations and hits; the headline has the rate, the time and the bytes."""
    day = Day()
    day.ask("a", True, bytes_read=100)
    day.ask("b", False)
    day.put("b")
    badge, headline, *_ = day.blocks()
    assert badge == Badge("3", "50 % hit")
    assert isinstance(headline, Facts)
    assert headline.headline
    assert [(fact.label, fact.value, fact.hint) for fact in headline.items] == [
        ("operations", 3, None), ("hit rate", 0.5, "1 of 2 keys"),
        ("with the cache", pytest.approx(0.003), "3.0 % of the request"), ("read", 100, None), ("written", 4, None),
    ]  # fmt: skip


def test_hit_rates_are_by_cache_and_operation() -> None:
    """Each back end is a row with its operations below it; a partial answer counts its keys."""
    day = Day()
    day.ask("a", True)
    day.add("MGET", keys=["a", "b", "c"], marks=[1, 2, 3], key_count=3, hits=2, reads=3)
    day.library, day.backend = "aiocache", "SimpleMemoryCache"
    day.ask("c", False, "get")
    rates = next(block for block in day.blocks() if isinstance(block, Table))
    assert [(row.depth, *row.cells[:5]) for row in rates.rows] == [
        (0, "Redis", 2, 3, 1, 0.75), (1, "GET", 1, 1, 0, 1.0), (1, "MGET", 1, 2, 1, pytest.approx(2 / 3)),
        (0, "aiocache memory", 1, 0, 1, 0.0), (1, "get", 1, 0, 1, 0.0),
    ]  # fmt: skip


def test_operations_are_a_table_that_opens() -> None:
    """A row has the operation, its keys, what it found, bytes, time and source; its back end's are below it."""
    day = Day("aiocache", "RedisCache")
    outer = day.ask("a", True, "get", namespace="shop")
    elsewhere = Source("/app/run.py", 1, "main")
    inner = day.record.add("cache", "GET", 0.0002, 0.0004, parent=outer, source=elsewhere)
    inner.attributes = {"db.system.name": "redis", "db.operation.name": "GET", "cache.key": "shop:a", "cache.hit": True}
    day.add("multi_get", keys=[f"k{n}" for n in range(5)], key_count=60, hits=3, reads=60)
    *_, table = day.blocks()
    assert isinstance(table, Table)
    assert [(row.depth, *row.cells[:3], row.cells[5]) for row in table.rows] == [
        (0, "get", "a", "hit", "aiocache Redis"), (1, "GET", "shop:a", "hit", "Redis"),
        (0, "multi_get", "k0, k1, k2, … (60 keys)", "3 of 60", "aiocache Redis"),
    ]  # fmt: skip
    assert table.rows[0].span == 0
    assert table.rows[1].cells[-1] == HERE  # whoever asked the library, wherever that asked its back end
    assert table.rows[2].details[0].text.endswith("… (55 more)")  # type: ignore[attr-defined]  # a Code


def test_a_loop_of_misses_names_the_call_for_many() -> None:
    """Keys missed and set one by one are one notice, with the call that the library has for many keys."""
    hints = {}
    for library, backend in [
        ("redis", "redis"), ("aiocache", "SimpleMemoryCache"), ("pymemcache", "memcached"), ("aiomcache", "memcached"),
        ("litestar", "MemoryStore"),
    ]:  # fmt: skip
        day = Day(library, backend)
        for number in range(LOOP):
            day.ask(f"price:{number}", False)
            day.put(f"price:{number}", "set")
        (notice,) = day.notices()
        assert (notice.level, notice.label, notice.source) == ("warning", "cache loop", HERE)
        assert notice.text == "3 keys (`price:*`) missed and set one by one"
        assert notice.saves == pytest.approx(0.004)
        hints[library] = notice.hint or ""
    assert "`mget`" in hints["redis"]
    assert "one pipeline" in hints["redis"]
    assert "`multi_get`" in hints["aiocache"]
    assert "`multi_set`" in hints["aiocache"]
    assert "`set_many`" in hints["pymemcache"]
    assert "`multi_get`" in hints["aiomcache"]
    assert "no call for many" in hints["litestar"]


def test_what_is_no_loop() -> None:
    """Two keys, keys of several lines of code, or a key set that was not missed, are no loop."""
    day = Day()
    for number in range(LOOP - 1):
        day.ask(f"a:{number}", False)
        day.put(f"a:{number}")
    for number in range(LOOP):
        day.ask(f"b:{number}", False, source=Source("/app/shop.py", 20 + number, "f"))
        day.put(f"b:{number}")
        day.put(f"c:{number}")
    assert day.notices() == []


def test_many_keys_fetched_one_by_one_are_a_notice() -> None:
    """A line of code that fetches many keys is a notice, though all are hits; where that is cheap it only informs."""
    for backend, level in (("redis", "warning"), ("SimpleMemoryCache", "info")):
        day = Day("redis" if backend == "redis" else "aiocache", backend)
        for number in range(MANY):
            day.ask(f"price:{number}", True)
        (notice,) = day.notices()
        assert (notice.level, notice.text) == (level, "5 keys (`price:*`) fetched one by one")
    day = Day()
    for number in range(MANY):
        day.ask(f"user f{number}", True, "HGET")
    assert day.notices()[0].hint == "One `hmget` fetches them all."


def test_a_key_fetched_twice_is_a_notice() -> None:
    """A key that was fetched before, and not written since, is a notice with what it cost again."""
    day = Day()
    day.ask("user:1", True)
    day.ask("user:1", True)
    day.ask("user:1", True)
    day.add("EXISTS", key="user:1", mark=hash("user:1") & 0xFFFF)
    (notice,) = day.notices()
    assert (notice.label, notice.text) == ("fetched twice", "`user:1` is fetched 3 times")
    assert notice.saves == pytest.approx(0.002)


def test_what_is_not_fetched_twice() -> None:
    """After a write or an error a key may be asked again; redacted keys without their marks are not told apart."""
    day = Day()
    day.ask("a", True)
    day.put("a")
    day.ask("a", True)
    day.fail("TimeoutError")
    day.add("GET", key="session:[redacted]", hit=True)
    day.add("GET", key="session:[redacted]", hit=True)
    assert [notice.label for notice in day.notices()] == ["cache timeout"]


def test_keys_fetched_twice_at_one_place_are_one_notice() -> None:
    """Many keys that one line fetches again are summed up."""
    day = Day()
    for turn in range(2):
        for number in range(4):
            day.ask(f"user:{number}", True, source=Source("/app/shop.py", turn, "f"))
    (notice,) = day.notices()
    assert notice.text == "4 keys (`user:*`) are fetched more than once"


def test_slow_operations_are_a_notice() -> None:
    """An operation past the option `slow` is a notice; one that waits on purpose is not."""
    day = Day()
    day.ask("report", True, seconds=0.2)
    day.add("BLPOP", keys=["jobs"], seconds=5.0)
    (notice,) = day.notices()
    assert (notice.label, notice.text) == ("slow cache", "1 operation took 50.0 ms or longer")
    assert notice.hint == "The longest is `GET` of `report` on Redis: 200 ms."
    again = Day()
    again.ask("report", True, seconds=0.2)
    assert again.notices(slow=1.0) == []


@pytest.mark.parametrize(
    ("kind", "label", "text"),
    [
        ("ConnectionError", "cache gone", "Redis cannot be reached: 2 operations failed with `ConnectionError`"),
        ("TimeoutError", "cache timeout", "Redis did not answer in time: 2 operations failed with `TimeoutError`"),
        ("ResponseError", "cache error", "Redis: 2 operations failed with `ResponseError`"),
    ],
)
def test_errors_are_notices_by_kind(kind: str, label: str, text: str) -> None:
    """Errors of one kind are one notice; what is raised where nothing is wrong is none."""
    day = Day()
    for _ in range(2):
        day.fail(kind, "Connection refused.")
    day.fail("CancelledError")
    day.fail("NoScriptError")
    day.fail("RuntimeError", name="message")
    (notice,) = day.notices()
    assert (notice.level, notice.label, notice.text) == ("error", label, text)
    assert (notice.hint or "").startswith("Connection refused.")


def test_an_error_of_a_back_end_is_told_once() -> None:
    """What fails in the back end fails in what asked it: the inner one is the notice."""
    day = Day("aiocache", "RedisCache")
    outer = day.fail("ConnectionError", name="get")
    inner = day.record.add("cache", "GET", 0.0001, 0.0002, parent=outer)
    inner.attributes = {"db.system.name": "redis", "error.type": "ConnectionError"}
    (notice,) = day.notices()
    assert notice.text == "Redis cannot be reached: 1 operation failed with `ConnectionError`"


def test_operations_past_the_limit_are_counted() -> None:
    """Past the limits operations are counted in the badge, and a notice says so."""
    from debug_toolbar_core import Limits, current

    with capture(CachePanel(), limits=Limits(panel_spans=10)) as seen:
        record = current()
        assert record is not None
        for _ in range(1_000):
            record.add("cache", "GET", 0.0, 0.001)
    assert seen.badge == Badge("1,000")
    assert [notice.label for notice in seen.notices] == ["operations dropped"]
    assert "990 operations past the limit" in seen.text


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"cache.key": 7, "cache.keys": "a", "cache.marks": [1], "cache.hit": "yes", "cache.bytes_read": -1},
        {"cache.keys": ["a", None, "b"], "cache.marks": [1, 2, 3], "cache.hits": 9, "cache.reads": 2},
        {"cache.commands": [1, {"name": None, "cache.keys": 5}], "db.operation.batch.size": "many"},
        {"db.operation.name": None, "error.type": 5, "error.message": [], "cache.backend": {}},
    ],
)
def test_odd_attributes_are_shown(attributes: dict[str, Any]) -> None:
    """A record of another version, with attributes missing or of other types, is shown all the same."""
    day = Day()
    day.record.add("cache", "GET", 0.0, 0.001).attributes = attributes
    day.record.add("cache", "GET", 0.0)
    badge, *_ = day.blocks()
    assert badge.text == "2"
