import pytest

from debug_toolbar_settings import SettingsPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> SettingsPanel:
        return SettingsPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-settings"
