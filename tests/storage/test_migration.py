"""The migration among the examples makes just the tables that the code makes."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import URL

from iagcore.storage.sql import SQLJournal
from iagcore.testing.stored_records import HOME, chain
from tests.servers import a_schema, run

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "alembic" / "alembic.ini"


def migration(url: URL) -> Config:
    config = Config(EXAMPLE)
    config.set_main_option("sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%"))
    return config


COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default
             FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name LIKE 'iag%' ORDER BY 1, ordinal_position"""
INDEXES = """SELECT tablename, indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes
             WHERE schemaname = current_schema() AND tablename LIKE 'iag%' ORDER BY 1, 2"""
SEQUENCES = "SELECT sequencename, increment_by, cache_size FROM pg_sequences WHERE schemaname = current_schema()"
SAMPLED = """SELECT attname, attstattarget FROM pg_attribute
             WHERE attrelid = 'iag_record'::regclass AND attnum > 0 ORDER BY 1"""
ROW = "SELECT * FROM iag_journal"


def test_the_migration_among_the_examples_makes_the_tables_that_the_code_makes(postgresql: URL, schema: URL) -> None:
    command.upgrade(migration(schema), "head")
    with a_schema(postgresql) as other, SQLJournal(other) as by_code:
        by_code.create()
        for asked in (COLUMNS, INDEXES, SEQUENCES, SAMPLED, ROW):
            found = run(schema, asked)
            assert found == run(other, asked)
            assert len(found) >= 1
    with SQLJournal(schema, create=False) as journal:
        journal.append(chain(HOME, 2), expect={HOME: 0})
        assert list(journal.read_all()) == chain(HOME, 2)
    command.downgrade(migration(schema), "base")
    assert [row for row in run(schema, COLUMNS) if row[0] != "iag_version"] == []
