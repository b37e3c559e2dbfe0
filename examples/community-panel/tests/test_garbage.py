import gc
from collections.abc import Callable

import pytest
from acme_debug_toolbar_garbage import GarbagePanel

from debug_toolbar_testing import PanelConformance, capture


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> GarbagePanel:
        return GarbagePanel()

    @pytest.fixture
    def workload(self) -> Callable[[str], object]:
        return lambda text: gc.collect()


def test_a_collection_is_a_span_of_its_request() -> None:
    """A collection that runs inside a request is timed there, and counted in the badge."""
    with capture(GarbagePanel()) as seen:
        gc.collect()
    assert "generation 2" in [span.name for span in seen.record.spans]
    assert seen.badge is not None
    assert seen.badge.text == str(len(seen.record.spans))


def test_nothing_is_heard_outside_of_requests() -> None:
    """A collection outside of a request is nobody's."""
    with capture(GarbagePanel()) as seen:
        pass
    gc.collect()
    assert seen.badge is None
