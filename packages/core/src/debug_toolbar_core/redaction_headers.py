"""The header rule: headers that are secret by their name, and those that keep a part: a scheme, names, attributes."""

from __future__ import annotations

import re

from debug_toolbar_core.redaction_keys import REDACTED, KeyRule


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SECRET_HEADERS = _names(
    "api-key apikey authentication authentication-info cf-access-client-secret cf-access-jwt-assertion"
    " cf-access-token circle-token dd-api-key dd-application-key deploy-token dpop job-token"
    " ocp-apim-subscription-key paypal-transmission-sig plaid-verification private-token"
    " proxy-authentication-info stripe-signature svix-signature webhook-signature x-access-token"
    " x-algolia-api-key x-amz-cf-id-token x-amz-security-token x-amzn-oidc-accesstoken x-amzn-oidc-data"
    " x-amzn-oidc-identity x-api-key x-api-secret x-api-token x-apikey x-app-key x-app-token x-appwrite-key"
    " x-auth x-auth-key x-auth-token x-auth-user-token x-authorization x-client-secret x-consul-token"
    " x-csrf-token x-csrftoken x-dreamfactory-session-token x-figma-token x-forwarded-access-token"
    " x-forwarded-authorization x-functions-key x-github-token x-gitlab-token x-goog-api-key"
    " x-goog-iap-jwt-assertion x-hasura-admin-secret x-honeycomb-team x-hub-signature x-hub-signature-256"
    " x-id-token x-insert-key x-jfrog-art-api x-license-key x-line-signature x-ms-client-principal"
    " x-ms-encryption-key x-nomad-token x-okta-user-token x-original-authorization x-parse-master-key"
    " x-parse-rest-api-key x-parse-session-token x-postmark-server-token x-rapidapi-key x-rapidapi-proxy-secret"
    " x-refresh-token x-rollbar-access-token x-scope-token x-secret-key x-sentry-auth x-sentry-token x-session"
    " x-session-id x-session-token x-shopify-access-token x-shopify-hmac-sha256 x-shopify-storefront-access-token"
    " x-signature x-signature-ed25519 x-slack-signature x-square-hmacsha256-signature"
    " x-telegram-bot-api-secret-token x-tfe-token x-twilio-signature x-typesense-api-key x-user-token"
    " x-vault-token x-vault-wrap-token x-webhook-secret x-webhook-signature x-xsrf-token xi-api-key"
)
_AUTHORIZATION = frozenset(("authorization", "proxy-authorization"))
_UNTOUCHED = _names(
    "accept accept-charset accept-encoding accept-language accept-ranges age allow cache-control connection"
    " content-encoding content-language content-length content-range content-security-policy"
    " content-security-policy-report-only content-type date etag expect expires host http2-settings"
    " idempotency-key if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive"
    " last-modified origin-agent-cluster permissions-policy pragma priority proxy-authenticate range"
    " referrer-policy retry-after sec-websocket-accept sec-websocket-extensions sec-websocket-key"
    " sec-websocket-version server-timing strict-transport-security te timing-allow-origin traceparent trailer"
    " transfer-encoding upgrade upgrade-insecure-requests vary www-authenticate x-content-type-options"
    " x-correlation-id x-frame-options x-request-id x-trace-id"
)
_UNTOUCHED_BEGINNINGS = (
    "access-control-",
    "sec-fetch-",
    "sec-ch-",
    "ratelimit",
    "x-ratelimit",
    "x-rate-limit",
    "cross-origin-",
)
_PLAIN_NAME = re.compile(r"[A-Za-z_-]{1,40}")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w.\-]{1,30}) +(?=\S)")
_ATTRIBUTE = re.compile(
    r"\s*(?:path|domain|expires|max-age|samesite|httponly|secure|partitioned|priority)\s*(?:=|$)", re.IGNORECASE
)


def mask_header(given: str, value: str, rule: KeyRule) -> str | None:
    """Return what to show of a header, or None: its value must be looked at as a text."""
    name = given.lower()
    if name in rule.reveal:
        return value
    if name in rule.named:
        return REDACTED
    if is_untouched(name):
        return value
    if name in _AUTHORIZATION:
        return mask_authorization(value)
    if name == "cookie":
        return mask_cookie_header(value, rule.reveal)
    if name == "set-cookie":
        return mask_set_cookie(value, rule.reveal)
    if name in SECRET_HEADERS or rule.level(given):
        return REDACTED
    return None


def mask_protocols(value: str, rule: KeyRule) -> str:
    """Mask what follows a plain name such as `access_token` or `bearer` in a list of subprotocols."""
    names = [part.strip() for part in value.split(",")]
    tells = [_PLAIN_NAME.fullmatch(name) is not None and rule.level(name) for name in names]
    shown = [REDACTED if before else name for before, name in zip([False, *tells], names, strict=False)]
    return value if shown == names else ", ".join(shown)


def is_untouched(name: str) -> bool:
    """Say whether a header (lower case) never holds a secret but may look so: an ETag, a trace id, a rate limit."""
    return name in _UNTOUCHED or name.startswith(_UNTOUCHED_BEGINNINGS)


def mask_authorization(value: str) -> str:
    """Keep the scheme: `Bearer [redacted]`."""
    if not value:
        return value
    scheme = _SCHEME.match(value)
    return f"{scheme['scheme']} {REDACTED}" if scheme else REDACTED


def mask_cookie_header(value: str, reveal: frozenset[str]) -> str:
    """Keep the names of a Cookie header: `theme=[redacted]; sessionid=[redacted]`."""
    return "; ".join(_mask_cookie(part.strip(), reveal) for part in value.split(";"))


def mask_set_cookie(value: str, reveal: frozenset[str]) -> str:
    """Keep name and attributes of a Set-Cookie header; what is no known attribute is masked like the value."""
    cookie, *attributes = value.split(";")
    kept = [part if _ATTRIBUTE.match(part) else f" {REDACTED}" for part in attributes]
    return ";".join((_mask_cookie(cookie, reveal), *kept))


def _mask_cookie(part: str, reveal: frozenset[str]) -> str:
    name, equals, value = part.partition("=")
    if not equals:
        return REDACTED if name else ""
    return part if not value or name.strip().lower() in reveal else f"{name}={REDACTED}"
