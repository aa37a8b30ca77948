"""Self-efficacy: a person's belief that they can do what a situation asks, and the four domains it grows from.

Bandura names four (*Self-Efficacy: The Exercise of Control*, 1997): mastery experience, vicarious experience, verbal
persuasion, and physiological and affective states. Evidence is something that speaks to one of them, and says whose
words it is. Nothing is scored.

The diary is the learner's own: things done well at the end of the day (*achievement*, which speaks to mastery) and
things to be thankful for (*gratitude*, which belongs to positive psychology and is no domain). An entry is private
until the learner shares it, and again once they unshare it.
"""

from datetime import date, datetime
from typing import Annotated, Final

import attrs

from iagcore.practice.kinds import FACT, Day, Entry, Id, Words, accepted, kept, kind, one_of

MASTERY: Final = "mastery experience"
VICARIOUS: Final = "vicarious experience"
PERSUASION: Final = "verbal persuasion"
STATES: Final = "physiological and affective states"

DOMAINS: Final = (MASTERY, VICARIOUS, PERSUASION, STATES)
"""Exactly four, mastery first."""

ALIASES: Final = {
    "performance accomplishments": MASTERY,
    "enactive mastery": MASTERY,
    "mastery": MASTERY,
    "modelling": VICARIOUS,
    "social persuasion": PERSUASION,
    "emotional arousal": STATES,
    "affective states": STATES,
}
"""Other names in use for the domains (Bandura 1977 and later summaries); they are kept under the name above."""

DOMAIN: Final = one_of("domain", *DOMAINS, aliases=ALIASES)
Domain = Annotated[str, DOMAIN]
Whose = Annotated[str, one_of("whose words", "learner", "coach")]
DiarySort = Annotated[str, one_of("sort of diary entry", "achievement", "gratitude")]
Example = Annotated[str, one_of("example", "coach's example", "peer's example")]


@kind(
    FACT,
    by=("coach", "lead", "learner"),
    parts="self_efficacy",
    in_confidence=False,
    points_to="conversation",
    usually="whose",
)
class EvidenceNoted(Entry):
    """Something that speaks to a domain. `whose` says whose words it is; `example` whose example it was."""

    domain: Domain
    words: Words
    whose: Whose | None = None
    example: Example | None = None
    conversation: Id | None = None


@kind(FACT, by="learner", parts="self_efficacy", in_confidence=False, begins="diary")
class DiaryWritten(Entry):
    """The learner writes in the diary; it is private until they share it."""

    diary: Id
    sort: DiarySort
    words: Words
    day: Day | None = None


@kind(FACT, by="learner", parts="self_efficacy", in_confidence=False, points_to="diary")
class DiaryShared(Entry):
    """The learner shares a diary entry with their coach."""

    diary: Id


@kind(FACT, by="learner", parts="self_efficacy", in_confidence=False, points_to="diary")
class DiaryUnshared(Entry):
    """The learner makes a diary entry private again."""

    diary: Id


@attrs.frozen(kw_only=True)
class Evidence:
    """Something that speaks to a domain, when it was noted and whose words it is."""

    domain: str
    words: str
    at: datetime
    whose: str | None = None
    example: str | None = None
    conversation: str | None = None


@attrs.frozen(kw_only=True)
class DiaryEntry:
    """One entry of the learner's diary."""

    id: str
    sort: str
    words: str
    at: datetime
    day: date | None = None
    shared: bool = False


@attrs.frozen
class SelfEfficacy:
    """Evidence by domain over time, and the diary beside it. Usable alone."""

    noted: tuple[Evidence, ...] = attrs.field(default=(), converter=kept)
    diary: tuple[DiaryEntry, ...] = attrs.field(default=(), converter=kept)

    def is_shared(self, diary: str) -> bool:
        """Whether a diary entry is shared now; where an id was used twice, all that stands under it."""
        entries = [one for one in self.diary if one.id == diary]
        return bool(entries) and all(one.shared for one in entries)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What was noted, and the achievements the learner shares (mastery, in the learner's words), by time."""
        shared = (
            Evidence(domain=MASTERY, words=entry.words, at=entry.at, whose="learner")
            for entry in self.diary
            if entry.shared and entry.sort == "achievement"
        )
        return tuple(sorted((*self.noted, *shared), key=lambda one: one.at))

    def in_domain(self, domain: str) -> tuple[Evidence, ...]:
        """The evidence of one domain, by time; an alias is accepted. Raises `InvalidEntry` for any other word."""
        domain = accepted("domain", domain, DOMAIN.accept)
        return tuple(one for one in self.evidence if one.domain == domain)

    @property
    def profile(self) -> dict[str, tuple[Evidence, ...]]:
        """Evidence by domain, in the order of the domains, each over time. Nothing is scored."""
        return {domain: self.in_domain(domain) for domain in DOMAINS}

    @property
    def domains_without_evidence(self) -> tuple[str, ...]:
        """The domains of which nothing is noted yet, mastery first."""
        return tuple(domain for domain, evidence in self.profile.items() if not evidence)


def apply(self_efficacy: SelfEfficacy, entry: Entry, *, at: datetime) -> SelfEfficacy:
    """Self-efficacy after `entry`, which happened at `at`."""
    match entry:
        case EvidenceNoted():
            evidence = Evidence(
                domain=entry.domain,
                words=entry.words,
                at=at,
                whose=entry.whose,
                example=entry.example,
                conversation=entry.conversation,
            )
            return attrs.evolve(self_efficacy, noted=(*self_efficacy.noted, evidence))
        case DiaryWritten():
            written = DiaryEntry(id=entry.diary, sort=entry.sort, words=entry.words, at=at, day=entry.day)
            # an id that is used again names another entry: what it named before stays as private as it was
            return attrs.evolve(self_efficacy, diary=(*self_efficacy.diary, written))
        case DiaryShared():
            last = max((place for place, one in enumerate(self_efficacy.diary) if one.id == entry.diary), default=None)
            diary = (
                attrs.evolve(one, shared=place == last or one.shared) for place, one in enumerate(self_efficacy.diary)
            )
            return attrs.evolve(self_efficacy, diary=diary)
        case DiaryUnshared():
            diary = (attrs.evolve(one, shared=one.shared and one.id != entry.diary) for one in self_efficacy.diary)
            return attrs.evolve(self_efficacy, diary=diary)
        case _:
            return self_efficacy
