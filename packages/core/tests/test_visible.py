"""Visible: nothing recorded can steer a terminal or pretend to be something else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debug_toolbar_core.visible import columns, fit, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 漢字 😀", "plain ä 漢字 😀"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[31mred\x1b[0m", r"\e[31mred\e[0m"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", r"\e]8;;http://x\x07link\e]8;;\x07"),
        ("\x1b]52;c;Zm9v\x07", r"\e]52;c;Zm9v\x07"),
        ("\x9b31m\x00\x7f", r"\x9b31m\x00\x7f"),
        ("user\u202etxt.exe", r"user\u202etxt.exe"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028par\u2029", r"line\u2028par\u2029"),
        ("half \ud800", r"half \ud800"),
        ("tag \U000e0041", r"tag \U000e0041"),
    ],
)
def test_what_steers_is_escaped(text: str, shown: str) -> None:
    """R70: controls, OSC and CSI sequences, bidi overrides and invisible marks are shown as their escapes."""
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_no_text_steers(text: str) -> None:
    """R70: of no text any control, format mark or half surrogate is left, but for joiners in emoji and scripts."""
    for line in [visible(text), *visible_lines(text)]:
        for character in line:
            kind = unicodedata.category(character)
            assert kind not in ("Cc", "Cs", "Zl", "Zp"), hex(ord(character))
            assert unicodedata.bidirectional(character) not in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "PDF", "FSI")
        line.encode()


def test_lines() -> None:
    """Line ends are kept as lines, tabs are drawn as blanks, a lone carriage return is told."""
    assert visible_lines("a\r\n\tb\rc\n") == ["a", "    b\\rc", ""]


def test_columns_and_fitting() -> None:
    """Texts fill exactly the columns they are given, wide and combining characters counted as drawn."""
    assert columns("abc") == 3
    assert columns("漢字") == 4
    assert columns("e\u0301") == 1
    assert fit("abc", 5) == "abc  "
    assert fit("abc", 5, right=True) == "  abc"
    assert fit("abcdef", 4) == "abc…"
    assert fit("漢字漢字", 5) == "漢字…"
    assert fit("漢字漢字", 4) == "漢… "
    assert fit("a" + "\u0301" * 100 + "b" * 10, 3).startswith("a")
    assert fit("abc", 0) == ""


@given(st.text(), st.integers(0, 30))
def test_fitting_is_exact(text: str, width: int) -> None:
    """Whatever the text, it fills the width."""
    assert columns(fit(visible(text), width)) == width
