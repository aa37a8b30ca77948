"""What may leave, and for whom: every outlet with the roles it is for and the classes of field that it may carry.

An outlet carries nothing but the classes it lists; a field without a class goes nowhere. Beside the classes, three
things are always so. What a learner writes in the diary and has not shared is theirs alone. What is restricted is seen
by whoever said it and by the safeguarding lead. And a coach sees a journey only while they go with the learner.

What was shown, and to whom, is itself a fact on the record.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

import attrs

from iagcore.practice.consent import CASE_STUDY, RESEARCH
from iagcore.practice.kinds import FACT, WITHDRAWN, Entry, FieldClass, Flag, Id, Party, kind, one_of
from iagcore.practice.parties import role_of

EVERYDAY: Final = frozenset(
    {FieldClass.PLAIN, FieldClass.IDENTIFIER, FieldClass.FREE_TEXT, FieldClass.SPECIAL_CATEGORY, FieldClass.HEALTH_TEXT}
)
"""What those who go with a learner see: everything but what is restricted."""


@attrs.frozen
class Outlet:
    """A way out: its `name`, the `roles` it is for, the `classes` it may carry, the consent it needs, what it is.

    `purpose` is None where no consent is needed, because the learner, or who goes with them, is the one who sees it.
    """

    name: str
    roles: frozenset[str]
    classes: frozenset[FieldClass]
    purpose: str | None
    says: str


OUTLETS: Final = (
    Outlet("own record", frozenset({"learner"}), EVERYDAY, None, "the learner's own record, and nobody else's"),
    Outlet("coaching view", frozenset({"coach", "lead"}), EVERYDAY, None, "what goes with the learner's coaching"),
    Outlet(
        "safeguarding view",
        frozenset({"safeguarding-lead"}),
        EVERYDAY | {FieldClass.RESTRICTED},
        None,
        "the same, with what was said of concerns",
    ),
    Outlet(
        "action plan",
        frozenset({"learner"}),
        frozenset({FieldClass.PLAIN, FieldClass.IDENTIFIER, FieldClass.FREE_TEXT}),
        None,
        "what may stand on a page for the learner to take away",
    ),
    Outlet(
        "research extract",
        frozenset({"researcher"}),
        frozenset({FieldClass.PLAIN, FieldClass.SPECIAL_CATEGORY}),
        RESEARCH,
        "days, minutes, choices and scores, without a name, a reference or a word of anybody's",
    ),
    Outlet(
        "case study",
        frozenset({"lead"}),
        frozenset({FieldClass.PLAIN, FieldClass.FREE_TEXT}),
        CASE_STUDY,
        "what is quoted in a published case study, and nothing else",
    ),
)
"""Every way out."""

OUTLET_BY_NAME: Final[Mapping[str, Outlet]] = MappingProxyType({outlet.name: outlet for outlet in OUTLETS})

SEEN_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "learner": "own record",
        "coach": "coaching view",
        "lead": "coaching view",
        "safeguarding-lead": "safeguarding view",
    }
)
"""The outlet through which each role looks at a journey. A researcher looks at none: an extract is released to them."""


def outlet_of(party: str | None) -> Outlet | None:
    """The outlet through which a party looks at a journey, by role; None where nobody in that role looks at any."""
    return OUTLET_BY_NAME.get(SEEN_BY.get(role_of(party), ""))


OutletName = Annotated[str, one_of("outlet", *(outlet.name for outlet in OUTLETS), usual="coaching view")]


@kind(
    FACT,
    by=("coach", "lead", "safeguarding-lead", "researcher"),
    reads="learner",
    in_confidence=lambda entry: FieldClass.RESTRICTED in OUTLET_BY_NAME[entry.outlet].classes,
    points_to={"quotes": "record"},
    amended=WITHDRAWN,
    plain="Showing something of your record",
)
class DisclosureMade(Entry):
    """Something of the journey was shown to somebody, through an outlet.

    For a case study: its id, by which it is approved as a whole, the records that are quoted, and whether it was
    checked that nobody can be recognised in it.
    """

    outlet: OutletName
    shown_to: Party
    case_study: Id | None = None
    quotes: tuple[Id, ...] = ()
    nobody_recognisable: Flag | None = None
