"""The page that a coach prints for a learner: what it says of each thing to join, and what it asks."""

import re
from datetime import date, time
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from iagcore.directory.matching import Match, Sought, match
from iagcore.directory.protocols import Found
from iagcore.opportunities import Cost, Opportunity, Recurrence, Time, Venue
from iagcore.reports.opportunity_page import LONGEST_DESCRIPTION, opportunity_page, what_to_ask

TODAY = date(2026, 11, 30)
HERE = (51.54, 0.71)
LIBRARY = Venue(name="Library", latitude=51.545, longitude=0.71, access=["Step-free"])
SATURDAYS = Time(recurrence=Recurrence(freq="WEEKLY", days=["SA"]), opens=time(10), closes=time(12))


def page(*opportunities: Opportunity, **sought: Any) -> str:
    asked = Sought(**sought)
    matches = [match(one, asked, today=TODAY) for one in opportunities]
    return opportunity_page(Found(matches, len(matches)), asked, today=TODAY)


def said(text: str) -> dict[str, list[str]]:
    """What a page says of one thing to join: by label, its lines."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text)
    return {
        label: [
            unescape(re.sub("<[^>]*>", "", line))
            for line in re.split("</p>|</li>", lines)
            if re.sub("<[^>]*>", "", line)
        ]
        for label, lines in pairs
    }


def test_a_thing_to_join_is_said_whole_and_in_plain_words() -> None:
    art = Opportunity(
        "art",
        "Art & craft <for all>",
        status="active",
        organisation="College",
        description="Paint.\nMeet new people over tea.",
        times=[SATURDAYS, Time(recurrence=Recurrence(freq="WEEKLY", days=["MO"]), opens=time(18, 30), closes=time(0))],
        places=[LIBRARY],
        attended=["venue", "online"],
        costs=[Cost(amount=Decimal(0))],
        least_age=18,
        eligibility="Carers",
        joining="Come along",
        languages=["Polish"],
        alert="Shut in August",
        last_checked=date(2026, 10, 7),
        url="https://example.org/?a=1&b=2",
        email="art@example.org",
        phones=["01632 960 001"],
    )
    text = page(art, near=HERE)
    assert said(text) == {
        "When": ["Every week on Saturday 10am to 12 noon", "Every week on Monday 6.30pm to midnight"],
        "Where": ["Library", "About 0.6 km away", "You can take part in person or online."],
        "Cost": ["Free"],
        "Who it is for": ["Ages from 18", "Carers"],
        "How to join": ["Come along"],
        "Meeting people": ["“Meet new people over tea.”"],
        "Languages": ["Polish"],
        "Getting in": ["Step-free"],
        "Who to ask": ["Phone 01632 960 001", "art@example.org", "https://example.org/?a=1&b=2"],
        "What to ask": ["Is there anything I should bring or know?"],
        "Last checked": ["Wednesday 7 October 2026"],
    }
    assert "<h2>Art &amp; craft &lt;for all&gt;</h2>" in text
    assert "<p>Run by College</p>\n<p>Paint. Meet new people over tea.</p>" in text
    assert "<strong>Please note:</strong> Shut in August</p>" in text
    assert "Your coach made this page for you on Monday 30 November 2026." in text


def test_what_is_not_said_is_asked_and_never_blank() -> None:
    text = page(
        Opportunity("walk", "Walk", organisation="Walk"), day="sat", free=True, age=34, language="so", near=HERE
    )
    unknown = ["We do not know. Please ask."]
    assert said(text) == {
        **dict.fromkeys(("When", "Where", "Cost", "Who it is for", "How to join", "Meeting people"), unknown),
        "Who to ask": ["Your coach can help you find out who to ask."],
        "What to ask": [
            "Is it still running?",
            "Where is it?",
            "Is it on Saturdays?",
            "What does it cost?",
            "Is it for people of my age?",
            "Can I use Somali there?",
            "When is it?",
            "Who is it for?",
            "How do I join?",
            "How will I meet people there?",
            "Is there anything I should bring or know?",
        ],
        "Last checked": ["We do not know when somebody last checked this."],
    }
    assert "Run by" not in text


@pytest.mark.parametrize(
    ("costs", "fees", "lines"),
    [
        ([Cost(amount=Decimal(5), currency="GBP", words="a month")], None, ["£5, a month"]),
        ([Cost(amount=Decimal(5))], "Ask\nus", ["5", "Ask", "us"]),
        ([Cost(amount=Decimal(5), currency="USD")], None, ["5 USD"]),
        (
            [Cost(amount=Decimal(0), words="carers"), Cost(amount=Decimal(2), currency="GBP")],
            None,
            ["Free, carers", "£2"],
        ),
        ([Cost(words="ask")], None, ["ask"]),
    ],
)
def test_a_price_is_said_as_people_say_it(costs: Any, fees: str | None, lines: list[str]) -> None:
    assert said(page(Opportunity("a", "A", costs=costs, fees=fees)))["Cost"] == lines


@pytest.mark.parametrize(
    ("text", "end"),
    [("Short.", "Short."), ("A sentence of it. " * 40, "of it."), ("word " * 200, "word …"), ("x" * 900, " …")],
)
def test_a_long_description_is_shortened(text: str, end: str) -> None:
    found = re.search(r"<h2>A</h2>\n<p>(.*)</p>", page(Opportunity("a", "A", description=text)))
    assert found is not None
    assert found[1].endswith(end)
    assert len(found[1]) <= LONGEST_DESCRIPTION + 2


def test_where_nothing_fits_the_page_says_what_comes_next() -> None:
    text = page()
    assert "<p>We did not find anything this time. Your coach can look again with you.</p>" in text
    assert "<article>" not in text


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    text = page(Opportunity("a", "A", url="javascript:alert(1)", email='"><script>'))
    assert "javascript" not in text
    assert "<script>" not in text


def test_what_is_asked_once_is_asked_once() -> None:
    one: Match = match(Opportunity("a", "A"), Sought(free=True), today=TODAY)
    assert what_to_ask(one, Sought(free=True)).count("What does it cost?") == 1
