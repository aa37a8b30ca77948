"""EFF: self-efficacy. Evidence says whose words it is; nothing is scored; gratitude is no domain."""

from typing import Final

from iagcore.practice.grow import ConversationWrittenUp
from iagcore.practice.self_efficacy import EvidenceNoted
from iagcore.record.case import Case
from iagcore.record.findings import MUST, SHOULD, Verdict, none_of, verdict
from iagcore.record.rules import Rule, rule
from iagcore.rulebook.sources import BANDURA, LOCAL


@rule(
    "EFF-01",
    SHOULD,
    question="Which of the four domains has nobody spoken to yet?",
    source=BANDURA,
    remedy="Listen for these next time. This is for the coach alone, and no target.",
    always_assessed="the journey's evidence is on its record, and what is not there was not noted",
)
def domains_with_evidence(entry: ConversationWrittenUp, case: Case) -> Verdict:
    """From the second write-up on, the coach is shown which domains have no evidence yet, mastery first."""
    return none_of(
        case.self_efficacy.domains_without_evidence if _is_a_later_write_up(entry, case) else (),
        says="at this write-up no evidence yet: {found}",
        otherwise="nothing to show",
    )


def _is_a_later_write_up(entry: ConversationWrittenUp, case: Case) -> bool:
    # once per conversation: writing one up again shows nothing
    return bool(case.grow.written_up) and entry.conversation not in case.grow.written_up


@rule(
    "EFF-02",
    MUST,
    question="Whose words are these?",
    source=LOCAL,
    remedy="Correct the record: say whether these are the learner's words or the coach's.",
    breach="Correct the record: say whether these are the learner's words or the coach's.",
    plain_breach="A note on your record does not say if the words are yours or those of your coach. Your coach will "
    "ask you and put it right.",
    always_assessed="evidence that does not say whose words it is does not say it: that is what is asked",
)
def says_whose_words(entry: EvidenceNoted, case: Case) -> Verdict:
    """Evidence says whose words it is."""
    return verdict(entry.whose is not None, says="whose words: {whose}", whose=entry.whose)


SELF_EFFICACY: Final[tuple[Rule, ...]] = (domains_with_evidence, says_whose_words)
