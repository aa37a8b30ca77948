"""Deciding one entry on a home: the case with all that it reads, every rule that applies, and whom the record is about.

Recording an entry and asking what another policy would have said of it (`what_if.py`) go through here, so that the
second can never drift from the first. Nothing here reads the journal or a clock: whoever asks supplies what lies beyond
the home.

A kind names its subjects by words (`journey`, `learner`, `coach`), which resolve here. They are a minimum: a record is
also filed under the learner and the coach of every hour that its effect changes, before and after, so that a timeline
folded from what is filed under a person is never missing an hour that came or went.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import attrs

from iagcore.policy import Policy
from iagcore.practice.allowance import Line
from iagcore.practice.amendments import Amendment, EntryCorrected, RecordAnnotated
from iagcore.practice.consent import Consents
from iagcore.practice.conversations import ConversationHeld
from iagcore.practice.kinds import ROLES, Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.parties import concerns_of, role_of
from iagcore.practice.readiness import Readiness
from iagcore.record.amending import Amended, amend
from iagcore.record.case import Amending, Asked, Case
from iagcore.record.findings import Assessment
from iagcore.record.home import Home, learner_fixed_by, standing_after
from iagcore.record.journey import Timeline
from iagcore.record.judging import accepts, consider
from iagcore.record.records import Record, Sort
from iagcore.record.rules import Rule


class Beyond(Protocol):
    """What a decision reads beyond its home: who is booked when, a coach's readiness, consents for every journey."""

    def timeline(self, subject: str) -> Timeline:
        """The hours of a learner or a coach."""
        ...

    def readiness(self, coach: str) -> Readiness:
        """A coach's readiness."""
        ...

    def consents(self, home: Home) -> Consents:
        """What the learner consented to, on other journeys too."""
        ...

    def journeys_beside(self, home: Home, learner: str) -> Iterable[Home]:
        """The other journeys of a learner."""
        ...

    def policy(self, fingerprint: str) -> Policy:
        """The policy of a fingerprint, which a place was recorded under."""
        ...


@attrs.frozen
class Weighed:
    """What came of it: the case, every rule considered, and the subjects that the entry is filed under if accepted.

    `amended` is what an amendment settles, where it may be made; None for any other entry.
    """

    case: Case
    considered: tuple[Assessment, ...]
    subjects: tuple[str, ...]
    amended: Amended | None

    @property
    def accepted(self) -> bool:
        """Whether nothing refuses."""
        return accepts(self.considered)


def weigh_up(asked: Asked, home: Home, policy: Policy, *, beyond: Beyond, rules: Sequence[Rule]) -> Weighed:
    """Consider what is asked of a home under a policy; what an amendment changes, under those of its places."""
    case = Case.of(
        home,
        policy,
        at=asked.at,
        by=asked.by,
        recorded_at=asked.recorded_at,
        beforehand=asked.beforehand,
        opportunity=asked.opportunity,
    )
    amended: Amended | None = None
    if isinstance(asked.entry, Amendment):

        def look_out(entry: Entry, then: Home, by: str) -> dict[str, Any]:
            seen = _looked_up(attrs.evolve(asked, entry=entry, by=by), then, beyond)
            return {**seen, "opportunity": asked.opportunity, "timelines": _who_sat_when(asked, entry, home, beyond)}

        amended = amend(asked, home, policy_of=beyond.policy, rules=rules, look_out=look_out)
        effect = amended.effect if amended is not None else ()
        case = attrs.evolve(case, amending=Amending(asked.place, amended is not None and amended.as_a_fact))
    else:
        effect = case.effect_if_made(asked.entry)
    subjects = subjects_of(asked, home, effect)
    case = attrs.evolve(case, effect=effect, **_what_it_reads(asked, home, beyond, effect, subjects))
    considered = consider(asked.entry, case, rules, nature=asked.nature)
    if amended is not None and accepts(considered):
        considered = (*considered, *amended.own_findings)
    return Weighed(case, considered, subjects, amended)


def _what_it_reads(
    asked: Asked, home: Home, beyond: Beyond, effect: Sequence[Line], subjects: Sequence[str]
) -> dict[str, Any]:
    """What the case has of what lies beyond the home, by name; hours as if the lines of the effect were released."""
    released = [home.surrogates[line.key] for line in effect if line.key in home.surrogates]
    people = [one for one in subjects if role_of(one) in ROLES and one != home.subject]
    timelines = {one: beyond.timeline(one).without(released) for one in people}
    return {"timelines": timelines, **_looked_up(asked, home, beyond)}


def _who_sat_when(asked: Asked, entry: Entry, home: Home, beyond: Beyond) -> dict[str, Timeline]:
    """The hours of the people in a conversation that was held, but for those of the place that is amended."""
    if not isinstance(entry, ConversationHeld) or asked.place is None:
        return {}
    ids = {entry.conversation, *(getattr(one.entry, "conversation", None) for one in asked.place.recorded)}
    own = [surrogate for (_, id), surrogate in home.surrogates.items() if id in ids]
    return {one: beyond.timeline(one).without(own) for one in (home.learner, entry.coach) if one is not None}


def _looked_up(asked: Asked, home: Home, beyond: Beyond) -> dict[str, Any]:
    """The coach's readiness, and consents, as far as the kind of the entry reads them."""
    read: dict[str, Any] = {}
    coach = coach_of(asked.entry, home, by=asked.by)
    if coach is not None:
        read["readiness"] = beyond.readiness(coach)
    if "learner" in asked.entry.declares.reads:
        read["consents"] = beyond.consents(home)
    start = asked.entry if asked.place is None else standing_after(asked.entry, asked.place)
    learner = start.learner if isinstance(start, JourneyStarted) else home.learner
    if isinstance(start, JourneyStarted | ConversationHeld) and learner is not None:
        read["elsewhere"] = {one.name: one for one in beyond.journeys_beside(home, learner)}
    return read


def recorded(asked: Asked, weighed: Weighed, home: Home, *, policy: str, surrogate: Callable[[Line], str]) -> Record:
    """The record of an answer: of a refusal, no effect stands and no more than its home is named."""
    accepted = weighed.accepted
    amended = weighed.amended if accepted else None
    return Record(
        id=asked.id,
        about=weighed.subjects if accepted else subjects_of_a_refusal(asked, home),
        at=asked.at,
        recorded_at=asked.recorded_at,
        by=asked.by,
        policy=policy,
        corrects=asked.place.record if asked.place is not None and accepted else None,
        outcome=Sort.ACCEPTED if accepted else Sort.REFUSED,
        considered=weighed.considered,
        restated=amended.restated if amended is not None else (),
        effect=tuple((surrogate(line), line) for line in weighed.case.effect) if accepted else (),
        entry=asked.entry,
    )


# ---- whom a record is about


def subjects_of(asked: Asked, home: Home, effect: Sequence[Line]) -> tuple[str, ...]:
    """The subjects that what is asked is filed under, its home first.

    What stands apart is found through the journey, its learner, and the learner whom a concern names.
    """
    entry, place = asked.entry, asked.place
    if asked.apart is not None:
        # a learner who speaks of another journey is found there when they are erased
        author = asked.by if role_of(asked.by) == "learner" else None
        learners = (asked.apart.learner or learner_fixed_by(entry), home.learner, author)
        return tuple(dict.fromkeys((*_where(asked, home), *filter(None, learners))))
    said = [entry]
    if isinstance(entry, EntryCorrected):
        said.append(entry.entry)
    if place is not None:
        said.append(place.top.entry if place.top else place.original)
    if isinstance(entry, RecordAnnotated) and (beside := home.stack_of(entry.record)) is not None:
        # a note stands where the record stands that it is about
        said.append(beside.original)
    named = [home.subject, *(one for entry in said for one in _named_by(entry, home))]
    for line in effect:
        for one in (home.allowance[line.key], line):
            named += [] if one.starts_at is None else [home.learner, one.coach]
    return tuple(dict.fromkeys(subject for subject in named if subject is not None))


def _where(asked: Asked, home: Home) -> tuple[str, ...]:
    return (home.subject,) if asked.apart is None else (asked.apart.subject, concerns_of(home.name))


def subjects_of_a_refusal(asked: Asked, home: Home) -> tuple[str, ...]:
    """A refusal stands under its home alone, and under a learner who is not the home's own.

    Such a learner asked for it, or was named in a start that did not come about; their erasure then finds it.
    """
    start = asked.entry.entry if isinstance(asked.entry, EntryCorrected) else asked.entry
    named = [start.learner] if isinstance(start, JourneyStarted) else []
    strangers = [one for one in (*named, asked.by) if role_of(one) == "learner" and one != home.learner]
    return tuple(dict.fromkeys((*_where(asked, home), *strangers)))


def coach_of(entry: Entry, home: Home, *, by: str) -> str | None:
    """The coach whose readiness a decision about an entry reads, or None where its kind reads nobody's.

    That is the coach whom the entry names, or whose booking it is; for a start, whoever recruited the learner; for what
    is about no conversation, the coach who makes it, or the one assigned.
    """
    declares = entry.declares
    if "recruiter" in declares.reads:
        recruiter: str | None = getattr(entry, "recruiter", None)
        return recruiter
    if not {"journey", "coach"} <= {*declares.about, *declares.reads}:
        return None
    named = _coach_named(entry, home)
    if named is not None or "coach" in declares.about:
        # a conversation is with the coach it names, or whom it was booked with: nobody stands in for them
        return named
    return by if role_of(by) == "coach" else home.coaching.coach


def _coach_named(entry: Entry, home: Home) -> str | None:
    conversation = getattr(entry, "conversation", None)
    named: str | None = getattr(entry, "coach", None)
    return named or home.conversations[conversation or ""].coach


def _named_by(entry: Entry, home: Home) -> list[str | None]:
    about = entry.declares.about
    named: list[str | None] = []
    if "learner" in about:
        named.append(getattr(entry, "learner", None) or home.learner)
    if "journey" in about and "coach" in about:
        named.append(_coach_named(entry, home))
    return named
