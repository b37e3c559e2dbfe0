"""Records, panels, blocks and stores of Debug Toolbar for ASGI: the core that needs only the standard library."""

from debug_toolbar_core.application import Application, Route
from debug_toolbar_core.config import Config
from debug_toolbar_core.context import current, note, span, suppressed
from debug_toolbar_core.errors import ConfigurationError, ToolbarError, UnknownPanel, UnknownRecord
from debug_toolbar_core.hooks import Hooks, patched
from debug_toolbar_core.imports import when_imported
from debug_toolbar_core.limits import Limits
from debug_toolbar_core.observed import enclosing, observed
from debug_toolbar_core.panel import Action, Panel, action
from debug_toolbar_core.record import Record
from debug_toolbar_core.snapshot import snapshot
from debug_toolbar_core.source import Source, caller, callers
from debug_toolbar_core.span import Span
from debug_toolbar_core.store import Store, Summary
from debug_toolbar_core.toolbar import Toolbar

__all__ = [
    "Action",
    "Application",
    "Config",
    "ConfigurationError",
    "Hooks",
    "Limits",
    "Panel",
    "Record",
    "Route",
    "Source",
    "Span",
    "Store",
    "Summary",
    "Toolbar",
    "ToolbarError",
    "UnknownPanel",
    "UnknownRecord",
    "action",
    "caller",
    "callers",
    "current",
    "enclosing",
    "note",
    "observed",
    "patched",
    "snapshot",
    "span",
    "suppressed",
    "when_imported",
]
