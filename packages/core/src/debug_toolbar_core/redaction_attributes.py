"""Attributes whose names say what they hold: URLs and headers are shown by the rules for URLs and for headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debug_toolbar_core.redaction import Redactor
    from debug_toolbar_core.redaction_tree import Tree

HEADERS = frozenset({"http.request.headers", "http.response.headers"})
"""Attributes that hold a message's header fields: pairs of texts, or lines (`host: shop.example`)."""
URL = "url.full"
"""An attribute of this name, or that ends with it, holds a URL or several."""
_MOST = 200
_NAMES_MOST = 1024


class Attributes:
    """Shows the attributes of many spans: as values, and those that hold URLs or headers as such.

    Example: `Attributes(redactor, tree, set())({"url.full": "https://shop.example/?code=1&state=2"})` hides the code.
    """

    def __init__(self, redactor: Redactor, tree: Tree, plain: set[str]) -> None:
        """Names in `plain`, which grows, are known to hold neither URLs nor headers."""
        self._redactor = redactor
        self._tree = tree
        self._plain = plain

    def __call__(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        shown = self._tree.show(attributes if type(attributes) is dict else dict(attributes))
        if not isinstance(shown, dict):
            return {}
        if self._plain.issuperset(shown):  # as nearly always: these names were looked at before
            return shown
        if any(name in HEADERS or name.endswith(URL) for name in shown):
            return _by_name(self._redactor, attributes, shown)
        if len(self._plain) >= _NAMES_MOST:
            self._plain.clear()
        self._plain.update(shown)
        return shown


def _by_name(redactor: Redactor, attributes: Mapping[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
    for name, value in attributes.items():
        if name in HEADERS:
            fields = _lines(value) if type(value) is str else value
            if isinstance(fields, (list, tuple)) and all(map(_is_field, fields)):
                shown[name] = [list(pair) for pair in redactor.headers(fields[:_MOST])]
        elif type(name) is str and name.endswith(URL):
            if type(value) is str:
                shown[name] = redactor.url(value)
            elif isinstance(value, (list, tuple)) and all(type(url) is str for url in value):
                shown[name] = [redactor.url(url) for url in value[:_MOST]]
    return shown


def _lines(text: str) -> list[tuple[str, str]]:
    split = [line.partition(": ") for line in text.split("\n") if line]
    return [(name, value) for name, _, value in split]


def _is_field(pair: Any) -> bool:
    return type(pair) in (list, tuple) and len(pair) == 2 and type(pair[0]) is str and type(pair[1]) is str
