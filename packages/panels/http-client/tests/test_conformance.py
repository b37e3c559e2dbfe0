from collections.abc import Callable, Sequence

import aiohttp
import httpx
import httpx2
import pytest

from debug_toolbar_http_client import HttpClientPanel
from debug_toolbar_testing import PanelConformance


class TestConformance(PanelConformance):
    """What every panel must do, this one does."""

    @pytest.fixture
    def panel(self) -> HttpClientPanel:
        return HttpClientPanel(slow=0.0)

    @pytest.fixture
    def distribution(self) -> str:
        return "debug-toolbar-http-client"

    @pytest.fixture
    def workload(self) -> Callable[[str], None]:
        headers = [("x-text", "new"), ("x-debug-toolbar-id", "../../"), ("x-debug-toolbar-link", "javascript:alert(1)")]
        mock = httpx.MockTransport(lambda request: httpx.Response(503, headers=headers, content=b"sorry"))

        def work(text: str) -> None:
            with httpx.Client(transport=mock) as client:
                try:
                    client.get("http://shop.example/books", params={"title": text}, headers={"x-text": text})
                except UnicodeEncodeError:  # a text that no client can send
                    client.get("http://shop.example/books")

        return work

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        clients = [(library.AsyncClient, "send") for library in (httpx, httpx2)]
        plain = [(library.Client, "send") for library in (httpx, httpx2)]
        closing = [(library.Response, name) for library in (httpx, httpx2) for name in ("close", "aclose")]
        return [*clients, *plain, *closing, (aiohttp.ClientSession, "__init__")]
