"""Book covers, drawn from nothing but the title: colours, a motif, and the title broken into lines."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from zlib import crc32

PALETTES = [
    ("#16324f", "#f2c14e", "#f7f3e9"),
    ("#f3e3c3", "#c8553d", "#2b2d42"),
    ("#0f5257", "#f6ae84", "#f4fbf6"),
    ("#e8ddf0", "#6c4ab6", "#2a1a4a"),
    ("#7a1f2b", "#f0b67f", "#fff4e6"),
    ("#dcebe3", "#2f7d5b", "#14342b"),
    ("#22223b", "#9aa8e0", "#f2e9e4"),
    ("#ffd9c7", "#e4572e", "#3b1c12"),
    ("#cfe4f3", "#1f6fb2", "#0e2a44"),
    ("#2d4a3e", "#d9c86b", "#f5f2df"),
    ("#f6d8dc", "#b23a5b", "#431325"),
    ("#3a2e5c", "#ef8fa3", "#fbeff3"),
]
"""Ground, motif and lettering, legible on each other."""

MOTIFS = ("sun", "hills", "rings", "stripes", "arches", "dots", "moon", "waves")


@dataclass(frozen=True)
class Cover:
    """What the template draws."""

    ground: str
    motif_colour: str
    lettering: str
    motif: str
    lines: list[str]
    size: int


WIDTH = 102
"""What a line of the title may take of the drawing's 120 units."""

SIZES = (16, 14, 12, 10)
"""Sizes of lettering, the first that fits in three lines; a bold letter is about 0.69 of it wide."""


def cover(title: str) -> Cover:
    """Return the cover of a title, always the same one."""
    number = crc32(title.encode())
    ground, motif_colour, lettering = PALETTES[number % len(PALETTES)]
    motif = MOTIFS[number // len(PALETTES) % len(MOTIFS)]
    size, lines = set_in_lines(title)
    return Cover(ground, motif_colour, lettering, motif, lines, size)


def set_in_lines(title: str) -> tuple[int, list[str]]:
    """Return the largest size at which a title fits, and its lines.

    >>> set_in_lines("Station Eleven")
    (16, ['Station', 'Eleven'])
    """
    for size in SIZES:
        letters = int(WIDTH / (size * 0.69))
        lines = wrap(title, letters, break_on_hyphens=False)
        if len(lines) <= 3 and max(map(len, title.split())) <= letters:
            break
    return size, lines
