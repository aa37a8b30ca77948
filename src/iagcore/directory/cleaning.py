"""What a feed says in one field, made fit to keep: each sort of field has its own function here.

Each takes what stood there, whatever that is, and gives what can be kept, or None for what is unknown. Nothing raises.
What was mended, or could not be, is noted under one of `REPAIRS`; what a feed writes for *nothing* (an empty text,
null, `n/a`) is unknown without a note, since every feed is full of it.
"""

import html
import math
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from iagcore.exceptions import nearest
from iagcore.opportunities import LONGEST_TEXT, Status

REPAIRS: Final = {
    "named": "a service without a name was named after its organisation, or said to be nameless",
    "id": "an id was missing or could not be kept, and one was made",
    "shape": "something was not of the shape the standard gives it, and was read as what it seems to be",
    "json": "a record was not quite JSON, and what is right of it was kept",
    "encoding": "letters that came in another encoding were put right",
    "html": "HTML was made into text; scripts and images were left out",
    "text": "line breaks that were written as letters were made into line breaks",
    "long": "a text was too long, and was cut",
    "status": "a status is not one of the standard's, and is unknown",
    "url": "a web address was completed, or could not be used",
    "email": "an e-mail address was mended, or could not be used",
    "phone": "a phone number could not be used",
    "age": "an age that stands for none, or cannot be one, is unknown",
    "day": "a date was read in another way than it should be written, or could not be",
    "hour": "a time of day could not be read",
    "recurrence": "a timetable was put right as far as it says anything, or is kept in words",
    "place": "coordinates that cannot be right are unknown",
    "cost": "a price could not be read, or contradicts itself, and is unknown",
    "link": "something names another record that is not there",
}
"""Every sort of repair, and what it means. Summaries count the records that needed each."""

MOST_RAW: Final = 1_000_000
"""Characters of one field that are looked at."""
MOST_NOTES: Final = 60
"""Repairs of one record that are told one by one."""
MOST_SHOWN: Final = 60
"""Characters of a value that a note repeats."""


class Notes:
    """What was repaired in one record: sentences by the sort of repair."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def add(self, repair: str, sentence: str) -> None:
        """Note a repair, once."""
        if len(self.said) < MOST_NOTES and (repair, sentence) not in self.said:
            self.said.append((repair, sentence))

    @property
    def repairs(self) -> frozenset[str]:
        """The sorts of repair that were needed."""
        return frozenset(repair for repair, _ in self.said)


def shown(value: Any) -> str:
    """A value as a note repeats it."""
    text = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


# ---- texts

_NOTHING: Final = frozenset({"", "null", "undefined", "nan", "n/a", "[]", "{}"})
_LONGEST_NOTHING: Final = max(map(len, _NOTHING))
_NOTHING_IN_FIELDS: Final = _NOTHING | {"none", "na", "nil", "-", "--", "tbc", "tba", "unknown", "0"}
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200c\u200e\u200f\u2060\ufeff\ufffe\uffff]"
)
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_MARKUP: Final = re.compile(r"<[a-zA-Z!/?]|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w*);")
_LOOKED_AT: Final = re.compile(r"[<&\\]|  |_x000")
_WRITTEN_BREAK: Final = re.compile(r"(?<!\\)(?:\\r)?\\n|(?<!\\)\\r|_x000[dD]_\n?")
"""Line breaks that were written as letters, and what spreadsheets write for one."""
_PATH: Final = re.compile(r"\b[A-Za-z]:\\")
"""A path of Windows, in which the same letters are the beginning of a name."""
_TABLES: Final = ("cp1252", "latin-1", "mac_roman", "cp850", "cp437")
"""Code pages as which UTF-8 is misread, the likeliest first."""
_MOST_READ_AGAIN: Final = 3
"""How often a text was misread, one time upon the other, at most."""


def _misread_as(table: str) -> re.Pattern[str]:
    """What letters of two to four bytes of UTF-8 look like in a code page."""

    def letters(first: int, last: int) -> str:
        found = (bytes([byte]).decode(table, "ignore") or chr(byte) for byte in range(first, last + 1))
        return f"[{''.join(map(re.escape, found))}]"

    rest = letters(0x80, 0xBF)
    two, three, four = letters(0xC2, 0xDF), letters(0xE0, 0xEF), letters(0xF0, 0xF4)
    return re.compile(f"{two}{rest}|{three}{rest}{{2}}|{four}{rest}{{3}}")


_MISREAD: Final = {table: _misread_as(table) for table in _TABLES}
_TWO_TOGETHER: Final = re.compile(r"[^\x00-\x7f]{2}")
"""What every misread letter is at least, and few other texts have."""
_OTHER_SCRIPTS: Final = re.compile("[\u0400-\u1fff\u3040-\ud7ff]")
"""Letters that no code page here has: a text with one was not misread, or not all of it."""
_MEANT: Final = re.compile(
    "[\u0080-\u024f\u2010-\u203a\u20a0-\u20bf\u2122\u2190-\u21ff\u25a0-\u27bf\ufe0f\ufeff\U0001f300-\U0001faff]"
)
"""Letters, marks and pictures that texts of these feeds have: what else a repair came to would be a guess."""
_BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form",
        "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "tr",
        "ul",
    }
)  # fmt: skip
_LEFT_OUT: Final = frozenset({"script", "style", "svg", "iframe", "template"})


# Nothing within a tag reaches beyond the next `<`, so that no text, however broken, is looked at twice.
_TAG: Final = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>|<[!?/a-zA-Z][^<>]*+>""",
    re.ASCII,
)
_LEFT_OUT_ENDS: Final = {name: re.compile(rf"</{name}[^<>]*+>", re.IGNORECASE) for name in _LEFT_OUT}
_BROKEN_TAG: Final = re.compile(r"<(?:[!?/]|[a-zA-Z][a-zA-Z0-9]{0,20}+(?=[\s<]))")


def _without_markup(text: str) -> str:
    """HTML as lines of text: blocks apart, lists in lines, without what is not read aloud."""
    parts: list[str] = []
    never_ends: set[str] = set()
    at = 0
    while tag := _TAG.search(text, at):
        parts.append(_words_between(text[at : tag.start()]))
        at = tag.end()
        name = (tag["name"] or "").lower()
        if tag[0].startswith("<!--"):
            at = _after(text, tag.start(), "-->", never_ends) or at
        elif name in _LEFT_OUT and not tag["end"] and not tag[0].endswith("/>") and name not in never_ends:
            ending = _LEFT_OUT_ENDS[name].search(text, at)
            # an element that is never closed would take all that follows it out: then its tag alone is
            at = ending.end() if ending else at
            never_ends.update([] if ending else [name])
        elif name in _BLOCKS:
            parts.append("\n\n")
        elif not tag["end"]:
            parts.append({"li": "\n- ", "br": "\n", "td": " ", "th": " "}.get(name, ""))
    parts.append(_words_between(text[at:]))
    return "".join(parts)


def _after(text: str, start: int, ending: str, never_ends: set[str]) -> int | None:
    """Where the text goes on after an ending; None where there is none, which is looked for once."""
    found = -1 if ending in never_ends else text.find(ending, start)
    if found < 0:
        never_ends.add(ending)
        return None
    return found + len(ending)


def _words_between(text: str) -> str:
    # a line break in the source of a page is a space on it, and a tag that is never closed says nothing
    if "<" in text:
        text = _BROKEN_TAG.sub(" ", text)
    return _unescaped(text.replace("\n", " "))


_ENDLESS_NUMBER: Final = re.compile(r"&#[0-9]{10,};?")


def _unescaped(text: str) -> str:
    """A text with its entities as letters; a number that is no letter is none."""
    return html.unescape(_ENDLESS_NUMBER.sub("", text)) if "&" in text else text


def plain(text: str, notes: Notes) -> str:
    """A text as a person reads it: no markup, no control characters, single spaces, at most one line left blank."""
    if len(text) < 2000 and text.isascii() and text.isprintable() and not _LOOKED_AT.search(text):
        return text.strip()
    if len(text) > MOST_RAW:
        notes.add("long", f"a text of {len(text):,} characters was cut to {MOST_RAW:,}")
        text = text[:MOST_RAW]
    if not text.isascii():
        text = _read_again(text, notes)
    if "\\" in text or "_x000" in text:
        text = _with_breaks(text, notes)
    if ("<" in text or "&" in text) and _MARKUP.search(text):
        if "<" in text and re.search(r"<[a-zA-Z!/?]", text):
            notes.add("html", "HTML was made into text")
            text = _without_markup(text)
        text = _unescaped(text)
        if "<" in text and re.search(r"</?(?:p|br|div|ul|li|a|b|strong|em|span|h\d)\b", text):
            notes.add("html", "HTML that was written as text was made into text")
            text = _without_markup(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = _CONTROL.sub("", unicodedata.normalize("NFC", text))
    if "\n" not in text:
        return " ".join(text.split())
    text = "\n".join([" ".join(line.split()) for line in text.split("\n")]).strip()
    return _BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text


def _read_again(text: str, notes: Notes) -> str:
    """A text of which letters were once misread, with each of them as it was meant, where that is certain."""
    if not _TWO_TOGETHER.search(text) or _OTHER_SCRIPTS.search(text):
        return text
    for _ in range(_MOST_READ_AGAIN):
        # a code page that leaves less of it explains more of it; of two, the likelier
        mended, table = min(
            ((misread.sub(partial(_meant, table), text), table) for table, misread in _MISREAD.items()),
            key=lambda found: len(found[0]),
        )
        if mended == text:
            break
        notes.add("encoding", f"letters that had been read as {_CALLED.get(table, table)} were read as UTF-8")
        text = mended
    return text


_CALLED: Final = {
    "cp1252": "windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "code page 850",
    "cp437": "code page 437",
}


def _meant(table: str, found: re.Match[str]) -> str:
    raw = b"".join(bytes([ord(one)]) if "\x80" <= one <= "\x9f" else one.encode(table) for one in found[0])
    try:
        letter = raw.decode("utf-8")
    except UnicodeError:
        return found[0]
    return letter if _MEANT.fullmatch(letter) else found[0]


def _with_breaks(text: str, notes: Notes) -> str:
    mended = text if _PATH.search(text) else _WRITTEN_BREAK.sub("\n", text)
    if mended != text:
        notes.add("text", "line breaks that were written as letters were made into line breaks")
    return mended


def _raw(value: Any, notes: Notes) -> str | None:
    match value:
        case str():
            return value
        case bool() | None:
            return None
        case int() | float():
            return None if isinstance(value, float) and not math.isfinite(value) else f"{value}"
        case list():
            parts = [part for one in value[:50] if (part := _raw(one, notes))]
            return ", ".join(parts) or None
        case dict():
            inner = next(
                (value[key] for key in ("name", "value", "text", "description", "label") if value.get(key)), None
            )
            if not value:
                return None
            notes.add("shape", f"an object stood where a text belongs: {shown(sorted(map(str, value))[:1])}")
            return inner if isinstance(inner, str) else None
        case _:
            return None


def words(value: Any, notes: Notes, *, longest: int = LONGEST_TEXT) -> str | None:
    """A text of several lines."""
    raw = value if isinstance(value, str) else None if value is None else _raw(value, notes)
    if raw is None:
        return None
    text = plain(raw, notes)
    if len(text) <= _LONGEST_NOTHING and text.casefold() in _NOTHING:
        return None
    if len(text) > longest:
        notes.add("long", f"a text of {len(text):,} characters was cut to {longest:,}")
        text = f"{text[: longest - 1].rstrip()}…"
    return text


def line(value: Any, notes: Notes, *, longest: int = 500) -> str | None:
    """A text of one line, such as a name."""
    text = words(value, notes)
    if text is None:
        return None
    text = " ".join(text.split())
    if len(text) > longest:
        notes.add("long", f"a line of {len(text):,} characters was cut to {longest:,}")
        text = f"{text[: longest - 1].rstrip()}…"
    return text


def _field(value: Any, notes: Notes) -> str | None:
    """A text that is no prose: an address, a number, a date; what stands for nothing there is unknown."""
    raw = _raw(value, notes)
    if raw is None:
        return None
    raw = raw[:2000]
    if "&" in raw or not (raw.isascii() and raw.isprintable()):
        raw = _CONTROL.sub("", _unescaped(raw))
    text = " ".join(raw.split())
    return None if text.casefold() in _NOTHING_IN_FIELDS else text


def identifier(value: Any, notes: Notes) -> str | None:
    """An id as the feed gives it; anything is one that is neither empty nor an object."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool | list | dict):
        return None
    raw = None if value is None else str(value)
    text = "" if raw is None else " ".join(_CONTROL.sub("", raw[:2000]).split())
    if text.casefold() in _NOTHING:
        return None
    if len(text) > 500:
        notes.add("id", f"an id of {len(text)} characters was cut")
    return text[:500]


# ---- addresses and numbers

_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]+")
_PLAIN_URL: Final = re.compile(
    r"https?://(?:[a-z0-9-]{1,60}\.){1,8}[a-z]{2,20}(?:/[\w/.~?=%#-]{0,400}[\w/])?", re.ASCII
)
_HOST: Final = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}", re.UNICODE)


def url(value: Any, notes: Notes) -> str | None:
    """A web address, with its scheme."""
    if isinstance(value, str) and _PLAIN_URL.fullmatch(value):
        return value
    text = _field(value, notes)
    if text is None:
        return None
    first = re.split(r"[\s,;|]+(?=https?:|www\.)|\s", text, maxsplit=1)[0].strip("<>\"'").rstrip(",;")
    completed = first
    if scheme := re.match(r"(https?)[:/]+", first, re.IGNORECASE):
        completed = f"{scheme[1].lower()}://{first[scheme.end() :]}"
    elif not re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", first, re.IGNORECASE) and not first.startswith("/"):
        completed = f"https://{first}"
    try:
        host = urlsplit(completed).hostname or ""
    except ValueError:
        host = ""
    if not completed.startswith(("http://", "https://")) or not _HOST.fullmatch(host) or len(completed) > 2000:
        notes.add("url", f"{shown(text)} is no web address that can be followed")
        return None
    if completed != text:
        notes.add("url", f"{shown(text)} was completed to {completed}")
    return completed


def email(value: Any, notes: Notes) -> str | None:
    """An e-mail address."""
    text = _field(value, notes)
    if text is None:
        return None
    found = _EMAIL.search(text) or _EMAIL.search(text.replace(" ", ""))
    if found is None:
        notes.add("email", f"{shown(text)} is no e-mail address")
        return None
    address = found.group().removeprefix("mailto:")
    if address != value:
        notes.add("email", f"{shown(value)} was mended to {address}")
    return address


def phone(value: Any, notes: Notes) -> str | None:
    """A phone number, as it is written."""
    text = _field(value, notes)
    if text is None:
        return None
    text = re.sub(r"(?<=\d)\.0$", "", text.strip("\"'")).removeprefix("tel:").strip()
    if sum(one.isdigit() for one in text) < 3:
        notes.add("phone", f"{shown(value)} is no phone number")
        return None
    return text[:100]


def age(value: Any, notes: Notes, field: str) -> int | None:
    """Whole years; -1, and 0 for a maximum, stand for none."""
    text = _field(value, notes) if not isinstance(value, int | float) else str(value)
    number = re.match(r"[-+]?\d+(?:\.\d+)?", text) if text and not isinstance(value, bool) else None
    if number is None:
        if text is not None and not isinstance(value, bool):
            notes.add("age", f"{field} {shown(value)} is no age")
        return None
    years = float(number.group())
    if not 0 <= years <= 130 or (years == 0 and "max" in field):
        notes.add("age", f"{field} {shown(value)} stands for none")
        return None
    if len(number.group()) < len(str(text)) or not years.is_integer():
        notes.add("age", f"{field} {shown(value)} was read as {int(years)}")
    return int(years)


def coordinate(value: Any) -> float | None:
    """Degrees, as far as they are a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        degrees = float(str(value).strip().replace("−", "-"))
    except (ValueError, OverflowError):
        return None
    return degrees if math.isfinite(degrees) else None


def amount(value: Any, notes: Notes) -> Decimal | None:
    """A price, in whatever currency."""
    if value is None or isinstance(value, bool) or (isinstance(value, str) and value.strip().casefold() in _NOTHING):
        return None
    text = str(value).strip().replace(",", "") if isinstance(value, str | int | float) else ""
    found = re.fullmatch(
        r"(?:£|\$|€|gbp|usd|eur)?\s*(\d{1,7}(?:\.\d{1,10})?)\s*(?:£|€|gbp|usd|eur|pounds?)?", text, re.IGNORECASE
    )
    try:
        price = Decimal(found[1]) if found else None
    except InvalidOperation:  # pragma: no cover - what the expression lets through is a number
        price = None
    if price is None:
        notes.add("cost", f"{shown(value)} is no price")
        return None
    return price.quantize(Decimal("0.01")) if price % 1 else price.quantize(Decimal(1))


def status(value: Any, notes: Notes) -> Status | None:
    """Whether it runs, where the feed says that in one of the standard's words."""
    text = _field(value, notes)
    if text is None:
        return None
    plainly = " ".join(re.split(r"[\s_-]+", text.casefold()))
    plainly = {"open": "active", "closed": "inactive"}.get(plainly, plainly)
    if plainly in set(Status):
        return Status(plainly)
    notes.add("status", f"the status {shown(text)} is none of the standard's{nearest(plainly, map(str, Status))}")
    return None


# ---- days and times

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?![\d/])")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)")
_NAMED: Final = re.compile(r"(?:[a-z]+,? +)?(\d{1,2})(?:st|nd|rd|th)? +([a-z]{3})[a-z]*,? +(\d{4})", re.IGNORECASE)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def day(value: Any, notes: Notes) -> date | None:
    """A date. A time beside it is let go, and so is its zone; 01/02/2024 is the first of February."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > 10**8:
        seconds = value / 1000 if abs(value) > 10**11 else value
        try:
            found = (_EPOCH + timedelta(seconds=seconds)).date()
        except OverflowError:
            found = None
        return _plausible(found, value, notes, "was read as seconds since 1970")
    text = _field(value, notes)
    if text is None:
        return None
    if iso := _ISO.match(text):
        return _plausible(_date(iso[1], iso[2], iso[3]), value, notes)
    if year_first := _YEAR_FIRST.match(text):
        return _plausible(_date(year_first[1], year_first[2], year_first[3]), value, notes, "was read")
    if named := _NAMED.match(text):
        month = named[2].lower()
        number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
        return _plausible(_date(named[3], number, named[1]), value, notes, "was read")
    if day_first := _DAY_FIRST.match(text):
        year = day_first[3] if len(day_first[3]) == 4 else f"20{day_first[3]}"
        found = _date(year, day_first[2], day_first[1])
        said = "was read, with the day first,"
        if found is None:
            found, said = _date(year, day_first[1], day_first[2]), "was read, with the month first,"
        return _plausible(found, value, notes, said)
    return _plausible(None, value, notes)


def _date(year: str, month: str | int, number: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def _plausible(found: date | None, value: Any, notes: Notes, said: str = "") -> date | None:
    if found is None:
        notes.add("day", f"{shown(value)} is no date")
    elif not 1900 <= found.year <= 2999:
        notes.add("day", f"{shown(value)} stands for no date")
        return None
    elif said:
        notes.add("day", f"{shown(value)} {said} as {found:%d %b %Y}")
    return found


_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)


def hour(value: Any, notes: Notes) -> time | None:
    """A time of day, local; a zone beside it is let go."""
    text = "00:00" if value in (0, "0") else _field(value, notes)
    if text is None:
        return None
    text = re.sub(r"^\d{4}-\d{2}-\d{2}[T ]|^T", "", text)
    if compact := re.fullmatch(r"(\d{2})(\d{2})(?:00)?", text):
        text = f"{compact[1]}:{compact[2]}"
    named = {"noon": "12:00", "midday": "12:00", "midnight": "00:00", "24:00": "00:00", "24:00:00": "00:00"}
    found = _CLOCK.fullmatch(named.get(text.casefold(), text))
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if found and found[4] and 1 <= hours <= 12:
        hours = hours % 12 + (12 if found[4].lower() == "p" else 0)
    bare = found is not None and not found[2] and not found[4]
    if bare or not (0 <= hours <= 23 and 0 <= minutes <= 59):
        notes.add("hour", f"{shown(value)} is no time of day")
        return None
    return time(hours, minutes)


def every(value: Any) -> Iterator[Any]:
    """What a list holds, or the one thing that stands where a list belongs; nothing of nothing."""
    if isinstance(value, list | tuple):
        yield from value
    elif value not in (None, "", {}):
        yield value


@attrs.frozen
class Named:
    """A record with the names under which other feeds write the same field."""

    record: dict[str, Any]

    def get(self, *names: str) -> Any:
        """What stands under the first of the names that has anything under it; None where none has."""
        record = self.record
        for name in names:
            value = record.get(name)
            # 0 and False are something; an empty text, list or object is nothing
            if value or isinstance(value, int | float):
                return value
        return None

    def parts(self, *names: str) -> list["Named"]:
        """The records under each of the names, wherever one stands alone where a list belongs too."""
        record = self.record
        found: list[Named] = []
        for name in names:
            if value := record.get(name):
                for part in every(value):
                    if isinstance(part, dict):
                        found.append(Named(part))
                    elif isinstance(part, str) and part.strip():
                        found.append(Named({"name": part}))
        return found
