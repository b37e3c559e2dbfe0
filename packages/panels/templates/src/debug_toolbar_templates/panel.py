"""The templates panel: each template that a request rendered, a span nested as it was rendered."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Application, Hooks, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_templates import jinja_hooks, other_hooks
from debug_toolbar_templates.rendering import PANEL, VALUES
from debug_toolbar_templates.views import show

HOOKS = Hooks(PANEL)


@HOOKS.into("jinja2")
def _jinja2(module: Any) -> Generator[None]:
    with jinja_hooks.hooked(module):
        yield


@HOOKS.into("mako.template")
def _mako(module: Any) -> Generator[None]:
    with other_hooks.mako(module):
        yield


@HOOKS.into("minijinja")
def _minijinja(module: Any) -> Generator[None]:
    with other_hooks.minijinja(module):
        yield


@dataclass
class TemplatesPanel(Panel):
    """The templates of a request, of Jinja2, Mako and MiniJinja."""

    name = PANEL
    title = "Templates"
    kinds = frozenset({"http", "websocket", "task"})
    order = 40

    slow: float = 0.05
    """Seconds of its own from which a template is slow."""
    repeated: int = 20
    """Renders of one template inside another from which a loop is pointed out."""
    values: bool = False
    """Whether short values of what a template is given are kept, beside their names and types."""

    def lifespan(self, app: Application) -> Generator[None]:
        if self.values:
            VALUES.add(app)
        try:
            with HOOKS.open():
                yield
        finally:
            VALUES.discard(app)

    def view(self, record: Record) -> Iterable[Block]:
        return show(record, self.slow, self.repeated)
