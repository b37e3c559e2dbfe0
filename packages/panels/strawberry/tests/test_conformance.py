import pytest

from debug_toolbar_strawberry import StrawberryPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> StrawberryPanel:
        return StrawberryPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-strawberry"

    @pytest.fixture
    def patched(self) -> list[tuple[object, str]]:
        import strawberry.dataloader
        import strawberry.schema.schema

        return [
            (strawberry.schema.schema.Schema, "get_extensions"),
            (strawberry.dataloader, "dispatch_batch"),
            (strawberry.dataloader.DataLoader, "load"),
        ]
