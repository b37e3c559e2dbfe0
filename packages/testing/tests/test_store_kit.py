import asyncio

import pytest

from debug_toolbar_core import Record
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_testing import StoreConformance
from debug_toolbar_testing.stores import MakeStore


class TestMemoryStore(StoreConformance):
    """The store of core passes the kit."""

    @pytest.fixture
    def make_store(self) -> MakeStore:
        return MemoryStore


class WaitingStore(MemoryStore):
    """A store that waits in `save`."""

    async def save(self, record: Record) -> None:
        await asyncio.sleep(0)
        await super().save(record)


class RawStore(MemoryStore):
    """A store that gives back what it was given."""

    def read(self, record: Record) -> Record:
        return record


class EndlessStore(MemoryStore):
    """A store that forgets nothing."""

    def __init__(self, most: int) -> None:
        super().__init__(most * 1_000)


@pytest.mark.parametrize(
    ("bad", "test"),
    [
        (WaitingStore, "test_saving_does_not_wait"),
        (RawStore, "test_values_are_as_json_gives_them"),
        (RawStore, "test_secrets_do_not_enter"),
        (EndlessStore, "test_it_forgets_the_oldest"),
    ],
)
def test_a_bad_store_fails_where_it_is_bad(bad: MakeStore, test: str) -> None:
    """Each mistake fails at the test that is about it."""
    with pytest.raises(AssertionError):
        getattr(StoreConformance(), test)(bad)
