"""Context: the current record, spans around code, and what is kept out."""

from __future__ import annotations

import contextvars

import pytest

from debug_toolbar_core import Config, Limits, Toolbar, current, note, span, suppressed
from debug_toolbar_core.context import position


def test_outside_a_capture_nothing_happens() -> None:
    """Without a record there is nothing to measure for, and spans and notes do nothing."""
    assert current() is None
    note(1)
    with span("free") as added:
        assert added is None


def test_spans_nest() -> None:
    """A span opened inside another is its child, and so is what is noted there."""
    with Toolbar(Config(panels=[])).capture() as record:
        with span("outer", panel="shop", size=2) as outer, span("inner") as inner:
            note("x", "noted")
        note("y", "after")
    assert [(item.name, item.parent) for item in record.spans] == [
        ("outer", None), ("inner", outer), ("noted", inner), ("after", None),
    ]  # fmt: skip
    assert outer is not None
    assert inner is not None
    assert outer.attributes == {"size": 2}
    assert outer.end is not None
    assert inner.end is not None
    assert 0 <= outer.start <= inner.start <= inner.end <= outer.end


def test_an_error_inside_a_span_is_named_and_goes_on() -> None:
    """The exception passes as it is; the span says its type."""
    error = ValueError("x")
    with Toolbar(Config(panels=[])).capture() as record, pytest.raises(ValueError, match="x") as caught, span("bad"):
        raise error
    assert caught.value is error
    assert record.spans[0].attributes == {"error.type": "ValueError"}


def test_spans_inside_one_that_was_not_kept_hang_on_what_was() -> None:
    """Past the limit a span is counted, and its children's parent is the nearest span that was kept."""
    tools = Toolbar(Config(panels=[], limits=Limits(panel_spans=1)))
    with tools.capture() as record, span("kept") as kept, span("folded") as folded, span("other", panel="b") as other:
        pass
    assert folded is not None
    assert other is not None
    assert not folded.kept
    assert other.parent is kept
    fold = record.folded["app", "folded"]
    assert fold.count == 1
    assert fold.seconds > 0


def test_suppressed_records_nothing() -> None:
    """What runs under `suppressed` is not recorded; afterwards the record is current again."""
    with Toolbar(Config(panels=[])).capture() as record:
        with suppressed():
            note(1)
            assert current() is None
        note(2, "seen")
    assert [item.name for item in record.spans] == ["seen"]


def test_a_generator_left_in_another_context_does_not_leak_into_it() -> None:
    """A span or a suppression that is left elsewhere changes nothing there."""
    tools = Toolbar(Config(panels=[]))

    def spanned():
        with span("around"):
            yield

    def quiet():
        with suppressed():
            yield

    with tools.capture() as record:
        first, second = spanned(), quiet()
        inside = contextvars.copy_context()
        inside.run(next, first)
        inside.run(next, second)
        with tools.capture() as other:
            first.close()
            second.close()
            assert current() is other
        assert current() is record
    assert record.spans[0].end is not None
    assert contextvars.Context().run(position.get) is None


def test_notes_take_plain_values_only() -> None:
    """What is noted is copied plainly: an object shows its type, and is not asked for anything."""

    class Book:
        def __repr__(self) -> str:
            raise AssertionError

    with Toolbar(Config(panels=[])).capture() as record:
        note(Book(), "book")
        note([1], "list")
    assert record.spans[0].attributes["value"].endswith("Book>")
    assert record.spans[1].attributes["value"] == [1]
