"""How fast a large record opens, told by the CPU time it takes beside its mere encoding, in the same run."""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator, Generator, Iterable
from contextlib import contextmanager

import httpx
import pytest

from debug_toolbar_asgi.config import ASGIConfig
from debug_toolbar_asgi.gate import Gate
from debug_toolbar_asgi.site import Site
from debug_toolbar_core import Limits, Panel, Record, Source, Toolbar, action
from debug_toolbar_core.blocks import Badge, Block, Code

PREFIX = "/_debug_toolbar"
CHANGE = {"x-debug-toolbar": "1"}
MANY = 5_000
TIMES = 5


class Statements(Panel):
    """Shows how many spans there are, and keeps a note."""

    name, title = "sqlalchemy", "SQL"

    def view(self, record: Record) -> Iterable[Block]:
        yield Badge(f"{len(record.spans):,}")
        yield Code(str(record.data.get("sqlalchemy")))

    @action("Note")
    async def note(self, record: Record, text: str) -> Iterable[Block]:
        """Keep a note."""
        record.data["sqlalchemy"] = {"note": text}
        return []


@pytest.fixture
def toolbar() -> Toolbar:
    """A toolbar that keeps many spans."""
    limits = Limits(spans=MANY, panel_spans=MANY, total=50_000_000)
    return Toolbar(ASGIConfig(panels=[Statements()], container_gateway="", limits=limits, budget=30.0))


@pytest.fixture
async def client(toolbar: Toolbar) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its site."""
    config = toolbar.config
    assert isinstance(config, ASGIConfig)
    transport = httpx.ASGITransport(Site(toolbar, Gate(config.gate(), {}, config.prefix), config))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost{PREFIX}/api") as made:
        yield made


def recorded(toolbar: Toolbar) -> Record:
    """Record many statements as the SQL panel does: their attributes alike, their parameters each another."""
    places = [{"file": "/app/views.py", "line": line, "function": "show"} for line in range(3)]
    with toolbar.capture("http") as record:
        for number in range(MANY):
            attributes = {
                "db.system.name": "sqlite", "db.query.text": f"SELECT name, c{number % 97} FROM book WHERE id = ?",
                "engine": 0, "stack": tuple(places), "db.query.parameters": [["id", number], ["kind", f"k{number}"]],
            }  # fmt: skip
            span = record.add("sqlalchemy", "SELECT book", number * 1e-5, number * 1e-5 + 8e-6)
            span.attributes, span.source = attributes, Source("/app/views.py", 1, "show")
    return record


class Spent:
    """CPU seconds of this process, the least of some times."""

    def __init__(self) -> None:
        self.least: dict[str, float] = {}

    @contextmanager
    def on(self, what: str) -> Generator[None]:
        """Count what is spent inside."""
        gc.collect()
        before = time.process_time()
        yield
        spent = time.process_time() - before
        self.least[what] = min(spent, self.least.get(what, spent))


async def test_a_large_record_opens_in_hardly_more_than_its_encoding_takes(
    toolbar: Toolbar, client: httpx.AsyncClient
) -> None:
    """A link straight to a panel: record and panel together cost no second loading, redaction or writing.

    After the list, which drew it for its line, and when it is opened again, it is only sent.
    """

    async def opened(record: Record) -> None:
        for path in (f"/records/{record.id}", f"/records/{record.id}/panels/sqlalchemy"):
            assert (await client.get(path)).status_code == 200

    spent = Spent()
    for _ in range(TIMES):
        record = recorded(toolbar)
        with spent.on("encoding"):
            toolbar.encoder.dump(record)
        with spent.on("link"):
            await opened(record)
        with spent.on("again"):
            await opened(record)
        await toolbar.clear()
        record = recorded(toolbar)
        await client.get("/records")
        with spent.on("after the list"):
            await opened(record)
        await toolbar.clear()
    shares = {what: took / spent.least["encoding"] for what, took in spent.least.items()}
    print({what: round(share, 2) for what, share in shares.items()})
    assert shares["link"] < 2.2
    assert shares["again"] < 0.6
    assert shares["after the list"] < 0.6


async def test_what_an_action_kept_is_in_the_next_answers(toolbar: Toolbar, client: httpx.AsyncClient) -> None:
    """A record that was opened, and then saved again by an action, is opened as it is now, redacted."""
    with toolbar.capture("http") as record:
        pass
    one, panel = f"/records/{record.id}", f"/records/{record.id}/panels/sqlalchemy"
    for text in ("first", "second", "password=hunter2"):
        before = (await client.get(one)).json(), (await client.get(panel)).json()
        answer = await client.post(f"{panel}/actions/note", json={"text": text}, headers=CHANGE)
        assert answer.status_code == 200
        after = (await client.get(one)).json(), (await client.get(panel)).json()
        assert before != after
        shown = "password=[redacted]" if "hunter2" in text else text
        assert after[0]["record"]["data"] == {"sqlalchemy": {"note": shown}}
        assert after[1]["blocks"][0]["text"] == str({"note": shown})
        assert "hunter2" not in str(after)
