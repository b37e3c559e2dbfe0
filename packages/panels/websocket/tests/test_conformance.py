import pytest

from debug_toolbar_testing import PanelConformance
from debug_toolbar_websocket import WebsocketPanel


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> WebsocketPanel:
        return WebsocketPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-websocket"
