"""What is due, on one page: what is overdue first, then what is due, then what is coming, each by its time.

What is due about safeguarding is spelled out only for the one it is for. Asked for nobody in particular, the page says
how much of it there is, and how to ask.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

from iagcore.record.findings import Duty, DutyStatus
from iagcore.reports.layout import beside, section, wrapped

TIME: Final = 21
"""The column at which the text beside a time begins."""
UNDATED: Final = datetime.max.replace(tzinfo=UTC)
"""What has no time comes after all that has one."""
THE_SAFEGUARDING_LEAD: Final = "safeguarding-lead"


def due_page(duties: Sequence[Duty], *, at: datetime, zone: tzinfo, party: str | None = None) -> str:
    """What is due at a moment, as a page of plain text, at most 100 columns wide; times are shown in `zone`.

    With a `party`, `duties` are those that are for them; without, they are those of a whole caseload.
    """
    confidential = [one for one in duties if party is None and one.in_confidence]
    told = [one for one in duties if party is not None or not one.in_confidence]
    by_status = {status: [one for one in told if one.status(at) is status] for status in DutyStatus}
    sections = (
        _heading(at.astimezone(zone), party),
        *(section(f"{status} ({len(found)})", _listed(found, zone)) for status, found in by_status.items()),
        _counted({status: len(found) for status, found in by_status.items()}),
        list(_in_confidence(confidential)),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _heading(at: datetime, party: str | None) -> list[str]:
    lines = wrapped(f"What there is to do{f' for {party}' if party else ''}, seen on {at:%d %b %Y %H:%M}")
    return [*lines, "=" * len(lines[-1])]


def _listed(duties: Sequence[Duty], zone: tzinfo) -> Iterator[str]:
    for one in sorted(duties, key=lambda one: (one.due or UNDATED, one.about, one.rule, one.what)):
        when = "no time is set" if one.due is None else f"{one.due.astimezone(zone):%d %b %Y %H:%M}"
        yield from beside(when, one.what, column=TIME)
        opens = f"; from {one.opens.astimezone(zone):%d %b %Y} on" if one.opens else ""
        yield from wrapped(f"{_for_whom(one.party)}, on {_where(one.about)}, by {one.rule}{opens}", indent=TIME)


def _for_whom(party: str | None) -> str:
    if party is None:
        return "for nobody who is known"
    return f"for {party}" if ":" in party else f"for any {party}"


def _where(about: str) -> str:
    return f"journey {about.removeprefix('journey:')}" if about.startswith("journey:") else f"the record of {about}"


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
