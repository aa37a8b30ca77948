"""A history as the text of a scenario file, with nothing left for the scenario to supply.

A scenario supplies what it does not speak of: a start, an assigned coach who is ready, confidentiality explained,
consent to a referral. What was told speaks of all of it, so where a history has nothing of that sort, one entry is
written that changes nothing, and the scenario is left to no supplied ones.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from iagcore.practice.coaches import CoachAssigned, CoverAssigned
from iagcore.practice.consent import (
    REFERRAL,
    THIS_JOURNEY,
    ConfidentialityExplained,
    ConsentGiven,
    ConsentWithdrawn,
)
from iagcore.practice.learners import JourneyStarted
from iagcore.practice.parties import role_of
from iagcore.practice.readiness import InterestExpressed
from iagcore.practice.signposting import ReferralMade
from iagcore.testing.told import Told

LEAD: Final = "lead:jo"
NINA: Final = "coach:nina"
LONG_AGO: Final = datetime(1990, 1, 1, 12, tzinfo=UTC)
NAME: Final = "what the oracle answers"


def written(
    history: Sequence[tuple[Told, bool]],
    tried: Told,
    *,
    policy: str,
    accepted: bool,
    sets: Mapping[str, Iterable[str]],
    evidence: tuple[str, Mapping[str, Any]] | None = None,
) -> str:
    """A scenario file of one scenario.

    `history` is what was told, and whether it was accepted; `policy` the name or the path that the file says; `sets`
    the codes expected, by `refusals`, `breaches` and `advice`; `evidence` what a rule went by.
    """
    lines = ["schema = 1", f"policy = {_value(policy)}", "", "[[scenario]]", f"name = {_value(NAME)}", "start = false"]
    lines.append(f"outcome = {_value('accepted' if accepted else 'refused')}")
    lines += [f"{key} = {_value(tuple(codes))}" for key, codes in sets.items()]
    if evidence is not None:
        code, values = evidence
        found = ", ".join(f"{name} = {_value(value)}" for name, value in values.items())
        lines.append(f"evidence = {{ {code} = {{ {found} }} }}")
    for told, happened in _with_what_changes_nothing(history, tried):
        lines += ["", "[[scenario.history]]", *_entry(told)]
        lines += [] if happened else ["refused = true"]
    return "\n".join([*lines, "", "[scenario.try]", *_entry(tried), ""])


def _entry(told: Told) -> Iterator[str]:
    declares = told.entry.declares
    yield f"kind = {_value(declares.name)}"
    yield f"{'coach' if declares.is_of_a_coach else 'journey'} = {_value(told.home)}"
    yield f"at = {_value(told.at)}"
    yield f"by = {_value(told.by)}"
    yield f"id = {_value(told.id)}"
    said = {field.name: getattr(told.entry, field.name) for field in declares.fields}
    for name, value in said.items():
        if value is not None and value != ():
            yield f"{name} = {_value(value)}"
    unsaid = [name for name in declares.usually if said[name] is None]
    if unsaid:
        yield f"unsaid = {_value(tuple(unsaid))}"


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)


def _with_what_changes_nothing(history: Sequence[tuple[Told, bool]], tried: Told) -> Iterator[tuple[Told, bool]]:
    every = [*(told for told, _ in history), tried]
    coaches = dict.fromkeys([NINA, *(coach for told in every for coach in _coaches_in(told))])
    for coach in coaches:
        if all(told.home != coach for told in every):
            yield Told(coach, InterestExpressed(), LEAD, LONG_AGO, "interest"), True
    for told, happened in history:
        yield told, happened
        if happened and isinstance(told.entry, JourneyStarted):
            own = [one.entry for one in every if one.home == told.home]
            for number, entry in enumerate(_unspoken_of(own), start=1):
                at = told.at if isinstance(entry, CoverAssigned) else LONG_AGO
                yield Told(told.home, entry, LEAD, at, f"changes nothing {number}"), True


def _unspoken_of(own: Sequence[Any]) -> Iterator[Any]:
    if not any(isinstance(one, CoachAssigned | CoverAssigned) for one in own):
        yield CoverAssigned(coach=NINA, until=date(1900, 1, 1))  # over before it begins
    if not any(isinstance(one, ConfidentialityExplained) for one in own):
        yield ConfidentialityExplained(limits=False)
    spoken_of = any(isinstance(one, ConsentGiven | ConsentWithdrawn) for one in own)
    if any(isinstance(one, ReferralMade) for one in own) and not spoken_of:
        yield ConsentWithdrawn(purpose=REFERRAL, scope=THIS_JOURNEY)


def _coaches_in(told: Told) -> list[str]:
    named = [getattr(told.entry, field, None) for field in ("coach", "recruiter")]
    return [one for one in (*named, told.by) if one is not None and role_of(one) == "coach"]
