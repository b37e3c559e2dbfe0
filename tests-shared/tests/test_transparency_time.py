"""Time: a chunk goes out as the application sends it, the first is not later, and few microseconds are ours."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from statistics import median
from time import perf_counter

import pytest

from debug_toolbar_tests.server import App, Message, Receive, Scope, Send, around, http, play

CHUNKS = 300
HTML = b"<!doctype html><html><body>"


def stream(kind: bytes) -> App:
    """Make an application that sends a chunk of 1 kB every millisecond, and notes what had gone out by then."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        out: list[Message] = scope["out"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        for number in range(CHUNKS):
            chunk = (b"data: %d\n\n" % number if number else HTML).ljust(1_000)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            scope["seen"].append(sum(len(message.get("body", b"")) for message in out))
            await asyncio.sleep(0.001)
        await send({"type": "http.response.body", "body": b"</body></html>" if kind == b"text/html" else b""})

    return app


async def first_byte(app: App, kind: bytes) -> float:
    """Return the seconds until the first byte of a body was out."""
    scope, at = http(out=[], seen=[]), []

    async def sent(message: Message) -> None:
        if message.get("body"):
            at.append(perf_counter())
            raise ConnectionResetError  # the rest does not matter here

    started = perf_counter()
    await play(app, scope, sent=sent)
    return at[0] - started


@pytest.mark.parametrize("kind", [b"text/html", b"text/event-stream", b"text/plain"])
async def test_each_chunk_is_out_before_the_next(kind: bytes) -> None:
    """When the application's `send` returns its chunk has gone out, whole and in a message of its own."""
    out: list[Message] = []
    scope = http(out=out, seen=(seen := []))
    served = await play(around(stream(kind)), scope, sent=lambda message: noted(out, message))
    assert served.raised is None
    assert len(seen) == CHUNKS
    assert all(gone >= 1_000 * (number + 1) for number, gone in enumerate(seen))
    bodies = [message for message in served.messages if message["type"] == "http.response.body"]
    assert len(bodies) == CHUNKS + 1


async def noted(out: list[Message], message: Message) -> None:
    """Note a message as gone out."""
    out.append(message)


@pytest.mark.parametrize("kind", [b"text/html", b"text/event-stream"])
async def test_the_first_byte_is_not_later(kind: bytes) -> None:
    """Measured in turns, the first byte comes within 5 ms of the bare application's."""
    bare, whole = stream(kind), around(stream(kind))
    added = []
    for _ in range(30):
        alone = await first_byte(bare, kind)
        added.append(await first_byte(whole, kind) - alone)
    assert median(added) < 0.005


def test_what_a_request_costs_us() -> None:
    """Of 3,000 requests the middle one takes at most 0.05 ms of CPU more than bare, one in a hundred 1 ms."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-m", "debug_toolbar_tests.costs"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    costs = json.loads(done.stdout.splitlines()[-1])
    assert costs["middle"] <= 0.000_05
    assert costs["late"] <= 0.001
