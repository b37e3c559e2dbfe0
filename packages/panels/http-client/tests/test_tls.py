"""TLS and HTTP/2, with a certificate made for the test and hypercorn in the same loop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from debug_toolbar_http_client import HttpClientPanel
from debug_toolbar_testing import capture
from debug_toolbar_tests.serving import free_port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a self-signed certificate for 127.0.0.1, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Say hello."""
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def hypercorn(certificate: Path | None) -> AsyncIterator[str]:
    """Serve over HTTP/1.1 and HTTP/2, encrypted with a certificate; yields where."""
    config, port, stop = Config(), free_port(), asyncio.Event()
    config.bind, config.errorlog = [f"127.0.0.1:{port}"], None
    if certificate is not None:
        config.certfile = config.keyfile = str(certificate)
    wait: Any = stop.wait
    running = asyncio.create_task(serve(app, config, shutdown_trigger=wait))  # type: ignore[arg-type]  # any ASGI app
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                break
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}/"
    finally:
        stop.set()
        await running


async def test_the_handshake_of_tls_is_told_apart(library: ModuleType, certificate: Path) -> None:
    """Connecting and TLS are two phases; over the same connection the next call has neither, in HTTP/2 as well."""
    for http2 in (False, True):
        context = ssl.create_default_context(cafile=certificate)
        async with hypercorn(certificate) as url, library.AsyncClient(verify=context, http2=http2) as client:
            with capture(HttpClientPanel()) as seen:
                for _ in range(2):
                    assert (await client.get(url)).text == "hello"
        first, second = (span.attributes for span in seen.record.spans)
        assert first["network.protocol.version"] == ("2" if http2 else "1.1")
        assert first["http.client.tls"] > 0
        assert first["http.client.connect"] > 0
        assert first["http.response.body.size"] == 5
        assert second["http.connection.reused"] is True
        assert "http.client.tls" not in second
        assert "http.response.incomplete" not in second


async def test_calls_of_one_http2_connection_keep_apart(library: ModuleType) -> None:
    """Calls that share a connection at the same time each have their own times."""
    async with hypercorn(None) as url, library.AsyncClient(http1=False, http2=True) as client:
        with capture(HttpClientPanel()) as seen:
            await asyncio.gather(*(client.get(f"{url}{number}") for number in range(20)))
    assert sorted(span.name.rpartition("/")[2] for span in seen.record.spans) == sorted(map(str, range(20)))
    assert {span.attributes["http.response.status_code"] for span in seen.record.spans} == {200}
    assert sum(span.attributes["http.connection.reused"] is False for span in seen.record.spans) <= 20


async def test_a_certificate_nobody_trusts_fails_in_the_handshake(library: ModuleType, certificate: Path) -> None:
    """The error names the phase."""
    async with hypercorn(certificate) as url:
        with capture(HttpClientPanel()) as seen:
            async with library.AsyncClient() as client:
                with pytest.raises(library.ConnectError):
                    await client.get(url)
    (span,) = seen.record.spans
    assert span.attributes["http.client.failed_in"] == "tls"


async def test_aiohttp_connects_over_tls(certificate: Path) -> None:
    """aiohttp tells connecting and TLS as one."""
    context = ssl.create_default_context(cafile=certificate)
    with capture(HttpClientPanel()) as seen:
        async with hypercorn(certificate) as url, aiohttp.ClientSession() as session:
            answer = await session.get(url, ssl=context)
            assert await answer.text() == "hello"
    (span,) = seen.record.spans
    assert span.attributes["http.client.connect"] > 0
    assert "http.client.tls" not in span.attributes
