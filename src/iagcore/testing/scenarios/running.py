"""Running: the history goes on a record of its own, the entry is tried, and the answer is compared."""

from collections.abc import Sequence
from datetime import date

import attrs

from iagcore.casebook import Casebook
from iagcore.directory.memory import MemoryDirectory
from iagcore.exceptions import InvalidEntry, InvalidFile, UnknownJourney
from iagcore.opportunities import Opportunity
from iagcore.policy import Policy
from iagcore.record.findings import Decision, Duty
from iagcore.record.rules import Rule
from iagcore.storage.memory import MemoryJournal
from iagcore.testing.scenarios.comparing import differences, found_on
from iagcore.testing.scenarios.reading import Scenario
from iagcore.testing.scenarios.telling import Step, first_moment


@attrs.frozen
class Report:
    """Whether a scenario holds, in words for whoever wrote it, and the decision that was made.

    `duties` is what is then to do on the home of the entry tried, where the scenario speaks of it.
    """

    passed: bool
    text: str
    decision: Decision
    duties: tuple[Duty, ...] = ()


class Stage:
    """A record of its own with a scenario's history on it, on which its entry can be tried.

    `rules` and `policy` may be others than those that the scenario goes by. Raises `InvalidFile` where an entry
    of the history is refused and not meant to be, or the other way round, or cannot be recorded at all.
    """

    def __init__(
        self, scenario: Scenario, *, rules: Sequence[Rule] | None = None, policy: Policy | None = None
    ) -> None:
        self.scenario = scenario
        self._now = began = first_moment(scenario.policy)
        self._casebook = Casebook(
            MemoryJournal(),
            policy or scenario.policy,
            clock=lambda: self._now,
            rules=scenario.book.rules if rules is None else rules,
            extend=scenario.book.extensions,
            directory=_directory(scenario, began.date()),
        )
        self.history = tuple(self._happened(step) for step in scenario.history)

    def _happened(self, step: Step) -> Decision:
        decision = self._recorded(step)
        if decision.accepted and step.refused:
            reason = f"this {step.entry.declares.name} is accepted, and refused = true stands beside it"
            raise InvalidFile(self.scenario.file, step.line, reason)
        if not decision.accepted and not step.refused:
            reasons = "; ".join(f"{one.rule}: {one.sentence}" for one in decision.refusals)
            which = f"{step.entry.declares.name} {step.id!r} of journey {step.journey!r}"
            meant = "where that is meant, write refused = true"
            reason = f"the history does not happen: {which} is refused ({reasons}); {meant}"
            raise InvalidFile(self.scenario.file, step.line, reason)
        return decision

    def answer(self) -> Decision:
        """The decision on the entry tried. Raises `InvalidFile` where it cannot be recorded at all."""
        return self._recorded(self.scenario.tried)

    def duties(self) -> tuple[Duty, ...]:
        """What is to do on the home of the entry tried; nothing where there is none."""
        try:
            return self._casebook.duties(self.scenario.tried.journey)
        except UnknownJourney:
            return ()  # a start that was refused begins none

    def _recorded(self, step: Step) -> Decision:
        self._now = step.recorded
        try:
            return self._casebook.record(step.journey, step.entry, by=step.by, at=step.at, id=step.id)
        except (InvalidEntry, UnknownJourney) as error:
            raise InvalidFile(self.scenario.file, step.line, str(error)) from None


def _directory(scenario: Scenario, today: date) -> MemoryDirectory:
    directory = MemoryDirectory()
    directory.keep([one for one, _ in scenario.listed], feed="scenario", today=today)
    if any(gone for _, gone in scenario.listed):
        still = [one for one, gone in scenario.listed if not gone]
        # a feed that lists nothing at all makes nothing gone
        directory.keep(still or [Opportunity("else", "Something else")], feed="scenario", today=today, full=True)
    return directory


def decided(scenario: Scenario, *, rules: Sequence[Rule] | None = None, policy: Policy | None = None) -> Decision:
    """The decision on the entry tried, once the history is on a record of its own. Raises what `Stage` does."""
    return Stage(scenario, rules=rules, policy=policy).answer()


def run(scenario: Scenario, *, rules: Sequence[Rule] | None = None, policy: Policy | None = None) -> Report:
    """Run one scenario. Raises `InvalidFile` where its history does not happen as it is written."""
    return reported(Stage(scenario, rules=rules, policy=policy))


def reported(stage: Stage) -> Report:
    """The report on what is tried on a stage. Raises `InvalidFile` where it cannot be."""
    scenario, decision = stage.scenario, stage.answer()
    duties = stage.duties() if scenario.expected.duties is not None else ()
    differ = differences(scenario.expected, decision, duties)
    if not differ:
        return Report(True, f"{scenario.name}: holds", decision, duties)
    lines = [f"{where(scenario)}{scenario.name}: does not hold"]
    if scenario.why:
        lines.append(f"  why it matters: {scenario.why}")
    lines += [f"  {one.says}" for one in differ]
    about = set().union(*(one.about for one in differ))
    lines += [f"  {line}" for one in decision.considered if one.rule in about for line in found_on(one)]
    lines += [f"  to do: {duty}, for {duty.party or 'nobody'}" for duty in duties if duty.rule in about]
    return Report(False, "\n".join(lines), decision, duties)


def where(scenario: Scenario) -> str:
    """Where a scenario stands, as a message begins; its row, where it is one of several cases."""
    return f"{scenario.file}:{scenario.line}: " if scenario.line else f"{scenario.file}: "
