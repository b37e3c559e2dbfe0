from debug_toolbar_core import Config, Toolbar
from $module import ${class_name}Panel


async def test_a_request_is_measured() -> None:
    """A record has the seconds that passed, and a badge that says them."""
    toolbar = Toolbar(Config(panels=[${class_name}Panel()], strict=True))
    with toolbar.capture("http") as record:
        pass
    stored = await toolbar.load(record.id)
    assert 0 <= stored.data["$name"]["seconds"] <= stored.duration
    [shown] = toolbar.shown(stored)
    assert shown.badge is not None
    assert shown.badge.text.endswith(" ms")


async def test_a_slow_request_is_worth_a_notice() -> None:
    """Past the option `slow` the panel warns."""
    toolbar = Toolbar(Config(panels=[${class_name}Panel(slow=0.0)], strict=True))
    with toolbar.capture("http") as record:
        pass
    [(panel, notice)] = toolbar.notices(await toolbar.load(record.id))
    assert (panel, notice.level) == ("$name", "warning")


def test_a_record_without_its_data_shows_nothing() -> None:
    """A record made while the panel was off has no badge and no blocks."""
    toolbar = Toolbar(Config(panels=[], strict=True))
    with toolbar.capture("http") as record:
        pass
    assert list(${class_name}Panel().view(record)) == []
