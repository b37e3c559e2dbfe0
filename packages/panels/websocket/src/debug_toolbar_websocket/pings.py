"""Pings: what a server lets one see of a connection's keep-alive; no server tells applications of it."""

from __future__ import annotations

from typing import Any

_HOOKS = ("handle_ping", "handle_pong", "send_keepalive_ping")


class Pings:
    """Counts pings and pongs at uvicorn's protocol object, which the server's own `send` belongs to.

    Other servers show nothing: `data["seen"]` then stays False, with the server's name.
    """

    __slots__ = ("data", "protocol")

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.protocol: Any = None

    def open(self, send: Any) -> None:
        """Look on, if this server's object has what we know; its methods are replaced on this object alone."""
        protocol = getattr(send, "__self__", None)
        self.data["server"] = type(protocol if protocol is not None else send).__module__.partition(".")[0]
        if protocol is None or not all(callable(getattr(protocol, name, None)) for name in _HOOKS):
            return
        self.protocol = protocol
        self.data["seen"] = True
        for name in _HOOKS:
            setattr(protocol, name, self.counted(name, getattr(protocol, name)))

    def counted(self, name: str, original: Any) -> Any:
        """Return a method of the protocol that counts before or after it does its work."""
        data, protocol = self.data, self.protocol

        def handle(*args: Any) -> Any:
            waiting = getattr(protocol, "pending_ping_payload", None) is not None
            result = original(*args)
            if name == "send_keepalive_ping":
                data["sent"] += 1
            elif name == "handle_ping":
                data["received"] += 1
            elif waiting and getattr(protocol, "pending_ping_payload", None) is None:
                data["rtt"] = round_trip = getattr(protocol, "last_ping_rtt", None)
                if type(round_trip) is float:
                    data["slowest"] = max(data["slowest"] or 0.0, round_trip)
            return result

        return handle

    def close(self) -> None:
        """Put the object's methods back: those of its class."""
        protocol, self.protocol = self.protocol, None
        for name in _HOOKS:
            if protocol is not None:
                vars(protocol).pop(name, None)
