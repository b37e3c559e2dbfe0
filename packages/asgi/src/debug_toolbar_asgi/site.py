"""The site: the toolbar's own pages and API under one prefix, as an ASGI application behind the gate."""

from __future__ import annotations

import logging

from debug_toolbar_core import Toolbar, ToolbarError, UnknownPanel, UnknownRecord
from debug_toolbar_core.pattern import pattern

from . import openapi
from .answers import Answer, Refused, Reply, error, json_answer, refusal
from .asked import Asked
from .config import ASGIConfig
from .gate import Gate, seen_path
from .live import Live
from .records import Records
from .routes import Route, Routes, table
from .setup import Setup
from .shell import Shell
from .static import Static
from .types import Receive, Scope, Send

logger = logging.getLogger("debug_toolbar")
_STRANGE = pattern(r"//|/\.\.?(?:/|\Z)|[;\\]")
_FORBIDDEN = 1008


class Site:
    """Answers everything under the prefix; whatever goes wrong here, the server sees a plain answer.

    Example: `if site.path(scope) is not None: await site(scope, receive, send)`.
    """

    def __init__(self, toolbar: Toolbar, gate: Gate, config: ASGIConfig) -> None:
        self.toolbar = toolbar
        self.gate = gate
        self.prefix = config.prefix
        self.records = Records(toolbar)
        self.setup = Setup(toolbar)
        self.live = Live(toolbar)
        self.static = Static()
        parts = self.records, self.setup, self.live, self.static, Shell(gate, self.setup)
        self.routes = Routes(table(*parts, self.description))
        self._told: set[tuple[str, str]] = set()

    def path(self, scope: Scope) -> str | None:
        """Return the path under the prefix, or None when the request is the application's.

        The path is taken as it is: doubled slashes, dots and semicolons are nobody's way to a page of ours.
        """
        path: str = scope["path"]
        root = scope.get("root_path")
        if root and path.startswith(root) and path[len(root) : len(root) + 1] in ("/", ""):
            path = path[len(root) :]  # Starlette's rule
        if not path.startswith(self.prefix):
            return None
        rest = path[len(self.prefix) :]
        if rest and (rest[0] != "/" or _STRANGE.search(rest)):
            return None
        return rest or "/"

    def close(self) -> None:
        """End the live streams, so that a server can stop; called at shutdown."""
        self.live.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse one websocket, under the prefix."""
        path = self.path(scope) or ""
        if scope["type"] == "websocket":
            await self._refuse_socket(scope, receive, send)
            return
        reply = await self._reply(scope, receive, path)
        try:
            await reply.send(receive, send, head=scope["method"] == "HEAD")
        except OSError:
            logger.debug("The client of %s was gone before its answer.", path)
        except Exception as fault:  # noqa: BLE001 - the border to the server: a stream that fails just ends
            self._tell("answer", fault)

    async def _refuse_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close before accepting, which servers answer with 403: nothing here speaks websocket."""
        verdict = self.gate.check(scope, "ws")
        await receive()
        reason = verdict.reason[:100] if not verdict.allowed else "The toolbar has no websocket; see /api/live."
        await send({"type": "websocket.close", "code": _FORBIDDEN, "reason": reason})

    async def _reply(self, scope: Scope, receive: Receive, path: str) -> Reply:
        """Return the answer: the gate's refusal first, before any work."""
        route, names, methods = self.routes.find(path, scope["method"])
        kind = "data" if route is None else route.kind
        verdict = self.gate.check(scope, kind)
        if not verdict.allowed:
            return refusal(verdict, page=kind in ("page", "login"))
        if route is None:
            return _not_found(path, methods)
        return await self._handled(route, Asked(scope, receive, names))

    async def _handled(self, route: Route, asked: Asked) -> Reply:
        try:
            return await route.handler(asked)
        except Refused as refused:
            return refused.answer()
        except UnknownRecord as unknown:
            wrong = next(iter(self.toolbar.troubles()), None)
            hint = wrong.text if wrong else "Repeat the request; a larger store keeps records longer."
            return error(404, "record_unknown", str(unknown), hint)
        except UnknownPanel as unknown:
            return error(404, "panel_unknown", str(unknown), "GET /api/panels lists what is installed.")
        except ToolbarError as fault:
            return error(503, "store_away", str(fault), "Try again; GET /api/records says how the store is.")
        except Exception as fault:  # noqa: BLE001 - the border to the server: our faults are answers
            self._tell(route.path, fault)
            message = f"The toolbar failed to answer: {type(fault).__qualname__}."
            return error(500, "internal", message, "The server's log says more; please report it.")

    def _tell(self, path: str, fault: Exception) -> None:
        """Log a fault of ours, each kind of it at a path once."""
        key = (path, type(fault).__qualname__)
        if key not in self._told:
            self._told.add(key)
            logger.error("The toolbar's own %s failed; this is logged once.", path, exc_info=fault)

    async def description(self, asked: Asked) -> Answer:
        """Answer with the API's description."""
        base = seen_path(asked.scope, self.gate.prefix)
        return json_answer(openapi.describe(self.routes.table, base, self.setup.version))


def _not_found(path: str, methods: tuple[str, ...]) -> Answer:
    if not methods:
        return error(404, "path_unknown", f"The toolbar has no {path[:80]!r}.", "GET /api/openapi.json lists the API.")
    allow = ", ".join(methods)
    message = f"This path answers to {allow}."
    return error(405, "method_not_allowed", message, headers=[(b"allow", allow.encode())])
