import pytest

from debug_toolbar_alerts import AlertsPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> AlertsPanel:
        return AlertsPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-alerts"
