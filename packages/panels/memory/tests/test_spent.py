"""What a request has spent is right at every moment that another thread may look."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_memory import meter


def test_the_process_is_not_taken_for_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watcher that looks while a slice begins or ends sees its seconds, not those of the whole process."""
    account = meter.Account()
    seen: list[float] = []
    clock = iter([600.0, 600.5, 700.0, 700.25])

    def looked_at() -> Any:
        now = next(clock)
        monkeypatch.setattr(meter, "process_time", lambda: now)  # the other thread asks for it too
        seen.append(account.spent())
        monkeypatch.setattr(meter, "process_time", looked_at)
        return now

    monkeypatch.setattr(meter, "process_time", looked_at)
    account.begin()
    account.end()
    account.begin()
    account.end()
    assert account.spent() == 0.75
    assert [0.0 <= each <= 0.75 for each in seen] == [True] * 4, seen
