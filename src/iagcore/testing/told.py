"""One step of a history: an entry with everything that stands beside it when it is put on the record."""

from datetime import datetime

import attrs

from iagcore.practice.kinds import Entry


@attrs.frozen
class Told:
    """An entry, where it is recorded, by whom, when it happened or was decided, and under which id.

    `home` is a journey's name, or a coach, `coach:nina`, for what is about their readiness; `at` is aware.
    """

    home: str
    entry: Entry
    by: str
    at: datetime
    id: str
