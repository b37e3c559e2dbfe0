"""Operations: what Strawberry executes is recorded field by field, and executed as without us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import graphql
import pytest
import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import MaskErrors, SchemaExtension

from debug_toolbar_core import Config, Record, Toolbar, span
from debug_toolbar_core.blocks import Badge, Block, Code, Facts, Notice, Section, Table, Tree
from debug_toolbar_strawberry import StrawberryPanel
from debug_toolbar_testing import SampleApplication

AUTHORS = {1: "Ursula", 2: "Iain"}


def query(text: str) -> Any:
    """Stand for a statement to a database."""
    return span(text, panel="sqlalchemy", **{"db.query.text": text})


async def load_authors(keys: list[int]) -> list[Author]:
    """Load many authors in one statement."""
    with query("SELECT authors IN"):
        await asyncio.sleep(0)
    return [Author(name=AUTHORS[key]) for key in keys]


@strawberry.type
class Author:
    """Who wrote it."""

    name: str


@strawberry.type
class Book:
    """A book."""

    id: int
    title: str

    @strawberry.field
    async def author(self) -> Author:
        """Load its author alone."""
        with query("SELECT author"):
            await asyncio.sleep(0)
        return Author(name=AUTHORS[self.id % 2 + 1])

    @strawberry.field
    async def writer(self, info: strawberry.Info) -> Author:
        """Load its author with those of the others."""
        author: Author = await info.context["authors"].load(self.id % 2 + 1)
        return author

    @strawberry.field
    def price(self) -> int:
        """Fail for one book."""
        if self.id == 2:
            raise LookupError("no price for book 2")
        return self.id * 100

    @strawberry.field
    def shelf(self) -> str:
        """Answer without asking anybody."""
        return f"shelf {self.id}"


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    async def books(self, count: int = 4) -> list[Book]:
        """List books."""
        with query("SELECT books"):
            await asyncio.sleep(0)
        return [Book(id=number, title=f"Book {number}") for number in range(1, count + 1)]

    @strawberry.field
    def hello(self, name: str = "you", password: str | None = None) -> str:
        """Greet."""
        return f"Hello, {name}"


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    async def rename(self, id: int, title: str) -> Book:
        """Rename a book."""
        return Book(id=id, title=title)


@strawberry.type
class Subscription:
    """What can be listened to."""

    @strawberry.subscription
    async def ticks(self, count: int = 3) -> AsyncIterator[int]:
        """Count."""
        for number in range(count):
            yield number


schema = strawberry.Schema(Query, Mutation, Subscription)


def context() -> dict[str, Any]:
    """Make the context of a request."""
    return {"authors": DataLoader(load_authors)}


@pytest.fixture
def toolbar() -> Iterator[Toolbar]:
    """A toolbar that runs."""
    toolbar = Toolbar(Config(panels=[StrawberryPanel()], strict=True))
    toolbar.start(SampleApplication())
    yield toolbar
    toolbar.stop()


async def run(toolbar: Toolbar, text: str | None, of: Any = schema, **options: Any) -> tuple[Any, Record]:
    """Execute in a record; return the result and the record as readers get it."""
    with toolbar.capture("http") as record:
        result = await of.execute(text, context_value=context(), **options)
    return result, await toolbar.load(record.id)


def blocks(toolbar: Toolbar, record: Record) -> list[Block]:
    """Return what the panel shows, sections opened."""
    found: list[Block] = []
    for block in toolbar.blocks(record, "strawberry"):
        found += [block, *block.blocks] if isinstance(block, Section) else [block]
    return found


def notices(toolbar: Toolbar, record: Record) -> list[Notice]:
    """Return the notices."""
    return [notice for _, notice in toolbar.notices(record)]


def facts(found: list[Block]) -> dict[str, Any]:
    """Return the facts by label."""
    return {fact.label: fact.value for block in found if isinstance(block, Facts) for fact in block.items}


def table(found: list[Block], title: str) -> list[tuple[Any, ...]]:
    """Return a table's cells."""
    return [
        tuple(row.cells) for block in found if isinstance(block, Table) and block.title == title for row in block.rows
    ]


async def test_a_query_is_shown(toolbar: Toolbar) -> None:
    """Name, type, steps, document, variables; its resolvers as a tree, list fields folded, with calls and times."""
    text = "# shelves\nquery Books($count: Int!) { books(count: $count) { title author { name } shelf } }"
    result, record = await run(toolbar, text, variable_values={"count": 4})
    bare = await schema.execute(text, context_value=context(), variable_values={"count": 4})
    assert (result.data, result.errors, result.extensions) == (bare.data, bare.errors, bare.extensions)
    found = blocks(toolbar, record)
    assert toolbar.shown(record)[0].badge == Badge("query Books", level="warning")
    told = facts(found)
    assert (told["operation"], told["depth"], told["complexity"]) == ("query Books", 3, 5)
    assert all(isinstance(told[step], float) for step in ("parse", "validate", "execute"))
    rows = table(found, "Resolvers")
    assert [row[:2] for row in rows] == [("books", 1), ("author", 4), ("shelf", 4)]
    books, author, shelf = rows
    assert books[3] == pytest.approx(sum(row[2] for row in rows))
    assert books[5].function == "Query.books"
    depths = [row.depth for block in found if isinstance(block, Table) for row in block.rows]
    assert depths == [0, 1, 1]
    assert Code(text, "graphql", title="Document") in found
    assert Tree({"count": 4}, "Variables") in found
    assert author[4] >= shelf[4] > 0


async def test_queries_stand_under_their_resolver(toolbar: Toolbar) -> None:
    """A resolver has a span where something happened in it, which is its child; in tasks of their own too."""
    _, record = await run(toolbar, "{ books(count: 3) { author { name } shelf } }")
    above = [(made.name, made.parent.name if made.parent else None) for made in record.spans]
    assert above[0] == ("query", None)
    assert above.count(("SELECT author", "books.author")) == 3
    assert above.count(("books.author", "query")) == 3
    assert above.count(("SELECT books", "books")) == 1
    assert not any(name == "books.shelf" for name, _ in above)


async def test_an_n_plus_one_is_named_by_its_field(toolbar: Toolbar) -> None:
    """Calls of a field with a query each are an N+1, with the fix; a few, or a field that asks none, are not."""
    _, record = await run(toolbar, "{ books(count: 5) { author { name } shelf } }")
    (notice,) = notices(toolbar, record)
    assert (notice.level, notice.label) == ("warning", "N+1")
    assert notice.text.startswith("`books.author` ran 5 times with 5 queries of its own")
    assert notice.hint is not None
    assert "DataLoader" in notice.hint
    assert notice.saves is not None
    assert notices(toolbar, (await run(toolbar, "{ books(count: 2) { author { name } } }"))[1]) == []


async def test_a_batch_is_shown_and_never_an_n_plus_one(toolbar: Toolbar) -> None:
    """A data loader's batch is one span under the operation, with its keys and what its cache spared."""
    _, record = await run(toolbar, "{ books(count: 10) { writer { name } } }")
    assert notices(toolbar, record) == []
    ((_, name, keys, spared, _, source),) = table(blocks(toolbar, record), "Batches of data loaders")
    assert (name, keys, spared, source.function) == (f"{__name__}.load_authors", 2, 8, "load_authors")
    batch = next(made for made in record.spans if made.name == "batch load_authors")
    assert batch.parent is record.spans[0]
    assert [made.parent for made in record.spans if made.name == "SELECT authors IN"] == [batch]


async def test_a_loader_that_serves_several_requests_is_told(toolbar: Toolbar) -> None:
    """A loader made once for all mixes requests: a notice."""
    shared = {"authors": DataLoader(context()["authors"].load_fn, cache=False)}
    for expected in (0, 1):
        with toolbar.capture("http") as record:
            await schema.execute("{ books { writer { name } } }", context_value=shared)
        found = notices(toolbar, await toolbar.load(record.id))
        assert [notice.label for notice in found] == ["shared DataLoader"] * expected


async def test_an_error_of_a_resolver(toolbar: Toolbar) -> None:
    """Message, path, place in the document, the exception behind it and its traceback; the answer is as without us."""
    result, record = await run(toolbar, "{ books { price } }")
    assert [error.message for error in result.errors] == ["no price for book 2"]
    (notice,) = notices(toolbar, record)
    assert (notice.level, notice.label) == ("error", "LookupError")
    assert notice.text == "no price for book 2 at `books.1.price`"
    assert notice.source is not None
    assert notice.source.function == "Book.price"
    told = facts(blocks(toolbar, record))
    assert (told["path"], told["in the document at"], told["errors"]) == ("books.1.price", "1:11", 1)
    assert table(blocks(toolbar, record), "Resolvers")[1][1] == 2  # GraphQL itself stops at the error


async def test_masked_errors_are_seen_unmasked(toolbar: Toolbar) -> None:
    """Where an extension hides errors from clients, the panel still has them."""
    masked = strawberry.Schema(Query, extensions=[MaskErrors])
    result, record = await run(toolbar, "{ books { price } }", masked)
    assert "no price" not in str(result.errors)
    assert notices(toolbar, record)[0].text.startswith("no price for book 2")


@pytest.mark.parametrize(
    ("text", "message"), [("{ books {", "Syntax Error"), ("{ bookz }", "Cannot query field 'bookz'")]
)
async def test_what_is_not_executed(toolbar: Toolbar, text: str, message: str) -> None:
    """A document that cannot be parsed, or is not valid, is an error with its message."""
    result, record = await run(toolbar, text)
    assert message in result.errors[0].message
    assert notices(toolbar, record)[0].text.startswith(message)


async def test_no_document_at_all(toolbar: Toolbar) -> None:
    """A persisted query that nobody knows comes without a document: the error goes to the application as it was."""
    with pytest.raises(Exception, match="query") as bare:
        await schema.execute(None)
    with toolbar.capture("http") as record, pytest.raises(type(bare.value)):
        await schema.execute(None)
    assert record.failures == {}
    assert facts(blocks(toolbar, await toolbar.load(record.id)))["document"].startswith("not sent")


class Persisted(SchemaExtension):
    """Finds documents by the hash that the client sent, in the form that `known` says."""

    known = ""

    def on_operation(self) -> Iterator[None]:
        """Begin."""
        if self.known == "text":
            self.execution_context.query = PERSISTED
        else:
            no_location = self.known == "parsed without places"
            self.execution_context.graphql_document = graphql.parse(PERSISTED, no_location=no_location)
        yield


PERSISTED = "query Kept {\n  hello\n}"
HASH = {"persistedQuery": {"version": 1, "sha256Hash": "0123456789abcdef" * 4}}


@pytest.mark.parametrize("known", ["text", "parsed", "parsed without places"])
async def test_a_persisted_document_that_the_server_has(toolbar: Toolbar, known: str) -> None:
    """The document is shown whether the client sent it or not, however the server found it, and by which hash."""
    kept = type("Kept", (Persisted,), {"known": known})
    result, record = await run(toolbar, None, strawberry.Schema(Query, extensions=[kept]), operation_extensions=HASH)
    assert result.data == {"hello": "Hello, you"}
    found = blocks(toolbar, record)
    (shown,) = [block for block in found if isinstance(block, Code)]
    assert shown.text == PERSISTED
    assert (facts(found)["operation"], facts(found)["persisted"]) == ("query Kept", "0123456789ab")
    assert "document" not in facts(found)


async def test_several_operations_of_one_request(toolbar: Toolbar) -> None:
    """A batch of operations, and a document with several, of which one is named."""
    text = "query One { hello } query Two { books { id } }"
    with toolbar.capture("http") as record:
        await asyncio.gather(
            schema.execute(text, operation_name="Two", context_value=context()),
            schema.execute('mutation Rename { rename(id: 1, title: "x") { title } }', context_value=context()),
        )
    loaded = await toolbar.load(record.id)
    assert {made.name for made in loaded.spans if made.parent is None} == {"query Two", "mutation Rename"}
    assert toolbar.shown(loaded)[0].badge == Badge("2 operations")
    titles = [block.title for block in toolbar.blocks(loaded, "strawberry") if isinstance(block, Section)]
    assert titles[:2] == ["query Two", "mutation Rename"]


async def test_secrets_in_variables_are_redacted(toolbar: Toolbar) -> None:
    """A password is none of a reader's business, as a variable or in the document."""
    text = 'query Hi($password: String) { hello(password: $password) again: hello(password: "hunter2") }'
    _, record = await run(toolbar, text, variable_values={"password": "hunter3"})
    assert "hunter" not in str(record.data)
    assert "hunter" not in str([made.attributes for made in record.spans])


def test_executed_without_a_loop(toolbar: Toolbar) -> None:
    """`execute_sync` is recorded too."""
    with toolbar.capture("http") as record:
        result = schema.execute_sync('{ hello(name: "Ada") }')
    assert result.data == {"hello": "Hello, Ada"}
    assert [made.name for made in record.spans] == ["query"]
    assert record.data["strawberry"]["operations"][0]["fields"][0][:2] == [["hello"], 1]


async def test_a_subscription_has_its_events(toolbar: Toolbar) -> None:
    """Each event is a span under the subscription, which spans all of them."""
    with toolbar.capture("websocket") as record:
        stream: Any = await schema.subscribe("subscription Ticks { ticks(count: 3) }", context_value=context())
        events = [event.data["ticks"] async for event in stream]
    assert events == [0, 1, 2]
    assert [made.name for made in record.spans] == ["subscription Ticks", "event 1", "event 2", "event 3"]
    assert {made.parent for made in record.spans[1:]} == {record.spans[0]}
    assert facts(blocks(toolbar, await toolbar.load(record.id)))["events"] == 3


async def test_a_hundred_requests_do_not_mix(toolbar: Toolbar) -> None:
    """Interleaved requests each have their own operation, fields and queries."""

    async def request(number: int) -> Record:
        with toolbar.capture("http") as record:
            text = f"query Q{number} {{ books(count: {number % 5 + 1}) {{ author {{ name }} writer {{ name }} }} }}"
            await schema.execute(text, context_value=context())
        return record

    for number, record in enumerate(await asyncio.gather(*(request(number) for number in range(100)))):
        count = number % 5 + 1
        assert record.spans[0].name == f"query Q{number}"
        assert sum(made.name == "SELECT author" for made in record.spans) == count
        (operation,) = record.data["strawberry"]["operations"]
        assert {tuple(field[0]): field[1] for field in operation["fields"]}["books", "author"] == count


async def test_an_extension_of_ours_only_while_there_is_a_record(toolbar: Toolbar) -> None:
    """Outside a record a schema's extensions are its own; its tuple of them is never touched."""
    before = schema.extensions
    assert schema.get_extensions() == []
    with toolbar.capture("http"):
        assert [type(extension).__name__ for extension in schema.get_extensions()] == ["DebugToolbarExtension"]
    assert schema.extensions is before


async def test_a_fault_of_ours_is_not_the_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """When our own code fails, the answer is as without us and the record says so."""
    from debug_toolbar_strawberry import extension

    toolbar = Toolbar(Config(panels=[StrawberryPanel()]))
    toolbar.start(SampleApplication())
    monkeypatch.setattr(extension, "path_of", lambda path: 1 / 0)
    with toolbar.capture("http") as record:
        result = await schema.execute("{ hello }")
    toolbar.stop()
    assert result.data == {"hello": "Hello, you"}
    assert record.failures["strawberry"].message.startswith("ZeroDivisionError")


@pytest.mark.parametrize(
    "data", [None, [], {"operations": 3}, {"operations": [None, {}, {"fields": [1, [[]]], "errors": [3]}]}]
)
async def test_odd_data_is_shown_as_far_as_it_goes(toolbar: Toolbar, data: Any) -> None:
    """A record from elsewhere may hold anything under our name."""
    with toolbar.capture("http") as record:
        record.data["strawberry"] = data
    blocks(toolbar, await toolbar.load(record.id))
