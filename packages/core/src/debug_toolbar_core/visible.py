"""Visible: recorded text made safe to print; characters that could steer a terminal or mislead show as escapes."""

from __future__ import annotations

import re
import unicodedata

from debug_toolbar_core.pattern import pattern

_STEERING = pattern(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
"""Controls, bidi marks, line separators, invisible letters, half surrogates, and the tags block."""
_NAMES = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\x1b": r"\e"}
_CUT = "…"


def visible(text: str) -> str:
    r"""Return a text on one line with nothing in it that acts: a line feed becomes `\n`, an escape `\e`."""
    return text if text.isprintable() else _STEERING.sub(_escape, text)


def visible_lines(text: str) -> list[str]:
    """Return a text's lines, each safe to print; tabs are drawn as four blanks."""
    return [visible(line.replace("\t", "    ")) for line in text.replace("\r\n", "\n").split("\n")]


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    form = "\\x{:02x}" if code < 0x100 else "\\u{:04x}" if code < 0x10000 else "\\U{:08x}"
    return _NAMES.get(character) or form.format(code)


def columns(text: str) -> int:
    """Return how many columns of a terminal a text fills."""
    return len(text) if text.isascii() else sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int, right: bool = False) -> str:
    """Return a text in exactly `width` columns: cut with `…`, or filled with blanks on its left or right."""
    if columns(text) > width:
        text = _cut(text, max(width - 1, 0)) + _CUT[:width]
    blanks = " " * (width - columns(text))
    return blanks + text if right else text + blanks


def _cut(text: str, width: int) -> str:
    text = text[: width * 4]  # at most three marks on a letter are kept
    while columns(text) > width:
        text = text[:-1]
    return text
