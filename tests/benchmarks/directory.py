"""How long an import of 100,000 services takes and in how much memory, and how long a search among them.

    python -m tests.benchmarks.directory

What is asked of it: that the peak of memory grows by less than 200 MB from 20,000 services to 100,000, that an unchanged
feed is kept again in less than 1 s, that a search is answered in less than 100 ms, and in less than 300 ms by a process of
its own. The services are made up here, in the shape of Open Referral UK 3.0, of words that are
as unevenly frequent as those of a language. It is run by hand: a number that depends on the machine proves nothing in a
test, so tests count operations and read query plans instead.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from iagcore.directory.importing import import_files
from iagcore.directory.matching import Sought
from iagcore.directory.sqlite import SQLiteDirectory

TODAY = date(2026, 1, 5)
SIZES = (20_000, 100_000)
SYLLABLES = ("ba", "co", "di", "fa", "gru", "hel", "im", "jo", "ka", "lu", "mer", "no", "pal", "qui", "ro", "sta", "tu")
TOPICS = ("art", "yoga", "walk", "choir", "maths", "english", "cooking", "garden", "coffee", "carers", "debt", "mind")
SEARCHES = (
    Sought(text="art", near=(51.54, 0.71), within=5.0, day="sat", free=True, age=34),
    Sought(text="art"),
    Sought(text="community art"),
    Sought(near=(51.54, 0.71), within=5.0),
    Sought(near=(51.54, 0.71), within=25.0, day="sat", age=34),
    Sought(day="sat", free=True),
    Sought(age=34),
    Sought(),
)


def words() -> list[str]:
    """Six thousand words that no language has."""
    chance = random.Random(1)
    return ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(6000)]


def services(count: int) -> Iterator[dict[str, Any]]:
    """Services as a feed lists them: most have a description, seven in ten a place, half of them a timetable."""
    chance = random.Random(2)
    vocabulary = words()
    weights = [1 / (place + 5) for place in range(len(vocabulary))]
    for number in range(count):
        text = chance.choices(vocabulary, weights, k=80)
        if chance.random() < 0.3:
            text.insert(chance.randrange(80), chance.choice(TOPICS))
        if chance.random() < 0.4:
            text.insert(chance.randrange(80), "community")
        place = {
            "location": {
                "name": f"Hall {number % 9000}",
                "latitude": 51 + chance.random() * 3,
                "longitude": chance.random() * 3 - 2,
                "addresses": [
                    {"address_1": f"{number % 200} High Street", "city": "Borchester", "postal_code": "BO1 1AA"}
                ],
            }
        }
        timetable = {"freq": "WEEKLY", "byday": chance.choice(("MO", "WE", "SA", "TU,TH")), "opens_at": "10:00"}
        yield {
            "id": f"00000000-0000-4000-8000-{number:012}",
            "name": f"{chance.choice((*TOPICS, *vocabulary[:200]))} {chance.choice(vocabulary)}".title(),
            "description": f"<p>{' '.join(text)}</p>",
            "status": chance.choice(("active", "active", "active", "", "defunct")),
            "minimum_age": chance.choice((None, 16, 18, 50)),
            "organization": {"id": f"o{number % 5000}", "name": f"Organisation {number % 5000}"},
            "service_at_locations": [place] if chance.random() < 0.7 else [],
            "schedules": [timetable] if chance.random() < 0.5 else [],
            "cost_options": [{"amount": chance.choice((0, 5))}] if chance.random() < 0.5 else [],
            "assured_date": "2025-06-01",
            "url": "https://example.org/service",
        }


def write_feed(path: Path, count: int) -> None:
    """One page with all of them."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"total_items": {count}, "total_pages": 1, "contents": [')
        for number, one in enumerate(services(count)):
            file.write(f"{',' if number else ''}\n{json.dumps(one)}")
        file.write("]}")


def run(feed: Path, directory: Path) -> None:
    """Import a feed twice, in a process of its own, and print seconds and megabytes."""
    taken: dict[str, float] = {}
    for again in ("", " again"):
        began, used = time.perf_counter(), time.process_time()
        with SQLiteDirectory(directory) as opened:
            summary = import_files([feed], opened, feed="made up", today=TODAY)
        taken[f"seconds{again}"] = round(time.perf_counter() - began, 2)
        taken[f"CPU{again}"] = round(time.process_time() - used, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"kept": summary.kept, **taken, "peak MB": round(peak)}))


def search_from_cold(directory: Path) -> float:
    """Milliseconds of CPU that a process takes to start, search and print."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable,
        "-m",
        "iagcore.cli",
        "directory",
        "search",
        "--directory",
        str(directory),
        "--text",
        "art",
    ]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def search(directory: Path) -> None:
    """Run every search a few times, and print milliseconds."""
    with SQLiteDirectory(directory) as opened:
        for sought in SEARCHES:
            times = []
            for _ in range(7):
                began = time.perf_counter()
                found = opened.search(sought, today=TODAY)
                times.append((time.perf_counter() - began) * 1000)
            asked = {name: value for name, value in vars_of(sought).items() if value not in (None, False)}
            print(f"{statistics.median(times):7.1f} ms, first {times[0]:7.1f} ms, {found.in_all:5} found: {asked}")


def vars_of(sought: Sought) -> dict[str, object]:
    """What is asked, by name."""
    return {name: getattr(sought, name) for name in ("text", "near", "within", "day", "free", "age")}


def main() -> None:
    """Import both sizes, and search the larger."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for size in SIZES:
            feed, directory = Path(folder, f"{size}.json"), Path(folder, f"{size}.db")
            write_feed(feed, size)
            command = [sys.executable, "-m", "tests.benchmarks.directory", str(feed), str(directory)]
            done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            peaks.append(done["peak MB"])
            sizes = f"{feed.stat().st_size / 1e6:.0f} MB read, {directory.stat().st_size / 1e6:.0f} MB kept"
            first = f"{done['seconds']} s, {done['CPU']} s of CPU, peak {done['peak MB']} MB"
            again = f"again: {done['seconds again']} s, {done['CPU again']} s of CPU"
            print(f"import of {size:,}: {first}, {sizes}; {again}", flush=True)
            print(f"a search by a process of its own: {search_from_cold(directory):.0f} ms of CPU", flush=True)
        print(f"the peak grows by {peaks[1] - peaks[0]} MB (less than 200 asked)")
        search(Path(folder, f"{SIZES[-1]}.db"))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        run(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
