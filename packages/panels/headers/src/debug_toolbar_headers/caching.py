"""Caching: what Cache-Control and its relatives mean together, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core.blocks import Column, Fact, Facts, Row, Table
from debug_toolbar_core.fields import Fields, parameter, split
from debug_toolbar_headers.topic import Topic

_MEANINGS = {
    "no-store": "Nobody keeps it.",
    "no-cache": "It may be kept, and is asked for again before each use.",
    "private": "Only the reader's own browser may keep it.",
    "public": "Shared caches may keep it, even when it came with credentials.",
    "max-age": "Seconds it is fresh.",
    "s-maxage": "Seconds it is fresh in shared caches.",
    "must-revalidate": "Once stale it is not used without asking.",
    "proxy-revalidate": "Once stale, shared caches do not use it without asking.",
    "immutable": "It never changes while it is fresh: reloading does not ask.",
    "no-transform": "Nobody in between may change it.",
    "must-understand": "It may be kept only where its status is understood.",
    "stale-while-revalidate": "Seconds it may be used stale, while it is asked for again.",
    "stale-if-error": "Seconds it may be used stale, when asking fails.",
    "only-if-cached": "Wanted from a cache or not at all.",
    "max-stale": "Stale is good enough, by so many seconds.",
    "min-fresh": "Must be fresh for so many more seconds.",
}
_SECONDS = frozenset({"max-age", "s-maxage", "stale-while-revalidate", "stale-if-error", "min-fresh"})
_CONFLICTS = (
    ("no-store", "max-age"),
    ("no-store", "s-maxage"),
    ("no-store", "public"),
    ("no-store", "immutable"),
    ("private", "public"),
    ("private", "s-maxage"),
    ("no-cache", "immutable"),
)
_LONG = ((31_536_000, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))

Directives = dict[str, str]


def directives(value: str) -> Directives:
    """Return Cache-Control's directives by name, the first of each.

    >>> directives("public, max-age=60")
    {'public': '', 'max-age': '60'}
    """
    found: Directives = {}
    for part in split(value):
        name, argument = parameter(part)
        found.setdefault(name, argument)
    return found


def caching(request: Fields, response: Fields, method: str, status: int | None) -> Topic:
    """Explain who may keep the response, and find what makes no sense."""
    topic = Topic("Caching", "caching")
    control = response.get("cache-control")
    said = directives(control or "")
    if said:
        rows = [
            Row((name, value, _MEANINGS.get(name, "No directive that caches know."))) for name, value in said.items()
        ]
        topic.blocks.append(Table([Column("Directive", "code"), Column("Value"), Column("What it means")], rows))
        for text, hint in _contradictions(said, response):
            topic.find("info", text, hint)
    if status == 200:
        _revalidation(topic, request, response)
    facts = [Fact("In short", verdict(said, response, method)), *_validators(response)]
    if said or len(facts) > 1:
        topic.blocks.insert(0, Facts(facts))
    return topic


def verdict(said: Directives, response: Fields, method: str = "GET") -> str:
    """Say in a sentence who keeps the response and for how long."""
    if method not in ("GET", "HEAD"):
        return f"Caches do not keep answers to {method}."
    if "no-store" in said:
        return "Nobody keeps it."
    who = "Only the browser" if "private" in said else "The browser and caches in between"
    if "no-cache" in said:
        return f"{who} may keep it, but must ask before each use."
    age = said.get("max-age", "")
    if age.isascii() and age.isdigit():
        return f"{who} may use it for {lifetime(int(age[:15]))} without asking."
    if "expires" in response:
        return f"{who} may use it until {response.get('expires')} without asking."
    return f"{who} may guess how long it is fresh: nothing says so."


def lifetime(seconds: int) -> str:
    """Return seconds in the largest unit that fits.

    >>> lifetime(86400), lifetime(90), lifetime(0)
    ('1 day', '1.5 minutes', '0 seconds')
    """
    size, unit = next(((size, unit) for size, unit in _LONG if seconds >= size), _LONG[-1])
    count = f"{seconds / size:.1f}".removesuffix(".0")
    return f"{count} {unit}" if count == "1" else f"{count} {unit}s"


def _contradictions(said: Directives, response: Fields) -> Iterator[tuple[str, str | None]]:
    for first, second in _CONFLICTS:
        if first in said and second in said:
            yield f"`{first}` and `{second}` contradict each other: caches obey `{first}`", f"Leave `{second}` out."
    for name in said:
        if name in _SECONDS and not (said[name].isascii() and said[name].isdigit()):
            yield f"`{name}={said[name]}` is no number of seconds: caches take the response as stale", None
        if name not in _MEANINGS:
            yield f"Caches do not know `{name}`", "Is it a misspelling?"
    if "immutable" in said and "max-age" not in said:
        yield "`immutable` does nothing without a `max-age`", "Say how long it stays the same."
    keeps = "public" in said or "s-maxage" in said
    if keeps and "set-cookie" in response and not {"private", "no-store", "no-cache"}.intersection(said):
        yield "Shared caches may keep this response with its `Set-Cookie`", "One reader's cookie may reach another."


def _validators(response: Fields) -> Iterator[Fact]:
    hints = {
        "etag": "The version: with it a cache asks again cheaply.",
        "last-modified": "The time of change: with it a cache asks again cheaply.",
        "expires": "Cache-Control outweighs it.",
        "vary": "A cache keeps one response for each combination of these request headers.",
        "age": "Seconds it spent in a cache already.",
    }
    for name, hint in hints.items():
        if name in response:
            yield Fact(name, response.get(name), hint=hint)


def _revalidation(topic: Topic, request: Fields, response: Fields) -> None:
    etag = (response.get("etag") or "").removeprefix("W/")
    had = {tag.removeprefix("W/") for tag in split(request.get("if-none-match") or "")}
    if etag and etag in had:
        topic.find(
            "info",
            "The client had this very version (`If-None-Match`), and was sent it again",
            "Answer 304 without a body when the version is the one the client names.",
        )
