"""Views: the operation of a request, the application's document, and what is said where there is none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from debug_toolbar_core import Application, Config, ConfigurationError, Record, Toolbar
from debug_toolbar_core.blocks import Block, Facts, Section, Table, walk
from debug_toolbar_core.exchange import Request
from debug_toolbar_core.views import Shown
from debug_toolbar_openapi import OpenAPIPanel
from debug_toolbar_openapi.document import Document
from debug_toolbar_openapi.keeping import MOST, PIECE, keep, pieces
from debug_toolbar_openapi.operation import Place, at, chosen, escaped

Ask = Callable[..., Shown]
Make = Callable[..., dict[str, Any]]
TREE = {
    "type": "object",
    "description": "A category of books.",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "kind": {"enum": ["genre", "age"], "default": "genre"},
        "parent": {"anyOf": [{"$ref": "#/components/schemas/Category"}, {"type": "null"}]},
        "books": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}},
        "notes": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 5}},
        "made": {"type": "string", "format": "date-time", "readOnly": True},
        "old": {"type": "string", "nullable": True, "deprecated": True},
        "any": {},
    },
}


def facts(blocks: list[Block]) -> dict[str, Any]:
    """Return the facts shown, by label."""
    return {fact.label: fact.value for block in walk(blocks) if isinstance(block, Facts) for fact in block.items}


def tables(blocks: list[Block]) -> dict[str | None, Table]:
    """Return the tables shown, by title."""
    return {block.title: block for block in walk(blocks) if isinstance(block, Table)}


def application(document: Any, data: Callable[[Any], Any] = lambda data: data) -> Shown:
    """Return what is shown of an application with a document."""

    class Shop(Application):
        framework = "Shop"

        def openapi(self) -> Any:
            return document

        def documentation(self) -> Any:
            return [("swagger", "/docs"), ("openapi.json", "/openapi.json")]

    async def run() -> Shown:
        tools = Toolbar(Config(panels=[OpenAPIPanel()], strict=True))
        tools.start(Shop())
        loaded = await tools.load("app")
        loaded.data["openapi"] = data(loaded.data["openapi"])
        return tools.shown(loaded)[0]

    return asyncio.run(run())


def test_the_operation_is_told(ask: Ask, document: Make) -> None:
    """Its id, path, summary and tags, and links to its own place in the pages of documentation."""
    told = document({"type": "object"}, summary="Show it", tags=["books & co"], deprecated=True)
    found = facts(ask(told, {"id": 7}, root_path="/shop/").blocks)
    assert (found["Operation"], found["Path"], found["Summary"]) == ("show_book", "POST /books/{id}", "Show it")
    assert (found["Tags"], found["Deprecated"]) == ("books & co", "yes")
    assert found["Swagger UI"] == "/shop/docs#/books%20%26%20co/show_book"
    assert found["ReDoc"] == "/shop/redoc#tag/books%20%26%20co/operation/show_book"
    assert found["Scalar"] == "/shop/scalar#tag/books%20%26%20co/POST/books/%7Bid%7D"
    assert found["other"] == "/shop/other"
    bare = facts(ask(document({}, operationId=None), {"id": 7}).blocks)
    assert (bare["Operation"], bare["Swagger UI"]) == ("without an id", "/docs")
    assert facts(ask(document({}), {}).blocks)["ReDoc"] == "/redoc#operation/show_book"


def test_parameters_are_told_with_what_was_sent(ask: Ask, document: Make) -> None:
    """Wherever they are sent: path, query, header, cookie; the path's own are among them, and references followed."""
    told = document(
        {},
        parameters=[
            {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 5}, "description": "Words."},
            {"name": "X-Page", "in": "header", "schema": {"type": "integer"}},
            {"$ref": "#/components/parameters/Seen"},
            {"name": "missing", "in": "query", "required": True},
            "garbage",
        ],
        components={"parameters": {"Seen": {"name": "seen", "in": "cookie", "schema": {"type": "boolean"}}}},
    )
    shared = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "q", "in": "query"},
    ]
    told["paths"]["/books/{id}"]["parameters"] = shared
    view = ask(told, {}, query=[("q", "a"), ("q", "b")], headers=[("x-page", "2")], cookies=[("seen", "1")])
    table = tables(view.blocks)[None]
    assert [column.title for column in table.columns] == ["Name", "In", "Sent", "Type", "Limits", "About"]
    assert [list(row.cells) for row in table.rows] == [
        ["q", "query", "a, b", "string", "5 characters or fewer", "Words."],
        ["X-Page", "header", "2", "integer", "", ""],
        ["seen", "cookie", "[redacted]", "boolean", "", ""],
        ["missing", "query", None, "anything", "required", ""],
        ["id", "path", "7", "integer", "required", ""],
    ]


def test_a_schema_is_a_tree(ask: Ask, document: Make) -> None:
    """References are followed, what is within itself is told once, limits are in words."""
    told = document({"$ref": "#/components/schemas/Category"}, components={"schemas": {"Category": TREE}})
    table = tables(ask(told, {"name": "SF"}).blocks)["application/json"]
    rows = [(row.depth, *row.cells) for row in table.rows]
    assert rows[0] == (0, "the body", "Category", "", "A category of books.")
    assert (1, "name", "string", "required, 1 characters or more, 80 characters or fewer", "") in rows
    assert (1, "kind", "anything", "one of genre, age, default genre", "") in rows
    assert (1, "parent", "Category | null", "", "") in rows
    assert (2, "the value", "Category", "", "as above") in rows
    assert (1, "books", "array of object", "", "") in rows
    assert (2, "each item", "object", "", "") in rows
    assert (3, "id", "integer", "", "") in rows
    assert (2, "any other", "string", "5 characters or fewer", "") in rows
    assert (1, "made", "string (date-time)", "read only", "") in rows
    assert (1, "old", "string | null", "deprecated", "") in rows


def test_odd_schemas_are_drawn_all_the_same(ask: Ask, document: Make) -> None:
    """Whatever stands in a document, bounded in depth and length."""
    wide = {"properties": {f"p{n}": {"allOf": [{"minimum": n}, True], "const": None} for n in range(500)}}
    table = tables(ask(document(wide), {}).blocks)["application/json"]
    assert table.rows[-1].cells[0] == "…"
    deep: Any = {"type": "string"}
    for _ in range(30):
        deep = {"properties": {"a": deep}, "required": "no list"}
    assert len(tables(ask(document(deep), {}).blocks)["application/json"].rows) == 13
    either = {"oneOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"x": {}}}]}
    parts = {"schemas": {"A": {"properties": {"y": {"type": ["array", "null"], "items": {"$ref": 3}}}}}}
    rows = tables(ask(document(either, components=parts), {}).blocks)["application/json"].rows
    assert [row.cells[0] for row in rows][:2] == ["the body", "either 1"]


def test_the_responses_are_told_the_own_one_first(ask: Ask, document: Make) -> None:
    """Each described status has a tab; the one of this request comes first."""
    told = document(
        {}, responses={"200": {"description": "It is there"}, "404": {"$ref": "#/components/responses/Gone"}}
    )
    told["components"] = {"responses": {"Gone": {"description": "It is not"}}}
    (section,) = [block for block in ask(told, status=404).blocks if isinstance(block, Section)]
    titles = [tab.title for tab in section.blocks if isinstance(tab, Section)]
    assert titles == ["Request body", "Response 404", "Response 200"]
    assert facts(list(section.blocks[1].blocks))["Described as"] == "It is not"  # type: ignore[attr-defined]  # a tab


@pytest.mark.parametrize(
    ("path", "method", "found"),
    [
        ("/books/{id}", "POST", True), ("/books/{id:int}", "POST", True), ("/books/{id}/", "POST", True),
        ("/elsewhere", "POST", True), ("/books/{id}", "GET", False), ("/elsewhere", "GET", False),
    ],
)  # fmt: skip
def test_an_operation_is_found_by_path_or_id(ask: Ask, document: Make, path: str, method: str, found: bool) -> None:
    """The route's path with its method, whatever its converters; else the operation's id with its method."""
    view = ask(document({}), {}, path=path, method=method)
    assert (view.badge is not None) is found


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (None, {}, "This Shop application has no OpenAPI document."),
        ({"openapi": "3.1.0", "paths": {"/other": {"get": {}}}}, {}, "/books/{id:int} is not in the application's"),
        ({"paths": {f"/{n}": {"get": {"operationId": "x" * 900}} for n in range(1_100)}}, {}, "too long"),
        ({"openapi": "3.1.0", "paths": {}}, {"imported": True}, "is not known here"),
        ({"paths": 3}, {}, "is not in the application's"),
    ],
)  # fmt: skip
def test_without_an_operation_it_says_why(ask: Ask, content: Any, options: Any, said: str) -> None:
    """It is greyed: no badge and no notice, and a sentence for who opens it."""
    view = ask(content, {"id": 7}, **options)
    assert (view.badge, view.notices) == (None, [])
    (table,) = view.blocks
    assert isinstance(table, Table)
    assert said in table.empty


def test_without_a_route_there_is_nothing() -> None:
    """A 404 has no operation."""
    record = Record("http")
    record.close()
    assert list(OpenAPIPanel().view(record)) == []


def test_the_application_lists_its_operations(document: Make) -> None:
    """Every operation with its answers, and where the document is shown."""
    view = application(document({}, tags=["books"]))
    assert view.badge is not None
    assert view.badge.text == "1"
    found = facts(view.blocks)
    assert (found["API"], found["OpenAPI"], found["Swagger UI"]) == ("Shop 1", "3.1.0", "/docs")
    (row,) = tables(view.blocks)["1 operation"].rows
    assert list(row.cells) == ["POST /books/{id}", "", "200"]
    assert facts(list(row.details)) == {"operationId": "show_book", "Tags": "books"}


def test_an_operation_id_twice_is_a_notice(document: Make) -> None:
    """Clients made from such a document lose an operation."""
    told = document({})
    told["paths"]["/other"] = {"get": {"operationId": "show_book"}}
    (notice,) = application(told).notices
    assert (notice.level, notice.label) == ("warning", "operation id")
    assert "`show_book`" in notice.text


@pytest.mark.parametrize(
    "data", [None, {}, [], {"framework": 3}, {"framework": "Shop", "text": ["{"], "documentation": [3]}]
)
def test_odd_data_are_shown_as_none(data: Any) -> None:
    """A record from elsewhere may hold anything."""
    view = application({"openapi": "3.1.0"}, lambda _: data)
    assert view.badge is None


def test_an_application_without_a_document_says_so() -> None:
    """Greyed, with a sentence."""
    view = application(None)
    assert view.badge is None
    (table,) = view.blocks
    assert isinstance(table, Table)
    assert table.empty.startswith("This Shop application has no OpenAPI document")


def test_a_document_is_kept_in_pieces_and_read_back(document: Make) -> None:
    """Cut where objects end, each shorter than a record keeps, and the same again once joined."""
    told = document({"properties": {f"property_{n}": {"type": "string", "title": "x" * 50} for n in range(2_000)}})
    text = json.dumps(told, separators=(",", ":"))
    cut = list(pieces(text))
    assert "".join(cut) == text
    assert max(map(len, cut)) <= PIECE
    assert all(piece.endswith("},") for piece in cut[:-1])
    assert "".join(pieces("x" * (2 * PIECE + 1))) == "x" * (2 * PIECE + 1)
    kept = keep(told)
    assert Document.of({"framework": "Shop", **kept}).content == told


def test_a_long_document_loses_its_words_then_its_schemas(ask: Ask, document: Make) -> None:
    """Its operations are listed all the same, and what is left out is told."""
    wordy = document({"properties": {"description": {"type": "integer", "description": "x" * MOST}}}, summary="x" * 99)
    kept = keep(wordy)
    assert kept["left_out"] == "descriptions and examples"
    schema = Document.of({"framework": "Shop", **kept}).operations[0].request()["application/json"].schema
    assert schema == {"properties": {"description": {"type": "integer"}}}
    huge = document({"enum": ["x" * MOST]})
    assert keep(huge)["left_out"] == "schemas"
    view = application(huge)
    assert [notice.label for notice in view.notices] == ["document cut"]
    assert tables(view.blocks)["1 operation"].rows
    assert keep({"paths": {"/": {"get": {"operationId": "x" * MOST}, "x": 3}, "y": 3}}) == {"left_out": "everything"}
    assert keep(None) == {}
    assert ask(huge, {"id": 7}).notices[0].label == "undescribed status"


def test_what_json_cannot_hold_is_named(document: Make) -> None:
    """A default that is an object of the application's is not asked for its text."""

    class Loud:
        def __repr__(self) -> str:
            raise AssertionError("asked")

    told = document({"default": Loud()})
    assert '"default":"<Loud>"' in "".join(keep(told)["text"])


def test_pointers_and_media_types() -> None:
    """Steps are escaped and found again; a type of its own comes before a range."""
    deep = {"paths": {"/a~b/{c}": {"get": [{"x": 1}]}}}
    assert at(deep, f"#/paths/{escaped('/a~b/{c}')}/get/0/x") == 1
    assert at(deep, "#/paths/none/0") is None
    assert at([1], "#/7") is None
    one, two = Place({"a": 1}, "#/1"), Place({"b": 1}, "#/2")
    assert chosen({"text/*": two, "text/csv; charset=utf-8": one}, "text/csv") == one
    assert chosen({"text/*": two}, "text/csv") == two
    assert chosen({"*/*": two}, "image/png") == two
    assert chosen({}, "image/png") is None


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"check_requests": 1}, "openapi.check_requests"), ({"check_responses": "no"}, "openapi.check_responses"),
        ({"most": 0}, "openapi.most"), ({"most": True}, "openapi.most"), ({"most": "5"}, "openapi.most"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(options: Any, named: str) -> None:
    """At start-up, not while serving."""
    with pytest.raises(ConfigurationError, match=named):
        OpenAPIPanel(**options)


def test_checks_can_be_switched_off(ask: Ask, document: Make) -> None:
    """Then nothing is said of a body."""
    panel = OpenAPIPanel(check_requests=False, check_responses=False)
    view = ask(document({"type": "integer"}), "x", sent="x", panel=panel)
    assert view.notices == []
    assert view.badge is not None
    assert view.badge.text == "show_book"


def test_links_need_no_request(document: Make) -> None:
    """The application's own record has links without a root path, and a request's has its own."""
    known = Document.of({"framework": "Shop", "documentation": [["swagger", "/docs", ""]], **keep(document({}))})
    assert known.links() == [("Swagger UI", "/docs")]
    assert known.links(None, Request(root_path="/shop")) == [("Swagger UI", "/shop/docs")]
