"""The kit of panels, with an application of each framework as the work."""

import sys
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import fastapi.routing
import litestar._kwargs.kwargs_model
import pytest
from fastapi import Depends, FastAPI
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide

from debug_toolbar_dependencies import DependenciesPanel
from debug_toolbar_testing import Client, PanelConformance
from debug_toolbar_testing.work import Workload

app = FastAPI()


async def session() -> AsyncIterator[str]:
    """A session."""
    yield "session"


@app.get("/{text:path}")
async def show(session: Annotated[str, Depends(session)]) -> str:
    """A handler."""
    return session


@get("/{text:path}")
async def shown(session: NamedDependency[str]) -> str:
    """A handler."""
    return session


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> DependenciesPanel:
        return DependenciesPanel()

    @pytest.fixture
    def workload(self) -> Workload:
        other = Litestar([shown], dependencies={"session": Provide(session)})

        async def work(text: str) -> None:
            assert (await Client(app).get("/" + text.encode("utf-8", "replace").hex())).status == 200
            assert (await Client(other).get("/" + text.encode("utf-8", "replace").hex())).status == 200

        return work

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        model = litestar._kwargs.kwargs_model
        utils = sys.modules["fastapi.dependencies.utils"]
        return [
            (fastapi.routing, "solve_dependencies"), (utils, "solve_dependencies"), (utils, "_solve_generator"),
            (utils, "run_in_threadpool"), (model, "resolve_dependency"), (model.KwargsModel, "resolve_dependencies"),
            (model.DependencyCleanupGroup, "_wrap_next"), (model.DependencyCleanupGroup, "_throw"),
        ]  # fmt: skip

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-dependencies"
