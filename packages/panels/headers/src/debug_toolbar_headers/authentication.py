"""Authentication: the scheme that is used, never the secret."""

from __future__ import annotations

import re

from debug_toolbar_core.blocks import Fact, Facts
from debug_toolbar_core.fields import Fields
from debug_toolbar_core.redaction import REDACTED
from debug_toolbar_headers.topic import Topic

_SECRETS = ("authorization", "proxy-authorization")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,30}(?= )")
_SCHEMES = {
    "basic": "Basic: user and password, readable by whoever sees the request",
    "bearer": "Bearer: a token; whoever has it may use it",
    "digest": "Digest: a proof of the password",
    "negotiate": "Negotiate: Kerberos or NTLM",
    "dpop": "DPoP: a token bound to the client's key",
    "hawk": "Hawk: a signed request",
    "aws4-hmac-sha256": "AWS4: a signed request",
    "token": "Token: a token; whoever has it may use it",
    "apikey": "ApiKey: a key; whoever has it may use it",
}


def scheme(value: str) -> str | None:
    """Return the scheme of an Authorization header, or None when it has none: then all of it may be secret.

    >>> scheme("Bearer abc"), scheme("abc")
    ('Bearer', None)
    """
    found = _SCHEME.match(value)
    return None if found is None else found[0]


def shown_value(name: str, value: str) -> str:
    """Return what may be shown of a header: of credentials the scheme, of the others all.

    The record was redacted when it was encoded; this holds for one that was imported, too.
    """
    if name.strip().lower() not in _SECRETS or not value:
        return value
    named = scheme(value)
    return REDACTED if named is None else f"{named} {REDACTED}"


def authentication(request: Fields, response: Fields, secure: bool, local: bool) -> Topic:
    """Tell how the client proved who it is, and how the server asks for it."""
    topic = Topic("Authentication", "authentication")
    facts = []
    for name in _SECRETS:
        if name in request:
            named = scheme(request.get(name) or "")
            facts.append(Fact(name, _SCHEMES.get((named or "").lower(), named or "without a scheme")))
            if not secure and not local:
                topic.find("warning", f"`{name}` came over plain http: everybody on the way can read it", "Use https.")
    asked = response.get("www-authenticate")
    if asked is not None:
        facts.append(Fact("www-authenticate", asked, hint="How the server asks the client to prove who it is."))
    if facts:
        topic.blocks.append(Facts(facts))
    return topic
