"""The websocket panel of Debug Toolbar for ASGI: connections and streams, message by message."""

from debug_toolbar_websocket.panel import WebsocketPanel

__all__ = ["WebsocketPanel"]
