import logging
from collections.abc import Callable, Sequence

import pytest

from debug_toolbar_logging import LoggingPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> LoggingPanel:
        return LoggingPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-logging"

    @pytest.fixture
    def workload(self) -> Callable[[str], None]:
        return lambda text: logging.getLogger("shop").warning("no book %s", text, extra={"title": text})

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        return [(logging.Logger, "handle"), (logging.Logger, "callHandlers"), (logging, "_logRecordFactory")]
