"""Litestar's dependencies: batches that run at once, providers of every kind, clean-ups and errors."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

import litestar._kwargs.kwargs_model as model
import pytest
from litestar import Controller, Litestar, Request, Router, WebSocket, get, websocket
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException
from litestar.testing import create_test_client

from debug_toolbar_core import Record, span
from debug_toolbar_dependencies import DependenciesPanel
from debug_toolbar_dependencies.litestar_plan import PLANS
from debug_toolbar_testing.client import Answer
from debug_toolbar_testing.served import Served

Serve = Callable[..., Served]
Outline = Callable[[Record], list[str]]


def settings() -> dict[str, str]:
    """Settings, in a thread, once for all requests."""
    return {"url": "sqlite://"}


async def session(settings: NamedDependency[dict[str, str]]) -> AsyncIterator[str]:
    """A session."""
    yield settings["url"]
    with span("commit"):
        await asyncio.sleep(0)


def token(request: Request[Any, Any, Any]) -> str:
    """The visitor."""
    return request.query_params.get("n", "nobody")


async def cart(session: NamedDependency[str], token: NamedDependency[str]) -> str:
    """A visitor's cart."""
    with span(f"look {token}"):
        await asyncio.sleep(0.002)
    return f"{session} {token}"


@get("/cart")
async def show(cart: NamedDependency[str], session: NamedDependency[str]) -> str:
    """A handler."""
    return cart


PROVIDED = {
    "settings": Provide(settings, sync_to_thread=True, use_cache=True),
    "session": Provide(session),
    "token": Provide(token, sync_to_thread=False),
    "cart": Provide(cart),
}


def application(*handlers: Any) -> Callable[..., Litestar]:
    """Return what makes an application with a tree of dependencies."""
    fresh = {**PROVIDED, "settings": Provide(settings, sync_to_thread=True, use_cache=True)}
    return partial(Litestar, [*handlers, show], dependencies=fresh)


async def _record(client: Any, answer: Answer) -> Record:
    found: Record = await _toolbar(client).load(answer.header("x-debug-toolbar-id"))
    assert not found.failures, found.failures
    return found


def _toolbar(client: Any) -> Any:
    return client.app.asgi_handler.toolbar


async def test_the_tree_and_what_is_kept(serve: Serve, outline: Outline) -> None:
    """Each stands beneath the first that needs it; what a provider keeps of an earlier request is told."""
    async with serve(application()).client.running() as client:
        first, second = await client.get("/cart?n=1"), await client.get("/cart?n=2")
        assert (first.text, second.text) == ("sqlite:// 1", "sqlite:// 2")
        lines = outline(await _record(client, first))
        assert lines == [
            "show",
            "  cart: loop",
            *lines[2:5],
            "  session: cached: resolved above",
        ]
        assert sorted(lines[2:5]) == ["      settings: thread", "    session: loop, cleaned up", "    token: loop"]
        assert lines.index("      settings: thread") == lines.index("    session: loop, cleaned up") + 1
        again = outline(await _record(client, second))
        assert "      settings: loop, kept from an earlier request" in again


async def test_each_lies_within_what_needs_it(serve: Serve) -> None:
    """A span contains those of what it needs, though Litestar resolves them before; clean-ups stand alone."""
    async with serve(application()).client.running() as client:
        record = await _record(client, await client.get("/cart?n=7"))
    found = {one.name: one for one in record.spans}
    order = ["dependencies of show", "cart", "session", "settings"]
    for outer, inner in pairwise(order):
        assert found[inner].parent is found[outer]
        assert found[outer].start <= found[inner].start <= found[inner].end <= found[outer].end
    assert found["look 7"].parent is found["cart"]
    assert found["commit"].parent is found["clean up session"]
    assert found["clean up session"].start >= found["dependencies of show"].end
    assert 0.002 <= found["cart"].end - found["cart"].attributes["dependency.called"] < found["cart"].duration


async def test_batches_run_at_once(serve: Serve) -> None:
    """What Litestar resolves in one task group is seen to overlap, each with its own children."""
    both = asyncio.Barrier(2)

    async def left() -> str:
        with span("in left"):
            await both.wait()
        return "left"

    async def right() -> str:
        with span("in right"):
            await both.wait()
        return "right"

    @get("/")
    async def two(left: NamedDependency[str], right: NamedDependency[str]) -> str:
        return left + right

    app = partial(Litestar, [two], dependencies={"left": Provide(left), "right": Provide(right)})
    async with serve(app).client.running() as client:
        answer = await client.get("/")
        found = {one.name: one for one in (await _record(client, answer)).spans}
    assert answer.text == "leftright"
    assert found["left"].start < found["right"].end
    assert found["right"].start < found["left"].end
    assert found["in left"].parent is found["left"]
    assert found["in right"].parent is found["right"]


async def test_layers_controllers_late_routes_and_websockets(serve: Serve, outline: Outline) -> None:
    """Dependencies of a router, of a controller, of a handler registered later, of a websocket: each is seen."""

    class Books(Controller):
        path = "/books"
        dependencies: ClassVar[dict[str, Provide]] = {"token": Provide(token, sync_to_thread=True)}  # type: ignore[misc]  # Litestar's is a variable

        @get()
        async def listed(self, token: NamedDependency[str], cart: NamedDependency[str]) -> str:
            return token + cart

    @websocket("/ws")
    async def talk(socket: WebSocket[Any, Any, Any], session: NamedDependency[str]) -> None:
        await socket.accept()
        await socket.send_text(session)

    class Counter:
        async def __call__(self) -> int:
            return 1

    @get("/late", dependencies={"count": Provide(Counter())})
    async def late(count: NamedDependency[int]) -> int:
        return count

    app = application(Router("/api", route_handlers=[Books]), talk)
    async with serve(app).client.running() as client:
        client.app.register(late)
        listed = await _record(client, await client.get("/api/books?n=3"))
        assert "    token: thread" in outline(listed)
        answer = await client.get("/late")
        assert (answer.text, outline(await _record(client, answer))) == ("1", ["late", "  count: loop"])
        assert await client.converse("/ws") == ["sqlite://"]
        [summary], _ = await _toolbar(client).recent(1)
        talked = await _toolbar(client).load(summary["id"])
        assert outline(talked)[:2] == ["talk", "  session: loop, cleaned up"]


async def user() -> str:
    """Refuse."""
    raise NotAuthorizedException("who?")


async def needing(user: NamedDependency[str]) -> str:
    """Never called."""
    return user


async def broken() -> str:
    """Fail."""
    raise ValueError("no stock")


def closing() -> Iterator[str]:
    """Fail at the end."""
    yield "open"
    raise LookupError("already closed")


async def rolling() -> AsyncIterator[str]:
    """Fail while the handler's error is handled."""
    try:
        yield "work"
    except KeyError:
        raise RuntimeError("roll-back failed") from None


async def other() -> AsyncIterator[str]:
    """Go well."""
    yield "other"


@get("/refused")
async def refused(needing: NamedDependency[str]) -> str:
    """A handler."""
    return needing


@get("/broken")
async def breaking(broken: NamedDependency[str]) -> str:
    """A handler."""
    return broken


@get("/closing")
async def ending(closing: NamedDependency[str]) -> str:
    """A handler."""
    return closing


@get("/rolling")
async def thrown(rolling: NamedDependency[str], other: NamedDependency[str]) -> str:
    """A handler."""
    raise KeyError("book")


@get("/two")
async def both(closing: NamedDependency[str], other: NamedDependency[str]) -> str:
    """A handler."""
    return closing + other


async def test_errors_are_the_applications_and_are_shown(serve: Serve, outline: Outline) -> None:
    """A refusal, an error, one in a clean-up, one thrown in: the answers are Litestar's, each is told where it was."""
    provided = {call.__name__: Provide(call) for call in (user, needing, broken, closing, rolling, other)}
    app = partial(Litestar, [refused, breaking, ending, thrown, both], dependencies=provided)
    paths = ["/refused", "/broken", "/closing", "/rolling", "/two"]
    with create_test_client([refused, breaking, ending, thrown, both], dependencies=provided) as plain:
        expected = [plain.get(path).status_code for path in paths]
    async with serve(app).client.running() as client:
        answers = [await client.get(path) for path in paths]
        records = [await _record(client, answer) for answer in answers]
        notices = [[notice.text for _, notice in _toolbar(client).notices(record)] for record in records]
    assert [answer.status for answer in answers] == expected == [401, 500, 500, 500, 500]
    lines = [outline(record) for record in records]
    assert lines[0] == ["refused", "  needing: not called", "    user: loop, NotAuthorizedException 401"]
    assert lines[1] == ["breaking", "  broken: loop, ValueError"]
    assert lines[2] == ["ending", "  closing: loop, LookupError in the clean-up, cleaned up"]
    assert "  rolling: loop, RuntimeError in the clean-up, cleaned up" in lines[3]
    assert all("  other: loop, cleaned up" in found for found in lines[3:])
    assert notices == [
        [],
        ["`broken` raised `ValueError`: no stock"],
        ["`closing` raised `LookupError` in its clean-up: already closed"],
        ["`rolling` raised `RuntimeError` in its clean-up: roll-back failed"],
        ["`closing` raised `LookupError` in its clean-up: already closed"],
    ]


async def test_a_hundred_at_once_never_mix(serve: Serve) -> None:
    """Of 100 interleaved requests each has its own dependencies, from the loop, task groups and threads."""

    def threaded(token: NamedDependency[str]) -> str:
        with span(f"thread {token}"):
            return token

    async def tasks(token: NamedDependency[str]) -> AsyncIterator[str]:
        async with asyncio.TaskGroup() as group:
            group.create_task(_inside(token))
        yield token
        with span(f"end {token}"):
            await asyncio.sleep(0)

    async def _inside(token: str) -> None:
        with span(f"task {token}"):
            await asyncio.to_thread(_noted, token)

    def _noted(token: str) -> None:
        with span(f"executor {token}"):
            pass

    @get("/")
    async def handler(threaded: NamedDependency[str], tasks: NamedDependency[str]) -> str:
        return threaded + tasks

    provided = {
        "token": Provide(token, sync_to_thread=False), "tasks": Provide(tasks),
        "threaded": Provide(threaded, sync_to_thread=True),
    }  # fmt: skip
    async with serve(partial(Litestar, [handler], dependencies=provided)).client.running() as client:
        answers = await asyncio.gather(*(client.get(f"/?n={n}") for n in range(100)))
        for n, answer in enumerate(answers):
            assert answer.text == f"{n}{n}"
            found = {one.name: one.parent and one.parent.name for one in (await _record(client, answer)).spans}
            first = found["token"]
            assert first in ("threaded", "tasks")
            assert found == {
                "dependencies of handler": None, "token": first, "threaded": "dependencies of handler",
                "tasks": "dependencies of handler", f"thread {n}": "threaded", f"task {n}": "tasks",
                f"executor {n}": f"task {n}", "clean up tasks": None, f"end {n}": "clean up tasks",
            }  # fmt: skip


async def test_a_cancelled_request_is_cancelled(serve: Serve, outline: Outline) -> None:
    """Cancellation goes through a dependency as it came, and the record says where it was."""
    begun = asyncio.Event()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    @get("/")
    async def waits(forever: NamedDependency[None]) -> None: ...

    async with serve(partial(Litestar, [waits], dependencies={"forever": Provide(forever)})).client.running() as client:
        task = asyncio.create_task(client.get("/"))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        [summary], _ = await _toolbar(client).recent(1)
        assert outline(await _toolbar(client).load(summary["id"])) == ["waits", "  forever: loop, CancelledError"]


async def test_the_application_is_as_it_was(serve: Serve) -> None:
    """Providers, their callables and the schema are the application's own while the toolbar runs, and after."""
    before = (model.resolve_dependency, vars(model.KwargsModel)["resolve_dependencies"])
    served = serve(application())
    app: Any = served.client.app
    handler = app.routes[0].route_handlers[0]
    provided = {name: (provide, provide.dependency) for name, provide in handler.resolve_dependencies().items()}
    schema = app.openapi_schema.to_schema()
    for _ in range(2):
        async with served.client.running() as client:
            assert (await client.get("/cart")).status == 200
            assert model.resolve_dependency is not before[0]
            for name, (provide, call) in provided.items():
                assert handler.resolve_dependencies()[name] is provide
                assert provide.dependency is call
        assert (model.resolve_dependency, vars(model.KwargsModel)["resolve_dependencies"]) == before
    assert app.openapi_schema.to_schema() == schema


async def test_a_fault_of_ours_is_a_line_in_the_record(serve: Serve) -> None:
    """What Litestar hands us and we cannot read costs the panel its part of the record, and the request nothing."""
    served = serve(application(), strict=False)
    async with served.client.running() as client:
        await client.get("/cart")
        handler: Any = next(route for route in client.app.routes if route.path == "/cart").route_handlers[0]
        kept, handler._parsed_fn_signature = handler._parsed_fn_signature, None
        PLANS.forget()
        answer = await client.get("/cart?n=4")
        handler._parsed_fn_signature = kept
        record = await _toolbar(client).load(answer.header("x-debug-toolbar-id"))
    assert answer.text == "sqlite:// 4"
    assert set(record.failures) == {"dependencies"}


def test_records_of_other_versions_are_shown() -> None:
    """Missing and odd attributes in a stored record are passed over."""
    record = Record()
    for attributes in (
        {}, {"dependency.id": "x", "dependency.reused": "no", "dependency.called": "soon"},
        {"dependency.of": [1]}, {"dependency.of": 7}, {"dependency.id": 1, "error.type": None, "thread.waited": {}},
    ):  # fmt: skip
        record.add("dependencies", "odd", 0.0, 0.5, dict(attributes))
    record.close(1.0)
    assert next(block.type for block in DependenciesPanel().view(record)) == "badge"
