import decimal
import enum
import uuid
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import create_async_engine

from debug_toolbar_core.encoding import Encoder


async def test_a_statement_of_a_megabyte_is_cut(memory: Any, roomy: Any, tools: Any) -> None:
    """It runs whole, and the record keeps its beginning; a hundred of them do not fill the memory."""
    engine = memory()
    with roomy.capture("http") as record, engine.connect() as connection:
        for number in range(100):
            assert connection.exec_driver_sql(f"SELECT {number}, '{'x' * 1_000_000}'").scalar() == number
    found = tools.statements(record)
    assert all(len(span.attributes["db.query.text"]) < 20_000 for span in found)
    assert sum(len(span.attributes["db.query.text"]) for span in found) < 1_500_000
    kept = record.data["sqlalchemy"]
    assert len(str(kept)) < 1_000
    from debug_toolbar_sqlalchemy.kept import originals_of

    originals = originals_of(record).originals.values()
    assert sum(len(original.statement) for original in originals) <= 1_048_576
    assert (await roomy.shown(record)).badge.text == "100"


class Awful:
    """An object whose every method is a trap."""

    def __repr__(self) -> str:
        raise SystemExit("repr was called")

    __str__ = __hash__ = __eq__ = __bool__ = __len__ = __repr__  # type: ignore[assignment]


class Colour(enum.Enum):
    """An enum, which JSON does not know."""

    RED = "red"


class Sly(str):
    """A text whose methods are traps."""

    def __repr__(self) -> str:
        raise SystemExit("repr was called")

    __str__ = __len__ = __repr__  # type: ignore[assignment]


async def test_odd_parameters_are_shown_without_running_their_code(memory: Any, seen: Any, tools: Any) -> None:
    """Binary values, numbers of every kind, and objects whose methods raise: shown bounded, and never called."""
    engine = memory()
    import sqlite3

    sqlite3.register_adapter(Awful, lambda _: "adapted")
    values = (
        b"\x00\xff" * 10,
        b"x" * 1_000_000,
        Awful(),
        2**60,
        1.5,
        float("inf"),
        None,
        "nul \x00 \ud7ff",
        "y" * 100_000,
    )
    with seen.capture("http") as record, engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT {', '.join('?' * len(values))}", values)
    (span,) = tools.statements(await seen.load(record))
    shown = [value for _, value in span.attributes["db.query.parameters"]]
    assert shown[2] == f"<{__name__}.Awful>"
    assert len(str(shown)) < 20_000
    assert (await seen.shown(record)).badge.text == "1"


async def test_parameters_that_a_driver_converts_are_shown(request: Any, seen: Any, tools: Any) -> None:
    """Dates, decimals, UUIDs, lists: what a driver is given is shown as text."""
    server = request.getfixturevalue("postgresql_server").url.replace("postgresql", "postgresql+psycopg")
    values = {"d": decimal.Decimal("1.50"), "u": uuid.UUID(int=7), "l": [1, 2], "e": "x"}
    async with tools.opened(server) as database:
        with seen.capture("http") as record:
            await database.run(
                lambda c: c.exec_driver_sql("SELECT %(d)s, %(u)s, %(l)s::int[], %(e)s::text", values).all()
            )
        index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
        (span,) = tools.statements(await seen.load(record))
        shown = dict(span.attributes["db.query.parameters"])
        assert (shown["d"], shown["u"], shown["l"]) == ("1.50", "00000000-0000-0000-0000-000000000007", [1, 2])
        assert [block.type for block in await seen.explained(record, index)] == ["facts", "table", "code"]


class Broken:
    """A cursor that raises whatever it is asked."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __getattr__(self, name: str) -> Any:
        if name == "rowcount":
            raise RuntimeError("the driver is broken")
        return getattr(self._cursor, name)


async def test_a_driver_that_raises_in_a_hook_is_our_fault_alone(memory: Any, seen: Any) -> None:
    """Where our hook fails the application has its result, and the record says that something is missing."""
    import sqlite3

    class Connecting(sqlite3.Connection):
        def cursor(self, *args: Any) -> Any:
            return Broken(super().cursor(*args))

    engine = memory(connect_args={"factory": Connecting})
    with engine.connect() as first:
        assert first.exec_driver_sql("SELECT 0").all() == [(0,)]
    with seen.capture("http") as record, engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").all() == [(1,)]
    assert "the driver is broken" in record.failures["sqlalchemy"].message


@pytest.mark.parametrize("broken", ["before_cursor_execute", "begin", "commit"])
async def test_listeners_of_the_application_may_raise(shop: Any, seen: Any, broken: str) -> None:
    """What a listener of the application raises reaches the application as without us."""

    def listener(*args: Any) -> None:
        raise KeyError(broken)

    event.listen(shop.engine.sync_engine, broken, listener)

    def work(connection: Connection) -> None:
        with pytest.raises(KeyError, match=broken), connection.begin():
            connection.execute(text("SELECT 1"))

    with seen.capture("http") as record:
        await shop.run(work)
    await seen.load(record)


async def test_a_listener_that_changes_the_statement_is_seen(shop: Any, seen: Any, tools: Any) -> None:
    """A statement that a listener rewrote is shown as it was sent."""

    def rewrite(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> Any:
        return f"{statement} /* by the application */", parameters

    event.listen(shop.engine.sync_engine, "before_cursor_execute", rewrite, retval=True)
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.execute(text("SELECT 1")))
    (span,) = tools.statements(await seen.load(record))
    assert span.attributes["db.query.text"] == "SELECT 1 /* by the application */"
    assert span.name == "SELECT ?"


async def test_two_event_loops_keep_their_statements(tmp_path: Any, seen: Any, tools: Any) -> None:
    """An application that runs a second loop in a thread has that loop's statements in that loop's records."""
    import asyncio

    async def work(name: str) -> Any:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        with seen.capture("http") as record:
            async with engine.connect() as connection:
                for _ in range(5):
                    await connection.exec_driver_sql(f"SELECT 1 AS {name}")
        await engine.dispose()
        return record

    here, there = await asyncio.gather(work("a"), asyncio.to_thread(lambda: asyncio.run(work("b"))))
    assert [span.name for span in tools.statements(here)] == ["SELECT ? AS a"] * 5
    assert [span.name for span in tools.statements(there)] == ["SELECT ? AS b"] * 5


async def test_a_server_that_goes_away_is_told(request: Any, seen: Any, tools: Any) -> None:
    """A connection that the server cut in the middle is a failed statement, and the application goes on."""
    server = request.getfixturevalue("postgresql_server").url.replace("postgresql", "postgresql+psycopg_async")
    async with tools.opened(server) as database:
        with seen.capture("http") as record:
            async with database.engine.connect() as connection:
                with pytest.raises(Exception, match="terminat"):
                    await connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
            async with database.engine.connect() as connection:
                assert (await connection.exec_driver_sql("SELECT 1")).scalar() == 1
    first, second = tools.statements(await seen.load(record))
    assert "terminat" in first.attributes["error.message"]
    assert "error.type" not in second.attributes


async def test_what_the_record_holds_is_plain(shop: Any, seen: Any) -> None:
    """Everything recorded is encoded without naming a type of ours."""
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.execute(text("SELECT :a"), [{"a": 1}]).all())
    assert "debug_toolbar_sqlalchemy" not in str(Encoder().encode(record))
