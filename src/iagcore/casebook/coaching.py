"""A coach as the record gives them: readiness on any day, hours, and the journeys they go with."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Final

import attrs

from iagcore.casebook.reading import Reading
from iagcore.exceptions import InvalidEntry, nearest
from iagcore.policy import Policy
from iagcore.practice.conversations import ConversationBooked
from iagcore.practice.kinds import PLAN, Entry, accept_day, accepted
from iagcore.practice.learners import JourneyStarted, Standing
from iagcore.practice.parties import name_of_home, role_of
from iagcore.practice.readiness import Readiness
from iagcore.practice.signposting import Signposted
from iagcore.record.case import Case
from iagcore.record.findings import Decision
from iagcore.record.journey import Journey, Timeline
from iagcore.record.judging import accepts, consider
from iagcore.record.rules import Rule
from iagcore.rulebook.coaches import READY_FOR

NOON: Final = time(12)


@attrs.frozen(kw_only=True)
class Coach:
    """A coach, as the record gives them now: their `readiness` as a timeline, and the `hours` they are booked for."""

    name: str
    readiness: Readiness
    hours: Timeline
    _reading: Reading = attrs.field(repr=False, eq=False)
    _policy: Policy = attrs.field(repr=False, eq=False)
    _rules: Sequence[Rule] = attrs.field(repr=False, eq=False)

    def ready_for(self, activity: str, *, on: date) -> Decision:
        """Whether the coach is ready for an activity on a day, past ones included, with the reasons.

        Activities are those of `READY_FOR`: one-to-one, recruiting, signposting. Raises `InvalidEntry` for another, or
        no day.
        """
        if activity not in READY_FOR:
            reason = f"a coach is ready for one of {', '.join(READY_FOR)}{nearest(str(activity), READY_FOR)}"
            raise InvalidEntry("argument", "activity", activity, reason)
        on = accepted("on", on, accept_day)
        noon = datetime.combine(on, NOON, tzinfo=self._policy.zone)
        case = Case(self._policy, at=noon, by=self.name, readiness=self.readiness)
        # as the casebook was given them, which may be others than those that are shipped
        asked = {rule.code for rule in READY_FOR[activity]}
        rules = [rule for rule in self._rules if rule.code in asked]
        considered = consider(_asked(activity, self.name, noon), case, rules, nature=PLAN)
        title = f"{self.name} is asked to be ready for {activity} on {on:%d %b %Y}"
        return Decision(
            accepted=accepts(considered),
            considered=considered,
            title=title,
            plain_title=title,
            policy=self._policy.fingerprint,
            complete=True,
        )

    @property
    def journeys(self) -> tuple[str, ...]:
        """The open journeys that the coach is assigned to."""
        return tuple(one.name for one in self._open_journeys() if one.coaching.coach == self.name)

    @property
    def covers(self) -> tuple[tuple[str, date], ...]:
        """The open journeys that the coach covers, each with the last day; whether that day has passed is not asked."""
        return tuple(
            (journey.name, cover.until)
            for journey in self._open_journeys()
            for cover in journey.coaching.covers
            if cover.coach == self.name
        )

    def _open_journeys(self) -> Iterator[Journey]:
        filed = self._reading.journal.read(self.name)
        homes = dict.fromkeys(one.home for one in filed if role_of(one.home) == "journey")
        journeys = (self._reading.journey(name_of_home(home)) for home in homes)
        return (one for one in journeys if one.status.standing is Standing.OPEN)


def _asked(activity: str, coach: str, noon: datetime) -> Entry:
    """The entry by which the activity would be asked for; nothing of it but its coach and its day is looked at."""
    if activity == "recruiting":
        return JourneyStarted(learner="learner:asked", programme="asked", recruiter=coach)
    if activity == "signposting":
        return Signposted(signpost="asked", opportunity="asked")
    return ConversationBooked(conversation="asked", coach=coach, starts_at=noon, minutes=1)


def coach_on(reading: Reading, name: str, policy: Policy, rules: Sequence[Rule]) -> Coach:
    """The coach of that name, as the record gives them."""
    return Coach(
        name=name,
        readiness=reading.coach(name).readiness,
        hours=reading.timeline(name),
        reading=reading,
        policy=policy,
        rules=rules,
    )
