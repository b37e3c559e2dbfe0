"""The versions panel: what runs here; collected once, into the application's own record."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from debug_toolbar_core import Panel, Record
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Row, Table

_COLUMNS = (Column("Distribution", "code"), Column("Version", "code"), Column("Summary"))


@dataclass
class VersionsPanel(Panel):
    """Python, the framework, the machine and the installed distributions."""

    name = "versions"
    title = "Versions"
    kinds = frozenset({"app"})
    group = "application"
    order = 10

    def collect(self, record: Record) -> Generator[None, None, Any]:
        # What they read the packages with is a tenth of start-up to import, and this runs when somebody looks.
        from debug_toolbar_versions.distributions import cut, installed
        from debug_toolbar_versions.interpreter import machine, process, python

        others, ours = installed()
        others, more = cut(others)
        yield
        app = record.app
        return {
            "python": python(),
            "framework": None if app is None else {"name": app.framework, "version": app.version, "debug": app.debug},
            "machine": machine(),
            "process": process(),
            "distributions": others,
            "more": more,
            "toolbar": ours,
        }

    def view(self, record: Record) -> Iterable[Block]:
        data = record.data.get(self.name)
        if data is None:
            return
        yield Badge(data["python"]["version"])
        yield Facts(list(_headline(data)), headline=True)
        yield Facts(list(_facts(data)))
        yield Table(_COLUMNS, [Row(tuple(line)) for line in data["toolbar"]], "Debug Toolbar")
        count = len(data["distributions"]) + data["more"]
        title = f"{count:,} installed distributions"
        if data["more"]:
            title += f", {len(data['distributions']):,} of them here"
        yield Table(_COLUMNS, [Row(tuple(line)) for line in data["distributions"]], title)


def _headline(data: dict[str, Any]) -> Iterable[Fact]:
    yield Fact(data["python"]["implementation"], data["python"]["version"])
    if framework := data["framework"]:
        yield Fact(framework["name"], framework["version"] or "unknown")


def _facts(data: dict[str, Any]) -> Iterable[Fact]:
    python, machine, process = data["python"], data["machine"], data["process"]
    if data["framework"]:
        yield Fact("debug", data["framework"]["debug"], hint="The framework's debug flag.")
    yield Fact("executable", python["executable"], "code")
    yield Fact("compiler", python["compiler"])
    yield Fact("GIL", "on" if python["gil"] else "off", hint="Whether only one thread runs Python code at a time.")
    yield Fact("flags", ", ".join(python["flags"]) or "none", hint="Flags of `python` that are set, as `-X dev`.")
    yield Fact("system", f"{machine['system']} ({machine['machine']})")
    yield Fact("processors", machine["processors"], "count")
    yield Fact("process", process["pid"], hint="The process's id.")
    yield Fact("folder", process["folder"], "code")
    yield Fact("command", " ".join(part for pair in process["arguments"] for part in pair if part), "code")
