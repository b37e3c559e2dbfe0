"""R46 at the file: of a record with a secret in every place none is in the stored bytes, its log's included."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

from debug_toolbar_core.retention import Retention
from debug_toolbar_sqlite import SQLiteStore
from debug_toolbar_testing.shared_stores import ids, sample
from debug_toolbar_tests.secret import CLEAR, secret_record


def stored(folder: Path) -> bytes:
    """Return all bytes of all files in a folder."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


async def test_no_secret_is_in_the_file(tmp_path: Path) -> None:
    """Neither while it is written, nor when it is replaced, forgotten or cleared, nor after the store is closed."""
    made: list[str] = []

    def secret() -> str:
        made.append(f"ghp_{token_hex(18)}")
        return made[-1]

    store = SQLiteStore(tmp_path / "records.db", Retention(records=20))
    records = [secret_record(secret) for _ in range(30)]
    for record in records:
        await store.save(record)
    assert len(await ids(store)) == 20
    assert names(tmp_path) == {"records.db", "records.db-wal", "records.db-shm"}
    found = [stored(tmp_path)]
    records[-1].data["saq"]["again"] = {"password": secret()}
    await store.save(records[-1])
    await ids(store)
    found.append(stored(tmp_path))
    store.finish()
    found.append(stored(tmp_path))
    assert all(CLEAR.encode() in each for each in found)
    await store.clear()
    await store.save(sample(1))
    store.finish()
    assert len(made) > 600
    assert [each for each in made if any(each.encode() in content for content in (*found, stored(tmp_path)))] == []
