"""The Django college among the examples, set up in this process or another, on a database of one's own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from iagcore.storage.protocols import Journal

COLLEGE = Path(__file__).parent.parent / "docs" / "examples" / "django_college"


def journal_at(database: str) -> Any:
    """The college's journal on a database; Django is set up first, and asked again for another database turns to it."""
    import django

    os.environ |= {"DJANGO_SETTINGS_MODULE": "college.settings", "COLLEGE_DATABASE": database}
    if str(COLLEGE) not in sys.path:
        sys.path.insert(0, str(COLLEGE))
    django.setup()
    from coaching.journal import DjangoJournal  # type: ignore[import-not-found]
    from django.db import connections

    connections.close_all()
    # in this thread, and in others
    connections["default"].settings_dict["NAME"] = database
    connections.settings["default"]["NAME"] = database
    return DjangoJournal()


@contextmanager
def a_college(database: Path) -> Iterator[Journal]:
    """The college's journal on a database that it has migrated; every connection of this thread is closed afterwards."""
    journal = journal_at(str(database))
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    yield journal
    connections.close_all()
