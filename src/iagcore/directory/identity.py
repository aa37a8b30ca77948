"""Which service is which: what a feed says now, against what the directory kept of it before.

Feeds break the one promise that everything rests on. The same id stands on two services; the same service stands in a
feed twice, once on each of two pages or once for each of its places; ids are missing. So what arrives under one id is
looked at together, whatever order it came in:

1. What has the same name and the same organisation is one service, and so is what names no organisation where only one
   is named. Said more than once, it is put together. Where it is said in two ways, neither is known.
2. Where one service comes under an id, and one was kept under it, they are the same, whatever it is called now. Where
   nothing of the name is left and it is in other hands, the feed may have given the id to another service, and it says
   so.
3. What was kept before under that name and organisation is that service.
4. Of what is left, a service kept before goes on under another name, or in other hands, where the two have one of them
   in common, or where an organisation is not said. That is a service which was renamed.
5. Whatever still is left is new. It takes the feed's id where that is free, and else one made from what it is, which is
   the same at the next import.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, Generic, TypeVar

import attrs

from iagcore.directory.codec import written
from iagcore.directory.folding import folded
from iagcore.opportunities import LONGEST_TEXT, UNKNOWN, Opportunity, Venue

LONGEST_ID: Final = 64
"""Characters of an id, as many as an entry can name."""

Row = TypeVar("Row")


@attrs.frozen
class Identity:
    """By what a service is known beside its id: its name and its organisation, folded."""

    name: str
    organisation: str

    def goes_on_as(self, other: "Identity") -> bool:
        """Whether one service may have been renamed, or have changed hands, from this to the other."""
        apart = self.organisation and other.organisation and self.organisation != other.organisation
        return self.name == other.name or not apart

    def is_another_than(self, other: "Identity") -> bool:
        """Whether it may well be another service: in other hands, and with no word of its name left."""
        in_other_hands = bool(self.organisation and other.organisation) and self.organisation != other.organisation
        return in_other_hands and not {*self.name.split()} & {*other.name.split()}

    @property
    def text(self) -> str:
        """Both, as one text that cannot be taken for another."""
        return json.dumps([self.name, self.organisation], ensure_ascii=False)


def identity_of(opportunity: Opportunity) -> Identity:
    """By what an opportunity is known beside its id."""
    return Identity(folded(opportunity.name), folded(opportunity.organisation or ""))


def digest_of(*parts: str) -> str:
    """Sixteen hexadecimal digits that stand for some texts."""
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def id_without_one(name: str, organisation: str | None) -> str:
    """An id in the feed for what came without one: the same each time, while its name and organisation are."""
    return f"~{digest_of(Identity(folded(name), folded(organisation or '')).text)}"


_ALL_OF_IT: Final = ("times", "attended", "costs", "access", "languages", "terms", "areas", "phones")
"""Lists of which what any of the records says is said."""
_ALL_THE_WORDS: Final = ("fees", "eligibility", "alert")
"""Texts that are read together, since each may say what another does not."""


def put_together(said: Sequence[Opportunity]) -> Opportunity:
    """One opportunity of several records of it: what any of them says, and unknown where two of them contradict."""

    def weight(one: Opportunity) -> tuple[str, str, int, str]:
        text = written(one)
        return str(one.changed or ""), str(one.last_checked or ""), len(text), text

    if len(said) == 1:
        return said[0]
    # said twice to the letter is said once
    documents = {written(one): one for one in said}
    if len(documents) == 1:
        return said[0]
    ordered = sorted(documents.values(), key=weight, reverse=True)

    def every(field: str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(value for one in ordered if (value := getattr(one, field)) is not None))

    together: dict[str, Any] = {field: next(iter(every(field)), None) for field in _ONE_OF_THEM}
    for field in _ALL_OF_IT:
        together[field] = tuple(dict.fromkeys(value for one in ordered for value in getattr(one, field)))
    for field in _ALL_THE_WORDS:
        together[field] = "\n".join(every(field))[:LONGEST_TEXT].strip() or None
    contradictions = [
        f"{name}: {', '.join(map(str, values))}"
        for name, values in (("status", every("status")), ("ages", _ages(ordered)))
        if len(values) > 1
    ]
    if len(every("status")) > 1:
        together["status"] = None
    if len(_ages(ordered)) > 1:
        together["least_age"] = together["most_age"] = None
    prices = {one.price[0] for one in ordered} - {UNKNOWN}
    if len(prices) > 1:
        contradictions.append(f"cost: {'; '.join(dict.fromkeys(one.prices for one in ordered if one.prices))}")
    places = _without_shorter(place for one in ordered for place in one.places)
    return attrs.evolve(ordered[0], places=places, contradictions=contradictions, **together)


def _ages(said: Iterable[Opportunity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.ages for one in said if one.ages))


_ONE_OF_THEM: Final = tuple(
    field.name
    for field in attrs.fields(Opportunity)
    if field.name not in {"id", "name", "places", "contradictions", *_ALL_OF_IT, *_ALL_THE_WORDS}
)


def _without_shorter(places: Iterable[Venue]) -> tuple[Venue, ...]:
    """Each place once, and none that only says again a part of what another says."""
    found = list(dict.fromkeys(places))
    said = [set(attrs.asdict(place, recurse=False).items()) - _NOTHING_SAID for place in found]
    return tuple(place for place, its in zip(found, said, strict=True) if not any(its < others for others in said))


_NOTHING_SAID: Final = set(attrs.asdict(Venue(), recurse=False).items())


@attrs.frozen
class Before(Generic[Row]):
    """What was kept before under an id in the feed: by what it was known, its handle in the store, if it is gone."""

    identity: Identity
    id: str
    row: Row
    gone: bool = False


@attrs.frozen(kw_only=True)
class Settled(Generic[Row]):
    """What an opportunity turned out to be: one kept before, by its handle, or a new one; and how often it was said.

    `reused`: by its name and organisation it is another service, under the id of one that was kept.
    """

    opportunity: Opportunity
    identity: Identity
    row: Row | None
    said: int
    reused: bool = False


def settle(arrived: Sequence[Opportunity], before: Sequence[Before[Row]]) -> list[Settled[Row]]:
    """Which of what was kept before under one id each of the arrivals under it is. No order of either changes it."""
    groups: dict[Identity, list[Opportunity]] = {}
    for one in arrived:
        groups.setdefault(identity_of(one), []).append(one)
    for identity in [one for one in groups if not one.organisation]:
        known_of = [one for one in groups if one.name == identity.name and one.organisation]
        if len(known_of) == 1:
            groups[known_of[0]] += groups.pop(identity)
    found = _continued(groups, before)
    return [
        Settled(
            opportunity=put_together(said),
            identity=identity,
            row=found[identity].row if identity in found else None,
            said=len(said),
            reused=identity in found and identity.is_another_than(found[identity].identity),
        )
        for identity, said in sorted(groups.items(), key=lambda item: item[0].text)
    ]


def _continued(groups: Collection[Identity], before: Sequence[Before[Row]]) -> dict[Identity, Before[Row]]:
    """Which of what was kept before goes on as which of the arrivals."""
    # what is there comes before what is gone
    ordered = sorted(before, key=lambda one: (one.gone, one.id))
    there = [one for one in ordered if not one.gone] or ordered
    if len(groups) == 1 and len(there) == 1:
        return dict.fromkeys(groups, there[0])
    known = {one.identity: one for one in reversed(ordered)}
    found = {identity: known[identity] for identity in groups if identity in known}
    taken = {one.id for one in found.values()}
    left = [one for one in ordered if one.id not in taken]
    unmatched = sorted((identity for identity in groups if identity not in found), key=lambda one: one.text)
    # the same name in other hands is closer than another name in the same hands
    for alike in (lambda was, now: was.name == now.name, Identity.goes_on_as):
        for identity in [one for one in unmatched if one not in found]:
            renamed = next((one for one in left if alike(one.identity, identity)), None)
            if renamed is not None:
                left.remove(renamed)
                found[identity] = renamed
    return found


def id_of_its_own(id_in_feed: str, identity: Identity, feed: str, *, is_taken: Callable[[str], bool]) -> str:
    """The directory's id for what is new: the feed's where it is free and short enough, else one of its own making."""
    if len(id_in_feed) <= LONGEST_ID and not is_taken(id_in_feed):
        return id_in_feed
    made = digest_of(feed, id_in_feed, identity.text)
    number = 0
    while is_taken(found := f"{id_in_feed[: LONGEST_ID - 20]}~{made}{number or ''}"):
        number += 1
    return found
