from collections.abc import Callable
from itertools import count

import pytest

from debug_toolbar_core import Store
from debug_toolbar_core.retention import Retention
from debug_toolbar_redis import RedisStore
from debug_toolbar_testing import SharedStoreConformance, StoreConformance
from debug_toolbar_tests.services import Service

_numbers = count()


class TestConformance(StoreConformance):
    """What every store must do, the one in Redis does."""

    @pytest.fixture
    def make_store(self, redis_server: Service) -> Callable[[int], Store]:
        prefix = f"conformance-{next(_numbers)}"
        return lambda most: RedisStore(redis_server.url, Retention(records=most), prefix=prefix)


class TestShared(SharedStoreConformance):
    """What every store must do that processes share, the one in Redis does."""

    @pytest.fixture
    def store_url(self, redis_server: Service) -> str:
        return f"{redis_server.url}?prefix=shared-{next(_numbers)}"
