"""CORS: whether a page of another site may read this response, and why."""

from __future__ import annotations

from debug_toolbar_core.blocks import Fact, Facts
from debug_toolbar_core.fields import Fields
from debug_toolbar_core.place import normal_origin
from debug_toolbar_headers.topic import Topic

_ALWAYS = frozenset({"GET", "HEAD", "POST"})
_ALLOW = "access-control-allow-"


class CORS:
    """One exchange as a browser judges it.

    `own` is the origin that was asked, `status` the response's.
    """

    def __init__(self, request: Fields, response: Fields, method: str, own: str | None, status: int | None) -> None:
        self.request, self.response = request, response
        self.status = status
        self.origin = request.get("origin")
        self.allowed = response.get(f"{_ALLOW}origin")
        self.credentials = (response.get(f"{_ALLOW}credentials") or "").lower() == "true"
        self.asked = request.get("access-control-request-method")
        self.preflight = method == "OPTIONS" and self.asked is not None and self.origin is not None
        self.crosses = None not in (self.origin, own) and normal_origin(self.origin or "") != own
        self.topic = Topic("CORS", "cors")

    def explain(self) -> Topic:
        """Return what the browser makes of it; nothing when no other site is concerned."""
        if self.allowed is not None:
            self.check_allowed()
        if self.origin is not None and self.crosses:
            self.check_origin(self.origin)
            if self.preflight:
                self.check_preflight()
        if self.topic.findings or self.allowed is not None or (self.origin is not None and self.crosses):
            self.topic.blocks.append(Facts(self.facts()))
        return self.topic

    def facts(self) -> list[Fact]:
        """Return both sides' words."""
        crossing = "no: the page is of this site" if not self.crosses else "yes"
        facts = [
            Fact("Origin of the page", self.origin),
            Fact("Another site", None if self.origin is None else crossing),
            Fact("Allowed origin", self.allowed),
            Fact("With cookies", "yes" if self.credentials else "no"),
            Fact("Preflight asks for", self.asked, hint="The browser asks first, without cookies or a body."),
            Fact("with the headers", self.request.get("access-control-request-headers")),
            Fact("Allowed methods", self.response.get(f"{_ALLOW}methods")),
            Fact("Allowed headers", self.response.get(f"{_ALLOW}headers")),
            Fact("Readable headers", self.response.get("access-control-expose-headers")),
            Fact("Preflight kept for", self.response.get("access-control-max-age"), hint="Seconds."),
        ]
        return [fact for fact in facts if fact.value is not None]

    def check_allowed(self) -> None:
        """Find what makes the allowed origin void, whoever asks."""
        allowed = self.allowed or ""
        if "," in allowed or " " in allowed:
            hint = "Send the one origin that asked, and `Vary: Origin`."
            self.topic.find("warning", "`Access-Control-Allow-Origin` names several origins: browsers refuse it", hint)
        elif allowed == "*" and self.credentials:
            hint = "Name the origin that asked, or leave `Access-Control-Allow-Credentials` out."
            self.topic.find("warning", "Any origin (`*`) together with credentials: browsers refuse it", hint)
        elif allowed == "null":
            hint = "Any sandboxed frame has the origin `null`."
            self.topic.find("info", "The origin `null` is allowed", hint)
        elif allowed != "*" and self.crosses and not self.preflight and not self.varies():
            hint = "A cache may give the response for one site to another."
            self.topic.find("info", "The allowed origin may depend on who asks, but `Vary: Origin` is missing", hint)

    def varies(self) -> bool:
        """Tell whether caches know that another origin gets another response."""
        return not {"origin", "*"}.isdisjoint(self.response.words("vary"))

    def check_origin(self, origin: str) -> None:
        """Find why the page may not read the response."""
        if self.request.get("sec-fetch-mode") in ("navigate", "no-cors", "same-origin", "websocket"):
            return  # the browser does not let a script read it anyway
        if self.allowed is None:
            hint = f"If it should: `Access-Control-Allow-Origin: {origin}` and `Vary: Origin`."
            self.topic.find("info", f"A page of `{origin}` may not read this response: it allows no origin", hint)
        elif self.allowed != "*" and normal_origin(self.allowed) != normal_origin(origin):
            text = f"A page of `{origin}` may not read this response: `{self.allowed}` is allowed"
            self.topic.find("warning", text, "Scheme, host and port must be the same, without a slash at the end.")

    def check_preflight(self) -> None:
        """Find why the request that the preflight announces will not be made."""
        if self.status is not None and not 200 <= self.status < 300:
            text = f"The preflight was answered {self.status}: browsers want a 2xx, and give up"
            self.topic.find("warning", text, "Let the CORS middleware answer before routing and authentication.")
        if self.allowed is None:
            return  # said already
        methods = {word.upper() for word in self.response.words(f"{_ALLOW}methods")}
        anything = not self.credentials
        if self.asked not in _ALWAYS | methods and not ("*" in methods and anything):
            self.topic.find("warning", f"The preflight asks for `{self.asked}`, which is not among the allowed methods")
        headers = set(self.response.words(f"{_ALLOW}headers"))
        wanted = self.request.words("access-control-request-headers")
        # The star stands for every header but authorization, and for none when cookies come along.
        free = {name for name in wanted if "*" in headers and anything and name != "authorization"}
        refused = [name for name in wanted if name not in headers | free]
        if refused:
            names = ", ".join(f"`{name}`" for name in refused)
            self.topic.find("warning", f"The preflight asks to send {names}, which is not among the allowed headers")
