"""Who may make an entry, and what of a journey they may know of."""

from typing import Any, Final

from iagcore.testing.oracle.story import Missing, Story
from iagcore.testing.told import Told

WHAT_FOLLOWS_A_CONCERN: Final = ("concern-escalated", "concern-closed")
OF_CONCERNS: Final = ("concern-raised", *WHAT_FOLLOWS_A_CONCERN)
IN_CONFIDENCE: Final = (*OF_CONCERNS, "safety-talked-about", "hold-entered", "hold-lifted")


def are_one_person(one: str, other: str) -> bool:
    return one.partition(":")[2] == other.partition(":")[2]


def may_make_it(asked: Told, story: Story) -> bool:
    role, declares = asked.by.partition(":")[0], asked.entry.declares
    if declares.about[0] == "coach" and role == "coach" and asked.by != asked.home:
        return False
    if role == "learner" and asked.by != story.learner(asked.home):
        return False
    return role in declares.by


def is_known(asked: Told, story: Story) -> bool:
    """Whether the concern, page or consent that is pointed to is on the record, as far as the author may know."""
    entry: Any = asked.entry
    kind = entry.declares.name
    if not may_make_it(asked, story):
        return True  # who may not record it is told nothing else
    if kind == "consent-withdrawn":
        for given, _ in story.of(asked.home, "consent-given"):
            if given.purpose == entry.purpose and (entry.only_for is None or given.only_for in (None, entry.only_for)):
                return True
        raise Missing  # a withdrawal of what nobody gave is no breach
    if kind in ("diary-shared", "diary-unshared"):
        return any(written.diary == entry.diary for written, _ in story.of(asked.home, "diary-written"))
    if kind == "approval-given" and entry.approves == "quote":
        return entry.which in records_known(asked, story)
    if kind == "hold-lifted":
        return any(entered.hold == entry.hold for entered, _ in story.of(asked.home, "hold-entered"))
    if entry.concern is None:
        return True
    for raised, told in story.of(asked.home, "concern-raised"):
        if raised.concern == entry.concern and (asked.by.startswith("safeguarding-lead:") or told.by == asked.by):
            return True
    return False


def is_under_a_concern(asked: Told, story: Story) -> bool:
    return asked.entry.concern in story.open_concerns(asked.home) and is_known(asked, story)  # type: ignore[attr-defined]


def records_known(asked: Told, story: Story) -> list[str]:
    """The records of the journey itself that whoever asks may know of: nothing that was told in confidence."""
    return [one.id for one in story.told if one.home == asked.home and is_open_to(asked.by, one, story)]


def is_open_to(party: str, one: Told, story: Story) -> bool:
    entry: Any = one.entry
    if one.by == party and not told_in_confidence(one):
        return True
    if entry.declares.name.startswith("diary-"):
        shared = False
        for other, _ in story.of(one.home, "diary-shared", "diary-unshared"):
            if other.diary == entry.diary:
                shared = other.declares.name == "diary-shared"
        return shared
    return not told_in_confidence(one)


def is_there(asked: Told, story: Story) -> bool:
    """Whether there is such a journey: more than concerns. Of these there is one for who may know, to follow it."""
    knows_all = asked.by.startswith("safeguarding-lead:")
    follows = told_in_confidence(asked) or is_about_it(asked, story)
    for one in story.told:
        if one.home != asked.home:
            continue
        if not told_in_confidence(one) and not is_about_it(one, story):
            return True
        if follows and (knows_all or one.by == asked.by):
            return True
    return False


def is_about_it(asked: Told, story: Story) -> bool:
    """Whether it is about something told in confidence: its record, or a referral."""
    about = getattr(asked.entry, "of", None) or getattr(asked.entry, "record", None)
    hidden = [one for one in story.told if one.home == asked.home and told_in_confidence(one)]
    return about is not None and any(about in (one.id, getattr(one.entry, "referral", None)) for one in hidden)


def told_in_confidence(one: Told) -> bool:
    entry: Any = one.entry
    match entry.declares.name:
        case "referral-made":
            return entry.concern is not None or entry.why is not None
        case "approval-given":
            return entry.approves == "referral" or entry.concern is not None
        case "disclosure-made":
            return bool(entry.outlet == "safeguarding view")
        case name:
            return name in IN_CONFIDENCE
