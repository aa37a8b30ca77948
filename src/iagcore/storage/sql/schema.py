"""The tables of a journal on a server, and the statements that make them.

    iag_record     one row a record: where it stands, its digests, its bytes, and its filings as they were written
    iag_about      one row a filing: which record took which version of a subject
    iag_surrogate  the surrogates that are taken, for ever
    iag_journal    one row: which schema this is
    iag_pending    one row an erasure: its day, and where what it removed may still be; nobody's name

The first column of every key is what a table is divided by: a record by its home, a filing by its subject, a surrogate
by itself. So PostgreSQL can hash-partition all three; to read a subject then takes one partition of `iag_about`, and of
`iag_record` as many as the subject has homes. That is also why a record keeps its filings, with their salts, beside its
bytes: to find them under each subject would ask every partition for every record.

`era`, `xact` and `position`, in this order, are a record's position in the feed; `servers` says where they come from.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import Sequence as Numbers
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT, VARBINARY
from sqlalchemy.schema import CreateIndex, CreateSequence, CreateTable
from sqlalchemy.types import TypeEngine

SCHEMA_VERSION: Final = 1
"""In `iag_journal`. A journal of a later version is refused, since what it means is not known here."""

LONGEST_NAME: Final = 512
"""Bytes of a subject or an id, on MariaDB, whose keys have to be bounded."""


class Name(TypeDecorator[str]):
    """A subject, an id or a surrogate, told from every other to the letter."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type on a server."""
        if dialect.name == "postgresql":
            return Text(collation="C")
        # MariaDB's texts take "nina" and "nina " for one name
        return VARBINARY(LONGEST_NAME)  # pragma: no cover - MariaDB

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """What the driver is given."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.encode()  # pragma: no cover - MariaDB

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """What the driver has given."""
        return value.decode() if isinstance(value, bytes) else value


BYTES: Final = LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")
WORDS: Final = Text().with_variant(LONGTEXT(), "mysql", "mariadb")


def tables(*, order: Sequence[str], divided: bool = False) -> MetaData:
    """The tables; `order` is the columns by which the feed is read, `divided` for tables that have partitions."""
    metadata = MetaData()

    def table(name: str, by: str, *columns: Any) -> Table:
        options: dict[str, Any] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB"}
        if divided:
            options["postgresql_partition_by"] = f"HASH ({by})"
        return Table(name, metadata, *columns, **options)

    table(
        "iag_record",
        "home",
        Column("home", Name, primary_key=True),
        Column("surrogate", Name, primary_key=True),
        Column("id", Name),
        Column("era", Integer, nullable=False),
        Column("xact", BigInteger, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("filings", WORDS, nullable=False),
        Column("plain", BYTES, nullable=False),
        Column("salted", BYTES, nullable=False),
        Column("envelope", BYTES, nullable=False),
        Column("payload", BYTES),
        UniqueConstraint("home", "id", name="iag_record_id"),
        Index("iag_record_feed", *order),
    )
    table(
        "iag_about",
        "subject",
        Column("subject", Name, primary_key=True),
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        Column("home", Name, nullable=False),
        Column("surrogate", Name, nullable=False),
    )
    table("iag_surrogate", "surrogate", Column("surrogate", Name, primary_key=True))
    Table(
        "iag_journal",
        metadata,
        Column("only_row", Integer, primary_key=True, autoincrement=False),
        Column("schema_version", Integer, nullable=False),
        Column("era", Integer, nullable=False),
        Column("position", BigInteger, nullable=False),
        mysql_engine="InnoDB",
        mariadb_engine="InnoDB",
    )
    Table(
        "iag_pending",
        metadata,
        Column("mark", Name, primary_key=True),
        Column("since", Date, nullable=False),
        Column("in_tables", Boolean, nullable=False),
        Column("in_samples", Boolean, nullable=False),
        Column("in_copies", Boolean, nullable=False),
        mysql_engine="InnoDB",
        mariadb_engine="InnoDB",
    )
    return metadata


NUMBERS: Final = Numbers("iag_position")
"""Where PostgreSQL takes the last part of a position from."""

_ALL: Final = tables(order=("era", "xact", "position"))
RECORD: Final = _ALL.tables["iag_record"]
ABOUT: Final = _ALL.tables["iag_about"]
SURROGATE: Final = _ALL.tables["iag_surrogate"]
JOURNAL: Final = _ALL.tables["iag_journal"]
PENDING: Final = _ALL.tables["iag_pending"]
DIVIDED: Final = ("iag_record", "iag_about", "iag_surrogate")
"""The tables that can be partitioned."""
SAID: Final = ("id", "filings", "payload")
"""Columns of `iag_record` that hold what an erasure takes, and that no plan of a query looks at."""
UNSAMPLED: Final = "ALTER TABLE iag_record " + ", ".join(f"ALTER COLUMN {name} SET STATISTICS 0" for name in SAID)
"""Keeps PostgreSQL from copying samples of them into its statistics, which anybody who reads the table may query."""


def statements(
    dialect: Dialect, *, order: Sequence[str], numbers: bool, piecemeal: bool, partitions: int = 0
) -> list[str]:
    """The statements that make a journal, in their order; `iag_journal` comes last and has its row.

    `numbers` where the server needs a sequence, and keeps samples of its columns; `piecemeal` where it commits each of
    these by itself, and may have been stopped among them; with `partitions`, so many hash partitions of each table.
    """
    made: list[Any] = [CreateSequence(NUMBERS)] if numbers else []
    for table in tables(order=order, divided=partitions > 0).sorted_tables:
        made.append(CreateTable(table, if_not_exists=piecemeal))
        if table.name in DIVIDED:
            made += [
                f"CREATE TABLE {table.name}_p{part} PARTITION OF {table.name} "
                f"FOR VALUES WITH (MODULUS {partitions}, REMAINDER {part})"
                for part in range(partitions)
            ]
        made += [CreateIndex(index, if_not_exists=piecemeal) for index in table.indexes]
    if numbers:
        made.append(UNSAMPLED)  # once the partitions are there, which it goes down to
    spelt = [one if isinstance(one, str) else str(one.compile(dialect=dialect)).strip() for one in made]
    return [*spelt, f"INSERT {'IGNORE ' if piecemeal else ''}INTO iag_journal VALUES (1, {SCHEMA_VERSION}, 1, 0)"]
