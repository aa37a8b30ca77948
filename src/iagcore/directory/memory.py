"""A directory in memory: for tests, for trying things out, and for embedding where nothing needs to last.

A search looks at every listing, one after the other. It is the plain reading of the promises in `protocols`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from threading import Lock

import attrs

from iagcore.directory.codec import written
from iagcore.directory.identity import Before, Settled, id_of_its_own, identity_of, settle
from iagcore.directory.matching import Match, Sought, match, says_every_word
from iagcore.directory.protocols import MOST_COUNTED, MOST_NAMED, Found, Kept, Listing, Unread
from iagcore.opportunities import NO, Opportunity


class MemoryDirectory:
    """A `Directory` that lives as long as the object; safe across threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str, Listing] = {}
        """By the directory's own id."""

    def keep(
        self,
        arrivals: Iterable[Opportunity | Unread],
        *,
        feed: str,
        today: date,
        full: bool = False,
        most_gone: float = 1.0,
    ) -> Kept:
        """Keep what a feed lists; see `protocols.Directory`."""
        arrived: dict[str, list[Opportunity]] = {}
        unread: set[str | None] = set()
        for one in arrivals:
            if isinstance(one, Unread):
                unread.add(one.id)
            else:
                arrived.setdefault(one.id, []).append(one)
        with self._lock:
            kept = dict(self._kept)
            before: dict[str, list[Before[Listing]]] = {}
            for was in kept.values():
                if was.feed == feed:
                    known = Before(identity_of(was.opportunity), was.id, was, was.gone is not None)
                    before.setdefault(was.id_in_feed, []).append(known)
            counts = Kept()
            present: set[str] = set()
            for id_in_feed in sorted(arrived):
                for settled in settle(arrived[id_in_feed], before.get(id_in_feed, [])):
                    earlier = settled.row
                    id = (
                        earlier.id
                        if earlier
                        else id_of_its_own(id_in_feed, settled.identity, feed, is_taken=kept.__contains__)
                    )
                    now = Listing(
                        opportunity=attrs.evolve(settled.opportunity, id=id),
                        feed=feed,
                        id_in_feed=id_in_feed,
                        first_listed=earlier.first_listed if earlier else today,
                        last_listed=today,
                    )
                    counts = counted(counts, earlier, now, settled)
                    kept[id] = now
                    present.add(id)
            if full and present and None not in unread:
                missing = [
                    one
                    for one in kept.values()
                    if one.feed == feed and one.gone is None and one.id not in present and one.id_in_feed not in unread
                ]
                listed = sum(one.feed == feed and one.gone is None for one in self._kept.values())
                if len(missing) > most_gone * listed:
                    counts = attrs.evolve(counts, held_back=len(missing))
                else:
                    kept.update({one.id: attrs.evolve(one, gone=today) for one in missing})
                    counts = attrs.evolve(counts, gone=len(missing))
            self._kept = kept
        return counts

    def listing(self, id: str) -> Listing | None:
        """What is kept under the directory's own id; see `protocols.Directory`."""
        return self._kept.get(id)

    def listings(self) -> Iterator[Listing]:
        """Everything that is kept; see `protocols.Directory`."""
        yield from (one for _, one in sorted(self._kept.items()))

    def search(self, sought: Sought, *, today: date, most: int = 20) -> Found:
        """What fits, best first; see `protocols.Directory`."""
        present = (one.opportunity for one in self._kept.values() if one.gone is None)
        matches = [match(one, sought, today=today) for one in present if says_every_word(one, sought)]
        shown = sorted((one for one in matches if not one.hidden), key=lambda one: one.rank)
        return Found(shown[:most], min(len(shown), MOST_COUNTED), *(() if shown else hidden(matches)))


def hidden(matches: Sequence[Match]) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How many there are, and how many of them each question hides, in the order in which they are asked."""
    counts = Counter(one.question for match in matches for one in match.readings if one.answer is NO)
    asked = [one.question for one in matches[0].readings] if matches else []
    return len(matches), tuple((question, counts[question]) for question in asked if counts[question])


def counted(counts: Kept, was: Listing | None, now: Listing, settled: Settled[Listing]) -> Kept:
    """The counts of an import, one opportunity later."""
    alike = was is not None and written(was.opportunity) == written(now.opportunity)
    contradicted = (now.id,) if now.opportunity.contradictions else ()
    return attrs.evolve(
        counts,
        new=counts.new + (was is None),
        changed=counts.changed + (was is not None and not alike),
        unchanged=counts.unchanged + alike,
        repeated=counts.repeated + settled.said - 1,
        back=counts.back + (was is not None and was.gone is not None),
        contradicted=(*counts.contradicted, *contradicted)[:MOST_NAMED],
        reused=(*counts.reused, *([now.id] if settled.reused else []))[:MOST_NAMED],
    )
