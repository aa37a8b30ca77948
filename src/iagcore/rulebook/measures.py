"""MEA: measures. A scale is taken whole, beside the others of its sheet, early enough, and for those it is meant for.

Everything here is advice: what was answered is kept, whatever it comes to. No sentence carries a score, since findings
are read by more people than scores are. Who lies outside mild to moderate still gets initial guidance and signposting.
"""

from datetime import date
from typing import Final

from iagcore.practice.learners import JourneyClosed, JourneyStarted
from iagcore.practice.measures import BASELINE, GAD_7, PHQ_9, RESEARCH_SHEET, MeasureTaken, Sitting, Taken, apply
from iagcore.record.case import Case, known
from iagcore.record.findings import SHOULD, Verdict, none_of, verdict
from iagcore.record.rules import Rule, RuleSort, rule
from iagcore.rulebook.sources import ELIGIBILITY, RESEARCH_TOOLS, SCORING, TAKING_A_TOOL

SEVERITY: Final = (PHQ_9, GAD_7)
"""The scales whose bands say how severe problems are."""


@rule(
    "MEA-01",
    SHOULD,
    question="How is a scale scored when an answer is missing?",
    source=SCORING,
    remedy="Ask whether the learner wants to answer the rest; if not, it stays as it is.",
    sort=RuleSort.COMPUTATION,
    proven_by=(
        "law_a_whole_scale_scores_the_sum_of_its_items",
        "law_a_part_answered_scale_is_kept_and_never_scored",
        "law_what_is_out_of_range_is_never_an_entry",
    ),
)
def scored_whole_or_not_at_all(entry: MeasureTaken, case: Case) -> Verdict:
    """A scale is scored when it is whole, and kept without a score when it is part-answered or coded whole."""
    return verdict(
        not entry.unanswered,
        says="{scale} at {occasion}: {kept}",
        scale=entry.scale,
        occasion=entry.occasion,
        kept=_kept(entry),
    )


def _kept(entry: MeasureTaken) -> str:
    if entry.unanswered:
        return f"part-answered, {len(entry.unanswered)} of its items left open: kept, and not scored"
    return "coded whole, and not scored" if entry.coded else "scored"


@rule(
    "MEA-02",
    SHOULD,
    question="May I ask only one of the three scales?",
    source=RESEARCH_TOOLS,
    remedy="Take the three together; where one cannot be answered, record it with its code.",
    always_assessed="the journey's measures are on its record, and what is not there was not taken",
)
def sheet_taken_together(entry: MeasureTaken | JourneyClosed, case: Case) -> Verdict:
    """The research sheet's three scales are taken together: asked of the sitting before, once the next one begins."""
    before = _sitting_before(entry, case)
    return none_of(
        before.left_out if before else (),
        says="{occasion} of {day}: {found} not taken beside the others",
        otherwise="no sitting before this one left a scale out",
        occasion=before.occasion if before else "",
        day=f"{before.day:%d %b %Y}" if before else "",
    )


def _sitting_before(entry: MeasureTaken | JourneyClosed, case: Case) -> Sitting | None:
    today = case.day_of(case.at)
    sittings = [one for one in case.measures.sittings(case.day_of) if one.day <= today]
    if isinstance(entry, MeasureTaken):
        begun = any((one.occasion, one.day) == (entry.occasion, today) for one in sittings)
        if begun or entry.scale not in RESEARCH_SHEET:
            return None
    return sittings[-1] if sittings else None


@rule(
    "MEA-03",
    SHOULD,
    question="Is it too late for a baseline?",
    source=TAKING_A_TOOL,
    remedy="Say of any change that its baseline was taken late.",
    always_assessed="the journey's conversations are on its record, and what is not there was not held",
)
def baseline_before_or_at_the_start(entry: MeasureTaken, case: Case) -> Verdict:
    """A baseline is taken before or at the start: by the day of the first conversation that is held."""
    today, first = case.day_of(case.at), _first_conversation(case)
    return verdict(
        entry.occasion != BASELINE or first is None or today <= first,
        says="{occasion} on {day}; first conversation held: {first}",
        occasion=entry.occasion,
        day=f"{today:%d %b %Y}",
        first=f"{first:%d %b %Y}" if first else "none yet",
    )


def _first_conversation(case: Case) -> date | None:
    return min((case.day_of(one.settled_at) for one in case.conversations.held if one.settled_at), default=None)


@rule(
    "MEA-04",
    SHOULD,
    question="May somebody start whose scores are high?",
    source=ELIGIBILITY,
    remedy="Give initial guidance, and signpost to what fits; say what the programme is for.",
    plain_remedy="You still get guidance, and help to find what suits you.",
    values=("phq9_bands", "gad7_bands", "eligible_bands"),
)
def mild_to_moderate(entry: JourneyStarted | MeasureTaken, case: Case) -> Verdict:
    """Scores at the baseline are mild to moderate by the policy's bands; others get guidance and signposting."""
    return none_of(
        _outside(entry, case) if _asks_about_severity(entry) else (),
        says="outside mild to moderate by this policy's bands: {found}",
        otherwise="nothing is known to lie outside mild to moderate by this policy's bands",
        plainly="The programme is made for something a little different from what you told us.",
    )


def _asks_about_severity(entry: JourneyStarted | MeasureTaken) -> bool:
    return isinstance(entry, JourneyStarted) or (entry.occasion == BASELINE and entry.scale in SEVERITY)


def _outside(entry: JourneyStarted | MeasureTaken, case: Case) -> tuple[str, ...]:
    """The scales that place a person outside, once that is settled: above on one of them, or below on every one.

    A scale that is yet to be taken is asked about when it is. Raises NotKnown where one was taken and not scored.
    """
    measures = apply(case.measures, entry, at=case.at)
    taken = {scale: one for scale in SEVERITY if (one := measures.latest(scale, BASELINE)) is not None}
    places = {scale: _place(one, case) for scale, one in taken.items() if one.is_scored}
    above = tuple(scale for scale, place in places.items() if place > 0)
    if above or len(taken) < len(SEVERITY):
        return above
    for scale in SEVERITY:
        known(f"a score of {scale}", places.get(scale))
    return SEVERITY if all(place < 0 for place in places.values()) else ()


def _place(taken: Taken, case: Case) -> int:
    raw = known("a score", taken.score().raw)
    place = case.today.bands(taken.scale).place(raw, case.today.eligible_bands)
    return known(f"which bands of {taken.scale} are mild to moderate", place)


MEASURES: Final[tuple[Rule, ...]] = (
    scored_whole_or_not_at_all,
    sheet_taken_together,
    baseline_before_or_at_the_start,
    mild_to_moderate,
)
