"""Facts: what is noted of a job, in plain values, from SAQ's own object."""

from __future__ import annotations

from typing import Any

PANEL = "saq"
CAUSE, RECORDS = "debug_toolbar", "debug_toolbar_records"
"""What a job's `meta` carries for us: the record it was enqueued in, and those of its executions."""
_RECORDS_MOST = 20
_TEXT = 8_000


def facts_of(job: Any) -> dict[str, Any]:
    """Return a job's state; times in seconds of the wall clock, 0 and None where there was none yet."""
    meta = job.meta if type(job.meta) is dict else {}
    records = meta.get(RECORDS)
    return {
        "function": _text(job.function),
        "key": _text(job.key),
        "queue": _text(getattr(job.queue, "name", None)),
        "status": str(getattr(job.status, "value", job.status)),
        "attempts": job.attempts,
        "retries": job.retries,
        "timeout": job.timeout,
        "heartbeat": job.heartbeat,
        "scheduled": job.scheduled or None,
        "queued": _seconds(job.queued),
        "started": _seconds(job.started),
        "touched": _seconds(job.touched),
        "completed": _seconds(job.completed),
        "error": job.error[-_TEXT:] if type(job.error) is str else None,
        "result": job.result,
        "cause": _text(meta.get(CAUSE)) or None,
        "records": [each for each in records if type(each) is str][-_RECORDS_MOST:] if type(records) is list else [],
    }


def _seconds(milliseconds: object) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, (int, float)) and milliseconds else None


def _text(value: object) -> str:
    return value[:200] if type(value) is str else ""
