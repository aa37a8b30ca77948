"""The days of the week that a text names, in the many ways in which people write them.

A timetable that can be worked out often stands beside words that say more: *Tuesdays and Thursdays* beside a row for
Tuesday. A day that the words name is never known not to be one, so each of these counts as named, whatever is said of
it. Too many of them cost a question to a phone; one too few hides what there is.
"""

import re
from typing import Final

_DAY: Final = (
    r"(?:mo|tu|we|th|fr|sa|su)[a-z]{1,8}day|mond?|tues?|wed(?:s|n(?:es)?)?|thu(?:rs?)?|frid?|sat(?:ur?)?|sund?"
)
_NAMED: Final = re.compile(
    r"\b(?:(?P<all>(?:every|each|any|most|all|several) (?:single )?"
    r"(?:days?|nights?|evenings?|mornings?|afternoons?|week)"
    r"|(?:two|three|four|six|seven|[23467]) (?:days|nights|evenings|mornings|times) (?:a|per|each|every) week"
    r"|seven days|7 days|7days|daily|nightly|everyday|24 ?/ ?7)"
    r"|(?P<working>week[ -]?days?|working days?|school days?|mt?wt?f"
    r"|(?:five|5) (?:days|mornings|evenings) (?:a|per|each) week)"
    r"|(?P<weekend>week[ -]?ends?)"
    rf"|(?P<day>{_DAY})(?:['’]?s)?(?:\(s\))?)(?![a-z])\.?",
    re.IGNORECASE,
)
_SHORT: Final = "Mo|Tu|We|Th|Fr|Sa|Su|M|T|W|F"
_SHORT_RANGE: Final = re.compile(rf"\b({_SHORT}) ?(?:-|–|—|‑|−|to|/) ?({_SHORT})\b")
_SHORT_LIST: Final = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su)(?: ?[,/&+;] ?(?:Mo|Tu|We|Th|Fr|Sa|Su))+\b")
_ONE_SHORT: Final = re.compile(r"Mo|Tu|We|Th|Fr|Sa|Su")
_HOURS: Final = r"(?:\(?\d{1,2}(?:[:.]\d{2})? ?(?:[ap]\.?m\.?)?\)?|noon|midday|midnight)"
_RANGE: Final = re.compile(
    rf"[\s.,]*(?:(?:at|from)? ?{_HOURS})?[\s.,]*"
    r"(?:to|until|till|til|through|thru|up to|-{1,3}|–|—|‑|−|~|→|->|>|…|\.\.+)"
    r"(?: and including)?[\s.]*",
    re.IGNORECASE,
)
_ONLY_BETWEEN: Final = re.compile(
    r"(?:[\s.,;:&+/()~>→…–—‑−-]|\b(?:to|until|till|til|through|thru|up|and|including|inclusive|incl|from|between|on)\b)*",
    re.IGNORECASE,
)
_LONGEST_GAP: Final = 40
_PARTS: Final = (
    "day", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "week", "night", "evening", "morning", "afternoon", "daily",
    "24", "mwf", "mtwf", "mwtf", "mtwtf",
)  # fmt: skip
"""What a text has that names a day in letters: looked for first, since few texts do."""
_SHORT_ONES: Final = re.compile(r"\b(?:M|T|W|F|Mo|Tu|We|Th|Fr|Sa|Su)(?: ?[-–—‑−/,&+;]| to )")
_LETTERS: Final = {"m": 0, "mo": 0, "t": 1, "tu": 1, "w": 2, "we": 2, "th": 3, "f": 4, "fr": 4, "sa": 5, "su": 6}


def weekdays_named(text: str) -> frozenset[int]:
    """The weekdays that a text names, by itself, in a range or in a group; Monday is 0."""
    found: set[int] = set()
    lower = text.lower()
    if _SHORT_ONES.search(text):
        found.update(_short_ones(text))
    if not any(part in lower for part in _PARTS):
        return frozenset(found)
    before: tuple[int, int] | None = None
    for named in _NAMED.finditer(text):
        if named["all"]:
            return frozenset(range(7))
        if named["working"]:
            found.update(range(5))
        elif named["weekend"]:
            found.update((5, 6))
        if not named["day"]:
            before = None
            continue
        day = _LETTERS[named["day"][:2].lower()]
        if before is not None and _is_range(text, before[1], named.start()):
            found.update(_from_to(before[0], day))
        found.add(day)
        before = day, named.end()
    return frozenset(found)


def _short_ones(text: str) -> set[int]:
    found: set[int] = set()
    for pair in _SHORT_RANGE.finditer(text):
        found.update(_from_to(_LETTERS[pair[1].lower()], _LETTERS[pair[2].lower()]))
    for several in _SHORT_LIST.finditer(text):
        found.update(_LETTERS[one.lower()] for one in _ONE_SHORT.findall(several[0]))
    return found


def says_only_weekdays(text: str) -> bool:
    """Whether a text names weekdays, alone or in ranges, and says nothing else."""
    return bool(weekdays_named(text)) and _ONLY_BETWEEN.fullmatch(_NAMED.sub(" ", text)) is not None


def _is_range(text: str, begins: int, ends: int) -> bool:
    if ends - begins > _LONGEST_GAP:
        return False
    between = text[begins:ends]
    if between.strip().lower() == "and":
        return re.search(r"\bbetween\s+\S+\s*$", text[max(0, begins - 30) : begins], re.IGNORECASE) is not None
    return _RANGE.fullmatch(between) is not None


def _from_to(first: int, last: int) -> list[int]:
    return [(first + number) % 7 for number in range((last - first) % 7 + 1)]
