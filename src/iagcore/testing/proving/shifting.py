"""Shifting: policies that differ from a given one in a single number, or in the day from which it holds.

Nothing is written: a shifted policy stands in memory alone, under a fingerprint of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

import attrs

from iagcore.policy import Cited, MissedCharge, Policy, Rounding, Window
from iagcore.practice.measures import Band, Bands

DAY: Final = timedelta(days=1)
BY_ONE: Final = ((1, "one more"), (-1, "one fewer"))
BY_A_DAY: Final = ((1, "a day later"), (-1, "a day earlier"))
Written = tuple[str, str, int | None]
"""What is written once, in however many policies: the name of a value, or the code of a rule, its file and its line."""


def written(cited: Cited) -> Written:
    """Where an entry of a policy is written."""
    return cited.name, cited.file, cited.line


def entries(policy: Policy, names: Iterable[str]) -> Iterator[Cited]:
    """The entries of a policy that decide these values, and every level that it sets.

    Of what stands over another file, not what that file says of the days before: that is proven where it was written.
    """
    wanted = frozenset(names)
    for history in (*(policy.values[name] for name in policy.values if name in wanted), *policy.levels.values()):
        yield from (one for one in history if one.file == history[-1].file)


def numbers_by_one(cited: Cited, policy: Policy) -> Iterator[tuple[str, Any]]:
    """The values that differ in one number by one, each with what is changed; none where there is no number.

    The days of a window are moved by one. Of bands, those bounds are moved that tell who is within the programme from
    who is not: between two bands that the policy takes alike, a bound decides nothing.
    """
    for by, change in BY_ONE:
        match cited.value:
            case int():
                yield from _accepted(cited, change, by, policy)
            case MissedCharge():
                for fault in ("learner_excused", "learner_unexcused"):
                    charge = getattr(cited.value, fault)
                    if charge != "all" and charge + by >= 0:
                        yield f"{fault} {change}", attrs.evolve(cited.value, **{fault: charge + by})
            case Rounding(way=way, to=to) if way != "none" and to + by >= 1:
                yield f"to {change}", attrs.evolve(cited.value, to=to + by)
            case Bands():
                yield from _bands(cited.value, by, change, _taken(policy))
            case _:
                pass
    if isinstance(cited.value, Window):
        yield from _days(cited.value)
    if isinstance(cited.value, tuple):
        # periods, of which there may be several
        for place, one in enumerate(cited.value):
            for change, moved in _days(one) if isinstance(one, Window) else ():
                which = f"{one}, {change}"
                yield which, (*cited.value[:place], moved, *cited.value[place + 1 :])


def _days(window: Window) -> Iterator[tuple[str, Window]]:
    if window.first is None or window.last is None:
        return
    for by, change in BY_A_DAY:
        yield f"first {change}", attrs.evolve(window, first=window.first + by * DAY)
        yield f"last {change}", attrs.evolve(window, last=window.last + by * DAY)


def _accepted(cited: Cited, change: str, by: int, policy: Policy) -> Iterator[tuple[str, Any]]:
    accept = next(value.accept for value in policy.may_decide if value.name == cited.name)
    try:
        yield change, accept(cited.value + by)
    except ValueError:
        return  # no policy may decide it so


def _taken(policy: Policy) -> tuple[tuple[str, ...], ...]:
    """The bands that the programme takes, as each entry of its policy names them."""
    return tuple(one.value for one in policy.values.get("eligible_bands", ()) if one.value is not None)


def _bands(bands: Bands, by: int, change: str, taken: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, Any]]:
    for place, band in enumerate(bands.all[1:], start=1):
        below, above = bands.all[place - 1], bands.all[place + 1 :]
        decides = any((below.name in names) is not (band.name in names) for names in taken)
        begins = band.begins + by
        if decides and below.begins < begins and all(begins < other.begins for other in above):
            yield f"{band.name} {change}", Bands([*bands.all[:place], Band(band.name, begins), *above])


def with_value(policy: Policy, cited: Cited, value: Any) -> Policy:
    """The policy with another value in the place of one entry."""
    return _with(policy, cited, attrs.evolve(cited, value=value), f"{cited.name} is {value}")


def with_start(policy: Policy, cited: Cited, since: date) -> Policy | None:
    """The policy with one entry beginning on another day; None where it would pass the one before or after it."""
    history = _history(policy, cited.name)
    place = history.index(cited)
    before = history[place - 1].since if place else None
    after = history[place + 1].since if place + 1 < len(history) else None
    if (before is not None and since <= before) or (after is not None and since >= after):
        return None
    return _with(policy, cited, attrs.evolve(cited, since=since), f"{cited.name} from {cited.since} begins on {since}")


def _history(policy: Policy, name: str) -> tuple[Cited, ...]:
    return policy.values[name] if name in policy.values else policy.levels[name]


def _with(policy: Policy, cited: Cited, instead: Cited, why: str) -> Policy:
    def changed(histories: Mapping[str, tuple[Cited, ...]]) -> Mapping[str, tuple[Cited, ...]]:
        history = histories.get(cited.name, ())
        there = tuple(instead if written(one) == written(cited) else one for one in history)
        return MappingProxyType({**histories, **({cited.name: there} if history else {})})

    # the text is the policy elsewhere; here it only has to be another one
    text = f"{policy.text}\n# {cited.file}:{cited.line}: {why}\n"
    return attrs.evolve(policy, text=text, values=changed(policy.values), levels=changed(policy.levels))
