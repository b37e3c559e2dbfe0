import pytest

from debug_toolbar_exceptions import ExceptionsPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> ExceptionsPanel:
        return ExceptionsPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-exceptions"
