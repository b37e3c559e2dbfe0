"""Lanes: states over time are checked, become JSON, and are drawn as lines of signs in text."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from debug_toolbar_core import Source
from debug_toolbar_core.blocks import Code, Lane, Lanes, Slice, checked
from debug_toolbar_core.text import to_markdown, to_text

PLACE = Source("/app/views.py", 48, "list_books")
REQUEST = Lane("request", [Slice("running", 0.0, 0.4), Slice("waiting", 0.4, 0.8, "gather"), Slice("ready", 0.8, 1.0)])
CHILD = Lane("stars", [Slice("waiting", 0.5, 0.7), Slice("running", 0.55, 0.56)], PLACE, 1, "returned", "warning")
LANES = Lanes([REQUEST, CHILD], 1.0, "Tasks")


def test_lanes_are_plain_json() -> None:
    """What the browser is sent has every slice with its exact times, and every lane with its place and depth."""
    document = LANES.to_json()
    assert json.loads(json.dumps(document)) == document
    assert (document["type"], document["seconds"], document["title"]) == ("lanes", 1.0, "Tasks")
    assert document["lanes"][0]["slices"][1] == {"state": "waiting", "start": 0.4, "end": 0.8, "text": "gather"}
    child = document["lanes"][1]
    assert child["source"] == {"file": "/app/views.py", "line": 48, "function": "list_books"}
    assert (child["label"], child["depth"], child["detail"], child["level"]) == ("stars", 1, "returned", "warning")
    assert checked([LANES]) == [LANES]


def test_text_draws_the_states_over_time() -> None:
    """A line of signs for each lane, the seconds in each state, and a legend that names the signs."""
    drawn = to_text([LANES], width=160)
    assert "Tasks: █ running, ▒ ready, ─ waiting, ▌ running briefly\n" in drawn
    assert f"{'█' * 13}{'─' * 13}{'▒' * 6}" in drawn
    assert re.search(r"▲   stars +·{16}─▌─{5}·{9} +10.0 ms +– +200 ms +returned +/app/views.py:48 in list_books", drawn)
    html = MarkdownIt("commonmark").enable("table").render(to_markdown([LANES]))
    assert html.count("<tr>") == 3
    assert "<td>· stars</td>" in html


def test_unknown_states_have_signs_of_their_own() -> None:
    """Words that no output knows are told apart; more of them than signs share the last."""
    names = ["parked", "queued", "frozen", "lost", "gone", "eaten"]
    lanes = [Lane(name, [Slice(name, 0, 1)]) for name in names]
    drawn = to_text([Lanes(lanes, 1)], width=250)
    assert drawn.startswith("◆ parked, ○ queued, ▲ frozen, □ lost, ? gone, ? eaten\n")
    assert "◆" * 32 in drawn
    assert "?" * 32 in drawn


def test_borders() -> None:
    """No lanes, no time, slices of no length or past the end, and very many lanes are drawn."""
    assert to_text([Lanes([], 1.0)]) == "Nothing ran.\n"
    assert to_text([Lanes([], 1.0, "Tasks", "No task ran.")]) == "Tasks\nNo task ran.\n"
    assert "x" in to_text([Lanes([Lane("x", [Slice("running", 0, 0)])], 0)])
    points = [Slice("running", 0.5, 0.5), Slice("ready", 3, 4), Slice("waiting", 1, 1)]
    line = next(row for row in to_text([Lanes([Lane("points", points)], 1.0)], width=200).splitlines() if "po" in row)
    assert re.search(r"·{16}█·{14}[▒─]", line)
    many = to_text([Lanes([Lane(f"lane {n}", []) for n in range(1_000)], 1.0)])
    assert "800 more are not listed" in many
    assert "lane 199" in many
    assert "lane 200" not in many


@pytest.mark.parametrize(
    "odd",
    [
        Lanes([], float("nan")),
        Lanes([], -1),
        Lanes([], "1"),  # type: ignore[arg-type]  # what a panel may do wrong, as are those below
        Lanes("ab", 1),  # type: ignore[arg-type]
        Lanes([1], 1),  # type: ignore[list-item]
        Lanes([Lane(1, [])], 1),  # type: ignore[arg-type]
        Lanes([Lane("x", [], detail=None)], 1),  # type: ignore[arg-type]
        Lanes([Lane("x", [], depth=-1)], 1),
        Lanes([Lane("x", [], depth=True)], 1),
        Lanes([Lane("x", [], level="bad")], 1),  # type: ignore[arg-type]
        Lanes([Lane("x", [1])], 1),  # type: ignore[list-item]
        Lanes([Lane("x", [Slice(1, 0, 1)])], 1),  # type: ignore[arg-type]
        Lanes([Lane("x", [Slice("a", 0, 1, None)])], 1),  # type: ignore[arg-type]
        Lanes([Lane("x", [Slice("a", 1, 0)])], 1),
        Lanes([Lane("x", [Slice("a", 0, float("inf"))])], 1),
        Lanes([Lane("x", [Slice("a", False, 1)])], 1),
    ],
)
def test_what_cannot_be_drawn_is_refused(odd: Any) -> None:
    """A view that yields such lanes is told what is wrong."""
    with pytest.raises((TypeError, ValueError)):
        checked([odd])


@pytest.mark.parametrize("text", ["a | b", "<img src=x>", "\x1b[2J", "[x](http://evil.example)", "\u202e", "``"])
def test_words_stay_text(text: str) -> None:
    """R70: labels, states and details make no markup and steer no terminal."""
    blocks = [Lanes([Lane(text, [Slice(text, 0, 1, text)], Source(text, 1, text), 1, text)], 1, text, text)]
    for drawn in (to_text(blocks), to_markdown(blocks)):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", drawn)
    tokens = MarkdownIt("commonmark").enable("table").parse(to_markdown(blocks))
    inner = {child.type for token in tokens for child in (token.children or ())}
    assert not inner & {"link_open", "image", "html_inline"}
    assert sum(token.type == "td_open" for token in tokens) == 5


def test_the_name_of_a_file_to_download() -> None:
    """A text that is meant as a file says its name where it has no title."""
    block = Code("{}", "json", filename="trace.json")
    assert block.to_json()["filename"] == "trace.json"
    assert to_text([block]) == "trace.json\n  {}\n"
    assert to_markdown([block]).startswith("**trace.json**\n")


def test_the_text_of_a_file_is_whole() -> None:
    """A text that is saved as a file is not cut as others are, up to a bound."""
    text = "x" * 100_000
    assert Code(text, filename="x.txt").to_json()["text"] == text
    assert len(Code(text).to_json()["text"]) < 17_000
    assert len(Code("x" * 17_000_000, filename="x.txt").to_json()["text"]) < 16_100_000
