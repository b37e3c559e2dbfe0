"""What the panel shows of a record's calls."""

from __future__ import annotations

from typing import Any

import pytest

from debug_toolbar_core import Limits, Record, Source
from debug_toolbar_core.blocks import Badge, Facts, Notice, Row, Table
from debug_toolbar_http_client import HttpClientPanel
from debug_toolbar_http_client.call import place
from debug_toolbar_testing.samples import sample_wire, through_json

LOOP = Source("/app/shop/prices.py", 12, "prices")


class Calls:
    """A record of calls, with times that are exact."""

    def __init__(self, **limits: int) -> None:
        self.record = Record("http", limits=Limits(**limits))
        self.at = 0.0

    def add(self, url: str, took: float = 0.02, method: str = "GET", gap: float = 0.0, **known: Any) -> None:
        """Add a call that began when the one before it had ended, and `gap` seconds later."""
        start = self.at + gap
        self.at = start + took
        attributes = {"http.request.method": method, "url.full": url, "http.client": "httpx.AsyncClient"}
        attributes |= {"http.response.status_code": 200} if "error.type" not in known else {}
        source = known.pop("source", LOOP)
        attributes |= known
        self.record.add("http-client", f"{method} {place(url)}", start, self.at, attributes, source=source)

    def blocks(self, **options: Any) -> list[Any]:
        """Return what the panel shows of the record once it is stored."""
        self.record.close(max(self.at, 0.1))
        return list(HttpClientPanel(**options).view(through_json(self.record)))

    def notices(self, **options: Any) -> list[Notice]:
        """Return the notices."""
        return [block for block in self.blocks(**options) if isinstance(block, Notice)]


@pytest.fixture
def calls() -> Calls:
    """Return a record without calls."""
    return Calls()


def test_no_calls_show_nothing(calls: Calls) -> None:
    """The panel is greyed where nothing was asked."""
    assert calls.blocks() == []


def test_headline_and_badge(calls: Calls) -> None:
    """Calls, the time in which at least one ran, its share of the request, the slowest, bytes and new connections."""
    calls.add("http://a.example/1", 0.04, **{"http.response.body.size": 100, "http.connection.reused": False})
    calls.add("http://a.example/2", 0.01, gap=0.05, **{"http.response.body.size": 50, "http.connection.reused": True})
    calls.at = 0.0
    calls.add("http://a.example/3", 0.02)
    badge, facts = calls.blocks()[0], next(block for block in calls.blocks() if isinstance(block, Facts))
    assert badge == Badge("3", "50.0 ms", None)
    assert {fact.label: fact.value for fact in facts.items} == pytest.approx(
        {"calls": 3, "waited": 0.05, "of the request": 0.5, "slowest": 0.04, "received": 150, "new connections": 1}
    )


def test_columns_are_those_that_there_is_something_to_say_in(calls: Calls) -> None:
    """Phases that no client told of have no column, nor those that took no time to speak of."""
    calls.add(
        "http://a.example/1", **{"http.client.connect": 0.002, "http.client.send": 0.0001, "http.client.wait": 0.01}
    )
    table = next(block for block in calls.blocks() if isinstance(block, Table))
    assert [column.title for column in table.columns] == ["Call", "Status", "Connect", "Wait", "Time"]
    assert (table.title, table.rows[0].cells[0]) == ("a.example", "GET /1")


def test_a_row_opens_to_all_that_is_known(calls: Calls) -> None:
    """URL, error, record of the callee, connection, retries, redirects, headers."""
    calls.add(
        "https://a.example/1",
        **{
            "error.type": "ReadTimeout", "error.message": "too late", "http.response.body.size": 5,
            "http.request.body.size": 7, "debug_toolbar.id": "0641f2c3a9b1e7d24f8a1",
            "debug_toolbar.link": "/_debug_toolbar/#/r/0641f2c3a9b1e7d24f8a1", "http.connection.reused": False,
            "network.protocol.version": "2", "http.request.resend_count": 2, "http.response.incomplete": True,
            "trace.id": "1" * 32, "http.redirects.status_code": (302,), "http.request.headers": "a: 1\nb: 2",
            "http.redirects.url.full": ("https://a.example/0",), "http.response.headers": (("c", "3"),),
        },
    )  # fmt: skip
    row: Row = next(block for block in calls.blocks() if isinstance(block, Table)).rows[0]
    facts = {fact.label: fact.value for fact in row.details[0].items}  # type: ignore[attr-defined]  # it is Facts
    assert facts["URL"] == "GET https://a.example/1"
    assert facts["error"] == "ReadTimeout: too late"
    assert (facts["received"], facts["sent"], facts["called from"]) == (5, 7, LOOP)
    assert facts["their record"] == "https://a.example/_debug_toolbar/#/r/0641f2c3a9b1e7d24f8a1"
    assert (facts["connection"], facts["protocol"], facts["retries"]) == ("new", "HTTP/2", 2)
    assert facts["body"] == "not read to its end"
    assert [block.type for block in row.details] == ["facts", "table", "section"]
    assert row.level == "error"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//evil.example/#/r/0641f2c3a9b1", "http://evil.example/", ""])
def test_a_link_that_leads_elsewhere_is_none(calls: Calls, link: str) -> None:
    """Only a path on the callee's own server is shown; of anything else the id alone."""
    calls.add("http://a.example/1", **{"debug_toolbar.id": "0641f2c3a9b1", "debug_toolbar.link": link})
    row: Row = next(block for block in calls.blocks() if isinstance(block, Table)).rows[0]
    (fact,) = [fact for fact in row.details[0].items if fact.label == "their record"]  # type: ignore[attr-defined]  # Facts
    assert (fact.value, fact.unit) == ("0641f2c3a9b1", "record")


def test_the_callee_s_record_is_a_link_within_this_toolbar(calls: Calls) -> None:
    """Where the callee is the server of the request itself, its record is one of ours."""
    calls.record.wire = sample_wire()
    known = {"debug_toolbar.id": "0641f2c3a9b1", "debug_toolbar.link": "/_debug_toolbar/#/r/0641f2c3a9b1"}
    calls.add("http://localhost:8000/books", **known)
    calls.add("http://other.example/books", **known)
    rows = next(block for block in calls.blocks() if isinstance(block, Table)).rows
    links = [fact for row in rows for fact in row.details[0].items if fact.label == "their record"]  # type: ignore[attr-defined]  # Facts
    assert [(fact.value, fact.unit) for fact in links] == [
        ("0641f2c3a9b1", "record"),
        ("http://other.example/_debug_toolbar/#/r/0641f2c3a9b1", "code"),
    ]


def test_the_same_url_twice_is_a_notice(calls: Calls) -> None:
    """With the time that the repeats took."""
    for _ in range(3):
        calls.add("http://a.example/rates?base=EUR", 0.02, gap=0.1)
    (notice,) = calls.notices()
    assert (notice.label, notice.saves) == ("same URL", pytest.approx(0.04))
    assert notice.text == "`GET a.example/rates` was asked 3 times"


def test_what_is_no_repetition(calls: Calls) -> None:
    """Posts, a second attempt after a failure, another range, and polling until the answer changes."""
    calls.add("http://a.example/1", method="POST", gap=1)
    calls.add("http://a.example/1", method="POST", gap=1)
    calls.add("http://a.example/2", gap=1, **{"error.type": "ReadTimeout"})
    calls.add("http://a.example/2", gap=1)
    calls.add("http://a.example/3", gap=1, **{"http.request.headers": "Range: bytes=0-9"})
    calls.add("http://a.example/3", gap=1, **{"http.request.headers": "Range: bytes=10-19"})
    calls.add("http://a.example/4", gap=1, **{"http.response.status_code": 202})
    calls.add("http://a.example/4", gap=1)
    assert [notice.label for notice in calls.notices()] == ["failed call"]


def test_calls_one_after_the_other_are_a_notice(calls: Calls) -> None:
    """In a loop a warning, with what `gather` would save; from several places an information, with the condition."""
    for number, took in enumerate((0.02, 0.03, 0.025)):
        calls.add(f"http://a.example/quotes/{number}", took, gap=0.001)
    (notice,) = calls.notices()
    assert (notice.level, notice.label, notice.saves) == ("warning", "sequential calls", pytest.approx(0.045))
    assert notice.text == "3 calls one after the other took 75.0 ms; together they would take 30.0 ms"
    assert notice.hint is not None
    assert "asyncio.gather" in notice.hint
    other = Calls()
    other.add("http://a.example/user", source=Source("/app/a.py", 1, "f"))
    other.add("http://b.example/cart", source=Source("/app/a.py", 2, "f"))
    (notice,) = other.notices()
    assert (notice.level, (notice.hint or "").endswith("if none needs what another one answers.")) == ("info", True)


def test_plain_clients_are_told_of_threads(calls: Calls) -> None:
    """A plain client cannot gather."""
    for number in range(2):
        calls.add(f"http://a.example/{number}", **{"http.client": "httpx.Client"})
    assert "threads" in (calls.notices()[0].hint or "")


@pytest.mark.parametrize(
    "second",
    [
        {"url": "http://a.example/books?page=2"},
        {"url": "http://a.example/other", "gap": 0.02},
        {"url": "http://a.example/other", "method": "POST"},
        {"url": "http://a.example/other", "took": 0.001},
    ],
    ids=["a page", "work between", "a change", "nothing saved"],
)
def test_what_may_well_have_to_wait(calls: Calls, second: dict[str, Any]) -> None:
    """The next page, a call after other work, one that changes something, or too little to save: no notice."""
    calls.add("http://a.example/books?page=1")
    calls.add(**second)
    assert calls.notices() == []


def test_failed_calls_are_notices_by_kind(calls: Calls) -> None:
    """Server errors and calls without an answer are errors, refusals warnings; the lowest status is an option."""
    calls.add("http://a.example/1", **{"http.response.status_code": 503})
    calls.add("http://a.example/2", **{"http.response.status_code": 503})
    calls.add("http://a.example/3", **{"http.response.status_code": 404})
    calls.add("http://a.example/4", **{"error.type": "ReadTimeout", "http.client.failed_in": "wait"})
    assert [(notice.level, notice.text) for notice in calls.notices()] == [
        ("error", "`GET a.example` was answered 503 (2 times)"),
        ("warning", "`GET a.example/3` was answered 404"),
        ("error", "`GET a.example/4` failed: ReadTimeout"),
    ]
    assert calls.notices()[2].hint == "While waiting for the answer, after 20.0 ms."
    assert len(calls.notices(bad_status=500)) == 2
    assert calls.blocks()[0].level == "error"


def test_many_kinds_of_failures_are_summed_up(calls: Calls) -> None:
    """Past five kinds the rest is one line."""
    for status in range(400, 408):
        calls.add("http://a.example/1", **{"http.response.status_code": status})
    assert calls.notices()[-1].text == "3 more kinds of calls failed."


def test_slow_calls_are_a_notice(calls: Calls) -> None:
    """The slowest with what it waited for, and how many more there were."""
    calls.add("http://a.example/1", 0.7, gap=1, **{"http.client.wait": 0.6, "http.client.read": 0.1})
    calls.add("http://a.example/2", 0.6, gap=1)
    (notice,) = calls.notices()
    assert notice.text == "`GET a.example/1` took 700 ms; 1 more took 500 ms or longer"
    assert notice.hint == "600 ms of it while waiting for the answer."
    assert calls.notices(slow=1.0) == []


def test_several_servers_are_summed_up(calls: Calls) -> None:
    """One line for each, where there is more than one."""
    calls.add("http://a.example/1", **{"http.response.body.size": 10})
    calls.add("http://bob:secret@b.example:81/1", **{"http.response.status_code": 500})
    servers = [block for block in calls.blocks() if isinstance(block, Table)][1]
    assert [row.cells[:3] for row in servers.rows] == [("a.example", 1, 0), ("b.example:81", 1, 1)]


def test_calls_past_the_limit_are_counted() -> None:
    """They are in the badge, and a notice says so."""
    calls = Calls(panel_spans=1)
    for number in range(3):
        calls.add(f"http://a.example/{number}", 0.001)
    blocks = calls.blocks()
    assert blocks[0].text == "3"
    assert blocks[1].label == "calls dropped"


def test_odd_attributes_are_shown_as_far_as_they_go() -> None:
    """A record from elsewhere may hold anything under these names."""
    record = Record("http")
    odd: dict[str, Any] = {
        "http.request.method": 5, "url.full": ["x"], "http.response.status_code": "200", "http.client.wait": "long",
        "http.request.headers": [["a"], 5], "http.redirects.status_code": 3, "error.type": None,
        "debug_toolbar.id": 7, "http.connection.reused": "yes", "http.client": None,
    }  # fmt: skip
    record.add("http-client", "odd", 0.0).attributes.update(odd)
    record.close(1.0)
    blocks = list(HttpClientPanel().view(through_json(record)))
    assert blocks[0] == Badge("1", "1 s", "warning")
