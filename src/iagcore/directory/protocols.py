"""What a directory promises, and the shape of what it keeps.

Words first. An *opportunity* is a course or something else to join. A *feed* is one publisher's list of them, under a
name that whoever imports it chooses; a directory holds any number of feeds. What a feed calls an opportunity is its id
*in the feed*; the directory gives each an id *of its own*, the same wherever that is free. A *listing* is an
opportunity as the directory keeps it, with its feed and the days on which it was listed. A *full* feed is all that its
publisher lists: what was in it before and is not any more is *gone*. Nothing is ever deleted, since a coach may have
pointed a learner to it.

A directory keeps and finds, and judges nothing: how an opportunity fits is for `matching` alone. Whoever writes one for
their own database lets `iagcore.testing.DirectoryContract` prove it.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Protocol, runtime_checkable

import attrs

from iagcore.directory.matching import Match, Sought
from iagcore.opportunities import Opportunity
from iagcore.practice.kinds import kept


@attrs.frozen
class Unread:
    """Something of a feed that could not be read: under this id in the feed, or None where not even that is known.

    It is not gone; and where its id is not known, nothing of the feed can be said to be.
    """

    id: str | None = None


@attrs.frozen(kw_only=True)
class Listing:
    """An opportunity as the directory keeps it.

    Attributes: `opportunity`, under the directory's own id; `feed`; `id_in_feed`; `first_listed` and `last_listed`, the
    days of the first and the latest import that had it; `gone`, the day of the full import that no longer had it.
    """

    opportunity: Opportunity
    feed: str
    id_in_feed: str
    first_listed: date
    last_listed: date
    gone: date | None = None

    @property
    def id(self) -> str:
        """The directory's own id of it."""
        return self.opportunity.id


MOST_NAMED: Final = 100
"""Ids of each sort that an import names."""


@attrs.frozen(kw_only=True)
class Kept:
    """What an import came to: how many opportunities were new, changed, unchanged; how many were said more than once
    (and are put together); how many are gone, and how many of those kept had been gone before; and how many would be
    gone, and were not marked, since they are a larger share of the feed than may go.

    `contradicted` and `reused` are ids of the directory's own, at most `MOST_NAMED` of each: of what the feed says in
    two ways, and of what is another service by its name and organisation than the one that had its id before.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    gone: int = 0
    back: int = 0
    held_back: int = 0
    contradicted: tuple[str, ...] = attrs.field(default=(), converter=kept)
    reused: tuple[str, ...] = attrs.field(default=(), converter=kept)

    @property
    def kept(self) -> int:
        """How many opportunities of the feed the directory now has from it."""
        return self.new + self.changed + self.unchanged


MOST_COUNTED: Final = 1000
"""How far a search counts what it found."""


@attrs.frozen
class Found:
    """What a search found: the best matches, best first, and how many there are in all, counted to `MOST_COUNTED`.

    Where nothing fits, `considered` is how many say the words and are not gone, and `hidden` how many of them each
    question hides, by the name that `Reply.question` has; one may be hidden by several.
    """

    matches: tuple[Match, ...] = attrs.field(converter=kept)
    in_all: int
    considered: int = 0
    hidden: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=kept)


@runtime_checkable
class Remembering(Protocol):
    """What a directory may do as well, so that a feed which has not changed is not read again.

    A digest stands for all that an import is made from. The three go together: an import that was whole is remembered
    with its summary; where the next has the same digest, it says the same again.
    """

    def last_import(self, feed: str) -> int:
        """The number of the latest import of a feed; 0 where there was none. A later import has a greater one."""
        ...

    def remember(self, feed: str, digest: str, summary: str, *, after: int) -> None:
        """Remember the import of a feed that came next `after` a number, unless there was yet another since."""
        ...

    def listed_again(self, feed: str, digest: str, *, today: date) -> tuple[date, str] | None:
        """Where the latest import of a feed is remembered with this digest, keep all that it kept as listed `today`.

        Gives the day on which it was last listed, and its summary; None where the feed has to be read, and then nothing
        is changed.
        """
        ...


@runtime_checkable
class Directory(Protocol):
    """All that a host must write."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        """Keep what a feed lists, each under its id in the feed.

        Promises: all or nothing, also where `arrivals` raises; reads `arrivals` once, and does not hold it in memory
        whole where the directory lasts. The order of `arrivals` changes nothing, and keeping the same again changes
        nothing but `last_listed`. What was kept before is updated under the id that it has, renamed or not. Two
        services under one id are both kept; one service said twice is kept once, and what it says in two ways is
        unknown. Ids of other feeds are let alone. Nothing is deleted: with `full`, what this feed no longer has is
        marked gone `today`, unless something was `Unread` that might have been it, or the feed lists nothing at all, or
        more than `most_gone` (a share, 0 to 1) of what was in the feed and not gone would go: then none of it is, and
        `Kept.held_back` says how many. What is listed again is gone no longer.
        """
        ...

    def listing(self, id: str) -> Listing | None:
        """What is kept under the directory's own id, gone or not; None where nothing is."""
        ...

    def listings(self) -> Iterator[Listing]:
        """Everything that is kept, what is gone too, in the order of the directory's own ids.

        Promises: survives imports made while it is being read.
        """
        ...

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        """What fits, best first, at most `most` of it.

        Promises: what is found says each word of the text, as people type it (`says_every_word`); what is known to
        conflict, or gone, is hidden, and nothing else is; the order is that of `Match.rank`; where nothing fits, it is
        counted what was hidden, and by what.
        """
        ...
