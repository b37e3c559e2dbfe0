"""Passage: one HTTP request on its way through; notes what passes, and passes it on as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from debug_toolbar_core.exchange import Listener
from debug_toolbar_core.record import Record

from .conversation import PACE
from .exchange import Exchange
from .incoming import whole
from .injection import Injection
from .tee import Tee
from .types import Message, Receive, Scope, Send

if TYPE_CHECKING:
    from .recorder import Recorder

START, BODY = "http.response.start", "http.response.body"


class Passage:
    """`receive` and `send` for the application, around those of the server."""

    __slots__ = ("exchange", "injection", "inner_receive", "inner_send", "owner", "record", "root", "scope", "waiting")

    record: Record
    root: object

    def __init__(self, owner: Recorder, scope: Scope, receive: Receive, send: Send) -> None:
        self.owner: Recorder | None = owner
        self.scope = scope
        self.exchange = Exchange(scope)
        self.inner_receive = receive
        self.inner_send = send
        self.injection: Injection | None = None
        self.waiting: list[Message] | None = None

    async def receive(self) -> Message:
        """Hand the server's message on; a request body's first bytes are kept."""
        message = await self.inner_receive()
        body = message.get("body")
        if body and self.owner is not None and message["type"] == "http.request":
            self.take(body, self.owner)
        return message

    def take(self, body: bytes, owner: Recorder) -> None:
        """Count a part of the request's body."""
        try:
            taken = self.exchange.taken
            if taken is None:
                taken = self.exchange.taken = Tee(owner.room)
            taken.add(body)
        except Exception as fault:
            owner.broken("receive", self.record, fault)

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a message on; a chunk of a stream goes to the server with no frame of ours between."""
        owner = self.owner
        if owner is None:
            return self.inner_send(message)
        if self.injection is not None:
            return self.inject(message)
        kind = message["type"]
        if kind == BODY:
            self.note(message, owner)
            if not message.get("more_body"):
                return self.last(message, message)
            return self.part(message, message)
        if kind != START:
            return self.inner_send(message)
        try:
            changed = self.begin(message, owner)
        except Exception as fault:
            owner.broken("send", self.record, fault)
            changed = message
        return _held() if changed is None else self.inner_send(changed)

    def begin(self, message: Message, owner: Recorder) -> Message | None:
        """Note the status and headers; return the start to send, with ours, or None when it waits for the body."""
        exchange, record = self.exchange, self.record
        now = exchange.started = perf_counter() - record.started
        status = message.get("status")
        exchange.status = status if type(status) is int else whole(status)
        headers = message.get("headers", ())
        if type(headers) is not list:
            if not isinstance(headers, Iterable):  # the server's error to raise
                return message
            headers = list(headers)  # an iterator: read once, and passed on as a list
            message = {**message, "headers": headers}
        exchange.headers = headers
        room, html = owner.media[_content_type(headers)]
        exchange.limit = exchange.room = room
        verdict = owner.gate.check(self.scope, "inject")
        if not verdict.allowed:
            return message
        root = self.root = exchange.facts[1]  # the scope's own may be a mount's by now
        ours = {**message, "headers": [*headers, *owner.our_headers(record, root, now)]}
        if not html or not owner.inject:
            return ours
        injection = Injection.begin(self.scope, message, self.tag, verdict.page or None)
        if injection is None:
            return ours
        injection.headers = ours["headers"]
        self.injection, self.waiting = injection, [ours]
        return None

    def tag(self, nonce: str | None) -> bytes:
        """Return the tag for this request's page."""
        return b"" if self.owner is None else self.owner.tag(self.record, self.root, nonce)

    def note(self, message: Message, owner: Recorder) -> None:
        """Count a part of the response's body."""
        exchange = self.exchange
        exchange.messages += 1
        body = message.get("body")
        if body:
            try:
                if exchange.room > 0:
                    exchange.add(body)
                else:
                    exchange.size += len(body)
            except Exception as fault:
                owner.broken("send", self.record, fault)

    def part(self, message: Message, given: Message) -> Awaitable[None]:
        """Send a part of a stream; `given` is the application's own message, which has no tag of ours in it."""
        listener = self.exchange.listener
        return self.inner_send(message) if listener is None else self.told(message, given, listener)

    async def told(self, message: Message, given: Message, listener: Listener) -> None:
        """Send a part of a stream, and tell the listener how long the server took it."""
        start = perf_counter()
        try:
            await self.inner_send(message)
        except BaseException as error:
            self.gone(given, listener, start, error)
            raise
        self.gone(given, listener, start, None)

    def gone(self, message: Message, listener: Listener, start: float, error: BaseException | None) -> None:
        """Tell the listener of a part that the server took, or did not; readers see a stream while it goes on."""
        owner, record = self.owner, self.record
        if owner is None:
            return
        try:
            listener.sent(message, start - record.started, error)
        except Exception as fault:
            self.exchange.listener = None
            owner.toolbar.border.fault(listener.panel, "message", record, fault)
        if start - self.exchange.kept >= PACE:
            self.exchange.kept = start
            owner.toolbar.keep(record)

    async def last(self, message: Message, given: Message) -> None:
        """Send the message that ends the response, and note when it was gone."""
        await (self.part(message, given) if self.exchange.messages > 1 else self.inner_send(message))
        self.ended()

    def ended(self) -> None:
        """Note that the response is gone."""
        exchange = self.exchange
        exchange.ended = perf_counter() - self.record.started
        exchange.complete = True

    async def inject(self, message: Message) -> None:
        """Send a page's messages with the tag in them; its start waits until the page shows what it is."""
        injection, waiting, owner = self.injection, self.waiting, self.owner
        if message["type"] != BODY or injection is None or owner is None:
            await self.let_go()
            await self.send(message)
            return
        self.note(message, owner)
        if waiting is None:
            await self.fed(message, injection)
            return
        page = self.whole(message, injection) if len(waiting) == 1 else None
        if page is not None:
            start, self.injection, self.waiting = waiting[0], None, None
            start["headers"] = injection.headers  # it is ours: the application's own message stays as it is
            await self.inner_send(start)
            await self.inner_send({**message, "body": page})
            self.ended()
            return
        try:
            verdict = injection.decide(message.get("body", b""), bool(message.get("more_body")))
        except Exception as fault:  # where it cannot be said whether the tag goes in, it does not
            owner.broken("send", self.record, fault)
            verdict = False
        if not verdict:
            waiting.append(message)
            if verdict is False:
                await self.let_go()
            return
        self.waiting = None
        start, *early = waiting
        start["headers"] = injection.headers
        await self.inner_send(start)
        for held in early:
            await self.fed(held, injection)
        await self.fed(message, injection)

    def whole(self, message: Message, injection: Injection) -> bytes | None:
        """Return the page with the tag when this message is all of it; None where that is not so, or not plain."""
        try:
            return None if message.get("more_body") else injection.whole(message["body"])
        except Exception as fault:
            if self.owner is not None:
                self.owner.broken("send", self.record, fault)
            return None

    def fed(self, message: Message, injection: Injection) -> Awaitable[None]:
        """Send one part of a page, or what of it need not wait for the page's end."""
        more, body = bool(message.get("more_body")), message.get("body", b"")
        try:
            body = injection.feed(body, more)
        except Exception as fault:
            if self.owner is not None:
                self.owner.broken("send", self.record, fault)
            body = injection.rescue(body, more)
        sent = {**message, "body": body}
        if more:
            return self.part(sent, message)
        self.injection = None
        return self.last(sent, message)

    async def let_go(self) -> None:
        """Give up the injection: what waited goes out as it was."""
        injection, waiting = self.injection, self.waiting
        self.injection = self.waiting = None
        if injection is not None and waiting is None and (rest := injection.release()):
            await self.inner_send({"type": BODY, "body": rest, "more_body": True})
        for held in waiting or ():
            if held["type"] != BODY:
                await self.inner_send(held)
            else:
                await (self.part(held, held) if held.get("more_body") else self.last(held, held))


async def _held() -> None:
    """Do nothing yet: the start of a page is sent with its first bytes."""


def _content_type(headers: Any) -> bytes:
    try:
        for name, value in headers:
            if name == b"content-type" or name.lower() == b"content-type":
                return value if type(value) is bytes else bytes(value)
    except (TypeError, ValueError, AttributeError):
        pass  # headers that no server takes: its error is the application's to see
    return b""
