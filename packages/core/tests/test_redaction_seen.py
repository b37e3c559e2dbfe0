"""Seen, and what goes past it: texts and attributes looked at once are shown as if each were looked at alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debug_toolbar_core import Record
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.redaction import REDACTED, Redactor
from debug_toolbar_core.redaction_seen import Seen

WORDS = st.sampled_from(
    ["password", "token", "bearer", "basic", "whsec_", "pin", "like", "4012888888881881", "123456789"]
)
SHORT = st.one_of(
    st.text(st.characters(categories=["L", "N"]), max_size=13),
    st.tuples(WORDS, st.text("aZ09é٣", max_size=8)).map(lambda pair: "".join(pair)[:13]),
)
NAMES = ["id", "file", "line", "name", "value", "password", "tokens", "url.full"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["k1", "SELECT 1", "password=hunter2", "", "é" * 9]),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple)
    | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=500)
@given(SHORT)
def test_few_letters_and_digits_are_no_secret(text: str) -> None:
    """What is not looked at, for it is too short to be a secret's form, would have been shown as it is."""
    redactor = Redactor()
    assert redactor._scan(text) == text
    assert redactor.text(text) == text


def test_a_pattern_of_the_users_own_may_be_short() -> None:
    """With patterns of the user's own every text is looked at, in attributes too."""
    redactor = Redactor(patterns=["hunter\\d"])
    show = redactor.attributes()
    for _ in range(2):
        assert redactor.text("hunter2") == REDACTED
        assert show({"id": "hunter2", "who": [["id", "hunter3"]]}) == {"id": REDACTED, "who": [["id", REDACTED]]}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["id", "file", "stack", "value", "name", "token"]), VALUES), max_size=4)
)
def test_attributes_of_many_spans_are_shown_as_those_of_one(spans: list[dict[str, Any]]) -> None:
    """However often a key, a text or a part was met before, what is shown is what a new redactor shows."""
    known = Redactor()
    show = known.attributes()
    for _ in range(3):
        for attributes in spans:
            shared = {**attributes, "again": (attributes, *spans)}
            assert repr(show(shared)) == repr(Redactor().attributes()(shared))


def test_shared_parts_are_one_object_and_count_each_time() -> None:
    """A stack that many spans share is shown once; a value that says it a million times is cut all the same."""
    place = {"file": "/app/views.py", "line": 3, "text": "x " * 500}
    stack = (place, place)
    show = Redactor().attributes()
    first, second = show({"stack": stack}), show({"stack": stack})
    assert second["stack"] is first["stack"]
    assert second["stack"] == [place, place]
    assert second["stack"][0] is not place
    many = show({"many": [stack] * 4_000})["many"]
    assert sum(len(str(each)) for each in many) < 1_200_000
    assert "more)" in str(many[-1])


def test_a_value_is_shown_anew_each_time() -> None:
    """What is shown of a value alone shares nothing with it, nor with what was shown before."""
    place = {"file": "/app/views.py", "deep": {"line": 3}}
    redactor = Redactor()
    first, second = redactor.value([place, place]), redactor.value([place, place])
    assert first == second == [place, place]
    assert first[0] is not first[1]  # type: ignore[index]  # a list
    assert first[0]["deep"] is not place["deep"]  # type: ignore[index]  # a dictionary


@pytest.mark.parametrize("key", ["id", "kind"])
def test_a_harmless_key_does_not_make_its_value_harmless(key: str) -> None:
    """A key met a thousand times with harmless values hides what a later value holds; numbers of cards are found."""
    redactor = Redactor()
    show = redactor.attributes()
    for number in range(1_000):
        assert show({key: number, "pairs": [[key, number]]}) == {key: number, "pairs": [[key, number]]}
    for secret in ("password=hunter2", 4012888888881881, "4012888888881881", "ghp_" + "a1B2" * 9):
        shown = show({key: secret, "pairs": [[key, secret]], "inner": {key: secret}})
        assert str(secret)[9:] not in str(shown).replace(REDACTED, "")


def test_the_younger_half_stays() -> None:
    """What is met again stays, what is not makes room, and never more than two generations are held."""
    seen = Seen[str](room=1_000)
    seen.add("kept", 4)
    for number in range(100):
        assert "kept" in seen
        seen.add(f"other {number}", 9)
    assert "other 99" in seen
    assert "other 0" not in seen
    assert len(list(seen)) < 25


def test_what_a_record_holds_stays_its_own() -> None:
    """Encoding changes nothing in the record, and what is read back shares nothing with it."""
    stack = ({"file": "a.py", "line": 1}, {"file": "b.py", "line": 2})
    record = Record("http")
    for _ in range(2):
        record.add("sql", "SELECT 1", 0.0, 0.1, {"password": "x"}).attributes["stack"] = stack
    record.close()
    back = Encoder().through(record)
    assert [span.attributes for span in back.spans] == [{"password": REDACTED, "stack": list(stack)}] * 2
    for span in back.spans:
        span.attributes["stack"][0]["file"] = "changed"
    assert record.spans[0].attributes == {"password": "x", "stack": stack}
