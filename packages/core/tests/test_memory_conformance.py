import pytest

from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_testing import StoreConformance
from debug_toolbar_testing.stores import MakeStore


class TestConformance(StoreConformance):
    """What every store must do, the one in memory does."""

    @pytest.fixture
    def make_store(self) -> MakeStore:
        return MemoryStore
