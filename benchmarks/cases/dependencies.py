"""A dependency: FastAPI's and Litestar's, in the middle of a chain of twenty that one handler needs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from inspect import Parameter, Signature
from typing import Annotated, Any

from cases.case import Call, Case

_CHAIN = 20


def _chain(depends: Callable[[Any], Any]) -> Any:
    """Return the last of twenty dependencies, each of which needs the one before."""

    async def first() -> int:
        return 0

    last: Any = first
    for _ in range(_CHAIN - 1):
        last = _after(depends(last))
    return last


def _after(needed: Any) -> Any:
    async def after(value: Any) -> int:
        return int(value) + 1

    after.__annotations__["value"] = Annotated[int, needed]
    return after


@asynccontextmanager
async def fastapi_chain() -> AsyncIterator[Call]:
    """Solve a handler's chain as FastAPI's routes do."""
    from fastapi import Depends, Request, routing

    async def handler(value: Any) -> None: ...

    handler.__annotations__["value"] = Annotated[int, Depends(_chain(Depends))]
    dependant = sys.modules[routing.solve_dependencies.__module__].get_dependant(path="/", call=handler)
    async with AsyncExitStack() as stack:
        scope = {
            "type": "http", "headers": [], "query_string": b"", "path_params": {},
            "fastapi_inner_astack": stack, "fastapi_function_astack": stack,
        }  # fmt: skip
        request = Request(scope)

        async def call() -> None:
            await routing.solve_dependencies(
                request=request, dependant=dependant, async_exit_stack=stack, embed_body_fields=False
            )

        yield call


@asynccontextmanager
async def litestar_chain() -> AsyncIterator[Call]:
    """Resolve a handler's chain as Litestar's routes do."""
    from litestar import Litestar, get
    from litestar.di import NamedDependency, Provide
    from litestar.testing import RequestFactory

    def provided(number: int) -> Provide:
        async def value(**needed: int) -> int:
            return number

        names = [f"d{number - 1}"] if number else []
        value.__annotations__ = {**dict.fromkeys(names, NamedDependency[int]), "return": int}
        parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=NamedDependency[int]) for name in names]
        vars(value)["__signature__"] = Signature(parameters, return_annotation=int)
        return Provide(value)

    async def handler(d19: Any) -> None: ...

    handler.__annotations__ = {"d19": NamedDependency[int], "return": None}
    dependencies = {f"d{number}": provided(number) for number in range(_CHAIN)}
    app = Litestar([get("/")(handler)], dependencies=dependencies)
    route: Any = app.routes[0]
    found = route.route_handlers[0]
    model = found.create_kwargs_model(path_parameters={})
    request = RequestFactory(app=app).get("/", route_handler=found)

    async def call() -> None:
        await model.resolve_dependencies(request, {})

    yield call


CASES = [
    Case("FastAPI dependencies, twenty", "dependencies", 3 * (_CHAIN + 1), fastapi_chain, count=40),
    Case("Litestar dependencies, twenty", "dependencies", 3 * (_CHAIN + 1), litestar_chain, count=40),
]
