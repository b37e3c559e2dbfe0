"""Findings: what in a record's calls is to be acted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl

from debug_toolbar_core.blocks import Level, Notice
from debug_toolbar_core.units import seconds
from debug_toolbar_http_client.seen import SAFE, Seen

LEAST = 0.005
"""Seconds that a change must save to be worth a notice."""
_GAP = 0.25
"""Work between two calls, as a share of the shorter, from which they count as separate."""
_MOST = 5
_PAGES = frozenset(
    {"page", "cursor", "offset", "after", "before", "next", "token", "page_token", "pagetoken", "start", "skip"}
)


def findings(calls: Sequence[Seen], slow: float, failed: int) -> Iterable[Notice]:
    """Yield the notices of a record's calls, worst first."""
    yield from failures(calls, failed)
    yield from blocking(calls)
    yield from repeated(calls)
    yield from sequential(calls)
    yield from slow_ones(calls, slow)


def level_of(call: Seen, failed: int) -> Level | None:
    """Return how bad a call went: not answered or a server error, refused, or well (None)."""
    status = call.status
    if call.error:
        return "error"
    if status is None or status < failed:
        return None
    return "error" if status >= 500 else "warning"


def outcome(call: Seen) -> str:
    """Say what became of a call, in a word or two."""
    if call.error:
        return call.error
    return "–" if call.status is None else str(call.status)


def failures(calls: Sequence[Seen], failed: int) -> Iterable[Notice]:
    """Yield one notice for each way in which a server failed us."""
    kinds: dict[tuple[str, str, str], list[Seen]] = defaultdict(list)
    for call in calls:
        if level_of(call, failed) is not None:
            kinds[call.method, call.host, outcome(call)].append(call)
    for (method, host, what), same in list(kinds.items())[:_MOST]:
        first = same[0]
        times = "" if len(same) == 1 else f" ({len(same)} times)"
        said = f"failed: {what}" if first.error else f"was answered {what}"
        name = first.span.name if len(same) == 1 else f"{method} {host}"
        text = f"`{name}` {said}{times}"
        yield Notice(level_of(first, failed) or "error", text, _cause(first), first.span.source, "failed call")
    if len(kinds) > _MOST:
        yield Notice("error", f"{len(kinds) - _MOST} more kinds of calls failed.", label="failed call")


_DOING = {
    "queue": "while it waited for a free connection of the pool", "dns": "while its name was looked up",
    "connect": "while connecting", "tls": "in the TLS handshake", "send": "while the request was sent",
    "wait": "while waiting for the answer", "read": "while reading the answer", "backoff": "between two attempts",
}  # fmt: skip


def _cause(call: Seen) -> str | None:
    if not call.error:
        return None
    while_ = _DOING.get(call.text("http.client.failed_in"), "")
    message = call.text("error.message")
    told = f"{message.rstrip('.')}, {while_}" if message and while_ else message or while_
    return f"{told[:1].upper()}{told[1:]}, after {seconds(call.seconds)}." if told else None


def blocking(calls: Sequence[Seen]) -> Iterable[Notice]:
    """Yield a notice where a synchronous client stopped the event loop, and every other request with it."""
    found = [call for call in calls if call.flag("http.client.blocking")]
    if found:
        total = sum(call.seconds for call in found)
        calls_ = "A synchronous call" if len(found) == 1 else f"{len(found)} synchronous calls"
        yield Notice(
            "warning",
            f"{calls_} blocked the event loop for {seconds(total)}",
            "Use the asynchronous client, or `await asyncio.to_thread(...)`.",
            found[0].span.source, "blocking call",
        )  # fmt: skip


def repeated(calls: Sequence[Seen]) -> Iterable[Notice]:
    """Yield a notice for each URL that was asked for more than once, and answered alike."""
    same: dict[tuple[str, ...], list[Seen]] = defaultdict(list)
    for call in calls:
        if call.method in SAFE and call.url and not call.error and call.status is not None:
            size = call.number("http.response.body.size")
            ranged = "".join(value for name, value in call.headers("request") if name.lower() == "range")
            same[call.method, call.url, ranged, str(call.status), str(size)].append(call)
    twice = sorted((found for found in same.values() if len(found) > 1), key=_repeats, reverse=True)
    for found in twice[:_MOST]:
        times = "twice" if len(found) == 2 else f"{len(found)} times"
        yield Notice(
            "warning",
            f"`{found[0].span.name}` was asked {times}",
            "Ask once and hand the answer on, or keep it in a cache.",
            found[-1].span.source, "same URL", _repeats(found), found[0].url,
        )  # fmt: skip


def _repeats(found: Sequence[Seen]) -> float:
    return sum(call.seconds for call in found[1:])


def slow_ones(calls: Sequence[Seen], slow: float) -> Iterable[Notice]:
    """Yield a notice for the slowest of the slow calls."""
    found = sorted((call for call in calls if call.seconds >= slow), key=lambda call: call.seconds, reverse=True)
    if found:
        worst = found[0]
        more = f"; {len(found) - 1} more took {seconds(slow)} or longer" if len(found) > 1 else ""
        text = f"`{worst.span.name}` took {seconds(worst.seconds)}{more}"
        yield Notice("warning", text, _most(worst), worst.span.source, "slow call")


def _most(call: Seen) -> str | None:
    taken = {phase: took for phase in _DOING if (took := call.phase(phase))}
    if not taken:
        return None
    phase = max(taken, key=lambda name: taken[name])
    return f"{seconds(taken[phase])} of it {_DOING[phase]}."


def sequential(calls: Sequence[Seen]) -> Iterable[Notice]:
    """Yield a notice for each run of calls that waited for one another without a visible reason."""
    found = sorted(runs(calls), key=saved, reverse=True)
    for run in [run for run in found if saved(run) >= LEAST][:_MOST]:
        total = sum(call.seconds for call in run)
        looped = len({call.span.source for call in run}) == 1
        together = seconds(total - saved(run))
        yield Notice(
            "warning" if looped else "info",
            f"{len(run)} calls one after the other took {seconds(total)}; together they would take {together}",
            _together(run, looped), run[0].span.source, "sequential calls", saved(run),
        )  # fmt: skip


def _together(run: Sequence[Seen], looped: bool) -> str:
    if run[0].asynchronous:
        how = "`await asyncio.gather(...)` or a task group starts them at once"
    else:
        how = "An asynchronous client with `asyncio.gather(...)`, or threads, start them at once"
    return f"{how}." if looped else f"{how}, if none needs what another one answers."


def saved(run: Sequence[Seen]) -> float:
    """Return the seconds saved by starting the calls of a run at once."""
    taken = [call.seconds for call in run]
    return sum(taken) - max(taken)


def runs(calls: Sequence[Seen]) -> Iterable[list[Seen]]:
    """Yield the runs of calls of one task, each begun right after the one before it had ended."""
    tasks: dict[object, list[Seen]] = defaultdict(list)
    for call in calls:
        tasks[call.span.task, id(call.span.parent)].append(call)
    for own in tasks.values():
        run: list[Seen] = []
        for call in own:
            if run and not follows(run[-1], call):
                if len(run) > 1:
                    yield run
                run = []
            if independent(call):
                run.append(call)
        if len(run) > 1:
            yield run


def independent(call: Seen) -> bool:
    """Tell whether a call changes nothing and went well: such calls can be made in any order."""
    return call.method in SAFE and not call.error and call.status is not None and call.status < 400


def follows(before: Seen, call: Seen) -> bool:
    """Tell whether a call began right after another, and does not turn its page or ask the same again."""
    gap = call.span.start - before.end
    if not (independent(call) and 0 <= gap <= _GAP * min(before.seconds, call.seconds)):
        return False
    return call.url != before.url and not pages(before.url, call.url)


def pages(before: str, url: str) -> bool:
    """Tell whether two URLs are pages of one list: the next one is known only from the one before."""
    (base, _, query), (other, _, asked) = before.partition("?"), url.partition("?")
    changed = set(parse_qsl(query)) ^ set(parse_qsl(asked))
    return base == other and bool(changed) and all(name.lower() in _PAGES for name, _ in changed)
