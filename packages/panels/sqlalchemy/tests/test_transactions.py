import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from debug_toolbar_core import span


async def test_a_transaction_is_a_band_around_its_statements(database: Any, seen: Any, tools: Any) -> None:
    """Statements and the COMMIT are inside the band of their transaction, which ends with it."""

    def work(connection: Connection) -> None:
        with connection.begin():
            connection.execute(select(tools.Book)).all()
            connection.execute(insert(tools.Author).values(name="x"))

    with seen.capture("http") as record:
        await database.run(work)
    stored = await seen.load(record)
    (band,) = tools.named(stored, "transaction")
    (commit,) = tools.named(stored, "COMMIT")
    for inner in (*tools.statements(stored), commit):
        assert inner.parent is band
        assert band.start <= inner.start <= inner.end <= band.end
    assert (band.attributes["db.transaction.end"], band.attributes["db.transaction.writes"]) == ("commit", 1)


async def test_a_savepoint_is_a_band_inside_its_transaction(database: Any, seen: Any, tools: Any) -> None:
    """A savepoint that is rolled back is one; its own statements are not counted among the application's."""

    def work(connection: Connection) -> None:
        with connection.begin():
            connection.execute(text("SELECT 1"))
            nested = connection.begin_nested()
            connection.execute(text("SELECT 2"))
            nested.rollback()
            connection.execute(text("SELECT 3"))

    with seen.capture("http") as record:
        await database.run(work)
    stored = await seen.load(record)
    (transaction,), (savepoint,) = tools.named(stored, "transaction"), tools.named(stored, "savepoint")
    assert savepoint.parent is transaction
    assert savepoint.attributes["db.transaction.end"] == "rollback"
    asked = [each for each in tools.statements(stored) if each.name.startswith("SELECT")]
    assert [each.parent for each in asked] == [transaction, savepoint, transaction]
    assert (await seen.shown(record)).badge.text == "3"


async def test_sessions_of_the_orm_have_their_bands(shop: Any, seen: Any, tools: Any) -> None:
    """Each commit of a session ends one band, and the next statement begins another."""

    def work(session: Session) -> None:
        for number in range(2):
            session.add(tools.Author(name=str(number)))
            session.commit()
        session.scalars(select(tools.Author)).all()

    with seen.capture("http") as record:
        await shop.orm(work)
    ends = [each.attributes["db.transaction.end"] for each in tools.named(await seen.load(record), "transaction")]
    assert ends == ["commit", "commit", "close"]


async def test_a_statement_stays_in_the_span_that_asked_for_it(shop: Any, seen: Any, tools: Any) -> None:
    """A span of the application inside a transaction keeps its statements; outside of it the band has them."""

    async def work() -> None:
        with span("outer"):
            async with shop.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
                with span("inner"):
                    await connection.execute(text("SELECT 2"))

    with seen.capture("http") as record:
        await work()
    stored = await seen.load(record)
    first, second = tools.statements(stored)
    (band,) = tools.named(stored, "transaction")
    assert (first.parent, band.parent.name, second.parent.name) == (band, "outer", "inner")
    assert first.attributes["transaction"] == second.attributes["transaction"] == 1


async def test_a_connection_from_before_the_request_is_recorded(shop: Any, seen: Any, tools: Any) -> None:
    """A transaction that began before is nobody's band; another request's band takes no statement of this one."""
    async with shop.engine.connect() as connection:
        await connection.execute(text("SELECT 0"))
        with seen.capture("http") as first:
            await connection.execute(text("SELECT 1"))
            await connection.commit()
            await connection.execute(text("SELECT 2"))
        with seen.capture("http") as second:
            await connection.execute(text("SELECT 3"))
            await connection.rollback()
    spans = [[each.name for each in (await seen.load(record)).spans] for record in (first, second)]
    assert spans == [["SELECT ?", "transaction", "SELECT ?"], ["SELECT ?"]]
    (band,) = tools.named(await seen.load(first), "transaction")
    assert band.attributes["unfinished"] is True


async def test_a_commit_that_fails_is_told(shop: Any, seen: Any, tools: Any) -> None:
    """A COMMIT that the database refuses has its error, and the application sees it."""

    def work(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)")
        connection.exec_driver_sql("INSERT INTO b VALUES (7)")
        with pytest.raises(IntegrityError):
            connection.commit()
        connection.rollback()

    with seen.capture("http") as record:
        await shop.run(work)
    (commit,) = tools.named(await seen.load(record), "COMMIT")
    assert commit.attributes["error.type"] == "IntegrityError"
    assert "COMMIT: IntegrityError" in (await seen.shown(record)).notices[0].text


async def test_writes_that_nobody_commits_are_a_notice(shop: Any, seen: Any, tools: Any) -> None:
    """A session that is closed with what it wrote rolled back warns; one that only read does not."""

    async def work() -> None:
        async with shop.engine.connect() as connection:
            await connection.execute(insert(tools.Author).values(name="lost"))

    with seen.capture("http") as record:
        await work()
    (notice,) = (await seen.shown(record)).notices
    assert (notice.level, notice.text) == ("warning", "1 write was rolled back: nothing committed")
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.execute(select(tools.Author)).all())
    assert (await seen.shown(record)).notices == []


async def test_commits_in_a_loop_are_a_notice(shop: Any, seen: Any, tools: Any) -> None:
    """Three transactions that one line commits are a loop; three inserts before one commit are not."""

    def loop(session: Session) -> None:
        for number in range(3):
            session.add(tools.Author(name=str(number)))
            session.commit()

    def once(session: Session) -> None:
        for number in range(3):
            session.add(tools.Author(name=str(number)))
            session.flush()
        session.commit()

    found = []
    for work in (loop, once):
        with seen.capture("http") as record:
            await shop.run(lambda connection, work=work: work(Session(connection)))
        found.append((await seen.shown(record)).notices)
    ((notice,), none) = found
    assert none == []
    assert (notice.label, notice.text) == ("commit loop", "3 transactions are committed in a loop")
    assert notice.source.function.endswith("loop")


async def test_waiting_for_a_connection_is_a_span(tmp_path: Any, seen: Any, tools: Any) -> None:
    """Who waits for the only connection of a pool sees how long, how large it is, and how many are in use."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/x.db", pool_size=1, max_overflow=0)
    held, free = await engine.connect(), asyncio.Event()

    async def release() -> None:
        await free.wait()
        await asyncio.sleep(0.03)
        await held.close()

    task = asyncio.create_task(release())
    with seen.capture("http") as record:
        free.set()
        async with engine.connect():
            pass
    await task
    (wait,) = tools.named(await seen.load(record), "connection")
    assert wait.duration >= 0.025
    assert (wait.attributes["pool.size"], wait.attributes["pool.checked_out"]) == (1, 1)
    (notice,) = (await seen.shown(record)).notices
    assert notice.label == "pool"
    assert "all 1 of the pool were in use" in notice.text
    await engine.dispose()


async def test_a_pool_that_is_exhausted_is_told(tmp_path: Any, seen: Any, tools: Any) -> None:
    """Waiting in vain is recorded with the error that the application sees."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/x.db", pool_size=1, max_overflow=0, pool_timeout=0.01)
    async with engine.connect():
        with seen.capture("http") as record, pytest.raises(PoolTimeout):
            await engine.connect()
    (wait,) = (await seen.load(record)).spans
    assert wait.attributes["error.type"] == "TimeoutError"
    await engine.dispose()


async def test_a_connection_that_was_opened_is_told_apart(tmp_path: Any, seen: Any) -> None:
    """The table of connections says which were opened, and which came from the pool."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    with seen.capture("http") as record:
        async with engine.connect():
            pass
        async with engine.connect():
            pass
    sections = {block.title: block for block in (await seen.shown(record)).blocks if block.type == "section"}
    rows = sections["Connections (2)"].blocks[0].rows
    assert [row.cells[0] for row in rows] == ["opened", "from the pool"]
    await engine.dispose()
