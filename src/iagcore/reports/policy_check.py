"""What is worth a second look in a policy, before anybody is judged by it.

A file that can be read may still say what nobody meant: a year of twelve months for a concern to wait, an excused miss
that costs more than an unexcused one, a review that was forgotten, a day that was mistyped. Here every day is listed on
which something changes, and then what looks wrong. Nothing is changed, and nothing is refused: a college may mean it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Final, Literal

import attrs

from iagcore.policy import Cited, Gap, MissedCharge, Policy, PolicyOnDay, Value
from iagcore.practice.measures import GAD_7, PHQ_9
from iagcore.reports.layout import beside, wrapped
from iagcore.reports.policy_sheet import UNDECIDED, written

COLUMN: Final = 15
"""The column at which what is said of a day begins."""

USUAL: Final = {
    "allowance_minutes": (30, 1440),
    "extension_limit_minutes": (0, 720),
    "longest_conversation_minutes": (15, 180),
    "days_between_conversations": (0, 56),
    "notice_hours": (0, 72),
    "write_up_days": (0, 28),
    "commitment_floor": (5, 10),
    "renewal_window_days": (7, 180),
    "supervision_days": (7, 120),
    "courses_shown": (1, 10),
    "directory_fresh_days": (14, 730),
    "signpost_outcome_days": (3, 120),
    "signpost_attempts": (1, 10),
    "referral_deadline_days": (1, 90),
    "escalation_hours": (0, 24),
    "follow_up_after": (1, 18),
    "minimum_age": (14, 25),
    "clock_tolerance_minutes": (0, 120),
    "plans_reach_days": (90, 1830),
}
"""From where to where the values of providers lie, in the unit of each: this library's own judgement, and generous."""

FIRST_YEAR: Final = 2000
"""Before it, no policy of this kind was written: an earlier day is mistyped."""
YEARS_AHEAD: Final = 10
"""A day further ahead than so many years is mistyped, too."""

AS_THE_RULE_BOOK: Final = "the rule book's own"
"""A level that the policy does not set."""

Sort = Literal["undecided", "review", "contradiction", "unusual", "mistyped"]
TITLES: Final[dict[Sort, str]] = {
    "undecided": "Not decided",
    "review": "Reviews that have passed",
    "contradiction": "Values that contradict each other",
    "unusual": "Values far from what is usual",
    "mistyped": "Days that look mistyped",
}


@attrs.frozen
class Remark:
    """One thing that is worth a second look, in a sentence; `since` is the day from which it is so."""

    sort: Sort
    sentence: str
    since: date | None = None


@attrs.frozen
class Turn:
    """A day on which something changes, and what: the name, what it was and what it becomes."""

    day: date
    name: str
    before: str
    after: str


def turns(policy: Policy) -> tuple[Turn, ...]:
    """Every day on which something changes, in the order of the days."""
    units = {value.name: value.unit for value in policy.may_decide}
    found = []
    for name, history in chain(policy.values.items(), policy.levels.items()):
        before = UNDECIDED if name in units else AS_THE_RULE_BOOK
        for one in history:
            after = _in_words(one, units.get(name))
            found.append(Turn(one.since, name, before, after))
            before = after
    return tuple(sorted(found, key=lambda turn: turn.day))


def _in_words(one: Cited, unit: str | None) -> str:
    return written(one.value, unit) if unit is not None else str(one.value or AS_THE_RULE_BOOK)


def remarks(policy: Policy, *, on: date) -> tuple[Remark, ...]:
    """What is worth a second look, as seen on a day; each once, from the first day on which it is so."""
    days = sorted({one.since for history in _histories(policy) for one in history} | {on})
    found: dict[tuple[Sort, str], Remark] = {}
    for day in days:
        today = policy.at(day)
        for sort, sentence in chain(_contradictions(today), _unusual(today)):
            found.setdefault((sort, sentence), Remark(sort, sentence, day))
    undecided = chain(_never_decided(policy), _gaps(policy))
    return (*undecided, *_reviews(policy, on), *found.values(), *_mistyped(policy, on))


def _histories(policy: Policy) -> Iterator[tuple[Cited, ...]]:
    return chain(policy.values.values(), policy.levels.values())


def _never_decided(policy: Policy) -> Iterator[Remark]:
    for value in policy.may_decide:
        if value.name not in policy.values:
            yield Remark("undecided", f"{value.name}: on no day")


def _gaps(policy: Policy) -> Iterator[Remark]:
    for one in chain.from_iterable(policy.values.values()):
        if one.value is None:
            until = f" to before {one.until:%d %b %Y}" if one.until else " on"
            yield Remark("undecided", f"{one.name}: from {one.since:%d %b %Y}{until} ({one.source})", one.since)


def _reviews(policy: Policy, on: date) -> Iterator[Remark]:
    for one in policy.reviews_due(on):
        assert one.review_by is not None  # that is what makes it one
        yield Remark("review", f"{one.name}: it was to be looked at again by {one.review_by:%d %b %Y}", one.review_by)


def _contradictions(today: PolicyOnDay) -> Iterator[tuple[Sort, str]]:
    for contradicts in CONTRADICTIONS:
        try:
            sentence = contradicts(today)
        except Gap:
            continue  # what is not decided contradicts nothing
        if sentence:
            yield "contradiction", sentence


def _excused_is_dearer(today: PolicyOnDay) -> str | None:
    charge = today.missed_charge
    if _minutes(charge, "learner-excused", today) <= _minutes(charge, "learner-unexcused", today):
        return None
    return (
        f"missed_charge: an excused miss costs {charge.learner_excused}, and an unexcused one "
        f"{charge.learner_unexcused}, which is less"
    )


def _minutes(charge: MissedCharge, fault: str, today: PolicyOnDay) -> int:
    found = charge.of(fault)
    return today.whole("longest_conversation_minutes") if found == "all" else found


def _longest_is_above_the_allowance(today: PolicyOnDay) -> str | None:
    longest, allowance = today.whole("longest_conversation_minutes"), today.whole("allowance_minutes")
    if longest <= allowance:
        return None
    return f"longest_conversation_minutes is {longest}, and allowance_minutes is {allowance}: nobody could book it"


def _charge_is_above_the_longest(today: PolicyOnDay) -> str | None:
    longest, charge = today.whole("longest_conversation_minutes"), today.missed_charge
    dearest = max(_minutes(charge, fault, today) for fault in ("learner-excused", "learner-unexcused"))
    if dearest <= longest:
        return None
    return f"missed_charge is up to {dearest}, and longest_conversation_minutes is {longest}, which is less"


def _rounding_is_above_the_longest(today: PolicyOnDay) -> str | None:
    longest, rounding = today.whole("longest_conversation_minutes"), today.rounding
    if rounding.to <= longest:
        return None
    return f"rounding is to {rounding.to} minutes, and longest_conversation_minutes is {longest}"


def _eligible_bands_have_no_scale(today: PolicyOnDay) -> str | None:
    named = {band.name for scale in (PHQ_9, GAD_7) for band in today.bands(scale).all}
    unknown = [name for name in today.eligible_bands if name not in named]
    return (
        f"eligible_bands names {', '.join(unknown)}, and no band of PHQ-9 or GAD-7 has that name" if unknown else None
    )


CONTRADICTIONS: Final[tuple[Callable[[PolicyOnDay], str | None], ...]] = (
    _excused_is_dearer,
    _longest_is_above_the_allowance,
    _charge_is_above_the_longest,
    _rounding_is_above_the_longest,
    _eligible_bands_have_no_scale,
)


def _unusual(today: PolicyOnDay) -> Iterator[tuple[Sort, str]]:
    for one in today.in_force:
        least, most = USUAL.get(one.name, (None, None))
        if least is not None and most is not None and one.value is not None and not least <= one.value <= most:
            yield "unusual", f"{one.name} = {one.value}: from {least} to {most} is usual"


def _mistyped(policy: Policy, on: date) -> Iterator[Remark]:
    for one in chain.from_iterable(_histories(policy)):
        for what, day in _days_of(one):
            if not FIRST_YEAR <= day.year <= on.year + YEARS_AHEAD:
                yield Remark("mistyped", f"{one.name}: {what} {day:%d %b %Y}, on line {one.line}", one.since)
    for contact in _contacts(policy, on):
        yield Remark("mistyped", f"emergency_contacts: {contact} was last checked on a day that has not come", on)


def _days_of(one: Cited) -> Iterator[tuple[str, date]]:
    yield "it begins on", one.since
    if one.review_by is not None:
        yield "it is to be looked at again by", one.review_by
    if one.name == "window" and one.value is not None and one.value.first is not None:
        yield "the window begins on", one.value.first
        yield "the window ends on", one.value.last
    if one.name == "emergency_contacts" and one.value is not None:
        yield from ((f"{contact.name} was last checked on", contact.last_checked) for contact in one.value)


def _contacts(policy: Policy, on: date) -> list[str]:
    try:
        contacts = policy.at(on).emergency_contacts
    except Gap:
        return []
    return [one.name for one in contacts if one.last_checked > on + timedelta(days=1)]


# ---- as a page


def policy_check(policy: Policy, *, on: date) -> str:
    """The page: every day on which something changes, and what is worth a second look, as seen on a day."""
    found = remarks(policy, on=on)
    heading = wrapped(f"The policy {policy.name} ({policy.title}), looked through on {on:%d %b %Y}")
    lines = [*heading, "=" * max(map(len, heading)), "", "DAYS ON WHICH SOMETHING CHANGES"]
    for turn in turns(policy):
        lines += beside(f"{turn.day:%d %b %Y}", f"{turn.name}: {turn.before} → {turn.after}", column=COLUMN, indent=2)
    for sort, title in TITLES.items():
        lines += _section(title, (one for one in found if one.sort == sort))
    lines += ["", "Nothing looks wrong." if not found else f"{len(found)} to look at."]
    return "\n".join(lines) + "\n"


def _section(title: str, found: Iterable[Remark]) -> Iterator[str]:
    for number, one in enumerate(found):
        if not number:
            yield from ("", title.upper())
        yield from beside(f"{one.since:%d %b %Y}" if one.since else "", one.sentence, column=COLUMN, indent=2)


# ---- on which day each value is read


READ_ON: Final = {
    "allowance_minutes": "the day on which the journey starts",
    "extension_limit_minutes": "the day of the extension",
    "longest_conversation_minutes": "the day on which it is booked",
    "days_between_conversations": "the day on which it is booked",
    "clock_tolerance_minutes": "the day of recording",
    "plans_reach_days": "the day of booking",
    "missed_charge": "the day of the miss or the cancellation",
    "notice_hours": "the day of the cancellation",
    "rounding": "the day of the conversation",
    "write_up_days": "the day of the conversation",
    "commitment_floor": "the day on which the action is agreed",
    "required_checks": "the day of the conversation",
    "renewal_window_days": "the day of the conversation; for what is due of a coach, the day of their latest entry",
    "supervision_days": "the day of the conversation; for what is due of a coach, the day of their latest entry",
    "courses_shown": "the day of the enrolment",
    "directory_fresh_days": "the day of the signpost or the enrolment",
    "signpost_outcome_days": "the day of the signpost or the referral",
    "signpost_attempts": "the day of the signpost or the referral",
    "referral_deadline_days": "the day of the referral",
    "escalation_hours": "the day on which the concern is raised",
    "emergency_contacts": "the day on which the concern is raised",
    "follow_up_after": "the day on which the journey ends, or of the last conversation",
    "minimum_age": "the day on which the journey starts",
    "window": "the day of the start, of the conversation or of the enrolment",
    "phq9_bands": "the day on which the journey starts; on a page, the day that it is seen on",
    "gad7_bands": "the day on which the journey starts; on a page, the day that it is seen on",
    "swemwbs_bands": "the day that the page is seen on",
    "eligible_bands": "the day on which the journey starts",
    "phq9_caseness": "the day that the page is seen on",
    "gad7_caseness": "the day that the page is seen on",
    "phq9_reliable_change": "the day that the page is seen on",
    "gad7_reliable_change": "the day that the page is seen on",
    "swemwbs_reliable_change": "the day that the page is seen on",
}
"""The day of which the policy is asked, for each value."""


def read_on(value: Value) -> str:
    """The day of which the policy is asked for a value; of a college's own value, the day that its rule asks about."""
    return READ_ON.get(value.name, "the day that its rule asks about")
