"""What a search found, as a page that a coach can print for a learner: in plain words, with what to ask.

It is one file of HTML without anything from elsewhere, so that it can be opened, printed and handed over. Each thing to
join says when and where it is, what it costs, who it is for, how to join, who to ask, what to ask, and when somebody
last checked. What the directory does not say is a question for the learner to ask, and never left blank.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from typing import Final

from iagcore.directory.matching import Match, Sought, brings_together
from iagcore.directory.protocols import Found
from iagcore.opportunities import WEEKDAY_NAMES, YES, Cost, Opportunity

LONGEST_DESCRIPTION: Final = 400
"""Characters of a description on the page; a sentence is not cut where there is room for one."""
MOST_OF_EACH: Final = 6
"""Times, places and ways in that the page names of one thing to join."""

NOT_SAID: Final = "We do not know. Please ask."
MAY_BE_LEFT_OUT: Final = frozenset({"Languages", "Getting in"})
"""What the page does not mention where the directory does not."""

_STYLE: Final = """
body { font: 1.1rem/1.5 Arial, Helvetica, sans-serif; color: #0b0c0c; background: #fff; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.4rem; line-height: 1.25; margin: 0; }
article { border-top: 4px solid #1d70b8; padding: 1rem 0 .5rem; margin-top: 1.5rem; }
p { margin: .4rem 0; }
.note { border-left: 5px solid #b1b4b6; padding-left: .8rem; }
dl { display: grid; grid-template-columns: 10.5rem 1fr; gap: .35rem 1rem; margin: .8rem 0; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
dd p { margin: 0; }
ul { margin: 0; padding-left: 1.2rem; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
@media print {
  body { font-size: 12pt; margin: 0; max-width: none; padding: 0; }
  article { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""

_ASK: Final = {
    "runs": "Is it still running?",
    "near": "Where is it?",
    "day": "Is it on {day}s?",
    "free": "What does it cost?",
    "age": "Is it for people of my age?",
    "language": "Can I use {language} there?",
}
"""What to ask, by the question that the directory does not answer."""


def opportunity_page(found: Found, sought: Sought, *, today: date) -> str:
    """A page of HTML with what a search found, best first; `today` is the day on which it is made."""
    return "\n".join(_page(found, sought, today)) + "\n"


def _page(found: Found, sought: Sought, today: date) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Things you could join</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield "<h1>Things you could join</h1>"
    if not found.matches:
        yield "<p>We did not find anything this time. Your coach can look again with you.</p>"
    else:
        yield f"<p>Your coach made this page for you on {_day(today)}.</p>"
        yield '<p class="note">Things change. Before you go, get in touch and ask.</p>'
    for one in found.matches:
        yield from _article(one, sought, today)
    yield "</main>\n</body>\n</html>"


def _article(match: Match, sought: Sought, today: date) -> Iterator[str]:
    one = match.opportunity
    yield f"<article>\n<h2>{_safe(one.name)}</h2>"
    if one.organisation and one.organisation != one.name:
        yield f"<p>Run by {_safe(one.organisation)}</p>"
    if one.description:
        yield f"<p>{_safe(_shortened(one.description))}</p>"
    if one.alert:
        yield f'<p class="note"><strong>Please note:</strong> {_safe(one.alert)}</p>'
    yield "<dl>"
    for label, lines in (
        ("When", [_sentence(_hours(time.said(today))) for time in one.times[:MOST_OF_EACH]]),
        ("Where", list(_where(match))),
        ("Cost", list(_cost(one, today))),
        ("Who it is for", list(_for_whom(one))),
        ("How to join", (one.joining or "").splitlines()),
        ("Meeting people", [f"“{together}”"] if (together := brings_together(one)) else []),
        ("Languages", [", ".join(one.languages)]),
        ("Getting in", _getting_in(one)),
    ):
        if any(lines) or label not in MAY_BE_LEFT_OUT:
            yield f"<dt>{label}</dt><dd>{_lines(map(_safe, lines or [NOT_SAID]))}</dd>"
    yield f"<dt>Who to ask</dt><dd>{_lines(_who_to_ask(one))}</dd>"
    questions = "".join(f"<li>{_safe(question)}</li>" for question in what_to_ask(match, sought))
    yield f"<dt>What to ask</dt><dd><ul>{questions}</ul></dd>"
    checked = _day(one.last_checked) if one.last_checked else "We do not know when somebody last checked this."
    yield f"<dt>Last checked</dt><dd>{checked}</dd>"
    yield "</dl>\n</article>"


def what_to_ask(match: Match, sought: Sought) -> tuple[str, ...]:
    """What to ask about one thing to join, in plain words: what was looked for and is not known, what is not said."""
    one = match.opportunity
    day = "" if sought.day is None else WEEKDAY_NAMES[sought.day]
    said = {"day": day, "language": sought.language or ""}
    asked = [_ASK[reading.question].format_map(said) for reading in match.readings if reading.sentence in match.to_ask]
    unsaid = (
        ("When is it?", one.times),
        ("Where is it?", one.places or one.attended),
        ("What does it cost?", one.prices),
        ("Who is it for?", one.ages or one.eligibility),
        ("How do I join?", one.joining),
        ("How will I meet people there?", brings_together(one)),
    )
    asked += [question for question, is_said in unsaid if not is_said]
    return tuple(dict.fromkeys([*asked, "Is there anything I should bring or know?"]))


def _where(match: Match) -> Iterator[str]:
    one = match.opportunity
    yield from (str(place) for place in one.places[:MOST_OF_EACH])
    if match.kilometres is not None:
        yield f"About {match.kilometres:.1f} km away"
    if one.ways:
        yield _sentence(f"you can take part {one.ways}.")


def _cost(one: Opportunity, today: date) -> Iterator[str]:
    if one.is_free(today) is YES:
        yield "Free"
    else:
        yield from map(_price, one.costs[:MOST_OF_EACH])
        yield from (one.fees or "").splitlines()[:MOST_OF_EACH]


def _price(cost: Cost) -> str:
    if cost.amount is None or cost.currency not in {None, "GBP"}:
        return str(cost)
    amount = "Free" if cost.amount == 0 else f"£{cost.amount}" if cost.currency else str(cost.amount)
    return ", ".join(filter(None, (amount, cost.words)))


def _for_whom(one: Opportunity) -> Iterator[str]:
    if one.ages:
        yield _sentence(f"ages {one.ages}")
    yield from (one.eligibility or "").splitlines()


def _getting_in(one: Opportunity) -> list[str]:
    said = [*one.access, *(text for place in one.places for text in place.access)]
    return list(dict.fromkeys(said))[:MOST_OF_EACH]


def _who_to_ask(one: Opportunity) -> Iterator[str]:
    found = [f"Phone {_safe(number)}" for number in one.phones[:MOST_OF_EACH]]
    found += [f'<a href="mailto:{_safe(one.email)}">{_safe(one.email)}</a>'] if one.email else []
    found += [f'<a href="{_safe(one.url)}">{_safe(one.url)}</a>'] if one.url and one.url.startswith("http") else []
    yield from found or ["Your coach can help you find out who to ask."]


def _lines(said: Iterable[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in said)


def _shortened(text: str) -> str:
    whole = " ".join(text.split())
    if len(whole) <= LONGEST_DESCRIPTION:
        return whole
    head = whole[:LONGEST_DESCRIPTION]
    end = max(head.rfind(mark) for mark in (". ", "! ", "? "))
    return head[: end + 1] if end > LONGEST_DESCRIPTION // 3 else f"{head.rsplit(' ', 1)[0]} …"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


_CLOCK: Final = re.compile(r"\b([01]\d|2[0-3]):([0-5]\d)(?:–([01]\d|2[0-3]):([0-5]\d))?\b")


def _hours(text: str) -> str:
    """A text with its times of day as people say them."""
    return _CLOCK.sub(lambda found: " to ".join(_hour(*pair) for pair in (found.groups()[:2], found.groups()[2:])
                                               if pair[0]), text)  # fmt: skip


def _hour(hour: str, minute: str) -> str:
    if minute == "00" and hour in {"00", "12"}:
        return "midnight" if hour == "00" else "12 noon"
    minutes = "" if minute == "00" else f".{minute}"
    return f"{(int(hour) - 1) % 12 + 1}{minutes}{'am' if int(hour) < 12 else 'pm'}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _safe(text: str | None) -> str:
    return escape(text or "")
