"""Entries of every kind, drawn from what the kind declares of its fields."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

from iagcore.entries import KINDS
from iagcore.practice.amendments import Amendment, EntryCorrected, EntryWithdrawn
from iagcore.practice.kinds import Entry
from iagcore.practice.measures import CODES, OCCASIONS, SCALES, MeasureTaken
from iagcore.practice.readiness import CheckCompleted, TrainingCompleted
from iagcore.testing.strategies.fields import REFUSED, VALUES, refused_values, values

DECLARED: Final = tuple(kind for kind in KINDS if not issubclass(kind, Amendment))
"""The kinds whose fields are declared; corrections and withdrawals carry what stands beside them."""

Arguments = dict[str, Any]


def entries(*kinds: type[Entry]) -> st.SearchStrategy[Any]:
    """Valid entries of these kinds, or of every kind, biased towards the boundaries of their fields."""
    return st.sampled_from(kinds or KINDS).flatmap(_entries_of)


def refused_entries(*kinds: type[Entry]) -> st.SearchStrategy[tuple[type[Entry], Arguments, str]]:
    """A kind, what to call it with, and the field that makes it raise `InvalidEntry`; of these kinds, or of every kind.

    Everything but that field is valid.
    """
    return st.sampled_from(kinds or KINDS).flatmap(_refused_of)


def _entries_of(kind: type[Entry]) -> st.SearchStrategy[Any]:
    return _arguments(kind).map(lambda arguments: kind(**arguments))


def _arguments(kind: type[Entry]) -> st.SearchStrategy[Arguments]:
    if kind is MeasureTaken:
        return measures
    if kind is EntryCorrected:
        replacement = st.sampled_from(DECLARED).flatmap(_entries_of)
        return st.fixed_dictionaries({"target": VALUES["id"], "entry": replacement, "why": VALUES["words"]})
    if kind is EntryWithdrawn:
        return st.fixed_dictionaries({"target": VALUES["id"], "why": VALUES["words"], "whole": st.booleans()})
    drawn = st.fixed_dictionaries(
        {field.name: values(field) for field in kind.declares.fields if not field.may_be_left_out},
        optional={field.name: values(field) for field in kind.declares.fields if field.may_be_left_out},
    )
    return drawn.map(_ends_after_it_began) if kind in (TrainingCompleted, CheckCompleted) else drawn


def _ends_after_it_began(arguments: Arguments) -> Arguments:
    first, last = arguments["completed_on"], arguments.get("expires_on")
    if last is None:
        return arguments
    return {**arguments, "completed_on": min(first, last), "expires_on": max(first, last)}


@st.composite
def _measures(draw: st.DrawFn) -> Arguments:
    """A scale answered by its items, some of them perhaps left unanswered, by its total, or coded as a whole."""
    scale = SCALES[draw(st.sampled_from(tuple(SCALES)))]
    said: Arguments = {"scale": scale.name, "occasion": draw(st.sampled_from(OCCASIONS))}
    how = draw(st.sampled_from(("items", "code") if scale.apart else ("items", "code", "total")))
    if how == "code":
        return {**said, "coded": draw(st.sampled_from(tuple(CODES)))}
    if how == "total":
        ends = st.sampled_from((scale.least_total, scale.most_total))
        return {**said, "total": draw(ends | st.integers(scale.least_total, scale.most_total))}
    numbers = st.integers(1, scale.items)
    unanswered = draw(st.lists(numbers, unique=True, max_size=scale.items - 1))
    answered = scale.items - len(unanswered)
    points = st.sampled_from((scale.least, scale.most)) | st.integers(scale.least, scale.most)
    items = draw(st.lists(points, min_size=answered, max_size=answered))
    return {**said, "items": items, "unanswered": unanswered}


measures: Final = _measures()

_BESIDE: Final[Mapping[str, Sequence[Any]]] = MappingProxyType(
    {
        "target": REFUSED["id"],
        "why": REFUSED["words"],
        "whole": REFUSED["flag"],
        "entry": (None, "an entry", {}, EntryWithdrawn("x", "y")),
    }
)


@st.composite
def _refused_of(draw: st.DrawFn, kind: type[Entry]) -> tuple[type[Entry], Arguments, str]:
    arguments = draw(_arguments(kind))
    if issubclass(kind, Amendment):
        name = draw(st.sampled_from(sorted(arguments)))
        return kind, {**arguments, name: draw(st.sampled_from(_BESIDE[name]))}, name
    field = draw(st.sampled_from(kind.declares.fields))
    return kind, {**arguments, field.name: draw(refused_values(field))}, field.name
