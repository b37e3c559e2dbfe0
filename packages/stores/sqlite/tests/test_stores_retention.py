"""Retention while several processes save as fast as they can: by bytes and by age, in the file and in Redis alike."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from debug_toolbar_testing.saving import saved_by, writer
from debug_toolbar_testing.shared_stores import opened, with_options
from debug_toolbar_tests.services import Service

_numbers = count()
LIMIT, AGE = 200_000, 0.3


@pytest.fixture(params=["sqlite", "redis"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path, redis_server: Service) -> str:
    """The URL of a store in which nothing is yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    return f"{redis_server.url}?prefix=retention-{next(_numbers)}"


def test_bytes_hold_under_load(store_url: str) -> None:
    """Whenever one looks there are no more bytes than it was told, and about so many in the end."""
    url = with_options(store_url, bytes=str(LIMIT))
    writers, store, sizes = [writer(url, 600, f"writer-{n}") for n in range(2)], opened(url), [0]
    while any(process.poll() is None for process in writers):
        ids = [id for id, _ in store.backend.page(2_000, None)]
        sizes.append(sum(map(len, store.backend.documents(ids).values())))
    assert len(saved_by(writers)) == 1_200
    ids = [id for id, _ in store.backend.page(2_000, None)]
    assert LIMIT * 0.9 < sum(map(len, store.backend.documents(ids).values())) <= LIMIT
    assert max(sizes) <= LIMIT
    store.finish()


@pytest.fixture
def endless(store_url: str) -> Iterator[str]:
    """A store's URL that forgets soon, and two processes that save there until the test is over."""
    url = with_options(store_url, age=f"{AGE}s")
    writers = [writer(url, 0, f"writer-{n}") for n in range(2)]
    drains = []
    for process in writers:  # nobody is to wait for a reader of what they print
        assert process.stdout is not None
        with process.stdout as printed:
            drains.append(subprocess.Popen(["cat"], stdin=printed, stdout=subprocess.DEVNULL))
    yield url
    for process in (*writers, *drains):
        process.kill()
        process.wait()


def test_age_holds_under_load(endless: str) -> None:
    """Whenever one looks nothing is listed that was saved longer ago than it was told, and what was is gone."""
    store, seen, until = opened(endless), set[str](), time.monotonic() + 20
    first: set[str] | None = None
    while first is None or len(seen) == len(first) or store.backend.documents(sorted(first)[:100]):
        assert time.monotonic() < until, "what is too old is still there, or nothing more is saved"
        oldest = (time.time() - AGE) * 1_000_000
        page = store.backend.page(100_000, None)
        assert all(revision >= oldest - 1_000 for _, revision in page)
        seen.update(id for id, _ in page)
        first = first or ({id for id, _ in page} or None)
    store.finish()
