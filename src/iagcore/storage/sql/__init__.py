"""The journal on a server of SQL: PostgreSQL first, which is what a college runs; MariaDB by the same code.

`schema` is the tables, and how they are made; `servers` is a literal table of what differs from one server to another;
`journal` is the journal itself. It needs SQLAlchemy and the server's driver, which come with the extra `sql`.
"""

from typing import TYPE_CHECKING, Any

try:
    import sqlalchemy as _installed
except ModuleNotFoundError:
    _installed = None  # type: ignore[assignment] # nothing more is asked of it than whether it is there

if TYPE_CHECKING or _installed is not None:
    from iagcore.storage.sql.journal import Horizon, SQLJournal
else:

    class SQLJournal:
        """A journal on a server, which needs the extra `sql`; it can be looked at without it, and not made."""

        def __init__(self, *_: Any, **__: Any) -> None:
            raise ModuleNotFoundError(
                "SQLJournal needs SQLAlchemy and a driver: pip install 'iagcore[sql]'", name="sqlalchemy"
            )


__all__ = ["Horizon", "SQLJournal"]
