"""States: what became of a job, in words, as its worker and its queue tell it."""

from __future__ import annotations

from typing import Any

from debug_toolbar_core import Record, Source, Span
from debug_toolbar_core.blocks import Notice

_GRACE = 1.0  # seconds in which a worker ends what took too long
BAD = frozenset({"failed", "aborted", "aborting", "stuck", "retried"})


def stuck(function: object, source: Source | None = None) -> Notice:
    """Tell of a job that nobody works on any more, as it seems."""
    text = f"`{function}` is still active, past its timeout or heartbeat: its worker is probably gone."
    return Notice("error", text, "SAQ's sweep aborts it, or has it tried again.", source, "job stuck")


def state_of_span(span: Span, jobs: dict[str, Any], now: float) -> str:
    """Return a job's state as it is known: as the queue said it when somebody looked, or that it was enqueued."""
    if "error.type" in span.attributes:
        return "not enqueued"
    if span.attributes.get("saq.duplicate"):
        return "duplicate"
    key = str(span.attributes.get("saq.key"))
    if key not in jobs:
        return "enqueued"
    job = jobs[key]
    if not isinstance(job, dict):
        return "forgotten"
    return state(job, now)


def state(job: dict[str, Any], now: float) -> str:
    """Return a job's state in words; one that is active for longer than it may be is stuck, as SAQ calls it."""
    status = str(job.get("status"))
    if status == "queued" and job.get("scheduled"):
        return "to be retried" if job.get("attempts") else "scheduled"
    if status in ("active", "aborting"):
        for since, most in (("started", "timeout"), ("touched", "heartbeat")):
            begun, allowed = number(job.get(since)), number(job.get(most))
            if begun and allowed and now - begun > allowed + _GRACE:
                return "stuck"
    return status


def state_here(record: Record, job: dict[str, Any], data: dict[str, Any]) -> str:
    """Return the state of the execution that a record is: as its worker said it last, or as its queue says it now."""
    jobs = data.get("jobs")
    present = jobs.get(str(job.get("key"))) if record.open and isinstance(jobs, dict) else None
    if not isinstance(present, dict):
        return str(job.get("status"))
    if number(present.get("attempts")) > number(job.get("attempts")):
        return "retried"  # by another worker: the queue has given this execution up
    return state(present, number(data.get("now")))


def number(value: object) -> float:
    """Return a number of a record's data, 0 for what is none."""
    return float(value) if isinstance(value, (int, float)) else 0.0
