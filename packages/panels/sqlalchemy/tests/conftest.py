"""What these tests share: a shop's tables, databases of every kind, and a running toolbar with the SQL panel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, Engine, ForeignKey, String, create_engine, insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from debug_toolbar_core import Application, Config, Limits, Record, Span, Toolbar
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_sqlalchemy import SQLAlchemyPanel


class Table(DeclarativeBase):
    """The base of the tables."""


class Author(Table):
    """Who wrote a book."""

    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    bio: Mapped[str | None] = mapped_column(String(100), deferred=True)
    books: Mapped[list[Book]] = relationship(back_populates="author", order_by="Book.id")


class Book(Table):
    """A book of an author."""

    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


BOOKS = 4


def stock(connection: Connection) -> None:
    """Make the tables anew, with a few authors who wrote a book each."""
    Table.metadata.drop_all(connection)
    Table.metadata.create_all(connection)
    connection.execute(insert(Author), [{"name": f"author {n}"} for n in range(1, BOOKS + 1)])
    connection.execute(insert(Book), [{"title": f"book {n}", "author_id": n} for n in range(1, BOOKS + 1)])
    connection.commit()


class Database:
    """A stocked database, reached by a sync or an async driver."""

    def __init__(self, engine: Engine | AsyncEngine) -> None:
        self.engine = engine

    @property
    def system(self) -> str:
        """The name of its dialect."""
        return self.engine.dialect.name

    async def run(self, work: Callable[[Connection], Any]) -> Any:
        """Run something with a connection, which is closed after it."""
        if isinstance(self.engine, AsyncEngine):
            async with self.engine.connect() as connection:
                return await connection.run_sync(work)
        with self.engine.connect() as opened:
            return work(opened)

    async def orm(self, work: Callable[[Session], Any]) -> Any:
        """Run something with a session, which is closed after it."""

        def session(connection: Connection) -> Any:
            with Session(connection) as opened:
                return work(opened)

        return await self.run(session)


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Database]:
    """Open an engine for a URL, and stock its database."""
    is_async = any(driver in url for driver in ("aiosqlite", "asyncpg", "aiomysql", "psycopg_async"))
    engine = create_async_engine(url, **options) if is_async else create_engine(url, **options)
    database = Database(engine)
    try:
        await database.run(stock)
        yield database
    finally:
        if isinstance(engine, AsyncEngine):
            await engine.dispose()
            await asyncio.sleep(0)  # transports close a turn of the loop later
        else:
            engine.dispose()


SERVERS = {
    "asyncpg": "postgresql+asyncpg",
    "psycopg": "postgresql+psycopg",
    "psycopg_async": "postgresql+psycopg_async",
    "pymysql": "mysql+pymysql",
    "aiomysql": "mysql+aiomysql",
}
FILES = {"sqlite": "sqlite", "aiosqlite": "sqlite+aiosqlite"}
EVERY = [*FILES, "sqlite memory", "aiosqlite memory", *SERVERS]


def url_of(name: str, request: pytest.FixtureRequest) -> str:
    """Return where a kind of database is; a server is started when it is first asked for."""
    kind, _, memory = name.partition(" ")
    if kind in FILES:
        return f"{FILES[kind]}://" if memory else f"{FILES[kind]}:///{request.getfixturevalue('tmp_path')}/shop.db"
    server = "postgresql_server" if "postgresql" in SERVERS[kind] else "mariadb_server"
    return f"{SERVERS[kind]}://{request.getfixturevalue(server).url.partition('://')[2]}"


@pytest_asyncio.fixture(params=EVERY)
async def database(request: pytest.FixtureRequest) -> AsyncGenerator[Database]:
    """Give a stocked database of each kind and driver."""
    async with opened(url_of(request.param, request)) as found:
        yield found


@pytest_asyncio.fixture
async def shop(tmp_path: Any) -> AsyncGenerator[Database]:
    """Give a stocked SQLite file, reached by its async driver."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}/shop.db") as found:
        yield found


@pytest.fixture
def sync_shop(tmp_path: Any) -> Generator[Engine]:
    """Give the engine of a stocked SQLite file."""
    engine = create_engine(f"sqlite:///{tmp_path}/sync.db")
    with engine.connect() as connection:
        stock(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def memory() -> Generator[Callable[..., Engine]]:
    """Give what makes engines of databases in memory, closed after the test."""
    made: list[Engine] = []

    def make(**options: Any) -> Engine:
        made.append(create_engine("sqlite://", **options))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


class Seen:
    """A running toolbar with the SQL panel alone, and what it has of records."""

    def __init__(self, panel: SQLAlchemyPanel, **settings: Any) -> None:
        self.panel = panel
        self.toolbar = Toolbar(Config(panels=[panel], strict=True, budget=10.0, **settings))

    @property
    def capture(self) -> Any:
        """Record what runs inside."""
        return self.toolbar.capture

    async def load(self, record: Record) -> Record:
        """Return a record as a store gives it back; no hook of ours failed in it."""
        assert record.failures == {}
        return await self.toolbar.load(record.id)

    async def shown(self, record: Record) -> Any:
        """Return what the panel shows of a record."""
        return self.toolbar.views.show(await self.load(record), self.panel)

    async def explained(self, record: Record, index: int) -> list[Any]:
        """Ask for the plan of a statement."""
        return list(await self.toolbar.act(await self.load(record), "sqlalchemy", "explain", {"index": index}))


@pytest.fixture
def seen() -> Generator[Seen]:
    """Give a running toolbar with the SQL panel."""
    made = Seen(SQLAlchemyPanel())
    made.toolbar.start(Application())
    yield made
    made.toolbar.stop()


@pytest.fixture
def roomy() -> Generator[Seen]:
    """Give one whose records keep twenty thousand statements."""
    made = Seen(SQLAlchemyPanel(), limits=Limits(spans=20_000, panel_spans=20_000))
    made.toolbar.start(Application())
    yield made
    made.toolbar.stop()


def statements(record: Record) -> list[Span]:
    """Return a record's spans that are statements, in the order in which they began."""
    stored = record if record.loaded else Encoder().through(record)
    found = [span for span in stored.spans if "db.query.text" in span.attributes and span.name not in ENDS]
    return sorted(found, key=lambda span: span.start)


def named(record: Record, name: str) -> list[Span]:
    """Return a record's spans of one name."""
    return [span for span in record.spans if span.name == name]


ENDS = ("COMMIT", "ROLLBACK")


@pytest.fixture
def tools() -> Any:
    """Give the helpers of this file: tests of packages cannot import from each other."""

    class Tools:
        """What tests use of this file."""

    Tools.Author, Tools.Book, Tools.Database, Tools.Seen = Author, Book, Database, Seen  # type: ignore[attr-defined]
    Tools.statements, Tools.named, Tools.opened, Tools.stock = statements, named, opened, stock  # type: ignore[attr-defined]
    return Tools
