"""memray's native frames: the C functions that asked for memory, and still the user's own line."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from debug_toolbar_core.blocks import Flame, Table
from debug_toolbar_memory import MemoryPanel
from debug_toolbar_memory.native import is_machinery, is_native
from debug_toolbar_memory.packed import unpack
from debug_toolbar_memory.stacks import Place, made_by_toolbar, package_of, site_of

MB = 1_000_000


async def test_native_frames_stand_below_the_users_line(make_shop: Any) -> None:
    """With `native` the stacks go on into C, the numbers are the same, and the site is the line of Python."""
    shop = make_shop(engine="memray", native=True)

    @shop.path
    async def page() -> None:
        shop.kept.append(bytearray(5 * MB))
        shop.kept.append([zlib.compressobj(9) for _ in range(4)])

    record = await shop.get("/page")
    found = record.data["memory"]
    assert (found["engine"], found["remarks"]) == ("memray", [])
    assert found["kept"] == pytest.approx(5 * MB + 4 * 268_000, rel=0.05)
    stacks = unpack(found["stacks"])
    largest = max(stacks, key=lambda stack: stacks[stack].size)
    assert is_native(largest[-1].file)
    assert site_of(largest) == Place(__file__, page.__code__.co_firstlineno + 2, largest_python(largest))
    blocks = list(MemoryPanel().view(record))
    (flame,) = [block for block in blocks if isinstance(block, Flame)]
    assert {"C", "app"} <= {frame.package for frame in flame.frames}
    (sites,) = [block for block in blocks if isinstance(block, Table) and block.title == "Top sites"]
    assert {row.cells[0].file for row in sites.rows} == {__file__}  # type: ignore[union-attr] # a source


def largest_python(stack: tuple[Place, ...]) -> str:
    """Return the innermost function of Python."""
    return [place.function for place in stack if not is_native(place.file)][-1]


@pytest.mark.parametrize(
    "file",
    ["Objects/listobject.c", "./Include/internal/pycore_list.h", "/src/zlib/deflate.c", "src/lib.rs", "<unknown>",
     "/usr/lib/libz.so.1", "/x/_speedups.cpython-311-x86_64-linux-gnu.so", "x.cpp"],
)  # fmt: skip
def test_compiled_files(file: str) -> None:
    """A file of compiled code is nobody's own."""
    assert is_native(file)
    assert package_of(file) == "C"


@pytest.mark.parametrize("file", ["/srv/shop/app.py", "page.html", "/srv/shop.so/app.py", "<frozen runpy>", ""])
def test_other_files(file: str) -> None:
    """What is not compiled code is not taken for it."""
    assert not is_native(file)


def test_the_interpreters_own_machinery_is_left_out() -> None:
    """What calls the next Python function says nothing; what allocates does, whoever's it is."""
    assert is_machinery("_PyEval_EvalFrameDefault", "Python/ceval.c")
    assert is_machinery("cfunction_vectorcall_FASTCALL_KEYWORDS", "/build/Python-3.11.7/Objects/methodobject.c")
    assert is_machinery("type_call", "Objects/typeobject.c")
    assert not is_machinery("list_resize", "Objects/listobject.c")
    assert not is_machinery("type_call", "/srv/native/module.c")


def test_the_toolbar_calls_c_too() -> None:
    """What a panel of ours asks of C is the toolbar's; what the application asks of it is not."""
    c, ours = Place("Objects/listobject.c", 81, "list_resize"), __import__("debug_toolbar_core").__file__
    assert made_by_toolbar([c, Place(ours, 1, "x")])
    assert not made_by_toolbar([c, Place("/srv/shop/app.py", 1, "x"), Place(ours, 1, "x")])
