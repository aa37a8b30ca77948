"""What may happen: one file a family, reading like a handbook.

`RULES` is the rule book whole. Codes are permanent and never used again for another rule.
"""

from typing import Final

from iagcore.record.rules import Rule
from iagcore.rulebook.access import ACCESS
from iagcore.rulebook.allowance import ALLOWANCE
from iagcore.rulebook.approvals import APPROVALS
from iagcore.rulebook.booking import BOOKING
from iagcore.rulebook.coaches import COACHES
from iagcore.rulebook.consent import CONSENT
from iagcore.rulebook.corrections import CORRECTIONS
from iagcore.rulebook.follow_up import FOLLOWING_UP
from iagcore.rulebook.grow import GROW
from iagcore.rulebook.journey import JOURNEY
from iagcore.rulebook.measures import MEASURES
from iagcore.rulebook.references import REFERENCES
from iagcore.rulebook.reviews import REVIEWING
from iagcore.rulebook.safeguarding import SAFEGUARDING
from iagcore.rulebook.self_efficacy import SELF_EFFICACY
from iagcore.rulebook.signposting import SIGNPOSTING
from iagcore.rulebook.times import TIMES

RULES: Final[tuple[Rule, ...]] = (
    *ALLOWANCE,
    *BOOKING,
    *GROW,
    *SELF_EFFICACY,
    *MEASURES,
    *SIGNPOSTING,
    *COACHES,
    *CONSENT,
    *TIMES,
    *JOURNEY,
    *CORRECTIONS,
    *REFERENCES,
    *ACCESS,
    *APPROVALS,
    *SAFEGUARDING,
    *REVIEWING,
    *FOLLOWING_UP,
)
"""The rule book whole, family by family; a rule's own words and reasons stand on its page."""

FAMILIES: Final = {
    "ALW": "The session allowance",
    "BKG": "The life of a booking",
    "GRW": "GROW",
    "EFF": "Self-efficacy",
    "MEA": "Measures",
    "SIG": "Signposts, referrals and enrolments",
    "COA": "Coaches",
    "CON": "Consent and confidentiality",
    "TIM": "What happened, and when",
    "JRN": "The journey",
    "COR": "Corrections and withdrawals",
    "REF": "What an entry points to",
    "ACC": "Who may make and see what",
    "SAF": "Safeguarding",
    "POL": "The policy itself",
    "FUP": "Follow-up",
}
"""The families of rules: the three letters that a code begins with, and what they are about."""

__all__ = [
    "ACCESS",
    "ALLOWANCE",
    "APPROVALS",
    "BOOKING",
    "COACHES",
    "CONSENT",
    "CORRECTIONS",
    "FAMILIES",
    "FOLLOWING_UP",
    "GROW",
    "JOURNEY",
    "MEASURES",
    "REFERENCES",
    "REVIEWING",
    "RULES",
    "SAFEGUARDING",
    "SELF_EFFICACY",
    "SIGNPOSTING",
    "TIMES",
]
