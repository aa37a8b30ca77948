"""Measures: every boundary of every band, the whole metric table, what is not scored, and how a change is told."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import attrs
import pytest

import iagcore as iag
from iagcore import entries
from iagcore.cli import main
from iagcore.exceptions import InvalidEntry
from iagcore.policy import PolicyOnDay
from iagcore.practice.kinds import FieldClass
from iagcore.practice.measures import (
    CODES,
    OCCASIONS,
    RESEARCH_SHEET,
    SCALES,
    SWEMWBS_METRIC,
    Band,
    Bands,
    HigherMeans,
    Measures,
    Score,
    Sitting,
    Taken,
    apply,
)
from iagcore.storage import codec
from tests.casework import NINA, STARTER, WELLBEING, casebook, findings, on, start

OURS = WELLBEING.at(date(2015, 4, 1))
USUAL = STARTER.at(date(2020, 1, 1))


# ---- the table of scales


@pytest.mark.parametrize(
    ("name", "items", "item", "total", "higher"),
    [
        ("PHQ-9", 9, (0, 3), (0, 27), "more difficulty"),
        ("GAD-7", 7, (0, 3), (0, 21), "more difficulty"),
        ("SWEMWBS", 7, (1, 5), (7, 35), "more wellbeing"),
        ("WEMWBS", 14, (1, 5), (14, 70), "more wellbeing"),
        ("GSE", 10, (1, 4), (10, 40), "more self-efficacy"),
        ("ONS4", 4, (0, 10), (0, 40), HigherMeans.APART),
    ],
)
def test_a_scale_is_so_many_items_of_so_many_points(
    name: str, items: int, item: tuple[int, int], total: tuple[int, int], higher: str
) -> None:
    scale = SCALES[name]
    assert (scale.name, scale.items, (scale.least, scale.most), scale.higher) == (name, items, item, higher)
    assert (scale.least_total, scale.most_total) == total


def test_there_are_six_scales_and_the_research_sheet_has_three() -> None:
    assert tuple(SCALES) == ("PHQ-9", "GAD-7", "SWEMWBS", "WEMWBS", "GSE", "ONS4")
    assert RESEARCH_SHEET == ("PHQ-9", "GAD-7", "SWEMWBS")
    assert OCCASIONS == ("baseline", "interim", "final", "follow-up")


def test_the_metric_table_is_whole_and_rises_from_end_to_end() -> None:
    written = (
        "7→7.00 8→9.51 9→11.25 10→12.40 11→13.33 12→14.08 13→14.75 14→15.32 15→15.84 16→16.36 17→16.88 18→17.43 "
        "19→17.98 20→18.59 21→19.25 22→19.98 23→20.73 24→21.54 25→22.35 26→23.21 27→24.11 28→25.03 29→26.02 30→27.03 "
        "31→28.13 32→29.31 33→30.70 34→32.55 35→35.00"
    )
    pairs = (pair.split("→") for pair in written.split())
    assert dict(SWEMWBS_METRIC) == {int(raw): Decimal(metric) for raw, metric in pairs}
    assert tuple(SWEMWBS_METRIC) == tuple(range(7, 36))
    metrics = tuple(SWEMWBS_METRIC.values())
    assert all(low < high for low, high in pairwise(metrics))
    assert (metrics[0], metrics[-1]) == (Decimal(7), Decimal(35))
    assert {metric.as_tuple().exponent for metric in metrics} == {-2}


# ---- bands and caseness

PHQ_9 = {0: "none", 5: "mild", 10: "moderate", 15: "moderately severe", 20: "severe", 28: ""}
GAD_7 = {0: "none", 5: "mild", 11: "moderately severe", 16: "severe", 22: ""}
USUAL_PHQ_9 = {**PHQ_9, 0: "minimal"}
USUAL_GAD_7 = {0: "minimal", 5: "mild", 10: "moderate", 15: "severe", 22: ""}


def boundaries() -> Iterator[tuple[PolicyOnDay, str, int, str]]:
    """The first and the last score of every band."""
    for policy, scale, begins in (
        (OURS, "PHQ-9", PHQ_9),
        (OURS, "GAD-7", GAD_7),
        (USUAL, "PHQ-9", USUAL_PHQ_9),
        (USUAL, "GAD-7", USUAL_GAD_7),
    ):
        points = list(begins)
        for first, after in pairwise(points):
            yield policy, scale, first, begins[first]
            yield policy, scale, after - 1, begins[first]


@pytest.mark.parametrize(("policy", "scale", "total", "band"), list(boundaries()))
def test_the_first_and_the_last_score_of_a_band_are_in_it(
    policy: PolicyOnDay, scale: str, total: int, band: str
) -> None:
    assert iag.score(scale, total=total, policy=policy).band == band


@pytest.mark.parametrize(
    ("raw", "metric", "band"),
    [
        (7, "7.00", "low"),
        (21, "19.25", "low"),
        (22, "19.98", "medium"),
        (30, "27.03", "medium"),
        (31, "28.13", "high"),
        (35, "35.00", "high"),
    ],
)
@pytest.mark.parametrize("policy", [OURS, USUAL])
def test_wellbeing_is_banded_on_its_metric(policy: PolicyOnDay, raw: int, metric: str, band: str) -> None:
    score = iag.score("SWEMWBS", total=raw, policy=policy)
    assert (score.raw, score.metric, score.points, score.band) == (raw, Decimal(metric), Decimal(metric), band)
    assert score.at_caseness is None


@pytest.mark.parametrize(("scale", "threshold"), [("PHQ-9", 10), ("GAD-7", 8)])
@pytest.mark.parametrize("policy", [OURS, USUAL])
def test_caseness_begins_at_its_threshold(policy: PolicyOnDay, scale: str, threshold: int) -> None:
    assert iag.score(scale, total=threshold, policy=policy).at_caseness is True
    assert iag.score(scale, total=threshold - 1, policy=policy).at_caseness is False
    assert iag.score(scale, total=threshold).at_caseness is None


def test_a_score_without_a_policy_is_arithmetic_alone() -> None:
    assert iag.score("PHQ-9", total=27) == Score(scale="PHQ-9", raw=27)
    assert iag.score("GSE", items=[4] * 10, policy=OURS) == Score(scale="GSE", raw=40)


def test_bands_place_a_score_among_some_of_them() -> None:
    bands = Bands([Band("a", 1), Band("b", 5), Band("c", 10), Band("d", 15)])
    assert [bands.of(points) for points in (0, 1, 4, 5, 15, 99)] == [None, "a", "a", "b", "d", "d"]
    assert [bands.place(points, ("b", "c")) for points in (4, 5, 14, 15)] == [-1, 0, 0, 1]
    # from the first of the names to the last, in whatever order they are given
    assert [bands.place(points, ("d", "b", "z")) for points in (4, 5, 10, 15)] == [-1, 0, 0, 0]
    assert bands.place(4, ("z",)) is None
    assert str(bands) == "a from 1, b from 5, c from 10, d from 15"


# ---- what is answered, and what is not


def measure(scale: str = "PHQ-9", occasion: str = "baseline", **answers: Any) -> entries.MeasureTaken:
    return entries.MeasureTaken(scale=scale, occasion=occasion, **answers)


NINE = (0, 1, 2, 3, 0, 1, 2, 3, 1)


def test_answers_stand_at_the_numbers_of_their_items() -> None:
    assert measure(items=NINE).answers == NINE
    assert measure(items=(1, 2, 3), unanswered=(7, 1, 2, 4, 9, 6)).answers == (
        None, None, 1, None, 2, None, None, 3, None,
    )  # fmt: skip
    assert measure(total=9).answers == measure(coded="M").answers == ()


@pytest.mark.parametrize("code", CODES)
def test_a_scale_coded_whole_has_no_score(code: str) -> None:
    taken = Taken(scale="PHQ-9", occasion="final", at=on(0), coded=code)
    assert taken.score(OURS) == Score(scale="PHQ-9", unscored=f"coded {code}")
    assert taken.is_scored is False
    assert taken.item(9) is None
    assert str(taken.score()) == f"not scored (coded {code})"


def test_a_part_answered_scale_names_what_was_left_open() -> None:
    assert iag.score("PHQ-9", items=[*NINE[:8], None], policy=OURS) == Score(
        scale="PHQ-9", unscored="part-answered, without item 9"
    )
    assert iag.score("GSE", items=[None, 4, None, *[1] * 7]).unscored == "part-answered, without items 1, 3"


def test_the_ninth_item_is_known_from_items_alone() -> None:
    (by_item,) = apply(Measures(), measure(items=NINE), at=on(0)).taken
    assert [by_item.item(number) for number in range(11)] == [None, *NINE, None]
    (total,) = apply(Measures(), measure(total=27), at=on(0)).taken
    assert total.item(9) is None
    (part,) = apply(Measures(), measure(items=NINE[1:], unanswered=(9,)), at=on(0)).taken
    assert part.item(9) is None


def test_the_four_answers_of_ons4_are_never_summed() -> None:
    score = iag.score("ONS4", items=(7, 6, 8, 3), policy=OURS)
    assert score == Score(scale="ONS4", apart=(7, 6, 8, 3))
    assert (score.points, score.raw) == (None, None)
    assert str(score) == "life satisfaction 7, worthwhile 6, happiness 8, anxiety 3"
    change = iag.paired_change("ONS4", baseline=(7, 6, 8, 3), final=(8, 6, 7, 0), policy=OURS)
    assert (change.change, change.apart, change.reliable, change.paired) == (None, (1, 0, -1, -3), None, True)
    assert change.explain() == (
        "ONS4, each read by itself and never summed: life satisfaction went from 7 to 8 (+1), worthwhile went from 6 "
        "to 6 (0), happiness went from 8 to 7 (−1), anxiety went from 3 to 0 (−3)."
    )
    for wrong in ({"total": 24}, {"items": (7, 6, 8)}, {"items": (7, 6, 8, 11)}):
        with pytest.raises(InvalidEntry):
            measure("ONS4", **wrong)
    assert iag.paired_change("ONS4", baseline=(7, 6, 8, 3), final=(7, 6, 8, None)).apart == ()


@pytest.mark.parametrize(
    ("answers", "field", "reason"),
    [
        ({}, "total", "one of items, total and coded is expected (D distressed, R refused, M missing), and only one"),
        ({"total": 5, "coded": "R"}, "total", "and only one"),
        ({"items": NINE, "total": 13}, "items", "and only one"),
        ({"items": NINE, "coded": "M"}, "items", "and only one"),
        ({"unanswered": (1,), "coded": "M"}, "items", "and only one"),
        ({"items": NINE[:8]}, "items", "PHQ-9 has 9 items, and this speaks of 8; those left unanswered are named"),
        ({"items": (*NINE, 0)}, "items", "PHQ-9 has 9 items, and this speaks of 10"),
        ({"items": NINE, "unanswered": (1,)}, "items", "PHQ-9 has 9 items, and this speaks of 10"),
        ({"items": NINE[:5], "unanswered": (8, 9)}, "items", "PHQ-9 has 9 items, and this speaks of 7"),
        ({"items": (*NINE[:8], 4)}, "items", "items of PHQ-9 are whole points from 0 to 3, and item 9 is not"),
        ({"items": (*NINE[:7], 4), "unanswered": (1,)}, "items", "item 9 is not"),
        ({"items": (*NINE[:8], -1)}, "items", "points run from 0 to 100"),
        ({"items": (*NINE[:8], "1")}, "items", "a whole number of points is expected"),
        ({"items": (*NINE[:8], 1.0)}, "items", "a whole number of points is expected"),
        ({"items": (*NINE[:8], True)}, "items", "a whole number of points is expected"),
        ({"items": (*NINE[:8], None)}, "items", "a whole number of points is expected"),
        ({"items": "012301231"}, "items", "a list is expected"),
        ({"items": {1: 0}}, "items", "a list is expected"),
        ({"unanswered": tuple(range(1, 10))}, "items", "a scale without an answer is coded whole: D distressed"),
        ({"items": NINE[:7], "unanswered": (9, 9)}, "unanswered", "an item is named twice"),
        ({"items": NINE[:8], "unanswered": (10,)}, "unanswered", "items of PHQ-9 are numbered 1 to 9"),
        ({"items": NINE[:8], "unanswered": (0,)}, "unanswered", "item numbers run from 1 to 100"),
        ({"total": 28}, "total", "totals of PHQ-9 are whole raw points from 0 to 27"),
        ({"total": -1}, "total", "points run from 0 to 100"),
        ({"total": 13.0}, "total", "a whole number of points is expected"),
        ({"total": True}, "total", "a whole number of points is expected"),
        ({"total": 10**400}, "total", "points run from 0 to 100"),
        ({"coded": "X"}, "coded", "one of D, R, M is expected"),
        ({"coded": "d"}, "coded", "one of D, R, M is expected"),
        ({"coded": 0}, "coded", "one of D, R, M is expected"),
        ({"scale": "PHQ9", "total": 1}, "scale", "did you mean 'PHQ-9'?"),
        ({"scale": "PHQ-2", "total": 1}, "scale", "one of PHQ-9, GAD-7, SWEMWBS, WEMWBS, GSE, ONS4 is expected"),
        ({"occasion": "end", "total": 1}, "occasion", "one of baseline, interim, final, follow-up is expected"),
        ({"scale": "SWEMWBS", "total": 6}, "total", "totals of SWEMWBS are whole raw points from 7 to 35"),
        ({"scale": "SWEMWBS", "total": 36}, "total", "totals of SWEMWBS are whole raw points from 7 to 35"),
        ({"scale": "WEMWBS", "total": 71}, "total", "totals of WEMWBS are whole raw points from 14 to 70"),
        ({"scale": "GSE", "total": 9}, "total", "totals of GSE are whole raw points from 10 to 40"),
        (
            {"scale": "GSE", "items": (0, *[1] * 9)},
            "items",
            "items of GSE are whole points from 1 to 4, and item 1 is not",
        ),
        ({"scale": "ONS4", "total": 20}, "total", "ONS4 is never summed: give its 4 items"),
    ],
)
def test_a_measure_that_cannot_be_is_refused_by_name(answers: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(InvalidEntry) as error:
        entries.MeasureTaken(**{"scale": "PHQ-9", "occasion": "baseline", **answers})
    assert (error.value.kind, error.value.field) == ("measure-taken", field)
    private = field not in ("scale", "occasion")
    assert ("(not shown)" in str(error.value)) is private
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("scale", "answers", "field"),
    [
        ("PHQ9", {"total": 1}, "scale"),
        (None, {"total": 1}, "scale"),
        (["PHQ-9"], {"total": 1}, "scale"),
        ("PHQ-9", {}, "items"),
        ("PHQ-9", {"total": 1, "items": NINE}, "items"),
        ("PHQ-9", {"items": []}, "items"),
        ("PHQ-9", {"items": "012301231"}, "items"),
        ("PHQ-9", {"items": b"012301231"}, "items"),
        ("PHQ-9", {"items": {1, 2}}, "items"),
        ("PHQ-9", {"items": 9}, "items"),
        ("PHQ-9", {"items": [None] * 9}, "items"),
        ("PHQ-9", {"items": [True] * 9}, "items"),
        ("PHQ-9", {"items": [1.0] * 9}, "items"),
        ("PHQ-9", {"total": 1.0}, "total"),
        ("PHQ-9", {"total": Decimal(1)}, "total"),
        ("PHQ-9", {"total": "1"}, "total"),
        ("PHQ-9", {"total": True}, "total"),
        ("PHQ-9", {"coded": "X"}, "coded"),
        ("PHQ-9", {"coded": ["D"]}, "coded"),
        ("ONS4", {"total": 20}, "total"),
    ],
)
def test_nothing_is_scored_that_cannot_be(scale: Any, answers: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidEntry) as error:
        iag.score(scale, **answers)
    assert error.value.field == field


# ---- change


def test_a_change_is_told_with_its_threshold_its_bands_and_its_direction() -> None:
    change = iag.paired_change("PHQ-9", baseline=15, final=8, policy=OURS)
    assert (change.change, change.reliable, change.threshold) == (-7, True, 6)
    assert (change.case_before, change.case_after, change.caseness) == (True, False, 10)
    assert change.explain() == (
        "PHQ-9 went from 15 to 8, a change of −7, reliable by this policy's threshold of 6. "
        "By this policy's bands: moderately severe before, mild after. "
        "By this policy's threshold of 10: at or above it before, below it after. "
        "A higher score on this scale means more difficulty."
    )


@pytest.mark.parametrize(
    ("scale", "baseline", "final", "change", "reliable"),
    [
        ("PHQ-9", 10, 4, -6, True),
        ("PHQ-9", 10, 5, -5, False),
        ("PHQ-9", 10, 16, 6, True),
        ("PHQ-9", 10, 10, 0, False),
        ("GAD-7", 8, 4, -4, True),
        ("GAD-7", 8, 5, -3, False),
        ("SWEMWBS", 20, 24, Decimal("2.95"), True),
        ("SWEMWBS", 20, 23, Decimal("2.14"), False),
        ("SWEMWBS", 35, 34, Decimal("-2.45"), False),
        ("WEMWBS", 40, 60, 20, None),
        ("GSE", 20, 30, 10, None),
    ],
)
@pytest.mark.parametrize("policy", [OURS, USUAL])
def test_a_change_is_reliable_from_its_threshold_on_up_or_down(
    policy: PolicyOnDay, scale: str, baseline: int, final: int, change: Any, reliable: bool | None
) -> None:
    found = iag.paired_change(scale, baseline=baseline, final=final, policy=policy)
    assert (found.change, found.reliable) == (change, reliable)


def test_the_threshold_itself_is_reliable_on_the_metric() -> None:
    text = (
        'schema = 1\nname = "mine"\ntitle = "Mine"\nover = "starter"\n'
        '[[value.swemwbs_reliable_change]]\nfrom = 2020-01-01\nvalue = "2.14"\nlocal = "chosen for a test"\n'
    )
    mine = iag.Policy.parse(text).at(date(2020, 1, 1))
    assert iag.paired_change("SWEMWBS", baseline=20, final=23, policy=mine).reliable is True


def test_a_change_without_a_policy_or_short_of_its_threshold_says_so() -> None:
    assert iag.paired_change("PHQ-9", baseline=15, final=12).explain() == (
        "PHQ-9 went from 15 to 12, a change of −3; how large a change is reliable is not decided. "
        "A higher score on this scale means more difficulty."
    )
    assert iag.paired_change("SWEMWBS", baseline=20, final=23, policy=OURS).explain() == (
        "SWEMWBS went from 18.59 to 20.73 on the metric scale, a change of +2.14, which does not reach this policy's "
        "threshold of 2.87 for a reliable change. By this policy's bands: low before, medium after. "
        "A higher score on this scale means more wellbeing."
    )


@pytest.mark.parametrize(
    ("baseline", "final", "said"),
    [
        (15, None, "PHQ-9: baseline 15, final not taken. Without both scores no change is given."),
        (None, 8, "PHQ-9: baseline not taken, final 8. Without both scores no change is given."),
        (None, None, "PHQ-9: baseline not taken, final not taken. Without both scores no change is given."),
        (
            15,
            Taken(scale="PHQ-9", occasion="final", at=on(0), coded="D"),
            "PHQ-9: baseline 15, final not scored (coded D). Without both scores no change is given.",
        ),
        (
            (*NINE[:8], None),
            8,
            "PHQ-9: baseline not scored (part-answered, without item 9), final 8. "
            "Without both scores no change is given.",
        ),
    ],
)
def test_what_is_missing_is_said_and_never_guessed(baseline: Any, final: Any, said: str) -> None:
    change = iag.paired_change("PHQ-9", baseline=baseline, final=final, policy=OURS)
    assert (change.change, change.reliable, change.paired) == (None, None, False)
    assert change.explain() == said
    assert (change.case_before is None, change.case_after is None) == (type(baseline) is not int, final != 8)


def test_a_missing_score_on_the_metric_says_which_it_is() -> None:
    change = iag.paired_change("SWEMWBS", baseline=20, final=None, policy=OURS)
    assert "baseline 18.59 (metric), final not taken" in change.explain()


@pytest.mark.parametrize(
    ("baseline", "final"), [(15.0, 8), (True, 8), ("15", 8), (28, 8), (8, 28), (object(), 8), (8, {1, 2}), (8, [])]
)
def test_a_change_of_what_is_no_score_is_refused(baseline: Any, final: Any) -> None:
    with pytest.raises(InvalidEntry):
        iag.paired_change("PHQ-9", baseline=baseline, final=final)


def test_a_change_between_two_scales_is_refused() -> None:
    with pytest.raises(InvalidEntry, match=r"a measure of PHQ-9 is expected"):
        iag.paired_change("PHQ-9", baseline=Taken(scale="GAD-7", occasion="baseline", at=on(0), total=5), final=8)
    with pytest.raises(InvalidEntry, match="one of PHQ-9"):
        iag.paired_change("PHQ", baseline=1, final=2)


# ---- words

NEVER_SAID = re.compile(
    r"diagnos|because|caus|due to|thanks to|as a result|result|led to|lead to|thank|effect|cure|recover|treat|therapy|"
    r"disorder|depress|illness|patient|suffer|abnormal|fail|fault|blame|refus|non-compl|better|worse|"
    r"success|problem|normal|healthy|sick|poor|bad|good",
    re.IGNORECASE,
)
"""Words that would claim a cause, name a condition, blame somebody or praise a number."""


def explained() -> Iterator[str]:
    given: tuple[Any, ...]
    for scale in SCALES.values():
        low, high = (
            ((scale.least,) * scale.items, (scale.most,) * scale.items)
            if scale.apart
            else (scale.least_total, scale.most_total)
        )
        given = (low, high, None, *(Taken(scale=scale.name, occasion="final", at=on(0), coded=code) for code in CODES))
        given += ((None, *[scale.most] * (scale.items - 1)),)
        for baseline in given:
            for final in given:
                for policy in (None, OURS, USUAL):
                    yield iag.paired_change(scale.name, baseline=baseline, final=final, policy=policy).explain()


def test_no_words_of_a_change_claim_a_cause_name_a_condition_or_blame() -> None:
    said = set(explained())
    assert len(said) > 300
    assert {one for one in said if NEVER_SAID.search(one)} == set()
    assert {one for one in said if not one.endswith(".")} == set()


def test_no_words_of_the_rules_claim_a_cause_name_a_condition_or_blame() -> None:
    for rule in iag.rulebook.MEASURES:
        for words in (rule.title, rule.remedy, rule.plain_remedy):
            assert not NEVER_SAID.search(words), words


# ---- on a journey


def taking(*made: entries.MeasureTaken) -> tuple[iag.Casebook, list[iag.Decision]]:
    cases = casebook()
    start(cases)
    return cases, [
        cases.record("a", one, by=NINA, at=on(number), id=f"m{number}") for number, one in enumerate(made, start=1)
    ]


def test_everything_that_was_answered_is_special_category() -> None:
    classes = {field.name: field.type.field_class for field in entries.MeasureTaken.declares.fields}
    plain = {"scale", "occasion"}
    assert {name for name, one in classes.items() if one is FieldClass.PLAIN} == plain
    assert {name for name, one in classes.items() if one is FieldClass.SPECIAL_CATEGORY} == set(classes) - plain


@pytest.mark.parametrize(
    "answers",
    [{"total": 23}, {"items": (3, 3, 3, 3, 3, 3, 3, 2, 0)}, {"coded": "D"}, {"items": (2,) * 8, "unanswered": (9,)}],
)
def test_no_finding_says_a_score_a_band_or_a_code(answers: dict[str, Any]) -> None:
    _, (decision,) = taking(measure(**answers))
    assert decision.title == "measure taken, PHQ-9, baseline"
    for one in decision.considered:
        for said in (one.sentence, one.plainly, *(str(value) for _, value in one.evidence)):
            assert not re.search(r"\b(23|severe|D|distressed)\b", said), (one.rule, said)


@pytest.mark.parametrize(
    "entry",
    [
        measure(items=NINE),
        measure(items=NINE[:7], unanswered=(2, 9)),
        measure(total=0),
        measure(coded="R"),
        measure("ONS4", "follow-up", items=(0, 10, 5, 0)),
    ],
)
def test_a_measure_survives_the_record(entry: entries.MeasureTaken) -> None:
    assert codec.read_entry(codec.entry_document(entry)) == entry
    cases, (decision,) = taking(entry)
    assert decision.accepted
    (record,) = [one for one in cases.records("a") if one.id == "m1"]
    assert record.entry == entry


def test_a_journey_keeps_what_was_taken_by_occasion() -> None:
    cases, _ = taking(
        measure(total=15),
        measure("GAD-7", total=9),
        measure("PHQ-9", "final", coded="M"),
        measure("PHQ-9", "final", total=8),
        measure("PHQ-9", "final", items=NINE[:8], unanswered=(9,)),
    )
    measures = cases.journey("a").measures
    assert [(one.scale, one.occasion, one.at) for one in measures.taken][:2] == [
        ("PHQ-9", "baseline", on(1)),
        ("GAD-7", "baseline", on(2)),
    ]
    assert [one.total for one in measures.on("final")] == [None, 8, None]
    before, after = (measures.latest("PHQ-9", occasion) for occasion in ("baseline", "final"))
    assert iag.paired_change("PHQ-9", baseline=before, final=after, policy=OURS).change == -7
    assert measures.latest("GAD-7", "final") is None
    assert measures.on("interim") == ()


def test_the_latest_stands_where_none_is_scored_and_a_later_score_stands_over_an_earlier() -> None:
    cases, _ = taking(measure(coded="R"), measure(coded="D"))
    latest = cases.journey("a").measures.latest("PHQ-9", "baseline")
    assert latest == Taken(scale="PHQ-9", occasion="baseline", at=on(2), coded="D")
    # by when it was taken, not by when it was recorded
    state = Measures()
    for day, total in ((5, 10), (3, 12)):
        state = apply(state, measure(total=total), at=on(day))
    assert state.latest("PHQ-9", "baseline") == Taken(scale="PHQ-9", occasion="baseline", at=on(5), total=10)


def test_a_measure_is_corrected_and_withdrawn_like_any_fact() -> None:
    cases, _ = taking(measure(total=27))
    assert [one.finding.rule for one in cases.journey("a").standing] == ["MEA-04"]
    cases.correct("a", "m1", measure(total=7), by=NINA, why="a slip", id="fix").require()
    assert [one.total for one in cases.journey("a").measures.taken] == [7]
    assert cases.journey("a").standing == ()
    cases.withdraw("a", "m1", by=NINA, why="another learner's", whole=True, id="gone").require()
    assert cases.journey("a").measures == Measures()


def test_sittings_are_told_apart_by_occasion_and_local_day() -> None:
    cases, _ = taking()
    midnight = datetime(2025, 9, 1, 23, 30, tzinfo=UTC)  # half past midnight in London
    for number, (entry, at) in enumerate(
        [
            (measure(total=5), midnight - timedelta(hours=1)),
            (measure("GAD-7", total=5), midnight),
            (measure("SWEMWBS", total=20), midnight),
            (measure("GSE", total=20), midnight),
            (measure("PHQ-9", "interim", total=5), midnight),
        ]
    ):
        cases.record("a", entry, by=NINA, at=at, id=f"s{number}")
    assert cases.journey("a").measures.sittings(STARTER.day) == (
        Sitting("baseline", date(2025, 9, 1), ("PHQ-9",)),
        Sitting("baseline", date(2025, 9, 2), ("GAD-7", "SWEMWBS")),
        Sitting("interim", date(2025, 9, 2), ("PHQ-9",)),
    )
    assert Sitting("final", date(2025, 9, 2), RESEARCH_SHEET).left_out == ()


def test_an_entry_of_another_kind_leaves_the_measures_as_they_are() -> None:
    state = apply(Measures(), measure(total=5), at=on(0))
    assert apply(state, entries.JourneyClosed(), at=on(1)) is state


def test_without_the_parts_a_rule_needs_it_is_not_assessed() -> None:
    case = iag.Case(STARTER, at=on(0), by=NINA)
    decision = iag.decide(measure(total=20), case, rules=iag.rulebook.MEASURES)
    assert decision.accepted
    assert {one.rule: str(one.outcome) for one in decision.considered} == {
        "MEA-01": "met",
        "MEA-02": "not assessed",
        "MEA-03": "not assessed",
        "MEA-04": "not assessed",
    }
    alone = iag.Case(STARTER, at=on(0), by=NINA, measures=Measures())
    assert findings(iag.decide(measure(total=20), alone, rules=iag.rulebook.MEASURES)) == ["MEA-03", "MEA-04"]


def test_a_start_that_is_outside_says_plainly_that_guidance_is_still_there() -> None:
    text = (
        'schema = 1\nname = "mine"\ntitle = "Mine"\nover = "starter"\n'
        '[[level.MEA-04]]\nfrom = 2020-01-01\nvalue = "MUST"\nlocal = "chosen for a test"\n'
    )
    cases = casebook(under=iag.Policy.parse(text))
    entry = entries.JourneyStarted(learner="learner:a", programme="phase-1", attests_age=30)
    cases.record("b", entry, by="lead:jo", at=on(0), id="first").require()
    cases.record("b", measure(total=20), by=NINA, at=on(1), id="m")
    cases.withdraw("b", "first", by="lead:jo", why="of another journey", id="w").require()
    decision = cases.preview("b", entry, by="lead:jo", at=on(2))
    assert "MEA-04" in [one.rule for one in decision.refusals]
    decision = attrs.evolve(decision, considered=tuple(one for one in decision.considered if one.rule == "MEA-04"))
    assert decision.explain(to="learner").splitlines()[1:] == [
        "The programme is made for something a little different from what you told us.",
        "You still get guidance, and help to find what suits you.",
    ]


def test_the_command_shows_the_bands_beside_their_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--policy", "ways-to-wellbeing", "MEA-04"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "gad7_bands = none from 0, mild from 5, moderately severe from 11, severe from 16, from 01 Apr 2015" in shown
    assert "eligible_bands = mild, moderate, from 01 Apr 2015" in shown
