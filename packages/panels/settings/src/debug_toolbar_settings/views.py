"""Views: the settings by where they come from, each in a tab of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Notice, Row, Section, Table, Tree
from debug_toolbar_core.redaction import REDACTED
from debug_toolbar_settings.runtime import words

_COLUMNS = (Column("Setting", "code"), Column("Value", "code"), Column("Note"))
_OBVIOUS = frozenset({"str", "int", "float", "bool", "NoneType", "list", "dict", "tuple"})
_SHOWN = (Column("Variable", "code"), Column("Value", "code"))
_HIDDEN = (Column("Variable", "code"), Column("Characters", "count"))


def show(data: Any) -> Iterable[Block]:
    """Yield a tab for each settings object, the framework's configuration, the environment and Python."""
    if not isinstance(data, dict):
        return
    groups = [group for group in _list(data.get("groups")) if isinstance(group, dict)]
    count = sum(len(_lines(group)) for group in groups)
    yield Badge(f"{count:,}")
    for group in groups:
        if group.get("why"):
            text = f"Settings `{group.get('title')}` cannot be shown: {group['why']}"
            yield Notice("warning", text, "`SettingsPanel(objects=…)` names it.", label="settings not found")
    tabs = [_group(group) for group in groups if not group.get("why")]
    tabs.append(Section("Environment", list(_environment(data))))
    if isinstance(data.get("python"), dict):
        tabs.append(Section("Python", list(_python(data["python"]))))
    yield Section("Settings", tabs, tabs=True)


def _group(group: dict[str, Any]) -> Section:
    lines = _lines(group)
    defaults = sum(line.get("note") == "default" for line in lines)
    facts = [Fact("Kind", group.get("kind") or None), Fact("Settings", len(lines), "count")]
    if defaults:
        facts.append(Fact("Left at their default", defaults, "count"))
    if group.get("more"):
        facts.append(Fact("Not kept", group["more"], "count", "There are more than a record keeps."))
    rows = [Row((line.get("name"), _value(line), _note(line)), depth=_depth(line)) for line in lines]
    title = str(group.get("title") or "settings")
    return Section(title, [Facts(facts), Table(_COLUMNS, rows, None, "It holds no settings.")])


def _note(line: dict[str, Any]) -> str:
    """Return what is to be said of a setting; its type where the value does not show it."""
    obvious = "value" not in line or line.get("type") in _OBVIOUS or (line["value"] == REDACTED and line.get("note"))
    told = [line.get("note"), None if obvious else line.get("type")]
    return ", ".join(str(text) for text in told if text)


def _value(line: dict[str, Any]) -> str:
    """Return a setting's value as Python would write it, texts without their quotes."""
    if "url" in line:
        return str(line["url"])
    if "value" not in line:
        return str(line.get("type", ""))
    value = line["value"]
    if isinstance(value, str):
        return value or '""'
    return repr(value) if value is None or isinstance(value, (bool, int, float)) else json.dumps(value)


def _environment(data: dict[str, Any]) -> Iterator[Block]:
    lines = [line for line in _list(data.get("environment")) if isinstance(line, dict)]
    shown = [Row((line.get("name"), _value(line))) for line in lines if "hidden" not in line]
    hidden = [Row((line.get("name"), line["hidden"])) for line in lines if "hidden" in line]
    yield Table(_SHOWN, shown, f"{len(shown):,} shown", "None of the variables is known to be harmless.")
    if hidden:
        more = data.get("environment_more") or 0
        title = f"{len(hidden):,} that the option environ would show" + (f", and {more:,} more" if more else "")
        yield Table(_HIDDEN, hidden, title)


def _python(told: dict[str, Any]) -> Iterator[Block]:
    loop, encodings = _dict(told.get("loop")), _dict(told.get("encodings"))
    collector = _dict(told.get("collector"))
    facts = [
        Fact("event loop", loop.get("type"), "code", "The one the application was started in."),
        Fact("asyncio's debug mode", loop.get("debug"), hint="It tells of slow callbacks, and slows all of them."),
        Fact("event loop policy", told.get("policy"), "code"),
        Fact("locale", words(_list(told.get("locale"))) or None),
        Fact("encoding of files' names", encodings.get("files")),
        Fact("encoding of texts", encodings.get("texts"), hint="What open() uses where it is told none."),
        Fact("time zone", words(_list(told.get("zone"))) or None),
        Fact("garbage collector", "on" if collector.get("enabled") else "off"),
        Fact("its thresholds", words(_list(collector.get("thresholds"))) or None),
        Fact("recursion limit", told.get("recursion"), "count"),
        Fact("threads take turns after", told.get("switch"), "s"),
        Fact("digits of an integer as text", told.get("digits"), "count"),
        Fact("open files", words(_list(told.get("files"))) or None, hint="At most; at most after asking for more."),
        Fact("prefix", told.get("prefix"), "code"),
        Fact("virtual environment of", told.get("base") if told.get("base") != told.get("prefix") else None, "code"),
        Fact("warnings, as -W", words(_list(told.get("warnings"))) or None, "code"),
    ]
    yield Facts([fact for fact in facts if fact.value is not None])
    yield Tree(told.get("flags"), "sys.flags", 0)
    if told.get("options"):
        yield Tree(told["options"], "options of -X", 1)
    yield Tree(told.get("path"), "sys.path", 0)


def _lines(group: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in _list(group.get("lines")) if isinstance(line, dict)]


def _depth(line: dict[str, Any]) -> int:
    depth = line.get("depth")
    return depth if type(depth) is int and depth > 0 else 0


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
