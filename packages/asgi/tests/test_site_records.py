"""The API about records: lists, one record, panels, actions, demand and clearing."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from debug_toolbar_asgi.site import Site
from debug_toolbar_core import Summary, Toolbar

CHANGE = {"x-debug-toolbar": "1"}
LONG = "q=" + "x" * 5000
FIELDS = "&".join(f"n{number}=1" for number in range(50))


async def test_list(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """The list has the newest record first, with what its panels say of it."""
    ids = [recorded(f"/{number}") for number in range(3)]
    answer = await client.get("/api/records")
    found = answer.json()
    assert [line["id"] for line in found["records"]] == ids[::-1]
    assert found["next"] is None
    line = found["records"][0]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/2", 200)
    assert line["badges"] == [{"panel": "work", "title": "Work", "text": "23", "detail": "41 ms", "level": "warning"}]
    assert line["levels"] == {"info": 0, "warning": 1, "error": 0}
    assert line["notices"][0]["label"] == "n+1"


async def test_paging(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """Following `next` gives every record once, in order."""
    ids = [recorded() for _ in range(7)]
    seen: list[str] = []
    before = ""
    while True:
        page = (await client.get(f"/api/records?limit=3&before={before}")).json()
        seen += [line["id"] for line in page["records"]]
        before = page["next"]
        if before is None:
            break
    assert seen == ids[::-1]


async def test_search(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """`q` finds by path, status and notices."""
    recorded("/books")
    bad = recorded("/api/orders", 503)
    for query, count in (("status:5xx", 1), ("path:/api", 1), ("has:n%2B1", 2), ("nowhere", 0), ("-path:/api", 1)):
        found = (await client.get(f"/api/records?q={query}")).json()["records"]
        assert len(found) == count, query
    assert (await client.get("/api/records?q=status:503")).json()["records"][0]["id"] == bad


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "limit=-1",
        "limit=%D9%A3",
        "limit=",
        "before=a%2Fb",
        "q=" + "x" * 5000,
        FIELDS,
    ],
)
async def test_odd_queries(client: httpx.AsyncClient, query: str) -> None:
    """A query that means nothing is refused, and the answer says what it must be."""
    answer = await client.get(f"/api/records?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "query_invalid"
    assert "must be" in answer.json()["error"]["message"] or "too long" in answer.json()["error"]["message"]


async def test_detail(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """A record comes with its line, its menu, and its notices with their panels."""
    id = recorded(spans=2)
    detail = (await client.get(f"/api/records/{id}")).json()
    assert detail["record"]["id"] == id
    assert detail["record"]["request"]["path"] == "/books"
    assert [span["name"] for span in detail["record"]["spans"]] == ["SELECT 0", "SELECT 1"]
    assert detail["summary"]["id"] == id
    assert [panel["name"] for panel in detail["panels"]] == ["work", "odd", "slow"]
    work = detail["panels"][0]
    assert work["badge"] == {"text": "23", "detail": "41 ms", "level": None}
    assert work["level"] == "warning"
    assert work["actions"] == [{"name": "explain", "title": "Explain", "description": "Show the plan of one span."}]
    assert detail["panels"][2]["empty"] is True
    assert [(notice["panel"], notice["type"], notice["level"]) for notice in detail["notices"]] == [
        ("work", "notice", "warning")
    ]


async def test_only_the_line(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """With `?summary` only the line is answered, which is what the bar reads; null while there is none."""
    id = recorded()
    answer = (await client.get(f"/api/records/{id}?summary")).json()
    assert list(answer) == ["summary"]
    assert answer["summary"]["id"] == id
    assert (await client.get("/api/records/app?summary")).json()["summary"]["kind"] == "app"
    assert (await client.get("/api/records/0?summary")).json() == {"summary": None}


async def test_application(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """The id `app` is the application's own record, in which alone its panels are listed."""
    recorded()
    detail = (await client.get("/api/records/app")).json()
    assert detail["record"]["kind"] == "app"
    assert [panel["name"] for panel in detail["panels"]] == ["about"]
    blocks = (await client.get("/api/records/app/panels/about")).json()["blocks"]
    assert blocks[0]["items"][0]["value"] == "3"
    assert len((await client.get("/api/records")).json()["records"]) == 1


async def test_panel(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """A panel comes with its line in the menu and its blocks, the badge apart."""
    answer = (await client.get(f"/api/records/{recorded()}/panels/work")).json()
    assert answer["panel"]["name"] == "work"
    assert [block["type"] for block in answer["blocks"]] == ["notice", "facts"]
    assert answer["blocks"][1]["items"][0]["value"] == 23


async def test_values_that_json_has_not(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """Whatever a stranger's panel shows, its answer is strict JSON."""
    answer = await client.get(f"/api/records/{recorded()}/panels/odd")
    assert answer.status_code == 200
    value = answer.json()["blocks"][0]["items"][0]["value"]
    assert (value["nan"], value["half"]) == ("nan", "\ud800")
    assert "object" in value["object"]
    assert (value["number"], value["t"]) == (1.5, [1, None])


async def test_unknown(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """What is not there is a 404 that says which of the names is unknown and what to do."""
    id = recorded()
    for path, code, words in (
        ("/api/records/0", "record_unknown", "was evicted from the store or never existed"),
        ("/api/records/0/panels/work", "record_unknown", "never existed"),
        ("/api/records/a b/panels/work", "record_unknown", "never existed"),
        (f"/api/records/{id}/panels/nope", "panel_unknown", "'nope'"),
        (f"/api/records/{id}/panels/about", "panel_unknown", "kind 'http'"),
        ("/api/nope", "path_unknown", "/api/nope"),
    ):
        answer = await client.get(path)
        fault = answer.json()["error"]
        assert (answer.status_code, fault["code"]) == (404, code)
        assert words in fault["message"]
        assert fault["hint"]


async def test_action(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """An action answers with blocks, and what it left in the record's data stays there."""
    id = recorded()
    path = f"/api/records/{id}/panels/work"
    answer = await client.post(f"{path}/actions/explain", json={"index": 7}, headers=CHANGE)
    assert answer.json()["blocks"][0]["text"] == "plan of 7"
    assert (await client.get(path)).json()["blocks"][1]["items"][0]["value"] == 7


@pytest.mark.parametrize("arguments", [{}, {"index": 1, "more": 2}, {"record": 1}, {"self": 1, "index": 2}])
async def test_arguments_of_an_action(
    client: httpx.AsyncClient, recorded: Callable[..., str], arguments: dict[str, Any]
) -> None:
    """Arguments that are not the action's are told, not tried."""
    path = f"/api/records/{recorded()}/panels/work/actions/explain"
    answer = await client.post(path, json=arguments, headers=CHANGE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "arguments_invalid")


async def test_unknown_action(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """An action that is not there is a 404 that lists those that are."""
    answer = await client.post(f"/api/records/{recorded()}/panels/work/actions/drop", headers=CHANGE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "action_unknown")
    assert "explain" in answer.json()["error"]["hint"]


async def test_action_on_an_imported_record(client: httpx.AsyncClient, toolbar: Toolbar) -> None:
    """Nothing is asked about a record that came from elsewhere."""
    with toolbar.capture("http") as record:
        record.imported = True
    path = f"/api/records/{record.id}/panels/work/actions/explain"
    answer = await client.post(path, json={"index": 1}, headers=CHANGE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "action_refused")
    assert "imported" in answer.json()["error"]["message"]


async def test_clear(client: httpx.AsyncClient, recorded: Callable[..., str]) -> None:
    """Clearing forgets every record but not the application's own."""
    recorded()
    await client.get("/api/records/app")
    assert (await client.post("/api/records/clear", json={}, headers=CHANGE)).json() == {}
    assert (await client.get("/api/records")).json() == {"records": [], "next": None, "notices": []}
    assert (await client.get("/api/records/app")).status_code == 200


async def test_demand(client: httpx.AsyncClient, toolbar: Toolbar, recorded: Callable[..., str]) -> None:
    """An on-demand panel that was asked for measures the next request and no other."""
    body = {"panels": ["profile"], "requests": 1}
    assert (await client.post("/api/demand", json=body, headers=CHANGE)).json() == body
    first, second = recorded(), recorded()
    assert (await toolbar.load(first)).data["profile"] == "profiled"
    assert "profile" not in (await toolbar.load(second)).data


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"panels": "profile"}, 400),
        ({"panels": [1]}, 400),
        ({"panels": ["profile"] * 51}, 400),
        ({"panels": ["profile"], "requests": 0}, 400),
        ({"panels": ["profile"], "requests": True}, 400),
        ({"panels": ["profile"], "requests": 1.5}, 400),
        ({"panels": ["profile", "work"]}, 400),
        ({"panels": ["profile", "nope"]}, 404),
    ],
)
async def test_odd_demand(client: httpx.AsyncClient, toolbar: Toolbar, body: dict[str, Any], status: int) -> None:
    """A demand that is not understood arms nothing."""
    answer = await client.post("/api/demand", json=body, headers=CHANGE)
    assert answer.status_code == status
    assert not [panel for panel in toolbar.demand.collecting("http") if panel.on_demand]


async def test_setup(client: httpx.AsyncClient, toolbar: Toolbar) -> None:
    """The panels are listed with what they need and what went wrong, and the front end's settings beside."""
    toolbar.errors["broken"] = "Panel 'broken' of toolbar-broken 1.0 did not load: ImportError."
    toolbar.border.off.add("odd")
    setup = (await client.get("/api/panels")).json()
    panels = {panel["name"]: panel for panel in setup["panels"]}
    assert panels["profile"] == {
        "name": "profile", "title": "Profile", "group": "data", "kinds": ["http"], "on_demand": True,
        "needs": None, "error": None,
    }  # fmt: skip
    assert "toolbar-broken 1.0" in panels["broken"]["error"]
    assert "five times" in panels["odd"]["error"]
    assert (setup["title"], setup["editor"], setup["paths"]) == ("Book <shop>", "vscode", {"/app": "/me"})
    assert setup["version"]


async def test_slow_view(site: Site, client: httpx.AsyncClient, recorded: Callable[..., str], slow: Any) -> None:
    """A view that is too slow costs its reader an answer, and the event loop nothing."""
    id = recorded()
    slow.seconds, site.records.seconds = 1.5, 0.1
    before, ticks = time.perf_counter(), 0
    asking = asyncio.create_task(client.get(f"/api/records/{id}"))
    while not asking.done():
        await asyncio.sleep(0.005)
        ticks += 1
    answer = await asking
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "view_too_slow")
    assert time.perf_counter() - before < 1.4
    assert ticks > 5


async def test_large_record_off_the_loop(client: httpx.AsyncClient, toolbar: Toolbar) -> None:
    """Loading, drawing and dumping a record at its limits is another thread's work: the event loop's is a small part.

    CPU time of the threads, not the clock: a machine with other work stops every loop now and then.
    """
    with toolbar.capture("http") as record:
        for panel in range(4):
            for index in range(500):
                record.add(f"p{panel}", f"SELECT {index}", 0.0, 0.001, {"text": "x" * 500, "given": [index] * 20})
    loop, whole, ticks, done = time.thread_time(), time.process_time(), 0, asyncio.Event()

    async def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    answer = await client.get(f"/api/records/{record.id}")
    loop, whole = time.thread_time() - loop, time.process_time() - whole
    done.set()
    await ticking
    assert len(answer.json()["record"]["spans"]) == 2_000
    assert ticks > 2
    assert loop < whole / 3


class BrokenStore:
    """A store that fails, and tells of nothing."""

    async def save(self, record: Any) -> None:
        raise OSError("disk full")

    async def load(self, id: str) -> Any:
        raise ValueError("a secret path")

    async def recent(self, limit: int = 50, before: str | None = None) -> list[Summary]:
        raise ValueError("gone")

    async def clear(self) -> None:
        raise ValueError("gone")


async def test_our_own_fault(site: Site, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    """What fails in the toolbar is a plain 500, logged once, and never the server's to handle."""
    site.toolbar.store = site.toolbar.reader.store = BrokenStore()
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        for _ in range(3):
            answer = await client.get("/api/records/1")
            assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
            assert "secret" not in answer.text
    assert len(caplog.records) == 1
    assert (await client.get("/api/records")).status_code == 500
    live = await client.get("/api/live")
    assert (live.status_code, live.json()["error"]["code"]) == (501, "live_unsupported")


async def test_a_panel_that_did_not_load_is_in_the_menu(client: httpx.AsyncClient, toolbar: Toolbar) -> None:
    """Its line among the application's panels is red, and its tab names the distribution and the reason."""
    why = "Panel 'broken' of toolbar-broken 1.0 did not load: ImportError: no module named 'nowhere'"
    toolbar.errors["broken"] = why
    about = (await client.get("/api/records/app")).json()
    (entry,) = [panel for panel in about["panels"] if panel["name"] == "broken"]
    assert (entry["group"], entry["level"], entry["failure"]["message"]) == ("application", "error", why)
    assert about["notices"][0]["text"] == why
    tab = (await client.get("/api/records/app/panels/broken")).json()
    assert [block["text"] for block in tab["blocks"]] == [why]
    assert tab["blocks"][0]["level"] == "error"
