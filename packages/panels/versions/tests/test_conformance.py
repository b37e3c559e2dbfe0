import pytest

from debug_toolbar_testing import PanelConformance
from debug_toolbar_versions import VersionsPanel


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> VersionsPanel:
        return VersionsPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-versions"
