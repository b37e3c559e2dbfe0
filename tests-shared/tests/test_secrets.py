"""R46 and R47: no secret survives from any channel into any sink, and what only looks like one stays as it is."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from debug_toolbar_asgi import ASGIConfig, DebugToolbar
from debug_toolbar_core import Record, note, span
from debug_toolbar_core.text import to_markdown, to_text

logger = logging.getLogger("shop")
SIZE = 24
"""Cases in one request: few enough that no limit cuts any of them off."""
LONG = "generated-but-long-0123456789"


class Case(NamedTuple):
    """One secret, or one lookalike when `needle` is empty."""

    carrier: str
    payload: Any
    needle: str


def own_cases() -> list[Case]:
    """Return a small corpus, for where the shared one is not."""
    return [
        Case("header", ("Authorization", f"Bearer {LONG}"), LONG),
        Case("kv", ("api_key", LONG), LONG),
        Case("text", f"login failed with password='{LONG}'", LONG),
        Case("obj", {"params": {"password": LONG}}, LONG),
        Case("header", ("ETag", '"0123456789abcdef"'), ""),
        Case("kv", ("author", "Jane Austen"), ""),
        Case("text", "Unexpected token < in JSON at position 0", ""),
        Case("obj", {"columns": ["id", "password", "token"]}, ""),
    ]


def corpus() -> list[Case]:
    """Return the shared corpus of secrets and lookalikes, or a small one of our own."""
    for parent in Path(__file__).resolve().parents:
        path = parent.parent / "shared" / "data" / "redaction_corpus.py"
        if path.is_file():
            spec = importlib.util.spec_from_file_location("redaction_corpus", path)
            assert spec is not None
            assert spec.loader is not None
            module = sys.modules["redaction_corpus"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return [Case(case.carrier, case.payload, case.needle) for case in module.build(7)]
    return own_cases()


CASES = corpus()
SECRET = [case for case in CASES if case.needle]
BENIGN = [case for case in CASES if not case.needle and "Content-Length" not in case.payload]
"""No server lets a request lie about its length."""


def pairs(cases: Sequence[Case]) -> list[tuple[str, str]]:
    """Return cases as names and texts: a text goes under a name that says nothing."""
    found = [case.payload if case.carrier == "kv" else ("note", case.payload) for case in cases]
    return [(name, value) for name, value in found if isinstance(value, str)]


def objects(cases: Sequence[Case]) -> list[Any]:
    """Return cases as values for JSON, attributes, extras and locals."""
    return [{case.payload[0]: case.payload[1]} if case.carrier == "kv" else case.payload for case in cases]


def texts(cases: Sequence[Case]) -> list[str]:
    """Return the cases that are texts."""
    return [case.payload for case in cases if case.carrier == "text"]


class Shop:
    """An application that hands the cases on through the channel that the path names."""

    def __init__(self) -> None:
        self.cases: Sequence[Case] = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            raise RuntimeError("This application has no lifespan.")
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        channel = getattr(self, "through_" + scope["path"].split("/")[1], None)
        body, headers = (channel() if channel else None) or (b"{}", [])
        kind = (b"content-type", b"application/json")
        await send({"type": "http.response.start", "status": 200, "headers": [kind, *headers]})
        await send({"type": "http.response.body", "body": body})

    def through_log(self) -> None:
        """Log texts, and objects as extras and arguments."""
        for value in objects(self.cases):
            if isinstance(value, str):
                logger.warning(value)
                logger.warning("It was %s", value)
            else:
                logger.warning("Something", extra={"payload": value})

    def through_locals(self) -> None:
        """Raise with the cases among the locals."""
        values = objects(self.cases)
        for value in values:
            held = value
        raise RuntimeError("It is in the locals", len(values), type(held))

    def through_message(self) -> None:
        """Raise, with the cases in the message and in that of its cause."""
        try:
            raise ValueError(*texts(self.cases))
        except ValueError as error:
            raise RuntimeError("\n".join(texts(self.cases))) from error

    def through_span(self) -> None:
        """Trace with the cases as attributes, and texts as names."""
        for value in objects(self.cases):
            with span(value if isinstance(value, str) else "a span", payload=value):
                pass

    def through_note(self) -> None:
        """Note every case."""
        for value in objects(self.cases):
            note(value, "a note")

    def through_response(self) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """Answer with the cases as JSON, and those of headers in headers."""
        headers = [each.payload for each in self.cases if each.carrier == "header"]
        return json.dumps(objects(self.cases)).encode(), [(n.lower().encode(), v.encode()) for n, v in headers]


class Watched(NamedTuple):
    """The application with its toolbar, and who asks it."""

    shop: Shop
    toolbar: DebugToolbar
    url: str

    async def records(self) -> list[Record]:
        """Return all records as the store holds them, once every one is there."""
        assert self.toolbar.toolbar is not None
        ids = [summary.id for summary in await self.toolbar.toolbar.store.recent(500)]
        found = [await self.toolbar.toolbar.store.load(id) for id in ids]
        return [record for record in found if record is not None]


@pytest.fixture
def watched(server: Callable[[Any], str]) -> Watched:
    """A served application with every installed panel."""
    shop = Shop()
    toolbar = DebugToolbar(shop, ASGIConfig(budget=5.0))
    return Watched(shop, toolbar, server(toolbar))


PATIENCE = 60.0
"""Seconds a request may take: once, in a run of everything, the machine stood still for more than httpx's five."""


def batches(cases: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """Yield the cases in pieces that fit into one request."""
    for start in range(0, len(cases), SIZE):
        yield cases[start : start + SIZE]


async def sent(watched: Watched, cases: Sequence[Case]) -> None:
    """Send the cases through every channel."""
    async with httpx.AsyncClient(base_url=watched.url, timeout=PATIENCE) as client:
        for batch in batches([case for case in cases if case.carrier == "header"]):
            headers = [case.payload for case in batch]
            for header in headers:  # each by itself: a second Host or Cookie is another request
                await client.get("/header", headers=[header])
            watched.shop.cases = batch
            await client.get("/response")
        for batch in batches([case for case in cases if case.carrier != "header"]):
            watched.shop.cases = batch
            plain = pairs(batch)
            await client.get("/query", params=plain)
            await client.get("/cookie", headers={"cookie": "; ".join(f"{n}={quote(v)}" for n, v in plain)})
            # On the wire a header's name has no capitals to tell its words by, so it has hyphens.
            named = [("x-" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", n), v) for n, v in plain if re.fullmatch(r"[\w-]+", n)]
            await client.get("/named", headers=[(n, v) for n, v in named if v.isascii() and v.isprintable()])
            await client.post("/form", content=httpx.QueryParams(plain).__str__(), headers=FORM)
            await client.post("/json", json=objects(batch))
            for text in texts(batch):
                await client.get("/path/" + quote(text, safe=""))
            for channel in ("log", "locals", "message", "span", "note", "response"):
                await client.get(f"/{channel}")


FORM = {"content-type": "application/x-www-form-urlencoded"}


def spellings(needle: str) -> list[str]:
    """Return a secret as it is, in JSON, in a URL and in a repr."""
    return [needle, json.dumps(needle)[1:-1], quote(needle), quote(needle, safe=""), repr(needle)[1:-1]]


def around(sink: str, needle: str) -> str:
    """Return what stands around a needle that a sink holds."""
    at = sink.find(needle)
    return "" if at < 0 else sink[max(0, at - 80) : at + len(needle) + 40]


async def drawn(watched: Watched, record: Record) -> str:
    """Return a record as every sink shows it: stored, as JSON of the API, as text and as Markdown."""
    core = watched.toolbar.toolbar
    assert core is not None
    parts = [json.dumps(core.encoder.encode(record), ensure_ascii=False)]
    for shown in core.shown(record):
        blocks = list(shown.blocks)
        parts += [to_text(blocks, record, 4_000), to_markdown(blocks, record)]
        parts += [json.dumps([block.to_json() for block in blocks], ensure_ascii=False)]
    async with httpx.AsyncClient(base_url=f"{watched.url}/_debug_toolbar/api", timeout=PATIENCE) as client:
        detail = (await client.get(f"/records/{record.id}")).text
        views = [(await client.get(f"/records/{record.id}/panels/{panel}")).text for panel in ("request", "exceptions")]
    return "\n".join([*parts, detail, *views])


async def test_no_secret_survives_in_any_sink(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    """Each secret, through each channel, is in no stored record, answer, drawing, stream or log of the toolbar."""
    lines: list[str] = []
    connected = asyncio.Event()
    async with httpx.AsyncClient(base_url=watched.url, timeout=PATIENCE) as client, asyncio.TaskGroup() as tasks:

        async def listen() -> None:
            async with client.stream("GET", "/_debug_toolbar/api/live") as stream:
                async for line in stream.aiter_lines():
                    lines.append(line)
                    connected.set()

        listening = tasks.create_task(listen())
        await connected.wait()
        await sent(watched, SECRET)
        await asyncio.sleep(0.2)
        page = await client.get("/_debug_toolbar/")
        listed = await client.get("/_debug_toolbar/api/records?limit=500")
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    records = await watched.records()
    assert len(records) > 12
    ours = "\n".join(entry.getMessage() for entry in caplog.records if entry.name.startswith("debug_toolbar"))
    sinks = [ours, page.text, listed.text, "\n".join(lines), *[await drawn(watched, each) for each in records]]
    assert sum("event: record" in line for line in lines) > 12
    everything = "\n".join(sinks)
    # Three digits of a card's back are in every record's times; the corpus' own test has those.
    secret = [case for case in SECRET if len(case.needle) > 4]
    leaks = [case for case in secret if any(spelled in everything for spelled in spellings(case.needle))]
    found = [(case, around(sink, case.needle)) for case in leaks for sink in sinks]
    found = [(case, near) for case, near in found if near]
    assert (leaks, found) == ([], [])
    assert "[redacted]" in everything


async def test_what_only_looks_like_a_secret_stays(watched: Watched) -> None:
    """Every lookalike is found unchanged in what was noted, logged and sent as JSON."""
    async with httpx.AsyncClient(base_url=watched.url, timeout=PATIENCE) as client:
        for batch in batches([case for case in BENIGN if case.carrier != "header"]):
            watched.shop.cases = batch
            for path in ("/note", "/response"):
                await client.get(path)
            await client.post("/json", json=objects(batch))
        for case in BENIGN:
            if case.carrier == "header":
                await client.get("/header", headers=[case.payload])
    records = await watched.records()
    core = watched.toolbar.toolbar
    assert core is not None
    kept = "\n".join(json.dumps(core.encoder.encode(record), sort_keys=True) for record in records)
    changed = []
    for case, value in zip(BENIGN, objects(BENIGN), strict=True):
        expected = [case.payload[0].lower(), case.payload[1]] if case.carrier == "header" else value
        if json.dumps(expected, sort_keys=True) not in kept:
            changed.append(case)
    assert changed == []
