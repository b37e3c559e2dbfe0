import pytest

from debug_toolbar_saq import SAQPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> SAQPanel:
        return SAQPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-saq"

    @pytest.fixture
    def patched(self) -> list[tuple[object, str]]:
        import saq.queue.base

        return [(saq.queue.base.Queue, "enqueue")]
