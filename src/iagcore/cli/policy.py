"""`iagcore policy`: what was decided, for whoever decides it."""

import argparse
from datetime import date
from pathlib import Path

from iagcore.casebook import Casebook, utc_now
from iagcore.cli import add_extend, book_of, day_of
from iagcore.exceptions import InvalidFile
from iagcore.policy import Policy
from iagcore.practice.kinds import accept_day, accepted
from iagcore.reports import policy_check, policy_sheet, policy_sheet_as_html
from iagcore.reports.policy_check import remarks
from iagcore.storage.memory import MemoryJournal


def register(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `policy`."""
    parser = subcommands.add_parser(
        "policy",
        help="what a programme lead decides",
        description="What a policy decides, for whoever decides it.",
        epilog="example: iagcore policy sheet starter --html sheet.html",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    sheet = commands.add_parser(
        "sheet",
        help="one sheet of everything that is decided locally",
        description="Print every local value and level of a policy: what it means, what it is now and since when, "
        "which rules it affects, and room for what is decided, by whom and when.",
        epilog="example: iagcore policy sheet starter --html sheet.html",
    )
    sheet.add_argument(
        "policy", metavar="POLICY", nargs="?", default="starter", help="a shipped policy or a .toml (default: starter)"
    )
    sheet.add_argument("--html", metavar="FILE", help="write it there instead, as a page of HTML to be printed")
    sheet.add_argument("--on", metavar="DAY", help="as the policy stands on that day (default: today)")
    add_extend(sheet)
    sheet.set_defaults(run=run)
    check = commands.add_parser(
        "check",
        help="look through a policy file before anybody is judged by it",
        description="List every day on which something changes, and what is worth a second look: days for which "
        "nothing is decided, reviews that have passed, values that contradict each other or lie far from what is "
        "usual, and days that look mistyped. The exit code is 0 where there is nothing to look at, "
        "and 1 where there is.",
        epilog="example: iagcore policy check ours.toml",
    )
    check.add_argument("policy", metavar="POLICY", help="a .toml file, or a shipped policy by its name")
    check.add_argument("--on", metavar="DAY", help="as seen on that day (default: today)")
    add_extend(check)
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    """Print what is worth a second look. Raises `InvalidPolicy`."""
    policy, on = _asked(arguments)
    print(policy_check(policy, on=on), end="")
    return 1 if remarks(policy, on=on) else 0


def _asked(arguments: argparse.Namespace) -> tuple[Policy, date]:
    """The policy that is named, and the day that it is seen on. Raises `InvalidPolicy`."""
    book = book_of(arguments)
    policy = book.policy(arguments.policy)
    # says so where the policy sets the level of a rule that there is not
    Casebook(MemoryJournal(), policy, extend=book.extensions)
    day = policy.day(utc_now()) if arguments.on is None else day_of("--on", arguments.on)
    return policy, accepted("--on", day, accept_day)


def run(arguments: argparse.Namespace) -> int:
    """Print the sheet, or write it. Raises `InvalidPolicy`, `InvalidFile` where it cannot be written."""
    policy, on = _asked(arguments)
    rules = book_of(arguments).rules
    if arguments.html is None:
        print(policy_sheet(policy, rules, on=on), end="")
        return 0
    try:
        Path(arguments.html).write_text(policy_sheet_as_html(policy, rules, on=on), "utf-8")
    except OSError as error:
        raise InvalidFile(arguments.html, None, f"it cannot be written: {error.strerror}") from None
    print(f"Written: {arguments.html}")
    return 0
