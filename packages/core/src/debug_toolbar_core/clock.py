"""Record ids: they sort by the time a record began, across processes, whatever the wall clock does."""

from __future__ import annotations

import os
import threading
import time

_lock = threading.RLock()  # a collection in there may end an abandoned record, and begin another
_last = 0
_process = os.urandom(4).hex()  # as secrets makes it, which imports OpenSSL


def _forked() -> None:
    global _process, _lock
    _process = os.urandom(4).hex()
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def new_id() -> str:
    """Return a new record id: microseconds that never go back in this process, and the process's own mark."""
    global _last
    with _lock:
        now = time.time_ns() // 1000
        _last = now if now > _last else _last + 1
        return f"{_last:x}{_process}"  # 13 digits until the year 2112, as they were since 1978
