"""Policies: a shipped one with values and levels laid over it, from days that matter to what is tested."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

from iagcore.policy import SHIPPED, Policy
from iagcore.record.rules import JUDGED
from iagcore.rulebook import RULES

DAYS: Final = tuple(date(2025, 9, day) for day in (1, 2, 3, 4, 30))
"""The days from which drawn values hold, beside the first day of the shipped policies."""

_minutes = st.sampled_from((0, 1, 59, 60, 61, 180)) | st.integers(0, 300)
_days = st.sampled_from((0, 1, 2, 7, 30, 42)) | st.integers(0, 90)
_days_from_one = _days.map(lambda days: days or 1)
_charge = st.just('"all"') | _minutes.map(str)


def _written(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    return numbers.map(str)


WRITTEN: Final[Mapping[str, st.SearchStrategy[str]]] = MappingProxyType(
    {
        "allowance_minutes": _written(_minutes),
        "extension_limit_minutes": _written(_minutes),
        "longest_conversation_minutes": _written(st.integers(1, 200)),
        "days_between_conversations": _written(_days),
        "missed_charge": st.builds(
            "{{ learner-excused = {}, learner-unexcused = {}, provider = 0, logistics = 0 }}".format, _charge, _charge
        ),
        "notice_hours": _written(st.sampled_from((0, 1, 23, 24, 25, 48))),
        "rounding": st.just('"none"')
        | st.builds(
            '{{ way = "{}", to = {} }}'.format, st.sampled_from(("up", "nearest")), st.sampled_from((1, 2, 5, 15, 60))
        ),
        "required_checks": st.sampled_from(('"none"', '["DBS"]', '["safeguarding training", "DBS"]')),
        "renewal_window_days": _written(_days),
        "supervision_days": _written(_days_from_one),
        "write_up_days": _written(_days),
        "courses_shown": _written(st.integers(1, 4)),
        "directory_fresh_days": _written(_days_from_one),
        "commitment_floor": _written(st.integers(1, 10)),
        "minimum_age": _written(st.sampled_from((16, 18, 19, 30, 31))),
        "escalation_hours": _written(st.sampled_from((0, 1, 2, 24))),
        "follow_up_after": _written(st.integers(1, 12)),
        "window": st.just('"open"')
        | st.builds("{{ first = {}, last = {} }}".format, st.sampled_from(DAYS[:2]), st.sampled_from(DAYS[2:])),
    }
)
"""Values as a policy file writes them, by name."""

LEVELS: Final = tuple(rule.code for rule in RULES if rule.sort in JUDGED and not rule.protected)
"""The rules whose level a policy may set."""


@st.composite
def policies(draw: st.DrawFn, *, over: tuple[str, ...] = SHIPPED) -> Policy:
    """A policy laid over a shipped one: some values, each with up to two dated entries or a gap, and some levels.

    What a drawn value says replaces all that the shipped policy says of it, so before its first day there is a gap.
    """
    head = f'schema = 1\nname = "drawn"\ntitle = "Drawn"\nover = "{draw(st.sampled_from(over))}"\n'
    names = draw(st.lists(st.sampled_from(sorted(WRITTEN)), unique=True, max_size=6))
    codes = draw(st.lists(st.sampled_from(LEVELS), unique=True, max_size=3))
    since = st.lists(st.sampled_from((date(2015, 4, 1), *DAYS)), min_size=1, max_size=2, unique=True).map(sorted)
    text = head
    for name in names:
        for day in draw(since):
            value = draw(st.none() | WRITTEN[name])
            text += _entry(f"value.{name}", day, "gap = true" if value is None else f"value = {value}")
    for code in codes:
        for day in draw(since):
            level = draw(st.sampled_from(("MUST", "SHOULD")))
            text += _entry(f"level.{code}", day, f'value = "{level}"')
    return Policy.parse(text, file="drawn.toml")


def _entry(name: str, since: date, said: Any) -> str:
    return f'\n[[{name}]]\nfrom = {since}\n{said}\nlocal = "drawn for a test"\n'
