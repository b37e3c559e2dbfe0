"""R46 at the server: of a record with a secret in every place none is in what Redis holds, or writes to its disk."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import Any

from redis import Redis

from debug_toolbar_core.retention import Retention
from debug_toolbar_redis import RedisStore
from debug_toolbar_testing.shared_stores import ids, sample
from debug_toolbar_tests import services
from debug_toolbar_tests.secret import CLEAR, secret_record


def stored(client: Any) -> bytes:
    """Return the bytes of a server's snapshot, which has all it holds, as it would write it to its disk."""
    client.config_set("rdbcompression", "no")
    client.save()
    place = client.config_get("dir") | client.config_get("dbfilename")
    return Path(place["dir"], place["dbfilename"]).read_bytes()


async def test_no_secret_is_in_the_server() -> None:
    """Neither when records come, nor when they are replaced, forgotten or cleared."""
    made: list[str] = []

    def secret() -> str:
        made.append(f"ghp_{token_hex(18)}")
        return made[-1]

    with services.redis() as server, Redis.from_url(server.url, decode_responses=True) as client:
        store = RedisStore(server.url, Retention(records=20))
        records = [secret_record(secret) for _ in range(30)]
        for record in records:
            await store.save(record)
        assert len(await ids(store)) == 20
        found = [stored(client)]
        records[-1].data["saq"]["again"] = {"password": secret()}
        await store.save(records[-1])
        await ids(store)
        found.append(stored(client))
        assert all(CLEAR.encode() in each for each in found)
        await store.clear()
        await store.save(sample(1))
        await ids(store)
        found.append(stored(client))
        store.finish()
    assert len(made) > 600
    assert [each for each in made if any(each.encode() in content for content in found)] == []
