"""CORS: what a browser makes of an exchange."""

from __future__ import annotations

import pytest

from debug_toolbar_core.blocks import Facts
from debug_toolbar_core.fields import Fields
from debug_toolbar_headers.cors import CORS
from debug_toolbar_headers.topic import Topic

PAGE = "https://page.example"
ALLOW = "access-control-allow-"


def explained(
    request: dict[str, str], response: dict[str, str], method: str = "GET", status: int | None = 200
) -> Topic:
    """Return what is said of an exchange with https://api.example."""
    sides = Fields(list(request.items())), Fields(list(response.items()))
    return CORS(*sides, method, "https://api.example", status).explain()


def texts(topic: Topic) -> str:
    """Return every finding's text."""
    return "\n".join(found.text for found in topic.findings)


@pytest.mark.parametrize("origin", [{}, {"origin": "https://API.example:443"}])
def test_a_page_of_this_site_is_not_concerned(origin: dict[str, str]) -> None:
    """Without another site nothing is said."""
    topic = explained(origin, {})
    assert (topic.findings, topic.blocks, topic.section()) == ([], [], None)


@pytest.mark.parametrize("allowed", ["*", PAGE])
def test_an_allowed_page_may_read(allowed: str) -> None:
    """The star, or the page's own origin, is fine."""
    topic = explained({"origin": PAGE}, {f"{ALLOW}origin": allowed, "vary": "Accept, Origin"})
    assert topic.findings == []
    facts = {item.label: item.value for block in topic.blocks if isinstance(block, Facts) for item in block.items}
    assert (facts["Another site"], facts["Allowed origin"], facts["With cookies"]) == ("yes", allowed, "no")


def test_an_allowed_origin_without_a_question_is_shown() -> None:
    """What is allowed is told even when no other site asks."""
    assert explained({}, {f"{ALLOW}origin": "*"}).blocks
    assert explained({"origin": "https://api.example"}, {f"{ALLOW}origin": "*"}).blocks


@pytest.mark.parametrize(
    ("response", "level", "words"),
    [
        ({}, "info", "allows no origin"),
        ({f"{ALLOW}origin": "https://other.example", "vary": "*"}, "warning", "`https://other.example` is allowed"),
        ({f"{ALLOW}origin": f"{PAGE}/", "vary": "origin"}, "warning", "may not read"),
        ({f"{ALLOW}origin": "*", f"{ALLOW}credentials": "true"}, "warning", "together with credentials"),
        ({f"{ALLOW}origin": f"{PAGE}, https://b"}, "warning", "several origins"),
        ({f"{ALLOW}origin": "null"}, "info", "The origin `null`"),
        ({f"{ALLOW}origin": PAGE}, "info", "`Vary: Origin` is missing"),
    ],
)
def test_why_a_page_may_not_read_is_told(response: dict[str, str], level: str, words: str) -> None:
    """Each reason for which a browser refuses has a finding."""
    topic = explained({"origin": PAGE}, response)
    assert words in texts(topic)
    assert level in {found.level for found in topic.findings}


@pytest.mark.parametrize("mode", ["navigate", "no-cors"])
def test_what_no_script_reads_is_not_judged(mode: str) -> None:
    """A form or an image of another site needs no permission."""
    assert explained({"origin": PAGE, "sec-fetch-mode": mode}, {}).findings == []


ASKS = {"origin": PAGE, "access-control-request-method": "DELETE", "access-control-request-headers": "x-a,content-type"}
GRANTS = {f"{ALLOW}origin": PAGE, f"{ALLOW}methods": "get, delete", f"{ALLOW}headers": "X-A, Content-Type"}


def test_a_granted_preflight_is_fine() -> None:
    """When method and headers are allowed, nothing is found."""
    assert explained(ASKS, GRANTS, "OPTIONS", 204).findings == []
    star = {f"{ALLOW}origin": "*", f"{ALLOW}methods": "*", f"{ALLOW}headers": "*"}
    assert explained(ASKS, star, "OPTIONS", None).findings == []


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({f"{ALLOW}methods": "GET"}, 200, "`DELETE`, which is not among the allowed methods"),
        ({f"{ALLOW}headers": "x-a"}, 200, "`content-type`, which is not among the allowed headers"),
        ({f"{ALLOW}headers": "*", f"{ALLOW}credentials": "true"}, 200, "`x-a`, `content-type`"),
        ({}, 401, "answered 401"),
    ],
)
def test_why_a_preflight_fails_is_told(changed: dict[str, str], status: int, words: str) -> None:
    """The method, a header or the status that stops the browser is named."""
    assert words in texts(explained(ASKS, GRANTS | changed, "OPTIONS", status))


def test_the_star_does_not_stand_for_authorization() -> None:
    """Authorization must be allowed by its name."""
    asks = ASKS | {"access-control-request-headers": "authorization"}
    star = {f"{ALLOW}origin": "*", f"{ALLOW}methods": "*", f"{ALLOW}headers": "*"}
    assert "`authorization`" in texts(explained(asks, star, "OPTIONS"))


def test_a_preflight_without_any_answer_is_told_once() -> None:
    """When no origin is allowed, the rest does not matter."""
    assert len(explained(ASKS, {}, "OPTIONS").findings) == 1


def test_an_unknown_own_origin_is_no_other_site() -> None:
    """When it is not known what was asked, nothing is claimed."""
    assert CORS(Fields([("origin", PAGE)]), Fields(), "GET", None, 200).explain().section() is None
