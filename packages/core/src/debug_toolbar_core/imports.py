"""Imports: hooks for libraries that the application may import, so that panels never import them first."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

Hook = Callable[[ModuleType], object]
logger = logging.getLogger("debug_toolbar")
_waiting: dict[str, list[Hook]] = {}


def when_imported(name: str, hook: Hook) -> Callable[[], None]:
    """Run `hook(module)` now if the module is there, or once when the application imports it.

    Returns a function that withdraws a hook that has not run yet.

    Example: `withdraw = when_imported("redis.asyncio", patch)`.
    """
    module = sys.modules.get(name)
    if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        hook(module)
        return lambda: None
    _waiting.setdefault(name, []).append(hook)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    return lambda: _withdraw(name, hook)


def _withdraw(name: str, hook: Hook) -> None:
    hooks = _waiting.get(name, [])
    if hook in hooks:
        hooks.remove(hook)
    if not hooks:
        _waiting.pop(name, None)


# Neither inherits from `importlib.abc`, which is a millisecond to import and gives them nothing.
class _Finder:
    """Lets the other finders find an awaited module, and watches its loader finish."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in _waiting:
            return None
        for finder in [finder for finder in sys.meta_path if finder is not self]:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    watched: Any = _Loader(spec.loader)
                    spec.loader = watched
                return spec
        return None


class _Loader:
    """The module's own loader, which afterwards runs the hooks that waited for the module."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self.loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        for hook in _waiting.pop(module.__name__, []):
            try:
                hook(sys.modules.get(module.__name__, module))  # some put something else in their own place
            except Exception:
                logger.exception("A hook for %s failed; what it measures is not recorded.", module.__name__)


_finder = _Finder()
