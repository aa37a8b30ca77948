"""How long 1,000 scenarios take: to read, to run, and, watched, to say what they have seen and would notice.

    python -m tests.benchmarks.scenarios

What is asked of it: that 1,000 scenarios of the usual mixture are read and run in less than 10 s. They are those of this
project, which is about as many. It is run by hand: a number that depends on the machine proves nothing in a test.
"""

import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

from iagcore.testing.proving.coverage import covered
from iagcore.testing.proving.mutation import mutated
from iagcore.testing.proving.watching import Ran, watch
from iagcore.testing.scenarios import Scenario, read_scenarios, run

COUNT = 1000
FOLDER = Path(__file__).parents[1] / "scenarios"
T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> tuple[T, float]:
    """Do the work, print how long it took, and how much of that the processor was at it, and return the former."""
    began, busy = time.perf_counter(), time.process_time()
    done = work()
    seconds = time.perf_counter() - began
    print(f"{what:<42} {seconds:6.2f} s, {time.process_time() - busy:6.2f} s of the processor")
    return done, seconds


def scenarios() -> list[Scenario]:
    """Every scenario of this project, read from its files."""
    return [one for file in sorted(FOLDER.glob("*.iag.toml")) for one in read_scenarios(file)]


def main() -> None:
    """Print the figures."""
    every, to_read = timed("read every file of tests/scenarios", scenarios)
    thousand = list(islice(cycle(every), COUNT))
    reports, to_run = timed(f"run {COUNT} of {len(every)} scenarios", lambda: [run(one) for one in thousand])
    print(f"  together {to_read * COUNT / len(every) + to_run:.2f} s, {sum(one.passed for one in reports)} hold")

    def watched() -> list[Ran]:
        return [watch(one) for one in every]

    ran, _ = timed("run all of them, watched", watched)
    timed("rule coverage", lambda: covered(ran))
    mutation, _ = timed("mutation", lambda: mutated(ran))
    print(f"  {mutation.caught} changes caught, {len(mutation.survivors)} survive")


if __name__ == "__main__":
    main()
