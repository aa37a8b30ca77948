"""`iagcore rules`: the rule book, from the code, with the values of a policy beside it."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from iagcore.casebook import Casebook, utc_now
from iagcore.cli import add_extend, book_of
from iagcore.exceptions import InvalidEntry, InvalidFile, nearest
from iagcore.extending.book import Book
from iagcore.policy import Cited, Policy
from iagcore.record.rules import Rule
from iagcore.reports.layout import wrapped
from iagcore.reports.policy_check import read_on
from iagcore.reports.policy_sheet import UNDECIDED, review, written
from iagcore.reports.rule_pages import rule_pages
from iagcore.storage.memory import MemoryJournal

INDENT: Final = 8
"""The column at which what is said of a rule begins; its code stands before it."""


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `rules`."""
    parser = subcommands.add_parser(
        "rules",
        help="the rule book, with a policy's values",
        description="Print the rules, family by family: what each asks, how it binds, the values it reads and where "
        "they come from. MUST refuses a plan, and is said as a breach of what has happened; SHOULD is advice.",
        epilog="example: iagcore rules --policy ways-to-wellbeing ALW-01 GRW",
    )
    parser.add_argument("codes", metavar="CODE", nargs="*", help="only these rules or families, such as ALW-01 or GRW")
    parser.add_argument(
        "--policy", metavar="NAME|FILE", default="starter", help="a shipped policy or a .toml file (default: starter)"
    )
    parser.add_argument(
        "--pages", metavar="FOLDER", type=Path, help="write them there instead, a page of Markdown each, and an index"
    )
    add_extend(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the rule book, or write its pages. Raises `InvalidPolicy`, `InvalidFile` and `InvalidEntry`."""
    book = book_of(arguments)
    policy = book.policy(arguments.policy)
    Casebook(
        MemoryJournal(), policy, extend=book.extensions
    )  # says so where the policy sets the level of a rule that there is not
    rules = chosen([code.upper() for code in arguments.codes], book)
    if arguments.pages is not None:
        write(arguments.pages, rule_pages(rules, policy, book.families))
        print(f"Written: {len(rules)} {'rule' if len(rules) == 1 else 'rules'} in {arguments.pages}")
        return 0
    print("\n".join(wrapped(f"The rule book, under the policy {policy.name} ({policy.title})")))
    for family, title in book.families.items():
        found = [one for one in rules if one.family == family]
        if found:
            print(f"\n{family}  {title}")
        for one in found:
            print("\n" + "\n".join(said(one, policy, on=policy.day(utc_now()))))
    return 0


def write(folder: Path, pages: Mapping[str, str]) -> None:
    """Write pages by the names of their files. Raises `InvalidFile` where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise InvalidFile(str(folder), None, f"it cannot be written: {error.strerror}") from None


def chosen(codes: Sequence[str], book: Book) -> list[Rule]:
    """The rules of these codes and families; all of them where none is named."""
    known = (*book.families, *(one.code for one in book.rules))
    for code in codes:
        if code not in known:
            raise InvalidEntry("rules", "CODE", code, f"no rule and no family has this code{nearest(code, known)}")
    return [one for one in book.rules if not codes or one.code in codes or one.family in codes]


def said(rule: Rule, policy: Policy, *, on: date) -> Iterator[str]:
    """A rule as it is printed on a day: its question and sentence, how it binds, the values it reads, its source."""
    yield from wrapped(rule.question, indent=INDENT, first=rule.code)
    yield from wrapped(rule.title, indent=INDENT)
    yield from wrapped(f"{rule.sort}, {rule.level}{_binding(rule)}", indent=INDENT)
    for one in policy.levels.get(rule.code, ()):
        yield from wrapped(f"level under this policy: {_dated(one, one.value or UNDECIDED, on)}", indent=INDENT)
    for value in policy.may_decide:
        if value.name in rule.values:
            history = policy.values.get(value.name, ())
            for one in history:
                yield from wrapped(f"{value.name} = {_dated(one, written(one.value, value.unit), on)}", indent=INDENT)
            if not history:
                yield from wrapped(f"{value.name}: this policy does not decide it", indent=INDENT)
            yield from wrapped(f"{value.name} is taken as it is on {read_on(value)}", indent=INDENT)
    yield from wrapped(f"Source: {rule.source}", indent=INDENT)


def _binding(rule: Rule) -> str:
    said = [
        *(["a policy cannot lower it"] if rule.protected else []),
        *(["it refuses what has happened, too"] if rule.always_refuses else []),
    ]
    return "".join(f"; {one}" for one in said)


def _dated(cited: Cited, value: str, on: date) -> str:
    until = f" to before {cited.until:%d %b %Y}" if cited.until else ""
    return f"{value}, from {cited.since:%d %b %Y}{until} ({cited.source}){review(cited, on)}"
