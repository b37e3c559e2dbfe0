"""Attributes that hold URLs or headers are redacted by the rules for those."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_core import Record
from debug_toolbar_core.encoding import Encoder


def shown(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return a span's attributes as every reader gets them."""
    record = Record("http")
    record.add("http-client", "GET shop.example/", 0.0, 1.0).attributes.update(attributes)
    found: dict[str, Any] = Encoder().encode(record)["spans"][0]["attributes"]
    return found


@pytest.mark.parametrize("name", ["url.full", "http.redirects.url.full"])
def test_a_url_is_shown_without_its_secrets(name: str) -> None:
    """User info and secret query values are masked, an OAuth code too, which only a URL's rule knows."""
    url = "https://bob:hunter2@shop.example/in?code=abc&state=1&page=2"
    clean = "https://bob:[redacted]@shop.example/in?code=[redacted]&state=1&page=2"
    assert shown({name: url}) == {name: clean}
    assert shown({name: (url, "https://shop.example/")}) == {name: [clean, "https://shop.example/"]}


@pytest.mark.parametrize("name", ["http.request.headers", "http.response.headers"])
def test_headers_are_shown_by_the_rule_for_headers(name: str) -> None:
    """A scheme, the names of cookies and their attributes stay; a secret header no key rule knows is masked."""
    fields = (("Authorization", "Bearer abcdef"), ("x-honeycomb-team", "abcdef"), ("Set-Cookie", "id=1234; Path=/"))
    clean = [
        ["Authorization", "Bearer [redacted]"],
        ["x-honeycomb-team", "[redacted]"],
        ["Set-Cookie", "id=[redacted]; Path=/"],
    ]
    assert shown({name: fields})[name] == clean
    assert shown({name: "\n".join(": ".join(field) for field in fields)})[name] == clean


@pytest.mark.parametrize("value", [7, None, ["a"], [("a",)], [("token", 5)], {"token": "abc"}])
def test_what_is_no_url_and_no_header_is_a_value_like_any_other(value: Any) -> None:
    """Whatever a panel puts under these names is shown as any attribute is."""
    names = ("url.full", "http.request.headers")
    given = [value] if isinstance(value, list) else value
    for name in names:
        other = shown({"other": given})["other"]
        assert shown({name: given})[name] == other
