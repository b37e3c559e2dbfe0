import pytest

from debug_toolbar_async import AsyncPanel
from debug_toolbar_core.blocks import Badge
from debug_toolbar_testing import Clock, PanelConformance, capture


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> AsyncPanel:
        return AsyncPanel()


def test_a_request_is_measured(clock: Clock) -> None:
    """A record has the seconds that passed, and a badge that says them."""
    with capture(AsyncPanel(), clock=clock) as seen:
        clock.advance(0.25)
    assert seen.data == {"seconds": 0.25}
    assert seen.badge == Badge("250 ms")
    assert seen.notices == []


def test_a_slow_request_is_worth_a_notice(clock: Clock) -> None:
    """Past the option `slow` the panel warns."""
    with capture(AsyncPanel(slow=0.2), clock=clock) as seen:
        clock.advance(0.25)
    assert [notice.level for notice in seen.notices] == ["warning"]
