"""Flame: stacks are checked, folded into a tree for the browser, and listed hottest first in text."""

from __future__ import annotations

import json
import re

import pytest
from markdown_it import MarkdownIt

from debug_toolbar_core.block import Part
from debug_toolbar_core.blocks import Flame, Frame, Profile, checked
from debug_toolbar_core.flame import hottest
from debug_toolbar_core.text import to_markdown, to_text

FRAMES = [
    Frame("main", "/app/main.py", 1, "app"),
    Frame("list_books", "/app/views.py", 41, "app"),
    Frame("execute", None, None, "sqlalchemy"),
]


def flame(before: list[float] | None = None) -> Flame:
    """Return a flame of four stacks, one of them recursive, one empty."""
    stacks = [[0, 1], (0, 1, 2), [0, 1, 1], []]
    return Flame(FRAMES, [Profile("CPU", stacks, [0.01, 0.02, 0.03, 0.5], before=before)], "One request")


def test_stacks_are_folded_into_a_tree() -> None:
    """Stacks that begin alike share their nodes, and each stack knows where it ends."""
    document = flame().to_json()
    assert document["frames"][2] == {"name": "execute", "file": None, "line": None, "package": "sqlalchemy"}
    profile = document["profiles"][0]
    assert profile["nodes"] == {"frame": [0, 1, 2, 1], "parent": [-1, 0, 1, 1]}
    assert profile["samples"] == [1, 2, 3, -1]
    assert profile["weights"] == [0.01, 0.02, 0.03, 0.5]
    assert json.loads(json.dumps(document)) == document
    assert flame([1, 2, 3, 4]).to_json()["profiles"][0]["before"] == [1, 2, 3, 4]


def test_own_and_total_weight() -> None:
    """A frame that calls itself counts once, and the frame with the most weight of its own comes first."""
    found = hottest(flame([0, 0, 0.1, 0]), flame([0, 0, 0.1, 0]).profiles[0])
    assert [(heat.frame.name, round(heat.own, 3), round(heat.total, 3), heat.total_before) for heat in found] == [
        ("list_books", 0.04, 0.06, 0.1),
        ("execute", 0.02, 0.02, 0),
        ("main", 0, 0.06, 0.1),
    ]


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        (Profile("x", [[3]], [1]), "indexes"),
        (Profile("x", [[-1]], [1]), "indexes"),
        (Profile("x", [[True]], [1]), "indexes"),
        (Profile("x", [[0]], []), "1 stacks has 0 weights"),
        (Profile("x", [[0]], [1], before=[]), "weights"),
        (Profile("x", [[0]], [-1]), "0 or more"),
        (Profile("x", [[0]], [float("nan")]), "0 or more"),
        (Profile("x", [[0]], [1], "miles"), "unit"),  # type: ignore[arg-type]  # what a panel may do wrong
    ],
)
def test_what_cannot_be_drawn_is_refused(profile: Profile, why: str) -> None:
    """A view that yields such a flame is told what is wrong."""
    with pytest.raises((TypeError, ValueError), match=why):
        checked([Flame(FRAMES, [profile])])


def test_odd_parts_are_refused() -> None:
    """Frames and profiles are lists of them."""
    for odd in (Flame(["x"], []), Flame("xy", []), Flame(FRAMES, [1]), Flame([], [Profile("x", "ab", [1, 2])])):  # type: ignore[list-item,arg-type]  # what a panel may do wrong
        with pytest.raises((TypeError, ValueError)):
            checked([odd])
    with pytest.raises(NotImplementedError):
        Part().to_json()


def test_text_lists_the_hottest_frames() -> None:
    """A page of text has each profile's weight and the frames with the most of their own, with where they are."""
    drawn = to_text(checked([flame()]))
    assert "One request\nCPU: 560 ms in 4 stacks" in drawn
    assert re.search(r"40.0 ms +7.1 % +60.0 ms +list_books +/app/views.py:41", drawn)
    assert re.search(r"execute +sqlalchemy", drawn)
    html = MarkdownIt("commonmark").enable("table").render(to_markdown([flame([1, 2, 3, 4])]))
    assert "<td><code>list_books</code></td>" in html
    assert "Total before" in html
    many = Flame([Frame(f"f{n}") for n in range(40)], [Profile("x", [[n] for n in range(40)], [1] * 40, "bytes")])
    assert "x: 40 B in 40 stacks; 10 more frames are not listed" in to_text([many])
    assert "No stack was taken." in to_text([Flame([], [Profile("x", [], [])])])


@pytest.mark.parametrize("text", ["a | b", "<img src=x>", "\x1b[2J", "[x](http://evil.example)", "\u202e", "``"])
def test_names_stay_text(text: str) -> None:
    """R70: names of frames, files and profiles make no markup and steer no terminal."""
    blocks = [Flame([Frame(text, text, 1, text), Frame(text)], [Profile(text, [[0, 1]], [1])], text)]
    for drawn in (to_text(blocks), to_markdown(blocks)):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", drawn)
    tokens = MarkdownIt("commonmark").enable("table").parse(to_markdown(blocks))
    inner = {child.type for token in tokens for child in (token.children or ())}
    assert not inner & {"link_open", "image", "html_inline"}
    assert sum(token.type == "td_open" for token in tokens) == 10
