"""Filing: the subjects that a record stands under.

A kind names its subjects by words (`journey`, `learner`, `coach`), which resolve here. They are a minimum: a record is
also filed under the learner and the coach of every hour that its effect changes, before and after, so that a timeline
folded from what is filed under a person is never missing an hour that came or went.
"""

from collections.abc import Sequence

from iagcore.practice.allowance import Line
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.record.journey import Journey


def subjects_of(entry: Entry, journey: Journey, effect: Sequence[Line]) -> tuple[str, ...]:
    """The subjects that an entry is filed under, its home first."""
    named: list[str | None] = [journey.subject, *_named_by(entry, journey)]
    if isinstance(entry, EntryCorrected | EntryWithdrawn):
        if isinstance(entry, EntryCorrected):
            named += _named_by(entry.entry, journey)
        place = journey.stack_of(entry.target)
        if place is not None:
            named += _named_by(place.top.entry if place.top else place.original, journey)
    for line in effect:
        for one in (journey.allowance[line.key], line):
            if one.hour is not None:
                named += [journey.learner, one.coach]
    return tuple(dict.fromkeys(subject for subject in named if subject is not None))


def subjects_of_a_refusal(entry: Entry, journey: Journey, *, by: str) -> tuple[str, ...]:
    """A refusal stands under its home alone, and under a learner who is not the home's own.

    Such a learner asked for it, or was named in a start that did not come about; their erasure then finds it.
    """
    start = entry.entry if isinstance(entry, EntryCorrected) else entry
    named = [start.learner] if isinstance(start, JourneyStarted) else []
    strangers = [one for one in (*named, by) if one.startswith("learner:") and one != journey.learner]
    return tuple(dict.fromkeys((journey.subject, *strangers)))


def _named_by(entry: Entry, journey: Journey) -> list[str | None]:
    about, learner = entry.declares.about, getattr(entry, "learner", None)
    named: list[str | None] = []
    if "learner" in about:
        named.append(learner or journey.learner)
    if "learner named" in about:
        # a concern on a journey is that journey's record, whoever else it names: erasing them does not take it
        named.append(learner if journey.learner in (None, learner) else None)
    if "coach" in about:
        conversation = getattr(entry, "conversation", None)
        named.append(getattr(entry, "coach", None) or journey.bookings[conversation or ""].coach)
    return named
