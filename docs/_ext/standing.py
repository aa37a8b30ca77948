"""Who may record what, and put what right, in every standing: tried on a casebook, kind by kind.

One learner, whose journey a coach went with until another took over; a third covers, and a fourth has nothing to do
with it. Everybody is asked for every kind, by `Casebook.preview`, under the rules of access alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any, Final

import attrs
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from writing import Generated, link, table

from iagcore import Casebook, MemoryJournal, Policy
from iagcore.entries import KINDS
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.conversations import ConversationHeld
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.record.findings import Decision
from iagcore.rulebook import RULES
from iagcore.testing.scenarios import parse_scenarios
from iagcore.toml_source import Source

ASKED: Final = ("ACC-01", "ACC-03", "ACC-05", "COR-01", "COR-02")
"""The rules that say who may."""
ALONE: Final = tuple(rule if rule.code in ASKED else attrs.evolve(rule, on=()) for rule in RULES if not rule.derives)
"""The rule book, of which only those look at anything."""
YES, ADVISED, NO = "yes", "advised", ""
OWN, OTHER = "own", "other"
"""The conversation of the coach who went before, and of the coach who goes now."""
STANDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "coach who goes with the learner": ("coach:goes", OTHER),
    "coach who covers": ("coach:covers", OTHER),
    "coach who went before, of their own conversation": ("coach:went", OWN),
    "coach who went before, of anything else": ("coach:went", OTHER),
    "coach who never went": ("coach:never", OTHER),
    "coach, while nobody goes": ("coach:early", OTHER),
    "lead": ("lead:max", OTHER),
    "safeguarding lead": ("safeguarding-lead:kim", OTHER),
    "researcher": ("researcher:rob", OTHER),
    "the learner": ("learner:a", OTHER),
    "another learner": ("learner:b", OTHER),
}
"""Every standing on a journey: who asks, and the conversation that they speak of where a kind names one."""
NOBODY_GOES: Final = "coach, while nobody goes"
OF_A_COACH: Final[Mapping[str, str]] = {
    "the coach": "coach:went",
    "another coach": "coach:goes",
    "lead": "lead:max",
    "safeguarding lead": "safeguarding-lead:kim",
    "researcher": "researcher:rob",
    "learner": "learner:a",
}
"""Every standing on a coach's own record, that of `coach:went`."""
AUTHORS: Final[Mapping[str, str]] = {
    "learner": "learner:a",
    "coach": "coach:went",
    "lead": "lead:jo",
    "safeguarding-lead": "safeguarding-lead:sam",
    "researcher": "researcher:ria",
}
"""Who recorded what is put right, by role; a coach did so while they went with the learner."""
AMENDING: Final[Mapping[str, str]] = {
    "who recorded it": "",
    **{name: party for name, (party, of) in STANDINGS.items() if of == OTHER and name != NOBODY_GOES},
}
"""Everybody who may ask to put something right; the first is its own author."""
BEGAN: Final = datetime(2030, 9, 2, 10, tzinfo=UTC)
POLICY: Final = Policy.load("starter")
ABOUT: Final = {"breach-authorised": ', record = "start", rule = "JRN-01"', "record-annotated": ', record = "start"'}
"""What a scenario has to say of a kind that is about a record."""
ON_A_JOURNEY: Final = tuple(
    kind for kind in KINDS if not kind.declares.is_of_a_coach and kind not in (EntryCorrected, EntryWithdrawn)
)
ON_A_COACH: Final = tuple(kind for kind in KINDS if kind.declares.is_of_a_coach)

evolved: Any = attrs.evolve


def usual(kind: type[Entry], conversation: str) -> Entry:
    """An ordinary entry of a kind, of a conversation where it names one."""
    name = kind.declares.name
    entry = _tried(f'try = {{ kind = "{name}"{ABOUT.get(name, "")} }}')
    named = {"conversation": conversation, "supported_by": "lead:jo"}
    fields = {field.name for field in kind.declares.fields} & named.keys()
    changed: Entry = evolved(entry, **{field: named[field] for field in fields})
    return changed


@cache
def _tried(line: str) -> Entry:
    text = f'schema = 1\n[[scenario]]\nname = "asked"\n{line}\noutcome = "accepted"'
    return parse_scenarios(Source.parse(text, file="standing.iag.toml"))[0].tried.entry


class Day:
    """A clock that stands still, until it is moved."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


def a_casebook(*, went: Sequence[tuple[Entry, str]] = (), assigned: bool = True) -> Casebook:
    """A journey after three days. On the second, `coach:went` held a conversation, and `went` was recorded."""
    day = Day()
    cases = Casebook(MemoryJournal(), POLICY, clock=day, rules=ALONE)
    started = JourneyStarted(learner="learner:a", programme="starter", attests_age=34)
    cases.record("a", started, by="lead:jo", id="start").require()
    if not assigned:
        return cases
    cases.record("a", CoachAssigned(coach="coach:went"), by="lead:jo", id="first").require()
    day.now += timedelta(days=1)
    held = ConversationHeld(conversation=OWN, coach="coach:went", minutes=30)
    cases.record("a", held, by="coach:went", id="held").require()
    for entry, by in went:
        cases.record("a", entry, by=by, id="recorded").require()
    day.now += timedelta(days=1)
    cases.record("a", CoachAssigned(coach="coach:goes"), by="lead:jo", id="second").require()
    until = date(2030, 9, 30)
    cases.record("a", CoverAssigned(coach="coach:covers", until=until), by="lead:jo", id="cover").require()
    held = ConversationHeld(conversation=OTHER, coach="coach:goes", minutes=30)
    cases.record("a", held, by="coach:goes", id="held since").require()
    day.now += timedelta(days=1)
    return cases


def said(decision: Decision) -> str:
    """What the rules of access say: yes, yes with advice, or no."""
    if not decision.accepted:
        return NO
    return ADVISED if any(one.rule in ASKED for one in decision.advice) else YES


@cache
def recording() -> dict[tuple[str, str], str]:
    """Whether somebody in a standing may record a kind on a journey: by kind, then standing."""
    usually, early = a_casebook(), a_casebook(assigned=False)
    found = {}
    for kind in ON_A_JOURNEY:
        for standing, (by, of) in STANDINGS.items():
            cases = early if standing == NOBODY_GOES else usually
            found[kind.declares.name, standing] = said(cases.preview("a", usual(kind, of), by=by))
    return found


@cache
def recording_of_a_coach() -> dict[tuple[str, str], str]:
    """The same on a coach's own record."""
    cases = a_casebook()
    return {
        (kind.declares.name, standing): said(cases.preview("coach:went", usual(kind, OTHER), by=by))
        for kind in ON_A_COACH
        for standing, by in OF_A_COACH.items()
    }


@cache
def amending() -> dict[tuple[str, str, str], str]:
    """Whether somebody may take back a record of a journey: by its kind, the role of its author, and standing."""
    found = {}
    for kind in ON_A_JOURNEY:
        # a journey has one start, and here it is a lead's
        for role in kind.declares.by if kind is not JourneyStarted else ("lead",):
            author = AUTHORS[role]
            started = kind is JourneyStarted
            cases = a_casebook(went=() if started else [(usual(kind, OWN), author)])
            asked = EntryWithdrawn("start" if started else "recorded", "w")
            for standing, party in AMENDING.items():
                decision = cases.preview("a", asked, by=party or author)
                found[kind.declares.name, role, standing] = said(decision)
    return found


# ---- the tables


def standing() -> str:
    """The tables, each with a line on what it shows."""
    return "\n\n".join(
        (
            "### On a journey",
            f"*{YES}* and *{ADVISED}*: may record it; *{ADVISED}*: we advise that a lead assigns a coach.",
            _by_kind(recording(), tuple(STANDINGS)),
            "### On a coach's own record",
            _by_kind(recording_of_a_coach(), tuple(OF_A_COACH)),
            "### Putting it right",
            "What was recorded by whom, and who may take it back or correct it. A concern and a withdrawal of consent "
            "stay as they were said, with a note.",
            table(("recorded by", "kinds", *AMENDING), _amending_rows()),
        )
    )


def _by_kind(found: Mapping[tuple[str, str], str], standings: Sequence[str]) -> str:
    kinds = dict.fromkeys(kind for kind, _ in found)
    return table(("entry", *standings), ((link(kind), *(found[kind, one] for one in standings)) for kind in kinds))


def _amending_rows() -> Iterator[tuple[str, ...]]:
    """One row for the kinds of an author that everybody may put right alike; what nobody may is left out."""
    for role in AUTHORS:
        kinds = [kind for kind, author, standing in amending() if author == role and standing == "lead"]
        answers = {kind: tuple(amending()[kind, role, one] for one in AMENDING) for kind in kinds}
        for row, alike in groupby(sorted(kinds, key=answers.__getitem__, reverse=True), key=answers.__getitem__):
            if any(row):
                yield role, _links(alike), *row


def _links(kinds: Iterable[str]) -> str:
    return ", ".join(link(kind) for kind in sorted(kinds))


class _Standing(Generated):
    writes = staticmethod(standing)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive."""
    app.add_directive("standing", _Standing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
