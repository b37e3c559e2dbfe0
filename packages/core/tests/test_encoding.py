"""Encoding and decoding: a record's one way out, redacted, always strict JSON; and the way back, believing nothing."""

from __future__ import annotations

import copy
import json
import math
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debug_toolbar_core import Record, Route, Source, Toolbar
from debug_toolbar_core.config import Config
from debug_toolbar_core.decoding import decode_text
from debug_toolbar_core.encoding import Encoder, decode
from debug_toolbar_core.encoding import document as encoded
from debug_toolbar_core.encoding_text import record_text
from debug_toolbar_core.exchange import Body, Plain, Request, Response
from debug_toolbar_core.fault import Failure
from debug_toolbar_core.later import Later
from debug_toolbar_core.redaction import REDACTED, Redactor
from debug_toolbar_core.strict import write

SPAN = ("panel", "name", "start", "end", "attributes", "task", "source", "kept", "index")
PLACE = Source("/app/views.py", 48, "show")


def full() -> Record:
    """A record with something in every field."""
    made = Record("http", parent="abc")
    made.wire = Plain(
        Request("POST", "http", "/books", "/root", "sort=new&token=tok3n", [("sort", "new"), ("token", "tok3n")],
                "http://x/books?token=tok3n", "2", [("authorization", "Bearer abcdef"), ("host", "x")],
                [("session", "s3cret")], "127.0.0.1:1", ["chat"], Body(2, 2, "application/json", None, b"{}")),
        Response(200, "OK", [("content-type", "text/html")], 5, 1, 0.1, 0.2, True, None,
                 Body(10, 4, "application/x-www-form-urlencoded", None, b"a=1&password=hunter2")),
    )  # fmt: skip
    made.route = Route("/books/{id}", "show", "shop.show", ("GET",), PLACE, {"id": "7"}, {"kind": "http"})
    outer = made.add("app", "outer", 0.0, 1.0, {"n": 1})
    made.add("sqlalchemy", "SELECT 1", 0.1, 0.2, source=PLACE, parent=outer)
    made.add("app", "still running", 0.3)
    made.limits = type(made.limits)(panel_spans=0)
    made.add("cache", "folded", 0.0, 0.5)
    made.data["timer"] = {"cpu": 0.1, "password": "hunter2"}
    made.failures["bad"] = Failure("collect", "ValueError: x")
    made.tags["name"] = "tag"
    made.fail(ValueError("wrong"), handled=True, status=404)
    made.close(1.5)
    return made


def strict(document: Any) -> Any:
    """Send a document through strict JSON in UTF-8."""
    return json.loads(json.dumps(document, allow_nan=False, ensure_ascii=False).encode())


def test_what_goes_in_comes_out_without_secrets() -> None:
    """A full record comes back from JSON as it was, but for its secrets."""
    made = full()
    document = strict(Encoder().encode(made))
    assert "hunter2" not in str(document)
    assert "tok3n" not in str(document)
    assert "s3cret" not in str(document)
    back = decode(document)
    assert Encoder().encode(back) == document
    assert (back.id, back.kind, back.parent, back.duration, back.open) == (made.id, "http", "abc", 1.5, False)
    assert back.request is not None
    assert back.request.query == [("sort", "new"), ("token", REDACTED)]
    assert back.request.body is not None
    assert (back.request.body.kind, back.request.body.value) == ("json", {})
    assert back.response is not None
    assert back.response.body is not None
    assert back.response.body.truncated
    assert back.response.body.value == [("a", "1"), ("password", REDACTED)]
    assert back.route == Route("/books/{id}", "show", "shop.show", ("GET",), PLACE, {"id": "7"}, {"kind": "http"})
    assert [(span.name, span.parent and span.parent.name, span.index) for span in back.spans] == [
        ("outer", None, 0), ("SELECT 1", "outer", 1), ("still running", None, 2),
    ]  # fmt: skip
    assert back.spans[1].source == PLACE
    assert (back.spans[2].end, back.spans[2].attributes) == (1.5, {"unfinished": True})
    assert back.folded["cache", "folded"].seconds == 0.5
    assert back.data == {"timer": {"cpu": 0.1, "password": REDACTED}}
    assert back.failures["bad"] == Failure("collect", "ValueError: x")
    assert back.error is not None
    assert (back.error.type, back.error.message, back.error.status) == ("ValueError", "wrong", 404)
    assert back.dropped == {"spans": 1}
    assert back.loaded
    assert back.slot.record is None


def test_an_empty_and_an_open_record() -> None:
    """A record of which nothing is known yet can be encoded, and comes back without end."""
    made = Record("task")
    made.add("app", "running", 0.0)
    back = decode(strict(Encoder().encode(made)))
    assert back.request is None
    assert back.response is None
    assert back.duration is None
    assert back.open
    assert back.spans[0].end is None


def facts(record: Record) -> str:
    """Say all that is in a record, types included; a span's parent is told by its place."""
    slots = [name for name in Record.__slots__ if name not in ("__weakref__", "slot", "started", "spans", "limits")]
    spans = [(*(getattr(span, name) for name in SPAN), span.parent and span.parent.index) for span in record.spans]
    return repr([(name, getattr(record, name, None) or None) for name in slots]) + repr(spans)


def test_what_is_read_shares_nothing_with_the_record() -> None:
    """A reader that changes its copy changes no other's, nor what is stored: bodies, data, routes and tags alike."""
    made = decode(strict(Encoder().encode(full())))
    before = facts(made)
    back = Encoder().through(made)
    assert facts(back) == before
    assert back.request is not None
    assert back.request.body is not None
    back.request.body.value["new"] = back.data["timer"]["new"] = back.tags["new"] = 1
    assert back.route is not None
    for values in (back.route.path_params, back.route.details, back.spans[0].attributes):
        values["new"] = 1  # type: ignore[index]  # a dictionary, as it was read
    back.request.headers.append(("new", "1"))  # type: ignore[attr-defined]  # a list, as it was read
    assert facts(made) == before


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.none(), inner) | st.tuples(inner),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN, PLAIN, st.text(st.characters()), st.floats())
def test_anything_becomes_strict_json(value: Any, attribute: Any, text: str, number: float) -> None:
    """Whatever was recorded, the document is strict JSON in UTF-8, and decodes to a record that encodes the same."""
    made = Record("http")
    made.wire = Plain(
        Request(text, text, text, text, text, [(text, text)], text, text, [(text, text)], [(text, text)], text, [text]),
        Response(HTTPStatus.OK, text, [(text, text)], 3, 1, number, number, True, text),
    )
    made.add(text, text, number, number, {text: attribute})
    made.data["panel"] = made.take(value)
    made.tags["tag"] = value
    made.close()
    document = Encoder().encode(made)
    back = strict(document)
    assert back == document
    assert strict(Encoder().encode(decode(back)))["data"] == back["data"]
    written = Encoder().written(made)
    assert json.loads(written.text) == back
    assert facts(written.record) == facts(decode_text(written.text))
    assert Encoder().again(written.record).text == written.text


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text("abcdefgh ") | st.sampled_from([0.5, 2.25]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefgh"), inner, max_size=4),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(JSON_VALUES)
def test_plain_data_comes_back_as_it_was(value: Any) -> None:
    """What goes in comes out: plain values without secrets are unchanged by snapshot, encoding, JSON and decoding."""
    made = Record("http")
    made.data["panel"] = made.take(value)
    made.close()
    assert decode(strict(Encoder().encode(made))).data["panel"] == value


@given(st.text("abcdefXYZ0189", min_size=8, max_size=40))
def test_secrets_never_come_out(secret: str) -> None:
    """Under a telling name, at any depth, on any path out, a secret is not in the document."""
    secret = f"zq{secret}zq"
    made = Record("http")
    made.wire = Plain(
        Request(query=[("api_key", secret)], query_string=f"api_key={secret}", url=f"http://u:{secret}@x/?api_key={secret}",
                headers=[("cookie", f"sid={secret}")], cookies=[("sid", secret)],
                body=Body(1, 1, "application/json", None, json.dumps({"a": [{"password": secret}]}).encode()))
    )  # fmt: skip
    made.add(
        "x", f"GET http://x/?access_token={secret}", 0, 1, {"password": secret, "deep": {"client_secret": [secret]}}
    )
    made.data["p"] = [{"password": secret}]
    made.tags["password"] = secret
    made.fail(ValueError(f"password={secret}"))
    made.close()
    assert secret not in json.dumps(Encoder().encode(made))


def test_what_adapters_set_wrongly_is_still_json() -> None:
    """Odd types in a record's own fields become texts; numbers that are none become null or 0."""
    made = Record("http")
    made.wire = Plain(Request(client=("127.0.0.1", 5)), Response(HTTPStatus.NOT_FOUND, started=math.nan))  # type: ignore[arg-type]  # on purpose
    made.route = Route("/x", handler=object())  # type: ignore[arg-type]  # on purpose
    made.add("x", "x", math.nan, math.inf)
    made.data["x"] = {"nan": math.nan, "big": 10**5000, "half": "\ud800", 2.5: "float", None: 0}
    made.cost = math.inf
    made.close()
    document = strict(Encoder().encode(made))
    assert document["response"]["status"] == 404
    assert document["response"]["started"] is None
    assert document["route"]["handler"] == "<builtins.object>"
    assert (document["spans"][0]["start"], document["spans"][0]["end"]) == (0.0, 0.0)
    assert document["data"]["x"]["big"].startswith("<int of")
    assert document["data"]["x"]["half"] == "\\ud800"
    assert document["cost"] is None


DOCUMENT = strict(Encoder().encode(full()))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in items for found in _paths(item, (*path, key)))]


def _put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    holder = document = copy.deepcopy(document)
    for key in path[:-1]:
        holder = holder[key]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return document


@pytest.mark.parametrize(
    "value", [None, True, -1, 2.5, math.nan, math.inf, "x", [], [1], [[]], {}, {"a": 1}, b"x", ...], ids=repr
)
def test_an_odd_document_raises_value_errors_only(value: Any) -> None:
    """Each field of a document replaced by each kind of value, or left out: a record, or a ValueError, nothing else."""
    refused = 0
    for path in _paths(DOCUMENT):
        document = _put(DOCUMENT, path, value) if path or value is not ... else {}
        try:
            back = decode(document)
        except ValueError:
            refused += 1
        else:
            Encoder().encode(back)
    assert refused > 10


def test_refusals_say_what_is_wrong() -> None:
    """The message names the field, or the version."""
    for document, said in [
        ([], "JSON object"),
        ({}, "format None"),
        ({**DOCUMENT, "format": 2}, "format 2"),
        ({"format": 1}, "without 'id'"),
        ({**DOCUMENT, "kind": "ftp"}, "kind is one of app, http"),
        ({**DOCUMENT, "id": "../x"}, "id is letters"),
        ({**DOCUMENT, "parent": 3}, "parent is letters"),
        ({**DOCUMENT, "duration": "x"}, "'duration' cannot be a str"),
        ({**DOCUMENT, "cost": math.nan}, "cannot be nan"),
        ({**DOCUMENT, "dropped": {"a": "b"}}, "dropped 'a'"),
        ({**DOCUMENT, "error": {"type": "X"}}, "missing"),
        (_put(DOCUMENT, ("request", "body", "kind"), "x"), "body's kind"),
    ]:
        with pytest.raises(ValueError, match=said):
            decode(document)  # type: ignore[arg-type]  # on purpose


def test_deep_documents_are_refused() -> None:
    """A document nested a hundred thousand levels deep is a ValueError, not a RecursionError."""
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="deeper"):
        decode({**DOCUMENT, "data": {"x": deep}})
    while deep:
        deep = deep["a"]


def test_unknown_keys_are_passed_over() -> None:
    """A document of a later minor version can be read."""
    later = copy.deepcopy(DOCUMENT)
    later["new"] = later["spans"][0]["new"] = later["request"]["new"] = later["route"]["new"] = {"x": 1}
    assert decode(later).id == DOCUMENT["id"]


def test_parents_are_spans_before_their_children() -> None:
    """A document cannot make spans that are their own ancestors."""
    odd = copy.deepcopy(DOCUMENT)
    for span, parent in zip(odd["spans"], (1, 0, "x"), strict=True):
        span["parent"] = parent
    assert [span.parent and span.parent.index for span in decode(odd).spans] == [None, 0, None]


async def test_an_open_record_is_read_as_far_as_it_got() -> None:
    """`through` sends a record that goes on through JSON."""
    tools = Toolbar(Config(panels=[]))
    capture = tools.open("http")
    seen = tools.encoder.through(capture.record)
    assert seen.open
    assert seen is not capture.record
    capture.close()


def test_what_is_told_later_is_worked_out_each_time_a_record_is_encoded() -> None:
    """Attributes kept as raw facts are told with the others, redacted as they are, and the record stays as it was."""

    def work(numbers: tuple[int, ...], key: str) -> dict[str, Any]:
        return {"sum": sum(numbers), "password": key, "known": False}

    made = Record("http")
    span = made.add("app", "work", 0.0, 1.0)
    span.attributes = Later({"known": True, "n": 1}, work, (1, 2), "hunter2")
    made.add("app", "runs on", 0.5).attributes = Later({}, work, (3,), "hunter2")
    made.close(1.0)
    for _ in range(2):
        first, second = Encoder().through(made).spans
        assert first.attributes == {"known": False, "n": 1, "sum": 3, "password": REDACTED}
        assert (second.attributes["sum"], second.attributes["unfinished"]) == (3, True)
    assert span.attributes == {"known": True, "n": 1}
    assert not made.failures


def test_what_cannot_be_told_later_is_a_fault_of_its_panel() -> None:
    """The rest of the span and of the record is there, and the panel's failure in the same document."""

    def work() -> dict[str, Any]:
        raise LookupError("gone")

    made = Record("http")
    made.add("app", "work", 0.0, 1.0).attributes = Later({"n": 1}, work)
    made.close(1.0)
    document = strict(Encoder().encode(made))
    assert document["spans"][0]["attributes"] == {"n": 1}
    assert document["failures"]["app"]["message"] == "LookupError: gone"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.text(max_size=6), st.dictionaries(st.text(max_size=4), VALUES, max_size=4)), max_size=4))
@settings(max_examples=40, deadline=None)
def test_many_spans_are_written_as_few_are(spans: list[tuple[str, dict[str, Any]]]) -> None:
    """The text of a record with hundreds of spans is what a JSON encoder makes of it, to the byte."""
    made, shared = Record("http"), ({"file": "/app/ü.py", "line": 1, "function": "f"},)
    for turn in range(17):  # 34 spans of each: enough to be many
        for name, attributes in spans:
            values = {**attributes, "shared": shared, "yes": True, "one": 1, "real": 1.0}
            span = made.add("app", name, turn, turn + 0.5, values, source=PLACE if turn % 2 else None)
            made.add("sql", name, 0.1, parent=span)
    made.close(1.0)
    document = encoded(made, Redactor())
    try:
        expected = write(document)
    except UnicodeEncodeError:
        with pytest.raises(UnicodeEncodeError):
            record_text(document)
    else:
        assert record_text(document) == expected
    assert [span.name for span in decode_text(Encoder().dump(made)).spans] == [
        span.name for span in Encoder().through(made).spans
    ]


def test_places_that_come_again_are_read_once() -> None:
    """Spans of one place share it, and so do stacks; what only looks like a place stays what it is."""
    made, odd = Record("http"), {"file": 1, "line": "x", "function": None}
    for number in range(3):
        stack = (
            {"file": "/app/a.py", "line": 7, "function": "f"},
            {"file": "/app/a.py", "line": True, "function": "f"},
        )
        made.add("app", "x", 0.0, 1.0, {"stack": stack, "n": number, "odd": odd}, source=Source("/app/a.py", 7, "f"))
    made.data["app"] = {"file": "/app/a.py", "line": 7, "function": "f"}
    made.close(1.0)
    found = decode_text(json.dumps(Encoder().encode(made)))
    assert found.spans[0].source is found.spans[2].source
    assert found.spans[0].attributes["stack"][0] is found.spans[1].attributes["stack"][0]
    assert found.spans[1].attributes["stack"][1] == {"file": "/app/a.py", "line": True, "function": "f"}
    assert [span.attributes["odd"] for span in found.spans] == [odd] * 3
    assert found.data["app"]["line"] == 7


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_text_that_is_no_strict_json_is_refused(constant: str) -> None:
    """Numbers that JSON does not have, which Python would read, are an error wherever they stand."""
    text = json.dumps(Encoder().encode(full())).replace('"n": 1', f'"n": {constant}')
    with pytest.raises(ValueError, match=constant):
        decode_text(text)
