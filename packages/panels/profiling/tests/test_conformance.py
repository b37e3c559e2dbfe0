import pytest

from debug_toolbar_profiling import ProfilingPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> ProfilingPanel:
        return ProfilingPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-profiling"
