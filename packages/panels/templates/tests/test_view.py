"""What the panel shows of a record's renders."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_core import Limits, Record, Source, Span
from debug_toolbar_core.blocks import Badge, Code, Facts, Notice, Table, Tree
from debug_toolbar_templates import TemplatesPanel
from debug_toolbar_testing.samples import through_json


def add(
    record: Record, name: str, start: float, end: float, kind: str = "page", parent: Span | None = None, **more: Any
) -> Span:
    """Add a render with exact times."""
    attributes = {"template.engine": "jinja2", "template.name": name, "template.kind": kind, **more}
    return record.add("templates", name, start, end, attributes, source=Source(f"/t/{name}", 1, name), parent=parent)


def blocks(record: Record, **options: Any) -> list[Any]:
    """Return what the panel shows of a record once it is stored."""
    record.close(0.1)
    return list(TemplatesPanel(**options).view(through_json(record)))


def of(kind: type, found: list[Any]) -> list[Any]:
    """Return the blocks of one kind."""
    return [block for block in found if isinstance(block, kind)]


def test_nothing_rendered_shows_nothing() -> None:
    """The panel is greyed where no template was rendered."""
    assert blocks(Record("http")) == []


def test_the_tree_counts_what_is_rendered_again_beside_itself() -> None:
    """One row for an include in a loop, with its times, and time of one's own without what is inside."""
    record = Record("http")
    page = add(record, "page.html", 0.0, 0.05)
    for number in range(3):
        card = add(record, "card.html", 0.01 * number, 0.01 * number + 0.008, "include", page)
        add(record, "cover.html", 0.01 * number, 0.01 * number + 0.002, "include", card)
    (table,) = of(Table, blocks(record))
    rows = [(row.depth, *row.cells[:3], round(row.cells[3], 6), round(row.cells[4], 6)) for row in table.rows]
    assert rows == [
        (0, "page.html", "page", 1, 0.05, 0.026),
        (1, "card.html", "include", 3, 0.024, 0.018),
        (2, "cover.html", "include", 3, 0.006, 0.006),
    ]
    assert table.rows[0].span == 0
    assert table.rows[1].span is None


def test_badge_and_headline() -> None:
    """Renders, templates, the time in all and its share, and what compiling took."""
    record = Record("http")
    page = add(record, "page.html", 0.0, 0.02)
    add(record, "card.html", 0.001, 0.006, "compile", page)
    add(record, "card.html", 0.006, 0.007, "include", page)
    found = blocks(record)
    assert found[0] == Badge("2", "20.0 ms", None)
    facts = {fact.label: fact.value for fact in of(Facts, found)[0].items}
    assert facts == pytest.approx(
        {"renders": 2, "templates": 2, "rendering": 0.02, "of the request": 0.2, "compiling": 0.005}
    )
    assert [notice.label for notice in of(Notice, found)] == ["compiled"]


def test_slow_templates_are_a_notice_by_their_own_time() -> None:
    """A page that waits for what it includes is not slow; the option says from when."""
    record = Record("http")
    page = add(record, "page.html", 0.0, 0.09)
    add(record, "chart.html", 0.01, 0.08, "include", page)
    found = blocks(record)
    assert [notice.text for notice in of(Notice, found)] == ["`chart.html` took 70.0 ms of its own"]
    assert [row.level for row in of(Table, found)[0].rows] == [None, "warning"]
    assert of(Notice, blocks(record, slow=0.2)) == []


def test_an_include_in_a_loop_is_a_notice() -> None:
    """How often and how long; a warning where it takes long, else for information; the option says from how many."""
    record = Record("http")
    page = add(record, "page.html", 0.0, 0.03)
    for number in range(25):
        add(record, "card.html", 0.001 * number, 0.001 * number + 0.0004, "include", page)
    (notice,) = of(Notice, blocks(record))
    assert (notice.level, notice.label) == ("info", "include in a loop")
    assert notice.text == "`card.html` was included 25 times: 10.0 ms, 400 µs each"
    assert of(Notice, blocks(record, slow=0.009))[-1].level == "warning"
    assert of(Notice, blocks(record, repeated=26)) == []


def test_an_include_in_what_is_rendered_in_a_loop_is_no_loop_of_its_own() -> None:
    """Only the template whose include stands in the loop is pointed out."""
    record = Record("http")
    page = add(record, "page.html", 0.0, 0.03)
    for number in range(25):
        card = add(record, "card.html", 0.001 * number, 0.001 * number + 0.0004, "include", page)
        add(record, "cover.html", 0.001 * number, 0.001 * number + 0.0001, "include", card)
    assert [notice.text.split()[0] for notice in of(Notice, blocks(record))] == ["`card.html`"]


def test_what_a_page_was_given_is_a_tree() -> None:
    """Types by name, or values where they were kept."""
    record = Record("http")
    add(record, "a.html", 0.0, 0.01, **{"template.context": {"book": "shop.Book"}})
    add(record, "b.html", 0.02, 0.03, **{"template.context": {"n": "int"}, "template.values": {"n": 7}})
    assert [(tree.title, tree.value) for tree in of(Tree, blocks(record))] == [
        ("a.html: context, by type", {"book": "shop.Book"}), ("b.html: context", {"n": 7}),
    ]  # fmt: skip


def test_a_failed_render_opens_to_its_source() -> None:
    """The error, and the lines of the template around the one that raised."""
    record = Record("http")
    failed = {"error.type": "KeyError", "error.message": "x", "template.line": 7, "template.source": "a\nb\n",
              "template.source.start": 6, "template.abandoned": True}  # fmt: skip
    add(record, "a.html", 0.0, 0.01, **failed)
    found = blocks(record)
    (row,) = of(Table, found)[0].rows
    assert row.level == "error"
    assert [block.type for block in row.details] == ["facts", "code", "facts"]
    assert (row.details[1].start, row.details[1].highlight) == (6, 7)
    assert found[0].level == "error"
    assert (of(Code, found)[0].title, of(Code, found)[0].highlight) == ("a.html", 7)


def test_renders_past_the_limit_are_counted() -> None:
    """They are in the badge, and a notice says so."""
    record = Record("http", limits=Limits(panel_spans=1))
    for number in range(3):
        add(record, "a.html", number, number + 0.001)
    found = blocks(record)
    assert found[0].text == "3"
    assert found[1].label == "renders dropped"


def test_odd_records_are_shown_as_far_as_they_go() -> None:
    """Attributes of any kind, and spans deeper than any page."""
    record = Record("http")
    parent = record.add("templates", "odd", 0.0, None, {"template.kind": 7, "template.name": None, "error.type": 3})
    for depth in range(80):
        other = record.add("app", "between", 0.0, 0.1, parent=parent)
        parent = add(
            record, f"{depth}.html", 0.0, 0.1, "include", other, **{"template.line": "x", "template.context": []}
        )
    found = blocks(record)
    assert max(row.depth for row in of(Table, found)[0].rows) <= 50
