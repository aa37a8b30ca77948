"""URLs of journals: which servers they may name, and how they and what a server says are told without a password."""

from typing import Final
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from iagcore.exceptions import UnusableJournal, nearest
from iagcore.storage.sql.servers import SERVERS

HIDDEN: Final = "***"


def understood(url: str | URL) -> URL:
    """A URL with its driver. Raises `UnusableJournal`, without the URL where it may hold a password."""
    # what cannot be taken apart cannot be shown in part
    unreadable = UnusableJournal(
        "the journal's URL",
        "it cannot be read as one; write it as in postgresql+psycopg://user@host/database, "
        "and @, : and / in a password as %40, %3A and %2F",
    )
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise unreadable from None
    if isinstance(url, str) and found.password and "@" in f"{found.host}{found.database}":
        # a password with an @ in it was taken apart there, and the rest of it would be shown
        raise unreadable
    backend, _, driver = found.drivername.partition("+")
    backend = {"postgres": "postgresql"}.get(backend, backend)
    server = SERVERS.get(backend)
    if server is None:
        reason = f"no journal can be kept on {backend!r}: name PostgreSQL or MariaDB{nearest(backend, SERVERS)}"
        if backend == "sqlite":
            reason = "SQLite is a file, not a server: open it with SQLiteJournal(path)"
        raise UnusableJournal(masked(found), reason)
    if not driver:
        found = found.set(drivername=server.driver)
    elif backend != found.get_backend_name():
        found = found.set(drivername=f"{backend}+{driver}")
    return found


def masked(url: URL) -> str:
    """A URL as it may be shown: without any password in it."""
    query = {key: HIDDEN if "pass" in key.lower() else value for key, value in url.query.items()}
    return url.set(query=query).render_as_string(hide_password=True).replace(quote(HIDDEN), HIDDEN)


def said(error: BaseException | None, url: URL) -> str:
    """What a driver says, in a line, without a password and without what was to be recorded."""
    diagnosed = getattr(getattr(error, "diag", None), "message_primary", None)
    arguments = getattr(error, "args", ())
    # PyMySQL gives a number and a sentence; psycopg adds lines of detail, which quote what was to be recorded
    words = str(diagnosed or (arguments[-1] if arguments else error)).strip().partition("\n")[0]
    secrets = [url.password, *(value for key, value in url.query.items() if "pass" in key.lower())]
    for secret in secrets:
        if secret:
            words = words.replace(str(secret), HIDDEN)
    return words
