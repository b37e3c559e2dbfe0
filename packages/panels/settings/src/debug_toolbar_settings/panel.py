"""The settings panel: how the application, Python and the process are set up; collected once, never per request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from debug_toolbar_core import Application, ConfigurationError, Panel, Record
from debug_toolbar_core.blocks import Block
from debug_toolbar_core.record import Kind
from debug_toolbar_core.snapshot import named

_PLACE = re.compile(r"\w+(\.\w+)*(:\w+(\.\w+)*)?")


@dataclass
class SettingsPanel(Panel):
    """Shows the framework's configuration, settings objects of yours, the environment, and how Python runs.

    Example: `SettingsPanel(objects=["shop.config:settings"], environ=["SHOP_*"])`.
    """

    name: ClassVar[str] = "settings"
    title: ClassVar[str] = "Settings"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"app"})
    group: ClassVar[str] = "application"
    order: ClassVar[int] = 5

    objects: Sequence[object] = ()
    """Your settings: objects, or where they are, as `module:name` or `module`; they are read, never called."""
    environ: Collection[str] = ()
    """More environment variables whose values are shown, by name or pattern: `["SHOP_*"]`."""

    def __post_init__(self) -> None:
        objects: object = self.objects
        if not isinstance(objects, (list, tuple)):
            raise ConfigurationError("settings.objects", describe(objects), "a list of objects, or of `module:name`")
        for item in objects:
            if type(item) is str and _PLACE.fullmatch(item) is None:
                raise ConfigurationError("settings.objects", item, "objects, `module:name` or `module`")
        environ: object = self.environ
        plain = isinstance(environ, (list, tuple, set, frozenset)) and all(type(name) is str for name in environ)
        if not plain:
            raise ConfigurationError("settings.environ", describe(environ), "a list of names and patterns")
        self._loop: tuple[str, bool] | None = None

    def lifespan(self, app: Application) -> Generator[None]:
        try:
            loop = asyncio.get_running_loop()
            self._loop = (".".join(named(type(loop))), loop.get_debug())
        except RuntimeError:  # opened outside of a loop, or under trio
            self._loop = None
        yield

    def collect(self, record: Record) -> Generator[None, None, Any]:
        # Read once in the life of a process, for somebody who looks: until then nothing of it is imported.
        from debug_toolbar_settings.collecting import collected

        told = collected(record.app, self.objects, self.environ, self._loop)
        yield
        return told

    def view(self, record: Record) -> Iterable[Block]:
        from debug_toolbar_settings.views import show

        return show(record.data.get(self.name))


def describe(value: object) -> object:
    """Return a value for an error message: a text as it is, of anything else its type."""
    return value if type(value) is str else f"<{'.'.join(named(type(value)))}>"
