"""Lent attributes: the framework's own reader gets what is lent, within a record; all else is as without us."""

from typing import Any

import pytest

from debug_toolbar_core import Record
from debug_toolbar_events import EventsPanel
from debug_toolbar_events.lent import lent
from debug_toolbar_testing import capture


class Slotted:
    """Has its attribute in a slot."""

    __slots__ = ("hooks",)

    def call(self) -> Any:
        """Read it as the framework does."""
        return self.hooks


class Plain:
    """Has its attribute in its dictionary."""

    hooks: Any

    def call(self) -> Any:
        """Read it as the framework does."""
        return self.hooks


@pytest.mark.parametrize("kind", [Slotted, Plain])
def test_only_the_reader_in_a_record_is_lent_to(kind: type[Any]) -> None:
    """Others, and the reader outside of a record, get the value itself; it is set and deleted as ever."""
    made, before = kind(), dict(vars(kind))
    with lent(kind, "hooks", "call", lambda value: [*value, "lent"]):
        with pytest.raises(AttributeError, match="hooks"):
            made.call()
        made.hooks = ["own"]
        assert (made.call(), made.hooks) == (["own"], ["own"])
        with capture(EventsPanel()):
            assert (made.call(), made.hooks) == (["own", "lent"], ["own"])
            made.hooks = []
            assert made.call() == []
        del made.hooks
        assert not hasattr(made, "hooks")
        made.hooks = ["kept"]
        assert (kind is Plain) != hasattr(kind, "hooks")
    assert made.call() == ["kept"]
    assert dict(vars(kind)) == before


def test_what_cannot_be_lent_is_the_panels_fault() -> None:
    """Where making the substitute fails, the framework gets the application's own, and the record says so."""
    made = Plain()
    made.hooks = [1]

    def broken(value: Any) -> Any:
        raise ValueError("cannot")

    with lent(Plain, "hooks", "call", broken), capture(EventsPanel(), strict=False) as seen:
        assert made.call() == [1]
    assert set(seen.record.failures) == {"events"}


def test_what_somebody_else_put_over_it_stays() -> None:
    """An attribute that was replaced meanwhile is not taken back."""
    theirs = property(lambda self: "theirs")
    with lent(Plain, "hooks", "call", list):
        Plain.hooks = theirs  # as another tool may
    assert vars(Plain)["hooks"] is theirs
    del Plain.hooks
    assert Record().failures == {}
