"""Rules: when on-demand panels run although nobody asked: for one request in so many, and where one was slow."""

from __future__ import annotations

import re
from collections.abc import Mapping

from debug_toolbar_core.exchange import Request, Wire
from debug_toolbar_core.record import Kind, Record

NAMES = frozenset({"one_in", "slower"})
_NUMBERED = re.compile(r"/[^/]*\d[^/]*")
_KINDS: frozenset[Kind] = frozenset({"http", "task"})
_SLOW_MOST = 500

Work = tuple[str, str, str]
"""The panel that is to run, the method, and the path without the parts that have digits: one for all books."""


class Rules:
    """By panel: `one_in`, that it runs for the first of so many requests, and `slower`, for the request that comes
    after one that took more than so many seconds: to the same path, numbers in it aside.

    Example: `Config(rules={"profiling": {"slower": 0.5}, "memory": {"one_in": 100}})`.
    """

    def __init__(self, rules: Mapping[str, Mapping[str, float]]) -> None:
        self._one_in = {panel: int(rule["one_in"]) for panel, rule in rules.items() if rule.get("one_in")}
        self._slower = {panel: rule["slower"] for panel, rule in rules.items() if rule.get("slower")}
        self._counts = dict.fromkeys(self._one_in, 0)
        self._slow: dict[Work, None] = {}

    def due(self, kind: Kind, wire: Wire | None) -> list[str]:
        """Return the panels that are to run for the record that is about to be opened."""
        if kind not in _KINDS:
            return []
        found = []
        for panel, most in self._one_in.items():
            if self._counts[panel] % most == 0:
                found.append(panel)
            self._counts[panel] += 1
        if self._slow:
            request = None if wire is None else wire.request()
            found += [panel for panel in self._slower if self._slow.pop(_work(panel, request), _ABSENT) is None]
        return found

    def seen(self, record: Record) -> None:
        """Remember a record that was slow, so that the panels run for the next one like it."""
        duration = record.duration or 0.0
        if record.kind not in _KINDS or all(duration <= most for most in self._slower.values()):
            return
        request = record.request
        for panel, most in self._slower.items():
            if duration > most:
                if len(self._slow) >= _SLOW_MOST:
                    self._slow.clear()
                self._slow[_work(panel, request)] = None


def _work(panel: str, request: Request | None) -> Work:
    return (panel, "", "") if request is None else (panel, request.method, _NUMBERED.sub("/#", request.path))


_ABSENT = object()
