"""The values a policy decides, one declaration each: its name, its unit, what it means, and what it may be.

They stand in one literal tuple, `VALUES`; a policy file may name no other. A value is checked when the file is read,
strictly: 45.0 and `true` are not whole numbers, and "45" is not minutes.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

import attrs

from iagcore.exceptions import nearest
from iagcore.practice.conversations import FAULTS
from iagcore.practice.kinds import Whole, accept_day, accept_id
from iagcore.practice.measures import GAD_7, PHQ_9, SCALES, SWEMWBS, Band, Bands, Number


@attrs.frozen
class Value:
    """One value that a policy decides.

    Attributes: `name`; `unit` (for people); `meaning` (one sentence for a lead); `accept` (what a TOML value becomes;
    raises ValueError with the reason); `equivalent` (changes of the value that no scenario can tell, such as
    `one more`, each with the reason).
    """

    name: str
    unit: str
    meaning: str
    accept: Callable[[Any], Any]
    equivalent: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class MissedCharge:
    """What a missed or late-cancelled conversation costs the allowance, by fault: whole minutes, or "all" that it held.

    Minutes are never more than the conversation held. A fault of the provider or of logistics costs nothing (ALW-07).
    """

    learner_excused: int | Literal["all"]
    learner_unexcused: int | Literal["all"]
    provider: Literal[0] = 0
    logistics: Literal[0] = 0

    def of(self, fault: str) -> int | Literal["all"]:
        """Minutes, or "all", for one fault. Raises ValueError for a word that is none of `FAULTS`."""
        charges: dict[str, int | Literal["all"]] = {
            "learner-excused": self.learner_excused,
            "learner-unexcused": self.learner_unexcused,
            "provider": self.provider,
            "logistics": self.logistics,
        }
        if fault not in charges:
            raise ValueError(f"a fault is one of {', '.join(FAULTS)}, not {fault!r}{nearest(fault, FAULTS)}")
        return charges[fault]


@attrs.frozen
class Rounding:
    """How the minutes of a conversation are rounded: `way`, to a multiple of `to` minutes (1 where `way` is none)."""

    way: Literal["none", "up", "nearest"]
    to: int = 1


@attrs.frozen
class Window:
    """The days a programme runs, both included; an open window has neither a first nor a last day."""

    first: date | None = None
    last: date | None = None

    def __str__(self) -> str:
        """The window in words: both its days, or open."""
        if self.first is None or self.last is None:
            return "open"
        return f"{self.first:%d %b %Y} to {self.last:%d %b %Y}"

    def includes(self, day: date) -> bool:
        """Whether a day lies in the window."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@attrs.frozen
class EmergencyContact:
    """Whom to reach where danger is immediate, how, and on which day somebody last checked that it is right."""

    name: str
    contact: str
    last_checked: date

    def __str__(self) -> str:
        """The contact in a line."""
        return f"{self.name}: {self.contact} (last checked {self.last_checked:%d %b %Y})"


def written_day(value: Any) -> date:
    """A date as TOML writes one. Raises ValueError."""
    if type(value) is str:
        raise ValueError("a date is written without quotes, such as 2015-04-01")
    return accept_day(value)


def _exactly(table: Mapping[str, Any], *names: str) -> None:
    for name in table:
        if name not in names:
            raise ValueError(f"{name!r} is not known here{nearest(name, names)}")
    for name in names:
        if name not in table:
            raise ValueError(f"{name!r} is missing: {', '.join(names)} are expected")


_charge = Whole(0, 100_000, "minutes")


def _missed_charge(value: Any) -> MissedCharge:
    if type(value) is not dict:
        raise ValueError(f"a charge for each fault is expected: {', '.join(FAULTS)}")
    _exactly(value, *FAULTS)
    charges: dict[str, Any] = {}
    for fault in FAULTS:
        charge = value[fault]
        if fault in ("provider", "logistics"):
            if type(charge) is not int or charge != 0:
                raise ValueError(f"{fault} is always 0 (ALW-07): nobody is charged for what was not theirs to keep")
        elif charge != "all":
            try:
                _charge(charge)
            except ValueError as error:
                raise ValueError(f'{fault}: {error}; or "all" that the conversation held') from None
        charges[fault.replace("-", "_")] = charge
    return MissedCharge(**charges)


_multiple = Whole(1, 1440, "minutes to round to")


def _rounding(value: Any) -> Rounding:
    if value == "none":
        return Rounding("none")
    if type(value) is not dict:
        raise ValueError('"none" is expected, or { way = "up", to = 15 }')
    _exactly(value, "way", "to")
    way = value["way"]
    if way not in ("up", "nearest"):
        raise ValueError('way is "up" or "nearest"')
    return Rounding(way, _multiple(value["to"]))


def _window(value: Any) -> Window:
    if value == "open":
        return Window()
    if type(value) is not dict:
        raise ValueError('"open" is expected, or { first = 2015-04-01, last = 2016-03-31 }')
    _exactly(value, "first", "last")
    days: dict[str, date] = {}
    for name in ("first", "last"):
        try:
            days[name] = written_day(value[name])
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    if days["last"] < days["first"]:
        raise ValueError(f"the last day, {days['last']}, is before the first, {days['first']}")
    return Window(**days)


def _metric(value: Any) -> Decimal:
    """An exact decimal, written as a text: a TOML number with a point is a float, and would not be exact."""
    if type(value) is not str or not re.fullmatch(r"[0-9]{1,2}\.[0-9]{2}", value):
        raise ValueError('metric points are written in quotes with two places, such as "19.50"')
    return Decimal(value)


def _points(scale: str, *, least: int | None = None) -> Callable[[Any], Number]:
    """A check for points of a scale as its scores are compared: metric ones where it has a metric."""
    found = SCALES[scale]
    lowest, highest = found.least_total if least is None else least, found.most_total
    accept: Callable[[Any], Number] = _metric if found.metric else Whole(lowest, highest, f"points of {scale}")

    def within(value: Any) -> Number:
        points = accept(value)
        if not lowest <= points <= highest:
            raise ValueError(f"points of {scale} run from {lowest} to {highest}")
        return points

    return within


def _bands(scale: str) -> Callable[[Any], Bands]:
    """Names, each with the score it begins at: it ends where the next one begins, so none overlap and none is left."""
    least, accept = SCALES[scale].least_total, _points(scale)

    def bands(value: Any) -> Bands:
        if type(value) is not dict or not value:
            raise ValueError(f"a name for each band of {scale} is expected, with the score that it begins at")
        found: list[Band] = []
        for name, begins in value.items():
            try:
                band = Band(accept_id(name), accept(begins))
            except ValueError as error:
                raise ValueError(f"{name!r}: {error}") from None
            if not found and band.begins != least:
                raise ValueError(f"the first band, {name!r}, begins at {least}, the least score of {scale}")
            if found and band.begins <= found[-1].begins:
                raise ValueError(f"{name!r} begins at {begins}, and has to begin above {found[-1].name!r}")
            found.append(band)
        return Bands(found)

    return bands


def _names(value: Any) -> tuple[str, ...]:
    if type(value) is not list or not value:
        raise ValueError('a list of names is expected, such as ["mild", "moderate"]')
    names = tuple(accept_id(name) for name in value)
    if len(set(names)) != len(names):
        raise ValueError("a name stands in it twice")
    return names


def _names_or_none(value: Any) -> tuple[str, ...]:
    return () if value == "none" else _names(value)


def _emergency_contacts(value: Any) -> tuple[EmergencyContact, ...]:
    if type(value) is not list or not value:
        raise ValueError('a list is expected: [{ name = "…", contact = "999", last_checked = 2026-11-24 }]')
    contacts = []
    for one in value:
        if type(one) is not dict:
            raise ValueError('each contact is written { name = "…", contact = "…", last_checked = 2026-11-24 }')
        _exactly(one, "name", "contact", "last_checked")
        parts: dict[str, Any] = {}
        for name, accept in (("name", accept_id), ("contact", accept_id), ("last_checked", written_day)):
            try:
                parts[name] = accept(one[name])
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        contacts.append(EmergencyContact(**parts))
    return tuple(contacts)


VALUES: Final = (
    Value(
        "allowance_minutes",
        "minutes",
        "One-to-one minutes granted when a journey starts: a ceiling, never a target.",
        Whole(0, 100_000, "minutes"),
    ),
    Value(
        "extension_limit_minutes",
        "minutes",
        "The most that all extensions of one journey may add together.",
        Whole(0, 100_000, "minutes"),
    ),
    Value(
        "longest_conversation_minutes",
        "minutes",
        "A booking longer than this is advised against.",
        Whole(1, 1440, "minutes"),
    ),
    Value(
        "days_between_conversations",
        "days",
        "Conversations booked closer together than this are advised against.",
        Whole(0, 3650, "days"),
    ),
    Value(
        "clock_tolerance_minutes",
        "minutes",
        "How far ahead of the time of recording a fact may be dated, as two clocks may differ.",
        Whole(0, 1440, "minutes"),
    ),
    Value(
        "plans_reach_days",
        "days",
        "A booking for a day further ahead than this is advised against: its date may be mistyped.",
        Whole(1, 36_500, "days"),
    ),
    Value(
        "missed_charge",
        'minutes or "all", by fault',
        "What a missed or late-cancelled conversation costs the allowance; at most the minutes it held.",
        _missed_charge,
    ),
    Value(
        "notice_hours",
        "elapsed hours",
        "A cancellation at least this long before the start charges nothing.",
        Whole(0, 8760, "hours"),
    ),
    Value(
        "rounding",
        "none, up or nearest, to minutes",
        "How the minutes of a conversation that was held are rounded.",
        _rounding,
    ),
    Value("write_up_days", "days", "A conversation is written up within this many days.", Whole(0, 3650, "days")),
    Value(
        "commitment_floor",
        "1 to 10",
        "An action whose commitment is below this is worth reworking.",
        Whole(1, 10, "points of commitment"),
    ),
    Value(
        "required_checks",
        "names, or none",
        "The trainings and checks that have to be in force for a coach to be booked.",
        _names_or_none,
    ),
    Value(
        "renewal_window_days",
        "days",
        "Training and checks that run out within this many days are to be renewed.",
        Whole(0, 3650, "days"),
    ),
    Value(
        "supervision_days",
        "days",
        "A coach has supervision, or a debrief, at least this often.",
        Whole(1, 3650, "days"),
    ),
    Value(
        "courses_shown",
        "courses",
        "A learner chooses a course among at least this many that were shown.",
        Whole(1, 100, "courses"),
    ),
    Value(
        "directory_fresh_days",
        "days",
        "What was last checked longer ago than this is advised against pointing to.",
        Whole(0, 36_500, "days"),
    ),
    Value(
        "signpost_outcome_days",
        "days",
        "What came of a signpost or a referral is asked within this many days.",
        Whole(0, 3650, "days"),
    ),
    Value(
        "signpost_attempts",
        "attempts",
        "After being asked this often in vain, unknown is a true outcome.",
        Whole(1, 100, "attempts"),
    ),
    Value(
        "referral_deadline_days",
        "days",
        "A referral of which nothing is heard within this many days is taken up with the service.",
        Whole(0, 3650, "days"),
    ),
    Value(
        "escalation_hours",
        "hours",
        "A concern is escalated within this many hours of being raised; immediate danger at once.",
        Whole(0, 8760, "hours"),
    ),
    Value(
        "emergency_contacts",
        "name, contact, day last checked",
        "Whom to reach where danger is immediate; shown with every concern that says so.",
        _emergency_contacts,
    ),
    Value(
        "follow_up_after",
        "months",
        "A learner who consents is contacted this many months after the journey, or the last conversation.",
        Whole(1, 120, "months"),
    ),
    Value(
        "minimum_age",
        "years",
        "The age that a learner attests when a journey starts is at least this.",
        Whole(0, 130, "years"),
    ),
    Value(
        "window",
        "open, or dates that are both included",
        "The days on which the programme may start journeys, book conversations and enrol.",
        _window,
    ),
    Value("phq9_bands", "points that each begins at", "The bands that scores of PHQ-9 are read by.", _bands(PHQ_9)),
    Value("gad7_bands", "points that each begins at", "The bands that scores of GAD-7 are read by.", _bands(GAD_7)),
    Value(
        "swemwbs_bands",
        "metric points that each begins at",
        "The bands that metric scores of SWEMWBS are read by.",
        _bands(SWEMWBS),
    ),
    Value(
        "eligible_bands",
        "names of bands",
        "What the programme takes for mild to moderate, by the names of bands of PHQ-9 and GAD-7.",
        _names,
    ),
    Value(
        "phq9_caseness", "points", "A score of PHQ-9 from which on services speak of a case.", _points(PHQ_9, least=1)
    ),
    Value(
        "gad7_caseness", "points", "A score of GAD-7 from which on services speak of a case.", _points(GAD_7, least=1)
    ),
    Value(
        "phq9_reliable_change",
        "points",
        "A change of PHQ-9, up or down, from which on it is called reliable.",
        _points(PHQ_9, least=1),
    ),
    Value(
        "gad7_reliable_change",
        "points",
        "A change of GAD-7, up or down, from which on it is called reliable.",
        _points(GAD_7, least=1),
    ),
    Value(
        "swemwbs_reliable_change",
        "metric points",
        "A change of SWEMWBS on its metric, up or down, from which on it is called reliable.",
        _points(SWEMWBS, least=1),
    ),
)
"""Every value a policy decides, in the order of the sheet that a lead reads."""
