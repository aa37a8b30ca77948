"""A policy, read from its file, and what it says on a day.

1. A value holds from its day until the day the next one begins, which it does not include. Before the first there is a
   gap; a gap later on is written as one.
2. Nothing is uncited. Each entry has a source, or says in a sentence who decided it locally; a gap does too.
3. A provider's file stands over a shipped one. What it says of a value holds from its own first day; on earlier days
   what the shipped file decided stands, so that nothing that was decided under it changes.
4. The text is the policy. Two with the same text are equal, one fingerprint names it, and the merged text of a file
   and the one below it reads back as the same policy, whatever is shipped by then.
5. Whatever is wrong is said with its file, its line and the nearest name that is known.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, tzinfo
from functools import lru_cache, partial
from hashlib import sha256
from importlib.resources import files
from os import PathLike
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar, cast, get_args
from zoneinfo import available_timezones

import attrs
from dateutil import tz

from iagcore.exceptions import InvalidEntry, InvalidPolicy, nearest
from iagcore.policy.values import VALUES, EmergencyContact, MissedCharge, Rounding, Value, Window, written_day
from iagcore.practice.kinds import PREFIXED, accept_day, accept_id, accept_moment
from iagcore.practice.measures import Bands, Thresholds, scale_named
from iagcore.toml_source import Source, read_text

SHIPPED: Final = ("ways-to-wellbeing", "starter")
"""The policies that come with iagcore, by name."""

Level = Literal["MUST", "SHOULD"]
"""How binding a rule is."""

_SEPARATOR: Final = "# ======== iagcore: what follows stands over what is above ========\n"
_ACCEPT: Final = {value.name: value.accept for value in VALUES}


class Gap(LookupError):
    """Nothing was decided for that day, so nothing is guessed; judging says "not assessed" instead.

    Attributes: `name` (the value asked for), `day`, `why` (the words beside a gap that is written as one, or None).
    """

    def __init__(self, name: str, day: date, why: str | None = None) -> None:
        self.name, self.day, self.why = name, day, why
        super().__init__(f"the policy does not decide {name} on {day}" + (f": {why}" if why else ""))


@attrs.frozen(kw_only=True)
class Cited:
    """A value with its days and its source.

    Attributes: `name` (of a value, or the code of a rule whose level this is); `value` (None in a gap); `since`;
    `until` (the day it no longer holds, or None); `source` (for people: what is cited, or who decided); `local`
    (decided by the provider, not cited); `review_by`; `file` and `line` (where it is written).
    """

    name: str
    value: Any
    since: date
    until: date | None
    source: str
    local: bool
    review_by: date | None = None
    file: str = attrs.field(eq=False)
    line: int | None = attrs.field(eq=False)


History = tuple[Cited, ...]
"""Everything decided under one name, in the order of its days."""


@attrs.frozen(kw_only=True)
class Policy:
    """What was decided: dated, cited values, and the levels of rules where they are not the rule book's own.

    Attributes: `text` (whole and merged; equality goes by it); `name`; `title`; `zone` (in it, a moment has its day);
    `values` and `levels` (histories by the name of the value and the code of the rule); `of_extensions` (the values
    that extensions declare, as far as it was read with them); `kept` (read as a record keeps it, so that what an
    extension declares that is not given stays unread); `fingerprint` (SHA-256 of the text in UTF-8, in hexadecimal).
    """

    text: str = attrs.field(repr=False)
    name: str = attrs.field(eq=False)
    title: str = attrs.field(eq=False)
    zone: tzinfo = attrs.field(eq=False, repr=False)
    values: Mapping[str, History] = attrs.field(eq=False, repr=False)
    levels: Mapping[str, History] = attrs.field(eq=False, repr=False)
    # what is read of one text depends on it
    of_extensions: tuple[Value, ...] = attrs.field(default=(), repr=False)
    kept: bool = attrs.field(default=False, eq=False, repr=False)
    fingerprint: str = attrs.field(init=False, eq=False)

    @fingerprint.default
    def _fingerprint(self) -> str:
        return sha256(self.text.encode()).hexdigest()

    @classmethod
    def load(cls, name_or_path: str | PathLike[str], *, values: Iterable[Value] = ()) -> "Policy":
        """A shipped policy by its name, or a `.toml` by its path, with extensions' `values`. Raises InvalidPolicy."""
        if isinstance(name_or_path, str) and not name_or_path.lower().endswith(".toml"):
            return _policy([_shipped(name_or_path)], tuple(values))
        return cls.parse(read_text(name_or_path, error=InvalidPolicy), file=str(name_or_path), values=values)

    @classmethod
    def parse(cls, text: str, *, file: str = "policy", values: Iterable[Value] = (), kept: bool = False) -> "Policy":
        """A policy from its text, also from the merged text of another policy. Raises InvalidPolicy.

        Of one that is `kept` on a record, what an extension declares that is not given stays unread.
        """
        sources, line = [], 1
        for part in re.split(f"^{re.escape(_SEPARATOR)}", text.replace("\r\n", "\n"), flags=re.MULTILINE):
            sources.append(Source.parse(part, file=file, first_line=line, error=InvalidPolicy))
            line += part.count("\n") + 1
        return _policy(sources, tuple(values), kept=kept)

    @property
    def may_decide(self) -> tuple[Value, ...]:
        """The values that it may decide, those of extensions last."""
        return (*VALUES, *self.of_extensions)

    def day(self, moment: datetime) -> date:
        """The date of an aware time, in the policy's zone. Raises InvalidEntry for a time without its zone."""
        try:
            # worked out once for each moment: a decision asks for the same few over and over
            return (_day if type(moment) is datetime else _day.__wrapped__)(self, moment)
        except ValueError as error:
            raise InvalidEntry("policy", "moment", moment, str(error)) from None

    def end_of(self, day: date) -> datetime:
        """The last second of a day, in the policy's zone."""
        return datetime.combine(day, time(23, 59, 59), tzinfo=self.zone)

    def at(self, day: date) -> "PolicyOnDay":
        """The policy on one day. Raises InvalidEntry for what is not a date."""
        try:
            return (_on_day if type(day) is date else _on_day.__wrapped__)(self, day)
        except ValueError as error:
            raise InvalidEntry("policy", "day", day, str(error)) from None

    def reviews_due(self, day: date) -> History:
        """What is in force on a day though the day to review it by has passed."""
        in_force = self.at(day).in_force
        return tuple(cited for cited in in_force if cited.review_by is not None and cited.review_by < day)

    def __reduce__(self) -> tuple[Callable[[str], "Policy"], tuple[str]]:
        return partial(Policy.parse, values=self.of_extensions, kept=self.kept), (self.text,)


@attrs.frozen(kw_only=True)
class PolicyOnDay:
    """A policy on one day: what a rule reads. A value that the day does not decide raises `Gap`.

    Attributes: `policy`; `day`; `in_force` (everything that stands on the day, gaps too where they are written).
    """

    policy: Policy
    day: date
    in_force: History = attrs.field(eq=False, repr=False)
    _by_name: Mapping[str, Cited] = attrs.field(init=False, eq=False, repr=False)

    @_by_name.default
    def _named(self) -> Mapping[str, Cited]:
        return {cited.name: cited for cited in self.in_force}

    def cited(self, name: str) -> Cited:
        """A value with its days and its source. Raises Gap, and ValueError for a name that no policy decides."""
        known = {value.name: value.accept for value in self.policy.may_decide} if PREFIXED in name else _ACCEPT
        _declared(known, name)
        cited = self._by_name.get(name)
        if cited is None or cited.value is None:
            raise Gap(name, self.day, cited.source if cited else None)
        return cited

    def decides(self, name: str) -> bool:
        """Whether the day decides a value."""
        cited = self._by_name.get(name)
        return cited is not None and cited.value is not None

    def whole(self, name: str) -> int:
        """A value that is a whole number, in its unit. Raises Gap, and ValueError for a name that is not one."""
        value = self.cited(name).value
        if not isinstance(value, int):
            raise ValueError(f"{name} is not a whole number: ask for .{name}")
        return value

    @property
    def missed_charge(self) -> MissedCharge:
        """What a missed or late-cancelled conversation costs, by fault. Raises Gap."""
        charge: MissedCharge = self.cited("missed_charge").value
        return charge

    @property
    def rounding(self) -> Rounding:
        """How minutes are rounded. Raises Gap."""
        rounding: Rounding = self.cited("rounding").value
        return rounding

    @property
    def window(self) -> Window:
        """The days the programme runs. Raises Gap."""
        window: Window = self.cited("window").value
        return window

    def bands(self, scale: str) -> Bands:
        """The bands that scores of a scale are read by. Raises Gap."""
        bands: Bands = self.cited(f"{_stem(scale)}_bands").value
        return bands

    @property
    def required_checks(self) -> tuple[str, ...]:
        """The trainings and checks that the provider requires of a coach. Raises Gap."""
        names: tuple[str, ...] = self.cited("required_checks").value
        return names

    @property
    def emergency_contacts(self) -> tuple[EmergencyContact, ...]:
        """Whom to reach where danger is immediate. Raises Gap."""
        contacts: tuple[EmergencyContact, ...] = self.cited("emergency_contacts").value
        return contacts

    @property
    def eligible_bands(self) -> tuple[str, ...]:
        """The names of the bands that the programme takes for mild to moderate. Raises Gap."""
        names: tuple[str, ...] = self.cited("eligible_bands").value
        return names

    def reading(self, scale: str) -> Thresholds:
        """How scores of a scale are read, as far as the day decides it. Raises InvalidEntry for an unknown scale."""
        parts = (field.name for field in attrs.fields(Thresholds))
        decided = {part: self._by_name.get(f"{_stem(scale)}_{part}") for part in parts}
        return Thresholds(**{part: cited.value for part, cited in decided.items() if cited is not None})

    def level(self, code: str) -> Level | None:
        """The level that this policy sets for a rule, or None where it leaves the rule book's own."""
        cited = self._by_name.get(code)
        level: Level | None = None if cited is None or code not in self.policy.levels else cited.value
        return level


def _stem(scale: str) -> str:
    # PHQ-9 is phq9 in the names of values
    return scale_named(scale).name.replace("-", "").lower()


@lru_cache(maxsize=1024)
def _day(policy: Policy, moment: datetime) -> date:
    return accept_moment(moment).astimezone(policy.zone).date()


@lru_cache(maxsize=1024)
def _on_day(policy: Policy, day: date) -> PolicyOnDay:
    in_force = []
    day = accept_day(day)
    for history in (*policy.values.values(), *policy.levels.values()):
        place = bisect_right(history, day, key=lambda cited: cited.since)
        if place:
            in_force.append(history[place - 1])
    return PolicyOnDay(policy=policy, day=day, in_force=tuple(in_force))


def _shipped(name: str) -> Source:
    if name not in SHIPPED:
        raise InvalidPolicy(
            name,
            None,
            f"no policy of this name is shipped: there are {' and '.join(SHIPPED)}{nearest(name, SHIPPED)}; "
            "a file of your own is named with its .toml",
        )
    text = files("iagcore.policy").joinpath(f"{name}.toml").read_text("utf-8")
    return Source.parse(text, file=f"{name}.toml", error=InvalidPolicy)


def _policy(sources: list[Source], more: tuple[Value, ...], *, kept: bool = False) -> Policy:
    """One policy of one text, or of several of which each stands over the one before."""
    below = _over(sources[0])
    if below is not None:
        if below not in SHIPPED:
            raise sources[0].wrong(
                f"no policy called {below!r} is shipped to stand over: "
                f"there are {' and '.join(SHIPPED)}{nearest(below, SHIPPED)}",
                "over",
            )
        sources = [_shipped(below), *sources]
    name = title = ""
    zone = _accepted(sources[0], zone_named, "zone")
    known = {value.name: value.accept for value in (*VALUES, *more)}
    values: dict[str, History] = {}
    levels: dict[str, History] = {}
    for place, source in enumerate(sources):
        over, below, name = _over(source), name, _accepted(source, accept_id, "name")
        if place and over != below:
            raise source.wrong(f'this part stands over {below!r}, and has to say so: over = "{below}"', "over")
        if name == below:
            raise source.wrong("a policy that stands over another has a name of its own", "name")
        title = _accepted(source, _words, "title")
        if "zone" in source.data:
            zone = _accepted(source, zone_named, "zone")
        named = _histories(source, "value", partial(_declared, known), kept=kept)
        values |= {one: _over_what_was(values.get(one, ()), own) for one, own in named}
        binding = _histories(source, "level", _level_acceptor)
        levels |= {code: _over_what_was(levels.get(code, ()), own) for code, own in binding}
    return Policy(
        text=_SEPARATOR.join(source.text for source in sources),
        name=name,
        title=title,
        zone=zone,
        values=MappingProxyType({name: values[name] for name in known if name in values}),
        levels=MappingProxyType(dict(sorted(levels.items()))),
        of_extensions=more,
        kept=kept,
    )


def _over(source: Source) -> str | None:
    """The name this text stands over, once it is known to be a policy's, of the format that is read here."""
    schema = source.data.get("schema")
    if type(schema) is not int or schema != 1:
        raise source.wrong("a policy says schema = 1, the only format that is known here", "schema")
    _known(source, source.data, ("schema", "name", "title", "zone", "over", "value", "level"))
    return _accepted(source, accept_id, "over") if "over" in source.data else None


def _known(source: Source, table: Iterable[str], known: tuple[str, ...], *path: str | int) -> None:
    for name in table:
        if name not in known:
            raise source.wrong(f"{name!r} is not known here{nearest(name, known)}", *path, name)


T = TypeVar("T")


def _accepted(source: Source, accept: Callable[[Any], T], *path: str | int, of: str = "") -> T:
    """What stands at a path, accepted; `of` says in an error what it belongs to."""
    held: Any = source.data
    for step in path[:-1]:
        held = held[step]
    key = path[-1]
    if key not in held:
        raise source.wrong(f"{of}{key!r} is missing", *path)
    try:
        return accept(held[key])
    except ValueError as error:
        raise source.wrong(f"{of}{key}: {error}", *path) from None


def _words(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("a text is expected")
    words = " ".join(value.split())
    if not words:
        raise ValueError("it is empty")
    if not words.isprintable():
        raise ValueError("it has a character that cannot be shown")
    return words


def zone_named(value: Any) -> tzinfo:
    """The time zone that a place names, such as Europe/London. Raises ValueError."""
    # dateutil makes a rule of words that only look like a zone ("Europe/London5"), and asks the machine for others
    # ("BST"): neither is the name of a place, and the day of a moment must not depend on where it is asked
    name = _words(value)
    zone = tz.gettz(name) if re.fullmatch(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+)+|UTC", name) else None
    if zone is None or isinstance(zone, tz.tzstr):
        raise ValueError(f"no time zone is called {name!r}{nearest(name, sorted(available_timezones()))}")
    return zone


def _declared(known: Mapping[str, Callable[[Any], Any]], name: str) -> Callable[[Any], Any]:
    if name not in known:
        of_an_extension = ": the extension that declares it has to be given" if PREFIXED in name else ""
        raise ValueError(f"no policy value is called {name!r}{nearest(name, known) or of_an_extension}")
    return known[name]


def _level_acceptor(code: str) -> Callable[[Any], Any]:
    if not re.fullmatch("[A-Z]{3}-[0-9]{2}", code):
        raise ValueError(f"the code of a rule looks like ALW-01, not {code!r}")
    return _level


def _level(value: Any) -> Level:
    for level in get_args(Level):
        if value == level:
            return cast(Level, level)
    raise ValueError('"MUST" or "SHOULD" is expected')


def _histories(
    source: Source, table: str, acceptor: Callable[[str], Callable[[Any], Any]], *, kept: bool = False
) -> Iterator[tuple[str, History]]:
    named = source.data.get(table, {})
    if type(named) is not dict:
        raise source.wrong(f"{table} holds dated entries, each under [[{table}.NAME]]", table)
    for name, entries in named.items():
        try:
            accept = acceptor(name)
        except ValueError as error:
            if kept and PREFIXED in name:
                continue
            raise source.wrong(str(error), table, name) from None
        if type(entries) is not list or not entries or any(type(entry) is not dict for entry in entries):
            raise source.wrong(f"each entry begins with [[{table}.{name}]], in two brackets", table, name)
        history: list[Cited] = []
        for place in range(len(entries)):
            entry = _entry(source, accept, table, name, place)
            if history:
                _in_order(source, history[-1], entry, table, name, place)
                history[-1] = attrs.evolve(history[-1], until=entry.since)
            history.append(entry)
        yield name, tuple(history)


def _over_what_was(below: History, own: History) -> History:
    """A history that takes effect from its own first day, after what was decided below it for the days before."""
    before = [one for one in below if one.since < own[0].since]
    if before and (before[-1].until is None or before[-1].until > own[0].since):
        before[-1] = attrs.evolve(before[-1], until=own[0].since)
    return (*before, *own)


def _in_order(source: Source, before: Cited, entry: Cited, *path: str | int) -> None:
    if entry.since == before.since:
        raise source.wrong(f"{entry.name}: two entries are from {entry.since}, so they overlap", *path, "from")
    if entry.since < before.since:
        reason = f"{entry.name}: the entry from {entry.since} comes after the one from {before.since}"
        raise source.wrong(f"{reason}; the earlier day goes first", *path, "from")


def _entry(source: Source, accept: Callable[[Any], Any], table: str, name: str, place: int) -> Cited:
    """One `[[value.NAME]]` or `[[level.CODE]]`; the day until which it holds is the next one's."""
    path = (table, name, place)
    entry = source.data[table][name][place]
    _known(source, entry, ("from", "value", "gap", "source", "local", "review_by"), *path)
    since = _accepted(source, written_day, *path, "from", of=f"{name}: ")
    of = f"{name} from {since}: "
    if ("value" in entry) == ("gap" in entry):
        raise source.wrong(f"{of}a value or gap = true is expected, one of the two", *path)
    if entry.get("gap", True) is not True:
        raise source.wrong(f"{of}a gap is written gap = true, or left out", *path, "gap")
    value = _accepted(source, accept, *path, "value", of=of) if "value" in entry else None
    local = "local" in entry
    if "source" not in entry and not local:
        raise source.wrong(f'{of}it is uncited: give its source, or local = "who decided, and why"', *path)
    if "source" in entry and local:
        raise source.wrong(f"{of}either a source or local is expected, not both", *path, "local")
    review_by = _accepted(source, written_day, *path, "review_by", of=of) if "review_by" in entry else None
    if review_by is not None and review_by < since:
        raise source.wrong(f"{of}its review, by {review_by}, is due before it begins", *path, "review_by")
    return Cited(
        name=name,
        value=value,
        since=since,
        until=None,
        source=_accepted(source, _words, *path, "local", of=of) if local else _source(source, of, *path, "source"),
        local=local,
        review_by=review_by,
        file=source.file,
        line=source.line(*path),
    )


def _source(source: Source, of: str, *path: str | int) -> str:
    """A title, a clause and an address, as a person would cite them."""
    cited = _accepted(source, _table, *path, of=of)
    _known(source, cited, ("title", "clause", "address"), *path)
    title = _accepted(source, _words, *path, "title", of=f"{of}source: ")
    clause, address = (
        _accepted(source, _words, *path, part, of=f"{of}source: ") if part in cited else None
        for part in ("clause", "address")
    )
    return title + (f", {clause}" if clause else "") + (f" ({address})" if address else "")


def _table(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise ValueError('{ title = "…" } is expected, with its clause and address where there are any')
    return value
