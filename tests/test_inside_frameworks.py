"""The two examples inside other people's frameworks: a Django college that keeps the record itself, and a Flask page."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import util
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

import iagcore as iag
from iagcore import entries
from iagcore.cli import main
from iagcore.storage.protocols import Journal
from iagcore.testing import JournalContract
from tests.casework import OF_ONE_JOURNEY
from tests.college import COLLEGE, a_college, journal_at

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)

pytest.importorskip("django", reason="Django is not installed")
pytest.importorskip("flask", reason="Flask is not installed")


def ready_for(journal: Journal) -> None:
    """A journey that may book: one learner, with a coach, and 60 minutes used."""
    casebook = iag.Casebook(journal, iag.Policy.load("starter"), clock=lambda: NOW, rules=OF_ONE_JOURNEY)
    casebook.record(
        "a", entries.JourneyStarted(learner="learner:a", programme="p", attests_age=30), by="lead:jo", id="start"
    ).require()
    held = entries.ConversationHeld(
        conversation="c0", coach="coach:nina", minutes=135, one_to_one=True, in_private=True
    )
    casebook.record("a", held, by="coach:nina", id="held").require()


BOOKING = {"conversation": "c1", "coach": "coach:nina", "starts_at": "2030-02-05T10:00:00+00:00", "minutes": 45}
TOO_LONG = {**BOOKING, "minutes": 60}


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The page on a port of this machine, as a server of its own would bring it; the address comes back."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/journeys/a/bookings/r1"
        finally:
            server.shutdown()
            serving.join()


def posted(address: str, body: str | dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What a browser or another system gets: the status and the JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    request = Request(address, text.encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def told(answer: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in answer["findings"] if one["rule"].startswith("ALW")}


# ---- Django


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty database that the college has migrated."""
    path = tmp_path_factory.mktemp("college") / "migrated.sqlite3"
    with a_college(path):
        pass
    return path.read_bytes()


@pytest.fixture
def database(migrated: bytes, tmp_path: Path) -> Iterator[Path]:
    """A database of the test's own."""
    path = tmp_path / "college.sqlite3"
    path.write_bytes(migrated)
    with a_college(path):
        yield path


class TestDjangoJournal(JournalContract):
    @pytest.fixture
    def journal(self, database: Path) -> Any:
        self.database = str(database)
        return journal_at(self.database)

    def reopened(self, journal: Journal) -> Any:
        return type(journal)()

    def from_another_process(self, journal: Journal) -> Any:
        return partial(journal_at, self.database)


def test_the_college_journal_is_under_a_hundred_lines() -> None:
    assert len((COLLEGE / "coaching" / "journal.py").read_text().splitlines()) < 100


def test_the_models_need_no_migration_that_is_not_there(database: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=COLLEGE,
        env={**os.environ, "COLLEGE_DATABASE": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "No changes detected\n")


BOOKINGS = pytest.mark.parametrize(("asked", "status", "rules"), [(BOOKING, 201, set()), (TOO_LONG, 409, {"ALW-01"})])
FIELDS = "a booking is JSON: conversation, coach, starts_at and minutes, and no other field"
NO_BOOKINGS = pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "Expecting value: line 1 column 1 (char 0)"),
        ("[]", FIELDS),
        ("{}", FIELDS),
        (json.dumps({**BOOKING, "minuets": 45}), FIELDS),
        (json.dumps({**BOOKING, "starts_at": "tomorrow"}), "Invalid isoformat string: 'tomorrow'"),
        (
            json.dumps({**BOOKING, "minutes": "45"}),
            "conversation-booked: minutes = '45': a whole number of minutes is expected",
        ),
    ],
)


@pytest.fixture
def django_app(database: Path) -> Any:
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


@BOOKINGS
def test_a_booking_over_http_in_django(
    database: Path, django_app: Any, asked: dict[str, Any], status: int, rules: set[str]
) -> None:
    ready_for(journal_at(str(database)))
    with served(django_app) as address:
        code, answer = posted(address, asked)
        again = posted(address, asked)
    assert (code, answer["accepted"], told(answer)) == (status, status == 201, rules)
    assert again == (code, answer)


def test_the_first_journey_of_the_page_has_45_minutes_left_in_django(django_app: Any) -> None:
    exec((COLLEGE / "first_journey.py").read_text(), {})
    with served(django_app) as address:
        code, answer = posted(address, TOO_LONG)
    assert (code, told(answer)) == (409, {"ALW-01"})


@NO_BOOKINGS
def test_what_is_no_booking_is_a_bad_request_in_django(django_app: Any, body: str, error: str) -> None:
    with served(django_app) as address:
        code, answer = posted(address, body)
    assert (code, answer) == (400, {"error": error})


# ---- Flask


@pytest.fixture
def page(tmp_path: Path) -> ModuleType:
    spec = util.spec_from_file_location("flask_booking", EXAMPLES / "flask_booking.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.app.config["JOURNAL"] = str(tmp_path / "casebook.db")
    return module


def test_the_page_is_about_thirty_lines() -> None:
    assert len((EXAMPLES / "flask_booking.py").read_text().splitlines()) <= 31


@BOOKINGS
def test_a_booking_over_http_in_flask(page: ModuleType, asked: dict[str, Any], status: int, rules: set[str]) -> None:
    with iag.SQLiteJournal(page.app.config["JOURNAL"]) as journal:
        ready_for(journal)
    with served(page.app) as address:
        code, answer = posted(address, asked)
        again = posted(address, asked)
    assert (code, answer["accepted"], told(answer)) == (status, status == 201, rules)
    assert again == (code, answer)


def test_the_first_journey_of_the_page_has_45_minutes_left_in_flask(page: ModuleType) -> None:
    assert main(["record", str(EXAMPLES / "forty-five-left.toml"), "--journal", page.app.config["JOURNAL"]]) == 0
    with served(page.app) as address:
        code, answer = posted(address, TOO_LONG)
    assert (code, told(answer)) == (409, {"ALW-01"})


@NO_BOOKINGS
def test_what_is_no_booking_is_a_bad_request_in_flask(page: ModuleType, body: str, error: str) -> None:
    with served(page.app) as address:
        code, answer = posted(address, body)
    assert (code, answer) == (400, {"error": error})
