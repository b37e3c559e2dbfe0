from collections.abc import Callable
from pathlib import Path

import pytest

from debug_toolbar_core import Store
from debug_toolbar_core.retention import Retention
from debug_toolbar_sqlite import SQLiteStore
from debug_toolbar_testing import SharedStoreConformance, StoreConformance


class TestConformance(StoreConformance):
    """What every store must do, the one in a file does."""

    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[int], Store]:
        return lambda most: SQLiteStore(tmp_path / "records.db", Retention(records=most))


class TestShared(SharedStoreConformance):
    """What every store must do that processes share, the one in a file does."""

    @pytest.fixture
    def store_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/records.db"
