"""Redacted: the rules for what a redactor went over before, where a second time would change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

Pairs = Iterable[tuple[str, str]]


class Rules(Protocol):
    """How what a record holds is shown; a `Redactor` shows it without secrets."""

    def text(self, text: str) -> str: ...

    def value(self, value: object, key: str | None = None) -> object: ...

    def attributes(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]: ...

    def headers(self, pairs: Pairs) -> list[tuple[str, str]]: ...

    def cookies(self, pairs: Pairs) -> list[tuple[str, str]]: ...

    def pairs(self, pairs: Pairs) -> list[tuple[str, str]]: ...

    def url(self, url: str) -> str: ...


class Redacted:
    """Shows everything as it is: only for a record that was decoded a moment ago, with nothing put into it since."""

    def text(self, text: str) -> str:
        return text

    def value(self, value: object, key: str | None = None) -> object:
        return value

    def attributes(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        return _as_it_is

    def headers(self, pairs: Pairs) -> list[tuple[str, str]]:
        return list(pairs)

    def cookies(self, pairs: Pairs) -> list[tuple[str, str]]:
        return list(pairs)

    def pairs(self, pairs: Pairs) -> list[tuple[str, str]]:
        return list(pairs)

    def url(self, url: str) -> str:
        return url


def _as_it_is(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return attributes if type(attributes) is dict else dict(attributes)
