import gc
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, immediateload, joinedload, selectinload, subqueryload

LABELS = frozenset({"N+1", "duplicate"})


async def told(seen: Any, work: Callable[[], Any]) -> list[Any]:
    """Return the notices of what a piece of work repeats."""
    with seen.capture("http") as record:
        await work()
    return [notice for notice in (await seen.shown(record)).notices if notice.label in LABELS]


async def test_lazy_loads_are_an_n_plus_one(database: Any, seen: Any, tools: Any) -> None:
    """It names the relationship, the line, how many, the fix, and the time that the fix would save."""

    def work(session: Session) -> None:
        for book in session.scalars(select(tools.Book)):
            assert book.author.name

    (notice,) = await told(seen, lambda: database.orm(work))
    assert notice.text == "4 statements load `Book.author`, one object at a time"
    assert "`.options(selectinload(Book.author))`, 1 statement instead of 4" in notice.hint
    assert notice.source.function.endswith("work")
    assert notice.saves > 0


async def test_collections_are_named_too(shop: Any, seen: Any, tools: Any) -> None:
    """One to many is as much an N+1; two relationships in one loop are two."""

    def work(session: Session) -> None:
        for author in session.scalars(select(tools.Author)):
            for book in author.books:
                session.expire(book, ["author"])
                session.expunge(author)
                assert book.author

    notices = await told(seen, lambda: shop.orm(work))
    assert {notice.text for notice in notices} == {
        "4 statements load `Author.books`, one object at a time",
        "4 statements load `Book.author`, one object at a time",
    }


async def test_awaitable_attributes_are_lazy_loads(shop: Any, seen: Any, tools: Any) -> None:
    """What is loaded late under an async session points to the line that awaits it."""

    async def work() -> None:
        async with AsyncSession(shop.engine) as session:
            for book in await session.scalars(select(tools.Book)):
                await session.run_sync(lambda _, book=book: book.author)

    (notice,) = await told(seen, work)
    assert notice.source.function.endswith("work.<locals>.<lambda>")


@pytest.mark.parametrize("load", [selectinload, subqueryload, joinedload])
async def test_loading_them_together_is_none(shop: Any, seen: Any, tools: Any, load: Any) -> None:
    """What the fix makes of it is not flagged."""

    def work(session: Session) -> None:
        for author in session.scalars(select(tools.Author).options(load(tools.Author.books))).unique():
            assert author.books

    assert await told(seen, lambda: shop.orm(work)) == []


async def test_loading_in_batches_is_none(shop: Any, seen: Any, tools: Any) -> None:
    """A loader that asks for some hundred objects at a time, again and again, is not flagged."""

    def work(session: Session) -> None:
        session.execute(insert(tools.Author), [{"name": str(n)} for n in range(1_600)])
        for author in session.scalars(select(tools.Author).options(selectinload(tools.Author.books))):
            assert author.books is not None

    assert await told(seen, lambda: shop.orm(work)) == []


async def test_loading_at_once_one_by_one_is_flagged(shop: Any, seen: Any, tools: Any) -> None:
    """`immediateload` is an N+1 that the query itself asks for."""

    def work(session: Session) -> None:
        session.scalars(select(tools.Book).options(immediateload(tools.Book.author))).all()

    (notice,) = await told(seen, lambda: shop.orm(work))
    assert "`Book.author`" in notice.text


async def test_expired_objects_that_are_loaded_again_are_flagged(shop: Any, seen: Any, tools: Any) -> None:
    """Objects read after a commit, one by one, name the class and how to keep them."""

    def work(session: Session) -> None:
        authors = session.scalars(select(tools.Author)).all()
        session.expire_all()
        assert all(author.name for author in authors)

    (notice,) = await told(seen, lambda: shop.orm(work))
    assert notice.text == "4 statements load attributes of `Author`, one object at a time"
    assert "expire_on_commit=False" in notice.hint


async def test_similar_statements_of_one_line_are_an_n_plus_one(database: Any, seen: Any, tools: Any) -> None:
    """Where no ORM says what is loaded, a query by its number, again and again from one line, is flagged."""

    def work(connection: Connection) -> None:
        for number in range(1, 5):
            connection.execute(text("SELECT title FROM book WHERE id = :id"), {"id": number}).all()

    (notice,) = await told(seen, lambda: database.run(work))
    assert notice.text.startswith("4 similar statements from one place: `SELECT title FROM book WHERE id = ")
    assert "1 statement instead of 4" in notice.hint


async def test_values_written_into_the_text_are_similar_too(shop: Any, seen: Any) -> None:
    """Texts that differ in their literals only are similar."""

    def work(connection: Connection) -> None:
        for number in range(1, 5):
            connection.exec_driver_sql(f"SELECT title FROM book WHERE id = {number}").all()

    (notice,) = await told(seen, lambda: shop.run(work))
    assert notice.label == "N+1"


def inserts(connection: Connection) -> None:
    """Insert three rows, one after the other."""
    for number in range(3):
        connection.execute(text("INSERT INTO author (name) VALUES (:name)"), {"name": str(number)})


def tables(connection: Connection) -> None:
    """Count the rows of several tables in a loop."""
    for table in ("author", "book", "author AS a", "book AS b"):
        connection.exec_driver_sql(f"SELECT count(*) FROM {table}").all()


def batches(connection: Connection) -> None:
    """Ask for some at a time."""
    for first in range(1, 9, 2):
        connection.execute(text("SELECT * FROM book WHERE id IN (:a, :b)"), {"a": first, "b": first + 1}).all()


def pages(connection: Connection) -> None:
    """Read a table page by page."""
    for page in range(4):
        connection.execute(
            text("SELECT * FROM book ORDER BY id LIMIT :limit OFFSET :offset"), {"limit": 1, "offset": page}
        ).all()


def lines(connection: Connection) -> None:
    """Ask from different lines."""
    query = text("SELECT title FROM book WHERE id = :id")
    connection.execute(query, {"id": 1}).all()
    connection.execute(query, {"id": 2}).all()
    connection.execute(query, {"id": 3}).all()


def twice(connection: Connection) -> None:
    """Ask for two in a loop."""
    for number in (1, 2):
        connection.execute(text("SELECT title FROM book WHERE id = :id"), {"id": number}).all()


def again(connection: Connection) -> None:
    """Read once more what was changed since."""
    for _ in range(2):
        connection.execute(text("SELECT title FROM book WHERE id = 1")).all()
        connection.execute(text("UPDATE book SET title = 'x' WHERE id = 1"))


@pytest.mark.parametrize("work", [inserts, tables, batches, pages, lines, twice, again])
async def test_what_only_looks_like_one_is_not_flagged(shop: Any, seen: Any, work: Any) -> None:
    """Inserts in a row, a loop over tables, batches, pages, different lines, a pair, a read after a write: none."""
    assert await told(seen, lambda: shop.run(work)) == []


async def test_the_same_statement_with_the_same_parameters_is_a_duplicate(database: Any, seen: Any) -> None:
    """It says what would have been kept, and where it was asked for once more."""

    def first(connection: Connection) -> None:
        connection.execute(text("SELECT title FROM book WHERE id = :id"), {"id": 1}).all()

    def second(connection: Connection) -> None:
        connection.execute(text("SELECT title FROM book WHERE id = :id"), {"id": 1}).all()

    def work(connection: Connection) -> None:
        first(connection)
        second(connection)

    (notice,) = await told(seen, lambda: database.run(work))
    assert notice.text.startswith("The same statement with the same parameters ran 2 times")
    assert notice.source.function.endswith("second")
    assert notice.hint.endswith("`test_the_same_statement_with_the_same_parameters_is_a_duplicate.<locals>.first`.")


async def test_redacted_parameters_are_still_told_apart(shop: Any, seen: Any) -> None:
    """Two secrets that look alike once redacted are no duplicates; the same secret twice is."""

    def ask(token: str) -> Any:
        return lambda connection: connection.execute(text("SELECT 1 WHERE :token = 'x'"), {"token": token}).all()

    def different(connection: Connection) -> None:
        ask("a" * 20)(connection)
        ask("b" * 20)(connection)

    def same(connection: Connection) -> None:
        ask("a" * 20)(connection)
        ask("a" * 20)(connection)

    assert await told(seen, lambda: shop.run(different)) == []
    (notice,) = await told(seen, lambda: shop.run(same))
    assert notice.label == "duplicate"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # SQLAlchemy's, without us as well
async def test_a_lazy_load_without_await_names_the_relationship(shop: Any, seen: Any, tools: Any) -> None:
    """Where nothing can be awaited the error is recorded, with the attribute and the fix."""
    async with AsyncSession(shop.engine) as session:
        with seen.capture("http") as record:
            book = (await session.scalars(select(tools.Book))).first()
            with pytest.raises(Exception, match="greenlet_spawn has not been called"):
                assert book.author
    notice = (await seen.shown(record)).notices[0]
    del session, book
    gc.collect()  # what SQLAlchemy never awaited complains here, and not in another test
    assert notice.text == "`Book.author` was loaded lazily where nothing can be awaited"
    assert "selectinload(Book.author)" in notice.hint
