"""Consent: per purpose and scope, dated, perhaps for one referral alone, perhaps expiring, and withdrawable.

A withdrawal ends what was given before it: before its moment, or before it on the record. It is never retroactive, so
what was done while a consent stood was done with it; what is still to be done rests on nothing that was withdrawn.
Consent given anew counts from its own moment and revives nothing.
"""

from datetime import date, datetime
from typing import Any

from iagcore.testing.oracle.story import Story
from iagcore.testing.told import Told

GIVEN = "consent-given"
WITHDRAWN = "consent-withdrawn"


def in_force(
    purpose: str,
    journey: str,
    story: Story,
    *,
    at: datetime,
    on: date,
    referral: str | None = None,
    looking_back: bool = False,
) -> bool:
    """Whether a consent to a purpose is in force at a moment, and lasts until the end of the day `on`.

    `looking_back` asks what was so then: what was withdrawn only afterwards had stood.
    """
    spoken = consents_that_count(journey, story)
    for place, (given, told) in enumerate(spoken):
        if given.declares.name != GIVEN or given.purpose != purpose or told.at > at:
            continue
        if given.only_for is not None and given.only_for != referral:
            continue
        if given.expires_on is not None and given.expires_on < on:
            continue
        ends = False
        for other_place, (other, when) in enumerate(spoken):
            if other.declares.name != WITHDRAWN or other.purpose != purpose:
                continue
            if other.only_for is not None and other.only_for != referral:
                continue
            if looking_back and when.at > at:
                continue
            if when.at >= told.at or other_place > place:
                ends = True
        if not ends:
            return True
    return False


def consents_that_count(journey: str, story: Story) -> list[tuple[Any, Told]]:
    """What was given and withdrawn on this journey, and for every journey on others of the same learner, in order."""
    learner = story.learner(journey)
    found: list[tuple[Any, Told]] = []
    for told in story.told:
        entry: Any = told.entry
        if entry.declares.name not in (GIVEN, WITHDRAWN):
            continue
        if entry.declares.name == GIVEN and story.began_before(told):
            continue  # the first consent of an id stays as it was given
        of_the_learner = learner is not None and story.learner(told.home) == learner
        if told.home == journey or (of_the_learner and entry.scope == "every journey"):
            found.append((entry, told))
    return found
