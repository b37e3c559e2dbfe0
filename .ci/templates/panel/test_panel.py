$test_imports


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> ${class_name}Panel:
        return ${class_name}Panel()


def test_a_request_is_measured(clock: Clock) -> None:
    """A record has the seconds that passed, and a badge that says them."""
    with capture(${class_name}Panel(), clock=clock) as seen:
        clock.advance(0.25)
    assert seen.data == {"seconds": 0.25}
    assert seen.badge == Badge("250 ms")
    assert seen.notices == []


def test_a_slow_request_is_worth_a_notice(clock: Clock) -> None:
    """Past the option `slow` the panel warns."""
    with capture(${class_name}Panel(slow=0.2), clock=clock) as seen:
        clock.advance(0.25)
    assert [notice.level for notice in seen.notices] == ["warning"]
