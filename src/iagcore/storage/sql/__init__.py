"""The journal on a server of SQL: PostgreSQL first, which is what a college runs; MariaDB by the same code.

`schema` is the tables, and how they are made; `servers` is a literal table of what differs from one server to another;
`journal` is the journal itself. It needs SQLAlchemy and the server's driver, which come with the extra `sql`.
"""

try:
    import sqlalchemy as _installed  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "SQLJournal needs SQLAlchemy and a driver: pip install 'iagcore[sql]'", name=error.name
    ) from None

from iagcore.storage.sql.journal import Horizon, SQLJournal

__all__ = ["Horizon", "SQLJournal"]
