"""Redaction: what each way in masks, keeps, cuts and costs."""

from __future__ import annotations

import json
import uuid
from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import PurePosixPath
from types import MappingProxyType

import pytest

from debug_toolbar_core.redaction import REDACTED, Redactor

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWEtdGVzdA"


@pytest.fixture
def redactor() -> Redactor:
    """Redact with the built-in rules."""
    return Redactor()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=hunter2&next=%2F", "password=[redacted]&next=%2F"),
        ("DB_PASS=a&b,c d=1", "DB_PASS=[redacted] d=1"),
        ("user[password]=hunter2", "user[password]=[redacted]"),
        ("next%3D1%26password%3Dhunter2%26b%3D1", "next%3D1%26password%3D[redacted]%26b%3D1"),
        ("%22password%22%3A%22hunter2%22%7D", "%22password%22%3A%22[redacted]%22%7D"),
        ("{&quot;token&quot;: &quot;hunter2&quot;}", "{&quot;token&quot;: &quot;[redacted]&quot;}"),
        ('{"password": "hun\\"ter2", "n": 3}', '{"password": "[redacted]", "n": 3}'),
        ('"{\\"api_key\\": \\"hunter2\\", \\"n\\": 3}"', '"{\\"api_key\\": \\"[redacted]\\", \\"n\\": 3}"'),
        ("SET password = 'it''s me' WHERE id=3", "SET password = '[redacted]' WHERE id=3"),
        ('{"recovery_codes": ["abc-1", "def-2"], "n": 3}', '{"recovery_codes": ["[redacted]"], "n": 3}'),
        ('{"pin": 4921, "tokens": 12}', '{"pin": [redacted], "tokens": 12}'),
        ("[(b'x-api-key', b'hunter2')]", "[(b'x-api-key', b'[redacted]')]"),
        ("('password', 'swordfish')", "('password', '[redacted]')"),
        ("['--password', 'hunter2']", "['--password', '[redacted]']"),
        ("run --api-key hunter2x9 --verbose", "run --api-key [redacted] --verbose"),
        ("<password>hunter2</password>", "<password>[redacted]</password>"),
        ('<input name="csrf_token" id="x" value="8f3a">', '<input name="csrf_token" id="x" value="[redacted]">'),
        ('{"name": "password", "value": "hunter2"}', '{"name": "password", "value": "[redacted]"}'),
        ('form-data; name="password"\r\n\r\nhunter2\r\n--x', 'form-data; name="password"\r\n\r\n[redacted]\r\n--x'),
        ("Cookie: a=1; b=2\r\nHost: x", "Cookie: [redacted]\r\nHost: x"),
        ("Authorization: Bearer abc\r\nHost: x", "Authorization: [redacted]\r\nHost: x"),
        ("API key: abcd1234", "API key: [redacted]"),
        ("password: correct-horse", "password: [redacted]"),
        ('token: "8f3a9c71"', 'token: "[redacted]"'),
        ("session: 2026-11-22", "session: 2026-11-22"),
        ("password=%(password)s", "password=%(password)s"),
        ("password=********", "password=********"),
        ("login(password=self.password)", "login(password=self.password)"),
        ("login(password=password, n=1)", "login(password=password, n=1)"),
        ("self.token = token", "self.token = token"),
        ("session = ApplicationSession", "session = ApplicationSession"),
        ("token = tokens.token", "token = tokens.token"),
        ("secret = Secret(value)", "secret = Secret(value)"),
        ("insert into u(otp) values ('x'),(?),('z')", "insert into u(otp) values ('[redacted]'),(?),('[redacted]')"),
        ("insert into u (a, pwd) values (1, 'z')", "insert into u (a, pwd) values (1, '[redacted]')"),
        ("postgres%253A%252F%252Fu%253Apw%2540db", "postgres%253A%252F%252Fu%253A[redacted]%2540db"),
        ("[('pin', 4921), ('pins', 1, 2)]", "[('pin', [redacted]), ('pins', 1, 2)]"),
        ("password: qWErtyUiop", "password: [redacted]"),
        ("password: SecretStr", "password: SecretStr"),
        ("insert into u (a, token) values (now(), %s)", "insert into u (a, token) values (now(), %s)"),
        ("İİ password=hunter2", "İİ password=[redacted]"),
        ("first\\npassword=hunter2\\nlast", "first\\npassword=[redacted]\\nlast"),
        ("Basic YWRtaW46aHVudGVyMg== x", "Basic [redacted] x"),
        ("Basic instructions follow", "Basic instructions follow"),
        ("Basic YWRtaW4 x", "Basic YWRtaW4 x"),
        ("https://bob@example.com/", "https://bob@example.com/"),
        ("https://0123456789abcdef0123@example.com/", "https://[redacted]@example.com/"),
        ("postgres://u:p/w@db/x", "postgres://u:[redacted]@db/x"),
        ("postgres%3A%2F%2Fu%3Apw%40db", "postgres%3A%2F%2Fu%3A[redacted]%40db"),
        ("http://localhost:8080/x@y", "http://localhost:8080/x@y"),
        ("card 4111 1111 1111 1111 ok", "card 4111 1111 1111 1111 ok"),
        ("card 4242 4242 4242 4242 ok", "card 4242 4242 4242 4242 ok"),
        ("card 4012 8888 8888 1881 ok", "card [redacted] ok"),
        ("card%3D4012888888881881", "card%3D[redacted]"),
        ("{SSHA}c2FsdGVkLXBhc3N3b3JkLWhhc2g=", "[redacted]"),
        ("Private-Lines: 1\nAAAA", "Private-Lines:[redacted]"),
    ],
)  # fmt: skip
def test_text(redactor: Redactor, text: str, shown: str) -> None:
    """Names beside values, forms of values and their encodings are masked in free text; code and prose are not."""
    assert redactor.text(text) == shown
    assert redactor.text(shown) == shown


@pytest.mark.parametrize(
    "text",
    ['{"password": "hun', "password='hun", "-----BEGIN PRIVATE KEY-----\nhun", '{"tokens": ["hun', "password=hun"],
)
def test_a_secret_that_the_end_cuts_is_masked(redactor: Redactor, text: str) -> None:
    """A quote, a list or a PEM block that is never closed hides the rest of the text."""
    assert "hun" not in redactor.text(text)


def test_headers(redactor: Redactor) -> None:
    """Schemes, names of cookies and attributes stay; secret names mask; what only looks secret is not touched."""
    given = [
        ("Authorization", "Bearer abc"), ("authorization", "abc"), ("Proxy-Authorization", ""),
        ("Cookie", "a=1; b=; c"), ("Set-Cookie", "sid=abc; Path=/; HttpOnly; odd=1"), ("X-Api-Key", "abc"),
        ("X-Acme-Secret", "abc"), ("ETag", f'"{JWT}"'), ("Access-Control-Allow-Headers", "authorization"),
        ("Referer", "https://x/?token=abc"), ("X-Note", f"see {JWT}"),
        ("Sec-WebSocket-Protocol", "chat, access_token, abc"), ("Sec-WebSocket-Protocol", "chat, v1"),
        ("Accept", "x" * 20_000),
    ]  # fmt: skip
    shown = [value for _, value in redactor.headers(given)]
    assert shown[:13] == [
        "Bearer [redacted]", REDACTED, "", "a=[redacted]; b=; [redacted]",
        "sid=[redacted]; Path=/; HttpOnly; [redacted]", REDACTED, REDACTED, f'"{JWT}"', "authorization",
        "https://x/?token=[redacted]", "see [redacted]", "chat, access_token, [redacted]", "chat, v1",
    ]  # fmt: skip
    assert shown[13].endswith("more)")
    assert [name for name, _ in redactor.headers(given)] == [name for name, _ in given]


def test_cookies_and_pairs(redactor: Redactor) -> None:
    """Every cookie is masked; in a query or a form secret names are, an OAuth code too, and values read as text."""
    assert redactor.cookies([("theme", "dark"), ("empty", "")]) == [("theme", REDACTED), ("empty", "")]
    given = [("q", "secret garden"), ("otp", "12"), ("note", f"x {JWT}"), ("token", ""), ("code", "7")]
    assert redactor.pairs(given) == [
        ("q", "secret garden"), ("otp", REDACTED), ("note", f"x {REDACTED}"), ("token", ""), ("code", "7"),
    ]  # fmt: skip
    assert redactor.pairs([("code", "abc"), ("state", "1")]) == [("code", REDACTED), ("state", "1")]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x/a?page=2&q=a%20b#top", "https://x/a?page=2&q=a%20b#top"),
        ("https://bob:pw@x/?user%5Bpassword%5D=h", "https://bob:[redacted]@x/?user%5Bpassword%5D=[redacted]"),
        ("https://x/cb#access_token=abc&n=1", "https://x/cb#access_token=[redacted]&n=1"),
        ("https://x/cb?code=abc&state=1", "https://x/cb?code=[redacted]&state=1"),
        ("?note=mail%3Apassword%3Dhunter2&b=1", "?note=mail%3Apassword%3D[redacted]&b=1"),
        (f"https://x/?a=%22{JWT[:20]}%2E{JWT[21:]}%22", "https://x/?a=%22[redacted]%22"),
        (f"/reset/{JWT}/", "/reset/[redacted]/"),
        ("redis://:pa#ss@h/0", "redis://:[redacted]@h/0"),
    ],
)
def test_url(redactor: Redactor, url: str, shown: str) -> None:
    """Password, secret query values (names and values percent-encoded too) and tokens go; the rest stays as written."""
    assert redactor.url(url) == shown


class Loud:
    """Whatever is asked of it, it raises."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(name)

    def __repr__(self) -> str:
        raise AssertionError("repr")


class LoudMeta(type):
    @property
    def __module__(cls) -> str:  # type: ignore[override]  # that is the trap
        raise AssertionError("module")


class Trap(metaclass=LoudMeta):
    """Its class raises too."""


class LoudText(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise AssertionError("str")


class Zone(tzinfo):
    def utcoffset(self, moment: datetime | None) -> timedelta:
        raise AssertionError("utcoffset")

    def dst(self, moment: datetime | None) -> timedelta:
        raise AssertionError("dst")

    def tzname(self, moment: datetime | None) -> str:
        raise AssertionError("tzname")


def test_no_code_of_the_application_runs(redactor: Redactor) -> None:
    """What is not exactly of a built-in type is shown by its type alone."""
    here = f"{__name__}."
    shown = redactor.value(
        [Loud(), LoudText("x"), Trap(), {Loud: 1}, MappingProxyType({}), datetime(2026, 1, 2, tzinfo=Zone())]
    )
    assert shown == [
        f"<{here}Loud>", f"<{here}LoudText>", f"<{here}Trap>", {"<builtins.type>": 1}, "<builtins.mappingproxy>",
        f"2026-01-02T00:00:00 <{here}Zone>",
    ]  # fmt: skip


def test_plain_values(redactor: Redactor) -> None:
    """Values of the standard library become JSON; nothing is mutated."""
    given = {
        "a": (1, 2.5, True, None, float("inf")), 7: {3}, b"b": deque([1]), ("k", (1,)): Decimal("1.10"),
        "id": uuid.UUID(int=5), "when": datetime(2026, 1, 2, tzinfo=UTC), "path": PurePosixPath("/a"), "big": 10**5000,
    }  # fmt: skip
    before = repr(given["a"])
    shown = redactor.value(given)
    assert shown == {
        "a": [1, 2.5, True, None, "inf"], "7": [3], "b": [1], "(k, (…))": "1.10", "id": str(uuid.UUID(int=5)),
        "when": "2026-01-02T00:00:00+00:00", "path": "/a", "big": "<int of 16610 bits>",
    }  # fmt: skip
    json.dumps(shown)
    assert repr(given["a"]) == before


def test_keys_decide_at_every_depth(redactor: Redactor) -> None:
    """A secret name masks strings and numbers under it, lists too; dictionaries under it are entered; None stays."""
    given = {
        "password": {"type": "string"}, "pins": [4921, None, ""], "token": 12, "tokens": ["abc"], "pin": True,
        "rows": [("password", "x"), ["user", "bob"]], "raw": [(b"authorization", b"x")],
        "field": {"name": "otp", "value": 7}, "errors": {"password": ["This field is required."]}, "secret": b"x",
        "credentials": OrderedDict(user="bob", key=b""), "card": 4012888888881881, 10**100: 1, 0.5: 2,
        "x" * 300: 3, f"a {JWT}": 4, f"b {JWT}": 5, "when": timedelta(1),
    }  # fmt: skip
    assert redactor.value(given) == {
        "password": {"type": "string"}, "pins": [REDACTED, None, ""], "token": 12, "tokens": [REDACTED], "pin": True,
        "rows": [["password", REDACTED], ["user", "bob"]], "raw": [["authorization", REDACTED]],
        "field": {"name": "otp", "value": REDACTED}, "errors": {"password": ["This field is required."]},
        "secret": REDACTED, "credentials": {"user": "bob", "key": "<0 bytes: >"}, "card": REDACTED,
        "<int of 333 bits>": 1, "0.5": 2, "x" * 200 + "… (100 more)": 3, f"a {REDACTED}": 4, f"b {REDACTED}": 5,
        "when": "1 day, 0:00:00",
    }  # fmt: skip


def test_keys_that_look_the_same_once_redacted_are_told_apart(redactor: Redactor) -> None:
    """No value is lost because its key was masked."""
    shown = redactor.value({JWT: 1, JWT + "x": 2, 1: 3, "1": 4})
    assert shown == {REDACTED: 1, f"{REDACTED} (1)": 2, "1": 3, "1 (3)": 4}


def test_bytes_show_their_length_and_a_safe_preview(redactor: Redactor) -> None:
    """Text is shown redacted, binary as hex, and binary that holds a secret as what is left of it."""
    assert redactor.value(b"password=hunter2") == "<16 bytes: password=[redacted]>"
    assert redactor.value(bytearray(b"\xff\x00\x01")) == "<3 bytes: ff0001>"
    assert redactor.value(b"\xff\x00 password=hunter2") == "<19 bytes: \\xff\\x00 password=[redacted]>"
    assert redactor.value("é".encode() * 8192 + b"ab") == f"<16386 bytes: {'é' * 200}…>"
    assert redactor.value(b"x" + "é".encode() * 8192).__class__ is str


def test_revealed_names_stay_visible(redactor: Redactor) -> None:
    """What the configuration reveals is shown, in every way in; other names stay masked."""
    open_ = Redactor(reveal=["Session_ID", "x-api-key", "theme"])
    assert open_.value({"session_id": JWT, "token": "x", "theme": ["x" * 17_000]}) == {
        "session_id": JWT, "token": REDACTED, "theme": ["x" * 16_384 + "… (616 more)"],
    }  # fmt: skip
    assert open_.headers([("X-API-Key", JWT), ("Cookie", "theme=dark; b=2")]) == [
        ("X-API-Key", JWT),
        ("Cookie", "theme=dark; b=[redacted]"),
    ]
    assert open_.cookies([("theme", "dark")]) == [("theme", "dark")]
    assert open_.pairs([("session_id", "x")]) == [("session_id", "x")]
    assert open_.text("session_id=abc token=abc") == "session_id=abc token=[redacted]"


def test_own_names_and_patterns() -> None:
    """More names (also as parts of longer ones) and more value patterns can be given."""
    own = Redactor(keys=["badge number", "etag", "№"], patterns=[r"EMP-\d+"])
    assert own.value({"employeeBadgeNumber": 7, "badge": 7, "№": "x", "note": "EMP-12"}) == {
        "employeeBadgeNumber": REDACTED, "badge": 7, "№": REDACTED, "note": REDACTED,
    }  # fmt: skip
    assert own.text("badge_number=abc") == "badge_number=[redacted]"
    assert own.headers([("ETag", "x")]) == [("ETag", REDACTED)]


def test_wrong_options_are_named() -> None:
    """A bad pattern, one that matches nothing at all, or a string for a list is an error that says which."""
    with pytest.raises(ValueError, match=r"'\(' is no regular expression"):
        Redactor(patterns=["("])
    with pytest.raises(ValueError, match="'x\\*' matches the empty text"):
        Redactor(patterns=["x*"])
    with pytest.raises(TypeError, match="keys"):
        Redactor(keys="badge")
