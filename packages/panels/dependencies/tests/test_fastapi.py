"""FastAPI's dependencies: the tree, its times, its clean-ups and errors; and the application, which stays as it was."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from itertools import pairwise
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request, Security, WebSocket
from fastapi.security import APIKeyHeader, SecurityScopes
from starlette.testclient import TestClient

from debug_toolbar_core import Record, span
from debug_toolbar_testing.client import Answer
from debug_toolbar_testing.served import Served

Serve = Callable[..., Served]
Outline = Callable[[Record], list[str]]


def settings() -> dict[str, str]:
    """Settings, in a thread."""
    return {"url": "sqlite://"}


Settings = Annotated[dict[str, str], Depends(settings)]


async def session(settings: Settings) -> AsyncIterator[str]:
    """A session, cleaned up after the response."""
    yield settings["url"]
    with span("commit"):
        await asyncio.sleep(0)


Session = Annotated[str, Depends(session)]


class Repository:
    """A class is a dependency too."""

    def __init__(self, session: Session) -> None:
        self.session = session


async def cart(repository: Annotated[Repository, Depends()], session: Session) -> list[str]:
    """A visitor's cart."""
    with span("look"):
        await asyncio.sleep(0.002)
    return [repository.session, session]


Cart = Annotated[list[str], Depends(cart)]


def application() -> FastAPI:
    """Return an application with a tree of dependencies."""
    app = FastAPI()

    @app.get("/cart")
    async def show(cart: Cart, session: Session) -> list[str]:
        return cart

    return app


async def test_the_tree_is_as_it_was_resolved(serve: Serve, outline: Outline) -> None:
    """Each dependency stands beneath what needed it first, with where it ran, and what was in the cache."""
    async with serve(application()).client.running() as client:
        served = await client.get("/cart")
        record = await _record(client, served)
    assert served.text == '["sqlite://","sqlite://"]'
    assert outline(record) == [
        "show",
        "  cart: loop",
        "    Repository: thread",
        "      session: loop, cleaned up",
        "        settings: thread",
        "    session: cached: resolved above",
        "  session: cached: resolved above",
    ]


async def _record(client: Any, answer: Answer) -> Record:
    found = await client.app.middleware_stack.toolbar.load(answer.header("x-debug-toolbar-id"))
    assert not found.failures, found.failures
    made: Record = found
    return made


def spans(record: Record) -> dict[str, Any]:
    """Return a record's spans by name."""
    return {span.name: span for span in record.spans}


async def test_a_dependency_lies_within_what_needs_it(serve: Serve) -> None:
    """In the waterfall each span contains those of what it needs, and its own code comes after them."""
    async with serve(application()).client.running() as client:
        record = await _record(client, await client.get("/cart"))
    found = spans(record)
    order = ["dependencies of show", "cart", "Repository", "session", "settings"]
    for outer, inner in pairwise(order):
        assert found[inner].parent is found[outer]
        assert found[outer].start <= found[inner].start <= found[inner].end <= found[outer].end
    own = found["cart"].end - found["cart"].attributes["dependency.called"]
    assert 0.002 <= own < found["cart"].duration
    assert found["look"].parent is found["cart"]


async def test_clean_up_is_timed_after_the_response(serve: Serve) -> None:
    """What comes after `yield` is a span of its own, after the answer went, with what happens in it."""
    async with serve(application()).client.running() as client:
        record = await _record(client, await client.get("/cart"))
    found = spans(record)
    cleaning = found["clean up session"]
    assert record.response is not None
    assert record.response.started is not None
    assert cleaning.start > record.response.started
    assert cleaning.parent is None
    assert cleaning.attributes["dependency.of"] == found["session"].attributes["dependency.id"]
    assert found["commit"].parent is cleaning


async def test_a_handler_without_dependencies_has_nothing(serve: Serve, outline: Outline) -> None:
    """Parameters alone are no dependencies, and outside of a record nothing is noted."""
    app = FastAPI()

    @app.get("/")
    async def show(q: int = 1) -> int:
        return q

    async with serve(app).client.running() as client:
        record = await _record(client, await client.get("/?q=3"))
        assert outline(record) == []
        assert not record.spans


async def test_one_that_is_resolved_twice_is_a_notice(serve: Serve) -> None:
    """Without the cache a dependency is called again; the panel says what one call less would save."""
    app = FastAPI()
    calls: list[int] = []

    async def now() -> float:
        calls.append(1)
        return 1.0

    Now = Annotated[float, Depends(now, use_cache=False)]

    async def later(now: Now) -> float:
        return now + 1

    @app.get("/")
    async def show(now: Now, later: Annotated[float, Depends(later)]) -> float:
        return later

    async with serve(app).client.running() as client:
        record = await _record(client, await client.get("/"))
        [(_, notice)] = _toolbar(client).notices(record)
    assert len(calls) == 2
    assert notice.label == "resolved twice"
    assert notice.text == "`now` was resolved 2 times in this request"
    assert notice.saves is not None


def _toolbar(client: Any) -> Any:
    return client.app.middleware_stack.toolbar


async def test_two_instances_of_a_class_are_two_dependencies(serve: Serve) -> None:
    """Callable objects of one class are told apart, though they have one name and one place."""
    app = FastAPI()

    class Limit:
        def __init__(self, most: int) -> None:
            self.most = most

        async def __call__(self) -> int:
            return self.most

    @app.get("/")
    async def show(one: Annotated[int, Depends(Limit(1))], two: Annotated[int, Depends(Limit(2))]) -> int:
        return one + two

    async with serve(app).client.running() as client:
        answer = await client.get("/")
        record = await _record(client, answer)
        assert _toolbar(client).notices(record) == []
    assert answer.text == "3"
    assert [span.attributes["dependency.name"] for span in record.spans[1:]] == ["one", "two"]


async def test_slow_ones_are_notices(serve: Serve) -> None:
    """Past the option `slow` a dependency, its clean-up and its wait for a thread are each worth a notice."""
    app, blocked, free = FastAPI(), threading.Barrier(41), threading.Event()

    async def slow() -> AsyncIterator[None]:
        await asyncio.sleep(0.02)
        yield
        await asyncio.sleep(0.02)

    def sync() -> None: ...

    @app.get("/busy")
    def busy() -> None:
        blocked.wait(10)
        free.wait(10)

    @app.get("/")
    async def show(slow: Annotated[None, Depends(slow)], sync: Annotated[None, Depends(sync)]) -> None: ...

    from debug_toolbar_dependencies import DependenciesPanel

    async with serve(app, panels=[DependenciesPanel(slow=0.015)]).client.running() as client:
        crowd = [asyncio.create_task(client.get("/busy")) for _ in range(40)]  # all threads that there are
        await asyncio.to_thread(blocked.wait, 10)
        waiting = asyncio.create_task(client.get("/"))
        await asyncio.sleep(0.05)
        free.set()
        record = await _record(client, await waiting)
        await asyncio.gather(*crowd)
        told = {
            notice.text.split(" ")[0] + " " + (notice.label or "") for _, notice in _toolbar(client).notices(record)
        }
    assert told == {"`slow` slow dependency", "The slow dependency", "`sync` thread pool full"}


async def test_overrides_are_seen_and_stay_the_applications(serve: Serve, outline: Outline) -> None:
    """What `dependency_overrides` puts in place runs, is shown under its own name, and says what it replaces."""
    app = application()

    async def other(token: Annotated[str, Header()] = "none") -> str:
        return "other"

    app.dependency_overrides[session] = other
    async with serve(app).client.running() as client:
        answer = await client.get("/cart")
        record = await _record(client, answer)
        assert answer.text == '["other","other"]'
        assert outline(record)[3] == "      other: loop, override"
        assert spans(record)["other"].attributes["dependency.overrides"].endswith(".session")
        app.dependency_overrides.clear()
        assert (await client.get("/cart")).text == '["sqlite://","sqlite://"]'


async def test_routers_late_routes_and_security_are_as_before(serve: Serve, outline: Outline) -> None:
    """Dependencies of `include_router`, of routes added later, and with scopes: all there, the schema unchanged."""
    app, router, key = FastAPI(), APIRouter(dependencies=[Depends(settings)]), APIKeyHeader(name="x-key")
    scoped: list[list[str]] = []

    async def user(scopes: SecurityScopes, key: Annotated[str, Security(key)]) -> str:
        scoped.append(scopes.scopes)
        return key

    async def double(
        one: Annotated[str, Security(user, scopes=["a"])], two: Annotated[str, Security(user, scopes=["b"])]
    ) -> str:
        return one + two

    @router.get("/one")
    async def one(user: Annotated[str, Security(double)]) -> str:
        return user

    app.include_router(router, prefix="/api", dependencies=[Depends(Repository)])
    before = app.openapi()
    async with serve(app).client.running() as client:

        @router.get("/two")
        async def two(cart: Cart) -> int:
            return len(cart)

        first = await client.get("/api/one", [(b"x-key", b"k")])
        late = await client.get("/api/two")
        assert (first.text, late.text, scoped) == ('"kk"', "2", [["a"], ["b"]])
        assert outline(await _record(client, first)) == [
            "one",
            "  Repository: thread",
            "    session: loop, cleaned up",
            "      settings: thread",
            "  double: loop",
            "    user: loop",
            "      APIKeyHeader: loop",
            "    user: loop",
            "      APIKeyHeader: loop",
            "  settings: cached: resolved above",
        ]
        assert "  cart: loop" in outline(await _record(client, late))
        app.openapi_schema = None
        assert app.openapi()["components"] == before["components"]
        assert app.openapi()["paths"]["/api/one"] == before["paths"]["/api/one"]
        refused = await client.get("/api/one")
        assert refused.status == 401
        lines = outline(await _record(client, refused))
        assert "      APIKeyHeader: loop, HTTPException 401" in lines
        assert "  double: not called" in lines
        assert _toolbar(client).notices(await _record(client, refused)) == []


async def test_errors_are_the_applications_and_are_shown(serve: Serve, outline: Outline) -> None:
    """An error in a dependency, in its clean-up, and in the handler above it: as without us, and told apart."""
    app = FastAPI()

    def broken() -> None:
        raise ValueError("no settings")

    async def needing(broken: Annotated[None, Depends(broken)]) -> None: ...

    def closing() -> Iterator[str]:
        yield "open"
        raise LookupError("already closed")

    async def cleaning() -> AsyncIterator[None]:
        try:
            yield
        except KeyError:
            seen.append("KeyError")
            raise

    seen: list[str] = []

    @app.get("/setup")
    async def setup(needing: Annotated[None, Depends(needing)]) -> None: ...

    @app.get("/teardown")
    async def teardown(closing: Annotated[str, Depends(closing)]) -> str:
        return closing

    @app.get("/handler")
    async def handler(cleaning: Annotated[None, Depends(cleaning)]) -> None:
        raise KeyError("book")

    async with serve(app).client.running() as client:
        answers = {path: await client.get(path) for path in ("/setup", "/teardown", "/handler")}
        records = {path: await _record(client, answer) for path, answer in answers.items()}
        notices = {
            path: [notice.text for _, notice in _toolbar(client).notices(found)] for path, found in records.items()
        }
    assert [type(answer.raised) for answer in answers.values()] == [ValueError, LookupError, KeyError]
    assert outline(records["/setup"]) == ["setup", "  needing: not called", "    broken: thread, ValueError"]
    assert notices["/setup"] == ["`broken` raised `ValueError`: no settings"]
    assert outline(records["/teardown"]) == ["teardown", "  closing: thread, LookupError in the clean-up, cleaned up"]
    assert notices["/teardown"] == ["`closing` raised `LookupError` in its clean-up: already closed"]
    assert outline(records["/handler"]) == ["handler", "  cleaning: loop, cleaned up"]
    assert (notices["/handler"], seen) == ([], ["KeyError"])


async def test_parameters_that_are_not_valid_are_told(serve: Serve, outline: Outline) -> None:
    """A dependency whose parameters are refused is not called, nor what needs it; the answer is FastAPI's."""
    app = FastAPI()

    async def page(size: Annotated[int, Query()]) -> int:
        return size

    async def pages(page: Annotated[int, Depends(page)]) -> int:
        return page

    @app.get("/")
    async def show(pages: Annotated[int, Depends(pages)], settings: Settings) -> int:
        return pages

    async with serve(app).client.running() as client:
        answer = await client.get("/?size=many")
        assert answer.status == 422
        assert outline(await _record(client, answer)) == [
            "show",
            "  settings: thread",
            "  pages: not called",
            "    page: not called: parameters are not valid",
        ]
        assert (await client.get("/?size=3")).text == "3"


async def test_websockets_have_dependencies_too(serve: Serve, outline: Outline) -> None:
    """The dependencies of a websocket are shown with its record."""
    app = application()

    @app.websocket("/ws")
    async def talk(websocket: WebSocket, session: Session) -> None:
        await websocket.accept()
        await websocket.send_text(session)

    async with serve(app).client.running() as client:
        assert await client.converse("/ws") == ["sqlite://"]
        record = await _newest(client)
    assert record.kind == "websocket"
    assert outline(record) == ["talk", "  session: loop, cleaned up", "    settings: thread"]


async def _newest(client: Any) -> Record:
    toolbar = _toolbar(client)
    [summary], _ = await toolbar.recent(1)
    found: Record = await toolbar.load(summary["id"])
    return found


async def test_a_hundred_at_once_never_mix(serve: Serve) -> None:
    """Of 100 interleaved requests each has its own dependencies, from the loop, from threads and from task groups."""
    app = FastAPI()
    here: ContextVar[str] = ContextVar("here")

    def who(request: Request) -> str:
        with span(f"thread {request.query_params['n']}"):
            time.sleep(0.001)
        return request.query_params["n"]

    async def work(who: Annotated[str, Depends(who)]) -> AsyncIterator[str]:
        here.set(who)
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(_inside(who))
        yield who
        with span(f"end {who}"):
            await asyncio.sleep(0)

    async def _inside(who: str) -> None:
        with span(f"task {who}"):
            await asyncio.to_thread(lambda: _noted(who))

    def _noted(who: str) -> None:
        with span(f"executor {who}"):
            pass

    @app.get("/")
    async def show(work: Annotated[str, Depends(work)]) -> str:
        return work + here.get()

    async with serve(app).client.running() as client:
        answers = await asyncio.gather(*(client.get(f"/?n={n}") for n in range(100)))
        for n, answer in enumerate(answers):
            assert answer.text == f'"{n}{n}"'
            record = await _record(client, answer)
            found = [(one.name, one.parent and one.parent.name) for one in record.spans]
            assert sorted(found, key=str) == sorted([
                ("dependencies of show", None), ("work", "dependencies of show"), ("who", "work"),
                (f"thread {n}", "who"), (f"task {n}", "work"), (f"task {n}", "work"),
                (f"executor {n}", f"task {n}"), (f"executor {n}", f"task {n}"),
                ("clean up work", None), (f"end {n}", "clean up work"),
            ], key=str)  # fmt: skip


async def test_a_cancelled_request_is_cancelled(serve: Serve, outline: Outline) -> None:
    """Cancellation goes through a dependency as it came, and the record says where it was."""
    app, begun = FastAPI(), asyncio.Event()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    @app.get("/")
    async def show(forever: Annotated[None, Depends(forever)]) -> None: ...

    async with serve(app).client.running() as client:
        task = asyncio.create_task(client.get("/"))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert outline(await _newest(client)) == ["show", "  forever: loop, CancelledError"]


async def test_a_library_that_solves_on_its_own_is_left_alone() -> None:
    """Whoever hands FastAPI's solver a cache gets that cache filled, ours or not; nothing is recorded of it."""
    from contextlib import AsyncExitStack

    from fastapi.dependencies import utils

    from debug_toolbar_dependencies import DependenciesPanel
    from debug_toolbar_testing import capture

    async def one(settings: Settings) -> None: ...

    with capture(DependenciesPanel()) as seen:
        async with AsyncExitStack() as stack:
            scope = {"type": "http", "headers": [], "query_string": b"", "path_params": {},
                     "fastapi_inner_astack": stack, "fastapi_function_astack": stack}  # fmt: skip
            cache: dict[Any, Any] = {}
            solved = await utils.solve_dependencies(
                request=Request(scope), dependant=utils.get_dependant(path="/", call=one), dependency_cache=cache,
                async_exit_stack=stack, embed_body_fields=False,
            )  # fmt: skip
    assert solved.values == {"settings": {"url": "sqlite://"}}
    assert solved.dependency_cache is cache
    assert len(cache) == 1
    assert seen.record.spans == []


def test_a_toolbar_that_comes_late_and_goes_puts_everything_back(serve: Serve) -> None:
    """Opened after the application served requests, closed again, and opened in another: each time as it was."""
    import fastapi.routing
    from fastapi.dependencies import utils

    app, names = application(), ("solve_dependencies", "_solve_generator", "run_in_threadpool")
    before = [vars(utils)[name] for name in names] + [fastapi.routing.solve_dependencies]
    with TestClient(app) as client:
        assert client.get("/cart").json() == ["sqlite://"] * 2
    serve(app)
    other = application()
    serve(other)
    for _ in range(2):
        with TestClient(app, "http://localhost", client=("127.0.0.1", 1)) as client:
            with TestClient(other, "http://localhost", client=("127.0.0.1", 2)) as second:
                assert "x-debug-toolbar-id" in client.get("/cart").headers
                assert second.get("/cart").json() == ["sqlite://"] * 2
            assert fastapi.routing.solve_dependencies is not before[3]
        assert [vars(utils)[name] for name in names] + [fastapi.routing.solve_dependencies] == before


async def test_without_a_lifespan_the_first_request_is_measured(serve: Serve, outline: Outline) -> None:
    """A server without lifespan opens the toolbar with its first request, which is recorded whole."""
    app = application()
    served = serve(app)
    record = await _record(served.client, await served.client.get("/cart"))
    assert "  cart: loop" in outline(record)
    app.middleware_stack.stop()  # type: ignore[union-attr]  # it is the toolbar


class Evil(HTTPException):
    """An exception whose own text must not be asked for."""

    def __str__(self) -> str:
        raise AssertionError("asked")

    __repr__ = __str__


async def test_a_strange_dependency_is_called_all_the_same(serve: Serve, outline: Outline) -> None:
    """Objects that break when looked at are resolved as ever; the record names their types."""

    class Strange:
        def __repr__(self) -> str:
            raise AssertionError("asked")

        async def __call__(self) -> int:
            raise Evil(403, "no")

    app = FastAPI()

    @app.get("/")
    async def show(strange: Annotated[int, Depends(Strange())]) -> int:
        return strange

    async with serve(app).client.running() as client:
        answer = await client.get("/")
        assert answer.status == 403
        assert outline(await _record(client, answer)) == ["show", "  Strange: loop, Evil 403"]
