"""The laws of measures: what is scored, what is not, and what a change may say."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iagcore.exceptions import InvalidEntry
from iagcore.policy import PolicyOnDay
from iagcore.practice.measures import (
    CODES,
    OCCASIONS,
    ONS4,
    SCALES,
    SWEMWBS_METRIC,
    Measures,
    MeasureTaken,
    Scale,
    Taken,
    apply,
    paired_change,
    score,
)
from tests.casework import STARTER, WELLBEING

POLICIES = (STARTER.at(date(2020, 1, 1)), WELLBEING.at(date(2015, 4, 1)))

scales = st.sampled_from(tuple(SCALES.values()))
summed = st.sampled_from(tuple(scale for scale in SCALES.values() if not scale.apart))
occasions = st.sampled_from(OCCASIONS)
policies = st.sampled_from((None, *POLICIES))
moments = st.integers(0, 400).map(lambda day: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day))


@st.composite
def whole_answers(draw: st.DrawFn, of: st.SearchStrategy[Scale] = scales) -> tuple[Scale, tuple[int, ...]]:
    """A scale, and an answer to each of its items."""
    scale = draw(of)
    points = st.integers(scale.least, scale.most)
    return scale, tuple(draw(st.lists(points, min_size=scale.items, max_size=scale.items)))


@st.composite
def measures_taken(draw: st.DrawFn) -> MeasureTaken:
    """A measure, whole, part-answered, as a total or coded."""
    scale, items = draw(whole_answers())
    occasion = draw(occasions)
    ways = ["items", "part", "coded", *(["total"] if not scale.apart else [])]
    match draw(st.sampled_from(ways)):
        case "items":
            return MeasureTaken(scale=scale.name, occasion=occasion, items=items)
        case "total":
            return MeasureTaken(scale=scale.name, occasion=occasion, total=sum(items))
        case "coded":
            return MeasureTaken(scale=scale.name, occasion=occasion, coded=draw(st.sampled_from(tuple(CODES))))
    numbers = st.integers(1, scale.items)
    left = tuple(draw(st.lists(numbers, min_size=1, max_size=scale.items - 1, unique=True)))
    given_ = tuple(item for number, item in enumerate(items, start=1) if number not in left)
    return MeasureTaken(scale=scale.name, occasion=occasion, items=given_, unanswered=left)


@given(whole_answers(summed), policies)
def law_a_whole_scale_scores_the_sum_of_its_items(
    answered: tuple[Scale, tuple[int, ...]], policy: PolicyOnDay | None
) -> None:
    scale, items = answered
    by_items = score(scale.name, items=items, policy=policy)
    assert by_items == score(scale.name, total=sum(items), policy=policy)
    assert by_items.raw == sum(items)
    assert by_items.metric == (SWEMWBS_METRIC[sum(items)] if scale.name == "SWEMWBS" else None)
    assert by_items.unscored is None


@given(measures_taken(), moments)
def law_a_part_answered_scale_is_kept_and_never_scored(entry: MeasureTaken, at: datetime) -> None:
    (taken,) = apply(Measures(), entry, at=at).taken
    assert (taken.items, taken.total, taken.coded) == (entry.answers, entry.total, entry.coded)
    found = taken.score(POLICIES[0])
    if entry.unanswered or entry.coded:
        assert (found.points, found.apart, found.band, found.at_caseness) == (None, (), None, None)
        assert found.unscored is not None
    else:
        assert found.unscored is None
    assert taken.is_scored is (found.unscored is None)


@given(scales, st.lists(st.integers(-2, 12), max_size=16), st.integers(-5, 101))
def law_what_is_out_of_range_is_never_an_entry(scale: Scale, items: list[int], total: int) -> None:
    whole = len(items) == scale.items and all(scale.least <= item <= scale.most for item in items)
    if whole:
        entry = MeasureTaken(scale=scale.name, occasion="final", items=items)  # type: ignore[arg-type] # lists are kept
        assert entry.answers == tuple(items)
    else:
        with pytest.raises(InvalidEntry):
            MeasureTaken(scale=scale.name, occasion="final", items=tuple(items))
        with pytest.raises(InvalidEntry):
            score(scale.name, items=items)
    if not scale.apart and scale.least_total <= total <= scale.most_total:
        assert MeasureTaken(scale=scale.name, occasion="final", total=total).total == total
    else:
        with pytest.raises(InvalidEntry):
            MeasureTaken(scale=scale.name, occasion="final", total=total)
        with pytest.raises(InvalidEntry):
            score(scale.name, total=total)


@given(scales, st.data())
def law_items_and_those_left_unanswered_make_up_the_scale_or_are_no_entry(scale: Scale, data: st.DataObject) -> None:
    unanswered = data.draw(st.lists(st.integers(1, scale.items + 1), max_size=scale.items))
    count = max(0, scale.items - len(unanswered) + data.draw(st.sampled_from((0, 0, 0, -1, 1))))
    points = st.integers(scale.least, scale.most)
    items = data.draw(st.lists(points, min_size=count, max_size=count))
    numbers = set(unanswered)
    fits = len(numbers) == len(unanswered) and max(numbers, default=1) <= scale.items
    if items and fits and len(items) + len(numbers) == scale.items:
        entry = MeasureTaken(scale=scale.name, occasion="final", items=tuple(items), unanswered=tuple(unanswered))
        assert {number for number, item in enumerate(entry.answers, start=1) if item is None} == numbers
        assert [item for item in entry.answers if item is not None] == items
        assert len(entry.answers) == scale.items
    else:
        with pytest.raises(InvalidEntry):
            MeasureTaken(scale=scale.name, occasion="final", items=tuple(items), unanswered=tuple(unanswered))


@given(summed, st.data())
def law_a_change_there_and_back_is_the_same_the_other_way(scale: Scale, data: st.DataObject) -> None:
    totals = st.integers(scale.least_total, scale.most_total)
    one, other, policy = data.draw(totals), data.draw(totals), data.draw(st.sampled_from(POLICIES))
    there = paired_change(scale.name, baseline=one, final=other, policy=policy)
    back = paired_change(scale.name, baseline=other, final=one, policy=policy)
    assert there.change is not None
    assert back.change == -there.change
    assert there.reliable is back.reliable
    assert (there.case_before, there.case_after) == (back.case_after, back.case_before)
    assert (there.change > 0) is (other > one)


@given(summed, st.data())
def law_a_larger_change_is_reliable_where_a_smaller_one_is(scale: Scale, data: st.DataObject) -> None:
    policy = data.draw(st.sampled_from(POLICIES))
    start, less, more = sorted(
        data.draw(st.lists(st.integers(scale.least_total, scale.most_total), min_size=3, max_size=3))
    )
    smaller = paired_change(scale.name, baseline=start, final=less, policy=policy)
    larger = paired_change(scale.name, baseline=start, final=more, policy=policy)
    assert smaller.reliable is not True or larger.reliable is True


@given(st.none() | measures_taken(), st.none() | measures_taken())
def law_a_change_needs_both_scores_and_says_what_is_missing(
    before: MeasureTaken | None, after: MeasureTaken | None
) -> None:
    scale = (before or after or MeasureTaken(scale="GSE", occasion="final", coded="M")).scale
    pair = [
        Taken(
            scale=scale,
            occasion=one.occasion,
            at=datetime(2026, 1, 1, tzinfo=UTC),
            items=one.answers,
            total=one.total,
            coded=one.coded,
        )
        if one is not None and one.scale == scale
        else None
        for one in (before, after)
    ]
    found = paired_change(scale, baseline=pair[0], final=pair[1], policy=POLICIES[0])
    both = all(one is not None and one.is_scored for one in pair)
    assert found.paired is both
    assert (found.change is None) is (not both or scale == ONS4)
    assert (found.reliable is None) is (found.change is None or found.threshold is None)
    if not both:
        assert found.explain().endswith("Without both scores no change is given.")
        assert found.explain().count("not taken") == pair.count(None)


@given(st.lists(st.tuples(measures_taken(), moments), max_size=8))
def law_what_stands_on_an_occasion_is_the_latest_that_is_scored(entries: list[tuple[MeasureTaken, datetime]]) -> None:
    measures = Measures()
    for entry, at in entries:
        measures = apply(measures, entry, at=at)
    assert len(measures.taken) == len(entries)
    for one in measures.taken:
        stands = measures.latest(one.scale, one.occasion)
        assert stands is not None
        assert stands.is_scored or not one.is_scored
        assert stands.at >= one.at or (stands.is_scored and not one.is_scored)


def test_a_metric_change_is_exact() -> None:
    for low, high in zip(range(7, 35), range(8, 36), strict=True):
        change = paired_change("SWEMWBS", baseline=low, final=high).change
        assert type(change) is Decimal
        assert change == SWEMWBS_METRIC[high] - SWEMWBS_METRIC[low] > 0
