"""Discovery: plug-ins found through entry points, loaded once, each fault told with its distribution."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from debug_toolbar_core.config import Config
from debug_toolbar_core.errors import ConfigurationError
from debug_toolbar_core.fault import message_of
from debug_toolbar_core.installed import Entry, installed
from debug_toolbar_core.panel import Panel

logger = logging.getLogger("debug_toolbar")
GROUPS = ("panels", "adapters", "stores", "exporters", "tools")
_RANKS = {"request": 0, "data": 1, "runtime": 2, "application": 3}


@dataclass(slots=True)
class Found:
    """What loading gave: plug-ins by name, and why others did not load."""

    loaded: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def distribution(entry: Entry) -> str:
    """Return the name and version of the distribution that registers an entry point."""
    return "an unknown distribution" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"


def entries(group: str) -> list[Entry]:
    """List the entry points of `debug_toolbar.<group>`, by name."""
    return sorted(installed(f"debug_toolbar.{group}"), key=lambda entry: entry.name)


def discover(
    group: str, only: Collection[str] | None = None, exclude: Collection[str] = (), strict: bool = False
) -> Found:
    """Load a group's plug-ins; what is left out is not imported, what fails is told and passed over."""
    by_name: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries(group):
        wanted = only is None or entry.name in only
        if wanted and not any(fnmatchcase(entry.name, pattern) for pattern in exclude):
            by_name[entry.name].setdefault(entry.value, entry)
    found = Found()
    for name, candidates in by_name.items():
        _load(found, group, name, list(candidates.values()), strict)
    return found


def _load(found: Found, group: str, name: str, candidates: list[Entry], strict: bool) -> None:
    what = f"{group[:-1]} {name!r}"
    if len(candidates) > 1:
        both = " and by ".join(distribution(entry) for entry in candidates)
        _refuse(found, name, f"{what.capitalize()} is registered by {both}; uninstall one.", None, strict)
        return
    try:
        found.loaded[name] = candidates[0].load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        why = f"{type(error).__qualname__}: {message_of(error)}"
        _refuse(found, name, f"{what.capitalize()} of {distribution(candidates[0])} did not load: {why}", error, strict)


def _refuse(found: Found, name: str, message: str, error: BaseException | None, strict: bool) -> None:
    if strict:
        raise ConfigurationError(name, "not loadable", message) from error
    found.errors[name] = message
    logger.warning("%s", message, exc_info=error)


@dataclass(slots=True)
class Panels:
    """The panels of one toolbar in menu order, and those that did not load."""

    panels: list[Panel]
    errors: dict[str, str]


def make_panels(config: Config) -> Panels:
    """Load and make the panels that the configuration asks for."""
    given = {item.name: item for item in config.panels or () if isinstance(item, Panel)}
    names = None if config.panels is None else [_name(item) for item in config.panels]
    only = None if names is None else [name for name in names if name not in given]
    found = discover("panels", only, config.exclude, config.strict)
    _check_names(config, only or (), found)
    made = dict(given)
    for name, plugin in found.loaded.items():
        _make(made, found.errors, name, plugin, config)
    if names is None:
        return Panels(sorted(made.values(), key=_rank), found.errors)
    return Panels([made[name] for name in names if name in made], found.errors)


def _name(item: str | Panel) -> str:
    return item if isinstance(item, str) else item.name


def _rank(panel: Panel) -> tuple[int, int, str]:
    return _RANKS.get(panel.group, len(_RANKS)), panel.order, panel.name


def _check_names(config: Config, only: Iterable[str], found: Found) -> None:
    """A panel that is asked for by name and is not there is a mistake to be told at start-up."""
    known = {*found.loaded, *found.errors}
    for name in only:
        excluded = any(fnmatchcase(name, pattern) for pattern in config.exclude)
        if name not in known and not excluded:
            installed = ", ".join(entry.name for entry in entries("panels")) or "none"
            raise ConfigurationError(
                "panels", name, f"installed panels ({installed}), or `pip install debug-toolbar-{name}`"
            )


def _make(made: dict[str, Panel], errors: dict[str, str], name: str, plugin: Any, config: Config) -> None:
    options: Mapping[str, Any] = config.panel_options.get(name, {})
    try:
        panel = plugin(**options)
    except TypeError as error:
        if options:
            raise ConfigurationError(
                f"panel_options[{name!r}]", dict(options), f"the panel's own options ({error})"
            ) from None
        panel = error
    except (KeyboardInterrupt, ConfigurationError):
        raise
    except BaseException as error:
        panel = error
    if (wrong := _wrong(name, panel)) is not None:
        errors[name] = wrong
        logger.warning("%s", wrong)
    else:
        made[name] = panel


def _wrong(name: str, panel: object) -> str | None:
    """Say what is wrong with a panel that a plug-in made."""
    if isinstance(panel, BaseException):
        return f"Panel {name!r} could not be made: {type(panel).__qualname__}: {message_of(panel)}"
    if not isinstance(panel, Panel):
        return f"Panel {name!r} is not a Panel: its entry point made a {type(panel).__qualname__}"
    if getattr(panel, "name", None) != name or not isinstance(getattr(panel, "title", None), str):
        return f"Panel {name!r} needs a title, and its name must be that of its entry point."
    return None
