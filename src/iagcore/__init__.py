"""iagcore: the rules, the record and the proof of IAG coaching in adult learning.

    entry (a plan or a fact)                 policy on that day (dated, cited values)
               │                                           │
               ▼                                           ▼
 journal ──► journey (a fold of records) ──► decide ──► decision: accepted? + every rule considered, each with its
    ▲                                           │        sentence, evidence, remedy and source; + the effect in minutes
    └── record (entry, who, when, considered, effect), appended only if nothing that was read has changed since

The names that you need every day are here, and are loaded when they are first asked for. Every kind of entry is in
`iagcore.entries`, the directory in `iagcore.directory`, what a store promises in `iagcore.storage`, and what the
practice modules make of the entries in `iagcore.practice`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__version__: Final = "0.1.0"

_NAMES: Final = {
    "iagcore.casebook": (
        "Casebook",
        "Released",
    ),
    "iagcore.casebook.coaching": ("Coach",),
    "iagcore.due_index": ("DueIndex",),
    "iagcore.what_if": ("WhatIf",),
    "iagcore.exceptions": (
        "Conflict",
        "IagcoreError",
        "IdUsedBefore",
        "InvalidEntry",
        "InvalidFile",
        "InvalidPolicy",
        "Refused",
        "UnknownJourney",
        "UnusableDirectory",
        "UnusableJournal",
    ),
    "iagcore.extending.extension": ("Extension",),
    "iagcore.policy": ("Policy",),
    "iagcore.entries": ("KINDS",),
    "iagcore.practice.allowance": (
        "Allowance",
        "minutes_charged",
        "minutes_rounded",
    ),
    "iagcore.practice.conversations": (
        "Conversation",
        "Conversations",
    ),
    "iagcore.practice.disclosures": ("OUTLETS",),
    "iagcore.practice.kinds": (
        "FACT",
        "PLAN",
        "ROLES",
        "Entry",
        "kind",
    ),
    "iagcore.practice.measures": (
        "paired_change",
        "score",
    ),
    "iagcore.record.case": ("Case",),
    "iagcore.record.findings": (
        "MUST",
        "SHOULD",
        "Assessment",
        "Decision",
        "Duty",
        "DutyStatus",
        "verdict",
    ),
    "iagcore.record.journey": (
        "Journey",
        "fold",
    ),
    "iagcore.record.judging": ("decide",),
    "iagcore.record.records": ("Record",),
    "iagcore.record.releasing": ("View",),
    "iagcore.record.rules": (
        "Rule",
        "duty",
        "rule",
    ),
    "iagcore.rulebook": ("RULES",),
    "iagcore.storage.memory": ("MemoryJournal",),
    "iagcore.storage.protocols": ("Journal",),
    "iagcore.storage.sql": ("SQLJournal",),
    "iagcore.storage.sqlite": ("SQLiteJournal",),
}
"""The public names, by the module that each lives in."""
_HOME: Final = {name: module for module, names in _NAMES.items() for name in names}
_MODULES: Final = ("entries", "rulebook")

__all__ = ("__version__", *_MODULES, *_HOME)  # noqa: PLE0604 # one table says what is public, in strings

if TYPE_CHECKING:
    from iagcore import entries as entries
    from iagcore import rulebook as rulebook
    from iagcore.casebook import Casebook as Casebook
    from iagcore.casebook import Released as Released
    from iagcore.casebook.coaching import Coach as Coach
    from iagcore.due_index import DueIndex as DueIndex
    from iagcore.entries import KINDS as KINDS
    from iagcore.exceptions import Conflict as Conflict
    from iagcore.exceptions import IagcoreError as IagcoreError
    from iagcore.exceptions import IdUsedBefore as IdUsedBefore
    from iagcore.exceptions import InvalidEntry as InvalidEntry
    from iagcore.exceptions import InvalidFile as InvalidFile
    from iagcore.exceptions import InvalidPolicy as InvalidPolicy
    from iagcore.exceptions import Refused as Refused
    from iagcore.exceptions import UnknownJourney as UnknownJourney
    from iagcore.exceptions import UnusableDirectory as UnusableDirectory
    from iagcore.exceptions import UnusableJournal as UnusableJournal
    from iagcore.extending.extension import Extension as Extension
    from iagcore.policy import Policy as Policy
    from iagcore.practice.allowance import Allowance as Allowance
    from iagcore.practice.allowance import minutes_charged as minutes_charged
    from iagcore.practice.allowance import minutes_rounded as minutes_rounded
    from iagcore.practice.conversations import Conversation as Conversation
    from iagcore.practice.conversations import Conversations as Conversations
    from iagcore.practice.disclosures import OUTLETS as OUTLETS
    from iagcore.practice.kinds import FACT as FACT
    from iagcore.practice.kinds import PLAN as PLAN
    from iagcore.practice.kinds import ROLES as ROLES
    from iagcore.practice.kinds import Entry as Entry
    from iagcore.practice.kinds import kind as kind
    from iagcore.practice.measures import paired_change as paired_change
    from iagcore.practice.measures import score as score
    from iagcore.record.case import Case as Case
    from iagcore.record.findings import MUST as MUST
    from iagcore.record.findings import SHOULD as SHOULD
    from iagcore.record.findings import Assessment as Assessment
    from iagcore.record.findings import Decision as Decision
    from iagcore.record.findings import Duty as Duty
    from iagcore.record.findings import DutyStatus as DutyStatus
    from iagcore.record.findings import verdict as verdict
    from iagcore.record.journey import Journey as Journey
    from iagcore.record.journey import fold as fold
    from iagcore.record.judging import decide as decide
    from iagcore.record.records import Record as Record
    from iagcore.record.releasing import View as View
    from iagcore.record.rules import Rule as Rule
    from iagcore.record.rules import duty as duty
    from iagcore.record.rules import rule as rule
    from iagcore.rulebook import RULES as RULES
    from iagcore.storage.memory import MemoryJournal as MemoryJournal
    from iagcore.storage.protocols import Journal as Journal
    from iagcore.storage.sql import SQLJournal as SQLJournal
    from iagcore.storage.sqlite import SQLiteJournal as SQLiteJournal
    from iagcore.what_if import WhatIf as WhatIf
else:
    # a type checker sees the names above and no others: a misspelt one is an error

    def __getattr__(name: str) -> Any:
        """A public name, loaded when it is first asked for. Raises AttributeError."""
        if name in _MODULES:
            return import_module(f"iagcore.{name}")
        if name not in _HOME:
            raise AttributeError(f"module 'iagcore' has no attribute {name!r}{_nearest(name)}")
        return getattr(import_module(_HOME[name]), name)


def _nearest(name: str) -> str:
    """Where a name is that somebody looks for here; or the name that they may have meant."""
    from iagcore import entries  # noqa: PLC0415 # nothing is loaded before it is asked for
    from iagcore.exceptions import nearest  # noqa: PLC0415 # the same

    if hasattr(entries, name):
        return f": a kind of entry is in iagcore.entries, so write entries.{name}"
    return nearest(name, __all__)


def __dir__() -> list[str]:
    return sorted(__all__)
