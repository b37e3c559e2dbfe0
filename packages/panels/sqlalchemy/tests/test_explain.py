import asyncio
import datetime as dt
import gc
import threading
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from debug_toolbar_core.blocks import Block, Notice
from debug_toolbar_core.encoding import decode
from debug_toolbar_core.errors import ToolbarError
from debug_toolbar_core.text import to_text
from debug_toolbar_sqlalchemy import kept as keeping
from debug_toolbar_sqlalchemy.engines import facts_of
from debug_toolbar_sqlalchemy.kept import originals_of
from debug_toolbar_testing import through_json


def plan_of(blocks: list[Block]) -> Any:
    """Return the table of a plan; where there is none, what was said instead fails the test."""
    assert not [block for block in blocks if isinstance(block, Notice)], blocks
    return next(block for block in blocks if block.type == "table")


def said(blocks: list[Block]) -> str:
    """Return the one notice there is instead of a plan."""
    (notice,) = blocks
    assert isinstance(notice, Notice)
    return notice.text


async def count(database: Any) -> int:
    """Count the books."""
    return await database.run(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM book").scalar())


async def test_every_database_explains(database: Any, seen: Any, tools: Any) -> None:
    """A plan comes back as a table, with the parameters bound by the driver, and stays with the record."""

    def work(connection: Connection) -> None:
        connection.execute(select(tools.Book).join(tools.Book.author).where(tools.Author.name == "author 2")).all()

    with seen.capture("http") as record:
        await database.run(work)
        (index,) = [number for number, span in enumerate(record.spans) if span.name.startswith("SELECT")]
    table = plan_of(await seen.explained(record, index))
    assert len(table.rows) >= 2
    assert "book" in to_text([table], record)
    stored = await seen.toolbar.load(record.id)
    assert str(index) in stored.data["sqlalchemy"]["plans"]
    shown = seen.toolbar.views.show(stored, seen.panel)
    row = next(block for block in shown.blocks if block.type == "table").rows[0]
    assert any(block.type == "table" and block.title == "Plan" for block in row.details)


async def test_a_write_is_explained_and_not_executed(database: Any, seen: Any, tools: Any) -> None:
    """INSERT, UPDATE and DELETE have plans, and nothing is written for them."""

    def work(connection: Connection) -> None:
        connection.execute(insert(tools.Book).values(title="new", author_id=1))
        connection.execute(update(tools.Book).where(tools.Book.id > 2).values(title="x"))
        connection.execute(delete(tools.Book).where(tools.Book.id == 1))
        many = [{"title": str(n), "author": 1} for n in range(3)]
        connection.execute(text("INSERT INTO book (title, author_id) VALUES (:title, :author)"), many)
        connection.rollback()

    with seen.capture("http") as record:
        await database.run(work)
    before = await count(database)
    for index, span in enumerate(record.spans):
        if "db.query.text" in span.attributes and span.name != "ROLLBACK":
            blocks = await seen.explained(record, index)
            assert not [block for block in blocks if isinstance(block, Notice)], (span.name, blocks)
    assert await count(database) == before == 4


async def test_postgresql_tells_its_costs_as_a_tree_and_as_text(request: Any, seen: Any, tools: Any) -> None:
    """Nodes are nested with rows and costs; the text is the database's own."""
    server = request.getfixturevalue("postgresql_server").url.replace("postgresql", "postgresql+asyncpg")
    query = "SELECT b.title FROM book b JOIN author a ON a.id = b.author_id WHERE a.name = :name ORDER BY b.title"
    async with tools.opened(server) as database:
        with seen.capture("http") as record:
            await database.run(lambda connection: connection.execute(text(query), {"name": "author 1"}).all())
        index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
        facts, table, code = await seen.explained(record, index)
    assert facts.items[0].label == "estimated cost"
    assert [column.title for column in table.columns] == ["Node", "Rows", "Cost", "Width", "Condition"]
    assert table.rows[0].cells[0] == "Sort"
    assert [row.depth for row in table.rows][:2] == [0, 1]
    assert max(row.depth for row in table.rows) >= 2
    assert "cost=" in code.text


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg", "psycopg_async"])
async def test_several_statements_are_never_sent(request: Any, seen: Any, tools: Any, driver: str) -> None:
    """What holds a semicolon is refused before a driver sees it: one would run all of them."""
    server = request.getfixturevalue("postgresql_server").url.replace("postgresql", f"postgresql+{driver}")
    async with tools.opened(server) as database:
        with seen.capture("http") as record:
            await database.run(lambda connection: connection.exec_driver_sql("SELECT 1").all())
            span = next(each for each in record.spans if each.name.startswith("SELECT"))
        kept = originals_of(record)
        index = record.spans.index(span)
        bad = "SELECT 1; COMMIT; DELETE FROM book; COMMIT"
        kept.originals[index] = kept.originals[index]._replace(statement=bad)
        assert "semicolon" in said(await seen.explained(record, index))
        assert await count(database) == 4


async def test_a_statement_that_would_write_while_it_is_planned_is_refused(request: Any, seen: Any, tools: Any) -> None:
    """The transaction of EXPLAIN is read-only: a function that claims to be immutable and writes is refused."""
    server = request.getfixturevalue("postgresql_server").url.replace("postgresql", "postgresql+asyncpg")
    function = (
        "CREATE OR REPLACE FUNCTION liar() RETURNS int IMMUTABLE LANGUAGE plpgsql AS"
        " $$ BEGIN DELETE FROM book WHERE id = 4; RETURN 1; END $$"
    )

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(function.replace("IMMUTABLE", "VOLATILE"))
        connection.exec_driver_sql("SELECT liar()").all()
        connection.rollback()
        connection.exec_driver_sql(function.replace("IMMUTABLE", "STABLE"))
        connection.commit()

    async with tools.opened(server) as database:
        with seen.capture("http") as record:
            await database.run(work)
        index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
        await seen.explained(record, index)
        assert await count(database) == 4


async def test_explaining_takes_its_time_and_no_more(request: Any, tools: Any, seen: Any) -> None:
    """A plan that has to wait for a lock is cut by the database, and the application's lock is not disturbed."""
    server = request.getfixturevalue("postgresql_server").url.replace("postgresql", "postgresql+asyncpg")
    seen.panel.explain_seconds = 0.1
    async with tools.opened(server) as database:
        with seen.capture("http") as record:
            await database.run(lambda connection: connection.exec_driver_sql("SELECT * FROM book").all())
        index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("LOCK TABLE book IN ACCESS EXCLUSIVE MODE")
            assert "timeout" in said(await seen.explained(record, index))
            await connection.exec_driver_sql("SELECT 1")


async def test_only_statements_are_explained_and_only_by_their_index(shop: Any, seen: Any) -> None:
    """An index that is no statement's is told so; arguments other than an index are refused."""
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.exec_driver_sql("PRAGMA user_version"))
    stored = await seen.load(record)
    for index, span in enumerate(record.spans):
        answer = said(await seen.explained(record, index))
        assert ("PRAGMA has no plan" in answer) == span.name.startswith("PRAGMA")
    for index in (-1, 999):
        assert "no statement" in said(await seen.explained(record, index))
    for arguments in ({"index": "0; DROP TABLE book"}, {"index": 0, "statement": "SELECT 1"}, {}):
        with pytest.raises(TypeError):
            await seen.toolbar.act(stored, "sqlalchemy", "explain", arguments)


async def test_imported_records_are_not_explained(shop: Any, seen: Any) -> None:
    """A record of somebody else is not asked about here."""
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
    imported = await seen.load(record)
    imported.imported = True
    with pytest.raises(ToolbarError):
        await seen.toolbar.act(imported, "sqlalchemy", "explain", {"index": 2})


async def test_a_record_alone_is_explained_as_far_as_it_has_all(shop: Any, seen: Any, tools: Any) -> None:
    """In another process, or once the record was evicted, stored parameters are bound; without them it says why."""
    today = dt.date.today()

    def work(connection: Connection) -> None:
        connection.execute(select(tools.Book).where(tools.Book.id == 2)).all()
        connection.execute(text("SELECT 1 WHERE :token = 'x'"), {"token": "hunter2" * 3}).all()
        connection.execute(text("SELECT :day"), {"day": str(today)}).all()
        connection.execute(text("SELECT :blob"), {"blob": b"x"}).all()
        connection.exec_driver_sql("SELECT 'password=hunter2'").all()
        connection.exec_driver_sql(f"SELECT '{'x' * 20_000}'").all()

    with seen.capture("http") as record:
        await shop.run(work)
    stored = through_json(record)
    stored.id = "elsewhere-1"
    asked = [n for n, span in enumerate(record.spans) if span.name.startswith("SELECT")]
    answers = [list(await seen.toolbar.act(stored, "sqlalchemy", "explain", {"index": index})) for index in asked]
    assert plan_of(answers[0]).rows
    assert plan_of(answers[2]).rows is not None
    assert ["its parameters" in said(answers[n]).lower() for n in (1, 3)] == [True, True]
    assert ["part of its text" in said(answers[n]) for n in (4, 5)] == [True, True]
    for index in asked:  # the record that the store still has is explained whole
        assert not [block for block in await seen.explained(record, index) if isinstance(block, Notice)]


async def test_the_database_must_be_one_of_this_process(seen: Any) -> None:
    """A record of a database that nobody used here yet says so."""
    described = {"system": "sqlite", "driver": "pysqlite", "database": "elsewhere.db", "address": None}
    document = {
        "format": 1, "id": "far-1", "kind": "http", "parent": None, "started_at": 0.0, "duration": 1.0, "open": False,
        "data": {"sqlalchemy": {"engines": [described]}},
        "spans": [{"panel": "sqlalchemy", "name": "SELECT ?", "start": 0.0, "end": 0.1, "parent": None, "task": None,
                   "attributes": {"db.query.text": "SELECT 1", "engine": 0}, "source": None}],
    }  # fmt: skip
    try:
        record = decode(document)
    except ValueError as error:  # a newer format
        pytest.fail(str(error))
    assert "has not used its database" in said(list(await seen.panel.explain(record, 0)))


async def test_what_the_record_redacts_the_plan_redacts(request: Any, seen: Any, tools: Any) -> None:
    """A database writes values into conditions: secret ones are taken out of the tree, the text and errors."""
    server = request.getfixturevalue("postgresql_server").url.replace("postgresql", "postgresql+asyncpg")
    secret = "swordfish-of-ada"
    async with tools.opened(server) as database:
        await database.run(lambda c: (c.exec_driver_sql("CREATE TABLE IF NOT EXISTS account (pin TEXT)"), c.commit()))
        with seen.capture("http") as record:
            query = text("SELECT * FROM account WHERE pin = :value")
            await database.run(lambda connection: connection.execute(query, {"value": secret}).all())
        index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
        blocks = await seen.explained(record, index)
    drawn = to_text(blocks, record)
    assert "[redacted]" in drawn
    assert secret not in drawn
    assert secret not in str((await seen.toolbar.load(record.id)).data)


async def test_a_database_in_the_memory_of_a_thread_is_asked_there_or_not_at_all(
    memory: Any, seen: Any, tools: Any
) -> None:
    """From elsewhere it would look empty; and what the application has not committed stays as it is."""
    engine = memory()
    with engine.connect() as connection:
        tools.stock(connection)
        with seen.capture("http") as record:
            connection.execute(insert(tools.Author).values(name="uncommitted"))
            connection.execute(select(tools.Author)).all()
        index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
        assert plan_of(await seen.explained(record, index)).rows
        assert connection.exec_driver_sql("SELECT count(*) FROM author").scalar() == 5
        connection.commit()

    def elsewhere() -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 2").all()
            connection.invalidate()  # only this thread may close it

    with seen.capture("http") as other:
        await asyncio.to_thread(elsewhere)
    index = next(n for n, span in enumerate(other.spans) if span.name.startswith("SELECT"))
    assert "memory of one thread" in said(await seen.explained(other, index))


async def test_one_connection_for_all_keeps_its_transaction(seen: Any, tools: Any) -> None:
    """With a database in memory that all share, asking for a plan rolls nothing of the application back."""
    async with tools.opened("sqlite+aiosqlite://") as database:
        async with database.engine.connect() as connection:
            with seen.capture("http") as record:
                await connection.execute(insert(tools.Author).values(name="uncommitted"))
            index = next(n for n, span in enumerate(record.spans) if span.name.startswith("INSERT"))
            await seen.explained(record, index)
            await connection.commit()
        total = await database.run(lambda c: c.exec_driver_sql("SELECT count(*) FROM author").scalar())
    assert total == 5


async def test_an_engine_of_another_event_loop_is_asked_there(tmp_path: Any, seen: Any, tools: Any) -> None:
    """Connections belong to a loop: while it runs it is asked there, and after it has ended nobody is."""
    ready, done, records = threading.Event(), threading.Event(), []

    async def serve() -> None:
        async with tools.opened(f"sqlite+aiosqlite:///{tmp_path}/other.db") as database:
            with seen.capture("http") as record:
                await database.run(lambda connection: connection.execute(select(tools.Book)).all())
            records.append((record, database))
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    await asyncio.to_thread(ready.wait)
    record, database = records[0]
    index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
    assert plan_of(await seen.explained(record, index)).rows
    done.set()
    await asyncio.to_thread(thread.join)
    assert "event loop" in said(await seen.explained(record, index))
    assert facts_of(database.engine.sync_engine).is_async


async def test_a_database_that_says_no_is_quoted(shop: Any, seen: Any) -> None:
    """What the database answers to a statement that failed is shown as its answer."""
    with seen.capture("http") as record, pytest.raises(Exception, match="nowhere"):
        await shop.run(lambda connection: connection.exec_driver_sql("SELECT * FROM nowhere"))
    index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
    assert "nowhere" in said(await seen.explained(record, index))


async def test_a_record_that_forgets_its_oldest_explains_the_right_ones(shop: Any, seen: Any) -> None:
    """Where spans move up as the oldest go, each statement is explained as itself."""
    with seen.capture("websocket") as record:
        await shop.run(lambda connection: connection.exec_driver_sql("SELECT name FROM author"))
        between = record.now()
        await shop.run(lambda connection: connection.exec_driver_sql("SELECT title FROM book"))
        record.forget(between)
    indexes = {span.name: n for n, span in enumerate(record.spans)}
    assert "SELECT name FROM author" not in indexes
    assert "book" in str([block.to_json() for block in await seen.explained(record, indexes["SELECT title FROM book"])])


async def test_explaining_is_not_recorded(shop: Any, seen: Any) -> None:
    """The toolbar's own statements are nobody's, even when they are asked for within a record."""
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
    index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
    with seen.capture("http") as around:
        await seen.explained(record, index)
    assert around.spans == []


async def test_what_is_kept_for_explain_goes_with_the_record(shop: Any, seen: Any) -> None:
    """Once the store has forgotten a record nothing of it is kept, and an engine that has gone is told."""
    with seen.capture("http") as record:
        await shop.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
    id = record.id
    assert keeping._by_id.get(id) is not None
    del record
    await seen.toolbar.clear()
    gc.collect()
    assert keeping._by_id.get(id) is None
    engine = create_async_engine("sqlite+aiosqlite://")
    with seen.capture("http") as record:
        async with engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
    await engine.dispose()
    del engine, connection
    gc.collect()
    index = next(n for n, span in enumerate(record.spans) if span.name.startswith("SELECT"))
    assert "engine is gone" in said(await seen.explained(record, index))
