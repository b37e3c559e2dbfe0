"""The gate answers every row of the table of cases, and no input makes it raise."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from debug_toolbar_asgi.gate import SECURITY_HEADERS, Gate, GateConfig, Kind, Verdict, may_run

KINDS: tuple[Kind, ...] = ("data", "change", "ws", "page", "inject", "login")
BROWSER = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
CODESPACE = {"CODESPACES": "true", "CODESPACE_NAME": "x-y"}
PUBLIC = "x-y-8000.app.github.dev"

# A few rows of the shared table, for a checkout that stands alone.
OWN_TABLE: dict[str, list[dict[str, Any]]] = {
    "requests": [
        {"name": "localhost", "request": {}, "allowed": True},
        {"name": "rebinding", "request": {"host": "evil.example:8000"}, "allowed": False},
        {"name": "two hosts", "request": {"host": ["localhost", "evil.example"]}, "allowed": False},
        {"name": "latin-1 host", "request": {"host": {"latin1": "café"}}, "allowed": False},
        {"name": "cross-site", "request": {"headers": {"sec-fetch-site": "cross-site"}}, "allowed": False},
        {"name": "null", "request": {"kind": "ws", "headers": {"origin": "null"}}, "allowed": False},
        {"name": "no header", "request": {"kind": "change", "method": "POST"}, "allowed": False},
        {"name": "LAN", "request": {"client": "192.168.1.7"}, "allowed": False},
        {"name": "tunnel", "request": {"headers": {"x-forwarded-for": "1.2.3.4"}}, "allowed": False},
        {"name": "codespace", "request": {"host": PUBLIC}, "environment": CODESPACE, "allowed": True},
    ],
    "may_run": [
        {"name": "debug", "debug": True, "allowed": True},
        {"name": "not debug", "debug": False, "allowed": False},
        {"name": "production", "debug": True, "environment": {"ENV": "prod"}, "allowed": False},
    ],
}


def cases() -> dict[str, list[dict[str, Any]]]:
    """Return the shared table that stands beside the repository, or else our own rows."""
    found = (parent.parent / "shared" / "data" / "access_cases.json" for parent in Path(__file__).resolve().parents)
    table = next((path for path in found if path.is_file()), None)
    rows: dict[str, list[dict[str, Any]]] = json.loads(table.read_text("utf-8")) if table else {}
    return {key: [*OWN_TABLE[key], *rows.get(key, [])] for key in OWN_TABLE}


def config_of(row: dict[str, Any]) -> GateConfig:
    """Return a row's config; the container that the tests run in, if any, does not count."""
    lists = {key: tuple(value) for key, value in row.get("config", {}).items() if isinstance(value, list)}
    config: dict[str, Any] = {"container_gateway": ""} | row.get("config", {}) | lists
    return GateConfig(**config)


def scope_of(request: dict[str, Any]) -> dict[str, Any]:
    """Return the ASGI scope of a row's request."""
    host = request.get("host", "localhost:8000")
    hosts = [] if host is None else host if isinstance(host, list) else [host]
    values = [value["latin1"] if isinstance(value, dict) else value for value in hosts]
    pairs = [("host", value) for value in values] + list(request.get("headers", {}).items())
    client = request.get("client", "127.0.0.1")
    return {
        "type": "websocket" if request.get("kind") == "ws" else "http",
        "method": request.get("method", "GET"),
        "scheme": request.get("scheme", "http"),
        "client": None if client is None else (client, 50123),
        "server": ("127.0.0.1", request.get("port", 8000)),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
    }


def check(kind: Kind = "data", gate: Gate | None = None, **request: Any) -> Verdict:
    """Ask a gate, by default one without settings, about one request."""
    return (gate or Gate(GateConfig(container_gateway=""), {})).check(scope_of(request), kind)


def named(row: dict[str, Any]) -> str:
    """Return the name of a row, for the test's id."""
    return str(row["name"])


@pytest.mark.parametrize("row", cases()["requests"], ids=named)
def test_requests(row: dict[str, Any]) -> None:
    """Each row of the table is decided as it says, twice alike, and a refusal says what and why."""
    gate = Gate(config_of(row), row.get("environment", {}))
    verdicts = [gate.check(scope_of(row["request"]), row["request"].get("kind", "data")) for _ in range(2)]
    assert [verdict.allowed for verdict in verdicts] == [row["allowed"]] * 2
    assert bool(verdicts[0].reason) is not row["allowed"]


@pytest.mark.parametrize("row", cases()["may_run"], ids=named)
def test_may_run(row: dict[str, Any]) -> None:
    """Each row of the table is decided as it says, with one line that says why."""
    verdict = may_run(config_of(row), row["debug"], row.get("environment", {}))
    assert verdict.allowed is row["allowed"]
    assert verdict.reason
    assert "\n" not in verdict.reason
    assert bool(verdict.setting) is not row["allowed"]


def test_switched_off_in_code() -> None:
    """`enabled=False` is off, whatever the environment and the framework say."""
    assert not may_run(GateConfig(enabled=False), True, {"DEBUG_TOOLBAR": "1"}).allowed


def test_production_line() -> None:
    """The line names the sign of production, the way out, and a token that is too short."""
    assert "APP_ENV=live" in (refused := may_run(GateConfig(), True, {"APP_ENV": "live"})).reason
    assert "allow_production=True" in refused.reason
    short = GateConfig(enabled=True, allow_production=True, token="x")
    long = GateConfig(enabled=True, allow_production=True, token="x" * 43)
    assert "short" in may_run(short, False, {"DYNO": "web.1"}).reason
    assert "short" not in may_run(long, False, {"DYNO": "web.1"}).reason


def test_production_trusts_no_place() -> None:
    """Where consent let it run in production, this machine needs the token too: a proxy may add no header."""
    gate = Gate(GateConfig(allow_production=True, token="t0ken"), {"ENV": "prod"})
    assert not check(gate=gate).allowed
    assert not check("inject", gate).allowed
    assert check(gate=gate, headers={"authorization": "Bearer t0ken"}).allowed


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_injects_into_a_page_that_another_site_led_to(site: str, method: str) -> None:
    """A link or a form of another site that opens the page in a tab is a visit of the developer's own."""
    headers = BROWSER | {"sec-fetch-site": site, "origin": "https://login.example"}
    assert check("inject", method=method, headers=headers).allowed


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "origin": "http://localhost:5173"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
    ],
)
def test_shows_nothing_to_what_another_site_loads(headers: dict[str, str]) -> None:
    """A frame, an image or a fetch of another site gets the application's own bytes."""
    assert not check("inject", headers=headers).allowed


def test_a_listed_origin_is_answered_though_it_is_another_site() -> None:
    """A front end on another port, once listed, sees the headers and may open a socket."""
    gate = Gate(GateConfig(allowed_origins=("http://localhost:5173/",), container_gateway=""), {})
    headers = {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "origin": "http://localhost:5173"}
    assert check("inject", gate, headers=headers).allowed
    assert check("ws", gate, headers=headers).allowed
    assert not check("data", gate, headers={"sec-fetch-site": "same-site"}).allowed
    assert not check("ws", gate, headers={"origin": "http://localhost:5174"}).allowed
    assert not check("ws", gate, headers={"origin": "https://localhost:5173"}).allowed


def test_the_token_does_not_inject() -> None:
    """Injection goes by place alone: the application's own requests are never asked for our token."""
    gate = Gate(GateConfig(token="t0ken", container_gateway=""), {})
    request = {"client": "192.168.1.7", "headers": {"authorization": "Bearer t0ken"}}
    assert check("data", gate, **request).allowed
    assert not check("inject", gate, **request).allowed


@pytest.mark.parametrize("kind", KINDS)
def test_rebinding_passes_nowhere(kind: Kind) -> None:
    """A foreign Host is refused for every kind, however it is dressed, and the refusal names the setting."""
    headers = {"origin": "http://evil.example:8000", "sec-fetch-site": "same-origin", "x-debug-toolbar": "1"}
    verdict = check(kind, method="POST", host="evil.example:8000", headers=headers)
    assert (verdict.allowed, verdict.setting) == (False, "allowed_hosts")
    assert "evil.example" in verdict.reason


@pytest.mark.parametrize("kind", KINDS)
def test_header_names_in_any_case(kind: Kind) -> None:
    """A proxy's header counts in any case."""
    headers = {"X-Forwarded-For": "1.2.3.4", "x-debug-toolbar": "1"}
    assert check(kind, method="POST", headers=headers).allowed is (kind == "login")


@pytest.mark.parametrize("values", [["same-origin", "cross-site"], ["future"], [""]])
def test_an_unknown_site_is_another(values: list[str]) -> None:
    """Two values of Sec-Fetch-Site, or one that is not known, are refused."""
    scope = scope_of({})
    scope["headers"] += [(b"sec-fetch-site", value.encode()) for value in values]
    assert not Gate(GateConfig(container_gateway=""), {}).check(scope, "data").allowed


@pytest.mark.parametrize("kind", ["page", "login"])
def test_a_link_leads_to_the_page_and_a_form_does_not(kind: Kind) -> None:
    """Only the GET of a link passes from another site: no POST, and nothing with a foreign Origin."""
    headers = BROWSER | {"sec-fetch-site": "cross-site"}
    assert check(kind, headers=headers).allowed
    assert not check(kind, method="POST", headers=headers).allowed
    assert not check(kind, headers=headers | {"origin": "https://evil.example"}).allowed


def test_two_origins_are_none() -> None:
    """Two Origin headers are refused, though each is right."""
    scope = scope_of({})
    scope["headers"] += [(b"origin", b"http://localhost:8000")] * 2
    assert not Gate(GateConfig(container_gateway=""), {}).check(scope, "ws").allowed


def test_the_gateway_is_trusted_for_local_names_only() -> None:
    """From the container's gateway a local Host is needed, and no proxy in between."""
    gate = Gate(GateConfig(allowed_hosts=("shop.lan",), container_gateway="172.17.0.1"), {})
    assert check(gate=gate, client="::ffff:172.17.0.1").allowed
    assert not check(gate=gate, client="172.17.0.1", host="shop.lan").allowed
    assert not check(gate=gate, client="172.17.0.1", headers={"x-forwarded-for": "172.17.0.1"}).allowed


def test_the_gateway_is_found_by_itself() -> None:
    """With no setting the gate looks for a gateway, and an orchestrator's container has none."""
    assert not check(gate=Gate(GateConfig(), {"NOMAD_ALLOC_ID": "1"}), client="172.17.0.1").allowed


def test_a_workspace_lets_its_owner_in() -> None:
    """In a codespace its own https origin passes through its own proxy, also with a rewritten client."""
    gate = Gate(GateConfig(container_gateway=""), CODESPACE)
    headers = {"x-forwarded-host": PUBLIC, "x-forwarded-for": "1.2.3.4", "origin": f"https://{PUBLIC}"}
    assert check(gate=gate, client="1.2.3.4", host=PUBLIC, headers=headers).allowed
    assert check("inject", gate, client="1.2.3.4", headers=headers).allowed
    assert not check(gate=gate, headers=headers | {"x-forwarded-host": "x-z-8000.app.github.dev"}).allowed
    assert not check(gate=gate, headers={"x-forwarded-host": "\x00"}).allowed
    assert not check(gate=gate, port=None, host=PUBLIC).allowed


def test_outside_of_its_proxy_a_workspace_is_any_machine() -> None:
    """The rewritten origin, the public name and another forwarded name count together only."""
    gate = Gate(GateConfig(container_gateway=""), CODESPACE)
    assert not check(gate=gate, host="127.0.0.1:8000", headers={"origin": "http://localhost:8000"}).allowed
    assert not check(gate=gate, host=PUBLIC, headers={"x-forwarded-host": "evil.example"}).allowed


@pytest.mark.parametrize(
    "config",
    [
        GateConfig(allowed_hosts=("*",)),
        GateConfig(allowed_origins=("*",)),
        GateConfig(allowed_origins=("null",)),
        GateConfig(container_gateway="docker"),
    ],
)
def test_a_setting_that_is_too_wide(config: GateConfig) -> None:
    """A setting that means nothing, or everybody, is an error when the application starts."""
    with pytest.raises(ValueError, match=r"^(allowed_hosts|allowed_origins|container_gateway):"):
        Gate(config, {})


def test_a_prefix_is_needed() -> None:
    """The toolbar does not take the root of the application."""
    with pytest.raises(ValueError, match="prefix"):
        Gate(GateConfig(), {}, "/")


def login(url: str, **request: Any) -> tuple[Gate, list[tuple[bytes, bytes]] | Verdict]:
    """Open a login URL (`$` stands for the right token) from the LAN, on a gate with an own token."""
    gate = Gate(GateConfig(token="t0ken of mine", allowed_hosts=("devbox.lan",), container_gateway=""), {})
    query = gate.login_url("").partition("?")[2] if url == "$" else url
    scope = scope_of({"client": "192.168.1.7", "host": "devbox.lan"} | request)
    return gate, gate.login(scope | {"query_string": query.encode(), "root_path": request.get("root_path", "")})


def test_login() -> None:
    """The printed URL gives the cookie and leads to a URL without the token; the cookie then lets in."""
    gate, answer = login("$")
    assert isinstance(answer, list)
    headers = dict(answer)
    assert headers[b"location"] == b"/_debug_toolbar/"
    assert set(SECURITY_HEADERS) <= set(answer)
    assert b"t0ken" not in b"".join(headers.values())
    cookie = headers[b"set-cookie"].partition(b";")[0].decode()
    visit = {"client": "192.168.1.7", "host": "devbox.lan"}
    assert check("page", gate, **visit, headers={"cookie": f"a=b; {cookie}"}).allowed
    assert not check("page", gate, **visit, headers={"cookie": cookie[:-1]}).allowed


@pytest.mark.parametrize(
    ("root_path", "location"),
    [("/api", "/api/p/"), ("//evil.example", "/evil.example/p/"), ("/a\r\nb;c", "/a%0D%0Ab%3Bc/p/"),
     (None, "/p/"), ("/\udc80", "/%3F/p/"), ("\\evil", "/%5Cevil/p/")],
)  # fmt: skip
def test_login_under_a_root_path(root_path: Any, location: str) -> None:
    """Location and cookie path begin with the root path, which can't leave the site or the header."""
    gate = Gate(GateConfig(token="t", container_gateway=""), {}, "p/")
    answer = gate.login(scope_of({"scheme": "https"}) | {"query_string": b"token=t", "root_path": root_path})
    assert isinstance(answer, list)
    assert dict(answer)[b"location"].decode() == location
    assert f"; Path={location[:-1]}; HttpOnly; SameSite=Strict; Secure" in dict(answer)[b"set-cookie"].decode()


@pytest.mark.parametrize(
    ("url", "request_"),
    [
        ("token=wrong", {}),
        ("", {}),
        ("$", {"method": "HEAD"}),
        ("$", {"method": "POST"}),
        ("$", {"host": "evil.example"}),
        ("$", {"headers": {"origin": "http://evil.example"}}),
        ("$", {"headers": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}}),
    ],
)
def test_login_refused(url: str, request_: dict[str, Any]) -> None:
    """A wrong token, another method, a foreign Host or a page of another site gets no cookie."""
    _, answer = login(url, **request_)
    assert isinstance(answer, Verdict)
    assert not answer.allowed
    assert "t0ken" not in answer.reason


def test_login_without_a_query() -> None:
    """A scope whose query is missing, or no bytes, is refused like a wrong token."""
    gate = Gate(GateConfig(container_gateway=""), {})
    for scope in scope_of({}), scope_of({}) | {"query_string": "token=x"}:
        assert isinstance(gate.login(scope), Verdict)


def test_the_token_is_not_in_the_config_either() -> None:
    """A config that is logged does not show the token."""
    assert "t0ken" not in repr(GateConfig(token="t0ken"))


def test_answers_are_kept_private() -> None:
    """Every answer of the toolbar is for its own pages, unframed, unsniffed, uncached, without CORS."""
    headers = dict(SECURITY_HEADERS)
    assert len(headers) == len(SECURITY_HEADERS)
    assert headers[b"cross-origin-resource-policy"] == b"same-origin"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert not any(name.startswith(b"access-control") for name in headers)


def test_injection_remembers_its_answer() -> None:
    """The same question is answered from memory, whatever other headers and client port come with it."""
    gate = Gate(GateConfig(container_gateway=""), {})
    refused = check("inject", gate, host="evil.example")
    assert check("inject", gate, host="evil.example", headers={"user-agent": "x"}) is refused
    assert gate.check(scope_of({"host": "evil.example"}) | {"client": ["127.0.0.1", 1]}, "inject") is refused


@pytest.mark.parametrize(
    "request_",
    [
        {"client": "10.0.0.1"},
        {"host": "evil.example"},
        {"headers": {"origin": "http://localhost:8000", "via": "1.1 proxy"}},
        {"headers": {"origin": "http://localhost:8000", "X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"origin": "http://localhost:8000", "Sec-Fetch-Site": "cross-site"}},
        {"headers": {"origin": "http://localhost:8001"}},
        {"headers": {"origin": "http://localhost:8000"}, "scheme": "https"},
    ],
)
def test_another_question_is_not_answered_from_memory(request_: dict[str, Any]) -> None:
    """Whatever the answer depends on is part of the question."""
    gate = Gate(GateConfig(container_gateway=""), {})
    assert check("inject", gate, headers={"origin": "http://localhost:8000"}).allowed
    assert not check("inject", gate, **request_).allowed


def test_the_port_is_part_of_the_question() -> None:
    """The public name of one port of a workspace is not that of another."""
    gate = Gate(GateConfig(container_gateway=""), CODESPACE)
    assert check("inject", gate, host=PUBLIC).allowed
    assert not check("inject", gate, host=PUBLIC, port=8001).allowed


def test_its_memory_is_bounded() -> None:
    """Strangers with ever new or huge headers can't make it grow, nor make it forget how to answer."""
    gate = Gate(GateConfig(container_gateway=""), {})
    assert not check("inject", gate, headers={"via": "v" * 100_000, "z" * 100_000: ""}).allowed
    assert not gate._verdicts
    for number in range(3000):
        headers = {f"x-forwarded-{number}": str(number), f"x-{number}": "", "x" * (60 + number % 9): ""}
        assert not check("inject", gate, headers=headers).allowed
    assert len(gate._verdicts) <= 256
    assert len(gate._asked) <= 1024
    assert sum(map(len, gate._asked)) <= 64 * 1024
    assert check("inject", gate).allowed


def test_an_iterator_of_headers_is_left_alone() -> None:
    """Headers that can be read only once stay for the application."""
    headers = iter([(b"host", b"localhost")])
    for kind in KINDS:
        assert not Gate(GateConfig(container_gateway=""), {}).check(scope_of({}) | {"headers": headers}, kind).allowed
    assert next(headers) == (b"host", b"localhost")


ODD: list[Any] = [
    None,
    "",
    "x",
    b"",
    0,
    -1,
    1e9,
    True,
    [],
    {},
    (),
    ("127.0.0.1",),
    [[]],
    [None],
    {"a": 1},
    object(),
]


@pytest.mark.parametrize("key", ["headers", "client", "server", "scheme", "method", "query_string", "root_path"])
@pytest.mark.parametrize("kind", KINDS)
def test_odd_scopes(kind: Kind, key: str) -> None:
    """A scope that holds anything anywhere, or is none, is decided without an exception."""
    gate = Gate(GateConfig(token="t", container_gateway=""), CODESPACE)
    for odd in [
        *ODD,
        [(b"host", "localhost")],
        [("host", "localhost")],
        [(b"host",)],
        [(bytearray(b"host"), b"a")],
    ]:
        for scope in scope_of({}) | {key: odd}, {key: odd}, odd:
            assert isinstance(gate.check(scope, kind), Verdict)
            assert isinstance(gate.login(scope), Verdict)


def fuzzed(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Return one of the seeds, with a few bytes changed, put in, doubled or cut."""
    value = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(value) + 1)
        value[at : at + rng.randrange(3)] = rng.choice(
            [b"", b"\x00", b"@", b":", b".", b"[", b"%", rng.randbytes(2), value]
        )
    return bytes(value)


def test_malformed_input_never_raises() -> None:
    """Of 20 000 mangled requests none makes the gate raise, and none gets in but by a known Host."""
    rng = random.Random(2026)
    gate = Gate(GateConfig(token="t0ken", allowed_hosts=("devbox.lan",), container_gateway=""), CODESPACE)
    local = (b"localhost", b"127.", b"[", b"devbox.lan", PUBLIC.encode())
    seeds = {
        b"host": [
            b"localhost:8000",
            b"127.0.0.1",
            b"[::1]:80",
            b"devbox.lan",
            b"evil.example",
            PUBLIC.encode(),
            b"",
        ],
        b"origin": [b"http://localhost:8000", b"null", b"https://evil.example", b"chrome-extension://x", b""],
        b"cookie": [f"{gate.token.cookie_name}={gate.token.cookie_value}".encode(), b"a=b; c", b";=;", b""],
        b"authorization": [b"Bearer t0ken", b"Basic eA==", b"Bearer", b""],
        b"sec-fetch-site": [b"none", b"same-origin", b"cross-site", b""],
        b"x-forwarded-host": [PUBLIC.encode(), b"evil.example", b""],
    }
    clients = [b"127.0.0.1", b"::1", b"::ffff:127.0.0.1", b"192.168.1.7", b"fe80::1%eth0", b""]
    for _ in range(20_000):
        names = [b"host", *rng.choices([*seeds], k=rng.randrange(4))]
        headers = [(name, fuzzed(rng, seeds[name])) for name in names]
        client = (fuzzed(rng, clients).decode("latin-1"), rng.choice([1, "1", None]))
        scope = scope_of({}) | {"headers": headers, "client": client, "query_string": headers[0][1]}
        verdict = gate.check(scope, rng.choice(KINDS))
        hosts = [value.lower() for name, value in headers if name == b"host"]
        known = len(hosts) == 1 and (hosts[0].startswith(local) or b".localhost" in hosts[0])
        assert known or not verdict.allowed, scope
        assert isinstance(gate.login(scope), Verdict)
