"""The OpenAPI panel: the application's document once, and for each request its operation and how it was kept to."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from debug_toolbar_core import ConfigurationError, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_core.record import Kind


@dataclass
class OpenAPIPanel(Panel):
    """Shows the operation that was asked, and checks the request's and the response's body against its schemas.

    Example: `OpenAPIPanel(check_requests=False)`.
    """

    name: ClassVar[str] = "openapi"
    title: ClassVar[str] = "OpenAPI"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"app", "http"})
    collects: ClassVar[frozenset[Kind]] = frozenset({"app"})
    group: ClassVar[str] = "application"
    order: ClassVar[int] = 30

    check_requests: bool = True
    """Check the bodies of requests."""
    check_responses: bool = True
    """Check the bodies of responses."""
    most: int = 200
    """Violations that are looked for in one body."""

    def __post_init__(self) -> None:
        for option in ("check_requests", "check_responses"):
            if type(getattr(self, option)) is not bool:
                raise ConfigurationError(f"openapi.{option}", getattr(self, option), "True or False")
        if type(self.most) is not int or self.most < 1:
            raise ConfigurationError("openapi.most", self.most, "a whole number, 1 or more")

    def collect(self, record: Record) -> Generator[None, None, Any]:
        # What only a reader needs is imported where somebody reads: a process that nobody looks at has none of it.
        from debug_toolbar_openapi.keeping import keep

        app = record.app
        if app is None:
            return None
        kept = keep(app.openapi())
        pages = [[name, path, ""] for name, path in app.documentation()]
        yield
        return {"framework": app.framework, "documentation": pages, **kept}

    def view(self, record: Record) -> Iterable[Block]:
        from debug_toolbar_openapi.application_view import show_application
        from debug_toolbar_openapi.document import Document
        from debug_toolbar_openapi.operation_view import Shows

        if record.kind == "app":
            return show_application(Document.of(record.data.get(self.name)))
        shows = Shows(self.check_requests, self.check_responses, self.most)
        return shows.operation(record, Document.of(record.app_data))
