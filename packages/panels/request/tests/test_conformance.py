import pytest

from debug_toolbar_request import RequestPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> RequestPanel:
        return RequestPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-request"
