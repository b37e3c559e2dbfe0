"""The gate: who may see the toolbar. Every route, socket and transport asks it before any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from .environment import container_gateway, production_sign, switch, workspace_name
from .host import (
    AllowedHost,
    Host,
    Origin,
    Visit,
    address,
    is_forwarding,
    is_loopback,
    parse_host,
    parse_origin,
    shown,
)
from .injected_headers import REQUEST, usual_asked
from .token import Token

Kind: TypeAlias = Literal["data", "change", "ws", "page", "inject", "login"]

SECURITY_HEADERS: list[tuple[bytes, bytes]] = [
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),  # for what is no page; the page's own policy says frame-ancestors 'none'
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]

_ASKED = frozenset((b"host", b"origin", b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest"))
_MALFORMED = (TypeError, ValueError, AttributeError, LookupError, BytesWarning)
_VISITOR = itemgetter("headers", "client", "server", "scheme")
_CACHED, _CACHED_NAMES, _CACHED_BYTES = 256, 1024, 2048


@dataclass(frozen=True, slots=True)
class GateConfig:
    """Who may see the toolbar and where it may run; the defaults need no setting on one's own machine.

    `allowed_hosts` takes names, `name:port` and `*.name`; `allowed_origins` takes `scheme://host[:port]`;
    `container_gateway` is found by itself in a container, and the empty text turns it off.
    """

    enabled: bool | None = None
    allow_production: bool = False
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)
    container_gateway: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer; when it is no: what was refused, in a sentence, and the setting that allows it.

    `page` tells of an `inject` that is allowed whether its request is one for a page, as most are.
    """

    allowed: bool
    reason: str = ""
    setting: str = ""
    page: bool = False


_ALLOWED, _PAGE = Verdict(True), Verdict(True, page=True)
_UNREADABLE = Verdict(False, "The request is malformed: its scope cannot be read.")


def may_run(config: GateConfig, debug: bool, environ: Mapping[str, str]) -> Verdict:
    """Decide, once at start, whether the toolbar runs here; `reason` is the one line to log either way."""
    wanted = _wanted(config, debug, switch(environ))
    sign = production_sign(environ)
    if not wanted.allowed or sign is None:
        return wanted
    if config.allow_production and config.token:
        hint = "; it is short, secrets.token_urlsafe() makes a good one" if Token(config.token).short else ""
        return Verdict(True, f"Debug toolbar is on in production ({sign}), for who has the token{hint}.")
    off = f"Debug toolbar is off: this looks like production ({sign})"
    return Verdict(False, f"{off}; allow_production=True and an own token turn it on.", "allow_production")


class Gate:
    """Decide who may see the toolbar; one for an application.

    In what looks like production no place is trusted: every request needs the token.

    Raises:
        ValueError: when a setting cannot mean anything, or would let every website in.
    """

    def __init__(self, config: GateConfig, environ: Mapping[str, str], prefix: str = "/_debug_toolbar") -> None:
        """Read the settings and, once, the environment."""
        self.prefix = "/" + quote(prefix.strip("/"))
        if self.prefix == "/":
            raise ValueError("prefix: the toolbar needs a path of its own, such as '/_debug_toolbar'.")
        self.token = Token(config.token)
        self._environ = dict(environ)
        self._production = production_sign(environ) is not None
        self._hosts = [AllowedHost.of(text) for text in config.allowed_hosts]
        self._origins = frozenset(_allowed_origin(text) for text in config.allowed_origins)
        self._gateway = _gateway(config.container_gateway, environ)
        self._verdicts: dict[tuple[object, ...], Verdict] = {}
        self._asked = _Asked()

    def check(self, scope: Mapping[str, Any], kind: Kind) -> Verdict:
        """Decide about one request; no scope makes it raise, what cannot be read is refused.

        `data` reads, `change` changes, `ws` opens a socket, `page` is the HTML shell, which holds no data;
        `inject` is whether an answer of the application may show that the toolbar is there. For `login` only
        Host and origin are checked: the method `login` asks for the token.
        """
        try:
            return self._injection(scope) if kind == "inject" else self._decide(Visit.of(scope), kind)
        except _MALFORMED:
            return _UNREADABLE

    def login_url(self, base: str) -> str:
        """Return the URL that logs a browser in; `base` is where the application is, `http://devbox.lan:8000`."""
        return self.token.login_url(base, self.prefix)

    def login(self, scope: Mapping[str, Any]) -> list[tuple[bytes, bytes]] | Verdict:
        """Exchange the token in the query for the cookie: the headers of a 303 to the page, or a refusal."""
        verdict = self.check(scope, "login")
        if not verdict.allowed:
            return verdict
        query = scope.get("query_string", b"")
        if scope.get("method") != "GET" or not isinstance(query, bytes) or not self.token.in_query(query):
            return Verdict(False, "This is not the login URL that was printed at start.", "token")
        path = seen_path(scope, self.prefix)
        cookie = self.token.set_cookie(path, secure=scope.get("scheme") == "https")
        headers = [(b"location", f"{path}/".encode()), (b"set-cookie", cookie), (b"content-length", b"0")]
        return [*headers, *SECURITY_HEADERS]

    def _injection(self, scope: Mapping[str, Any]) -> Verdict:
        """Decide for each request of the application; the same headers and client get the same answer."""
        try:
            headers, client, server, scheme = _VISITOR(scope)
        except KeyError:  # no server makes such a scope: it is looked at each time
            return self._decide(Visit.of(scope), "inject")
        if not isinstance(headers, (list, tuple)):  # an iterator must be left to the application
            return _UNREADABLE
        if headers and type(headers[0]) is not tuple:  # a list cannot be part of a key
            return self._decide(Visit.of(scope), "inject")
        place, asked = (client and client[0], server and server[1], scheme), self._asked
        key: tuple[object, ...] = (*place, *[pair for pair in headers if asked[pair[0]]])
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._decide(Visit.of(scope), "inject")
            if verdict is _ALLOWED and usual_asked(headers):
                verdict = _PAGE
            self._remember(key, verdict)
        return verdict

    def _remember(self, key: tuple[object, ...], verdict: Verdict) -> None:
        if len(self._verdicts) >= _CACHED:
            self._verdicts.clear()
        if sum(len(part[0]) + len(part[1]) for part in key if isinstance(part, tuple)) <= _CACHED_BYTES:
            self._verdicts[key] = verdict

    def _decide(self, visit: Visit, kind: Kind) -> Verdict:
        workspace = workspace_name(self._environ, visit.port)
        value = visit.only(b"host")
        host = parse_host(value) if value is not None else None
        if host is None or not self._knows(host, workspace):
            return _refuse_host(value)
        inside = workspace is not None and _asks_for(visit, host, workspace)
        return (
            self._origin(visit, host, kind, workspace if inside else None)
            or _change(visit, kind)
            or self._whence(visit, host, kind, inside)
            or _ALLOWED
        )

    def _knows(self, host: Host, workspace: str | None) -> bool:
        return host.local or host.name == workspace or any(allowed.covers(host) for allowed in self._hosts)

    def _origin(self, visit: Visit, host: Host, kind: Kind, workspace: str | None) -> Verdict | None:
        if kind == "inject" and visit.navigates:
            return None  # a link or a form elsewhere led here: nobody but the viewer reads the page
        if values := visit.values(b"origin"):
            origin = parse_origin(values[0]) if len(values) == 1 else None
            if origin in self._origins:
                return None
            if origin is None or origin not in _own(visit, host, workspace):
                return _refuse_origin(values[0])
        if kind in ("page", "login") and visit.method == "GET" and visit.navigates:
            return None
        return _sec_fetch(visit)

    def _whence(self, visit: Visit, host: Host, kind: Kind, inside: bool) -> Verdict | None:
        if kind == "login" or (self._trusts(visit, host, inside) and not self._production):
            return None
        if kind != "inject" and self._has_token(visit):
            return None
        place = "In production" if self._production else f"From {visit.client or 'an unknown address'}"
        through = "" if self._production or not visit.forwarded else ", through a proxy,"
        text = f"{place}{through} the toolbar asks for the token: open the login URL printed at start."
        return Verdict(False, text, "token")

    def _trusts(self, visit: Visit, host: Host, inside: bool) -> bool:
        """Whether the place is enough: this machine, this container's host, the owner's own workspace."""
        if inside or visit.client is None or visit.forwarded:
            return inside
        return is_loopback(visit.client) or (visit.client == self._gateway and host.local)

    def _has_token(self, visit: Visit) -> bool:
        bearer = self.token.in_authorization(visit.values(b"authorization"))
        return bearer or self.token.in_cookies(visit.values(b"cookie"))


class _Asked(dict[bytes, bool]):
    """Header name to whether the answer depends on it: learns the names that come, up to a number."""

    def __missing__(self, name: bytes) -> bool:
        lower = name.lower()
        asked = lower in _ASKED or lower in REQUEST or is_forwarding(lower)
        if len(self) < _CACHED_NAMES and len(name) <= 64:
            self[name] = asked
        return asked


def _wanted(config: GateConfig, debug: bool, said: bool | None) -> Verdict:
    if said is False:
        return Verdict(False, "Debug toolbar is off: DEBUG_TOOLBAR=0 is set.", "DEBUG_TOOLBAR")
    if config.enabled is False:
        return Verdict(False, "Debug toolbar is off: enabled=False is set.", "enabled")
    if config.enabled or said or debug:
        return Verdict(True, "Debug toolbar is on.")
    way_out = "enabled=True or DEBUG_TOOLBAR=1 turns it on."
    return Verdict(False, f"Debug toolbar is off: the application is not in debug mode; {way_out}", "enabled")


def _allowed_origin(text: str) -> Origin:
    origin = parse_origin(text.rstrip("/").encode("latin-1", "replace"))
    if origin is None:
        raise ValueError(f"allowed_origins: {text!r} is not 'scheme://host[:port]'.")
    return origin


def _gateway(text: str | None, environ: Mapping[str, str]) -> str | None:
    if text is None:
        return container_gateway(environ)
    if text and not address(text):
        raise ValueError(f"container_gateway: {text!r} is not an IP address.")
    return address(text)


def _asks_for(visit: Visit, host: Host, workspace: str) -> bool:
    """Whether the workspace's own proxy, which asks who it is, names it: in Host or in X-Forwarded-Host."""
    if not visit.values(b"x-forwarded-host"):
        return host.name == workspace
    forwarded = parse_host(visit.only(b"x-forwarded-host") or b"")
    return forwarded is not None and forwarded.name == workspace


def _own(visit: Visit, host: Host, workspace: str | None) -> tuple[Origin, ...]:
    own = Origin.of(visit.scheme, host)
    if workspace is None:
        return (own,)
    # The proxy of Codespaces rewrites the Origin of the application's own page to localhost.
    rewritten = [Origin(scheme, "localhost", visit.port) for scheme in ("http", "https")]
    return (own, Origin("https", workspace, 443), *rewritten)


def _sec_fetch(visit: Visit) -> Verdict | None:
    site = visit.values(b"sec-fetch-site")
    if site in ([], [b"none"], [b"same-origin"]):
        return None
    return Verdict(False, f"Another site asks (Sec-Fetch-Site: {shown(site[0])}).", "allowed_origins")


def _change(visit: Visit, kind: Kind) -> Verdict | None:
    if kind != "change" or (visit.method == "POST" and visit.only(b"x-debug-toolbar") == b"1"):
        return None
    return Verdict(False, "A change needs the method POST and the header 'X-Debug-Toolbar: 1'.")


def _refuse_host(value: bytes | None) -> Verdict:
    text = f"The Host {shown(value)} is not a name of this machine. If it is yours, list it in allowed_hosts."
    return Verdict(False, text, "allowed_hosts")


def _refuse_origin(value: bytes) -> Verdict:
    text = f"The Origin {shown(value)} is not this application's. If it is yours, list it in allowed_origins."
    return Verdict(False, text, "allowed_origins")


def seen_path(scope: Mapping[str, Any], prefix: str) -> str:
    """Return the toolbar's path as the browser sees it: safe in a header, never another host's URL."""
    root = scope.get("root_path", "")
    root = quote(root.strip("/"), errors="replace") if isinstance(root, str) else ""
    return f"/{root}{prefix}" if root else prefix
