"""Times as people read them, where the clocks go back and forward."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz

from iagcore.practice.kinds import accept_moment
from iagcore.practice.times import clock

ZONES = [ZoneInfo("Europe/London"), tz.gettz("Europe/London")]
TWICE = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_an_hour_that_comes_twice_says_which_it_is(zone: tzinfo) -> None:
    moments = [TWICE + timedelta(hours=hours) for hours in (-1, 0, 1, 2)]
    assert [clock(one, zone) for one in moments] == [
        "26 Oct 2025 00:30",
        "26 Oct 2025 01:30 BST",
        "26 Oct 2025 01:30 GMT",
        "26 Oct 2025 02:30",
    ]
    assert clock(TWICE.astimezone(zone), form="%H:%M") == "01:30 BST"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_over_which_the_clocks_go_forward_is_refused_with_the_nearest(zone: tzinfo, fold: int) -> None:
    with pytest.raises(ValueError, match=r"^the clocks go forward over this time: the nearest are 00:30 and 02:30$"):
        accept_moment(datetime(2026, 3, 29, 1, 30, tzinfo=zone, fold=fold))
    assert accept_moment(datetime(2026, 3, 29, 2, 30, tzinfo=zone)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert accept_moment(datetime(2025, 10, 26, 1, 30, tzinfo=zone, fold=fold)) == TWICE + timedelta(hours=fold)
