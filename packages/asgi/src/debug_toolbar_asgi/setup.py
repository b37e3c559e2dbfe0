"""Setup: what is installed and how this toolbar is set up, and the arming of on-demand panels."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from debug_toolbar_core import Panel, Toolbar, UnknownPanel

from .answers import Answer, Refused, json_answer
from .asked import Asked

_PANELS_MOST, _REQUESTS_MOST = 50, 100


class Setup:
    """Answers about the toolbar itself."""

    def __init__(self, toolbar: Toolbar) -> None:
        self.toolbar = toolbar

    @property
    def title(self) -> str:
        """The application's name, as configured, or its framework's."""
        return self.toolbar.config.title or self.toolbar.app.framework

    @property
    def version(self) -> str:
        """The version of this package."""
        return _version()

    async def panels(self, asked: Asked) -> Answer:
        """Answer with the panels, those that did not load too, and what the front end must know."""
        config = self.toolbar.config
        failed = [_missing(name, why) for name, why in self.toolbar.errors.items()]
        return json_answer(
            {
                "panels": [*map(self._panel, self.toolbar.panels), *failed],
                "version": self.version,
                "editor": config.editor,
                "paths": dict(config.paths),
                "title": self.title,
            }
        )

    def _panel(self, panel: Panel) -> dict[str, Any]:
        off = panel.name in self.toolbar.border.off
        return {
            "name": panel.name,
            "title": panel.title,
            "group": panel.group,
            "kinds": sorted(panel.kinds),
            "on_demand": panel.on_demand,
            "needs": self.toolbar.views.needs.get(panel.name),
            "error": "It failed five times in a row and is off until the process restarts." if off else None,
        }

    async def demand(self, asked: Asked) -> Answer:
        """Arm on-demand panels for the next requests."""
        arguments = await asked.arguments()
        names, requests = arguments.get("panels"), arguments.get("requests", 1)
        if not isinstance(names, list) or len(names) > _PANELS_MOST or not all(type(name) is str for name in names):
            raise Refused(400, "arguments_invalid", "panels must be a list of on-demand panels' names.")
        if type(requests) is not int or not 1 <= requests <= _REQUESTS_MOST:
            raise Refused(400, "arguments_invalid", f"requests must be a whole number from 1 to {_REQUESTS_MOST}.")
        for name in names:  # all of them are known before the first is armed
            self._on_demand(name)
        self.toolbar.demand.arm(names, requests)
        return json_answer({"panels": names, "requests": requests})

    def _on_demand(self, name: str) -> None:
        if name not in self.toolbar.by_name:
            raise UnknownPanel(name[:80])
        if name not in self.toolbar.demand.on_demand:
            raise Refused(400, "arguments_invalid", f"Panel {name!r} always runs; it need not be asked for.")


def _missing(name: str, why: str) -> dict[str, Any]:
    about = {"name": name, "title": name, "group": "data", "kinds": [], "on_demand": False, "needs": None}
    return {**about, "error": why}


@cache
def _version() -> str:
    try:
        return version("debug-toolbar-asgi")
    except PackageNotFoundError:
        return "unknown"
