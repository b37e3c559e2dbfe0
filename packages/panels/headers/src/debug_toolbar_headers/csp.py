"""CSP: a Content-Security-Policy read into directives, and what weakens it."""

from __future__ import annotations

from collections.abc import Iterator

from debug_toolbar_core.fields import split

Policy = dict[str, list[str]]
_ANYWHERE = frozenset({"*", "http:", "https:", "data:", "http://*", "https://*"})


def policies(value: str) -> list[Policy]:
    """Return the policies of a header; a directive counts where it comes first, as in browsers.

    >>> policies("default-src 'self'; script-src 'self' 'unsafe-inline'")
    [{'default-src': ["'self'"], 'script-src': ["'self'", "'unsafe-inline'"]}]
    """
    found = []
    for text in split(value):
        policy: Policy = {}
        for directive in split(text, ";"):
            name, *sources = directive.split()
            policy.setdefault(name.lower(), [source.lower() for source in sources])
        found.append(policy)
    return [policy for policy in found if policy]


def weaknesses(value: str) -> list[str]:
    """Return what weakens a policy; of several policies all must allow it, so all must be weak."""
    each = [list(_weak(policy)) for policy in policies(value)]
    if not each:
        return ["it has no directives"]
    return [text for text in each[0] if all(text in others for others in each[1:])]


def frames(value: str) -> list[str] | None:
    """Return who may frame the page by `frame-ancestors`, or None when it does not say."""
    return next((policy["frame-ancestors"] for policy in policies(value) if "frame-ancestors" in policy), None)


def _weak(policy: Policy) -> Iterator[str]:
    sources = policy.get("script-src", policy.get("default-src"))
    if sources is None:
        yield "scripts are not restricted: neither `script-src` nor `default-src`"
        return
    # With a nonce, a hash or 'strict-dynamic' browsers pass over 'unsafe-inline'.
    trusted = any(source.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")) for source in sources)
    dynamic = "'strict-dynamic'" in sources
    if "'unsafe-inline'" in sources and not trusted and not dynamic:
        yield "`'unsafe-inline'` lets injected scripts run"
    if "'unsafe-eval'" in sources:
        yield "`'unsafe-eval'` lets texts run as scripts"
    anywhere = sorted(_ANYWHERE.intersection(sources))
    if anywhere and not dynamic:
        yield f"scripts may come from `{anywhere[0]}`: from anywhere"
    if "object-src" not in policy and "default-src" not in policy:
        yield "`object-src` is not restricted"
