"""Catalogue: the headers worth knowing, by category, each with what it is for."""

from __future__ import annotations

CATEGORIES = (
    "General",
    "Content",
    "Caching",
    "Security",
    "CORS",
    "Cookies",
    "Authentication",
    "Proxy",
    "Tracing",
    "Custom",
)

_KNOWN = """
General
host: The host and port that were asked for
user-agent: The client's name and version
accept: Media types the client can use
accept-language: Languages the reader prefers
accept-ranges: Whether a part of the body can be asked for
range: The part of the body that is asked for
connection: Whether the connection is kept, and hop-by-hop headers
keep-alive: How long an idle connection is kept
upgrade: The protocol to change to
date: When the message was made
server: The server's software
x-powered-by: The framework's name: it helps attackers more than anyone
referer: The page that led here
te: Transfer encodings the client accepts
trailer: Headers that follow the body
expect: What the server must confirm before the body is sent
location: Where to go next
retry-after: When to try again
allow: Methods this resource has
link: Related resources, often to be fetched early
priority: How urgent the response is
dnt: The reader asks not to be tracked
save-data: The reader asks for less data
upgrade-insecure-requests: The client prefers https
sec-websocket-key: Proves that the server speaks WebSocket
sec-websocket-accept: The server's proof that it speaks WebSocket
sec-websocket-version: The version of WebSocket
sec-websocket-extensions: Extensions such as compression
sec-websocket-protocol: The subprotocol, offered or chosen
alt-svc: Other protocols and ports this site answers on
Content
content-type: The body's media type
content-length: The body's size in bytes
content-encoding: How the body is compressed
content-language: The body's language
content-disposition: Shown in the page, or saved as a file
content-range: Which part of the whole the body is
content-location: Where this very content can be found
accept-encoding: Compressions the client can undo
accept-charset: Obsolete: UTF-8 is understood by all
transfer-encoding: How the body is framed on this connection
digest: The body's checksum
content-digest: The body's checksum
Caching
cache-control: Who may keep the response, and how long
age: Seconds the response spent in a cache
etag: The version of this content
last-modified: When this content changed
expires: Until when it may be kept; Cache-Control outweighs it
vary: Request headers that make another response
pragma: Cache-Control of HTTP/1.0
if-none-match: Send it only if its version is another
if-modified-since: Send it only if it changed since
if-match: Change it only if it still is this version
if-unmodified-since: Change it only if it did not change since
if-range: Send the part only if it still is this version
x-cache: Whether a cache answered
clear-site-data: Has the browser forget what it keeps of this site
Security
content-security-policy: What the page may load and run
content-security-policy-report-only: As above, reported and not enforced
strict-transport-security: Has browsers use https from now on
x-content-type-options: Keeps browsers from guessing the media type
x-frame-options: Who may show the page in a frame
referrer-policy: What other sites learn of this address
permissions-policy: Which browser features the page may use
feature-policy: Obsolete: Permissions-Policy replaced it
x-xss-protection: Obsolete: browsers removed the filter, set 0 or nothing
x-permitted-cross-domain-policies: What Flash and PDF readers may load
x-download-options: Obsolete: of Internet Explorer
cross-origin-opener-policy: Whether pages that open each other share a process
cross-origin-embedder-policy: Whether everything embedded must agree to it
cross-origin-resource-policy: Who may embed this resource
origin-agent-cluster: A process of its own for this origin
expect-ct: Obsolete: certificate transparency is required anyway
report-to: Where browsers send reports
reporting-endpoints: Where browsers send reports
nel: Reports of network errors
sec-fetch-site: Whether the request came from the same site
sec-fetch-mode: Navigation, CORS, no-CORS or WebSocket
sec-fetch-dest: What the response is for: document, image, script
sec-fetch-user: Whether a person's act began the navigation
sec-gpc: The reader asks not to be tracked or sold
x-csrf-token: The proof against forged requests
x-csrftoken: The proof against forged requests
x-xsrf-token: The proof against forged requests
CORS
origin: The site whose page asks
access-control-request-method: The method that the preflight asks for
access-control-request-headers: The headers that the preflight asks for
access-control-request-private-network: The preflight asks for a private network's host
access-control-allow-origin: The site whose pages may read the response
access-control-allow-credentials: Whether cookies may come with the request
access-control-allow-methods: Methods other sites may use
access-control-allow-headers: Headers other sites may send
access-control-allow-private-network: Whether public sites may ask this host
access-control-expose-headers: Response headers that other sites may read
access-control-max-age: Seconds the preflight's answer may be kept
timing-allow-origin: Who may see the exact timings
Cookies
cookie: What earlier responses had the browser keep
set-cookie: Has the browser keep a value and send it back
Authentication
authorization: Who asks, and the proof
proxy-authorization: Who asks the proxy, and the proof
www-authenticate: How to prove who asks
proxy-authenticate: How to prove it to the proxy
authentication-info: What follows from the proof
x-api-key: A key that says who asks
Proxy
forwarded: The client, host and scheme before the proxy
via: The proxies in between
x-forwarded-for: The client before the proxies
x-forwarded-host: The host that was asked for before the proxies
x-forwarded-proto: The scheme before the proxies
x-forwarded-port: The port before the proxies
x-forwarded-prefix: The path's beginning that the proxy took away
x-forwarded-server: The proxy's own name
x-real-ip: The client before the proxy
true-client-ip: The client before the proxy
cf-connecting-ip: The client before Cloudflare
cf-ray: Cloudflare's number of the request
x-original-url: The address before the proxy rewrote it
x-envoy-upstream-service-time: Milliseconds Envoy waited
x-accel-buffering: Whether nginx may buffer the response
x-sendfile: The file the server is to send
Tracing
traceparent: The trace and span this request belongs to
tracestate: What tracing systems add to it
baggage: Values handed on from service to service
b3: Zipkin's trace and span
x-request-id: The request's number, to find it in logs
x-correlation-id: The number of the work it belongs to
x-trace-id: The trace it belongs to
x-amzn-trace-id: The trace at Amazon
x-cloud-trace-context: The trace at Google
uber-trace-id: Jaeger's trace
sentry-trace: Sentry's trace and span
server-timing: Where the server's time went, for the browser
x-process-time: How long the server took
x-response-time: How long the server took
x-debug-toolbar-id: The record of this request in the toolbar
x-debug-toolbar-link: Where the toolbar shows this request
"""

_BEGINNINGS = {
    "access-control-": "CORS",
    "cross-origin-": "Security",
    "sec-fetch-": "Security",
    "sec-ch-": "General",
    "x-forwarded-": "Proxy",
    "x-b3-": "Tracing",
    "x-datadog-": "Tracing",
    "cf-": "Proxy",
    "x-envoy-": "Proxy",
    "if-": "Caching",
    "content-": "Content",
}


def _read(text: str) -> dict[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    category = ""
    for line in text.strip().splitlines():
        name, colon, meaning = line.partition(": ")
        if colon:
            known[name] = (category, meaning)
        else:
            category = line
    return known


KNOWN = _read(_KNOWN)
"""Category and meaning of each known header, by its name in lower case."""


def describe(name: str) -> tuple[str, str]:
    """Return a header's category and what it is for; the unknown are custom.

    >>> describe("ETag"), describe("X-Forwarded-Tenant"), describe("X-Shop")
    (('Caching', 'The version of this content'), ('Proxy', ''), ('Custom', ''))
    """
    name = name.strip().lower()
    if name in KNOWN:
        return KNOWN[name]
    return next((category for start, category in _BEGINNINGS.items() if name.startswith(start)), "Custom"), ""
