"""Signposts and referrals, and what came of them.

A *signpost* gives details, and the person makes contact. A *referral* is made by the practitioner, with the learner's
consent to that referral; a *warm handover* is a referral with a live introduction. They are different things, and what
came of either is asked about: it was offered, declined, unsuitable, there is a waiting list, there was contact, the
learner attended, it helped, it did not help. Where nobody could find out, *unknown* is a true outcome, and no success.

Each keeps what it was shown of the opportunity (name, status, last checked), so that a later import changes no history.
"""

from datetime import date, datetime
from typing import Annotated, Final

import attrs

from iagcore.practice.kinds import (
    FACT,
    PLAN,
    WITHDRAWN,
    Day,
    Entry,
    Flag,
    Id,
    RestrictedWords,
    Words,
    kept,
    kind,
    one_of,
)
from iagcore.practice.learning import AS_SHOWN, ListedStatus

OUTCOMES: Final = (
    "offered",
    "declined",
    "unsuitable",
    "on a waiting list",
    "contacted",
    "attended",
    "helped",
    "did not help",
    "unknown",
)
"""What may come of a signpost or a referral."""
SETTLES: Final = frozenset({"declined", "unsuitable", "attended", "helped", "did not help"})
"""The outcomes after which nothing more is asked; *unknown* is one once it was asked often enough."""

Outcome = Annotated[str, one_of("outcome of a signpost", *OUTCOMES, usual="attended")]
HowReferred = Annotated[str, one_of("way to refer", "referral", "warm handover")]
SaidBy = Annotated[str, one_of("who said so", "learner", "service", "coach")]


@kind(
    FACT,
    by=("coach", "lead"),
    reads="coach",
    parts="signposting",
    in_confidence=False,
    begins="signpost",
    shows="opportunity",
    usually=AS_SHOWN,
)
class Signposted(Entry):
    """The learner was given the details of an opportunity, and makes contact themselves.

    `opportunity` is its id in the directory. `name`, `status` and `last_checked` are what was shown of it; a casebook
    with a directory fills in what is unsaid. `course` is the course that it is, where it is one of the college's own.
    """

    signpost: Id
    opportunity: Id
    name: Words | None = None
    status: ListedStatus | None = None
    last_checked: Day | None = None
    course: Id | None = None


@kind(
    PLAN,
    by=("coach", "lead", "safeguarding-lead"),
    reads=("learner", "coach"),
    parts="signposting",
    in_confidence=lambda entry: entry.in_confidence,
    begins="referral",
    points_to="concern",
    shows="opportunity",
    amended=WITHDRAWN,
    usually=("condition_of_place", *AS_SHOWN),
)
class ReferralMade(Entry):
    """The practitioner makes contact with an opportunity for the learner.

    `condition_of_place` says whether the learner's place on the programme depends on it; unsaid is unknown. Without the
    learner's consent it names the open `concern` for which it is made, and `why`; somebody else approves it first.
    """

    referral: Id
    opportunity: Id
    how: HowReferred = "referral"
    condition_of_place: Flag | None = None
    name: Words | None = None
    status: ListedStatus | None = None
    last_checked: Day | None = None
    concern: Id | None = None
    why: RestrictedWords | None = None

    @property
    def in_confidence(self) -> bool:
        """Whether it names a concern, or why it is made without consent: then all of it is restricted."""
        return self.concern is not None or self.why is not None


@kind(
    FACT,
    by=("coach", "lead", "learner", "safeguarding-lead"),
    parts="signposting",
    in_confidence=False,
    points_to={"of": ("signpost", "referral")},
)
class OutcomeLearned(Entry):
    """Somebody asked what came of a signpost or a referral (`of` is its id), and this was said.

    *Unknown* says that it was asked and could not be found out.
    """

    of: Id
    outcome: Outcome
    said_by: SaidBy | None = None
    words: Words | None = None


@kind(
    FACT,
    by=("coach", "lead", "learner", "safeguarding-lead"),
    parts="signposting",
    in_confidence=False,
    points_to={"of": ("signpost", "referral")},
)
class SignpostReopened(Entry):
    """A signpost or a referral (`of` is its id) is open again, and the note says why."""

    of: Id
    note: Words


@attrs.frozen(kw_only=True)
class Pointer:
    """A signpost or a referral as it stands.

    `referred` tells one from the other. `outcomes` are what was learned, in the order of the record, each with when;
    those since it was last opened count. `opened_at` is when it was made, or opened again. A referral `in_confidence`
    was made under a concern.
    """

    id: str
    opportunity: str
    opened_at: datetime
    referred: bool = False
    how: str | None = None
    name: str | None = None
    status: str | None = None
    last_checked: date | None = None
    outcomes: tuple[tuple[datetime, str], ...] = attrs.field(default=(), converter=kept)
    since_opened: int = 0
    in_confidence: bool = False

    @property
    def outcome(self) -> str | None:
        """What was last learned since it was opened; None where nothing was."""
        recent = self.outcomes[self.since_opened :]
        return recent[-1][1] if recent else None

    @property
    def asked_in_vain(self) -> int:
        """How often, since it was opened and something was last found out, it was asked and could not be."""
        count = 0
        for _, outcome in reversed(self.outcomes[self.since_opened :]):
            if outcome != "unknown":
                break
            count += 1
        return count

    @property
    def is_heard_of(self) -> bool:
        """Whether, since it was opened, anything was found out."""
        return any(outcome != "unknown" for _, outcome in self.outcomes[self.since_opened :])

    @property
    def last_asked(self) -> datetime:
        """When it was last asked about, or opened."""
        recent = self.outcomes[self.since_opened :]
        return max((at for at, _ in recent), default=self.opened_at)

    def is_settled(self, *, attempts: int | None) -> bool:
        """Whether nothing more is asked; `attempts` is how often *unknown* is asked, None where nobody decided it."""
        if self.outcome in SETTLES:
            return True
        return attempts is not None and self.asked_in_vain >= attempts


@attrs.frozen
class Signposting:
    """The signposts and referrals of one journey, in the order of the record. Usable alone."""

    all: tuple[Pointer, ...] = attrs.field(default=(), converter=kept)

    @property
    def asked_about(self) -> tuple[Pointer, ...]:
        """Those that can still be asked about: of an id that was used twice, the last."""
        return tuple({one.id: one for one in self.all}.values())

    def of(self, id: str) -> Pointer | None:
        """The signpost or referral of that id, the last one where it was used twice; None where there is none."""
        return next((one for one in reversed(self.all) if one.id == id), None)


def apply(signposting: Signposting, entry: Entry, *, at: datetime) -> Signposting:
    """The signposts and referrals after `entry`, which happened at `at`."""
    match entry:
        case Signposted():
            pointer = Pointer(
                id=entry.signpost,
                opportunity=entry.opportunity,
                opened_at=at,
                name=entry.name,
                status=entry.status,
                last_checked=entry.last_checked,
            )
            return attrs.evolve(signposting, all=(*signposting.all, pointer))
        case ReferralMade():
            pointer = Pointer(
                id=entry.referral,
                opportunity=entry.opportunity,
                opened_at=at,
                referred=True,
                how=entry.how,
                name=entry.name,
                status=entry.status,
                last_checked=entry.last_checked,
                in_confidence=entry.in_confidence,
            )
            return attrs.evolve(signposting, all=(*signposting.all, pointer))
        case OutcomeLearned() | SignpostReopened():
            return _changed(signposting, entry, at)
        case _:
            return signposting


def _changed(signposting: Signposting, entry: OutcomeLearned | SignpostReopened, at: datetime) -> Signposting:
    pointer = signposting.of(entry.of)
    if pointer is None:
        return signposting
    if isinstance(entry, OutcomeLearned):
        changed = attrs.evolve(pointer, outcomes=(*pointer.outcomes, (at, entry.outcome)))
    else:
        changed = attrs.evolve(pointer, opened_at=at, since_opened=len(pointer.outcomes))
    return attrs.evolve(signposting, all=tuple(changed if one is pointer else one for one in signposting.all))
