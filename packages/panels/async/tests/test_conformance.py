import asyncio

import anyio.to_thread
import pytest

from debug_toolbar_async import AsyncPanel
from debug_toolbar_testing import PanelConformance
from debug_toolbar_testing.work import Workload


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> AsyncPanel:
        return AsyncPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-async"

    @pytest.fixture
    def patched(self) -> list[tuple[object, str]]:
        return [(anyio.to_thread, "run_sync")]

    @pytest.fixture
    def workload(self) -> Workload:
        async def work(text: str) -> None:
            await asyncio.gather(asyncio.create_task(asyncio.sleep(0), name=text), asyncio.to_thread(len, text))

        return lambda text: work(text)
