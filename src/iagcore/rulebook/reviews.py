"""POL: what a policy itself asks for. A value that is to be looked at again is due to a lead by that day."""

from datetime import datetime
from typing import Final

from iagcore.policy import Policy
from iagcore.record.findings import Duty
from iagcore.record.rules import Rule, guarantee
from iagcore.rulebook.sources import OWN

reviewed_in_time = guarantee(
    "POL-01",
    title="A value of the policy is looked at again by its review day, and is due to a lead until it is.",
    question="Who looks at our policy again?",
    on=(),
    source=OWN,
    proven_by=("law_a_value_is_due_to_a_lead_while_its_review_is_to_come_or_has_passed",),
)


def reviews(policy: Policy, *, at: datetime) -> list[Duty]:
    """The values in force at a moment that are to be looked at again; before its review day each is only coming."""
    return [
        Duty(
            rule="POL-01",
            what=f"look again at {one.name}",
            due=(due := policy.end_of(one.review_by)),
            party="lead",
            about=f"policy:{policy.name}",
            opens=due,
        )
        for one in policy.at(policy.day(at)).in_force
        if one.review_by is not None
    ]


REVIEWING: Final[tuple[Rule, ...]] = (reviewed_in_time,)
