"""Printing: rule coverage and mutation, as the command and pytest print them."""

from collections.abc import Iterator, Sequence

from iagcore.record.rules import RuleSort
from iagcore.testing.proving.coverage import Coverage, ProvenElsewhere
from iagcore.testing.proving.mutation import Mutation


def coverage_in_words(coverage: Coverage) -> str:
    """What has been seen of each rule, and below it what has not."""
    checks = _table(
        ("check", "met", "not met", "alone", "not assessed"),
        [
            (one.rule.code, one.met, one.unmet, one.alone, "–" if one.rule.always_assessed else one.not_assessed)
            for one in coverage.checks
        ],
    )
    limits = _table(
        ("limit", "at", "one past"),
        [(f"{one.rule} {one.value}", _seen(one.at), _seen(one.past)) for one in coverage.limits],
    )
    dates = _table(
        ("dated value", "first day", "the day before"),
        [
            (f"{one.cited.name} from {one.cited.since} ({one.cited.file}:{one.cited.line})", one.first, one.before)
            for one in coverage.dates
        ],
    )
    parts = [checks, limits, dates, [_proven(one) for one in coverage.elsewhere], list(_missing(coverage))]
    return "\n\n".join(["Rule coverage", *("\n".join(part) for part in parts if part)])


def _proven(one: ProvenElsewhere) -> str:
    seen = f"; due in {one.due}, not due in {one.not_due}" if one.rule.sort is RuleSort.DUTY else ""
    return f"{one.rule.code} ({one.rule.sort}): {', '.join(one.rule.proven_by) or 'no law is named'}{seen}"


def _missing(coverage: Coverage) -> Iterator[str]:
    if coverage.failing:
        yield f"{_counted(len(coverage.failing), 'scenario')} that did not hold counted for nothing."
    missing = coverage.missing
    yield f"{_counted(len(missing), 'cell')} missing:" if missing else "Nothing is missing."
    yield from (f"  {one}" for one in missing)


def mutation_in_words(mutation: Mutation, *, scenarios: int, seconds: float) -> str:
    """What came of changing each rule and each value, with the scenario that each survivor lacks."""
    every = mutation.caught + len(mutation.survivors) + len(mutation.equivalent)
    lines = [
        f"{_counted(every, 'change')} tried on {_counted(scenarios, 'scenario')} in {seconds:.1f} s: {mutation.caught} "
        f"caught, {len(mutation.equivalent)} make no difference, {len(mutation.survivors)} survive"
    ]
    lines += [f"  no difference: {mutant}: {reason}" for mutant, reason in mutation.equivalent]
    for mutant in mutation.survivors:
        lines += ["", f"survives: {mutant}", "  the scenario that is missing:", ""]
        lines += [f"  {line}" for line in mutant.lacking.splitlines()]
    return "\n".join(lines)


def _seen(name: str | None) -> str:
    return "none" if name is None else "seen"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A table whose first column is as wide as it has to be; nothing where it has no row."""
    if not rows:
        return []
    every = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(len(row[place]) for row in every) for place in range(len(head))]
    lines = []
    for first, *others in every:
        cells = (f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))
        lines.append(f"{first:<{widths[0]}}  {'  '.join(cells)}")
    return lines
