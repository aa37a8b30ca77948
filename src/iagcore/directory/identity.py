"""Which service is which: what a feed says now, against what the directory kept of it before.

Feeds break the one promise that everything rests on. The same id stands on two services; the same service stands in a
feed twice, once on each of two pages or once for each of its places; ids are missing. So what arrives under one id is
looked at together, whatever order it came in:

1. What has the same name and the same organisation is one service, and so is what names no organisation where only one
   is named. Said more than once, it is put together.
2. What was kept before under that name and organisation is that service.
3. Of what is left, a service kept before goes on under another name, or in other hands, where the two have one of them
   in common, or where an organisation is not said. That is a service which was renamed.
4. Whatever still is left is new. It takes the feed's id where that is free, and else one made from what it is, which is
   the same at the next import.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

import attrs

from iagcore.directory.codec import written
from iagcore.directory.matching import folded
from iagcore.practice.opportunities import Opportunity, Place

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


def put_together(said: Sequence[Opportunity]) -> Opportunity:
    """One opportunity of several records of it: the latest and fullest, with the places and times of all."""

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
    first = ordered[0]
    return attrs.evolve(
        first,
        places=_without_shorter(place for one in ordered for place in one.places),
        times=tuple(dict.fromkeys(time for one in ordered for time in one.times)),
        phones=tuple(dict.fromkeys(phone for one in ordered for phone in one.phones)),
    )


def _without_shorter(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each place once, and none that only says again a part of what another says."""
    found = list(dict.fromkeys(places))
    said = [set(attrs.asdict(place, recurse=False).items()) - _NOTHING_SAID for place in found]
    return tuple(place for place, its in zip(found, said, strict=True) if not any(its < others for others in said))


_NOTHING_SAID: Final = set(attrs.asdict(Place(), recurse=False).items())


@attrs.frozen
class Before(Generic[Row]):
    """What was kept before under one id in the feed: by what it was known, and the store's own handle of it."""

    identity: Identity
    id: str
    row: Row


@attrs.frozen
class Settled(Generic[Row]):
    """What an opportunity turned out to be: one kept before, by its handle, or a new one; and how often it was said."""

    opportunity: Opportunity
    identity: Identity
    row: Row | None
    said: int


def settle(arrived: Sequence[Opportunity], before: Sequence[Before[Row]]) -> list[Settled[Row]]:
    """Which of what was kept before under one id each of the arrivals under it is. No order of either changes it."""
    groups: dict[Identity, list[Opportunity]] = {}
    for one in arrived:
        groups.setdefault(identity_of(one), []).append(one)
    for identity in [one for one in groups if not one.organisation]:
        known_of = [one for one in groups if one.name == identity.name and one.organisation]
        if len(known_of) == 1:
            groups[known_of[0]] += groups.pop(identity)
    known = {one.identity: one for one in sorted(before, key=lambda one: one.id, reverse=True)}
    found = {identity: known[identity] for identity in groups if identity in known}
    taken = {one.id for one in found.values()}
    left = sorted((one for one in before if one.id not in taken), key=lambda one: one.id)
    unmatched = sorted((identity for identity in groups if identity not in found), key=lambda one: one.text)
    # the same name in other hands is closer than another name in the same hands
    for alike in (lambda was, now: was.name == now.name, Identity.goes_on_as):
        for identity in [one for one in unmatched if one not in found]:
            renamed = next((one for one in left if alike(one.identity, identity)), None)
            if renamed is not None:
                left.remove(renamed)
                found[identity] = renamed
    return [
        Settled(put_together(said), identity, found[identity].row if identity in found else None, len(said))
        for identity, said in sorted(groups.items(), key=lambda item: item[0].text)
    ]


def id_of_its_own(id_in_feed: str, identity: Identity, feed: str, *, is_taken: Callable[[str], bool]) -> str:
    """The directory's id for what is new: the feed's where it is free and short enough, else one of its own making."""
    if len(id_in_feed) <= LONGEST_ID and not is_taken(id_in_feed):
        return id_in_feed
    made = digest_of(feed, id_in_feed, identity.text)
    number = 0
    while is_taken(found := f"{id_in_feed[: LONGEST_ID - 20]}~{made}{number or ''}"):
        number += 1
    return found
