"""Measures: scales that a learner fills in, what they come to, and how that changed.

A *measure* is one scale taken on one *occasion* (baseline, interim, final or follow-up). What is kept is what was
answered: every item, or the total where only that is known, or one code for the whole scale (D distressed, R refused,
M missing). A scale of which some items were left unanswered is kept and not scored: nothing is filled in or scaled up.
No wording of any scale is here, since licences forbid it; `SCALES` is a table of numbers.

A *score* is arithmetic: the sum of the items, and for SWEMWBS the metric score that its raw sum converts to, since only
that may be compared. How a score is read (bands, caseness, how large a change is reliable) was decided by somebody, so
it comes from a policy on a day, or from nowhere. The four answers of ONS4 are four scores, and are never summed.

A *change* is computed between two occasions that were both scored, and says what moved and by how much. It names no
cause and no condition, and what is missing is said.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final, Protocol

import attrs

from iagcore.exceptions import InvalidEntry, nearest
from iagcore.practice.kinds import FACT, Entry, FieldClass, ItemNumber, Points, kept, kind, one_of

Number = int | Decimal
"""Points: whole ones, or exact decimals with two places on the metric of SWEMWBS. Never a float."""


class HigherMeans(StrEnum):
    """Which way a scale points."""

    DIFFICULTY = "more difficulty"
    WELLBEING = "more wellbeing"
    SELF_EFFICACY = "more self-efficacy"
    APART = "something else for each of its answers"


SWEMWBS_METRIC: Final[Mapping[int, Decimal]] = MappingProxyType(
    {
        7: Decimal("7.00"), 8: Decimal("9.51"), 9: Decimal("11.25"), 10: Decimal("12.40"), 11: Decimal("13.33"),
        12: Decimal("14.08"), 13: Decimal("14.75"), 14: Decimal("15.32"), 15: Decimal("15.84"), 16: Decimal("16.36"),
        17: Decimal("16.88"), 18: Decimal("17.43"), 19: Decimal("17.98"), 20: Decimal("18.59"), 21: Decimal("19.25"),
        22: Decimal("19.98"), 23: Decimal("20.73"), 24: Decimal("21.54"), 25: Decimal("22.35"), 26: Decimal("23.21"),
        27: Decimal("24.11"), 28: Decimal("25.03"), 29: Decimal("26.02"), 30: Decimal("27.03"), 31: Decimal("28.13"),
        32: Decimal("29.31"), 33: Decimal("30.70"), 34: Decimal("32.55"), 35: Decimal("35.00"),
    }
)  # fmt: skip
"""Raw sum to metric score. Source: a public repository's table, a secondary one; Warwick's how-to asks to convert."""


@attrs.frozen(kw_only=True)
class Scale:
    """One scale as a table of numbers.

    Attributes: `items` (how many); `least` and `most` (of one item, both included); `higher` (which way it points);
    `metric` (raw sum to metric score, where sums are converted); `apart` (a name for each answer, where they are never
    summed).
    """

    name: str
    items: int
    least: int
    most: int
    higher: HigherMeans
    metric: Mapping[int, Decimal] = attrs.field(factory=dict, repr=False)
    apart: tuple[str, ...] = ()

    @property
    def least_total(self) -> int:
        """The lowest sum of all items, in raw points."""
        return self.items * self.least

    @property
    def most_total(self) -> int:
        """The highest sum of all items, in raw points."""
        return self.items * self.most


PHQ_9, GAD_7, SWEMWBS, WEMWBS, GSE, ONS4 = SCALE_NAMES = ("PHQ-9", "GAD-7", "SWEMWBS", "WEMWBS", "GSE", "ONS4")

SCALES: Final[Mapping[str, Scale]] = MappingProxyType(
    {
        PHQ_9: Scale(name=PHQ_9, items=9, least=0, most=3, higher=HigherMeans.DIFFICULTY),
        GAD_7: Scale(name=GAD_7, items=7, least=0, most=3, higher=HigherMeans.DIFFICULTY),
        SWEMWBS: Scale(name=SWEMWBS, items=7, least=1, most=5, higher=HigherMeans.WELLBEING, metric=SWEMWBS_METRIC),
        WEMWBS: Scale(name=WEMWBS, items=14, least=1, most=5, higher=HigherMeans.WELLBEING),
        GSE: Scale(name=GSE, items=10, least=1, most=4, higher=HigherMeans.SELF_EFFICACY),
        ONS4: Scale(
            name=ONS4,
            items=4,
            least=0,
            most=10,
            higher=HigherMeans.APART,
            apart=("life satisfaction", "worthwhile", "happiness", "anxiety"),
        ),
    }
)
"""Every scale, by its name: numbers alone, and no wording."""

RESEARCH_SHEET: Final = (PHQ_9, GAD_7, SWEMWBS)
"""The three scales that stand on the research's self-assessment sheet."""

OCCASIONS: Final = ("baseline", "interim", "final", "follow-up")
BASELINE, INTERIM, FINAL, FOLLOW_UP = OCCASIONS

CODES: Final[Mapping[str, str]] = MappingProxyType({"D": "distressed", "R": "refused", "M": "missing"})
"""Why a whole scale has no answers, as the research codes it."""

ScaleName = Annotated[str, one_of("scale", *SCALE_NAMES, usual=PHQ_9)]
Occasion = Annotated[str, one_of("occasion", *OCCASIONS)]
# that somebody was too distressed to answer is itself about their health
Code = Annotated[str, attrs.evolve(one_of("code", *CODES), field_class=FieldClass.SPECIAL_CATEGORY)]


def scale_named(name: Any) -> Scale:
    """The scale of that name. Raises `InvalidEntry`, naming the nearest."""
    if type(name) is not str or name not in SCALES:
        near = nearest(name, SCALES) if type(name) is str else ""
        raise InvalidEntry("measure", "scale", name, f"one of {', '.join(SCALES)} is expected{near}")
    return SCALES[name]


def _not_an_answer(of: str, field: str, value: object, reason: str) -> InvalidEntry:
    # what somebody answered does not belong in a log, even where it cannot be
    return InvalidEntry(of, field, value, reason, private=True)


def _as_many_as_it_has(of: str, scale: Scale, items: Sequence[int | None], *, count: int) -> None:
    if count != scale.items:
        reason = f"{scale.name} has {scale.items} items, and this speaks of {count}"
        raise _not_an_answer(of, "items", items, f"{reason}; those left unanswered are named, never left out")


def _all_items(of: str, scale: Scale, items: Sequence[int | None]) -> tuple[int | None, ...]:
    """One answer for every item, None where it was left unanswered. Raises `InvalidEntry`."""
    _as_many_as_it_has(of, scale, items, count=len(items))
    for number, item in enumerate(items, start=1):
        if item is not None and (type(item) is not int or not scale.least <= item <= scale.most):
            reason = f"items of {scale.name} are whole points from {scale.least} to {scale.most}"
            raise _not_an_answer(of, "items", items, f"{reason}, and item {number} is not")
    if all(item is None for item in items):
        raise _not_an_answer(of, "items", items, f"a scale without an answer is coded whole: {_codes()}")
    return tuple(items)


def _the_total(of: str, scale: Scale, total: int) -> int:
    """A sum that the items can come to. Raises `InvalidEntry`."""
    if scale.apart:
        reason = f"{scale.name} is never summed: give its {scale.items} items"
        raise _not_an_answer(of, "total", total, reason)
    if type(total) is not int or not scale.least_total <= total <= scale.most_total:
        reason = f"totals of {scale.name} are whole raw points from {scale.least_total} to {scale.most_total}"
        raise _not_an_answer(of, "total", total, reason)
    return total


def _codes() -> str:
    return ", ".join(f"{letter} {word}" for letter, word in CODES.items())


@kind(FACT, by=("coach", "lead", "learner", "researcher"), parts="measures", in_confidence=False)
class MeasureTaken(Entry):
    """A scale was taken on an occasion, or could not be: items, a total or a code for the whole scale, one of these.

    `items` are the answers in the order of the scale, in points. Where some were left unanswered, `items` holds those
    that were given and `unanswered` the numbers of the others, counted from 1.
    """

    scale: ScaleName
    occasion: Occasion
    items: tuple[Points, ...] = ()
    unanswered: tuple[ItemNumber, ...] = ()
    total: Points | None = None
    coded: Code | None = None

    def __attrs_post_init__(self) -> None:
        scale, name = SCALES[self.scale], type(self).declares.name
        by_item = bool(self.items or self.unanswered)
        said = [by_item, self.total is not None, self.coded is not None]
        if said.count(True) != 1:
            field = "items" if by_item else "total"
            reason = f"one of items, total and coded is expected ({_codes()}), and only one"
            raise _not_an_answer(name, field, getattr(self, field) or None, reason)
        if self.total is not None:
            _the_total(name, scale, self.total)
        if by_item:
            if len(set(self.unanswered)) != len(self.unanswered):
                raise _not_an_answer(name, "unanswered", self.unanswered, "an item is named twice")
            if any(number > scale.items for number in self.unanswered):
                reason = f"items of {scale.name} are numbered 1 to {scale.items}"
                raise _not_an_answer(name, "unanswered", self.unanswered, reason)
            _as_many_as_it_has(name, scale, self.items, count=len(self.items) + len(self.unanswered))
            _all_items(name, scale, self.answers)

    @property
    def answers(self) -> tuple[int | None, ...]:
        """One answer for every item, None where it was left unanswered; empty without items."""
        given = iter(self.items)
        count = len(self.items) + len(self.unanswered)
        return tuple(None if number in self.unanswered else next(given) for number in range(1, count + 1))


# ---- how scores are read


@attrs.frozen
class Band:
    """A stretch of scores under one name: from `begins`, in points, to where the next band begins."""

    name: str
    begins: Number


@attrs.frozen
class Bands:
    """The bands of a scale, from its least score upwards."""

    all: tuple[Band, ...] = attrs.field(converter=kept)

    def of(self, points: Number) -> str | None:
        """The name of the band that holds a score; None for one below them all."""
        return next((band.name for band in reversed(self.all) if band.begins <= points), None)

    def place(self, points: Number, among: Sequence[str]) -> int | None:
        """Where a score lies: -1 below the bands of these names, 0 from the first of them to the last, 1 above.

        None where no band has any of the names.
        """
        places = [place for place, band in enumerate(self.all) if band.name in among]
        if not places:
            return None
        held = sum(band.begins <= points for band in self.all) - 1
        return (held > places[-1]) - (held < places[0])

    def __str__(self) -> str:
        """The bands as a lead reads them."""
        return ", ".join(f"{band.name} from {band.begins}" for band in self.all)


@attrs.frozen(kw_only=True)
class Thresholds:
    """How the scores of a scale are read; None where nobody decided it. In points, metric ones for SWEMWBS."""

    bands: Bands | None = None
    caseness: int | None = None
    reliable_change: Number | None = None


class ReadsScores(Protocol):
    """Whoever says how scores are read: a policy on a day."""

    def reading(self, scale: str) -> Thresholds:
        """How the scores of one scale are read."""
        ...


# ---- scores


@attrs.frozen(kw_only=True)
class Score:
    """What a scale came to once.

    Attributes: `raw` (the sum of its items, or None); `metric` (for SWEMWBS); `apart` (the four scores of ONS4);
    `band` (by the policy that it was read under); `at_caseness` (whether it reaches that policy's threshold);
    `unscored` (why there is no score, or None). Nothing here is a statement about a person's health.
    """

    scale: str
    raw: int | None = None
    metric: Decimal | None = None
    apart: tuple[int, ...] = ()
    band: str | None = None
    at_caseness: bool | None = None
    unscored: str | None = None

    @property
    def points(self) -> Number | None:
        """The score that is compared: the metric one where there is one, else the raw sum; None without a sum."""
        return self.raw if self.metric is None else self.metric

    def __str__(self) -> str:
        """The score in words: its points, each of them where they stand apart, or why there is none."""
        if self.unscored is not None:
            return f"not scored ({self.unscored})"
        if self.apart:
            return ", ".join(f"{name} {one}" for name, one in zip(SCALES[self.scale].apart, self.apart, strict=True))
        return f"{self.points} (metric)" if self.metric is not None else f"{self.points}"


def score(
    scale: str,
    *,
    items: Sequence[int | None] | None = None,
    total: int | None = None,
    coded: str | None = None,
    policy: ReadsScores | None = None,
) -> Score:
    """What a scale comes to, from its `items` (None where one was left unanswered), its `total` or its code.

    Read under a policy on a day, where one is given. Raises `InvalidEntry` for anything out of range.
    """
    found = scale_named(scale)
    if [items is not None, total is not None, coded is not None].count(True) != 1:
        raise _not_an_answer("score", "items", items, f"one of items, total and coded is expected ({_codes()})")
    if coded is not None:
        if type(coded) is not str or coded not in CODES:
            raise _not_an_answer("score", "coded", coded, f"a code for a whole scale is one of {_codes()}")
        return Score(scale=scale, unscored=f"coded {coded}")
    if total is None:
        if isinstance(items, str | bytes) or not isinstance(items, Sequence):
            raise _not_an_answer("score", "items", items, "a list of whole points is expected")
        answers = _all_items("score", found, items)
        left = [str(number) for number, item in enumerate(answers, start=1) if item is None]
        if left:
            return Score(scale=scale, unscored=f"part-answered, without item{'s' * (len(left) > 1)} {', '.join(left)}")
        given = tuple(item for item in answers if item is not None)
        if found.apart:
            return Score(scale=scale, apart=given)
        raw = sum(given)
    else:
        raw = _the_total("score", found, total)
    metric = found.metric.get(raw)
    points = raw if metric is None else metric
    read = policy.reading(scale) if policy else Thresholds()
    return Score(
        scale=scale,
        raw=raw,
        metric=metric,
        band=read.bands.of(points) if read.bands else None,
        at_caseness=None if read.caseness is None else points >= read.caseness,
    )


# ---- change


@attrs.frozen(kw_only=True)
class PairedChange:
    """How a score moved between two occasions.

    Attributes: `baseline` and `final` (None where it was not taken); `change` (final minus baseline, in the points
    that are compared; None unless both were scored); `apart` (the four changes of ONS4); `threshold` (from which size
    on a change is reliable); `reliable` (None without a change or a threshold); `caseness` (the policy's threshold for
    a score).
    """

    scale: str
    baseline: Score | None
    final: Score | None
    change: Number | None = None
    apart: tuple[int, ...] = ()
    threshold: Number | None = None
    reliable: bool | None = None
    caseness: int | None = None

    @property
    def paired(self) -> bool:
        """Whether both occasions were scored; a group counts only these, and shows how many are not."""
        return self.change is not None or bool(self.apart)

    @property
    def case_before(self) -> bool | None:
        """Whether the baseline reached the policy's caseness; None where that is not known."""
        return self.baseline.at_caseness if self.baseline else None

    @property
    def case_after(self) -> bool | None:
        """Whether the final score reached the policy's caseness; None where that is not known."""
        return self.final.at_caseness if self.final else None

    def explain(self) -> str:
        """The change in words. They name neither a cause nor a condition, and say what is missing."""
        if not self.paired:
            said = (f"{when} {_occasion(one)}" for when, one in (("baseline", self.baseline), ("final", self.final)))
            return f"{self.scale}: {', '.join(said)}. Without both scores no change is given."
        assert self.baseline is not None  # what is paired has both
        assert self.final is not None
        if self.apart:
            return self._explain_apart(self.baseline, self.final)
        lines = [self._moved(self.baseline, self.final)]
        if self.baseline.band and self.final.band:
            lines.append(f"By this policy's bands: {self.baseline.band} before, {self.final.band} after.")
        if self.caseness is not None:
            sides = ["at or above" if side else "below" for side in (self.case_before, self.case_after)]
            lines.append(f"By this policy's threshold of {self.caseness}: {sides[0]} it before, {sides[1]} it after.")
        lines.append(f"A higher score on this scale means {SCALES[self.scale].higher}.")
        return " ".join(lines)

    def _moved(self, baseline: Score, final: Score) -> str:
        on = " on the metric scale" if final.metric is not None else ""
        moved = f"{self.scale} went from {baseline.points} to {final.points}{on}, a change of {_signed(self.change)}"
        if self.threshold is None:
            return f"{moved}; how large a change is reliable is not decided."
        if self.reliable:
            return f"{moved}, reliable by this policy's threshold of {self.threshold}."
        return f"{moved}, which does not reach this policy's threshold of {self.threshold} for a reliable change."

    def _explain_apart(self, baseline: Score, final: Score) -> str:
        names = SCALES[self.scale].apart
        parts = [
            f"{name} went from {before} to {after} ({_signed(change)})"
            for name, before, after, change in zip(names, baseline.apart, final.apart, self.apart, strict=True)
        ]
        return f"{self.scale}, each read by itself and never summed: {', '.join(parts)}."


def _occasion(score: Score | None) -> str:
    return "not taken" if score is None else str(score)


def _signed(change: Number | None) -> str:
    return f"{change:+}".replace("-", "−") if change else "0"


def paired_change(
    scale: str,
    *,
    baseline: "int | Sequence[int | None] | Taken | None",
    final: "int | Sequence[int | None] | Taken | None",
    policy: ReadsScores | None = None,
) -> PairedChange:
    """How a score moved between a baseline and a later occasion.

    Each is a total in raw points, all the items, a measure of a journey, or None where it was not taken. Raises
    `InvalidEntry` for anything out of range, and for a measure of another scale.
    """
    higher = scale_named(scale).higher
    before, after = (_scored(scale, one, policy) for one in (baseline, final))
    read = policy.reading(scale) if policy else Thresholds()
    change = apart = None
    if before and after and higher is HigherMeans.APART and before.apart and after.apart:
        apart = tuple(later - earlier for earlier, later in zip(before.apart, after.apart, strict=True))
    elif before and after and before.points is not None and after.points is not None:
        change = after.points - before.points
    threshold = read.reliable_change
    return PairedChange(
        scale=scale,
        baseline=before,
        final=after,
        change=change,
        apart=apart or (),
        threshold=threshold,
        reliable=None if change is None or threshold is None else max(change, -change) >= threshold,
        caseness=read.caseness,
    )


def _scored(scale: str, given: Any, policy: ReadsScores | None) -> Score | None:
    if given is None:
        return None
    if isinstance(given, Taken):
        if given.scale != scale:
            raise InvalidEntry("paired change", "scale", given.scale, f"a measure of {scale} is expected")
        return given.score(policy)
    if isinstance(given, int):
        return score(scale, total=given, policy=policy)
    return score(scale, items=given, policy=policy)


# ---- what a journey keeps


@attrs.frozen(kw_only=True)
class Taken:
    """One scale, taken on one occasion: exactly one of `items` (None where unanswered), `total` and `coded`."""

    scale: str
    occasion: str
    at: datetime
    items: tuple[int | None, ...] = attrs.field(default=(), converter=kept)
    total: int | None = None
    coded: str | None = None

    @property
    def is_scored(self) -> bool:
        """Whether every item was answered, or the total is known."""
        return self.coded is None and None not in self.items

    def item(self, number: int) -> int | None:
        """The answer to one item, counted from 1; None where it is not known: unanswered, coded, a total alone."""
        return self.items[number - 1] if 1 <= number <= len(self.items) else None

    def score(self, policy: ReadsScores | None = None) -> Score:
        """What it comes to, read under a policy on a day where one is given."""
        return score(self.scale, items=self.items or None, total=self.total, coded=self.coded, policy=policy)


@attrs.frozen
class Sitting:
    """What was taken on one occasion on one day."""

    occasion: str
    day: date
    scales: tuple[str, ...]

    @property
    def left_out(self) -> tuple[str, ...]:
        """The scales of the research sheet that were not taken beside the others of it."""
        return tuple(scale for scale in RESEARCH_SHEET if scale not in self.scales)


@attrs.frozen
class Measures:
    """The measures taken on one journey, in the order of the record. Usable alone."""

    taken: tuple[Taken, ...] = attrs.field(default=(), converter=kept)

    def on(self, occasion: str) -> tuple[Taken, ...]:
        """Everything taken on one occasion, over time."""
        return tuple(sorted((one for one in self.taken if one.occasion == occasion), key=lambda one: one.at))

    def latest(self, scale: str, occasion: str) -> Taken | None:
        """The scale as it stands on an occasion: the latest that is scored, else the latest; None where not taken."""
        of_scale = [one for one in self.on(occasion) if one.scale == scale]
        scored = [one for one in of_scale if one.is_scored]
        return next(reversed(scored or of_scale), None)

    def sittings(self, day_of: Callable[[datetime], date]) -> tuple[Sitting, ...]:
        """The sittings that took any scale of the research sheet, over time; `day_of` says on which day a moment is."""
        scales: dict[tuple[date, str], list[str]] = {}
        for one in sorted(self.taken, key=lambda one: one.at):
            if one.scale in RESEARCH_SHEET:
                scales.setdefault((day_of(one.at), one.occasion), []).append(one.scale)
        return tuple(Sitting(occasion, day, tuple(taken)) for (day, occasion), taken in scales.items())


def apply(measures: Measures, entry: Entry, *, at: datetime) -> Measures:
    """The measures after `entry`, which happened at `at`."""
    if not isinstance(entry, MeasureTaken):
        return measures
    taken = Taken(
        scale=entry.scale, occasion=entry.occasion, at=at, items=entry.answers, total=entry.total, coded=entry.coded
    )
    return attrs.evolve(measures, taken=(*measures.taken, taken))
