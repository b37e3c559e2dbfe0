import asyncio
import contextvars
import json
import threading
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool


async def test_every_driver_is_recorded(database: Any, seen: Any, tools: Any) -> None:
    """A statement has its text, database, caller, transaction and time, whatever driver it goes through."""

    def work(connection: Connection) -> None:
        connection.execute(select(tools.Book).where(tools.Book.id == 2)).all()

    with seen.capture("http") as record:
        await database.run(work)
    (span,) = tools.statements(await seen.load(record))
    attributes = span.attributes
    assert attributes["db.query.text"].startswith("SELECT book.id, book.title")
    assert attributes["db.system.name"] == database.system
    assert attributes["db.query.parameters"] == [["id", 2]]
    assert (span.source.function, span.source.file) == (
        f"{test_every_driver_is_recorded.__name__}.<locals>.work",
        __file__,
    )
    assert attributes["transaction"] == 1
    assert 0 < span.duration < 5
    engine = (await seen.load(record)).data["sqlalchemy"]["engines"][attributes["engine"]]
    assert (engine["system"], engine["driver"]) == (database.system, database.engine.dialect.driver)


async def test_rows_are_counted_where_the_driver_knows(database: Any, seen: Any, tools: Any) -> None:
    """Rows read and rows changed are counted; the sync driver of SQLite does not tell how many it will return."""

    def work(connection: Connection) -> None:
        connection.execute(select(tools.Book)).all()
        connection.execute(update(tools.Book).where(tools.Book.id > 2).values(title="x"))

    with seen.capture("http") as record:
        await database.run(work)
    read, changed = tools.statements(await seen.load(record))
    blind = database.engine.dialect.driver == "pysqlite"
    assert read.attributes.get("db.response.returned_rows") == (None if blind else 4)
    assert changed.attributes["rows"] == 2


async def test_many_executions_are_one_statement(database: Any, seen: Any, tools: Any) -> None:
    """Rows inserted together have their number, and the values of the first ones."""
    rows = [{"id": 100 + n, "title": "t", "author_id": 1} for n in range(30)]

    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO book (id, title, author_id) VALUES (:id, :title, :author_id)"), rows)

    with seen.capture("http") as record:
        await database.run(work)
    (span,) = tools.statements(await seen.load(record))
    assert span.attributes["db.operation.batch.size"] == 30
    first = span.attributes["db.query.parameters"][0]
    assert dict(first) == {"id": 100, "title": "t", "author_id": 1}


async def test_an_insert_of_many_values_has_its_batch(database: Any, seen: Any, tools: Any) -> None:
    """What the ORM inserts together says how many rows each statement brought."""

    def work(session: Session) -> None:
        session.add_all([tools.Author(name=f"new {n}") for n in range(5)])
        session.flush()

    with seen.capture("http") as record:
        await database.orm(work)
    found = [span for span in tools.statements(await seen.load(record)) if "INSERT" in span.name]
    assert sum(span.attributes.get("db.operation.batch.size", 1) for span in found) == 5


async def test_a_failed_statement_is_recorded(database: Any, seen: Any, tools: Any) -> None:
    """It has its error and its caller, and the application sees the exception that it would have seen."""

    def work(connection: Connection) -> None:
        with pytest.raises(DBAPIError) as raised:
            connection.execute(text("SELECT * FROM nowhere"))
        assert type(raised.value.orig).__module__ != "debug_toolbar_sqlalchemy"

    with seen.capture("http") as record:
        await database.run(work)
    (span,) = tools.statements(await seen.load(record))
    assert span.attributes["error.type"]
    assert "nowhere" in span.attributes["error.message"]
    assert span.source.function.endswith("work")
    notices = (await seen.shown(record)).notices
    assert [(notice.level, notice.label) for notice in notices] == [("error", "SQL error")]


async def test_an_engine_without_a_server_is_told(seen: Any, tools: Any) -> None:
    """A connection that cannot be had is a wait with an error, and a notice."""
    engine = create_engine("postgresql+psycopg://test@127.0.0.1:1/test")
    with seen.capture("http") as record, pytest.raises(OperationalError):
        engine.connect()
    (wait,) = (await seen.load(record)).spans
    assert wait.attributes["error.type"] == "OperationalError"
    assert (await seen.shown(record)).notices[0].text.startswith("No connection: OperationalError")


async def test_values_that_cannot_be_bound_are_told(sync_shop: Any, seen: Any, tools: Any) -> None:
    """A statement that could not even be given to the driver is recorded with its error."""
    with seen.capture("http") as record, sync_shop.connect() as connection, pytest.raises(StatementError):
        connection.execute(select(tools.Book).where(tools.Book.id == text(":x").bindparams(x=object())))
    (span,) = tools.statements(await seen.load(record))
    assert span.attributes["error.type"] == "ProgrammingError"


async def test_a_statement_that_is_cancelled_is_recorded(shop: Any, seen: Any, tools: Any) -> None:
    """A task that is cancelled while its statement runs leaves the statement with that error."""
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT max(i) FROM n"
    started, loop = asyncio.Event(), asyncio.get_running_loop()

    async def work() -> None:
        async with shop.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            await driver.create_function("started", 0, lambda: bool(loop.call_soon_threadsafe(started.set)))
            await connection.execute(text(f"SELECT started(), ({slow})"))

    with seen.capture("http") as record:
        task = asyncio.create_task(work())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    (span,) = tools.statements(await seen.load(record))
    assert span.attributes["error.type"] == "CancelledError"


def test_engines_made_later_and_in_threads_are_recorded(memory: Any, seen: Any, tools: Any) -> None:
    """An engine needs no name: one made after the start, within a request, in a thread, is recorded too."""
    with seen.capture("http") as record:

        def work() -> None:
            with memory(poolclass=NullPool).connect() as connection:
                connection.execute(text("SELECT 1"))

        thread = threading.Thread(target=contextvars.copy_context().run, args=(work,))
        thread.start()
        thread.join()
    assert [span.name for span in tools.statements(record)] == ["SELECT ?"]


def test_nothing_is_left_in_sqlalchemy(sync_shop: Any, seen: Any) -> None:
    """Once the toolbar has gone, no listener of ours is on any engine, and methods are the originals."""
    from debug_toolbar_sqlalchemy import statements as ours

    assert event.contains(Engine, "before_cursor_execute", ours.before)
    seen.toolbar.stop()
    for name, listener in (("before_cursor_execute", ours.before), ("after_cursor_execute", ours.after)):
        assert not event.contains(Engine, name, listener)
    assert ours.before not in list(sync_shop.dispatch.before_cursor_execute)
    assert Engine.raw_connection.__module__ == "sqlalchemy.engine.base"
    seen.toolbar.start(seen.toolbar.app)


async def test_outside_of_a_request_nothing_is_kept(shop: Any, seen: Any) -> None:
    """Statements of nobody's request are executed and forgotten."""
    await shop.run(lambda connection: connection.execute(text("SELECT 1")))
    assert await seen.toolbar.store.recent() == []


async def test_the_stack_goes_on_across_greenlets(shop: Any, seen: Any, tools: Any) -> None:
    """Through an async driver the callers are still the application's own, innermost first."""

    async def inner() -> None:
        async with shop.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def outer() -> None:
        await inner()

    with seen.capture("http") as record:
        await outer()
    (span,) = tools.statements(await seen.load(record))
    assert [place["function"].rpartition(".")[2] for place in span.attributes["stack"]][:2] == ["inner", "outer"]


async def test_the_stack_ends_where_a_framework_calls(sync_shop: Any, seen: Any, tools: Any) -> None:
    """Callers on the other side of a decorator or two are in the stack, those on the other side of a framework not."""
    library: dict[str, Any] = {}
    code = "def pass_on(times, work):\n    return pass_on(times - 1, work) if times else work()"
    exec(compile(code, json.__file__, "exec"), library)  # noqa: S102 - it stands for a library: its frames are of such a file

    def ask() -> None:
        with sync_shop.connect() as connection:
            connection.execute(text("SELECT 1"))

    def view(times: int) -> None:
        library["pass_on"](times, ask)

    with seen.capture("http") as record:
        view(2)
        view(12)
    near, far = tools.statements(await seen.load(record))
    assert [place["function"].rpartition(".")[2] for place in near.attributes["stack"]][:2] == ["ask", "view"]
    assert "stack" not in far.attributes
    assert far.source.function.endswith("ask")


async def test_parameters_are_those_of_the_execution(seen: Any, tools: Any) -> None:
    """Where the application goes on to use its own dictionary of them, the record has what was executed."""
    engine, given = create_engine("sqlite://", paramstyle="named"), {"number": 1}
    with seen.capture("http") as record, engine.connect() as connection:
        for number in range(3):
            given["number"] = number
            connection.exec_driver_sql("SELECT :number", given)
        given["number"] = 99
    engine.dispose()
    shown = [span.attributes["db.query.parameters"] for span in tools.statements(await seen.load(record))]
    assert shown == [[["number", number]] for number in range(3)]


async def test_a_template_is_named_with_its_own_line(sync_shop: Any, seen: Any, tools: Any, tmp_path: Any) -> None:
    """A lazy load from a template points to the template's line."""
    from jinja2 import Environment, FileSystemLoader

    (tmp_path / "books.html").write_text("<ul>\n{% for book in books %}\n<li>{{ book.author.name }}\n{% endfor %}")
    template = Environment(loader=FileSystemLoader(tmp_path), autoescape=True).get_template("books.html")
    with Session(sync_shop) as session, seen.capture("http") as record:
        template.render(books=session.scalars(select(tools.Book)).all())
    lazy = [span for span in tools.statements(await seen.load(record)) if "orm.lazy_load" in span.attributes]
    assert {(span.source.file, span.source.line) for span in lazy} == {(str(tmp_path / "books.html"), 3)}


async def test_secret_parameters_are_redacted_by_their_column(shop: Any, seen: Any, tools: Any) -> None:
    """A value is redacted by the column it is compared with or written to, though a placeholder has no name."""

    async def work() -> None:
        async with shop.engine.connect() as connection:
            await connection.exec_driver_sql("CREATE TABLE account (id INTEGER, token TEXT, password TEXT)")
            await connection.exec_driver_sql("INSERT INTO account VALUES (?, ?, ?)", (1, "t0ken", "hunter2"))
            await connection.exec_driver_sql("SELECT * FROM account WHERE account.token = ? AND id = ?", ("t0ken", 1))
            insertion = "INSERT INTO account (id, token, password) VALUES (?, ?, ?)"
            await connection.exec_driver_sql(insertion, [(2, "t2ken", "hunter3"), (3, "t3ken", "hunter4")])

    with seen.capture("http") as record:
        await work()
    _, _, chosen, many = tools.statements(await seen.load(record))
    assert chosen.attributes["db.query.parameters"] == [["token", "[redacted]"], ["id", 1]]
    assert many.attributes["db.query.parameters"][1] == [["id", 3], ["token", "[redacted]"], ["password", "[redacted]"]]


def test_two_toolbars_do_not_count_twice(memory: Any, seen: Any) -> None:
    """Two toolbars in one process record a statement once each, in their own records."""
    engine = memory()
    other = type(seen)(type(seen.panel)())
    other.toolbar.start(seen.toolbar.app)
    with seen.capture("http") as one, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with other.capture("http") as two, engine.connect() as connection:
        connection.execute(text("SELECT 2"))
    other.toolbar.stop()
    assert [len(record.spans) for record in (one, two)] == [4, 4]
