"""Agreement: a history is told to the oracle and to the engine, and the first thing they disagree on is said.

Each entry is recorded through a casebook and told to the oracle. Compared are whether it was accepted, the rules that
found something and what each weighs (of those that the oracle covers), then the minutes, the conversations and the
standing of the journey; for a coach, what they are ready for on the days that were named.

A disagreement is printed as a scenario that says what the oracle answers, ready to paste into an `.iag.toml` file: it
holds once the rules are right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import attrs

from iagcore.casebook import Casebook
from iagcore.exceptions import UnknownJourney
from iagcore.policy import SHIPPED, Policy
from iagcore.practice.coaches import CoachAssigned
from iagcore.practice.conversations import ChargeContested, ConversationBooked
from iagcore.practice.learners import JourneyClosed, JourneyStarted
from iagcore.practice.parties import role_of
from iagcore.record.findings import Decision
from iagcore.record.rules import Rule
from iagcore.rulebook import RULES
from iagcore.storage.memory import MemoryJournal
from iagcore.testing.oracle import COVERED, Answer, Oracle
from iagcore.testing.oracle.answers import READY_FOR, asked_for
from iagcore.testing.scenario_text import written
from iagcore.testing.scenarios.telling import first_moment
from iagcore.testing.told import Told

LEAD: Final = "lead:jo"


@attrs.frozen
class Disagreement:
    """What the oracle and the engine answer differently, and a scenario file that says what the oracle answers."""

    about: str
    oracle: str
    engine: str
    scenario: str

    def __str__(self) -> str:
        """Both answers, and the scenario ready to paste."""
        return f"{self.about}\n  the oracle: {self.oracle}\n  the engine: {self.engine}\n\n{self.scenario}"


def disagreement(history: Iterable[Told], policy: Policy, *, rules: Sequence[Rule] = RULES) -> Disagreement | None:
    """The first thing on which the oracle and the engine disagree; None where they agree on all of a history.

    `rules` are the engine's: by default all that are shipped. An entry for a journey that does not exist is passed over
    where both say that there is none. Raises whatever `Casebook.record` raises but `UnknownJourney`.
    """
    both = _Both(policy, rules)
    found = (both.tell(told) for told in history)
    return next((one for one in found if one is not None), None)


class _Both:
    """The oracle and a casebook of its own, told the same."""

    def __init__(self, policy: Policy, rules: Sequence[Rule]) -> None:
        self.policy = policy
        self.oracle = Oracle(policy)
        self.now = first_moment(policy)
        self.casebook = Casebook(MemoryJournal(), policy, clock=lambda: self.now, rules=rules)
        self.history: list[tuple[Told, bool]] = []

    def tell(self, told: Told) -> Disagreement | None:
        """Tell both, and compare what they answer and what then stands."""
        expected, found = self.oracle.ask(told), self._answer_of_the_engine(told, keep=True)
        if expected != found:
            what = f"{told.entry.declares.name} {told.id!r} of {told.home} by {told.by}"
            return Disagreement(what, _shown(expected), _shown(found), self._scenario(told))
        if expected.accepted is None:
            return None
        self.oracle.tell(told)
        self.history.append((told, bool(expected.accepted)))
        return next(self._differences(told), None)

    def _answer_of_the_engine(self, told: Told, *, keep: bool = False) -> Answer:
        decision = self._decided(told, keep=keep)
        return Answer(None) if decision is None else _covered(decision)

    def _decided(self, told: Told, *, keep: bool = False) -> Decision | None:
        self.now = told.at
        try:
            if keep:
                return self.casebook.record(told.home, told.entry, by=told.by, at=told.at, id=told.id)
            return self.casebook.preview(told.home, told.entry, by=told.by, at=told.at)
        except UnknownJourney:
            return None

    def _differences(self, told: Told) -> Iterator[Disagreement]:
        if role_of(told.home) == "coach":
            yield from self._in_readiness(told)
        elif self.oracle.story.told and any(one.home == told.home for one in self.oracle.story.told):
            yield from self._in_the_journey(told)

    def _in_the_journey(self, told: Told) -> Iterator[Disagreement]:
        journey = self.casebook.journey(told.home)
        expected = attrs.asdict(self.oracle.minutes(told.home))
        found = {name: getattr(journey.allowance, name) for name in expected}
        if expected != found:
            far = ConversationBooked(conversation="far off", coach="coach:nina", starts_at=_far(told), minutes=1)
            ceiling = expected["granted"] + expected["extensions"]
            evidence = {"ceiling": ceiling, "used": expected["used"], "booked": expected["booked"]}
            scenario = self._scenario(attrs.evolve(told, entry=far, by=LEAD, id="far off"), ("ALW-01", evidence))
            yield Disagreement(f"the minutes of {told.home} after {told.id!r}", str(expected), str(found), scenario)
        conversations = {one.id: one for one in journey.conversations.all}
        for id, one in self.oracle.conversations(told.home).items():
            parts = ("state", "coach", "starts_at", "minutes", "settled_at")
            was = {part: getattr(one, part) for part in parts}
            stands = {part: getattr(conversations.get(id), part, None) for part in parts}
            if was != stands:
                contested = ChargeContested(conversation=id, words="Is that so?")
                by = self.oracle.story.learner(told.home) or LEAD
                asked = attrs.evolve(told, entry=contested, by=by, id="what became of it")
                scenario = self._scenario(asked, ("BKG-01", {"state": one.state}))
                about = f"conversation {id} of {told.home} after {told.id!r}"
                yield Disagreement(about, str(was), str(stands), scenario)
        standing = self.oracle.standing(told.home)
        if standing != str(journey.status.standing):
            asked = attrs.evolve(told, entry=JourneyClosed(), by=LEAD, id="is it open")
            scenario = self._scenario(asked, ("JRN-03", {"standing": standing}))
            yield Disagreement(f"the standing of {told.home}", standing, str(journey.status.standing), scenario)

    def _in_readiness(self, told: Told) -> Iterator[Disagreement]:
        for day in _days_named(told, self.policy):
            for activity in READY_FOR:
                expected = self.oracle.ready_for(told.home, activity, on=day)
                found = _covered(self.casebook.coach(told.home).ready_for(activity, on=day))
                if expected != found:
                    about = f"whether {told.home} is ready for {activity} on {day} after {told.id!r}"
                    scenario = self._asking_whether_ready(told.home, activity, day)
                    yield Disagreement(about, _shown(expected), _shown(found), scenario)

    def _asking_whether_ready(self, coach: str, activity: str, day: date) -> str:
        """The activity, asked for on that day on a journey of its own."""
        noon = datetime.combine(day, time(12), tzinfo=self.policy.zone)
        began = first_moment(self.policy)
        tried = Told("asked", asked_for(activity, coach, noon), coach, noon, "asked")
        before: list[Told] = []
        if activity != "recruiting":
            start = JourneyStarted(learner="learner:asked", programme="asked", attests_age=30)
            before = [
                Told("asked", start, LEAD, began, "start"),
                Told("asked", CoachAssigned(coach=coach), LEAD, began, "coach"),
            ]
        for one in before:
            self._decided(one, keep=True)
            self.history.append((one, bool(self.oracle.tell(one).accepted)))
        return self._scenario(tried)

    def _scenario(self, tried: Told, evidence: tuple[str, Mapping[str, Any]] | None = None) -> str:
        """What was told so far, and what the oracle answers to one thing more."""
        expected = self.oracle.ask(tried)
        decision = self._decided(tried)
        sets: dict[str, list[str]] = {}
        for weight, key in (("refusal", "refusals"), ("breach", "breaches"), ("advice", "advice")):
            codes = {code for code, weighs in expected.findings.items() if weighs == weight}
            # of what the oracle does not cover, what the engine says is taken as it is
            others = decision.findings if decision is not None else ()
            codes |= {one.rule for one in others if one.rule not in COVERED and one.weight == weight}
            sets[key] = sorted(codes)
        return written(
            self.history,
            tried,
            policy=self.policy.name if self.policy.name in SHIPPED else f"{self.policy.name}.toml",
            accepted=bool(expected.accepted),
            sets=sets,
            evidence=evidence,
        )


def _covered(decision: Decision) -> Answer:
    """A decision, as far as the oracle covers it; what refuses beyond it is told, as it would hide a difference."""
    return Answer(
        decision.accepted,
        {one.rule: str(one.weight) for one in decision.findings if one.rule in COVERED or one in decision.refusals},
    )


def _shown(answer: Answer) -> str:
    if answer.accepted is None:
        return "there is no such journey"
    found = ", ".join(f"{code} ({weight})" for code, weight in sorted(answer.findings.items())) or "nothing found"
    return f"{'accepted' if answer.accepted else 'refused'}; {found}"


def _far(told: Told) -> datetime:
    return told.at.replace(year=2900, month=1, day=1)


def _days_named(told: Told, policy: Policy) -> list[date]:
    """The days on which an entry may change what a coach is ready for: its own, those that it names, and the next."""
    days = {policy.day(told.at)}
    for name in ("completed_on", "expires_on", "until"):
        day = getattr(told.entry, name, None)
        days |= {day} if day is not None else set()
    ordinals = sorted({one.toordinal() + more for one in days for more in (0, 1)})
    return [date.fromordinal(one) for one in ordinals if one < date(2999, 12, 31).toordinal()]
