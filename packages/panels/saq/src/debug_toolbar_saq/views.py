"""Views: the jobs a record enqueued, and the one it is the execution of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from debug_toolbar_core import Record, Source, Span
from debug_toolbar_core.blocks import (
    Badge,
    Block,
    Code,
    Column,
    Fact,
    Facts,
    Level,
    Notice,
    Row,
    Section,
    Table,
    Tree,
)
from debug_toolbar_saq.facts import PANEL
from debug_toolbar_saq.states import BAD, number, state_here, state_of_span, stuck

_COLUMNS = (
    Column("At", "s"), Column("Function", "code"), Column("Queue"), Column("Status"), Column("Enqueuing", "s"),
    Column("Waited", "s"), Column("Ran", "s"), Column("Attempts", "count"), Column("Execution", "record"),
    Column("Source", "source"),
)  # fmt: skip


def show(record: Record, repeated: int) -> Iterable[Block]:
    """Yield the execution this record is, if it is one, and the jobs it enqueued."""
    data = record.data.get(PANEL)
    data = data if isinstance(data, dict) else {}
    spans = [(index, span) for index, span in enumerate(record.spans) if span.panel == PANEL]
    folded = sum(fold.count for fold in record.folded.values() if fold.panel == PANEL)
    job = data.get("job")
    if isinstance(job, dict):
        yield from _execution(record, job, data)
    if spans or folded:
        yield from _enqueued(record, spans, folded, data, repeated, badge=not isinstance(job, dict))
    away = data.get("away")
    for queue, why in away.items() if isinstance(away, dict) else ():
        yield Notice("warning", f"Queue `{queue}` does not say what became of its jobs: {why}.", label="queue away")


def _execution(record: Record, job: dict[str, Any], data: dict[str, Any]) -> Iterable[Block]:
    status = state_here(record, job, data)
    bad = status in BAD or record.error is not None
    yield Badge(status, f"attempt {job.get('attempts')}", "error" if bad else None)
    if status == "stuck":
        yield stuck(job.get("function"))
    elif bad:
        again = status in ("queued", "retried")
        text = f"`{job.get('function')}` " + ("failed and is tried again." if again else f"ended as {status}.")
        yield Notice("warning" if again else "error", text, label="job failed")
    waited, ran = _between(job, "queued", "started"), record.duration
    facts = [Fact("function", job.get("function"), "code"), Fact("status", status), Fact("waited", waited, "s"),
             Fact("ran", ran, "s"), Fact("attempt", f"{job.get('attempts')} of {job.get('retries')}")]  # fmt: skip
    yield Facts([fact for fact in facts if fact.value is not None], headline=True)
    more = [Fact("queue", job.get("queue")), Fact("key", job.get("key"), "code"),
            Fact("timeout", job.get("timeout"), "s"), Fact("scheduled for", job.get("scheduled"), "time"),
            Fact("enqueued by", record.parent, "record")]  # fmt: skip
    yield Facts([fact for fact in more if fact.value not in (None, "")])
    if data.get("arguments"):
        yield Tree(data["arguments"], "Arguments")
    if job.get("result") is not None:
        yield Tree(job["result"], "Result")
    if job.get("error"):
        yield Code(str(job["error"]), "text", title="Error")


def _enqueued(
    record: Record, spans: list[tuple[int, Span]], folded: int, data: dict[str, Any], repeated: int, badge: bool
) -> Iterable[Block]:
    jobs = data.get("jobs")
    jobs = jobs if isinstance(jobs, dict) else {}
    now = number(data.get("now"))
    failed = sum(state_of_span(span, jobs, now) in BAD or "error.type" in span.attributes for _, span in spans)
    count = len(spans) + folded
    if badge:
        seconds = sum(span.duration for _, span in spans)
        yield Badge(str(count), f"{seconds * 1000:.1f} ms", "error" if failed else None)
    yield from _notices(spans, data, jobs, repeated)
    if folded:
        yield Notice("info", f"{folded:,} more were counted and not kept.", label="jobs dropped")
    statuses = Counter(state_of_span(span, jobs, now) for _, span in spans)
    facts = [Fact("enqueued", count, "count")]
    facts += [Fact(status, number, "count") for status, number in statuses.most_common() if status != "enqueued"]
    yield Facts(facts, headline=True)
    yield Table(_COLUMNS, [_row(index, span, jobs, now) for index, span in spans], title="Jobs")


def _notices(
    spans: list[tuple[int, Span]], data: dict[str, Any], jobs: dict[str, Any], repeated: int
) -> Iterable[Notice]:
    now = number(data.get("now"))
    same: dict[tuple[object, Source | None], list[Span]] = defaultdict(list)
    for _, span in spans:
        same[span.attributes.get("saq.function"), span.source].append(span)
        if (kind := span.attributes.get("error.type")) is not None:
            text = f"`{span.attributes.get('saq.function')}` was not enqueued: `{kind}`."
            yield Notice("error", text, str(span.attributes.get("error.message") or ""), span.source, "not enqueued")
        elif span.attributes.get("saq.duplicate"):
            text = f"`{span.attributes.get('saq.function')}` was not enqueued: a job of this key is there already."
            yield Notice("info", text, source=span.source, label="duplicate job")
        elif (status := state_of_span(span, jobs, now)) == "stuck":
            yield stuck(span.attributes.get("saq.function"), span.source)
        elif status in BAD:
            text = f"`{span.attributes.get('saq.function')}` ended as {status}."
            yield Notice("error", text, source=span.source, label="job failed")
    for (function, source), alike in same.items():
        if len(alike) >= repeated:
            text = f"`{function}` was enqueued {len(alike):,} times, one by one."
            hint = f'Enqueue them together: `queue.map("{function}", [...])`, or `asyncio.gather` over `enqueue`.'
            saves = sum(span.duration for span in alike) - max(span.duration for span in alike)
            yield Notice("warning", text, hint, source, "enqueued in a loop", saves)


def _row(index: int, span: Span, jobs: dict[str, Any], now: float) -> Row:
    attributes = span.attributes
    job = jobs.get(str(attributes.get("saq.key")))
    job = job if isinstance(job, dict) else {}
    status = state_of_span(span, jobs, now)
    bad = status in BAD or "error.type" in attributes
    level: Level | None = "error" if bad else None
    records = [each for each in job.get("records") or () if isinstance(each, str)]
    cells = (
        span.start, attributes.get("saq.function"), attributes.get("messaging.destination.name"), status,
        None if span.end is None else span.duration, _between(job, "queued", "started"),
        _between(job, "started", "completed"), job.get("attempts"), records[-1] if records else None, span.source,
    )  # fmt: skip
    return Row(cells, level, list(_details(attributes, job, records)), index)


def _details(attributes: dict[str, Any], job: dict[str, Any], records: list[str]) -> Iterable[Block]:
    facts = [
        Fact("key", attributes.get("saq.key"), "code"),
        Fact("scheduled for", attributes.get("saq.scheduled"), "time"),
    ]
    facts += [Fact(f"execution {number}", each, "record") for number, each in enumerate(records, 1)]
    known = [fact for fact in facts if fact.value is not None]
    if known:
        yield Facts(known)
    if attributes.get("saq.arguments"):
        yield Tree(attributes["saq.arguments"], "Arguments")
    if job.get("result") is not None:
        yield Tree(job["result"], "Result")
    if job.get("error"):
        yield Section("Error", [Code(str(job["error"]), "text")], open=False)


def _between(job: dict[str, Any], first: str, last: str) -> float | None:
    start, end = job.get(first), job.get(last)
    if not isinstance(start, (int, float)) or not isinstance(end, (int, float)):
        return None
    return max(0.0, end - start)
