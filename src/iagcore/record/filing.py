"""Filing: the subjects that a record stands under, and those that a decision about it reads.

A kind names its subjects by words (`journey`, `learner`, `coach`), which resolve here. They are a minimum: a record is
also filed under the learner and the coach of every hour that its effect changes, before and after, so that a timeline
folded from what is filed under a person is never missing an hour that came or went.
"""

from collections.abc import Sequence
from typing import Any

from iagcore.practice.allowance import Line
from iagcore.practice.amendments import EntryCorrected, RecordAnnotated
from iagcore.practice.kinds import Entry
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.parties import role_of
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.case import Asked
from iagcore.record.home import Home


def subjects_of(asked: Asked, home: Home, effect: Sequence[Line]) -> tuple[str, ...]:
    """The subjects that what is asked is filed under, its home first."""
    entry, place = asked.entry, asked.place
    named: list[str | None] = [home.subject, *_named_by(entry, home)]
    if isinstance(entry, EntryCorrected):
        named += _named_by(entry.entry, home)
    if place is not None:
        named += _named_by(place.top.entry if place.top else place.original, home)
    if isinstance(entry, RecordAnnotated):
        # a note stands where the record stands that it is about
        beside = home.stack_of(entry.record)
        named += _named_by(beside.original, home) if beside is not None else []
    for line in effect:
        for one in (home.allowance[line.key], line):
            if one.hour is not None:
                named += [home.learner, one.coach]
    return tuple(dict.fromkeys(subject for subject in named if subject is not None))


def subjects_of_a_refusal(entry: Entry, home: Home, *, by: str) -> tuple[str, ...]:
    """A refusal stands under its home alone, and under a learner who is not the home's own.

    Such a learner asked for it, or was named in a start that did not come about; their erasure then finds it.
    """
    start = entry.entry if isinstance(entry, EntryCorrected) else entry
    named = [start.learner] if isinstance(start, JourneyStarted) else []
    strangers = [one for one in (*named, by) if role_of(one) == "learner" and one != home.learner]
    return tuple(dict.fromkeys((home.subject, *strangers)))


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


def _learner_named(entry: Any, home: Home) -> str | None:
    """The learner whom a concern names; what is said of it later is about the same."""
    if isinstance(entry, ConcernRaised):
        return entry.learner
    raised = (place.original for place in home.places if isinstance(place.original, ConcernRaised))
    return next((one.learner for one in raised if one.concern == entry.concern and one.learner), None)


def _named_by(entry: Entry, home: Home) -> list[str | None]:
    about = entry.declares.about
    named: list[str | None] = []
    if "learner" in about:
        named.append(getattr(entry, "learner", None) or home.learner)
    if "learner named" in about:
        # a concern on a journey is that journey's record, whoever else it names: erasing them does not take it
        learner = _learner_named(entry, home)
        named.append(learner if home.learner in (None, learner) else None)
    if "journey" in about and "coach" in about:
        named.append(_coach_named(entry, home))
    return named
