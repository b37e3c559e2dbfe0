import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncSession

from debug_toolbar_core import Record

REQUESTS = 100
QUERY = text("SELECT title FROM book WHERE id = :id AND id <> :mine")


async def served(seen: Any, work: Callable[[int], Awaitable[None]]) -> list[Record]:
    """Serve a hundred requests at once, and return their records."""

    async def request(number: int) -> Record:
        with seen.capture("http") as record:
            await work(number)
        return record

    return await asyncio.gather(*(request(number) for number in range(REQUESTS)))


def check(records: list[Record], tools: Any, each: int) -> None:
    """Check that every record has its own statements, all of them and no other."""
    for number, record in enumerate(records):
        assert record.failures == {}
        pairs = [span.attributes["db.query.parameters"] for span in asked(record, tools)]
        found = [next(value for label, value in each if "mine" in label) for each in pairs]
        assert found == [number + REQUESTS] * each
        bands = {span.attributes["transaction"] for span in tools.named(record, "transaction")}
        assert {span.attributes["transaction"] for span in asked(record, tools)} <= bands


def asked(record: Record, tools: Any) -> list[Any]:
    """Return the statements that were asked with parameters."""
    return [span for span in tools.statements(record) if "db.query.parameters" in span.attributes]


@pytest.fixture
def params() -> Callable[[int], dict[str, int]]:
    """Give a request's own parameters."""
    return lambda number: {"id": number % 4 + 1, "mine": number + REQUESTS}


async def test_tasks_do_not_mix(database: Any, seen: Any, tools: Any, params: Any) -> None:
    """A hundred requests in tasks, through every driver, keep their statements and transactions apart."""

    def work(number: int) -> Any:
        return database.run(lambda connection: [connection.execute(QUERY, params(number)).all() for _ in range(2)])

    records = await served(seen, work)
    check(records, tools, 2)


async def test_task_groups_belong_to_their_request(shop: Any, seen: Any, tools: Any, params: Any) -> None:
    """What a request does in child tasks, each with a session of its own, is that request's."""

    async def child(number: int) -> None:
        async with AsyncSession(shop.engine) as session:
            await session.execute(QUERY, params(number))

    async def work(number: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(child(number))

    check(await served(seen, work), tools, 3)


async def test_threads_belong_to_their_request(sync_shop: Engine, seen: Any, tools: Any, params: Any) -> None:
    """What runs in `asyncio.to_thread`, or in an executor that is given the context, is its request's."""

    def blocking(number: int) -> None:
        with sync_shop.connect() as connection:
            connection.execute(QUERY, params(number)).all()

    with ThreadPoolExecutor(4) as executor:

        async def work(number: int) -> None:
            await asyncio.to_thread(blocking, number)
            context, loop = contextvars.copy_context(), asyncio.get_running_loop()
            await loop.run_in_executor(executor, context.run, blocking, number)

        check(await served(seen, work), tools, 2)


async def test_what_runs_on_after_the_response_is_nobodys(shop: Any, seen: Any, tools: Any, params: Any) -> None:
    """A forgotten task's statements are in no record, neither its own request's nor another's."""
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        async with shop.engine.connect() as connection:
            await connection.execute(QUERY, params(7))

    with seen.capture("http") as record:
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    with seen.capture("http") as other:
        go.set()
        await task
    assert (record.spans, other.spans) == ([], [])
    assert record.slot.late > 0
