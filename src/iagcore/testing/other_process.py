"""Python processes beside this one, spawned, that use the same store; to race with, and to kill.

A *work* is what the other process does with a store: a function at the top of a module, or a `functools.partial` of
one, called with the store and with `tell`, which sends something back at once. An *opening* is what makes the store
there, and is sent over, so it has to pickle: `partial(SQLiteJournal, path)`. Processes that have finished are used
again for the next work, since starting one takes longer than most works.

Nothing heavy is imported here: a spawned process imports this module before it does anything.
"""

import pickle
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

PATIENCE = 30.0
"""Seconds after which another process that does not answer counts as blocked."""

Opening = Callable[[], Any]
Work = Callable[[Any, Callable[[object], None]], object]


def serve(pipe: "Connection[Any, Any]") -> None:
    """Do one work after another, as the other end of the pipe asks, until it is closed."""
    while True:
        try:
            opening, work = pipe.recv()
        except EOFError:
            return
        except Exception:
            pipe.send(("failed", traceback.format_exc()))
            continue
        try:
            pipe.send(("done", _do(pipe, opening, work)))
        except EOFError:
            return
        except Exception:
            pipe.send(("failed", traceback.format_exc()))


def _do(pipe: "Connection[Any, Any]", opening: Opening, work: Work) -> object:
    store = opening()
    try:
        pipe.send(("ready", None))
        pipe.recv()
        return work(store, lambda told: pipe.send(("told", told)))
    finally:
        getattr(store, "close", lambda: None)()


class OtherProcess:
    """One process, which does one work at a time. It goes when this process does."""

    def __init__(self) -> None:
        spawning = get_context("spawn")
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def prepare(self, opening: Opening, work: Work) -> None:
        """Open the store over there and make ready to begin.

        Raises `AssertionError` where the opening does not pickle, or fails over there.
        """
        try:
            asked = pickle.dumps((opening, work))
        except Exception as error:
            raise AssertionError(
                f"the opening {opening!r} cannot be sent to another process ({error}): give functools.partial of a "
                "class or function that stands at the top of a module"
            ) from error
        self._pipe.send_bytes(asked)
        self._heard("ready")

    def begin(self) -> None:
        """Let the work that was prepared begin."""
        self._pipe.send("begin")

    def told(self) -> object:
        """The next thing that the work tells."""
        return self._heard("told")

    def is_over(self) -> bool:
        """Whether there is an answer; for a work that tells nothing."""
        return self._pipe.poll(0)

    def answer(self) -> object:
        """What the work returned. Raises `AssertionError` where it raised, ended or takes longer than `PATIENCE`."""
        return self._heard("done")

    def is_alive(self) -> bool:
        """Whether it can do another work."""
        return self._process.is_alive()

    def kill(self) -> list[object]:
        """Kill it as `kill -9` does, and return what it had told and nobody has heard yet."""
        self._process.kill()
        self._process.join()
        left: list[object] = []
        try:
            while True:
                said, what = self._pipe.recv()
                left += [what] if said == "told" else []
        except (EOFError, OSError):
            self._pipe.close()
        return left

    def _heard(self, expected: str) -> Any:
        if not self._pipe.poll(PATIENCE):
            raise AssertionError(f"the other process has not answered in {PATIENCE:g} s")
        try:
            said, what = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            raise AssertionError("the other process ended by itself") from None
        if said == "failed":
            raise AssertionError(f"in the other process:\n{what}")
        assert said == expected, f"the other process said {said}, where {expected} comes next"
        return what


_IDLE: list[OtherProcess] = []


@contextmanager
def at_work(opening: Opening, *works: Work) -> Iterator[Sequence[OtherProcess]]:
    """Each work in a process of its own, all begun together once every store is open.

    Inside the `with` block the works go on; leave it once each `answer` was taken. Where it is left by an exception
    the processes are killed.
    """
    processes = [_IDLE.pop() if _IDLE else OtherProcess() for _ in works]
    try:
        for process, work in zip(processes, works, strict=True):
            process.prepare(opening, work)
        for process in processes:
            process.begin()
        yield processes
    except BaseException:
        for process in processes:
            process.kill()
        raise
    _IDLE.extend(process for process in processes if process.is_alive())


def in_processes(opening: Opening, *works: Work) -> list[object]:
    """What each work returned, each done in a process of its own, all begun together."""
    with at_work(opening, *works) as processes:
        return [process.answer() for process in processes]


def killed_after(opening: Opening, work: Work, seconds: float) -> list[object]:
    """What a work told until its process was killed, so many seconds after the first that it told."""
    with at_work(opening, work) as [process]:
        told = [process.told()]
        time.sleep(seconds)
        return [*told, *process.kill()]
