"""A coach on one page of plain text: how they became ready, step by step, and whom they go with.

What it prints depends on the records alone, as a journey's page does: what the coach is ready for today is not on it.
Asked for a day, it says what they were ready for on that day, under which rules, and why.

Stepping back, pausing and voluntary work are told like any other step. Lived experience is the coach's own to tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import reduce
from typing import Final

from iagcore.casebook.coaching import Coach
from iagcore.practice.amendments import BreachAuthorised, RecordAnnotated
from iagcore.practice.disclosures import OUTLET_BY_NAME
from iagcore.practice.kinds import PREFIXED, Entry
from iagcore.practice.readiness import (
    PAUSED,
    STEPS,
    SUSPENDED,
    BasisChanged,
    CheckCompleted,
    CoachPaused,
    CoachSuspended,
    CourseExperienced,
    DebriefHeld,
    ExemptionGiven,
    InterestExpressed,
    Readiness,
    StepTaken,
    SupervisionHeld,
    TrainingCompleted,
)
from iagcore.practice.times import clock
from iagcore.record.findings import Assessment, Decision, Duty
from iagcore.record.journey import CoachHome
from iagcore.record.records import Record
from iagcore.reports.layout import beside, section, wrapped
from iagcore.reports.page import (
    DATE,
    Page,
    advice_lines,
    breach_lines,
    duty_lines,
    extension_lines,
    followed_by,
    put_right_lines,
    refused_lines,
    said_beside,
)
from iagcore.rulebook.coaches import READY_FOR

COLUMNS: Final = 60
"""How wide the picture of the steps is at most."""

_Page = Page[CoachHome]


def coach_page(
    coach: Coach,
    *,
    records: Iterable[Record],
    duties: Sequence[Duty] = (),
    zone: tzinfo,
    on: date | None = None,
) -> str:
    """A coach as a page of plain text, at most 100 columns wide.

    `records` are the coach's own, refusals among them; times are shown in `zone`. With a day `on`, it says what the
    coach is ready for on that day, and why.
    """
    records = tuple(records)
    home = reduce(lambda folded, record: folded.after(record), records, CoachHome(coach.name))
    page = Page.of(
        home, records=records, duties=duties, zone=zone, outlet=OUTLET_BY_NAME["coaching view"], party=coach.name
    )
    sections = (
        _heading(coach),
        section("The steps over time", _picture(page)),
        section("Readiness, as it grew", _timeline(page)),
        [] if on is None else section(f"Ready on {page.day(on)}", _ready(coach, on)),
        section("Goes with", _goes_with(page, coach)),
        section("Hours booked", _hours(page, coach)),
        section("Also on the record", extension_lines(page)),
        section("What is open", [*duty_lines(page), *breach_lines(page)]),
        section("Advice", advice_lines(page)),
        section("Refused", refused_lines(page)),
        section("Put right since", put_right_lines(page)),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _heading(coach: Coach) -> list[str]:
    lines = wrapped(f"Coach {coach.name}")
    return [*lines, "=" * len(lines[-1])]


# ---- the steps, drawn


def _picture(page: _Page) -> Iterator[str]:
    """The steps as a stair, from the first one to the last thing on the record; a row holds where the coach stood."""
    readiness, zone = page.home.readiness, page.zone
    if not readiness.steps:
        return
    first = min(one.since for one in readiness.steps).astimezone(zone).date()
    last = max(first, max(top.at for top in page.entries).astimezone(zone).date())
    each = -(-((last - first).days + 1) // COLUMNS)
    stood = _stood(readiness, first, last, each=each, zone=zone)
    aside = [name for name in (PAUSED, SUSPENDED) if any(name in names for names in stood)]
    for name in (*reversed(STEPS), *aside):
        cells = "".join("#" if name in names else " " for names in stood)
        yield f"  {name.ljust(DATE - 4)}|{cells}".rstrip()
    days = "a day" if each == 1 else f"{each} days"
    yield from wrapped(f"{page.day(first)} to {page.day(last)}; a column is {days}", indent=DATE - 2)


def _stood(readiness: Readiness, first: date, last: date, *, each: int, zone: tzinfo) -> list[set[str]]:
    """Where the coach stood, column by column; a step that lasted less than a column is drawn all the same."""
    changes = {one.since.astimezone(zone).date() for one in readiness.steps}
    changes |= {one.until + timedelta(days=1) for one in readiness.steps if one.until is not None}
    stood: list[set[str]] = []
    for column in range(-(-((last - first).days + 1) // each)):
        begins = first + timedelta(days=column * each)
        days = {begins, *(day for day in changes if begins <= day < begins + timedelta(days=each) and day <= last)}
        steps = (readiness.standing(day, zone=zone) for day in days)
        stood.append({step.name for step in steps if step is not None})
    return stood


# ---- the steps, told


def _timeline(page: _Page) -> Iterator[str]:
    before: str | None = None
    known = (top for top in page.entries if PREFIXED not in top.entry.declares.name)
    for top in sorted(known, key=lambda top: top.at):
        yield from beside(page.day(top.at), _told(page, top.entry, top.by, before), column=DATE)
        if isinstance(top.entry, StepTaken):
            before = top.entry.step


def _told(page: _Page, entry: Entry, by: str, before: str | None) -> str:
    match entry:
        case InterestExpressed():
            return followed_by("Interest was expressed", "; ".join(entry.transferable_skills))
        case TrainingCompleted():
            version = f", version {entry.version}" if entry.version else ""
            return f"Training: {entry.module}{version}, {_proven(page, entry.completed_on, entry.expires_on)}"
        case CheckCompleted():
            return f"Check: {entry.check}, {_proven(page, entry.completed_on, entry.expires_on)}"
        case ExemptionGiven():
            said = f"In the place of {entry.module}, until {page.day(entry.expires_on)}, {by} accepts something else"
            return followed_by(said, entry.note)
        case CourseExperienced():
            return f"Experienced the course {entry.course}"
        case SupervisionHeld():
            return f"Supervision{_with_whom(entry.supervisor)}"
        case DebriefHeld():
            return f"Debrief{_with_whom(entry.held_with)}"
        case StepTaken():
            support = f" by {entry.supported_by}" if entry.supported_by else ""
            return f"{_way(entry.step, before)}: {entry.step}{support}{AGREES[entry.coach_agrees]}"
        case BasisChanged():
            return f"The basis became: {entry.basis}{AGREES[entry.coach_agrees]}"
        case CoachPaused():
            return f"A pause, until {page.day(entry.until)}" if entry.until else "A pause"
        case CoachSuspended():
            return followed_by(f"Suspended by {by}", entry.reason)
        case _:
            assert isinstance(entry, BreachAuthorised | RecordAnnotated)  # nothing else of the library's stands there
            return said_beside(page, entry, by)


AGREES: Final = {True: "; the coach agrees", False: "; the coach does not agree", None: ""}


def _proven(page: _Page, completed: date, expires: date | None) -> str:
    return f"completed on {page.day(completed)}" + (f", expires on {page.day(expires)}" if expires else "")


def _with_whom(party: str | None) -> str:
    return f" with {party}" if party else ""


def _way(step: str, before: str | None) -> str:
    if before is None or step == before:
        return "The first step" if before is None else "The same step"
    return "A step forward" if STEPS.index(step) > STEPS.index(before) else "A step back"


# ---- what for, with whom and when


def _ready(coach: Coach, on: date) -> Iterator[str]:
    for activity in READY_FOR:
        decision = coach.ready_for(activity, on=on)
        yield from beside(activity, _answer(decision), column=DATE)
        for one in decision.considered:
            yield from wrapped(f"{one.rule} ({one.level}, {one.outcome}): {one.sentence}", indent=DATE)
            yield from _what_helps(one)


def _answer(decision: Decision) -> str:
    if not decision.accepted:
        return "not ready"
    return "ready, with advice" if decision.advice else "ready"


def _what_helps(finding: Assessment) -> list[str]:
    return wrapped(f"What helps: {finding.remedy}", indent=DATE) if finding.weight and finding.remedy else []


def _goes_with(page: _Page, coach: Coach) -> Iterator[str]:
    for journey in sorted(coach.journeys):
        yield from beside("assigned", journey, column=DATE)
    for journey, until in sorted(coach.covers):
        yield from beside("covers", f"{journey}, until {page.day(until)}", column=DATE)


def _hours(page: _Page, coach: Coach) -> Iterator[str]:
    for hour in sorted(coach.hours.hours.values(), key=lambda hour: (hour.starts_at, hour.minutes)):
        yield from beside(page.day(hour.starts_at), _from_to(hour.starts_at, hour.ends_at, page.zone), column=DATE)


def _from_to(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> str:
    return f"{clock(starts_at, zone, form='%H:%M')} to {clock(ends_at, zone, form='%H:%M')}"
