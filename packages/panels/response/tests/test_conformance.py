import pytest

from debug_toolbar_response import ResponsePanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> ResponsePanel:
        return ResponsePanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-response"
