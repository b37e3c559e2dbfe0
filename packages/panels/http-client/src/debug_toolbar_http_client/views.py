"""Views: the calls of a record as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from debug_toolbar_core import Record
from debug_toolbar_core.blocks import Badge, Block, Column, Fact, Facts, Notice, Row, Section, Table, Timeline
from debug_toolbar_core.units import seconds
from debug_toolbar_http_client.call import PANEL, PHASES, place
from debug_toolbar_http_client.findings import findings, level_of, outcome
from debug_toolbar_http_client.seen import Seen, calls

_TITLES = {"queue": "Queue", "dns": "DNS", "connect": "Connect", "tls": "TLS", "send": "Send", "wait": "Wait",
           "read": "Read", "backoff": "Back-off"}  # fmt: skip
_SHORTEST = 0.002
_RARE = frozenset({"queue", "send", "backoff", "dns"})
"""Phases that have a column only where one took more than two milliseconds."""


def show(record: Record, slow: float, failed: int) -> Iterable[Block]:
    """Yield a badge, the notices, the headline facts, the calls and their timeline."""
    found = calls(record)
    past = [fold for fold in record.folded.values() if fold.panel == PANEL]
    more = sum(fold.count for fold in past)
    if not found and not more:
        return
    notices = list(findings(found, slow, failed))
    whole = busy(found)
    yield _badge(len(found) + more, whole, notices)
    yield from notices
    if more:
        text = f"{more:,} calls are past the limit: counted, not kept; {len(found):,} are below."
        yield Notice("info", text, "Raise `limits.panel_spans` to keep more.", label="calls dropped")
    yield _headline(record, found, more, whole)
    yield table(record, found, slow, failed)
    yield from hosts(found, failed)
    yield Timeline(PANEL)


def busy(found: Sequence[Seen]) -> float:
    """Return the seconds in which at least one call was under way."""
    total = until = 0.0
    for call in found:
        total += max(0.0, call.end - max(call.span.start, until))
        until = max(until, call.end)
    return total


def _badge(count: int, whole: float, notices: Sequence[Notice]) -> Badge:
    levels = {notice.level for notice in notices}
    if "error" in levels:
        return Badge(str(count), seconds(whole), "error")
    return Badge(str(count), seconds(whole), "warning" if "warning" in levels else None)


def _headline(record: Record, found: Sequence[Seen], more: int, whole: float) -> Facts:
    items = [Fact("calls", len(found) + more, "count"), Fact("waited", whole, "s")]
    if record.duration and found:
        items.append(Fact("of the request", min(whole / record.duration, 1.0), "percent"))
    if found:
        items.append(Fact("slowest", max(call.seconds for call in found), "s"))
    sizes = [size for call in found if (size := call.number("http.response.body.size")) is not None]
    if sizes:
        items.append(Fact("received", sum(sizes), "bytes"))
    reused = [call.flag("http.connection.reused") for call in found]
    if any(known is not None for known in reused):
        items.append(Fact("new connections", reused.count(False), "count"))
    return Facts(items, headline=True)


def table(record: Record, found: Sequence[Seen], slow: float, failed: int) -> Table:
    """Return the table of calls, with a column for each phase that its clients told of.

    Where all went to one server its name stands above, and not in every row.
    """
    servers = {call.host for call in found}
    server = servers.pop() if len(servers) == 1 else ""
    phases = [phase for phase in PHASES if _shown(phase, found)]
    columns = [Column("Call", "code"), Column("Status"), *(Column(_TITLES[phase], "s") for phase in phases)]
    columns.append(Column("Time", "s"))
    here = _host(record)
    rows = []
    for call in found:
        level = level_of(call, failed) or ("warning" if call.seconds >= slow else None)
        taken = [call.phase(phase) for phase in phases]
        cells = (call.name(server), outcome(call), *taken, call.seconds)
        rows.append(Row(cells, level, list(details(call, here)), call.index))
    return Table(columns, rows, server or None, "No call was kept.")


def _shown(phase: str, found: Sequence[Seen]) -> bool:
    taken = [took for call in found if (took := call.phase(phase)) is not None]
    return bool(taken) and (phase not in _RARE or max(taken) >= _SHORTEST)


def _host(record: Record) -> str:
    """Return the server of this record's own request: where its toolbar is."""
    request = record.request
    return "" if request is None else place(request.url).partition("/")[0]


def details(call: Seen, here: str) -> Iterable[Block]:
    """Yield what opens below a call."""
    yield Facts(list(facts(call, here)))
    hops = list(zip(call.listed("http.redirects.status_code"), call.listed("http.redirects.url.full"), strict=False))
    if hops:
        yield Table([Column("Status"), Column("From", "code")], [Row((str(status), str(url))) for status, url in hops],
                    title="Answers on the way")  # fmt: skip
    sections = [
        Section(title, [Facts([Fact(header, value, "code") for header, value in pairs])])
        for title, name in (("Sent", "request"), ("Received", "response"))
        if (pairs := list(call.headers(name)))
    ]
    if sections:
        yield Section("Headers", sections, tabs=True)


def facts(call: Seen, here: str) -> Iterable[Fact]:
    """Yield what is known of a call besides its row."""
    yield Fact("URL", f"{call.method} {call.url}", "code")
    if call.error:
        yield Fact("error", f"{call.error}: {call.text('error.message')}".removesuffix(": "))
    for label, size in (("sent", "request"), ("received", "response")):
        if (known := call.number(f"http.{size}.body.size")) is not None:
            yield Fact(label, known, "bytes")
    if call.span.source is not None:
        yield Fact("called from", call.span.source, "source")
    theirs = call.record()
    if theirs is not None:
        where, link = theirs
        ours = call.host == here or link is None
        yield Fact(
            "their record", where if ours else link, "record" if ours else "code", "the callee runs this toolbar"
        )
    yield from connection(call)


def connection(call: Seen) -> Iterable[Fact]:
    """Yield what is known of the way a call went."""
    reused = call.flag("http.connection.reused")
    if reused is not None:
        yield Fact("connection", "reused" if reused else "new")
    if version := call.text("network.protocol.version"):
        yield Fact("protocol", f"HTTP/{version}")
    yield Fact("client", call.text("http.client"))
    if retries := call.number("http.request.resend_count"):
        yield Fact("retries", retries, "count", "by the client itself")
    if call.flag("http.response.incomplete"):
        yield Fact("body", "not read to its end")
    if call.unanswered:
        yield Fact("still running", "when the request was over")
    if trace := call.text("trace.id"):
        yield Fact("trace", trace, "code")


def hosts(found: Sequence[Seen], failed: int) -> Iterable[Block]:
    """Yield the calls by server, where there are several."""
    names = list(dict.fromkeys(call.host for call in found if call.host))
    if len(names) < 2:
        return
    rows = []
    for name in names:
        own = [call for call in found if call.host == name]
        bad = sum(level_of(call, failed) is not None for call in own)
        sizes = sum(call.number("http.response.body.size") or 0 for call in own)
        rows.append(Row((name, len(own), bad, busy(own), max(call.seconds for call in own), sizes)))
    columns = [Column("Server", "code"), Column("Calls", "count"), Column("Failed", "count"), Column("Waited", "s"),
               Column("Slowest", "s"), Column("Received", "bytes")]  # fmt: skip
    yield Table(columns, rows, title="Servers")
