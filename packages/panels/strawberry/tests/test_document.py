"""Documents: depth and number of fields, without any library."""

from __future__ import annotations

import pytest

from debug_toolbar_strawberry.document import measure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a }", (1, 1)),
        ("{ books { title author { name } } }", (3, 4)),
        ('query Q($x: In = {a: [1]}) @live { a(x: {b: "}"}) { b } c: d }', (2, 3)),
        ("{ ...F } fragment F on T { a { b } }", (2, 2)),
        ("{ a { ... on T { b } ... @skip(if: true) { c } ...F } } fragment F on T { d }", (2, 4)),
        ("{ ...F } fragment F on T { a ...F }", (1, 1)),
        ('# { x }\n{ a """{""" }', (1, 1)),
        ("query One { a } query Two { b { c } }", (1, 1)),
        ("", None),
        ("}}}", None),
        ("type T { a: Int }", None),
        ("{ a {", (1, 1)),
    ],
)
def test_a_document_is_measured(text: str, expected: tuple[int, int] | None) -> None:
    """Aliases, arguments, directives, comments, strings and fragments; broken ones as far as they go."""
    assert measure(text) == expected


def test_the_named_operation_is_measured() -> None:
    """Of several operations the one that ran."""
    assert measure("query One { a } query Two { b { c } }", "Two") == (2, 2)


@pytest.mark.parametrize("text", ["{ a " * 10_000, "{ ...F } fragment F on T " * 1_000, "{a" * 50_000 + "(" * 1_000])
def test_a_hostile_document_ends(text: str) -> None:
    """Deep or long ones are read in bounded time and depth."""
    measure(text)
