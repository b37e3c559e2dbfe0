"""Panel: what measures one subject and shows it; everything but its name and title is optional."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from debug_toolbar_core.application import Application
from debug_toolbar_core.blocks import Block, Notice
from debug_toolbar_core.record import Kind, Record

JSON = Any
"""What JSON can hold; anything else becomes its type's name."""
_Method = TypeVar("_Method", bound=Callable[..., Awaitable[Iterable[Block]]])


@dataclass(frozen=True, slots=True)
class Action:
    """What a reader may ask of a record later: a button, a route, a CLI subcommand and an MCP tool in one."""

    name: str
    title: str
    description: str
    method: str


def action(title: str) -> Callable[[_Method], _Method]:
    """Mark an async method of a panel as an action; its docstring's first line describes it.

    The method takes the stored record and plain arguments (indexes into the record, never code or SQL)
    and returns blocks. What it leaves in `record.data` is kept with the record.

    Example: `@action("Explain")` above `async def explain(self, record, index: int): ...`.
    """

    def mark(method: _Method) -> _Method:
        vars(method)["debug_toolbar_action"] = title
        return method

    return mark


class Panel:
    """One tab: `lifespan` hooks a library, `collect` measures one unit of work, `view` shows the record.

    One panel object serves all requests at once, so what belongs to a request lives in local variables of
    `collect` or on the record. What is not overridden is not called. Options are the fields of a dataclass.

    Example:

        class SizePanel(Panel):
            name, title = "size", "Size"

            def view(self, record):
                yield Badge(str(record.response.size))
    """

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[Collection[Kind]] = frozenset({"http"})
    collects: ClassVar[Collection[Kind] | None] = None
    """The kinds that `collect` is for, where they are fewer than it shows; None: the same."""
    on_demand: ClassVar[bool] = False
    group: ClassVar[str] = "data"
    order: ClassVar[int] = 100
    needs: ClassVar[Collection[str]] = ()
    actions: ClassVar[Mapping[str, Action]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.actions = {**cls.actions, **{found.name: found for found in _actions(cls)}}

    def lifespan(self, app: Application) -> Generator[None]:
        """Around the life of the application, once: patch, yield, unpatch."""
        yield

    def collect(self, record: Record) -> Generator[None, None, JSON] | None:
        """Around one unit of work; what it returns becomes `record.data[self.name]`.

        Synchronous, so context variables set before the yield reach the application. It does not see the
        application's exception at its yield; it reads `record.error`. One that has nothing to do at the end
        may be a plain function without a yield, which costs each request less.
        """
        return None

    def failed(self, record: Record) -> JSON:
        """Once the application raised in a unit of work, at its end; what it returns becomes `record.data[self.name]`.

        `record.caught` has the exceptions with their tracebacks; where nothing was raised this is not called.
        """
        return None

    def view(self, record: Record) -> Iterable[Block]:
        """Show a record, as blocks. Pure: it may run in any process, on a record that came from a file.

        A panel that collects from the application finds what it collected in `record.app_data`.
        """
        return ()

    async def refresh(self, record: Record) -> None:
        """Bring what changed since the record was closed into `record.data`, when a reader opens this panel.

        For what goes on elsewhere, as a job's status does. Not called for lists and exports, nor on records
        that were imported; what it leaves is shown and not kept. Cut after `action_budget` seconds.
        """

    def gather(self, record: Record, notices: Sequence[tuple[str, Notice]]) -> Iterable[Block]:
        """Show what all panels found together: their notices, this one's among them, with the panels' titles.

        What it yields is shown in place of `view`'s blocks, and counts nowhere: it was counted where it came from.
        """
        return ()


def _actions(cls: type[Panel]) -> Iterable[Action]:
    for name, member in vars(cls).items():
        title = getattr(member, "debug_toolbar_action", None)
        if isinstance(title, str):
            described = (inspect.getdoc(member) or title).strip().splitlines()[0]
            yield Action(name.replace("_", "-"), title, described, name)


def overrides(panel: Panel, hook: str) -> bool:
    """Tell whether a panel has its own version of a hook."""
    return getattr(type(panel), hook) is not getattr(Panel, hook)
