import pytest

from debug_toolbar_headers import HeadersPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> HeadersPanel:
        return HeadersPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-headers"
