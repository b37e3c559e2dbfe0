"""What every panel must do, this one does."""

from __future__ import annotations

import pytest

from debug_toolbar_memory import MemoryPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """The conformance kit of panels."""

    @pytest.fixture
    def panel(self) -> MemoryPanel:
        return MemoryPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-memory"
