"""Opening a journal by what somebody wrote: the path of an SQLite file, or a URL of a server.

`sqlite:///casebook.db` names the same file as `casebook.db`, and the same journal in it. What is written is shown again
in messages, so that a URL is told without its password here as well.
"""

import re
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from iagcore.exceptions import UnusableJournal
from iagcore.storage.protocols import Erasable, Feed, Journal
from iagcore.storage.sqlite import SQLiteJournal
from iagcore.storage.sqlite_file import IN_MEMORY

if TYPE_CHECKING:
    from iagcore.storage.sql import SQLJournal


class OpenJournal(Journal, Feed, Erasable, Protocol):
    """A journal that is closed after use."""

    def close(self) -> None:
        """Close every connection."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


_SQLITE: Final = re.compile(r"sqlite(?:\+\w+)?://")


def path_in(written: str) -> str:
    """What was written, with the path of the file in place of a URL of SQLite: of `sqlite:////srv/a.db`, `/srv/a.db`.

    Raises `UnusableJournal` where such a URL names no file.
    """
    scheme = _SQLITE.match(written)
    if scheme is None:
        return written
    slash, path = written[scheme.end() :][:1], written[scheme.end() + 1 :]
    if slash != "/" or path in ("", IN_MEMORY) or "?" in path:
        raise UnusableJournal(
            written, "it names no file: write sqlite:///casebook.db, or sqlite:////srv/casebook.db for a whole path"
        )
    return path


def is_url(written: str) -> bool:
    """Whether it is the URL of a server, and not the path of a file."""
    return "://" in written and _SQLITE.match(written) is None


def open_journal(written: str, *, create: bool = True) -> OpenJournal:
    """The journal at a path or a URL; with `create=False`, tables that are not on a server are not made either.

    Raises `UnusableJournal` where a URL cannot be read, or what it needs is not installed.
    """
    return on_a_server(written, create=create) if is_url(written) else SQLiteJournal(path_in(written))


def on_a_server(url: str, *, create: bool = True) -> "SQLJournal":
    """The journal at a URL; see `open_journal`."""
    from iagcore.storage.sql import SQLJournal  # noqa: PLC0415 - not everybody has SQLAlchemy

    try:
        return SQLJournal(url, create=create)
    except ModuleNotFoundError as error:
        # without the URL, which nothing here can tell the password in
        raise UnusableJournal("the journal's URL", str(error)) from None


def shown(written: str) -> str:
    """What was written, without a password. Raises `UnusableJournal` where a URL cannot be read."""
    if not is_url(written):
        return path_in(written)
    with on_a_server(written) as journal:
        return journal.name


def is_there(written: str) -> bool:
    """Whether anything was recorded there, or could be read; a file that may not be looked at counts as there.

    Raises `UnusableJournal` where a server cannot be used.
    """
    if is_url(written):
        with on_a_server(written) as journal:
            return journal.is_made()
    try:
        return Path(path_in(written)).exists()
    except PermissionError:  # which the journal says in words of its own
        return True
