"""What is due, on one page: what is overdue first, then what is due, then what is coming, each by its time.

What is due about safeguarding is spelled out only for the one it is for. Asked for nobody in particular, the page says
how much of it there is, and how to ask.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

import attrs

from iagcore.practice.parties import name_of_home, role_of
from iagcore.practice.times import clock
from iagcore.record.findings import Duty, DutyStatus
from iagcore.reports.layout import beside, section, wrapped

TIME: Final = 21
"""The column at which the text beside a time begins."""
UNDATED: Final = datetime.max.replace(tzinfo=UTC)
"""What has no time comes after all that has one."""
THE_SAFEGUARDING_LEAD: Final = "safeguarding-lead"


@attrs.frozen
class DuePage:
    """What is due at a moment: a heading, what there is to do by its status, and how much of it there is.

    Made by `due_page`; `str()` is the whole page in plain text, at most 100 columns wide.
    """

    heading: str
    sections: Mapping[str, Sequence[tuple[str, str, str, str, str]]]
    """Under a title, each as (by when, what, for whom, where, under which rule)."""
    counted: str

    def __str__(self) -> str:
        sections = (
            [self.heading, "=" * len(self.heading.splitlines()[-1])],
            *(section(title, _listed(found)) for title, found in self.sections.items()),
            [self.counted],
        )
        return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def due_page(duties: Sequence[Duty], *, at: datetime, zone: tzinfo, party: str | None = None) -> DuePage:
    """What is due at a moment, as a page; times are shown in `zone`.

    With a `party`, `duties` are those that are for them; without, they are those of a whole caseload.
    """
    confidential = [one for one in duties if party is None and one.in_confidence]
    told = [one for one in duties if party is not None or not one.in_confidence]
    by_status = {status: [one for one in told if one.status(at) is status] for status in DutyStatus}
    numbers = {status: len(found) for status, found in by_status.items()}
    whom = f" for {party}" if party else ""
    return DuePage(
        "\n".join(wrapped(f"What there is to do{whom}, seen on {clock(at, zone)}")),
        {f"{status} ({len(found)})": _rows(found, zone) for status, found in by_status.items()},
        "\n\n".join("\n".join(lines) for lines in (_counted(numbers), list(_in_confidence(confidential))) if lines),
    )


def _rows(duties: Sequence[Duty], zone: tzinfo) -> list[tuple[str, str, str, str, str]]:
    rows = []
    for one in sorted(duties, key=lambda one: (one.due or UNDATED, one.about, one.rule, one.what)):
        when = "no time is set" if one.due is None else clock(one.due, zone)
        opens = f"; from {one.opens.astimezone(zone):%d %b %Y} on" if one.opens else ""
        rows.append((when, one.what, _for_whom(one.party), _where(one.about), f"{one.rule}{opens}"))
    return rows


def _listed(rows: Sequence[tuple[str, str, str, str, str]]) -> Iterator[str]:
    for when, what, whom, where, rule in rows:
        yield from beside(when, what, column=TIME)
        yield from wrapped(f"for {whom}, on {where}, by {rule}", indent=TIME)


def _for_whom(party: str | None) -> str:
    if party is None:
        return "nobody who is known"
    return party if ":" in party else f"any {party}"


def _where(about: str) -> str:
    match role_of(about):
        case "journey":
            return f"journey {name_of_home(about)}"
        case "policy":
            return f"the policy {about.removeprefix('policy:')}"
        case _:
            return f"the record of {about}"


def _counted(numbers: dict[DutyStatus, int]) -> list[str]:
    if not any(numbers.values()):
        return ["Nothing is due, and nothing is coming."]
    return [", ".join(f"{number} {status}" for status, number in numbers.items()) + "."]


def _in_confidence(duties: Sequence[Duty]) -> Iterator[str]:
    """How many there are that are not spelled out, and how those they are for ask for them."""
    leads = sum(one.party == THE_SAFEGUARDING_LEAD for one in duties)
    if leads:
        yield from wrapped(
            f"{_are(leads)} for the safeguarding lead, who asks with --for {THE_SAFEGUARDING_LEAD}:NAME."
        )
    if others := len(duties) - leads:
        yield from wrapped(
            f"{_are(others)} about safeguarding, for somebody else who asks with --for and their own name."
        )


def _are(number: int) -> str:
    return "1 more is" if number == 1 else f"{number} more are"
