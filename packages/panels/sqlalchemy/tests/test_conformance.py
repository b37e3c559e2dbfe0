from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Engine, text

from debug_toolbar_sqlalchemy import SQLAlchemyPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> SQLAlchemyPanel:
        return SQLAlchemyPanel()

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-sqlalchemy"

    @pytest.fixture
    def workload(self, memory: Callable[[], Engine]) -> Callable[[str], None]:
        engine = memory()

        def work(said: str) -> None:
            said = said.encode("utf-8", "replace").decode()
            with engine.begin() as connection:
                for number in range(4):
                    connection.execute(text("SELECT :title, :number"), {"title": said, "number": number})

        return work

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        from sqlalchemy.engine import Transaction

        return [(Engine, "raw_connection"), *((Transaction, name) for name in ("commit", "rollback", "close"))]
