"""What an opportunity answers, kept as facts in tables of SQLite, and each question to them in SQL.

A fact is an integer or a text where it is known, and NULL where it is not, so that a question comes to 1 (yes), 0 (no)
or NULL (unknown), as `matching` has it, and the order is that of `Match.rank`. A search narrows by words (full text),
by places (an index of points on a globe, so that the shortest way needs no trigonometry and no map has an edge), or
walks the facts, which are few and narrow.
"""

import math
from collections.abc import Iterable
from datetime import date
from typing import Final

from iagcore.directory.folding import folded
from iagcore.directory.matching import BANDS, Sought, languages_searched
from iagcore.directory.protocols import MOST_COUNTED
from iagcore.opportunities import NO, YES, Answer, Opportunity

_FACTS: Final = """runs, checked, least_age, most_age, free, free_until, lasting, ending, worded,
    first_end, last_end, whole, begins, languages, points, name, id"""

FACT_TABLES: Final = (
    # 1 yes, 0 no, NULL unknown; weekdays are bits, Monday the lowest; days are texts that sort as they follow.
    # Nearly everything has one place or none: its point stands here, and only where there are more in a table beside.
    # It is narrow, and has nothing that is not asked, so that walking all of it is quicker than keeping it twice.
    """CREATE TABLE facts (
           row        INTEGER PRIMARY KEY,
           present    INTEGER NOT NULL,
           runs       INTEGER,
           checked    TEXT,
           anywhere   INTEGER,
           least_age  INTEGER,
           most_age   INTEGER,
           free       INTEGER,
           free_until TEXT,
           lasting    INTEGER NOT NULL,
           ending     INTEGER NOT NULL,
           worded     INTEGER NOT NULL,
           first_end  TEXT,
           last_end   TEXT,
           whole      INTEGER NOT NULL,
           begins     TEXT,
           languages  TEXT,
           points     INTEGER NOT NULL,
           x          REAL,
           y          REAL,
           z          REAL,
           name       TEXT NOT NULL,
           id         TEXT NOT NULL
       ) STRICT""",
    "CREATE INDEX facts_by_place ON facts (z, x, y) WHERE z IS NOT NULL",
    "CREATE INDEX facts_anywhere ON facts (anywhere) WHERE anywhere IS NOT 0",
    """CREATE TABLE place (
           row INTEGER NOT NULL,
           x   REAL NOT NULL,
           y   REAL NOT NULL,
           z   REAL NOT NULL,
           PRIMARY KEY (row, x, y, z)
       ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX place_by_latitude ON place (z, x, y)",
    # The words are folded before they are kept, so that a search here and one in Python find the same.
    "CREATE VIRTUAL TABLE words USING fts5 (name, others, content = '', tokenize = 'ascii')",
)

FACT: Final = f"""INSERT INTO facts (row, present, anywhere, x, y, z, {_FACTS})
                  VALUES (?, 1, {", ".join("?" * 21)})"""


def facts_of(opportunity: Opportunity, name: str) -> tuple[object, ...]:
    """What an opportunity answers, in the order of `FACT`; `name` is its name as it is searched."""
    week = opportunity.week
    free, until = opportunity.price
    anywhere = 1 if opportunity.is_remote else 0 if opportunity.every_place_is_known else None
    points = points_of(opportunity)
    return (
        anywhere,
        *(points[0] if len(points) == 1 else (None, None, None)),
        _three_valued(opportunity.is_open),
        _text(opportunity.last_checked),
        opportunity.least_age,
        opportunity.most_age,
        _three_valued(free),
        _text(until),
        _bits(week.lasting),
        _bits(week.ending - week.lasting),
        _bits(week.named),
        _text(week.first_end),
        _text(week.last_end),
        int(week.whole),
        _text(week.begins),
        languages_searched(opportunity),
        len(points),
        name,
        opportunity.id,
    )


def points_of(opportunity: Opportunity) -> list[tuple[float, float, float]]:
    """Where its places are, on a globe of radius 1."""
    return sorted({point for place in opportunity.places if (point := place.on_globe)})


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)


def _bits(days: Iterable[int]) -> int:
    return sum(1 << day for day in days)


def _three_valued(answer: Answer) -> int | None:
    return 1 if answer is YES else 0 if answer is NO else None


# ---- what is asked

_RUNS: Final = "CASE WHEN runs = 1 AND checked < :stale THEN NULL ELSE runs END"
_ON_DAY: Final = """CASE
    WHEN lasting & :bit THEN 1
    WHEN ending & :bit THEN CASE WHEN :today <= first_end THEN 1 END
    WHEN worded & :bit THEN NULL
    WHEN whole AND (lasting OR :today <= last_end) AND (begins IS NULL OR begins <= :today) THEN 0
END"""
_FREE: Final = "CASE WHEN free_until IS NULL OR :today <= free_until THEN free END"
_FOR_AGE: Final = """CASE
    WHEN least_age IS NULL AND most_age IS NULL THEN NULL
    ELSE ifnull(:age >= least_age, 1) AND ifnull(:age <= most_age, 1)
END"""
_IN_LANGUAGE: Final = "CASE WHEN instr(' ' || languages, ' ' || :language) > 0 THEN 1 END"
_FROM_POINT: Final = "(({0}x - :x) * ({0}x - :x) + ({0}y - :y) * ({0}y - :y) + ({0}z - :z) * ({0}z - :z))"
_SQUARE: Final = f"""CASE points
    WHEN 0 THEN NULL
    WHEN 1 THEN {_FROM_POINT.format("facts.")}
    ELSE (SELECT min({_FROM_POINT.format("place.")}) FROM place WHERE place.row = facts.row)
END"""
_WITHIN: Final = f"({_SQUARE}) <= :radius"
_NEAR: Final = f"CASE WHEN {_WITHIN} OR anywhere = 1 THEN 1 WHEN anywhere = 0 THEN 0 END"
_IN_BOX: Final = """z BETWEEN :z - :reach AND :z + :reach AND x BETWEEN :x - :reach AND :x + :reach
    AND y BETWEEN :y - :reach AND :y + :reach"""
_BAND: Final = """CASE
    WHEN anywhere = 1 OR square <= :near0 THEN 0 WHEN square <= :near1 THEN 1 WHEN square <= :near2 THEN 2 ELSE 3
END"""


def questions(sought: Sought) -> dict[str, str]:
    """What is asked, but for the words, by the name that `Reply.question` has: each as an expression."""
    asked = {
        "runs": _RUNS,
        "near": _NEAR if sought.within is not None else "",
        "day": _ON_DAY if sought.day is not None else "",
        "free": _FREE if sought.free else "",
        "age": _FOR_AGE if sought.age is not None else "",
        "language": _IN_LANGUAGE if sought.language is not None else "",
    }
    return {question: expression for question, expression in asked.items() if expression}


def _apart(sought: Sought) -> str:
    """How closely it says the words, as `Match.apart` has it."""
    if not sought.words:
        return "0"
    named = " AND ".join(
        "(" + " OR ".join(f"instr(' ' || facts.name || ' ', ' ' || :word{n}x{m}) > 0" for m in range(len(forms))) + ")"
        for n, forms in enumerate(sought.words)
    )
    return f"""CASE
        WHEN instr(' ' || facts.name, ' ' || :phrase) > 0 THEN 0
        WHEN {named} THEN 1
        WHEN facts.row IN (SELECT rowid FROM words WHERE words MATCH :together) THEN 2
        ELSE 3
    END"""


def query(sought: Sought) -> tuple[str, ...]:
    """The statements that find what is sought: of each its row and what it is ranked by, in no order.

    The last finds everything. One before it finds what is known to be within the radius; where enough of that is near,
    and leaves nothing to ask, nothing from beyond can come before it, and the other is not needed.
    """
    known = [expression for question, expression in questions(sought).items() if question != "near"]
    where = ["present = 1", *(f"({expression}) IS NOT 0" for expression in known)]
    unknown = " + ".join(f"(({expression}) IS NULL)" for expression in known)
    source = "facts"
    if sought.words:
        # a cross join keeps its order: the words first, then what they stand on
        source = "words CROSS JOIN facts ON facts.row = words.rowid"
        where.insert(0, "words MATCH :words")
    columns = f"""facts.row AS row, {_apart(sought)} AS apart, checked IS NULL AS undated, anywhere,
        facts.name AS name, facts.id AS id"""

    def arm(square: str, unknown: str, *conditions: str, source: str = source) -> str:
        conditions = (*where, *conditions)
        return f"SELECT {columns}, {unknown} AS unknown, {square} AS square FROM {source} WHERE {_all(conditions)}"

    if sought.near is None:
        return (arm("NULL", unknown),)
    if sought.within is None:
        return (arm(_SQUARE, f"{unknown} + (points = 0 AND anywhere IS NOT 1)"),)
    # beyond the radius, or of unknown place, is still shown where it is not known to be too far
    may_be_beyond = f"(anywhere IS NOT 0 OR {_WITHIN})"
    if sought.words:
        # the words are few enough to look at each place once
        unplaced = f"{unknown} + (anywhere IS NULL AND ({_WITHIN}) IS NOT 1)"
        return (arm(f"CASE WHEN {_WITHIN} THEN {_SQUARE} END", unplaced, may_be_beyond),)
    point = _FROM_POINT.format("facts.")
    one_place = arm(point, unknown, _IN_BOX, f"{point} <= :radius", source="facts INDEXED BY facts_by_place")
    in_box = f"(SELECT DISTINCT row FROM place WHERE {_IN_BOX}) AS found"
    places = arm(_SQUARE, unknown, _WITHIN, source=f"{in_box} CROSS JOIN facts ON facts.row = found.row")
    beyond = arm(
        "NULL",
        f"{unknown} + (anywhere IS NULL)",
        "anywhere IS NOT 0",
        f"(points = 0 OR ({_WITHIN}) IS NOT 1)",
        source="facts INDEXED BY facts_anywhere",
    )
    inside = f"{one_place} UNION ALL {places}"
    return inside, f"{inside} UNION ALL {beyond}"


RANKED: Final = f"""SELECT row, CASE WHEN :x IS NULL THEN 0 ELSE {_BAND} END AS band, unknown, undated FROM ({{}})
                    ORDER BY band, unknown, undated, apart, square IS NULL, square, name, id LIMIT :most"""
COUNTED: Final = "SELECT count(*) FROM (SELECT 1 FROM ({}) LIMIT :counted)"


def hidden_by(sought: Sought) -> str:
    """The statement that counts what says the words, and what of it each question hides."""
    sums = (f"ifnull(sum(({expression}) IS 0), 0)" for expression in questions(sought).values())
    if sought.words:
        source, where = "words CROSS JOIN facts ON facts.row = words.rowid", "words MATCH :words AND present = 1"
    else:
        source, where = "facts", "present = 1"
    return f"SELECT count(*), {', '.join(sums)} FROM {source} WHERE {where}"


def _all(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions)


def parameters(sought: Sought, today: date, most: int) -> dict[str, object]:
    """What stands for the names in `query`, `RANKED`, `COUNTED` and `hidden_by`."""
    x, y, z = sought.centre or (None, None, None)
    return {
        "today": str(today),
        "stale": str(sought.stale(today)),
        "most": most,
        "counted": MOST_COUNTED,
        "bit": None if sought.day is None else 1 << sought.day,
        "age": sought.age,
        "language": sought.language and folded(sought.language),
        "x": x,
        "y": y,
        "z": z,
        "radius": sought.radius,
        # a little wider than the radius, so that rounding in the box loses nothing that the radius has
        "reach": None if sought.radius is None else math.sqrt(sought.radius) + 1e-9,
        "words": " AND ".join(f"({' OR '.join(map(_searched_for, forms))})" for forms in sought.words),
        "phrase": sought.phrase,
        "together": f'others : "{sought.phrase}"*',
        **{f"near{place}": square for place, square in enumerate(BANDS)},
        **{f"word{n}x{m}": form for n, forms in enumerate(sought.words) for m, form in enumerate(forms)},
    }


def _searched_for(form: str) -> str:
    return f'"{form.rstrip()}"' if form.endswith(" ") else f'"{form}"*'
