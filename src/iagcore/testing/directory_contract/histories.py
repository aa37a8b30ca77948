"""Made-up histories: whatever is imported, one feed after the other, a directory answers as a plain table would.

A state machine of Hypothesis imports, breaks off, opens the directory again and looks, and compares each answer with a
model that is simple enough to read aloud: one row for each id in each feed. All histories of a test share one
directory, under feeds of their own.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any, Final

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from iagcore.directory.matching import Sought
from iagcore.directory.protocols import Directory, Kept, Unread
from iagcore.opportunities import Opportunity
from iagcore.testing.directory_contract.given import DirectoryPromises
from iagcore.testing.listed_opportunities import MONDAY, ids
from iagcore.testing.promises import made_up

IDS: Final = "abcd"


class Histories(DirectoryPromises, states=True):
    """Whatever comes after whatever, the directory answers as a plain table would."""

    def test_a_directory_answers_as_a_plain_table_would(self, directory: Directory) -> None:
        class OfThisDirectory(History):
            shared = Shared(directory, self.reopened)

        run_state_machine_as_test(OfThisDirectory, settings=made_up(20, steps=15))


class Shared:
    """One directory over all histories of a test, as it was opened last."""

    def __init__(self, directory: Directory, reopened: Callable[[Directory], Directory]) -> None:
        self.now = directory
        self.histories = count()
        self._reopened = reopened

    def open_again(self) -> None:
        """Open the directory again."""
        self.now = self._reopened(self.now)


@attrs.frozen
class Row:
    """What the model keeps of one id in one feed."""

    opportunity: Opportunity
    first: date
    last: date
    gone: date | None = None


class History(RuleBasedStateMachine):
    """One history, and the model of it: a row for each id in each feed."""

    shared: Shared

    def __init__(self) -> None:
        super().__init__()
        number = next(self.shared.histories)
        self.feeds = [f"feed{number}x one", f"feed{number}x two"]
        self.rows: dict[tuple[str, str], Row] = {}
        self.own: dict[tuple[str, str], str] = {}
        self.today = MONDAY

    @rule(
        place=st.integers(0, 1),
        listed=st.dictionaries(st.sampled_from(IDS), st.integers(1, 3), max_size=4),
        unread=st.lists(st.sampled_from([*IDS, None]), max_size=1),
        full=st.booleans(),
        breaks_off=st.booleans(),
    )
    def keep(self, place: int, listed: dict[str, int], unread: list[str | None], full: bool, breaks_off: bool) -> None:
        """A feed is imported whole, or breaks off and changes nothing."""
        feed = self.feeds[place]
        # the name holds the feed too, so that the same id elsewhere is another service
        arriving = {
            id: Opportunity(id, f"{feed} {id}", organisation=feed, description=f"Version {version}")
            for id, version in listed.items()
        }

        def arrivals() -> Iterator[Opportunity | Unread]:
            yield from (Unread(id) for id in unread)
            yield from arriving.values()
            if breaks_off:
                raise OSError("the connection was lost")

        if breaks_off:
            with pytest.raises(OSError, match="the connection was lost"):
                self.shared.now.keep(arrivals(), feed=feed, today=self.today, full=full)
            return
        expected = self.expected(feed, arriving, set(unread), full)
        assert self.shared.now.keep(arrivals(), feed=feed, today=self.today, full=full) == expected

    def expected(self, feed: str, arriving: dict[str, Opportunity], unread: set[str | None], full: bool) -> Kept:
        """Put an import into the model, and count what it comes to."""
        counts: dict[str, Any] = Counter()
        for id, opportunity in arriving.items():
            was = self.rows.get((feed, id))
            counts["new" if was is None else "unchanged" if was.opportunity == opportunity else "changed"] += 1
            counts["back"] += was is not None and was.gone is not None
            self.rows[feed, id] = Row(opportunity, was.first if was else self.today, self.today)
        if full and arriving and None not in unread:
            for (of, id), row in self.rows.items():
                if of == feed and id not in {*arriving, *unread} and row.gone is None:
                    counts["gone"] += 1
                    self.rows[of, id] = attrs.evolve(row, gone=self.today)
        return Kept(**counts)

    @rule()
    def wait_a_day(self) -> None:
        """The next import is on another day."""
        self.today += timedelta(1)

    @rule()
    def open_again(self) -> None:
        """The directory is opened again."""
        self.shared.open_again()

    @invariant()
    def answers_as_the_table(self) -> None:
        """Everything is listed and found as the model has it, each under an id of its own that never changes."""
        listed = {(one.feed, one.id_in_feed): one for one in self.shared.now.listings() if one.feed in self.feeds}
        assert {
            key: Row(attrs.evolve(one.opportunity, id=key[1]), one.first_listed, one.last_listed, one.gone)
            for key, one in listed.items()
        } == self.rows
        self.own |= {key: one.id for key, one in listed.items() if key not in self.own}
        assert {key: one.id for key, one in listed.items()} == self.own
        for key, id in self.own.items():
            assert self.shared.now.listing(id) == listed[key]
        for feed in self.feeds:
            found = ids(self.shared.now, Sought(text=feed), today=self.today)
            assert sorted(found) == sorted(
                self.own[key] for key, row in self.rows.items() if key[0] == feed and row.gone is None
            )
