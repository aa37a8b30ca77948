"""The few conditions that raise.

A casework problem (a booking past the allowance, a missing attestation) is never an exception: it is a finding in a
decision. What raises is a caller's mistake or a store that cannot do its work. Each exception carries its data as
attributes, says whose fault it is and how to mend it.
"""

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any


def nearest(word: str, known: Iterable[str]) -> str:
    """A clause that names the known word nearest to `word`, or an empty string when none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def as_written(value: object) -> str:
    """A value in a message: a time or a day as people and files write it, anything else as Python does."""
    return value.isoformat() if isinstance(value, date) else repr(value)


class IagcoreError(Exception):
    """The base of every exception that iagcore raises on purpose."""


class InvalidEntry(IagcoreError):
    """An entry, or an argument beside it, is malformed: neither a plan nor a fact, so no rule looks at it.

    Attributes: `kind` (the entry's kind or the argument's place), `field`, `value` (as given), `reason`. A `private`
    value, somebody's own words, is not part of the message.
    """

    def __init__(self, kind: str, field: str, value: object, reason: str, *, private: bool = False) -> None:
        self.kind, self.field, self.value, self.reason = kind, field, value, reason
        # what somebody said does not belong in a log
        shown = "(not shown)" if private else as_written(value)
        if len(shown) > 80:
            shown = shown[:77] + "..."
        super().__init__(f"{kind}: {field} = {shown}: {reason}")


def kept(items: Iterable[Any]) -> tuple[Any, ...]:
    """Tuples are kept, lists accepted, and a text is not a list of its letters. Raises `InvalidEntry`."""
    # a converter; what attrs knows of the types of converters cannot be generic
    if isinstance(items, str):
        raise InvalidEntry("argument", "list", items, "a list is expected, not a text")
    return tuple(items)


class InvalidFile(IagcoreError):
    """A journey file or a scenario file cannot be read as one.

    Attributes: `file`, `line` (1 is the first; None where no line can be named), `reason`.
    """

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        self.file, self.line, self.reason = file, line, reason
        super().__init__(f"{file}:{line}: {reason}" if line else f"{file}: {reason}")


class InvalidPolicy(InvalidFile):
    """A policy file breaks its own rules: an uncited value, an unknown name, an overlap or a wrong type."""


class UnknownJourney(IagcoreError):
    """Nothing but a start and a concern may name a journey that does not exist: a mistyped name makes no ghost.

    Attribute: `journey`, the name asked for.
    """

    def __init__(self, journey: str) -> None:
        self.journey = journey
        nothing = f"there is no journey {journey!r}: check its name, or start it first"
        if journey.startswith("coach:"):
            nothing = f"nothing is on the record of {journey} yet: check the name"
        super().__init__(nothing)


class Conflict(IagcoreError):
    """A subject has moved on since it was read; read it again and decide again.

    The casebook does so by itself until its patience is over. Attributes: `subject`, `expected`, `found` (versions;
    None where a store cannot tell).
    """

    def __init__(self, subject: str, expected: int | None = None, found: int | None = None) -> None:
        self.subject, self.expected, self.found = subject, expected, found
        detail = "" if expected is None else f" (version {expected} expected, {found} found)"
        super().__init__(f"{subject} has moved on{detail}: read it again and decide again")


class Refused(IagcoreError):
    """`Decision.require()` was asked of a refusal. Attribute: `decision`."""

    def __init__(self, decision: Any) -> None:
        self.decision = decision
        super().__init__(decision.explain())


class IdUsedBefore(IagcoreError):
    """A record id came again with different content: an id is a promise that the content is the same.

    Attributes: `home` (the subject it stands in), `id`, `difference` (what differs).
    """

    def __init__(self, home: str, id: str, difference: str) -> None:
        self.home, self.id, self.difference = home, id, difference
        super().__init__(
            f"{home}: the id {id!r} is already on the record with another {difference}; "
            "nothing on the record is edited: give the new entry an id of its own, or correct the old one by name"
        )


class UnusableJournal(IagcoreError):
    """A journal cannot be opened, read or written.

    Attributes: `journal` (where it is), `reason`, `interrupted` (the connection was lost in the middle of a write: what
    was being written may or may not be on the record, and can be tried again under the same ids).
    """

    def __init__(self, journal: str, reason: str, *, interrupted: bool = False) -> None:
        self.journal, self.reason, self.interrupted = journal, reason, interrupted
        super().__init__(f"{journal}: {reason}")


class UnusableDirectory(IagcoreError):
    """A directory cannot be opened, read or written. Attributes: `directory` (where it is), `reason`."""

    def __init__(self, directory: str, reason: str) -> None:
        self.directory, self.reason = directory, reason
        super().__init__(f"{directory}: {reason}")


class InvalidExtension(IagcoreError):
    """A college's extension cannot be used. Attributes: `extension` (its name, or how it was named), `reason`."""

    def __init__(self, extension: str, reason: str) -> None:
        self.extension, self.reason = extension, reason
        super().__init__(f"the extension {extension}: {reason}")
