"""Texts as a search sees them, and words as people type them: without case, accents, apostrophes and hyphens.

What is kept is folded once, and so is what is typed. An apostrophe is taken out (*Men's* is `mens`); a hyphen stands
for a space, and the word is kept in one piece as well (*drop-in* is `drop in` and `dropin`). A typed word is looked for
by its beginning, and by its singular or plural as a whole word.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("'`´ʼʹ‘’‛′＇\u02bb", ""))
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
"""Letters with a stroke and the like, which Unicode takes for letters of their own."""
_ASCII: Final = {
    code: None if chr(code) in "'`" else " " for code in range(128) if not (chr(code).isdigit() or chr(code).islower())
}
"""What becomes of a letter of ASCII that is none: an apostrophe goes, anything else stands between words."""
_IN_ONE: Final = re.compile(r"\b\w++(?:[-‐‑–/.]\w++)++|\b\w++['’]\w{3,}+")
_WITHIN: Final = re.compile(r"[-‐‑–/.'’](?<=\w.)(?=\w)")
_BETWEEN: Final = re.compile(r"[-‐‑–/.'’]")
PASSED_OVER: Final = frozenset({"a", "and", "of", "the"})
"""Words that choose nothing, where there are others."""
_OTHER_FORMS: Final = {"men": "man", "women": "woman", "people": "person", "children": "child"}
_OTHER_WAY: Final = {one: several for several, one in _OTHER_FORMS.items()}


def folded(text: str) -> str:
    """A text as searches see it: no case, accents or apostrophes, words of letters and digits between single spaces."""
    if text.isascii():
        text = text.lower()
        return " ".join(text.replace("&", " and ").translate(_ASCII).split())
    text = text.translate(_APOSTROPHES).replace("&", " and ")
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    plain = plain.casefold().translate(_LETTERS).translate(_APOSTROPHES)
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def searched_in(text: str) -> str:
    """A text as it is searched: folded, and after it in one piece what has a hyphen, a stroke or full stops within."""
    plain = folded(text)
    if not _WITHIN.search(text):
        return plain
    more = [folded(part) for one in _IN_ONE.findall(text) for part in _pieces(one)]
    return " ".join((plain, *dict.fromkeys(one for one in more if one))) if more else plain


def _pieces(word: str) -> list[str]:
    # of `l'arche` the second half, and of anything else the whole in one piece
    return [_BETWEEN.sub("", word)] if "'" not in word and "’" not in word else _BETWEEN.split(word)[1:]


@lru_cache(maxsize=1000)
def forms_of(word: str) -> tuple[str, ...]:
    """What a typed word is looked for as: its beginning, and its singular or plural (a space after it: all of it)."""
    found = [word]
    if word in _OTHER_FORMS:
        found.append(f"{_OTHER_FORMS[word]} ")
    if word in _OTHER_WAY:
        found.append(f"{_OTHER_WAY[word]} ")
    if len(word) > 4 and word.endswith("ies"):
        found.append(f"{word[:-3]}y ")
    elif len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes", "zes")):
        found.append(f"{word[:-2]} ")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        found.append(f"{word[:-1]} ")
    if len(word) > 3 and word.endswith("y") and word[-2] not in "aeiou":
        found.append(f"{word[:-1]}ies ")
    return tuple(found)


def wanted(text: str) -> tuple[tuple[str, ...], ...]:
    """What a typed text asks for: of each word, the forms of which one must be there.

    A word that belongs to the one before it (*well being*) may stand in one piece with it.
    """
    typed = folded(text).split()
    chosen = [word for word in typed if word not in PASSED_OVER] or typed
    return tuple(
        (*forms_of(word), *([f"{chosen[place - 1]}{word}"] if place else []))
        for place, word in enumerate(chosen)
        if word not in chosen[:place]
    )


def says(text: str, forms: tuple[str, ...]) -> bool:
    """Whether a folded text says a word in one of its forms."""
    return any(f" {form}" in f" {text} " for form in forms)
