"""ACC: who may make which entry.

The host authenticates; the prefix of `by` is the role that the host vouches for. Who may make what is declared by each
kind; a learner makes entries on their own journey alone, and a coach on no other coach's record. A concern is open to
everybody. What leaves goes through an outlet, to a role that the outlet is for.
"""

from typing import Any, Final

from iagcore.practice import KINDS
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn, Erased
from iagcore.practice.disclosures import OUTLET_BY_NAME, DisclosureMade, Outlet
from iagcore.practice.kinds import Entry, FieldClass
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.findings import MUST, Verdict, verdict
from iagcore.record.judging import Case, Rule, rule
from iagcore.record.releasing import not_for
from iagcore.rulebook.sources import CONDITIONS_FOR_PROCESSING, LOCAL


def may_make(entry: Entry, case: Case) -> bool:
    """Whether the author's role may make this kind; a learner on their own journey, a coach on their own record."""
    role = case.by.partition(":")[0]
    if role == "coach" and entry.declares.about[0] == "coach" and case.by != case.home:
        return False
    return role in entry.declares.by and (role != "learner" or case.by == case.learner)


@rule(
    "ACC-01",
    MUST,
    on=(*(kind for kind in KINDS if kind not in (ConcernRaised, EntryCorrected, EntryWithdrawn)), Erased),
    source=LOCAL,
    remedy="Have it recorded by somebody whose role may.",
    plain_remedy="Ask whoever it is for, or a lead, to record it.",
    protected=True,
    always_refuses=True,
    outside=True,
)
def role_may_make_it(entry: Any, case: Case) -> Verdict:
    """The author's role may make this entry: a learner only on their own journey, a coach only on their own record."""
    return verdict(
        may_make(entry, case),
        says="{by} makes {kind}, which is for {roles}",
        plainly="This is for somebody else to record.",
        by=case.by,
        kind=entry.declares.name,
        roles=", ".join(entry.declares.by),
    )


@rule(
    "ACC-02",
    MUST,
    on=(DisclosureMade,),
    source=CONDITIONS_FOR_PROCESSING,
    remedy="Choose the outlet that is for this party, or another party.",
    plain_remedy="Ask a lead who may see what.",
    protected=True,
)
def outlet_is_for_the_party(entry: Any, case: Case) -> Verdict:
    """What leaves goes through an outlet that is for the party, and carries the classes of field that it lists."""
    outlet = OUTLET_BY_NAME[entry.outlet]
    reason = _sees_too_much(outlet, case.by) or not_for(
        outlet,
        entry.shown_to,
        learner=case.learner,
        coaching=case.coaching,
        bookings=case.bookings,
        on=case.day_of(case.at),
        zone=case.policy.zone,
    )
    return verdict(
        reason is None,
        says="{outlet} to {party}: {allowed}",
        plainly="This is not for them to see.",
        outlet=entry.outlet,
        party=entry.shown_to,
        allowed=reason or f"it carries {', '.join(sorted(outlet.classes))}",
    )


def _sees_too_much(outlet: Outlet, by: str) -> str | None:
    # whoever hands it over sees it
    if FieldClass.RESTRICTED not in outlet.classes or by.partition(":")[0] in outlet.roles:
        return None
    return f"the {outlet.name} is handed over by {', '.join(sorted(outlet.roles))} alone"


ACCESS: Final[tuple[Rule, ...]] = (role_may_make_it, outlet_is_for_the_party)
