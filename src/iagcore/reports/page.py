"""What every page of a record has in common: how an entry is named, what was refused, and what was put right.

What a page is made from has passed through an outlet already (`record/releasing.py`): the home is folded again from
what that outlet carries to the one it is printed for, and of the records only those are left that it carries too.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import Any, Final, Generic, TypeVar

import attrs

from iagcore.practice.amendments import Amendment, BreachAuthorised, EntryCorrected, RecordAnnotated
from iagcore.practice.disclosures import Outlet
from iagcore.practice.kinds import PREFIXED, Entry
from iagcore.practice.parties import role_of
from iagcore.practice.times import clock
from iagcore.record.findings import Assessment, Duty, Weight
from iagcore.record.home import Home, StandingFinding, Version
from iagcore.record.naming import TITLED, briefly, is_named_by_its_kind_alone, plain_title, title
from iagcore.record.records import Record
from iagcore.record.releasing import carries_record, released
from iagcore.reports.layout import beside, wrapped

DATE: Final = 15
"""The column at which the text beside a date begins."""

SAID_OTHERWISE: Final = ("COR-03", "GRW-07")
"""The duties that a page says in its own words: a breach that stands, and an action to review."""

H = TypeVar("H", bound=Home)


@attrs.frozen(kw_only=True)
class Page(Generic[H]):
    """What a page is made from: a home, its refusals and amendments, its duties, all as `party` may see them."""

    home: H
    records: tuple[Record, ...]
    duties: tuple[Duty, ...]
    zone: tzinfo
    party: str | None

    @classmethod
    def of(
        cls,
        home: H,
        *,
        records: Iterable[Record],
        duties: Iterable[Duty],
        zone: tzinfo,
        outlet: Outlet,
        party: str | None,
    ) -> "Page[H]":
        """The page of a home as an outlet carries it to a party; with None, to nobody in particular."""
        seen = released(home, outlet, party)
        return cls(
            home=seen,
            records=tuple(one for one in records if carries_record(home, one, outlet, party)),
            duties=tuple(one for one in duties if not one.in_confidence or _is_for(one, party)),
            zone=zone,
            party=party,
        )

    @property
    def is_for_a_learner(self) -> bool:
        """Whether it is printed for a learner: then it speaks plainly, and without codes."""
        return self._role == "learner"

    @property
    def _role(self) -> str:
        return role_of(self.party)

    @property
    def entries(self) -> Iterator[Version]:
        """The entries that stand, in the order of the record."""
        return (place.top for place in self.home.places if place.top is not None)

    def day(self, day: date | datetime) -> str:
        """A day, in the zone of the page where it is a moment."""
        return f"{day.astimezone(self.zone) if isinstance(day, datetime) else day:%d %b %Y}"

    def clock(self, moment: datetime) -> str:
        """A moment, in the zone of the page."""
        return clock(moment, self.zone)

    def named(self, entry: Entry) -> str:
        """An entry in a few words: its kind, and which, when and how long where it says so; never anybody's words."""
        return briefly(entry, self.home, self.zone)


def _is_for(duty: Duty, party: str | None) -> bool:
    return party is not None and duty.is_for(party)


NOT_KNOWN: Final = "of a kind that only a later version, or an extension, knows"
"""What is said of an entry that stays unread."""


def followed_by(text: str, words: str | None) -> str:
    """A sentence, and what somebody said after it, where they did."""
    return f"{text}. {words}" if words else text


def said_beside(page: Page[Any], entry: BreachAuthorised | RecordAnnotated, by: str) -> str:
    """What was said about another record: a note, or that a breach was authorised."""
    if isinstance(entry, BreachAuthorised):
        told = "It" if role_of(page.party) == "learner" else entry.rule
        return followed_by(f"{told} was authorised by {by}", entry.reason)
    place = page.home.stack_of(entry.record)
    assert place is not None  # a note about nothing that the page has stays behind
    return followed_by(f"A note was added ({by}), to: {page.named(place.original)}", entry.words)


def extension_lines(page: Page[Any]) -> Iterator[str]:
    """The entries of a college's own kinds, each with all that it says."""
    for top in page.entries:
        kind = top.entry.declares
        if PREFIXED in kind.name:
            words = (getattr(top.entry, one.name) for one in kind.fields if one.type.field_class not in TITLED)
            said = " ".join(str(one) for one in words if one)
            to_staff = title(top.entry, page.zone)
            named = f"{to_staff[:1].upper()}{to_staff[1:]} ({top.by})"
            named = plain_title(top.entry, page.zone) if role_of(page.party) == "learner" else named
            yield from beside(page.day(top.at), followed_by(named, said), column=DATE)


# ---- what is open


def duty_lines(page: Page[Any]) -> Iterator[str]:
    """What is due; a learner is told what is theirs to do, and in no code."""
    for duty in page.duties:
        if duty.rule in SAID_OTHERWISE or (page.is_for_a_learner and not _is_for(duty, page.party)):
            continue
        due = f", due {page.clock(duty.due)}" if duty.due else ""
        whose = f" ({duty.party})" if duty.party else ""
        said = f"{duty.what}{due}"
        yield from beside("due", said if page.is_for_a_learner else f"{said}{whose} [{duty.rule}]", column=DATE)


def breach_lines(page: Page[Any]) -> Iterator[str]:
    """The breaches that stand, and what helps."""
    for standing in page.home.breaches:
        label = "to put right" if page.is_for_a_learner else "breach"
        yield from _reason(page, standing.finding, label=label, of=_named_by(page, standing))


def advice_lines(page: Page[Any]) -> Iterator[str]:
    """The advice that stands. It is for whoever coaches, and never for the learner."""
    if page.is_for_a_learner:
        return
    for standing in page.home.standing:
        if standing.finding.weight is Weight.ADVICE:
            finding = f"{standing.finding.rule}: {standing.finding.sentence}{_named_by(page, standing)}"
            yield from wrapped(finding, indent=2)


def _named_by(page: Page[Any], standing: StandingFinding) -> str:
    place = page.home.stack_of(standing.record)
    entry = None if place is None else place.top.entry if place.top else place.original
    return f" ({page.named(entry)})" if entry is not None else ""


def _reason(page: Page[Any], finding: Assessment, *, label: str = "", of: str = "") -> Iterator[str]:
    """A reason and what helps; to a learner plainly, and nothing where there is no plain word for it."""
    if page.is_for_a_learner:
        for number, said in enumerate(filter(None, (finding.plainly, finding.plain_remedy))):
            yield from beside(label if number == 0 else "", said, column=DATE)
        return
    yield from beside(label, f"{finding.rule}: {finding.sentence}{of}", column=DATE)
    if finding.remedy:
        yield from wrapped(f"What helps: {finding.remedy}", indent=DATE)


# ---- what was not to be, and what was put right


def refused_lines(page: Page[Any]) -> Iterator[str]:
    """What was refused, when it was asked for, and why."""
    for record in page.records:
        if record.accepted:
            continue
        # when an amendment was asked is said by nobody: its time is that of what it amends, or of the recording
        asked = "" if isinstance(record.entry, Amendment) else page.day(record.at)
        yield from beside(asked, page.named(record.entry), column=DATE)
        for one in record.considered:
            if one.weight is Weight.REFUSAL:
                yield from _reason(page, one)


def put_right_lines(page: Page[Any]) -> Iterator[str]:
    """What was corrected, withdrawn or put back since, by whom and why."""
    heights: dict[str, int] = {}
    for record in page.records:
        place = page.home.stack_of(record.corrects) if record.corrects is not None else None
        if place is None:
            continue
        entry: Any = record.entry
        height = heights.get(place.record, 1)
        if isinstance(entry, EntryCorrected):
            done, heights[place.record] = "was corrected", height + 1
        elif height > 1 and not entry.whole:
            # the record stands again as it was before its latest correction
            done, heights[place.record] = "was put back as it stood before", height - 1
        else:
            done, heights[place.record] = "was withdrawn", 0
        is_theirs = record.by == page.party or not is_named_by_its_kind_alone(place.original)
        named = f"{page.named(place.original)} {done} by {record.by}"
        yield from wrapped(followed_by(named, entry.why if is_theirs else None), indent=2)
