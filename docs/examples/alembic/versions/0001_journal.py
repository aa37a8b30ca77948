"""The tables of a journal, schema 1, on PostgreSQL: the same as `iagcore journal create --sql` prints.

A migration says what it makes and calls nothing that may say otherwise later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.Text(collation="C")


def upgrade() -> None:
    """Make them."""
    op.execute("CREATE SEQUENCE iag_position")
    op.create_table(
        "iag_record",
        sa.Column("home", NAME, primary_key=True),
        sa.Column("surrogate", NAME, primary_key=True),
        sa.Column("id", NAME),
        sa.Column("era", sa.Integer, nullable=False),
        sa.Column("xact", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("filings", sa.Text, nullable=False),
        sa.Column("plain", sa.LargeBinary, nullable=False),
        sa.Column("salted", sa.LargeBinary, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.UniqueConstraint("home", "id", name="iag_record_id"),
    )
    op.create_index("iag_record_feed", "iag_record", ["era", "xact", "position"])
    op.create_table(
        "iag_about",
        sa.Column("subject", NAME, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("home", NAME, nullable=False),
        sa.Column("surrogate", NAME, nullable=False),
    )
    op.create_table("iag_surrogate", sa.Column("surrogate", NAME, primary_key=True))
    op.create_table(
        "iag_journal",
        sa.Column("only_row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("era", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "iag_pending",
        sa.Column("mark", NAME, primary_key=True),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("in_tables", sa.Boolean, nullable=False),
        sa.Column("in_samples", sa.Boolean, nullable=False),
        sa.Column("in_copies", sa.Boolean, nullable=False),
    )
    # or the server's statistics, which an erasure does not reach, would have samples of what was said
    for column in ("id", "filings", "payload"):
        op.execute(f"ALTER TABLE iag_record ALTER COLUMN {column} SET STATISTICS 0")
    op.execute("INSERT INTO iag_journal VALUES (1, 1, 1, 0)")


def downgrade() -> None:
    """Remove them, and with them every record."""
    for table in ("iag_pending", "iag_journal", "iag_surrogate", "iag_about", "iag_record"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE iag_position")
