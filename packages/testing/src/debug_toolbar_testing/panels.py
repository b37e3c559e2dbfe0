"""The conformance kit of panels: what every panel must do, tested with the author's own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import pytest

from debug_toolbar_core import Panel
from debug_toolbar_core.discovery import entries
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.record import Kind
from debug_toolbar_testing.samples import HOSTILE, SampleApplication, through_json
from debug_toolbar_testing.state import changed, panel_state, patch_points
from debug_toolbar_testing.work import (
    Workload,
    blocks_of,
    cost,
    draw,
    interleaved,
    overlapping,
    patches,
    recorded,
    strange,
    toolbar_of,
)

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class PanelConformance:
    """Tests that every panel passes; write one fixture, `panel`, and each test runs with yours.

    Three more fixtures may be written in the subclass: `workload`, `patched` and `distribution`.

    Example:

        class TestConformance(PanelConformance):
            @pytest.fixture
            def panel(self):
                return MyPanel()
    """

    most_seconds = 100e-6
    """What collecting may cost a request, as a median; an on-demand panel may cost more."""

    @pytest.fixture
    def workload(self) -> Workload:
        """Do, or return a coroutine that does, what the panel measures, with the text given in it."""
        return lambda text: None

    @pytest.fixture
    def patched(self) -> Sequence[tuple[object, str]]:
        """List what the panel's lifespan patches, as objects and attributes: `[(Session, "execute")]`."""
        return ()

    @pytest.fixture
    def distribution(self) -> str | None:
        """Name the installed distribution that registers the panel, or None where it need not be installed."""
        return None

    def test_its_name_fits_a_url(self, panel: Panel) -> None:
        """The name is small letters and digits, joined by hyphens: it stands in URLs, settings and searches."""
        assert _NAME.fullmatch(panel.name), f"{panel.name!r} does not fit a URL; `http-client` would"

    def test_it_says_what_it_is(self, panel: Panel) -> None:
        """It has a short title in one line, and measures kinds of work that there are."""
        assert panel.title.strip() == panel.title, "a title begins and ends with a character"
        assert 1 <= len(panel.title) <= 30, f"{panel.title!r} does not fit a menu"
        assert panel.title.isprintable(), "a title is one line"
        assert set(panel.kinds) <= {"http", "websocket", "task", "app"}, f"unknown kinds in {panel.kinds!r}"
        assert panel.kinds, "a panel without kinds is never asked"

    def test_overlapping_requests_leave_nothing_on_it(self, panel: Panel, workload: Workload) -> None:
        """Of two requests that overlap, neither leaves anything on the panel, not even while it runs."""
        for kind in sorted(panel.kinds):
            found = asyncio.run(overlapping(toolbar_of(panel), panel, kind, workload))
            assert not found, f"a request changed {', '.join(found)}: keep it in collect's local variables"

    def test_many_requests_at_once_are_measured(self, panel: Panel, workload: Workload) -> None:
        """Twenty interleaved requests raise nothing in the panel, and each keeps its own data."""
        for kind in sorted(panel.kinds):
            toolbar = toolbar_of(panel)
            records = asyncio.run(interleaved(toolbar, kind, workload))
            for record in records:
                assert not record.failures, record.failures
                assert set(record.data) <= {panel.name}, f"{set(record.data)} is not data of {panel.name}"

    def test_a_record_that_went_through_json_looks_the_same(self, panel: Panel, workload: Workload) -> None:
        """What the panel shows of a stored record, it shows of the same record stored once more."""
        for record in recorded(panel, workload):
            once = blocks_of(panel, record)
            assert once == blocks_of(panel, through_json(record)), "the view depends on more than JSON keeps"

    def test_looking_changes_nothing(self, panel: Panel, workload: Workload) -> None:
        """A view is pure: it shows the same again, and leaves the record and the panel as they were."""
        for record in recorded(panel, workload):
            stored, before = Encoder().encode(record), panel_state(panel)
            assert blocks_of(panel, record) == blocks_of(panel, record), "the second look shows something else"
            assert Encoder().encode(record) == stored, "looking at the record changed it"
            assert not changed(before, panel_state(panel)), changed(before, panel_state(panel))

    def test_every_block_can_be_drawn(self, panel: Panel, workload: Workload) -> None:
        """Every block is one that all outputs draw: JSON for the browser, text, Markdown."""
        for record in recorded(panel, workload):
            blocks = list(panel.view(record))
            draw(panel, blocks, record)

    def test_hostile_strings_stay_text(self, panel: Panel, workload: Workload) -> None:
        """Whatever texts a request brings, they come out as plain values, and steer no output."""
        for text in HOSTILE:
            for record in recorded(panel, workload, text):
                drawn = draw(panel, list(panel.view(record)), record)
                assert not _STEERING.search(drawn), drawn

    @pytest.mark.parametrize("kind", ["http", "websocket", "task", "app"])
    @pytest.mark.parametrize("about", ["bare", "full", "failed", "open"])
    def test_any_record_can_be_shown(self, panel: Panel, kind: Kind, about: str) -> None:
        """A record made without the panel, with little known of it, or not finished, is shown all the same."""
        record = strange(kind, about)
        draw(panel, list(panel.view(through_json(record))), record)

    def test_its_lifespan_can_be_opened_twice(self, panel: Panel, patched: Sequence[tuple[object, str]]) -> None:
        """Opened and closed, and once more: nothing is raised, and everything patched is put back."""
        before, points = patches(patched), patch_points()
        toolbar = toolbar_of(panel)
        for _ in range(2):
            toolbar.start(SampleApplication())
            toolbar.stop()
            assert patches(patched) == before, "something the fixture `patched` lists was not put back"
            assert not changed(points, patch_points()), f"not put back: {changed(points, patch_points())}"

    def test_collecting_costs_next_to_nothing(self, panel: Panel) -> None:
        """Around an empty request, the panel takes less than `most_seconds`, as a median."""
        for kind in sorted({*panel.kinds} - {"app"}):
            took = 0.0 if panel.on_demand else cost(panel, kind)
            assert took < self.most_seconds, f"{took * 1e6:.0f} µs a request, of {self.most_seconds * 1e6:.0f}"

    def test_its_entry_point_finds_it(self, panel: Panel, distribution: str | None) -> None:
        """The entry point of the panel's name, where one is installed, makes this panel."""
        found = [entry for entry in entries("panels") if entry.name == panel.name]
        owners = {entry.dist.name for entry in found if entry.dist is not None}
        assert distribution is None or distribution in owners, f"{distribution} registers no panel {panel.name!r}"
        for entry in found:
            assert isinstance(panel, entry.load()), f"{panel.name!r} is registered for {entry.value}"

    def test_its_actions_are_described(self, panel: Panel) -> None:
        """Each action says in a sentence what it does, for the button, the command line and machines."""
        for action in panel.actions.values():
            assert action.description != action.title, f"{action.name} has no docstring"
