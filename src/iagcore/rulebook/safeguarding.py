"""SAF: safeguarding. A concern is never refused and never costs a minute, whoever raises it and whenever."""

from typing import Final

from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.findings import MUST
from iagcore.record.judging import Rule, RuleSort
from iagcore.rulebook.sources import DESIGN

SAF_01: Final = Rule(
    "SAF-01",
    MUST,
    (ConcernRaised,),
    "A concern is never refused and never costs minutes, whatever the allowance, consent, coach, author or journey.",
    DESIGN,
    None,
    sort=RuleSort.GUARANTEE,
    protected=True,
    proven_by=("law_8_a_concern_is_never_refused_and_costs_nothing",),
)

SAFEGUARDING: Final[tuple[Rule, ...]] = (SAF_01,)
