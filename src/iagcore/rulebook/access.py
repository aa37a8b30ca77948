"""ACC: who may make which entry.

The host authenticates; the prefix of `by` is the role that the host vouches for. Who may make what is declared by each
kind; a learner makes entries on their own journey alone, and a coach on no other coach's record. A concern is open to
everybody. Once somebody goes with a learner, no other coach writes on their journey. What leaves goes through an
outlet, to a role that the outlet is for.
"""

from datetime import date
from typing import Final

from iagcore.entries import KINDS
from iagcore.practice.amendments import Amendment, EntryCorrected, EntryWithdrawn, Erased, RecordAnnotated
from iagcore.practice.disclosures import OUTLET_BY_NAME, DisclosureMade, Outlet, outlet_of
from iagcore.practice.kinds import Entry, id_of
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.parties import role_of
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.case import Case
from iagcore.record.findings import MUST, SHOULD, Verdict, verdict
from iagcore.record.home import Place
from iagcore.record.releasing import not_for
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.sources import LOCAL, OWN


def may_make(entry: Entry, case: Case) -> bool:
    """Whether the author's role may make this kind; a learner on their own journey, a coach on their own record."""
    role = role_of(case.by)
    if case.home is not None and role_of(case.home) == "coach" and case.by != case.home and role != "lead":
        return False
    return role in entry.declares.by and (role != "learner" or case.by == case.learner)


def is_kept_from(place: Place, case: Case) -> bool:
    """Whether what stands at a place is not for the author to know of: a diary that is not shared."""
    entry = place.original
    if case.by == place.recorded[0].by or not entry.declares.touches("diary"):
        return False
    return not case.self_efficacy.is_shared(id_of(entry, "diary") or "")


def is_open(concern: str | None, case: Case) -> bool:
    """Whether a concern is named that is open; a case has no concern that its author may not know of."""
    return any(one.id == concern for one in case.safeguarding.open)


@rule(
    "ACC-01",
    MUST,
    question="Who may make which entry?",
    on=(*(kind for kind in KINDS if kind not in (ConcernRaised, EntryCorrected, EntryWithdrawn)), Erased),
    source=OWN,
    remedy="Have it recorded by somebody whose role may.",
    plain_remedy="Ask the person it is for, or a lead, to record it.",
    protected=True,
    always_refuses=True,
    outside=True,
    always_assessed="who makes an entry is always said with it",
    also_on=lambda kind: True,
)
def role_may_make_it(entry: Entry, case: Case) -> Verdict:
    """The author's role may make this entry: a learner only on their own journey, a coach only on their own record."""
    may, role = may_make(entry, case), role_of(case.by)
    alone = ", on their own journey alone" if role == "learner" else ", on their own record alone"
    return verdict(
        may,
        says="{by} makes {kind}, which is for {roles}{whose}",
        plainly="This is for somebody else to record.",
        by=case.by,
        kind=entry.declares.name,
        roles=", ".join(entry.declares.by),
        whose=alone if role in entry.declares.by and not may else "",
    )


ON_A_JOURNEY: Final = tuple(
    kind
    for kind in KINDS
    if not (kind.declares.is_of_a_coach or kind.declares.is_of_a_concern or issubclass(kind, Amendment))
)
"""The kinds that stand on a journey, but for what is said of a concern, and for amendments, of which COR-02 speaks."""


def goes_with(coach: str, case: Case, *, on: date) -> bool:
    """Whether a coach is assigned to the journey, or covers it, on a day."""
    return case.coaching.goes_with(coach, on=on, zone=case.policy.zone)


def _somebody_goes(case: Case) -> bool:
    return case.coaching.is_assigned(on=case.today_of_recording, zone=case.policy.zone)


@rule(
    "ACC-03",
    MUST,
    question="May I write on the journey of a learner whom another coach goes with?",
    on=ON_A_JOURNEY,
    source=OWN,
    remedy="Ask the coach who goes with the learner, or a lead, to record it. A lead can also assign you.",
    plain_remedy="Ask your coach or a lead to record it.",
    protected=True,
    always_refuses=True,
    outside=True,
    always_assessed="who goes with the learner, and whose conversation it is, is on the journey's record",
    also_on=lambda kind: not kind.is_of_a_coach,
)
def author_goes_with_the_learner(entry: Entry, case: Case) -> Verdict:
    """Once a coach goes with the learner, no other coach records anything there but of their own conversations."""
    standing = _standing(entry, case)
    return verdict(
        standing is not None,
        says="{by}: {standing} on {day}",
        plainly="This is for your own coach to record.",
        by=case.by,
        standing=standing or "another coach goes with the learner",
        day=f"{case.today_of_recording:%d %b %Y}",
    )


def _standing(entry: Entry, case: Case) -> str | None:
    """What lets an author write on this journey, or None where nothing does."""
    if role_of(case.by) != "coach":
        return f"a {role_of(case.by)} may, for the kinds of their role,"
    if role_of(case.home) == "coach":
        return "it stands on a coach's record"
    if not _somebody_goes(case):
        return "nobody goes with the learner"
    if goes_with(case.by, case, on=case.today_of_recording):
        return "goes with the learner"
    if _is_their_conversation(entry, case):
        return "the conversation was theirs"
    return "the record is their own" if _is_beside_their_own(entry, case) else None


def _is_their_conversation(entry: Entry, case: Case) -> bool:
    """Whether it names a conversation of the author's, arranged by a lead, or while they went with the learner."""
    one = case.conversations[getattr(entry, "conversation", None) or ""]
    when = one.starts_at or one.settled_at
    if one.coach != case.by or when is None:
        return False
    return role_of(one.arranged_by) == "lead" or goes_with(case.by, case, on=case.day_of(when))


def _is_beside_their_own(entry: Entry, case: Case) -> bool:
    beside = (place for place in case.places if isinstance(entry, RecordAnnotated) and place.record == entry.record)
    return any(place.recorded[0].by == case.by for place in beside)


@rule(
    "ACC-05",
    SHOULD,
    question="Who goes with this learner?",
    # nobody is assigned before the start; and to whom something may be shown is ACC-02's to say
    on=tuple(kind for kind in ON_A_JOURNEY if kind not in (JourneyStarted, DisclosureMade)),
    source=LOCAL,
    remedy="Have a lead assign a coach.",
    outside=True,
    always_assessed="who goes with the learner is on the journey's record",
    also_on=lambda kind: not kind.is_of_a_coach,
)
def somebody_goes_with_the_learner(entry: Entry, case: Case) -> Verdict:
    """Before a coach records anything on a journey, somebody is assigned to go with the learner."""
    asked = role_of(case.by) == "coach" and role_of(case.home) != "coach"
    goes = not asked or _somebody_goes(case)
    found = "somebody goes with the learner" if goes else "nobody goes with the learner yet"
    return verdict(
        goes,
        says="on {day}, {assigned}",
        day=f"{case.today_of_recording:%d %b %Y}",
        assigned=found if asked else "not asked of this author",
    )


@rule(
    "ACC-02",
    MUST,
    question="May I show this to somebody else?",
    source=OWN,
    remedy="Choose the outlet that is for this party, or another party.",
    plain_remedy="Ask a lead who may see what.",
    breach="Ask for what was shown back, and tell the learner and a lead what was shown and to whom.",
    plain_breach="Some of your record was shown to a person who should not have seen it. We are sorry. We will put "
    "this right. You can ask a lead what was shown and what happens next.",
    protected=True,
    always_assessed="the outlet and the party are always said, and who goes with the learner is on the record",
)
def outlet_is_for_the_party(entry: DisclosureMade, case: Case) -> Verdict:
    """What leaves goes through an outlet that is for the party, and carries the classes of field that it lists."""
    outlet = OUTLET_BY_NAME[entry.outlet]
    reason = _why_not_by(outlet, case) or _why_not_for(outlet, entry.shown_to, case)
    return verdict(
        reason is None,
        says="{outlet} to {party}: {allowed}",
        plainly="This is not for them to see.",
        outlet=entry.outlet,
        party=entry.shown_to,
        allowed=reason or f"it carries {', '.join(sorted(outlet.classes))}",
    )


def _why_not_for(outlet: Outlet, party: str, case: Case) -> str | None:
    return not_for(outlet, party, case, learner=case.learner, on=case.day_of(case.at), zone=case.policy.zone)


def _why_not_by(outlet: Outlet, case: Case) -> str | None:
    """Whoever hands it over sees it: through this outlet, or through their own, which carries as much."""
    if role_of(case.by) in outlet.roles:
        return _why_not_for(outlet, case.by, case)
    own = outlet_of(case.by)
    if own is None or not outlet.classes <= own.classes:
        return f"the {outlet.name} is not handed over by a {role_of(case.by)}"
    return _why_not_for(own, case.by, case)


ACCESS: Final[tuple[Rule, ...]] = (
    role_may_make_it,
    outlet_is_for_the_party,
    author_goes_with_the_learner,
    somebody_goes_with_the_learner,
)
