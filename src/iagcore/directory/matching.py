"""How an opportunity fits what is looked for: three answers a question, and a sentence for each.

*Yes* and *no* are for what is known. Whatever is not said is *unknown*, and so is what the directory says in two ways,
or said too long ago: it is shown, after what is known to fit, with what to ask about. Only a known conflict hides an
opportunity: it has closed, it lies beyond the radius, it is not on that day, it costs something, it is for other ages.

Words are different: they choose what is looked at. An opportunity is found by a text where each of its words begins a
word of what the directory says of it, or is the singular or plural of one (`folding`).

What fits is ranked, where a place is asked for, by whether it is near at all; then by how little there is to ask about;
by whether anybody says when it was checked; by how closely it says the words; and then by distance.
"""

import math
import re
from datetime import date, timedelta
from typing import Final

import attrs

from iagcore.directory.folding import folded, says, searched_in, wanted
from iagcore.directory.languages import language_named
from iagcore.exceptions import InvalidEntry, nearest
from iagcore.opportunities import (
    NO,
    UNKNOWN,
    WEEKDAY_NAMES,
    YES,
    Answer,
    Opportunity,
    chord_of,
    kilometres_of,
    nearest_square,
    on_globe,
)
from iagcore.practice.kinds import accept_day, accepted, kept

MOST_WORDS: Final = 20
"""Words of one search."""
FRESH_DAYS: Final = 180
"""Days for which what was checked is taken to be so still, unless a search says otherwise: those of both policies."""
BANDS: Final = tuple(chord_of(kilometres) ** 2 for kilometres in (5, 15, 50))
"""How near is near: within 5, 15 and 50 km, as squares of straight lines on a globe of radius 1."""
_WEEKDAYS: Final = {
    **{name[:2].lower(): number for number, name in enumerate(WEEKDAY_NAMES)},
    **{name[:3].lower(): number for number, name in enumerate(WEEKDAY_NAMES)},
    **{name.lower(): number for number, name in enumerate(WEEKDAY_NAMES)},
}


def _weekday(value: str | int | None) -> int | None:
    if isinstance(value, str):
        if value.strip().lower() not in _WEEKDAYS:
            near = nearest(value.strip().lower(), (one for one in _WEEKDAYS if len(one) > 2))
            raise InvalidEntry("search", "day", value, f"a day of the week is expected, such as sat{near}")
        return _WEEKDAYS[value.strip().lower()]
    if value is not None and not 0 <= value <= 6:
        raise InvalidEntry("search", "day", value, "a day of the week is a name, or 0 (Monday) to 6")
    return value


@attrs.frozen(kw_only=True)
class Sought:
    """What is looked for; whatever is None, or False, is not asked.

    Attributes: `text`; `near`, degrees of latitude and longitude; `within`, kilometres from there; `day`, a weekday by
    name (kept as 0 for Monday to 6); `free`; `age`, whole years; `language`, by name or code (kept as a name);
    `fresh_days`, how many days after it was checked a directory is believed. Raises `InvalidEntry` for a malformed
    value.
    """

    text: str | None = None
    near: tuple[float, float] | None = None
    within: float | None = None
    day: int | None = attrs.field(default=None, converter=_weekday)
    free: bool = False
    age: int | None = None
    language: str | None = attrs.field(default=None, converter=attrs.converters.optional(language_named))
    fresh_days: int = FRESH_DAYS

    def __attrs_post_init__(self) -> None:
        if self.near is not None:
            for name, value, most in zip(("latitude", "longitude"), self.near, (90, 180), strict=True):
                if not -most <= value <= most:
                    raise InvalidEntry("search", "near", self.near, f"degrees of {name} run from -{most} to {most}")
        if self.within is not None and not 0 < self.within <= 20_100:
            raise InvalidEntry("search", "within", self.within, "kilometres run from above 0 to 20100")
        if self.within is not None and self.near is None:
            raise InvalidEntry("search", "within", self.within, "say near which place: --near LATITUDE,LONGITUDE")
        if self.age is not None and (type(self.age) is not int or not 0 <= self.age <= 130):
            raise InvalidEntry("search", "age", self.age, "whole years from 0 to 130 are expected")
        if self.text is not None and not self.words:
            raise InvalidEntry("search", "text", self.text, "it holds no word to look for")
        if len(self.words) > MOST_WORDS:
            raise InvalidEntry("search", "text", self.text, f"it has more than {MOST_WORDS} words")
        if self.language is not None and not folded(self.language):
            raise InvalidEntry(
                "search", "language", self.language, "the name of a language is expected, such as Somali"
            )
        if type(self.fresh_days) is not int or not 0 <= self.fresh_days <= 36_500:
            raise InvalidEntry("search", "fresh_days", self.fresh_days, "whole days from 0 to 36500 are expected")

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of the text, each once, in the forms of which one must be said (`folding.wanted`)."""
        return wanted(self.text or "")

    @property
    def phrase(self) -> str:
        """The whole text, folded: what is said together is closer than what is said apart."""
        return folded(self.text or "")

    @property
    def centre(self) -> tuple[float, float, float] | None:
        """Where it is looked for, as a point on a globe of radius 1."""
        return None if self.near is None else on_globe(*self.near)

    @property
    def radius(self) -> float | None:
        """The square of the straight line, on a globe of radius 1, beyond which it is too far."""
        return None if self.within is None else chord_of(self.within) ** 2

    def stale(self, today: date) -> date:
        """The day before which what was checked has to be asked about."""
        return today - timedelta(days=min(self.fresh_days, today.toordinal() - 1))


def searched(opportunity: Opportunity) -> tuple[str, str]:
    """What a search looks through, folded: the name, and everything else that the directory says in words."""
    one = opportunity
    lists = (one.languages, one.areas, one.access, one.attended)
    terms = (part for term in one.terms for part in (term.name, term.vocabulary))
    places = (part for place in one.places for part in (place.name, place.address, *place.access))
    said = (one.organisation, one.description, *terms, one.connects, one.eligibility, one.joining, one.alert, *places)
    others = "\n".join(filter(None, (*said, *(part for parts in lists for part in parts))))
    return searched_in(one.name), searched_in(others)


def languages_searched(opportunity: Opportunity) -> str | None:
    """The languages that it is offered in, folded; None where the directory does not say."""
    return " ".join(map(folded, opportunity.languages)) or None


@attrs.frozen
class Reply:
    """One question about an opportunity: the answer, a sentence that says why, and what to ask where it is unknown."""

    question: str
    answer: Answer
    sentence: str


@attrs.frozen(kw_only=True)
class Match:
    """How an opportunity fits what is looked for. `kilometres` is to the nearest place whose coordinates are known."""

    opportunity: Opportunity
    readings: tuple[Reply, ...] = attrs.field(converter=kept)
    kilometres: float | None = None
    apart: int = 0
    """How closely it says the words: 0 its name says them together, 1 its name says them, 2 it says them together."""
    reach: float = float("inf")
    """What it is ranked by for distance, and grows with it: infinite where that is unknown or beyond the radius."""
    band: int = 0
    """How near it is: 0 within 5 km, or where nobody has to travel, up to 3 beyond 50 km or where it is not known."""

    @property
    def hidden(self) -> bool:
        """Whether a known conflict hides it."""
        return any(one.answer is NO for one in self.readings)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is here."""
        return tuple(one.sentence for one in self.readings if one.answer is YES)

    @property
    def to_ask(self) -> tuple[str, ...]:
        """What is unknown, and so has to be asked about."""
        return tuple(one.sentence for one in self.readings if one.answer is UNKNOWN)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """What is known to be in the way."""
        return tuple(one.sentence for one in self.readings if one.answer is NO)

    @property
    def rank(self) -> tuple[int, int, bool, int, float, str, str]:
        """The smaller, the better: how near at all, what there is to ask about, whether it says when it was checked,
        how closely it says the words, distance; then by name."""
        one = self.opportunity
        return (
            self.band,
            len(self.to_ask),
            one.last_checked is None,
            self.apart,
            self.reach,
            searched_in(one.name),
            one.id,
        )


def match(opportunity: Opportunity, sought: Sought, *, today: date) -> Match:
    """How an opportunity fits what is looked for, as known `today`; of the text only how closely it says the words."""
    accepted("today", today, accept_day)
    centre = sought.centre
    square = None if centre is None else nearest_square(opportunity.places, centre)
    readings = [_runs(opportunity, sought, today)]
    if sought.near is not None:
        readings.append(_near(opportunity, square, sought))
    if sought.day is not None:
        readings.append(_on_day(opportunity, sought.day, today))
    if sought.free:
        readings.append(_free(opportunity, today))
    if sought.age is not None:
        readings.append(_for_age(opportunity, sought.age))
    if sought.language is not None:
        readings.append(_in_language(opportunity, sought.language))
    return Match(
        opportunity=opportunity,
        readings=readings,
        kilometres=None if square is None else kilometres_of(math.sqrt(square)),
        apart=_apart(opportunity, sought),
        reach=square if square is not None and _is_within(square, sought) else float("inf"),
        band=0 if centre is None else _band(opportunity, square, sought),
    )


def _apart(opportunity: Opportunity, sought: Sought) -> int:
    if sought.text is None:
        return 0
    name, others = searched(opportunity)
    if f" {sought.phrase}" in f" {name}":
        return 0
    if all(says(name, forms) for forms in sought.words):
        return 1
    return 2 if f" {sought.phrase}" in f" {others}" else 3


def _band(opportunity: Opportunity, square: float | None, sought: Sought) -> int:
    near = square if square is not None and _is_within(square, sought) else float("inf")
    return 0 if opportunity.is_remote else sum(near > square for square in BANDS)


def says_every_word(opportunity: Opportunity, sought: Sought) -> bool:
    """Whether the opportunity says each word of the text, in one of its forms; so too where no text is asked for."""
    if sought.text is None:
        return True
    name, others = searched(opportunity)
    return all(says(name, forms) or says(others, forms) for forms in sought.words)


_TOGETHER: Final = re.compile(
    r"\b(?:together|each other|one another|with others|other people"
    r"|meet(?:ing)? (?:new )?(?:people|others|friends|like)"
    r"|make (?:new )?friends|new friends|friendships?|sociali[sz]e|sociali[sz]ing|social (?:group|club|contact|event)s?"
    r"|in (?:small )?groups?|(?:small|friendly|peer|support|weekly|self[ -]help) groups?|peer support|companionship"
    r"|lonel(?:y|iness)|isolat(?:ed|ion)|(?:coffee|tea) (?:and|&) (?:a )?chat|(?:a|for) chat|lunch club"
    r"|social club|community caf[eé]|coffee morning|befriend\w*|buddy|buddies|in pairs)\b",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]?")
LONGEST_QUOTE: Final = 200
"""Characters of the directory's own words that one sentence repeats."""


def brings_together(opportunity: Opportunity) -> str | None:
    """How it brings people together, in the directory's words; None where those do not say."""
    if opportunity.connects:
        return opportunity.connects
    text = opportunity.description or ""
    for sentence in _SENTENCE.findall(text):
        if found := _TOGETHER.search(sentence):
            whole = " ".join(sentence.split())
            if len(whole) <= LONGEST_QUOTE:
                return whole
            begins = max(0, found.start() - LONGEST_QUOTE // 2)
            return f"…{' '.join(sentence[begins : begins + LONGEST_QUOTE].split())}…"
    return None


def _said(text: str) -> str:
    return f" (the directory says: {text})" if text else " (the directory does not say)"


def _contradiction(opportunity: Opportunity, about: str) -> str:
    """What the directory says in two ways of something; empty where it does not."""
    found = (one.partition(": ") for one in opportunity.contradictions)
    return next((both for what, _, both in found if what == about), "")


def _runs(opportunity: Opportunity, sought: Sought, today: date) -> Reply:
    checked = opportunity.last_checked
    when = f"last checked on {checked:%d %b %Y}" if checked else "nobody says when it was last checked"
    match opportunity.is_open:
        case Answer.YES if checked and checked < sought.stale(today):
            return Reply(
                "runs",
                UNKNOWN,
                f"whether it still runs (the directory says that it runs; {when}, {_ago(checked, today)})",
            )
        case Answer.YES:
            return Reply("runs", YES, f"it runs ({when})")
        case Answer.NO:
            return Reply("runs", NO, f"it is {opportunity.status} ({when})")
        case _:
            both = _contradiction(opportunity, "status")
            said = f"the directory says both {both.replace(', ', ' and ')}; " if both else ""
            return Reply("runs", UNKNOWN, f"whether it still runs ({said}{when})")


def _ago(day: date, today: date) -> str:
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    count, unit = (
        (months // 12, "year") if months >= 24 else (months, "month") if months else ((today - day).days, "day")
    )
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


def _is_within(square: float, sought: Sought) -> bool:
    return sought.radius is None or square <= sought.radius


def _near(opportunity: Opportunity, square: float | None, sought: Sought) -> Reply:
    away = "" if square is None else f"{kilometres_of(math.sqrt(square)):.1f} km away"
    if square is not None and _is_within(square, sought):
        return Reply("near", YES, f"it is {away}")
    if opportunity.is_remote:
        return Reply("near", YES, f"nobody has to travel: {opportunity.ways}")
    if not opportunity.every_place_is_known:
        places = "; ".join(str(place) for place in opportunity.places if place.latitude is None)
        return Reply("near", UNKNOWN, f"where it takes place, and how far that is{_said(places)}")
    return Reply("near", NO, f"it is {away}, further than {sought.within:g} km")


def _on_day(opportunity: Opportunity, day: int, today: date) -> Reply:
    name = WEEKDAY_NAMES[day]
    said = _said("; ".join(dict.fromkeys(one.said(today) for one in opportunity.times)))
    match opportunity.week.on(day, today):
        case Answer.YES:
            return Reply("day", YES, f"it is on {name}s{said}")
        case Answer.NO:
            return Reply("day", NO, f"it is not on {name}s{said}")
        case _:
            return Reply("day", UNKNOWN, f"whether it is on {name}s{said}")


def _free(opportunity: Opportunity, today: date) -> Reply:
    said = _said(opportunity.prices)
    match opportunity.is_free(today):
        case Answer.YES:
            return Reply("free", YES, "it is free")
        case Answer.NO:
            return Reply("free", NO, f"it is not free{said}")
        case _:
            return Reply("free", UNKNOWN, f"what it costs{said}")


def _for_age(opportunity: Opportunity, age: int) -> Reply:
    ages = opportunity.ages
    match opportunity.admits(age):
        case Answer.YES:
            return Reply("age", YES, f"it is for ages {ages}, and so for {age}")
        case Answer.NO:
            return Reply("age", NO, f"it is for ages {ages}, and not for {age}")
        case _:
            words = "; ".join(filter(None, (_contradiction(opportunity, "ages"), opportunity.eligibility)))
            return Reply("age", UNKNOWN, f"whether it is for age {age}{_said(words) if words else ''}")


def _in_language(opportunity: Opportunity, language: str) -> Reply:
    spoken = languages_searched(opportunity)
    if spoken and f" {folded(language)}" in f" {spoken}":
        return Reply("language", YES, f"it is offered in {language}")
    # that others are named does not say that this one is not spoken
    return Reply("language", UNKNOWN, f"whether it is offered in {language}{_said(', '.join(opportunity.languages))}")
