import pytest

from debug_toolbar_testing import PanelConformance
from debug_toolbar_timer import TimerPanel


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> TimerPanel:
        return TimerPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-timer"
