"""Exclusive tools: one at a time, told by whom, and always given back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from debug_toolbar_core.exclusive import Exclusive


def test_the_second_is_told_who_was_first() -> None:
    """A place that is taken is not given again; who asks learns the tool and for whom it works."""
    exclusive = Exclusive()
    lease, taken = exclusive.take("memray", "record 1", {"profile", "allocators"})
    assert lease is not None
    assert taken is None
    none, first = exclusive.take("yappi", "record 2", {"profile"})
    assert none is None
    assert first is lease
    assert (first.tool, first.holder) == ("memray", "record 1")


def test_different_places_are_free() -> None:
    """Tools that use different places run beside each other."""
    exclusive = Exclusive()
    assert exclusive.take("tracemalloc", "record 1", {"allocators"})[0] is not None
    assert exclusive.take("yappi", "record 2", {"profile"})[0] is not None


def test_nothing_is_kept_of_a_take_that_failed() -> None:
    """Where one of two places is taken, the other stays free."""
    exclusive = Exclusive()
    exclusive.take("yappi", "record 1", {"profile"})
    assert exclusive.take("memray", "record 2", {"profile", "allocators"})[0] is None
    assert exclusive.holder("allocators") is None


def test_a_release_is_for_the_own_lease_only() -> None:
    """Released twice, a lease does not take the place from who has it since."""
    exclusive = Exclusive()
    first, _ = exclusive.take("yappi", "record 1", {"profile"})
    assert first is not None
    first.release()
    second, _ = exclusive.take("pyinstrument", "record 2", {"profile"})
    first.release()
    assert exclusive.holder("profile") is second


def test_a_block_gives_back_whatever_happens() -> None:
    """A place held for a block is free again after an exception."""
    exclusive = Exclusive()

    def work() -> None:
        with exclusive.held("yappi", "record 1", {"profile"}) as taken:
            assert taken is None
            with exclusive.held("memray", "record 2", {"profile", "allocators"}) as other:
                assert other is not None
                assert other.tool == "yappi"
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert exclusive.holder("profile") is None
    assert exclusive.holder("allocators") is None


def test_of_many_threads_one_gets_it() -> None:
    """Asked by many threads at once, exactly one gets the place."""
    exclusive = Exclusive()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda number: exclusive.take("yappi", str(number), {"profile"})[0], range(200)))
    assert sum(lease is not None for lease in got) == 1
