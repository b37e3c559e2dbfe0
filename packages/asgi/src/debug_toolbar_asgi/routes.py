"""Routes: the table of the toolbar's own paths; each names the gate's question, and none is served without."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from .answers import Reply
from .asked import Asked
from .gate import Kind
from .live import Live
from .records import Records
from .setup import Setup
from .shell import Shell
from .static import Static

Handler: TypeAlias = Callable[[Asked], Awaitable[Reply]]
Schema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One route: what it answers to, the gate's question, and what the API's description says of it."""

    method: Literal["GET", "POST"]
    path: str
    kind: Kind
    handler: Handler
    about: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Schema | None = None
    gives: Schema | None = None
    """The JSON of its answer; None: another content type."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods it answers to: HEAD with GET."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)

    def match(self, path: str) -> dict[str, str] | None:
        """Return the names in a path of this route, or None when it is another's."""
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path), path)
        return None if found is None else found.groupdict()


class Routes:
    """Finds the route of a path and method; a path without names in it comes before one with."""

    def __init__(self, table: Iterable[Route]) -> None:
        self.table = sorted(table, key=lambda route: "{" in route.path)

    def find(self, path: str, method: str) -> tuple[Route | None, dict[str, str], tuple[str, ...]]:
        """Return the route, the names in its path, and the methods that this path answers to."""
        for route in self.table:
            names = route.match(path)
            if names is not None:
                here = [other for other in self.table if other.path == route.path]
                methods = tuple(name for other in here for name in other.methods)
                return next((other for other in here if method in other.methods), None), names, methods
        return None, {}, ()


def ref(name: str) -> Schema:
    """Refer to a schema of the API's description."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(name: str) -> Schema:
    """A list of what a schema describes."""
    return {"type": "array", "items": ref(name)}


def record(**properties: Schema) -> Schema:
    """An object with these properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


_TEXT: Schema = {"type": "string"}
_Q = "A search, such as `path:/api status:5xx ms:>200 has:n+1`."
_LIMIT = "At most so many, 1 to 500; default 50."
_PANEL = "/api/records/{id}/panels/{panel}"
_BLOCKS: Schema = record(blocks=many("Block"))
_DEMAND: Schema = record(panels={"type": "array", "items": _TEXT}, requests={"type": "integer"})
_PAGE: Schema = record(records=many("Summary"), next={"type": ["string", "null"]}, notices=many("Block"))
_DETAIL: Schema = record(record=ref("Record"), summary=ref("Summary"), panels=many("PanelEntry"), notices=many("Block"))
_SETUP: Schema = record(panels=many("PanelInfo"), version=_TEXT, editor=_TEXT, paths={"type": "object"}, title=_TEXT)
_ANY: Schema = {"type": "object"}


def table(
    records: Records, setup: Setup, live: Live, static: Static, shell: Shell, describe: Handler
) -> Iterable[Route]:
    """Yield every route."""
    yield Route("GET", "/", "page", shell.dashboard, "The dashboard: a page without data.")
    yield Route("GET", "/login", "login", shell.login, "Exchange the token for a cookie.", {"token": "The token."})
    yield Route("GET", "/static/{name}", "data", static.file, "A file of the front end.")
    query = {"limit": _LIMIT, "before": "The `next` of the page before.", "q": _Q}
    yield Route("GET", "/api/records", "data", records.list, "Records, newest first.", query, None, _PAGE)
    about = "A record, its menu and its notices; the id `app` is the application's own."
    query = {"summary": "When there, only `summary` is answered; null while there is none."}
    yield Route("GET", "/api/records/{id}", "data", records.detail, about, query, None, _DETAIL)
    gives = record(panel=ref("PanelEntry"), blocks=many("Block"))
    yield Route("GET", _PANEL, "data", records.panel, "What one panel shows of a record.", {}, None, gives)
    path, about = _PANEL + "/actions/{action}", "Run a panel's action on a record."
    yield Route("POST", path, "change", records.act, about, {}, _ANY, _BLOCKS)
    yield Route("POST", "/api/records/clear", "change", records.clear, "Forget every record.", {}, _ANY, _ANY)
    about = "Server-sent events: `record` with a summary for each record saved."
    yield Route("GET", "/api/live", "data", live.answer, about, {"q": _Q})
    yield Route("GET", "/api/panels", "data", setup.panels, "What is installed, and settings.", {}, None, _SETUP)
    about = "Have on-demand panels run for the next requests."
    yield Route("POST", "/api/demand", "change", setup.demand, about, {}, _DEMAND, _DEMAND)
    yield Route("GET", "/api/openapi.json", "data", describe, "This description.", {}, None, _ANY)
