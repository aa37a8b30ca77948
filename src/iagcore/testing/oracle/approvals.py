"""What rests on an approval, and whether there is one that serves."""

from typing import Any

from iagcore.testing.oracle.confidence import are_one_person, is_known, is_under_a_concern, records_known
from iagcore.testing.oracle.consents import in_force
from iagcore.testing.oracle.story import Story
from iagcore.testing.told import Told


def is_approved(asked: Told, story: Story) -> bool:
    entry: Any = asked.entry
    kind = entry.declares.name
    if kind == "allowance-extended":
        return asked.by.startswith("lead:") or has_approval("extension", entry.extension, asked, story)
    if kind == "referral-made":
        on = story.day(asked.at)
        with_consent = in_force("referral", asked.home, story, at=asked.at, on=on, referral=entry.referral)
        alone = with_consent or not is_under_a_concern(asked, story)
        return alone or has_approval("referral", entry.referral, asked, story)
    if entry.outlet != "case study":
        return True
    quotes = all(
        quote in records_known(asked, story) and has_approval("quote", quote, asked, story) for quote in entry.quotes
    )
    return quotes and has_approval("case study", entry.case_study, asked, story)


def has_approval(sort: str, id: str | None, asked: Told, story: Story) -> bool:
    """Whether somebody else approved it, once more than something was done on it."""
    serves = False
    for number, one in enumerate(story.told):
        entry: Any = one.entry
        if one.home != asked.home:
            continue
        if entry.declares.name == "approval-given" and (entry.approves, entry.which) == (sort, id):
            before = Story(story.policy, story.told[:number])
            serves = serves or (suits(entry, asked.entry) and is_given_to(asked, one) and is_known(one, before))
        elif uses(entry, sort, id):
            serves = False
    return serves


def suits(approval: Any, entry: Any) -> bool:
    if approval.approves == "extension":
        return bool((approval.minutes or 0) >= entry.minutes)
    return bool(approval.approves != "referral" or approval.concern == entry.concern)


def is_given_to(asked: Told, approval: Told) -> bool:
    """Whether another person gave it, and, of a fact, before that happened."""
    in_time = approval.at <= asked.at or asked.entry.declares.nature == "plan"
    return in_time and not are_one_person(approval.by, asked.by)


def uses(entry: Any, sort: str, id: str | None) -> bool:
    match entry.declares.name:
        case "allowance-extended":
            return sort == "extension" and bool(entry.extension == id)
        case "referral-made":
            return sort == "referral" and bool(entry.referral == id)
        case "disclosure-made" if entry.outlet == "case study":
            return (sort == "case study" and entry.case_study == id) or (sort == "quote" and id in entry.quotes)
        case _:
            return False
