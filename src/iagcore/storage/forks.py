"""A lock that is held for a moment and never over a fork.

A forked child inherits every lock as it stands, and none of the threads that would open it again. So a fork waits for
whoever holds one, and both parent and child go on with all of them open.
"""

import os
from threading import Lock
from typing import Any, Final
from weakref import WeakSet

_MAKING: Final = Lock()
_EVERY: Final[WeakSet[Any]] = WeakSet()
_HELD: Final[list[Any]] = []
"""Those that a fork holds, since others may be thrown away meanwhile."""


def lock_for_a_moment() -> Any:
    """A lock for a few statements that call nothing else; a fork waits until nobody holds it."""
    lock = Lock()
    with _MAKING:
        _EVERY.add(lock)
    return lock


def _before_fork() -> None:
    _MAKING.acquire()
    for lock in list(_EVERY):
        lock.acquire()
        _HELD.append(lock)


def _after_fork() -> None:
    while _HELD:
        _HELD.pop().release()
    _MAKING.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
