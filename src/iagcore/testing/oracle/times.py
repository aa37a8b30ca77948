"""What happened, and when: what cannot be of a booking, a missed mark, or a conversation that was held."""

from datetime import timedelta
from typing import Any

from iagcore.testing.oracle.bookings import conversation, every_conversation, is_early
from iagcore.testing.oracle.story import Story
from iagcore.testing.told import Told


def its_hour_has_come(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    one = conversation(entry.conversation, asked.home, story)
    return one.state != "booked" or not is_early(one, asked.at)


def begins_within_reach(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    reach = story.values(asked.at).whole("plans_reach_days")
    return bool(entry.starts_at >= asked.at and story.day(entry.starts_at) <= story.day(asked.at) + timedelta(reach))


def held_as_booked(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    one = conversation(entry.conversation, asked.home, story)
    on_the_day = one.starts_at is None or story.day(one.starts_at) == story.day(entry.began_at or asked.at)
    return on_the_day and (one.booked_at is None or one.booked_at <= asked.at)


def nobody_sat_elsewhere(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    before = conversation(entry.conversation, asked.home, story)
    after = conversation(entry.conversation, asked.home, story.with_(asked))
    if before.state == "held" or after.began_at is None:
        return True
    ends_at = after.began_at + timedelta(minutes=after.minutes)
    for journey, other in every_conversation(story):
        mine = entry.coach == other.coach or story.learner(asked.home) == story.learner(journey)
        if not mine or (journey, other.id) == (asked.home, entry.conversation) or other.began_at is None:
            continue
        if after.began_at < other.began_at + timedelta(minutes=other.minutes) and other.began_at < ends_at:
            return False
    return True


def not_recorded_already(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    for journey, other in every_conversation(story):
        if story.learner(asked.home) != story.learner(journey):
            continue
        when = {"held": other.settled_at, "booked": other.starts_at}.get(other.state)
        if (journey, other.id) == (asked.home, entry.conversation) or when is None:
            continue
        same = (other.coach, other.minutes) == (entry.coach, entry.minutes)
        if same and story.day(when) == story.day(asked.at):
            return False
    return True
