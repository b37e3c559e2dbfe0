"""Text and Markdown: every block is drawn, bounded, and hostile text stays text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from debug_toolbar_core import Record, Source
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Button,
    Code,
    Column,
    Diff,
    Fact,
    Facts,
    Notice,
    Row,
    Section,
    Table,
    Timeline,
    Tree,
)
from debug_toolbar_core.drawing import Drawer
from debug_toolbar_core.text import to_markdown, to_text
from debug_toolbar_core.visible import columns

PLACE = Source("/app/views.py", 48, "list_books")


@dataclass(frozen=True, slots=True)
class Radar(Block):
    """A block of the future."""

    type: ClassVar[str] = "radar"


def record() -> Record:
    """Return a record with nested spans."""
    made = Record("http")
    outer = made.add("app", "outer", 0.0, 0.1)
    made.add("sqlalchemy", "SELECT *\n  FROM book", 0.02, 0.05, parent=outer)
    made.add("http-client", "GET /price", 0.06, None)
    made.close(0.1)
    return made


def table(**options: Any) -> Table:
    """Return a table with every kind of cell."""
    heads = [Column("Statement", "sql"), Column("Time", "s"), Column("Where", "source")]
    rows = [
        Row(("SELECT a|b\n FROM book", 0.00133, PLACE), "warning", [Code("SELECT 1", "sql")]),
        Row(("SELECT 2", 1.5)),
    ]
    return Table(heads, rows, **options)


BLOCKS: list[Block] = [
    Badge("23", "41 ms", "warning"),
    Badge("plain"),
    Notice("warning", "19 similar `queries` load Book", "use `joinedload`", PLACE, "N+1", 0.02),
    Notice("info", "fine"),
    Facts([Fact("queries", 23, "count", "in all"), Fact("of the request", 0.49, "percent")], headline=True),
    Facts([]),
    table(title="Queries"),
    Table([Column("x")], [], empty="No queries yet."),
    Table([Column("x")], [Row((1,))]),
    Timeline(),
    Timeline("sqlalchemy"),
    Timeline("nobody"),
    Tree({"a": {"b": [1, {"c": 2}], "d": ()}, "e": None}, "settings"),
    Tree("scalar"),
    Code("def f():\n\treturn 1", "python", 10, 11, PLACE, "views.py"),
    Code("text", highlight=1),
    Code("x", "Bad lang!\n"),
    Code("SELECT ?", "sql", parameters=[7, "a`b"]),
    Section("Details", [Facts([Fact("a", 1)]), Section("Inner", [])], open=False, tabs=True),
    Button("explain", "Explain", {"index": 3}, "Really?"),
    Button("copy", "Copy"),
    Radar(),
]


def test_terminal() -> None:
    """Every block is drawn for a terminal, within the width."""
    drawn = to_text(BLOCKS, record(), 100)
    for said in (
        "▲ 23 (41 ms)",
        "▲ warning: N+1: 19 similar `queries` load Book (saves 20.0 ms)",
        "→ use `joinedload`",
        "at /app/views.py:48 in list_books",
        "queries         23  (in all)",
        "of the request  49 %",
        "Queries",
        "▲ SELECT a|b FROM book  1.33 ms",
        "      SELECT 1",
        "No queries yet.",
        "app: outer",
        "  sqlalchemy: SELECT * FROM book",
        "open",
        "No spans.",
        "a:\n  b:\n    - 1\n    -\n      c: 2\n  d: []\ne: –",
        "   10 def f():",
        ">    11     return 1",
        "── Details ──\n  a  1",
        '[Explain: action explain {"index": 3}]',
        "[Copy: action copy]",
        '  SELECT ?\n  with [7, "a`b"]',
        "[radar: this output cannot draw it]",
    ):
        assert said in drawn, said
    assert max(columns(line) for line in drawn.splitlines()) <= 101
    assert drawn.endswith("\n")
    assert to_text([]) == ""


def test_the_bar_stands_where_the_span_ran() -> None:
    """A timeline's bars show start and length on the record's clock."""
    lines = to_text([Timeline()], record(), 80).splitlines()
    assert "████████████████████" in lines[0]
    assert "···██████···········" in lines[1]
    assert "············█·······" in lines[2]
    assert to_text([Timeline()], None) == "No spans.\n"


def test_markdown() -> None:
    """Every block is drawn as Markdown that a parser reads as meant."""
    drawn = to_markdown(BLOCKS, record())
    html = MarkdownIt("commonmark").enable("table").render(drawn)
    for said in (
        "<strong>23</strong> 41 ms <em>warning</em>",
        "<strong>warning, N+1</strong>: 19 similar <code>queries</code> load",
        "hint: use <code>joinedload</code>",
        "at <code>/app/views.py:48 in list_books</code>",
        "<strong>of the request</strong>: 49 %",
        "<td><code>SELECT a¦b FROM book</code></td>",
        "1.33 ms",
        "Row 1:",
        "<em>No queries yet.</em>",
        "sqlalchemy: SELECT * FROM book",
        "<em>No spans.</em>",
        "<h2>Details</h2>",
        "<h3>Inner</h3>",
        'class="language-python"',
        "line 11",
        'class="language-text">x',
        "<p>Parameters</p>\n<ul>\n<li><code>[7, &quot;a`b&quot;]</code>",
        "action <code>explain</code>: Explain with",
        "<em>radar: this output cannot draw it</em>",
    ):
        assert said in html, (said, html)
    assert html.count("<table>") == 2
    assert to_markdown([]) == "\n"


HOSTILE = [
    "[click](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<http://evil.example>",
    "http://evil.example",
    "www.evil.example",
    "bob@evil.example",
    "@everyone",
    "a | b | c",
    "x\n\n# Heading",
    "`` ` ``` ```` code",
    "```\n</pre>",
    "[x]: http://evil.example",
    "&lt;b&gt;",
    "\\[x](y)",
    "*a* __b__ ~~c~~",
    "1. list",
    "- item",
    "> quote",
    "---",
    "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
    "\x1b[2J",
    "a\rb",
    "\u202egnp.exe",
    "| --- |",
    "\\",
    "`",
    "$x$",
    "a\\|b",
    "`a|b`",
    "javascript:alert(1)",
    "<!-- x",
    "<![CDATA[",
    "[[x]]",
    "[^1]",
    "http://a|b",
    "x](y",
    "`http://x",
    "",
    " ",
    "\t",
    "\x00",
]


def everywhere(text: str) -> list[Block]:
    """A text in every place that a block has for one."""
    place = Source(text, 1, text)
    return [
        Badge(text, text), Notice("error", text, text, place, text), Facts([Fact(text, text, hint=text)]),
        Facts([Fact(text, text, unit) for unit in ("sql", "code", "json", "source", "level")]),
        Table(
            [Column(text, "sql"), Column(text)], [Row((text, text), None, [Code(text)]), Row((text,), depth=2)],
            text, text,
        ),
        Table([Column("x")], [], text, text), Tree({text: [text]}, text),
        Code(text, text, source=place, title=text, parameters=[{text: text}, [text]]),
        Diff(text, f"{text}\n{text}", text, text),
        Section(text, [Notice("info", text)]), Button(text, text, {text: text}),
    ]  # fmt: skip


def spans_named(text: str) -> Record:
    """Return a record with a span of this name."""
    made = Record("http")
    made.add(text, text, 0.0, 1.0)
    return made


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """R70: recorded text makes no links, images, HTML, cells or headings, and steers no terminal."""
    check(text)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("[]()!<>`|\\*_~#&:/@w.$-\n\r\x1b\u202e ax1")))
def test_no_text_is_markup(text: str) -> None:
    """R70: the same for whatever those characters can be put together to."""
    check(text)


def check(text: str) -> None:
    """Check that a text stays text wherever it is put."""
    blocks, made = [*everywhere(text), Timeline()], spans_named(text)
    drawn, plain = to_markdown(blocks, made), to_text(blocks, made)
    for output in (drawn, plain):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", output)
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(drawn)
    inner = [child for token in tokens for child in (token.children or ())]
    kinds = {token.type for token in [*tokens, *inner]}
    assert not kinds & {"link_open", "image", "html_block", "html_inline", "hr", "blockquote_open", "code_block"}, kinds
    assert not kinds & {"s_open", "ordered_list_open"}
    assert sum(token.type == "heading_open" for token in tokens) == 1
    rows = [index for index, token in enumerate(tokens) if token.type == "tr_open"]
    assert len(rows) == 3
    assert sum(token.type in ("td_open", "th_open") for token in tokens) == 6
    outside = "".join(child.content for child in inner if child.type == "text")
    assert not re.search(r"\w@\w|[a-z]://|www\.\w", outside.replace("¦", "|")), outside


def test_hostile_text_is_still_readable() -> None:
    """What is escaped in the source is read as it was."""
    text = "a <b>bold</b> [link](x) snake_case __init__ 1*2*3 &amp; back\\slash"
    html = MarkdownIt("commonmark").render(to_markdown([Facts([Fact("x", text)])]))
    assert "a &lt;b&gt;bold&lt;/b&gt; [link](x) snake_case __init__ 1*2*3 &amp;amp; back\\slash" in html


def test_long_ones_are_cut_and_say_so() -> None:
    """Tables, texts, trees, timelines and nesting past the limits are cut, with what is missing."""
    made = Record("http")
    for number in range(300):
        made.add("a" if number % 2 else "b", f"span {number}", 0.0, 1.0)
    nested: Block = Section("deepest", [])
    for _ in range(20):
        nested = Section("x", [nested])
    row = Row(("x" * 5_000,), None, [Badge("detail")])
    blocks = [
        Table([Column("x")], [row] * 1_000), Code("line\n" * 1_000), Code("x" * 10_000), Tree(list(range(1_000))),
        Timeline(), Facts([Fact("x", "y" * 5_000)]), nested, Tree([[[[[[[[[[[[1]]]]]]]]]]]]),
    ]  # fmt: skip
    for draw in (to_text, to_markdown):
        drawn = draw(blocks, made)
        for said in ("800 more rows", "801 more lines", "(8000 more)", "100 more spans", "(3000 more)", "… deeper"):
            assert said in drawn, (draw, said)
        assert drawn.count("detail") == 50
        assert len(drawn) < 1_000_000


def test_narrow_terminals() -> None:
    """Many columns in little room are still drawn, the wide ones cut first."""
    heads = [Column(name) for name in ("id", "a long text", "n")]
    drawn = to_text([Table(heads, [Row(("7", "x" * 300, "12"))])], width=30)
    assert "7   xxxxxxxxxxxxxxxxxxx…  12" in drawn
    assert to_text([Table([Column("x" * 9)] * 30, [Row(("y" * 9,) * 30)])], width=1)


def test_odd_values_are_drawn() -> None:
    """Objects, wrong units and wrong shapes in a view are shown, never an error."""
    blocks = [
        Facts([Fact("object", object()), Fact("seconds", "soon", "s"), Fact("int", 10**5000)]),
        Table([Column("a", "bytes")], [Row(({"a": 1}, "too", "many"))]), Tree({b"k": 2**5000, "o": object()}),
        Notice("error", "x", saves=0.5),
    ]  # fmt: skip
    assert "<builtins.object>" in to_text(blocks)
    assert "<builtins.object>" in to_markdown(blocks)


def test_a_drawer_says_how_it_emphasises() -> None:
    """A drawer must bring its own way to write a placeholder."""
    with pytest.raises(NotImplementedError):
        list(Drawer(None).block(Radar(), 80, 0))


def test_spans_whose_parent_is_another_panels_stand_at_the_margin() -> None:
    """A timeline of one panel nests within that panel only."""
    lines = to_text([Timeline("sqlalchemy")], record()).splitlines()
    assert lines[0].startswith("sqlalchemy: SELECT * FROM book ")


def test_the_rows_of_a_tree_are_indented() -> None:
    """A row's depth indents the first column that holds no numbers, up to a bound, and never breaks the table."""
    heads = [Column("Rows", "count"), Column("Node"), Column("Time", "s")]
    rows = [Row((50, "Loop", 0.01)), Row((1, "Scan", 0.002), depth=1), Row((), depth=2), Row((2, "Deep"), depth=10_000)]
    blocks = [Table(heads, rows)]
    lines = to_text(blocks, width=90).splitlines()[2:4]
    assert [line[8:16].rstrip() for line in lines] == ["Loop", "  Scan"]
    html = MarkdownIt("commonmark").enable("table").render(to_markdown(blocks))
    assert "<td>· Scan</td>" in html
    assert f"<td>{'· ' * 24}Deep</td>" in html
    assert "Scan" in to_text([Table([Column("n", "count")], [Row((1,), depth=3)]), *blocks])


def test_parameters_are_written_for_each_execution() -> None:
    """A list of lists is many executions; a mapping, a scalar and an object are one."""
    assert to_text([Code("x", "sql", parameters=[[1], {"a": 2}])]).splitlines()[1:] == ["  with [1]", '  with {"a": 2}']
    assert to_text([Code("x", "sql", parameters={"a": object()})]).splitlines()[1:] == [
        '  with {"a": "<builtins.object>"}'
    ]
    for drawn in (
        to_text([Code("x", "sql", parameters=[[n] for n in range(900)])]),
        to_markdown([Code("x", parameters=[])]),
    ):
        assert "(700 more lines)" in drawn or "`[]`" in drawn


def test_a_difference_has_the_lines_that_changed() -> None:
    """Lines taken out and put in are marked, with a few around them; alike texts say so, long ones are cut."""
    before = "\n".join(str(n) for n in range(20))
    blocks = [Diff(before, before.replace("10", "ten"), title="Changed"), Diff("x", "x"), Diff("a\n" * 1_200, "b")]
    drawn = to_text(blocks)
    assert "Changed\n@@ -8,7 +8,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n" in drawn
    assert "No line differs." in drawn
    assert "more lines" in drawn
    assert "```diff\n@@ -8,7 +8,7 @@\n 7" in to_markdown(blocks)
    assert "*No line differs.*" in to_markdown(blocks)
