import pytest

from debug_toolbar_openapi import OpenAPIPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> OpenAPIPanel:
        return OpenAPIPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-openapi"
