"""What a field may hold, and what it refuses, by the name of its type."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

from iagcore.entries import KINDS
from iagcore.practice.kinds import ROLES, UNSEEN, Field, Text, Whole, accept_id

LIMITED: Final = {
    field.type.name: field.type.accept
    for kind in KINDS
    for field in kind.declares.fields
    if isinstance(field.type.accept, Whole) or (isinstance(field.type.accept, Text) and not field.type.accept.form)
}
"""The limits of the types of fields that are declared by limits alone, by their names."""
SHORT: Final = accept_id.longest

LOOKS_LIKE_SOMETHING_ELSE: Final = (
    "שלום",  # from right to left
    "مرحبا",
    "👩🏽🏫",  # several code points
    "é",  # a letter and its accent apart
    "<script>alert(1)</script>",
    "'; drop table record; --",
    "../../etc/passwd",
    "{asked}",
    "%s",
    "=1+1",
    "null",
    "0",
    "45.0",
    "True",
    "coach:nina",
    '"quoted"',
    "\\",
)
"""Texts that are accepted, and are trouble for whoever takes them for something else."""

UNSEEN_IN_PART: Final = ("a\N{RIGHT-TO-LEFT OVERRIDE}b", "\N{ZERO WIDTH SPACE}a", "👩🏽‍🏫")
"""Texts with what cannot be seen, such as what joins several code points into one picture: words have it, and no id."""
CONTROLS: Final = ("\x00", "a\x00b", "\x1b[31m", "a\x07", "\x7f", "a\x85", "\ud800")
NO_TEXT: Final[tuple[Any, ...]] = (None, 0, 1.5, True, b"bytes", [], {}, date(2030, 1, 1))
NO_NUMBER: Final[tuple[Any, ...]] = (None, "45", 45.0, True, [], float("nan"))


def _within(limits: Whole | Text) -> st.SearchStrategy[Any]:
    if isinstance(limits, Whole):
        least, most = limits.least, limits.most
        return st.sampled_from((least, least + 1, most - 1, most)) | st.integers(least, most)
    edges = ["x", "x" * limits.longest, "é" * limits.longest, *LOOKS_LIKE_SOMETHING_ELSE]
    edges += ["one\ntwo\r\n\tthree", *UNSEEN_IN_PART] if limits.lines else []
    letters = st.characters(exclude_categories=("Cc", "Cs") if limits.lines else ("Cc", "Cs", *UNSEEN))
    written = st.text(letters, min_size=1, max_size=24).filter(lambda text: bool(text.strip()))
    return st.sampled_from(edges) | written


def _parties(*roles: str) -> st.SearchStrategy[str]:
    references = st.sampled_from(("a", "nina", "\N{GRINNING FACE}", "x" * (SHORT - len("safeguarding-lead:"))))
    return st.builds("{}:{}".format, st.sampled_from(roles), references)


_days = st.sampled_from((date(1900, 1, 1), date(2024, 2, 29), date(2999, 12, 31))) | st.dates(
    date(1900, 1, 1), date(2999, 12, 31)
)
_moments = st.sampled_from(
    (
        datetime(1900, 1, 2, tzinfo=UTC),
        datetime(2999, 12, 30, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2025, 3, 30, 1, tzinfo=UTC),  # the clocks of Europe/London change
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
    )
) | st.datetimes(
    datetime(1901, 1, 1),  # noqa: DTZ001 # Hypothesis adds the zone
    datetime(2998, 12, 31),  # noqa: DTZ001 # the same
    timezones=st.just(UTC),
)


def _ulns() -> st.SearchStrategy[str]:
    return st.sampled_from(("9276308686", "9999999999"))


VALUES: Final[Mapping[str, st.SearchStrategy[Any]]] = MappingProxyType(
    {
        **{name: _within(limits) for name, limits in LIMITED.items()},
        "party": _parties(*ROLES),
        "learner": _parties("learner"),
        "coach": _parties("coach"),
        "lead": _parties("lead"),
        "staff": _parties(*(role for role in ROLES if role != "learner")),
        "day": _days,
        "moment": _moments,
        "flag": st.booleans(),
        "unique learner number": _ulns(),
        "learner reference number": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ]{0,11}", fullmatch=True),
    }
)
"""What the types of fields accept, by their names."""

_NO_PARTY: Final = (
    *NO_TEXT,
    *CONTROLS,
    "",
    "nina",
    "coach:",
    "coach: ",
    "Coach:nina",
    "pupil:a",
    "coach:" + "x" * SHORT,
)
_NO_DAY: Final = (None, "2030-01-01", 0, datetime(2030, 1, 1, tzinfo=UTC), date(1899, 12, 31), date(3000, 1, 1))


def _past(limits: Whole | Text) -> tuple[Any, ...]:
    if isinstance(limits, Whole):
        return (*NO_NUMBER, limits.least - 1, limits.most + 1, -(10**30), 10**30)
    in_lines = () if limits.lines else ("a\nb", *UNSEEN_IN_PART)
    return (*NO_TEXT, *CONTROLS, *in_lines, "", " \n\t", "x" * (limits.longest + 1))


REFUSED: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        **{name: _past(limits) for name, limits in LIMITED.items()},
        "party": _NO_PARTY,
        "learner": (*_NO_PARTY, "coach:nina"),
        "coach": (*_NO_PARTY, "learner:a"),
        "lead": (*_NO_PARTY, "safeguarding-lead:sam"),
        "staff": (*_NO_PARTY, "learner:a"),
        "day": _NO_DAY,
        "moment": (
            None,
            "2030-01-01T10:00:00Z",
            0,
            date(2030, 1, 1),
            datetime(2030, 1, 1),  # noqa: DTZ001 # without its zone, which is what is refused
            datetime(1899, 12, 31, tzinfo=UTC),
            datetime(1900, 1, 1, 23, 59, tzinfo=UTC),
            datetime(2999, 12, 31, tzinfo=UTC),
            datetime(3000, 1, 1, tzinfo=UTC),
        ),
        "flag": (None, 0, 1, "true", "no", [], 1.0),
        "unique learner number": (*NO_TEXT, "", "0276308686", "9276308687", "927630868", "92763086860"),
        "learner reference number": (*NO_TEXT, "", "x" * 13, "a-b", "é"),
    }
)
"""What they refuse."""


def values(field: Field) -> st.SearchStrategy[Any]:
    """What a field accepts. A list has up to three; what may be left out may be None or empty."""
    one = st.sampled_from(field.type.choices) if field.type.choices else VALUES[field.type.name]
    if field.many:
        return st.lists(one, min_size=0 if field.may_be_left_out else 1, max_size=3).map(tuple)
    return st.none() | one if field.optional else one


def refused_values(field: Field) -> st.SearchStrategy[Any]:
    """What a field refuses: one past each limit, another type, and text with what cannot be shown."""
    wrong = (*NO_TEXT, "", "no such word") if field.type.choices else REFUSED[field.type.name]
    if field.many:
        # None stands for no list, and is a wrong item too
        return st.sampled_from((None, "text", 1, *([one] for one in wrong)))
    return st.sampled_from(tuple(one for one in wrong if not (field.optional and one is None)))
