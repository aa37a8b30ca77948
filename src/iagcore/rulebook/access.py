"""ACC: who may make which entry.

The host authenticates; the prefix of `by` is the role that the host vouches for. Who may make what is declared by each
kind, and a learner makes entries on their own journey alone. A concern is open to everybody.
"""

from typing import Any, Final

from iagcore.practice import KINDS
from iagcore.practice.amendments import EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry
from iagcore.practice.safeguarding import ConcernRaised
from iagcore.record.findings import MUST, Verdict, verdict
from iagcore.record.judging import Case, Rule, rule
from iagcore.rulebook.sources import LOCAL


def may_make(entry: Entry, case: Case) -> bool:
    """Whether the author's role may make this kind, and a learner on their own journey."""
    role = case.by.partition(":")[0]
    return role in entry.declares.by and (role != "learner" or case.by == case.learner)


@rule(
    "ACC-01",
    MUST,
    on=tuple(kind for kind in KINDS if kind not in (ConcernRaised, EntryCorrected, EntryWithdrawn)),
    source=LOCAL,
    remedy="Have it recorded by somebody whose role may.",
    plain_remedy="Ask whoever it is for, or a lead, to record it.",
    protected=True,
    always_refuses=True,
    outside=True,
)
def role_may_make_it(entry: Any, case: Case) -> Verdict:
    """The author's role may make this entry, and a learner only on their own journey."""
    return verdict(
        may_make(entry, case),
        says="{by} makes {kind}, which is for {roles}",
        plainly="This is for somebody else to record.",
        by=case.by,
        kind=entry.declares.name,
        roles=", ".join(entry.declares.by),
    )


ACCESS: Final[tuple[Rule, ...]] = (role_may_make_it,)
