"""Your college's own rules: every word that you need to write them.

    from iagcore.extending import MUST, Case, Extension, Verdict, rule, verdict

Declare rules with `rule` and `duty`, kinds of entry with `kind`, and policy values with `Value`. Put them in one
`Extension`, and give that to a casebook (`extend=`), a command (`--extend`), a scenario file (`extend = [...]`) or
pytest. The kinds of entry that your rules can be about are in `iagcore.entries`.
"""

from iagcore.entries import (
    CoachRef,
    Day,
    Entry,
    Flag,
    HealthWords,
    Id,
    Minutes,
    Moment,
    RestrictedWords,
    StaffRef,
    Words,
)
from iagcore.exceptions import InvalidExtension
from iagcore.extending import values
from iagcore.extending.book import LIBRARY, Book, book_of
from iagcore.extending.extension import Extension
from iagcore.extending.loading import extension_named
from iagcore.policy import Value
from iagcore.practice.kinds import FACT, PLAN, kind, one_of
from iagcore.record.case import Case, known
from iagcore.record.findings import MUST, SHOULD, Duty, Verdict, at_least, at_most, none_of, verdict
from iagcore.record.home import Home, Noted
from iagcore.record.journey import CoachHome, Journey
from iagcore.record.rules import Grounds, duty, rule

__all__ = [
    "FACT",
    "LIBRARY",
    "MUST",
    "PLAN",
    "SHOULD",
    "Book",
    "Case",
    "CoachHome",
    "CoachRef",
    "Day",
    "Duty",
    "Entry",
    "Extension",
    "Flag",
    "Grounds",
    "HealthWords",
    "Home",
    "Id",
    "InvalidExtension",
    "Journey",
    "Minutes",
    "Moment",
    "Noted",
    "RestrictedWords",
    "StaffRef",
    "Value",
    "Verdict",
    "Words",
    "at_least",
    "at_most",
    "book_of",
    "duty",
    "extension_named",
    "kind",
    "known",
    "none_of",
    "one_of",
    "rule",
    "values",
    "verdict",
]
