"""How an opportunity fits what is looked for: three answers a question, and a sentence for each.

*Yes* and *no* are for what is known. Whatever is not said is *unknown*: it is shown, after what is known to fit, with
what to ask about. Only a known conflict hides an opportunity: it has closed, it lies beyond the radius, it is not on
that day, it costs something, it is for other ages.

Words are different: they choose what is looked at. An opportunity is found by a text where each of its words begins a
word of the name, the organisation, the description or the terms; case and accents make no difference.

What fits is ranked by how little there is to ask about, then by whether its name says the words, then by distance.
"""

import math
import re
import unicodedata
from datetime import date
from typing import Final

import attrs

from iagcore.exceptions import InvalidEntry, nearest
from iagcore.practice.kinds import accept_day, accepted, kept
from iagcore.practice.opportunities import (
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

MOST_WORDS: Final = 20
"""Words of one search."""
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
    name (kept as 0 for Monday to 6); `free`; `age`, whole years. Raises `InvalidEntry` for a malformed value.
    """

    text: str | None = None
    near: tuple[float, float] | None = None
    within: float | None = None
    day: int | None = attrs.field(default=None, converter=_weekday)
    free: bool = False
    age: int | None = None

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

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text, folded, each once."""
        return tuple(dict.fromkeys(folded(self.text or "").split()))

    @property
    def centre(self) -> tuple[float, float, float] | None:
        """Where it is looked for, as a point on a globe of radius 1."""
        return None if self.near is None else on_globe(*self.near)

    @property
    def radius(self) -> float | None:
        """The square of the straight line, on a globe of radius 1, beyond which it is too far."""
        return None if self.within is None else chord_of(self.within) ** 2


def folded(text: str) -> str:
    """A text as searches see it: no case, no accents, words of letters and digits between single spaces."""
    if text.isascii():
        return _APART.sub(" ", text.lower()).strip()
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


_APART: Final = re.compile(r"[^0-9a-z]+")


def searched(opportunity: Opportunity) -> tuple[str, str]:
    """What a search looks through, folded: the name, and everything else that is looked at."""
    terms = " ".join(term.name for term in opportunity.terms)
    others = " ".join(filter(None, (opportunity.organisation, opportunity.description, terms, opportunity.connects)))
    return folded(opportunity.name), folded(others)


@attrs.frozen
class Reading:
    """One question about an opportunity: the answer, a sentence that says why, and what to ask where it is unknown."""

    question: str
    answer: Answer
    sentence: str


@attrs.frozen
class Match:
    """How an opportunity fits what is looked for. `kilometres` is to the nearest place whose coordinates are known."""

    opportunity: Opportunity
    readings: tuple[Reading, ...] = attrs.field(converter=kept)
    kilometres: float | None = None
    name_says_it: bool = False
    reach: float = float("inf")
    """What it is ranked by for distance, and grows with it: infinite where that is unknown or beyond the radius."""

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
    def rank(self) -> tuple[int, bool, float, str, str]:
        """The smaller, the better: what there is to ask about, whether the name says it, distance; then by name."""
        name = searched(self.opportunity)[0]
        return len(self.to_ask), not self.name_says_it, self.reach, name, self.opportunity.id


def match(opportunity: Opportunity, sought: Sought, *, today: date) -> Match:
    """How an opportunity fits what is looked for, as known `today`; of the text only whether the name says it."""
    accepted("today", today, accept_day)
    centre = sought.centre
    square = None if centre is None else nearest_square(opportunity.places, centre)
    readings = [_runs(opportunity)]
    if sought.near is not None:
        readings.append(_near(opportunity, square, sought))
    if sought.day is not None:
        readings.append(_on_day(opportunity, sought.day, today))
    if sought.free:
        readings.append(_free(opportunity, today))
    if sought.age is not None:
        readings.append(_for_age(opportunity, sought.age))
    kilometres = None if square is None else kilometres_of(math.sqrt(square))
    reach = square if square is not None and _is_within(square, sought) else float("inf")
    name = f" {searched(opportunity)[0]}"
    says = bool(sought.words) and all(f" {word}" in name for word in sought.words)
    return Match(opportunity, readings, kilometres, says, reach)


def says_every_word(opportunity: Opportunity, sought: Sought) -> bool:
    """Whether each word of the text begins a word of the opportunity; so too where no text is asked for."""
    text = " ".join(("", *searched(opportunity)))
    return all(f" {word}" in text for word in sought.words)


def _runs(opportunity: Opportunity) -> Reading:
    checked = opportunity.last_checked
    when = f"last checked on {checked:%d %b %Y}" if checked else "nobody says when it was last checked"
    match opportunity.is_open:
        case Answer.YES:
            return Reading("runs", YES, f"it runs ({when})")
        case Answer.NO:
            return Reading("runs", NO, f"it is {opportunity.status} ({when})")
        case _:
            return Reading("runs", UNKNOWN, f"whether it still runs ({when})")


def _is_within(square: float, sought: Sought) -> bool:
    return sought.radius is None or square <= sought.radius


def _near(opportunity: Opportunity, square: float | None, sought: Sought) -> Reading:
    away = "" if square is None else f"{kilometres_of(math.sqrt(square)):.1f} km away"
    if square is not None and _is_within(square, sought):
        return Reading("near", YES, f"it is {away}")
    if opportunity.is_remote:
        return Reading("near", YES, f"nobody has to travel ({', '.join(opportunity.attended)})")
    if not opportunity.every_place_is_known:
        places = "; ".join(str(place) for place in opportunity.places if place.latitude is None)
        where = f" (the directory says: {places})" if places else " (the directory does not say)"
        return Reading("near", UNKNOWN, f"where it takes place, and how far that is{where}")
    return Reading("near", NO, f"it is {away}, further than {sought.within:g} km")


def _on_day(opportunity: Opportunity, day: int, today: date) -> Reading:
    name = WEEKDAY_NAMES[day]
    times = "; ".join(dict.fromkeys(str(one) for one in opportunity.times))
    said = f" (the directory says: {times})" if times else " (the directory does not say)"
    match opportunity.week.on(day, today):
        case Answer.YES:
            return Reading("day", YES, f"it is on {name}s{said}")
        case Answer.NO:
            return Reading("day", NO, f"it is not on {name}s{said}")
        case _:
            return Reading("day", UNKNOWN, f"whether it is on {name}s{said}")


def _free(opportunity: Opportunity, today: date) -> Reading:
    prices = "; ".join(filter(None, (*map(str, opportunity.costs), opportunity.fees)))
    said = f" (the directory says: {prices})" if prices else " (the directory does not say)"
    match opportunity.is_free(today):
        case Answer.YES:
            return Reading("free", YES, "it is free")
        case Answer.NO:
            return Reading("free", NO, f"it is not free{said}")
        case _:
            return Reading("free", UNKNOWN, f"what it costs{said}")


def _for_age(opportunity: Opportunity, age: int) -> Reading:
    least, most = opportunity.least_age, opportunity.most_age
    ages = f"{least} to {most}" if None not in (least, most) else f"from {least}" if most is None else f"up to {most}"
    match opportunity.admits(age):
        case Answer.YES:
            return Reading("age", YES, f"it is for ages {ages}, and so for {age}")
        case Answer.NO:
            return Reading("age", NO, f"it is for ages {ages}, and not for {age}")
        case _:
            said = f" (the directory says: {opportunity.eligibility})" if opportunity.eligibility else ""
            return Reading("age", UNKNOWN, f"whether it is for age {age}{said}")
