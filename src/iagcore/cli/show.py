"""`iagcore show`: a journey, or a coach, on one page, from the records alone."""

import argparse
import sys
from datetime import date
from typing import Final

import attrs

from iagcore.casebook import Casebook, utc_now
from iagcore.cli import BAD_INPUT, add_journal, book_of, day_of, is_there, started_in
from iagcore.exceptions import InvalidEntry, UnknownJourney, nearest
from iagcore.extending.book import Book
from iagcore.policy import Policy
from iagcore.practice.disclosures import OUTLET_BY_NAME, Outlet, outlet_of
from iagcore.practice.kinds import accept_party, accepted
from iagcore.practice.parties import CONCERN, concerns_of, role_of
from iagcore.record.journey import Journey
from iagcore.record.records import Record
from iagcore.record.releasing import carries_record, released
from iagcore.reports import Traced, coach_page, journey_page, record_page
from iagcore.storage import codec
from iagcore.storage.opening import OpenJournal, open_journal, shown
from iagcore.storage.protocols import Feed

REFUSED: Final = 1
"""What it exits with where the page is not for that party."""
COACH: Final = "coach:"


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `show`."""
    parser = subcommands.add_parser(
        "show",
        help="a journey, or a coach, on one page",
        description="Print a journey: its minutes, its conversations as GROW, its goals, self-efficacy by domain, "
        "learning, consent, and what is open. Or a coach: how they became ready, and whom they go with. What is "
        "printed depends on the records alone. Without --for it is what goes with the coaching: a diary entry that "
        "the learner has not shared, and a concern, are not on it. Exit code: 0 done, 1 where the page is not for that "
        "party, 2 bad input.",
        epilog="example: iagcore show learner-a --journal casebook.db\n"
        "         iagcore show learner-a --for learner:a\n"
        "         iagcore show coach:nina --on 2026-01-05\n"
        "         iagcore show learner-a --record 'first booking'",
    )
    parser.add_argument("name", metavar="JOURNEY|COACH", help="a journey's name, or a coach, such as coach:nina")
    add_journal(parser)
    parser.add_argument("--for", dest="party", metavar="PARTY", help="a journey as they may see it, such as learner:a")
    parser.add_argument(
        "--on",
        metavar="DAY",
        help="for a coach: what they are ready for on that day, and why; with --for: whether the party may see the "
        "journey on that day (default: today)",
    )
    parser.add_argument(
        "--record",
        metavar="ID",
        help="of a journey: one record alone, from each reason to its rule, dated value and source, the policy's "
        "fingerprint, and where the record stands",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the page. Raises `UnusableJournal` where there is no journal; 2 for an unknown journey, 1 for a refusal."""
    name, party = arguments.name, arguments.party
    on = None if arguments.on is None else day_of("--on", arguments.on)
    is_there(arguments.journal)
    book = book_of(arguments)
    with open_journal(arguments.journal) as journal:
        if name.startswith(COACH):
            if arguments.record is not None:
                raise InvalidEntry("option", "--record", arguments.record, "it goes with a journey, not with a coach")
            if party is not None:
                raise InvalidEntry("option", "--for", party, "it goes with a journey, not with a coach")
            print(page_of_a_coach(journal, name, book, on=on), end="")
            return 0
        if on is not None and party is None:
            raise InvalidEntry("option", "--on", arguments.on, "it goes with --for, or with a coach such as coach:nina")
        try:
            party = None if party is None else accepted("--for", party, accept_party)
            return show(journal, book, name, party, on, record=arguments.record)
        except (UnknownJourney, InvalidEntry) as error:
            of_the_name = arguments.record is None or isinstance(error, UnknownJourney)
            near = nearest(name, started_in(journal) - {name}) if of_the_name else ""
            print(f"iagcore: {shown(arguments.journal)}: {error}{near}", file=sys.stderr)
            return BAD_INPUT


def show(journal: OpenJournal, book: Book, name: str, party: str | None, on: date | None, *, record: str | None) -> int:
    """Print a journey's page, or one record of it, or why it is not for this party. Raises `UnknownJourney`."""
    casebook, policy = casebook_of(journal, name, book)
    journey = casebook.journey(name)
    seen(journey, party)
    if party is not None:
        day = policy.day(utc_now()) if on is None else on
        if reason := journey.seen_by(party, on=day, zone=policy.zone).reason:
            print(f"Not shown to {party}: {reason}.")
            return REFUSED
    if record is not None:
        found = traced(casebook, journal, journey, record, party, kinds=book.kinds)
        if role_of(party) == "learner":
            print(found.decision.explain(to="learner"))  # plainly, and without codes
        else:
            print(record_page(found, rules=book.rules, zone=policy.zone), end="")
        return 0
    records, duties = casebook.records(name), casebook.duties(name)
    print(journey_page(journey, records=records, duties=duties, zone=policy.zone, party=party), end="")
    return 0


def seen(journey: Journey, party: str | None) -> Journey:
    """The journey as a party's role may see it. Raises `UnknownJourney` where there is nothing on it for them.

    Of a journey that only a concern began, nobody else is told that it is there.
    """
    outlet = outlet_of(party) or OUTLET_BY_NAME["coaching view"]
    found = released(journey, outlet, party)
    if not found.exists:
        raise UnknownJourney(journey.name)
    return found


def traced(
    casebook: Casebook, journal: OpenJournal, journey: Journey, id: str, party: str | None, *, kinds: codec.Kinds
) -> Traced:
    """A record and what leads from it, as far as it may be told to the party. Raises `InvalidEntry`.

    A record that is not for them is no more than one that is not there.
    """
    outlet = outlet_of(party) or OUTLET_BY_NAME["coaching view"]
    told = {
        stored.id: (stored, one)
        for about in (concerns_of(journey.name), journey.subject)
        for stored in journal.read(about)
        if stored.home == journey.subject or role_of(stored.home) == CONCERN
        if stored.payload is not None
        and (one := as_told(codec.decode(stored, kinds), journey, outlet, party)) is not None
    }
    if id not in told:
        near = nearest(id, (str(one) for one in told))
        raise InvalidEntry("option", "--record", id, f"there is no record of this id on this journey{near}")
    stored, record = told[id]
    decision = attrs.evolve(casebook.decision(journey.name, id), considered=record.considered)
    policy = casebook.policy_of(record.policy)
    return Traced(
        record=record, stored=stored, decision=decision, policy=policy, alterations=casebook.verify(journey.name)
    )


def as_told(record: Record, journey: Journey, outlet: Outlet, party: str | None) -> Record | None:
    """A record, where it may be told to a party; None where it may not."""
    if not carries_record(journey, record, outlet, party):
        return None
    return record


def casebook_of(journal: OpenJournal, name: str, book: Book) -> tuple[Casebook, Policy]:
    """A casebook under the policy that the first record of a home was made under. Raises `UnknownJourney`."""
    reading = Casebook(journal, Policy.load("starter"), extend=book.extensions)
    first = next(reading.records(name), None)
    if first is None:
        raise UnknownJourney(name)
    policy = reading.policy_of(first.policy)
    return Casebook(journal, policy, extend=book.extensions), policy


def page_of_a_coach(journal: OpenJournal, name: str, book: Book, *, on: date | None) -> str:
    """The page of a coach, under the policy last used of them. Raises `InvalidEntry` where nothing is known of them."""
    reading = Casebook(journal, Policy.load("starter"), extend=book.extensions)
    records = tuple(reading.records(name))
    if not records and name not in (known := coaches_in(journal)):
        reason = f"nothing on the record is about this coach{nearest(name, known)}"
        raise InvalidEntry("show", "COACH", name, reason)
    policy = reading.policy_of(records[-1].policy) if records else Policy.load("starter")
    casebook = Casebook(journal, policy, extend=book.extensions)
    duties = casebook.duties(name) if any(one.accepted for one in records) else ()
    return coach_page(casebook.coach(name), records=records, duties=duties, zone=policy.zone, on=on)


def coaches_in(journal: Feed) -> set[str]:
    """The coaches under whom a journal has filed something."""
    return {one.subject for record in journal.read_all() for one in record.about if one.subject.startswith(COACH)}
