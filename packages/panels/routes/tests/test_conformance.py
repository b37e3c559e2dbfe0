import pytest

from debug_toolbar_routes import RoutesPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> RoutesPanel:
        return RoutesPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-routes"
