"""Checking: each way a value can break its schema, in words; what is not checked, and why."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from debug_toolbar_core.blocks import Facts, Notice, Table
from debug_toolbar_core.exchange import Body
from debug_toolbar_core.views import Shown
from debug_toolbar_openapi.checking import check
from debug_toolbar_openapi.formats import FORMATS, has_format
from debug_toolbar_openapi.patterns import count_loops, matches
from debug_toolbar_openapi.violation import shown, where

Ask = Callable[..., Shown]
Make = Callable[..., dict[str, Any]]
BOOK = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {"id": {"type": "integer"}, "title": {"type": "string"}, "price": {"type": ["number", "null"]}},
}


def body(content: Any, content_type: str = "application/json", size: int | None = None, **more: Any) -> Body:
    """Return a body as it was captured."""
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Body(len(content) if size is None else size, len(content), content_type, content=content, **more)


def verdict(view: Shown, of: str = "response") -> str:
    """Return what is said of the request's or the response's body."""
    facts = [fact for block in view.blocks if isinstance(block, Facts) for fact in block.items]
    return next(str(fact.value) for fact in facts if fact.label == of)


def wrong(view: Shown) -> list[tuple[Any, ...]]:
    """Return the violations listed."""
    tables = [block for block in view.blocks if isinstance(block, Table)]
    told = [table for table in tables if str(table.title).startswith("What is wrong")]
    return [tuple(row.cells) for table in told for row in table.rows]


@pytest.mark.parametrize(
    ("schema", "value", "place", "what"),
    [
        ({"type": "integer"}, "12", "the body", "is the text 12, not a whole number"),
        ({"type": ["string", "null"]}, 7, "the body", "is 7, not a text or null"),
        ({"type": "array"}, {"a": 1}, "the body", "is an object, not a list"),
        ({"type": "object"}, [1], "the body", "is a list of 1, not an object"),
        ({"type": "boolean"}, "", "the body", "is an empty text, not true or false"),
        ({"items": {"properties": {"price": {"type": "number"}}}}, [{"price": None}], "price of item 1", "is null"),
        (BOOK, {"id": 7}, "the body", "has no title"),
        ({"additionalProperties": False, "properties": {"a": {}}}, {"a": 1, "b": 2}, "the body", "does not know: b"),
        ({"enum": ["a", "b", 3]}, "c", "the body", "is the text c; allowed: a, b, 3"),
        ({"const": 7}, 8, "the body", "is 8; it must be 7"),
        ({"minimum": 5}, 3, "the body", "is 3; it must be at least 5"),
        ({"maximum": 5}, 9, "the body", "it must be at most 5"),
        ({"exclusiveMinimum": 5}, 5, "the body", "it must be more than 5"),
        ({"exclusiveMaximum": 5}, 5, "the body", "it must be less than 5"),
        ({"multipleOf": 2}, 3, "the body", "a multiple of 2"),
        ({"minLength": 3}, "ab", "the body", "has 2 characters; at least 3"),
        ({"maxLength": 1}, "ab", "the body", "has 2 characters; at most 1"),
        ({"minItems": 3}, [1], "the body", "has 1 items; at least 3"),
        ({"maxItems": 0}, [1], "the body", "has 1 items; at most 0"),
        ({"uniqueItems": True}, [1, 1], "the body", "has an item twice"),
        ({"minProperties": 2}, {"a": 1}, "the body", "has 1 properties; at least 2"),
        ({"maxProperties": 0}, {"a": 1}, "the body", "has 1 properties; at most 0"),
        ({"pattern": "^[a-z]+$"}, "A", "the body", "is the text A, which does not match ^[a-z]+$"),
        ({"patternProperties": {"^x": {"type": "integer"}}}, {"xa": "1"}, "xa", "is the text 1, not a whole number"),
        ({"format": "uuid"}, "7", "the body", "is the text 7, which is no uuid"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "7", "the body", "fits none of the 2 alternatives"),
        ({"anyOf": [BOOK, {"type": "null"}]}, {"id": 7}, "the body", "has no title"),
        ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, 3, "the body", "fits several of the alternatives"),
        ({"not": {"type": "integer"}}, 3, "the body", "breaks not"),
        ({"$ref": "#/components/schemas/Book"}, {"id": "7", "title": ""}, "id", "is the text 7, not a whole number"),
    ],
)  # fmt: skip
def test_each_violation_is_told_in_words(
    ask: Ask, document: Make, schema: Any, value: Any, place: str, what: str
) -> None:
    """It says where, innermost first, and what is wrong there."""
    view = ask(document(schema, components={"schemas": {"Book": BOOK}}), value)
    ((found, said, times),) = wrong(view)
    assert found == place
    assert what in said
    assert times == 1
    assert verdict(view) == "1 violation"
    assert view.badge is not None
    assert view.badge.text == "1 wrong"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (BOOK, {"id": 7, "title": "Dune", "price": None, "more": True}),
        ({"anyOf": [BOOK, {"type": "null"}]}, body(None)),
        ({"patternProperties": {"^x": {"type": "integer"}}}, {"xa": 1, "b": "c"}),
        ({"pattern": "^[a-z]+$", "format": "unheard-of"}, "abc"),
        ({"format": "date-time"}, "2026-11-23T04:00:00z"),
        ({"format": "uuid"}, 7),
        (True, 7),
    ],
)
def test_what_conforms_is_said_to(ask: Ask, document: Make, schema: Any, value: Any) -> None:
    """A body that keeps to its schema gives a word and no notice."""
    view = ask(document(schema), value)
    assert verdict(view) == "conforms"
    assert view.notices == []
    assert view.badge is not None
    assert (view.badge.text, view.badge.level) == ("conforms", "ok")


def test_the_same_in_each_item_is_one_violation(ask: Ask, document: Make) -> None:
    """Sixty books with the same fault are one line that says so."""
    view = ask(document({"type": "array", "items": BOOK}), [{"id": str(n), "title": "x"} for n in range(60)])
    assert wrong(view) == [("id of item 1", "is the text 0, not a whole number", 60)]
    (notice,) = view.notices
    assert "`id` of item 1 is the text `0`, not a whole number (60 times)" in notice.text
    assert notice.source is not None
    assert (notice.level, notice.label) == ("warning", "response schema")


def test_only_so_many_are_looked_for(ask: Ask, document: Make) -> None:
    """Past the option `most` it says that there are more."""
    from debug_toolbar_openapi import OpenAPIPanel

    view = ask(document({"items": {"type": "integer"}}), ["x"] * 60, panel=OpenAPIPanel(most=5))
    assert verdict(view) == "5 or more violations"
    assert wrong(view)[0][2] == 5


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (body([1, 2], size=90_000), "only 6 of its 90,000 bytes were kept"),
        (body(b"<p>", "text/html"), "the operation describes application/json, and this is text/html"),
        (body(b"{", "application/json"), "it says that it is JSON, and is not"),
        (body(b"\xffx", "application/json", encoding="br"), "it is compressed with br"),
        (body([[n] for n in range(6_000)]), "it has more values than a record keeps"),
        (None, "the body is empty"),
    ],
)
def test_what_is_not_checked_says_why(ask: Ask, document: Make, answer: Any, why: str) -> None:
    """A body that is cut, no JSON, or of another type is not judged."""
    view = ask(document(BOOK), answer)
    assert verdict(view).startswith("not checked, because")
    assert why in verdict(view)
    assert view.notices == []


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "#/components/schemas/Gone"}, "the document has no `/components/schemas/Gone`"),
        ({"$ref": "https://elsewhere.example/schema.json"}, "the document has no `https://elsewhere.example"),
        ({"$ref": "#/components/schemas/Loop"}, "nothing but references to itself"),
        ({"type": "txt"}, "its schema is none"),
        ({"properties": 3}, "its schema is none"),
        ({}, "its schema allows anything"),
    ],
)
def test_a_schema_that_is_none_says_so(ask: Ask, document: Make, schema: Any, why: str) -> None:
    """References out of the document are not followed, and a broken schema breaks nothing."""
    loop = {"schemas": {"Loop": {"$ref": "#/components/schemas/Loop"}}}
    assert why in verdict(ask(document(schema, components=loop), {"id": 7}))


def test_what_redaction_hides_is_not_judged(ask: Ask, document: Make) -> None:
    """A masked value is counted as not checked; what is wrong beside it is told."""
    whole = {"type": "integer"}
    schema = {"properties": {"token": {"format": "uuid", "type": "string"}, "pin": whole, "id": whole}}
    view = ask(document(schema), {"token": "8f3a", "pin": "1234", "id": "7"})
    assert wrong(view) == [("id", "is the text 7, not a whole number", 1)]
    facts = {fact.label: fact.value for block in view.blocks if isinstance(block, Facts) for fact in block.items}
    assert facts["not checked"] == 2
    either = ask(document({"anyOf": [{"properties": {"password": {"type": "integer"}}}]}), {"password": "x"})
    assert verdict(either) == "conforms"
    long = ask(document({"properties": {"text": {"maxLength": 5}}}), {"text": "x" * 20_000})
    assert verdict(long) == "conforms"


def test_a_schema_of_openapi_3_0_is_understood(ask: Ask, document: Make) -> None:
    """`nullable` and exclusive bounds mean what they meant."""
    schema = {
        "properties": {
            "a": {"type": "string", "nullable": True},
            "b": {"$ref": "#/components/schemas/B", "nullable": True},
            "c": {"minimum": 5, "exclusiveMinimum": True},
            "d": {"enum": ["x"], "nullable": True},
            "e": {"maximum": 5, "exclusiveMaximum": False},
        }
    }
    old = document(schema, version="3.0.3", components={"schemas": {"B": {"type": "integer"}}})
    assert verdict(ask(old, {"a": None, "b": None, "c": 6, "d": None, "e": 5})) == "conforms"
    assert wrong(ask(old, {"c": 5})) == [("c", "is 5; it must be more than 5", 1)]
    assert wrong(ask(old, {"a": 7})) == [("a", "is 7, not a text or null", 1)]


def test_each_side_owes_only_what_it_sends(ask: Ask, document: Make) -> None:
    """A request need not have what is read only, nor a response what is write only."""
    given, hidden = {"type": "integer", "readOnly": True}, {"type": "string", "writeOnly": True}
    schema = {"required": ["id", "secret_word", 3], "properties": {"id": given, "secret_word": hidden}}
    view = ask(document(schema), {"id": 7}, sent={"secret_word": "x"})
    assert (verdict(view), verdict(view, "request")) == ("conforms", "conforms")


@pytest.mark.parametrize(
    ("status", "level", "said"),
    [
        (200, "warning", "was accepted, and does not"),
        (422, "info", "was refused with 422: it does"),
    ],
)
def test_a_request_that_does_not_conform(ask: Ask, document: Make, status: int, level: str, said: str) -> None:
    """Accepted, it is a warning; refused, it is what the schema is for."""
    operation = document(BOOK, responses={"200": {}, "422": {}})
    view = ask(operation, sent={"id": "7", "title": "x"}, status=status)
    (notice,) = view.notices
    assert (notice.level, notice.label) == (level, "request schema")
    assert said in notice.text
    assert verdict(view, "request") == "1 violation"


def test_a_form_is_not_checked(ask: Ask, document: Make) -> None:
    """What is no JSON says so, and a body that is missing is told."""
    operation = document(BOOK, requestBody={"required": True, "content": {"*/*": {"schema": BOOK}}})
    form = body(b"a=1", "application/x-www-form-urlencoded")
    assert "it is a form, not JSON" in verdict(ask(operation, {"id": 7, "title": ""}, sent=form), "request")
    assert "no body came" in verdict(ask(operation, {"id": 7, "title": ""}), "request")


@pytest.mark.parametrize(
    ("status", "notices", "said"),
    [
        (201, 1, "the operation does not describe the status 201"),
        (404, 0, "the operation does not describe the status 404"),
        (None, 0, "there was no response"),
        (200, 0, "conforms"),
    ],
)
def test_a_status_that_is_not_described(ask: Ask, document: Make, status: int | None, notices: int, said: str) -> None:
    """A success that nobody described is a notice; an error is what errors are."""
    view = ask(document(BOOK), {"id": 7, "title": ""} if status else None, status=status)
    assert said in verdict(view)
    assert len(view.notices) == notices


@pytest.mark.parametrize("name", ["2XX", "2xx", "default"])
def test_statuses_are_described_by_class_too(ask: Ask, document: Make, name: str) -> None:
    """`2XX` and `default` describe what is not described by itself."""
    content = {"application/*": {"schema": BOOK}}
    view = ask(document(BOOK, responses={name: {"content": content}}), {"id": "7", "title": ""}, status=201)
    assert verdict(view) == "1 violation"


def test_no_body_where_none_is_described(ask: Ask, document: Make) -> None:
    """204, and an answer to HEAD, have nothing to check."""
    assert verdict(ask(document(BOOK, responses={"204": {"description": "gone"}}), status=204)) == "conforms"
    head = document(BOOK)
    head["paths"]["/books/{id}"] = {"get": head["paths"]["/books/{id}"]["post"]}
    assert verdict(ask(head, method="HEAD")) == "conforms"
    surprise = document(BOOK, responses={"200": {"description": "nothing"}})
    assert "the operation describes no body" in verdict(ask(surprise, {"a": 1}))


@pytest.mark.parametrize(
    ("pattern", "loops"),
    [
        ("^a+$", 1), ("a*b*c{2,}", 3), ("[a-z*+]+", 1), (r"\d{3}-\d{4}", 0), (r"(ab)+", 1), (r"(\d{3}-)+\d", 1),
        ("(?:ab)*", 1), ("(a+)+", None), ("(a|b)*", None), ("(a?)*", None), (r"(\w+)\1", None), ("(", None),
        (r"[x\]]+", 1), (r"\(a+\)+", 2), ("((ab)c)+", 1), ("((a+)c)+", None), ("a+?", 1), ("(?P<x>a)(?P=x)", None),
    ],
)  # fmt: skip
def test_patterns_that_could_take_forever_are_not_tried(pattern: str, loops: int | None) -> None:
    """Repetitions are counted; a repetition of what may be matched in several ways is refused."""
    assert count_loops(pattern) == loops


def test_no_text_makes_a_pattern_slow() -> None:
    """A pattern is tried where its worst case is small, else it says nothing."""
    began = time.process_time()
    assert matches("(a+)+$", "a" * 60 + "b") is None
    assert matches("a*a*a*a*$", "a" * 5_000 + "b") is None
    assert matches("^a+$", "a" * 200) is True
    assert matches("^a+$", "b") is False
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date-time", "2026-11-23T04:00:00+01:00", "2026-11-23"), ("date", "2026-11-23", "23.11.2026"),
        ("time", "04:00:00", "4 o'clock"), ("uuid", "12345678-1234-5678-1234-567812345678", "1234"),
        ("email", "ada@shop.example", "ada"), ("ipv4", "127.0.0.1", "127.0.0.256"), ("ipv6", "::1", ":::1"),
    ],
)  # fmt: skip
def test_formats(name: str, good: str, bad: str) -> None:
    """Each format takes what is one and refuses what is none."""
    assert name in FORMATS
    assert has_format(good, name)
    assert not has_format(bad, name)


def test_words_for_places_and_values() -> None:
    """Paths are told innermost first; long values are cut and backticks are not markup."""
    assert where(["books", 0, "author", "na`me"]) == "`na'me` of `author` of item 1 of `books`"
    assert where([]) == "the body"
    assert len(shown("x" * 500)) < 100
    assert shown(True) == "true"


def test_checking_needs_no_network_and_leaves_the_value_alone() -> None:
    """A value is looked at and not changed."""
    value = {"id": "7"}
    found = check(value, {"paths": {"/x": {"type": "object"}}}, "#/paths/~1x", 5)
    assert found.words == "conforms"
    assert value == {"id": "7"}


def test_notices_are_the_only_blocks_that_count(ask: Ask, document: Make) -> None:
    """A request and a response that are both wrong are two notices."""
    view = ask(document(BOOK), {"id": 7}, sent={"id": 7})
    assert [notice.label for notice in view.notices] == ["response schema", "request schema"]
    assert all(isinstance(notice, Notice) for notice in view.notices)
