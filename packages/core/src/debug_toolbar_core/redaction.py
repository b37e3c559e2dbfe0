"""Redaction: what a secret is, and how texts, values, headers and URLs of a record are shown without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

from debug_toolbar_core.redaction_attributes import Attributes
from debug_toolbar_core.redaction_headers import mask_header, mask_protocols
from debug_toolbar_core.redaction_keys import KEY_LIMIT, REDACTED, KeyRule
from debug_toolbar_core.redaction_pairs import PairScanner
from debug_toolbar_core.redaction_seen import Seen
from debug_toolbar_core.redaction_tree import STRING, Tree, more
from debug_toolbar_core.redaction_values import mask_tail, mask_values

__all__ = ["REDACTED", "REDACTION_RULES", "Redactor"]

REDACTION_RULES = 1
"""The version of the rule set: exports name it."""

_KEPT = STRING - 32  # a cut text with its mark still fits
_MARK = re.compile(r"… \((?P<count>\d{1,15}) more\)\Z", re.ASCII)
_CACHED_LENGTH, _CACHED_VALUE = 4096, 512
_SHORT = 14  # so many letters and digits alone are no secret's form: a card number has 14, a token more


class Redactor:
    """Takes secrets out of what a record shows; nothing is changed in place, no code of the application runs.

    >>> Redactor().value({"user": "bob", "password": "hunter2", "tokens": 12})
    {'user': 'bob', 'password': '[redacted]', 'tokens': 12}
    """

    def __init__(
        self, *, reveal: Collection[str] = (), keys: Collection[str] = (), patterns: Collection[str] = ()
    ) -> None:
        """Use the built-in rules, and yours.

        reveal: names whose values stay visible (whole name, any case); token formats in free text stay masked.
        keys: more names of secrets, also as a part of longer names.
        patterns: more regular expressions of secret values; a bad one is a ValueError.
        """
        for option, given in (("reveal", reveal), ("keys", keys), ("patterns", patterns)):
            if isinstance(given, str):
                raise TypeError(
                    f"Redactor({option}=…) takes a list of strings, not the one string {given!r}: use [{given!r}]."
                )
        self._rule = KeyRule(reveal, keys)
        self._pairs = PairScanner(self._rule)
        self._patterns = [_compiled(pattern) for pattern in patterns]
        self._short = 0 if self._patterns else _SHORT
        self._clean = Seen[str]()
        self._fields = Seen[tuple[str, str]]()
        self._urls = Seen[str]()
        self._plain: set[str] = set()

    def text(self, text: str) -> str:
        """Return a text without the secrets in it; past 16 KiB it is cut, and says so.

        >>> Redactor().text("connecting to redis://:hunter2@localhost, session=8f3a")
        'connecting to redis://:[redacted]@localhost, session=[redacted]'
        """
        size = len(text)
        if (size < self._short and text.isalnum()) or (size <= _CACHED_LENGTH and text in self._clean):
            return text
        said = _MARK.search(text, max(0, size - 32)) if text.endswith(" more)") else None
        if said is not None or size > STRING:
            return self._cut_text(text, said)
        shown = self._scan(text)
        if size <= _CACHED_LENGTH and shown == text:
            self._clean.add(text, size)
        return shown

    def value(self, value: object, key: str | None = None) -> object:
        """Return JSON for a value, under its key if it has one: names decide, then the texts, at every depth.

        Limits: 5000 items, 32 levels, 16 KiB a string, 1 MiB of text; what is cut says how much. What is not of a
        built-in type is shown as `<module.Type>`.
        """
        return Tree(self._rule, self.text, self._clean, self._short).show(value, key)

    def attributes(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """Return what shows the attributes of one record's spans: what they share is looked at once, and stays shared.

        They are shown as values, and those whose names say so as URLs and as headers.
        """
        return Attributes(self, Tree(self._rule, self.text, self._clean, self._short, many=True), self._plain)

    def headers(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return headers, in order, without secrets: scheme, names of cookies and attributes are kept."""
        known = self._fields.now
        return [
            (name, value) if (name, value) in known else self._field_of_header(name, value) for name, value in pairs
        ]

    def _field_of_header(self, name: str, value: str) -> tuple[str, str]:
        if (name, value) in self._fields:
            return name, value
        shown = (name[:KEY_LIMIT], self._header(name, value))
        if shown == (name, value) and len(value) <= _CACHED_VALUE:
            self._fields.add(shown, len(name) + len(value))
        return shown

    def cookies(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return cookies with their values masked, all but the revealed."""
        reveal = self._rule.reveal
        return [
            (self.text(name[:KEY_LIMIT]), self._cut(value) if name.lower() in reveal or not value else REDACTED)
            for name, value in pairs
        ]

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the pairs of a query or a form: secret names mask their values, other values are read as text."""
        given = list(pairs)
        names = {name for name, _ in given}
        oauth = "code" in names and "state" in names
        return [(self.text(name[:KEY_LIMIT]), self._field(name, value, oauth)) for name, value in given]

    def url(self, url: str) -> str:
        """Return a URL without password, secret query values and tokens; the rest stays as it was written.

        >>> Redactor().url("https://bob:x1@example.com/?page=2&token=8f3a")
        'https://bob:[redacted]@example.com/?page=2&token=[redacted]'
        """
        if url in self._urls:
            return url
        base, hash_mark, fragment = self.text(url).partition("#")
        path, question, query = base.partition("?")
        if "=" in fragment:
            fragment = self._query(fragment)
        shown = f"{path}{question}{self._query(query)}{hash_mark}{fragment}"
        if shown == url and len(url) <= _CACHED_VALUE:
            self._urls.add(url, len(url))
        return shown

    def _query(self, query: str) -> str:
        split = [part.partition("=") for part in query.split("&")]
        names = {name for name, _, _ in split}
        oauth = "code" in names and "state" in names
        return "&".join(f"{name}{equals}{self._query_value(name, value, oauth)}" for name, equals, value in split)

    def _query_value(self, name: str, value: str, oauth: bool) -> str:
        if not value or REDACTED in value:
            return value
        decoded = unquote_plus(value)
        shown = self._field(unquote_plus(name), decoded, oauth)
        return value if shown == decoded else quote(shown, safe="/:?@,;=!$'()*[]{}…")

    def _field(self, name: str, value: str, oauth: bool) -> str:
        if name.lower() in self._rule.reveal:
            return self._cut(value)
        if value and (self._rule.level(name) or (oauth and name == "code")):
            return REDACTED
        return self.text(value)

    def _header(self, name: str, value: str) -> str:
        shown = mask_header(name, value, self._rule) if value else value
        if shown is not None:
            return self._cut(shown)
        return self.text(mask_protocols(value, self._rule) if name.lower() == "sec-websocket-protocol" else value)

    def _cut_text(self, text: str, said: re.Match[str] | None) -> str:
        """Redact a text that is too long, or that says it was cut before (by a snapshot)."""
        whole, missing = (text[: said.start()], int(said["count"])) if said else (text, 0)
        kept = whole if len(whole) <= STRING else whole[:_KEPT]
        missing += len(whole) - len(kept)
        return self._scan(mask_tail(kept)) + more(missing)

    def _cut(self, text: str) -> str:
        return text if len(text) <= STRING else text[:_KEPT] + more(len(text) - _KEPT)

    def _scan(self, text: str) -> str:
        low = text.lower()
        if len(low) != len(text):  # İ alone becomes two characters
            low = text.replace("İ", "i").lower()
        text = mask_values(self._pairs.mask(text, low), low)
        for pattern in self._patterns:
            text = pattern.sub(REDACTED, text)
        return text


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"The redaction pattern {pattern!r} is no regular expression: {error}.") from error
    if compiled.match(""):
        raise ValueError(f"The redaction pattern {pattern!r} matches the empty text: it would mask everything.")
    return compiled
