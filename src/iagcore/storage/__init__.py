"""Where records are kept: what a store promises, and the stores that come with the library.

Storage is dumb on purpose. It appends and reads opaque records and knows no rule, so that anyone can write a journal on
their own database; `protocols` says what is promised, and `iagcore.testing.JournalContract` proves it. `memory` is for
tests and embedding, `sqlite` is the embedded default, `sql` is for a college's PostgreSQL. Each is imported by its own
name, since nobody should load a database driver for a store they do not use.
"""

from iagcore.storage.protocols import (
    Erasable,
    Erases,
    Erasure,
    Feed,
    Filing,
    Journal,
    Pending,
    Position,
    StoredRecord,
)

__all__ = ["Erasable", "Erases", "Erasure", "Feed", "Filing", "Journal", "Pending", "Position", "StoredRecord"]
