"""The application's Content-Security-Policy: may our script tag run under it, and with which nonce?

A policy is only read, never changed. Where the tag, or what the script then does, would be blocked or
reported, there is no tag: no toolbar rather than violations in the console. For that reason report-only
policies count like the others. Only headers are considered: a `<meta
http-equiv="Content-Security-Policy">` is somewhere in the body, which is not read for it; where such a
one forbids the script, the browser blocks it and says so in its console. Where browsers differ, or the
answer would depend on more than the origin, the answer is no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from debug_toolbar_core.pattern import pattern

Policy: TypeAlias = Mapping[str, Sequence[str]]
"""Directives by name in lower case, each with its values as they were written."""

_WHITE_SPACE = pattern(r"[\t\n\f\r ]+")
_NONCE = pattern(r"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_HOST_SOURCE = pattern(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)"
    r"(?::(?P<port>[0-9]{1,5}|\*))?/?"
)
_IPV4 = pattern(r"[0-9]+(?:\.[0-9]+){3}")
_AUTHORITY = pattern(r"(\[[0-9a-f:.]+\]|[^\[\]:/@]+)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_SCRIPT: Final = ("script-src-elem", "script-src", "default-src")
_CONNECT: Final = ("connect-src", "default-src")

_TRUSTED_TYPES_POLICY: Final = "lit-html"
"""The one Trusted Types policy that our front end creates, when the dock is opened."""


class Origin(NamedTuple):
    """Where the page comes from, and so our script and its API; an empty host is one we could not read."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def of(cls, scheme: str, host_headers: Sequence[bytes]) -> Origin:
        """Return the origin of a request with these Host headers."""
        host = host_headers[0].decode("latin-1").strip().lower() if len(host_headers) == 1 else ""
        found = _AUTHORITY.fullmatch(host)
        if found is None:
            return cls(scheme, "", None)
        return cls(scheme, found[1], int(found[2]) if found[2] else _DEFAULT_PORTS.get(scheme))


class Permission(NamedTuple):
    """The tag may run, with this nonce if it is not None."""

    nonce: str | None


def permission(headers: Iterable[bytes], origin: Origin) -> Permission | None:
    """Return with which nonce all these policies let our tag run and work, or None: no tag then."""
    policies = [policy for header in headers for policy in _policies(header)]
    if not all(_bearable(policy, origin) for policy in policies):
        return None
    scripts = [sources for policy in policies if (sources := _effective(policy, _SCRIPT)) is not None]
    for nonce in (*chain.from_iterable(map(_nonces, scripts)), None):
        if all(_runs(sources, nonce, origin) for sources in scripts):
            return Permission(nonce)
    return None


def _policies(header: bytes) -> Iterator[Policy]:
    """Parse a header: policies between commas, of their directives the first of each name."""
    for text in header.decode("latin-1").split(","):
        policy: dict[str, Sequence[str]] = {}
        for directive in text.split(";"):
            name, *values = [word for word in _WHITE_SPACE.split(directive) if word] or [""]
            policy.setdefault(name.lower(), values)
        yield policy


def _effective(policy: Policy, names: Sequence[str]) -> Sequence[str] | None:
    """Return the values of the first of these directives that the policy has."""
    return next((policy[name] for name in names if name in policy), None)


def _nonces(sources: Sequence[str]) -> Sequence[str]:
    return [found[1] for source in sources if (found := _NONCE.fullmatch(source))]


def _bearable(policy: Policy, origin: Origin) -> bool:
    """Whether all but the script's source is allowed: fetching from our origin, and what the script needs."""
    connect = _effective(policy, _CONNECT)
    if connect is not None and not _allows(connect, origin):
        return False
    return _sandbox_allows(policy.get("sandbox")) and _creates(policy.get("trusted-types"))


def _sandbox_allows(tokens: Sequence[str] | None) -> bool:
    """Whether scripts run, and with the page's own origin: to another one our module would be foreign."""
    return tokens is None or {"allow-scripts", "allow-same-origin"} <= {token.lower() for token in tokens}


def _creates(values: Sequence[str] | None) -> bool:
    """Whether `trusted-types` lets us create our policy, even where the application's own Lit creates it too.

    Without 'allow-duplicates' whoever comes second fails, and that could be the application.
    """
    if values is None:
        return True
    named = _TRUSTED_TYPES_POLICY in values or "*" in values
    return named and "'allow-duplicates'" in map(str.lower, values)


def _runs(sources: Sequence[str], nonce: str | None, origin: Origin) -> bool:
    """Whether a script of ours with this nonce runs; under 'strict-dynamic' only the nonce counts."""
    if nonce is not None and nonce in _nonces(sources):
        return True
    return "'strict-dynamic'" not in map(str.lower, sources) and _allows(sources, origin)


def _allows(sources: Sequence[str], origin: Origin) -> bool:
    """Whether one of the sources is, or includes, the page's origin."""
    return any(_includes(source.lower(), origin) for source in sources)


def _includes(source: str, origin: Origin) -> bool:
    if source in ("'self'", "*"):
        return True
    if source.endswith(":"):
        return _scheme_includes(source[:-1], origin.scheme)
    found = _HOST_SOURCE.fullmatch(source)
    return (
        found is not None
        and (found["scheme"] is None or _scheme_includes(found["scheme"], origin.scheme))
        and _host_includes(found["host"], origin.host)
        and _port_includes(found["port"], origin)
    )


def _scheme_includes(scheme: str, ours: str) -> bool:
    return scheme == ours or (scheme == "http" and ours == "https")


def _host_includes(pattern: str, host: str) -> bool:
    """Whether a host source is our host; of addresses the specification lets only 127.0.0.1 match."""
    if pattern.startswith("*"):
        return bool(host) and not host.startswith("[") and host.endswith(pattern[1:])
    return pattern == host and (pattern == "127.0.0.1" or _IPV4.fullmatch(pattern) is None)


def _port_includes(port: str | None, origin: Origin) -> bool:
    """Whether a source's port is ours; without one it means the scheme's own."""
    if port is None:
        return origin.port == _DEFAULT_PORTS.get(origin.scheme, -1)
    return port == "*" or int(port) == origin.port
