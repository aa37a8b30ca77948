"""What a kind of entry declares, and what its fields may hold.

Everything that can be put on the record is an *entry*: one frozen class per kind. A kind declares, in one place, its
nature (a plan can be refused, a fact cannot), the subjects it is filed under, what else a decision about it reads, and
who may make it. Each field declares by its type what it may hold and its class: what may leave, and to whom, is
decided from that class alone.

Values are checked when an entry is made, strictly: nothing is coerced. `"45"` is not minutes, 45.0 is not a whole
number, `"no"` is not a truth value, a string is not a list, and a time without its zone is not a time.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, TypeVar, Union, dataclass_transform, get_args, get_origin

import attrs

from iagcore.exceptions import InvalidEntry, nearest
from iagcore.exceptions import kept as kept  # noqa: PLC0414 # the practice modules have it from here
from iagcore.practice.parties import role_of
from iagcore.practice.times import nearest_to_what_never_comes


class Nature(StrEnum):
    """Whether an entry is a plan (it has not happened, and may be refused), a fact (it has), or neither."""

    PLAN = "plan"
    FACT = "fact"
    NEITHER = "neither"


PLAN, FACT, NEITHER = Nature.PLAN, Nature.FACT, Nature.NEITHER
"""The natures, as a kind is declared with one of them."""


class Amendable(StrEnum):
    """How what is on the record may be put right."""

    CORRECTED = "corrected or withdrawn"
    WITHDRAWN = "withdrawn and made again"
    ANNOTATED = "annotated"


CORRECTED, WITHDRAWN, ANNOTATED = Amendable.CORRECTED, Amendable.WITHDRAWN, Amendable.ANNOTATED
"""*Withdrawn*: it rests on consent, which lies beyond its home. *Annotated*: it stays as it was said, with a note."""


class FieldClass(StrEnum):
    """What a field may give away; every outlet lists the classes it may carry, and none lists *unclassified*."""

    IDENTIFIER = "identifier"
    FREE_TEXT = "free text"
    SPECIAL_CATEGORY = "special category"
    HEALTH_TEXT = "special category, in free text"
    RESTRICTED = "restricted"
    PLAIN = "plain"
    UNCLASSIFIED = "unclassified"


ROLES: Final = ("learner", "coach", "lead", "safeguarding-lead", "researcher")
"""The roles a party is written with. The host authenticates; the prefix is the role that the host vouches for."""


@attrs.frozen
class FieldType:
    """What a field may hold: a name for people, a class for outlets, the check of a value, and its words if few.

    `accept` is the limits themselves where they are a `Whole` or a `Text`, so that neither can drift from the other.
    `usual` is what an ordinary entry has there; None where that depends on what was said before.
    """

    name: str
    field_class: FieldClass
    accept: Callable[[Any], Any] = attrs.field(repr=False)
    choices: tuple[str, ...] = ()
    usual: object = None


UNSEEN: Final = ("Cf", "Zl", "Zp")
"""The categories of characters by which two ids could differ and look the same: joiners, directions, separators."""


@attrs.frozen
class Text:
    """A check for texts: so many characters at most, in `lines` or all in one and seen; of one `form`, if any."""

    longest: int
    lines: bool = False
    form: str = ""
    otherwise: str = ""

    def __call__(self, value: Any) -> str:
        """The text. Raises ValueError; with `otherwise` where it is not of the form."""
        if type(value) is not str:
            raise ValueError("a text is expected")
        if not value.strip():
            raise ValueError("it is empty")
        if len(value) > self.longest:
            raise ValueError(f"it has {len(value)} characters; at most {self.longest} are kept")
        for character in value:
            if unicodedata.category(character) in ("Cc", "Cs") and not (self.lines and character in "\r\n\t"):
                raise ValueError(f"it has a control character (U+{ord(character):04X})")
            if unicodedata.category(character) in UNSEEN and not self.lines:
                raise ValueError(f"it has a character that cannot be seen (U+{ord(character):04X})")
        if self.form and not re.fullmatch(self.form, value):
            raise ValueError(self.otherwise)
        return value


accept_id = Text(64)
accept_words = Text(20_000, lines=True)


def accept_party(value: Any) -> str:
    """A party, always written with its role: `coach:nina`. Raises ValueError."""
    text = accept_id(value)
    role, colon, reference = text.partition(":")
    if not colon or not reference.strip() or role not in ROLES:
        raise ValueError(
            f"a party is written with its role ({', '.join(ROLES)}), such as coach:nina{nearest(role, ROLES)}"
        )
    return text


def _party_of(role: str) -> Callable[[Any], str]:
    def accept(value: Any) -> str:
        text = accept_party(value)
        if not text.startswith(f"{role}:"):
            raise ValueError(f"a {role} is expected, written {role}:…")
        return text

    return accept


accept_learner = _party_of("learner")
accept_coach = _party_of("coach")


def _accept_staff(value: Any) -> str:
    text = accept_party(value)
    if role_of(text) == "learner":
        raise ValueError("somebody who works for the programme is expected, not a learner")
    return text


FIRST_MOMENT, LAST_MOMENT = datetime(1900, 1, 2, tzinfo=UTC), datetime(2999, 12, 30, 23, 59, 59, 999_999, UTC)


def accept_moment(value: Any) -> datetime:
    """An aware time, kept in UTC. Raises ValueError."""
    if type(value) is not datetime:
        raise ValueError("a time is expected, with its date and its zone")
    if value.utcoffset() is None:
        raise ValueError("the time has no zone: say which offset it is in, such as +01:00")
    if not 1900 <= value.year <= 2999:
        raise ValueError("the year is outside 1900 to 2999")
    if not FIRST_MOMENT <= value <= LAST_MOMENT:
        # a day at each end is left out, so that a moment has a year that is kept in every zone
        raise ValueError("the time is outside 2 January 1900 to 30 December 2999")
    near = nearest_to_what_never_comes(value)
    if near is not None:
        raise ValueError(f"the clocks go forward over this time: the nearest are {near[0]:%H:%M} and {near[1]:%H:%M}")
    return value.astimezone(UTC)


def accept_day(value: Any) -> date:
    """A date without a time. Raises ValueError."""
    if type(value) is not date:
        raise ValueError("a date is expected, without a time")
    if not 1900 <= value.year <= 2999:
        raise ValueError("the year is outside 1900 to 2999")
    return value


@attrs.frozen
class Whole:
    """A check for whole numbers of a unit, both ends included."""

    least: int
    most: int
    unit: str

    def __call__(self, value: Any) -> int:
        """The number. Raises ValueError."""
        if type(value) is not int:
            raise ValueError(f"a whole number of {self.unit} is expected")
        if not self.least <= value <= self.most:
            raise ValueError(f"{self.unit} run from {self.least} to {self.most}")
        return value


def accept_flag(value: Any) -> bool:
    """True or false, and nothing that reads like it. Raises ValueError."""
    if type(value) is not bool:
        raise ValueError("true or false is expected")
    return value


def one_of(name: str, *choices: str, aliases: Mapping[str, str] | None = None, usual: str = "") -> FieldType:
    """A field that holds one of a few words; an alias is accepted and kept as the word it stands for.

    `usual` is the word that an ordinary entry has, by default the first.
    """
    meanings = {**{choice: choice for choice in choices}, **(aliases or {})}

    def accept(value: Any) -> str:
        if type(value) is not str:
            raise ValueError(f"one of {', '.join(choices)} is expected")
        if value not in meanings:
            raise ValueError(f"one of {', '.join(choices)} is expected{nearest(value, meanings)}")
        return meanings[value]

    return FieldType(name, FieldClass.PLAIN, accept, choices, usual or choices[0])


_TEN_DIGITS: Final = Text(64, form="[1-9][0-9]{9}", otherwise="a ULN has 10 digits and does not begin with 0")


def _uln(value: Any) -> str:
    text = _TEN_DIGITS(value)
    total = sum(int(digit) * weight for digit, weight in zip(text, range(10, 0, -1), strict=True))
    if text != "9999999999" and total % 11 != 10:
        raise ValueError("the ULN's last digit does not fit the others: check it for a slip")
    return text


_learn_ref_number: Final = Text(
    64, form="[A-Za-z0-9 ]{1,12}", otherwise="a learner reference number has 1 to 12 letters, digits or spaces"
)


Id = Annotated[str, FieldType("id", FieldClass.IDENTIFIER, accept_id)]
"""The caller's own opaque string: 1 to 64 characters, no control characters."""
Party = Annotated[str, FieldType("party", FieldClass.IDENTIFIER, accept_party)]
"""Any party, written with its role."""
LearnerRef = Annotated[str, FieldType("learner", FieldClass.IDENTIFIER, accept_learner)]
CoachRef = Annotated[str, FieldType("coach", FieldClass.IDENTIFIER, accept_coach)]
StaffRef = Annotated[str, FieldType("staff", FieldClass.IDENTIFIER, _accept_staff)]
"""Somebody who works for the programme; never a learner, whose name would not go with them when they are erased."""
Moment = Annotated[datetime, FieldType("moment", FieldClass.PLAIN, accept_moment)]
"""An aware time, kept in UTC."""
Day = Annotated[date, FieldType("day", FieldClass.PLAIN, accept_day)]
Minutes = Annotated[int, FieldType("minutes", FieldClass.PLAIN, Whole(1, 100_000, "minutes"))]
"""Whole minutes, at least 1."""
Age = Annotated[int, FieldType("age", FieldClass.PLAIN, Whole(0, 130, "years"))]
"""Whole years that a learner attests; no birth date is held."""
Commitment = Annotated[int, FieldType("commitment", FieldClass.PLAIN, Whole(1, 10, "points of commitment"), usual=10)]
Flag = Annotated[bool, FieldType("flag", FieldClass.PLAIN, accept_flag, usual=True)]
SAID: Final = "As it was said."
Words = Annotated[str, FieldType("words", FieldClass.FREE_TEXT, accept_words, usual=SAID)]
"""Free text: somebody's own words."""
HealthWords = Annotated[str, FieldType("words", FieldClass.HEALTH_TEXT, accept_words, usual=SAID)]
"""Free text about health: special category data, in somebody's own words."""
RestrictedWords = Annotated[str, FieldType("words", FieldClass.RESTRICTED, accept_words, usual=SAID)]
"""Free text that only its author and the safeguarding lead see."""
ULN = Annotated[str, FieldType("unique learner number", FieldClass.IDENTIFIER, _uln)]
"""10 digits with a check digit (HESA, "Unique learner number"); 9999999999 is the temporary value."""
LearnRefNumber = Annotated[str, FieldType("learner reference number", FieldClass.IDENTIFIER, _learn_ref_number)]
"""ILR guidance 2022 to 2023, LearnRefNumber."""
UKPRN = Annotated[int, FieldType("provider number", FieldClass.IDENTIFIER, Whole(10_000_000, 99_999_999, "UKPRN"))]
"""ILR guidance 2022 to 2023, PartnerUKPRN."""
Points = Annotated[int, FieldType("points", FieldClass.SPECIAL_CATEGORY, Whole(0, 100, "points"))]
"""Whole points of a scale about health: special category data. The scale itself says which may be."""
ItemNumber = Annotated[int, FieldType("item number", FieldClass.SPECIAL_CATEGORY, Whole(1, 100, "item numbers"))]
"""Which item of such a scale, counted from 1."""


T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Field:
    """One field as its kind declares it: `optional` may be None, `many` is a list, and some may be left out."""

    name: str
    type: FieldType
    optional: bool
    many: bool
    may_be_left_out: bool


@attrs.frozen(kw_only=True)
class Kind:
    """What a kind of entry declares. Nothing else lists kinds: whatever treats some of them otherwise asks for it here.

    Attributes: `name` (kebab-case, as journey files write it, after an extension's prefix); `nature`; `about`, the
    words for the subjects it is filed under, its home first (*any home* is wherever the record stands that it is
    about); `by`, the roles that may make it; `reads`, further subjects that a decision looks at; `fields`; `opens`, the
    sort of line that it opens, and the field that names the line; `parts`, the parts of a home that it changes;
    `in_confidence`, whether all of it is hidden from everybody but its author and the safeguarding lead, or a function
    of the entry (None is unsaid, and what is unsaid is hidden); `begins`, the field by whose id it begins something;
    `points_to`, by field, the things that its id may name, as the kinds call them that begin them; `shows`, the field
    that names an opportunity; `may_come_first`, whether it may be the first record of a home, whose learner it then
    fixes for ever; `amended`, how it may be put right; `family`, the kinds that may take its place in a correction, by
    default no other; `usually`, the optional fields that an ordinary entry has; `plain`, its name to a learner, where
    its own would read oddly.
    """

    name: str
    nature: Nature
    about: tuple[str, ...]
    by: tuple[str, ...]
    reads: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    opens: tuple[str, str] | None = None
    parts: tuple[str, ...] = ()
    in_confidence: "bool | Callable[[Any], bool] | None" = None
    begins: str | None = None
    points_to: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    shows: str | None = None
    may_come_first: bool = False
    amended: Amendable = CORRECTED
    family: str = ""
    usually: tuple[str, ...] = ()
    plain: str = ""

    def touches(self, thing: str) -> bool:
        """Whether it begins such a thing, or points to one: `diary`, `concern`, `record`."""
        return thing == self.begins or any(thing in things for things in self.points_to.values())

    @property
    def is_of_a_concern(self) -> bool:
        """Whether it is said of a concern, and hidden as a whole."""
        return self.touches("concern") and self.in_confidence in (True, None)

    @property
    def begins_anew(self) -> bool:
        """Whether the id of what it begins has to be new: a conversation has a life of its own, a concern a home."""
        named = (field for field in self.fields if field.name == self.begins and not field.many)
        return self.in_confidence is not True and any(field.name != "conversation" for field in named)

    @property
    def is_of_a_coach(self) -> bool:
        """Whether it stands on a coach's own record."""
        return self.about[0] == "coach"

    @property
    def stands_anywhere(self) -> bool:
        """Whether it stands on a journey or on a coach's record, wherever the record stands that it is about."""
        return self.about[0] == ANY_HOME


class Entry:
    """One thing put on the record. Every kind of entry is a frozen class of its own."""

    __slots__ = ()
    declares: ClassVar[Kind]


def is_in_confidence(entry: Entry) -> bool:
    """Whether the whole of an entry is hidden: its kind says so, or does not say, or it says something restricted."""
    kind = entry.declares
    said = kind.in_confidence(entry) if callable(kind.in_confidence) else kind.in_confidence
    restricted = (field for field in kind.fields if field.type.field_class is FieldClass.RESTRICTED)
    return said is not False or any(getattr(entry, field.name) is not None for field in restricted)


def begun_anew(entry: Entry) -> tuple[str, Any] | None:
    """What an entry begins under an id that has to be new, and the id; None where it begins nothing like that."""
    return begun_by(entry) if entry.declares.begins_anew else None


def begun_by(entry: Entry) -> tuple[str, Any] | None:
    """What an entry begins, such as a goal, and under which id; None where it begins nothing."""
    field = entry.declares.begins
    return None if field is None else (field, getattr(entry, field))


def pointed_to_by(entry: Entry) -> frozenset[tuple[str, Any]]:
    """The things that an entry may point to, with the id that it gives for each."""
    points_to = entry.declares.points_to
    return frozenset((thing, getattr(entry, field)) for field, things in points_to.items() for thing in things)


def id_of(entry: Entry, thing: str) -> str | None:
    """The id that an entry gives of a thing that it begins or points to."""
    named = (*pointed_to_by(entry), begun_by(entry))
    return next((one[1] for one in named if one is not None and one[0] == thing), None)


UNCLASSIFIED: Final = FieldType("unclassified", FieldClass.UNCLASSIFIED, lambda value: value)
"""What a field is taken for whose class nobody has said: it is kept, and goes nowhere."""


PREFIXED: Final = "/"
"""What stands between the name of an extension and that of its kind, or of its policy value: `sac/exam_weeks`."""


def kebab(name: str) -> str:
    """`ConversationBooked` is written `conversation-booked` in files."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _field(attribute: "attrs.Attribute[Any]") -> Field:
    annotation: Any = attribute.type
    optional = many = False
    if get_origin(annotation) in (Union, UnionType):
        optional = True
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is tuple:
        many = True
        annotation = get_args(annotation)[0]
    field_type = next((part for part in get_args(annotation) if isinstance(part, FieldType)), UNCLASSIFIED)
    return Field(
        name=attribute.name,
        type=field_type,
        optional=optional,
        many=many,
        may_be_left_out=attribute.default is not attrs.NOTHING,
    )


def _converter(kind: str, field: Field) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if value is None and field.optional:
            return None
        try:
            if not field.many:
                return field.type.accept(value)
            if not isinstance(value, list | tuple):
                raise ValueError("a list is expected")
            return tuple(field.type.accept(item) for item in value)
        except (ValueError, OverflowError) as error:
            private = field.type.field_class not in (FieldClass.IDENTIFIER, FieldClass.PLAIN)
            raise InvalidEntry(kind, field.name, value, str(error), private=private) from None

    return convert


def accepted(argument: str, value: Any, accept: Callable[[Any], T]) -> T:
    """An argument that stands beside an entry (`at`, `by`, `id`): the same strictness, the same error."""
    try:
        return accept(value)
    except (ValueError, OverflowError) as error:
        raise InvalidEntry("argument", argument, value, str(error)) from None


def _names_its_own_fields(kind: str, fields: Iterable[Field], named: Iterable[str | None]) -> None:
    own = [field.name for field in fields]
    for name in named:
        if name is not None and name not in own:
            raise TypeError(f"{kind} declares something of {name!r}, which is no field of it{nearest(name, own)}")


Names = str | tuple[str, ...]
"""One name, or several."""


def _each(named: Names) -> tuple[str, ...]:
    return (named,) if isinstance(named, str) else named


E = TypeVar("E", bound=type[Entry])


ANY_HOME: Final = "any home"


@dataclass_transform(kw_only_default=True, frozen_default=True)
def kind(
    nature: Nature,
    *,
    by: Names,
    about: Names = "journey",
    reads: Names = (),
    opens: tuple[str, str] | None = None,
    parts: Names = (),
    in_confidence: bool | Callable[[Any], bool] | None = None,
    begins: str | None = None,
    points_to: Names | Mapping[str, Names] = (),
    shows: str | None = None,
    may_come_first: bool = False,
    amended: Amendable = CORRECTED,
    family: str = "",
    usually: Names = (),
    plain: str = "",
    prefix: str = "",
) -> Callable[[E], E]:
    """Declare a kind of entry; what comes back is a plain `attrs.frozen` class, keyword-only, checking its values.

    One name may stand alone, and the field alone where the thing that it points to is called as the field is. `prefix`
    is the name of the extension that the kind belongs to: `sac` makes it `sac/text-message-sent`.

    Raises TypeError where a declaration names a field that the kind does not have.
    """
    named = points_to if isinstance(points_to, Mapping) else {field: field for field in _each(points_to)}
    about, usually = _each(about), _each(usually)
    pointed = {field: _each(things) for field, things in named.items()}

    def decorate(cls: E) -> E:
        name = f"{prefix}{PREFIXED}{kebab(cls.__name__)}" if prefix else kebab(cls.__name__)
        declared: list[Field] = []

        def strictly(_: type, attributes: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
            declared.extend(_field(attribute) for attribute in attributes)
            return [
                attribute.evolve(converter=_converter(name, field))
                for attribute, field in zip(attributes, declared, strict=True)
            ]

        made = attrs.frozen(kw_only=True, field_transformer=strictly)(cls)
        _names_its_own_fields(name, declared, (begins, shows, *pointed, *usually))
        made.declares = Kind(
            name=name,
            nature=nature,
            about=about,
            by=_each(by),
            reads=_each(reads),
            fields=tuple(declared),
            opens=opens,
            parts=_each(parts),
            in_confidence=in_confidence,
            begins=begins,
            points_to=pointed,
            shows=shows,
            may_come_first=may_come_first or about[0] == "coach",
            amended=amended,
            family=family or name,
            usually=usually,
            plain=plain,
        )
        return made

    return decorate
