"""A record as a store keeps it: bytes, filings and digests, and nothing that a store would have to understand.

`storage/protocols.py` says what a store promises about these; `sealing.py` binds them.
"""

import attrs

Position = str
"""An opaque token that only the store interprets."""


@attrs.frozen
class Filing:
    """One row of a record's `about`: a subject, the version this record takes of it, and what the seal needs.

    `commitment` is a digest that binds the record to the subject without naming it; `salt` opens it, and is None once
    the subject was renamed by an erasure.
    """

    subject: str
    version: int
    commitment: bytes
    salt: bytes | None


@attrs.frozen(kw_only=True)
class StoredRecord:
    """A record as a store keeps it.

    Attributes: `surrogate` (random, unique in the store); `about` (filings, home first); `envelope` (bytes that
    survive erasure); `payload` and `id` (None once erased, and on a receipt); `plain` and `salted`, the two digests of
    the seal; `position`, given by the store and None until then; `follows`, on a record that is being appended, the
    plain digest of the record before it in its home (empty for the first), which the store compares and does not keep.
    """

    surrogate: str
    about: tuple[Filing, ...]
    envelope: bytes
    payload: bytes | None
    id: str | None
    plain: bytes
    salted: bytes
    position: Position | None = attrs.field(default=None, eq=False)
    follows: bytes | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def home(self) -> str:
        """The subject whose chain this record stands in."""
        return self.about[0].subject

    def version_of(self, subject: str) -> int:
        """The version that this record takes of one of its subjects."""
        return next(filing.version for filing in self.about if filing.subject == subject)
