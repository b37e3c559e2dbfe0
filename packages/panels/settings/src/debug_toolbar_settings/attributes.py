"""Attributes: what an object holds, read without running any of its code: no property, no `__getattr__`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import FunctionType, GetSetDescriptorType, MappingProxyType, MemberDescriptorType, ModuleType
from typing import Any, TypeGuard

MISSING = object()
_CODE = (FunctionType, staticmethod, classmethod, property)


def is_a(value: object, kind: type | tuple[type, ...]) -> TypeGuard[Any]:
    """Tell whether a value's type is of a kind; `isinstance` would ask the value for its `__class__`, too."""
    return issubclass(type(value), kind)


def mro(kind: type) -> tuple[type, ...]:
    """Return a class with its bases, whatever its metaclass says."""
    found: tuple[type, ...] = type.__dict__["__mro__"].__get__(kind)
    return found


def own(kind: type) -> Mapping[str, Any]:
    """Return what one class itself defines."""
    found: MappingProxyType[str, Any] = type.__dict__["__dict__"].__get__(kind)
    return found


def declared(kind: type, name: str) -> Any:
    """Return what a class or its bases define under a name, as it stands there, or MISSING."""
    return next((own(base)[name] for base in mro(kind) if name in own(base)), MISSING)


def instance_dict(value: object) -> dict[str, Any]:
    """Return an object's own dictionary; empty where it has none, or where its class hides it behind code."""
    descriptor = declared(ModuleType if is_a(value, ModuleType) else type(value), "__dict__")
    if type(descriptor) not in (GetSetDescriptorType, MemberDescriptorType):
        return {}
    found: Any = descriptor.__get__(value)
    return found if type(found) is dict else {}


def slot(value: object, name: str) -> Any:
    """Return what an object has in a slot, or MISSING."""
    descriptor = declared(type(value), name)
    if type(descriptor) is not MemberDescriptorType:
        return MISSING
    try:
        return descriptor.__get__(value)
    except AttributeError:
        return MISSING


def held(value: object, name: str) -> Any:
    """Return what an object holds under a name: its own, else in a slot, else its class's plain value; or MISSING."""
    mine = instance_dict(value)
    if name in mine:
        return mine[name]
    found = slot(value, name)
    if found is not MISSING:
        return found
    shared = declared(value if is_a(value, type) else type(value), name)
    return MISSING if _is_code(shared) else shared


def slots(value: object) -> Iterator[tuple[str, Any]]:
    """Yield an object's slots that are filled, as its classes list them."""
    for kind in reversed(mro(type(value))):
        for name, descriptor in own(kind).items():
            if type(descriptor) is MemberDescriptorType and not name.startswith("_"):
                found = slot(value, name)
                if found is not MISSING:
                    yield name, found


def class_values(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the plain values that a class and its bases define, the nearest one of a name."""
    seen: set[str] = set()
    for base in mro(kind)[:-1]:
        for name, value in own(base).items():
            if not name.startswith("_") and name not in seen and not _is_code(value):
                seen.add(name)
                yield name, value


def properties(kind: type) -> list[str]:
    """List what a class computes when it is asked: told by name, never asked."""
    found = {
        name: None
        for base in mro(kind)
        for name, value in own(base).items()
        if type(value) is property and not name.startswith("_")
    }
    return list(found)


def _is_code(value: object) -> bool:
    return is_a(value, (*_CODE, type)) or declared(type(value), "__get__") is not MISSING
