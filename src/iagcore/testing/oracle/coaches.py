"""Coaches: what shows that training and checks are in force, the steps they take, and with whom they go.

Readiness is asked of a day. Training proves what it proved on its day. Steps follow one another in time; a pause ends
with its day, or with the next step; a suspension stands until a step that is told after it.
"""

from datetime import UTC, date, datetime, timedelta

import attrs

from iagcore.testing.oracle.story import Story

STEPS = ("in training", "shadowing", "supported", "independent")


@attrs.frozen
class Proof:
    """What shows that a training or a check is in force, from the day `since` to the day `until`, both included."""

    name: str
    since: date
    until: date


@attrs.frozen
class Standing:
    """Where a coach stands from a moment on: a step, a pause or a suspension."""

    name: str
    since: datetime
    supported_by: str | None = None
    until: date = date.max


def proofs(coach: str, story: Story) -> list[Proof]:
    """Everything that shows a training or a check, exemptions among them."""
    found = []
    for entry, told in story.of(coach, "training-completed", "check-completed", "exemption-given"):
        kind = entry.declares.name
        name = entry.check if kind == "check-completed" else entry.module
        since = story.day(told.at) if kind == "exemption-given" else entry.completed_on
        # a day later than this had come nowhere on earth, and shows nothing
        if since <= told.at.astimezone(UTC).date() + timedelta(days=1):
            found.append(Proof(spelt(name), since, entry.expires_on or date.max))
    return found


def spelt(name: str) -> str:
    """A name, however it is spelt: a policy writes "safeguarding training", a file perhaps "Safeguarding-training"."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def lasts_until(name: str, coach: str, day: date, story: Story) -> date | None:
    """Until when a training or a check that is in force on a day lasts; None where it is not in force."""
    days = [one.until for one in proofs(coach, story) if one.name == spelt(name) and one.since <= day <= one.until]
    return max(days) if days else None


def runs_out_within(days: int, coach: str, day: date, story: Story) -> bool:
    """Whether anything that is in force on a day runs out within so many days, with nothing to go on from."""
    for name in {one.name for one in proofs(coach, story)}:
        until = lasts_until(name, coach, day, story)
        if until is not None and until != date.max and (until - day).days <= days:
            return True
    return False


def taken(coach: str, story: Story) -> list[Standing]:
    """The steps, pauses and suspensions, in the order in which they were told."""
    found = []
    for entry, told in story.of(coach, "step-taken", "coach-paused", "coach-suspended"):
        if entry.declares.name == "step-taken":
            found.append(Standing(entry.step, told.at, entry.supported_by))
        elif entry.declares.name == "coach-paused":
            found.append(Standing("paused", told.at, until=entry.until or date.max))
        else:
            found.append(Standing("suspended", told.at))
    return found


def suspended_since(coach: str, story: Story, *, by: datetime | None = None) -> Standing | None:
    """A suspension that no step ends which was told after it, as far as a moment; None where there is none."""
    every = taken(coach, story)
    for place, one in enumerate(every):
        if one.name != "suspended" or (by is not None and one.since > by):
            continue
        ended = False
        for later in every[place + 1 :]:
            if later.name in STEPS and later.since >= one.since and (by is None or later.since <= by):
                ended = True
        if not ended:
            return one
    return None


def standing(coach: str, story: Story, *, by: datetime, on: date) -> Standing | None:
    """Where a coach stands by a moment of a day; None where nothing was told of it."""
    suspended = suspended_since(coach, story, by=by)
    if suspended is not None:
        return suspended
    latest: Standing | None = None
    for one in taken(coach, story):
        if one.since > by or on > one.until:
            continue
        if latest is None or one.since >= latest.since:
            latest = one
    return latest


def standing_on(coach: str, day: date, story: Story) -> Standing | None:
    """Where a coach stands at the end of a day."""
    return standing(coach, story, by=story.midnight_after(day) - timedelta(microseconds=1), on=day)


def last_step(coach: str, moment: datetime, story: Story) -> Standing | None:
    """The last step by a moment, pauses and suspensions passed over."""
    latest: Standing | None = None
    for one in taken(coach, story):
        if one.name in STEPS and one.since <= moment and (latest is None or one.since >= latest.since):
            latest = one
    return latest


def supervised_or_leading_since(coach: str, day: date, story: Story) -> date | None:
    """The day of the last supervision or debrief, or else of the first step that lets the coach lead."""
    over = story.midnight_after(day)
    held = [told.at for _, told in story.of(coach, "supervision-held", "debrief-held") if told.at < over]
    if held:
        return story.day(max(held))
    led = [one.since for one in taken(coach, story) if one.name in ("supported", "independent") and one.since < over]
    return story.day(min(led)) if led else None


def assigned_now(journey: str, story: Story) -> str | None:
    """The coach who was assigned last."""
    coach: str | None = None
    for entry, _ in story.of(journey, "coach-assigned"):
        coach = entry.coach
    return coach


def somebody_goes(journey: str, day: date, story: Story) -> bool:
    """Whether any coach goes with the learner on a day."""
    named = {entry.coach for entry, _ in story.of(journey, "coach-assigned", "cover-assigned")}
    return any(goes_with(coach, journey, day, story) for coach in named)


def goes_with(coach: str, journey: str, day: date, story: Story) -> bool:
    """Whether a coach is assigned to a journey, or covers it, on a day; on the day of a change, both are."""
    for entry, told in story.of(journey, "cover-assigned"):
        if entry.coach == coach and story.day(told.at) <= day <= entry.until:
            return True
    before: tuple[date, str] | None = None
    for entry, told in story.of(journey, "coach-assigned"):
        since = story.day(told.at)
        if since == day and entry.coach == coach:
            return True
        if since < day and (before is None or since >= before[0]):
            before = (since, entry.coach)
    return before is not None and before[1] == coach
