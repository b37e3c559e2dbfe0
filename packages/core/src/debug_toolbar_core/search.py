"""Search: the small language of the record lists, such as `path:/api -path:/health ms:>200 has:n+1`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from debug_toolbar_core.pattern import pattern

Summary = dict[str, Any]
Test = Callable[[Summary], bool]

_TERM = pattern(r'(-?)(?:([a-z][a-z0-9_-]*):(?!//))?("[^"]*"|\S+)', re.IGNORECASE)
_NUMBER = pattern(r"(>=|<=|>|<|=)?(\d+(?:\.\d+)?)$")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
}
_ALIASES = {"sql": "sqlalchemy", "http": "http-client", "logs": "logging", "log": "logging"}


class Search:
    """A parsed query: all of its terms must hold; an empty one holds for everything.

    Words: text in the path; `path:`, `method:`, `status:5xx,404`, `kind:websocket`, `route:`, `handler:`,
    `client:`, `type:` (content type), `id:`; `ms:>200`; `<panel>:>10` spans of a panel (`sql:` for short);
    `has:` a notice's label, a level (`has:error`) or `has:exception`. A leading `-` turns a term round.
    """

    def __init__(self, query: str) -> None:
        self.tests = [_test(*match.groups()) for match in _TERM.finditer(query[:500])]

    def __call__(self, summary: Summary) -> bool:
        return all(test(summary) for test in self.tests)


def _test(minus: str, name: str | None, value: str) -> Test:
    value = value.strip('"')
    test = _plain(value) if name is None else _named(name.lower(), value)
    return (lambda summary: not test(summary)) if minus else test


def _plain(value: str) -> Test:
    return lambda summary: value.lower() in f"{summary['method']} {summary['path']}?{summary['query']}".lower()


def _named(name: str, value: str) -> Test:
    if name in ("ms", "duration"):
        return _number(value, lambda summary: (summary["duration"] or 0.0) * 1000)
    if name == "size":
        return _number(value, lambda summary: summary["size"] or 0)
    if name == "status":
        return _status(value)
    if name == "has":
        return _has(value.lower())
    if name in ("path", "route", "handler", "client", "error", "type", "query"):
        field = "content_type" if name == "type" else name
        return lambda summary: any(word in str(summary[field] or "").lower() for word in _words(value))
    if name in ("method", "kind", "id", "parent"):
        return lambda summary: str(summary[name] or "").lower() in _words(value)
    panel = _ALIASES.get(name, name)
    return _number(value, lambda summary: summary["counts"].get(panel, {}).get("count", 0))


def _words(value: str) -> list[str]:
    return [word for word in value.lower().split(",") if word]


def _number(value: str, read: Callable[[Summary], float]) -> Test:
    match = _NUMBER.match(value)
    if match is None:
        return lambda summary: False
    compare, number = _COMPARE[match[1] or "="], float(match[2])
    return lambda summary: compare(read(summary), number)


def _status(value: str) -> Test:
    def test(summary: Summary) -> bool:
        status = str(summary["status"] or "")
        words = _words(value)
        return any(
            status == word or (word.endswith("xx") and status[:1] == word[:1] and status != "") for word in words
        )

    if _NUMBER.match(value) and value[0] in "<>=":
        return _number(value, lambda summary: summary["status"] or 0)
    return test


def _has(value: str) -> Test:
    def test(summary: Summary) -> bool:
        if value in ("exception", "error") and summary["error"]:
            return True
        if summary["levels"].get(value, 0):
            return True
        return value in {label.lower() for label in summary["labels"]} or value in summary["counts"]

    return test
