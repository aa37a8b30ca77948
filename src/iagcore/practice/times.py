"""Times as people read them. Where the clocks go back, an hour comes twice; where they go forward, one never comes."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo


def clock(moment: datetime, zone: tzinfo | None = None, *, form: str = "%d %b %Y %H:%M") -> str:
    """A moment as people read it in a zone, or in its own; an hour that comes twice says which it is: BST or GMT."""
    local = moment if zone is None else moment.astimezone(zone)
    comes_twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    return f"{local:{form}} {local.tzname()}" if comes_twice else f"{local:{form}}"


def nearest_to_what_never_comes(value: datetime) -> tuple[datetime, datetime] | None:
    """The times next to one over which the clocks go forward, in its own zone; None for a time that comes."""
    if value.tzinfo is UTC:
        return None  # as nearly every moment is that comes here
    there = value.astimezone(UTC).astimezone(value.tzinfo)
    if there.replace(tzinfo=None, fold=0) == value.replace(tzinfo=None, fold=0):
        return None
    # read with the offset of the day after, and with that of the day before; older dateutil knows no fold here
    days = (timedelta(days=1), timedelta(days=-1))
    first, second = (value.replace(tzinfo=timezone((value + day).utcoffset() or timedelta())) for day in days)
    return first.astimezone(value.tzinfo), second.astimezone(value.tzinfo)
