"""Learning beside coaching: courses shown, chosen, enrolled on and completed, and the links that were made.

The learner reviews the courses on offer and chooses. What a course brings is linked to a conversation and to a domain
of self-efficacy (in the case study, the mindfulness course and coaching). Other support, such as a waiting list for
NHS therapy, is noted beside the journey: what it is and where it stands, and nothing of why.
"""

from datetime import datetime
from typing import Annotated, Final

import attrs

from iagcore.opportunities import Status
from iagcore.practice.kinds import FACT, PLAN, Day, Entry, HealthWords, Id, Words, kept, kind, one_of
from iagcore.practice.self_efficacy import Domain

SHOWN: Final = "shown"
AS_SHOWN: Final = ("name", "status", "last_checked")
"""The fields that keep what a directory showed of an opportunity, so that a later import changes nothing."""
ListedStatus = Annotated[str, one_of("status in a directory", *(status.value for status in Status))]
SupportStatus = Annotated[
    str, one_of("status", "on a waiting list", "started", "ended", "declined", "unknown", usual="started")
]


@kind(FACT, by=("coach", "lead"), parts="learning", in_confidence=False, begins="courses")
class CoursesShown(Entry):
    """The courses on offer that the learner looked at."""

    courses: tuple[Id, ...]


@kind(
    PLAN,
    by=("coach", "lead", "learner"),
    reads="coach",
    parts="learning",
    in_confidence=False,
    points_to="course",
    shows="course",
    usually=AS_SHOWN,
)
class CourseEnrolled(Entry):
    """The learner enrols on a course they chose.

    `name`, `status` and `last_checked` are what was shown of it, as on a signpost; a casebook with a directory fills
    in what is unsaid.
    """

    course: Id
    words: Words | None = None
    name: Words | None = None
    status: ListedStatus | None = None
    last_checked: Day | None = None


@kind(FACT, by=("coach", "lead", "learner"), parts="learning", in_confidence=False, points_to="course")
class CourseCompleted(Entry):
    """The learner completed a course."""

    course: Id
    words: Words | None = None


@kind(FACT, by=("coach", "lead", "learner"), parts="learning", in_confidence=False, points_to="course")
class CourseLeft(Entry):
    """The learner left a course before its end."""

    course: Id
    reason: Words | None = None


@kind(
    FACT, by=("coach", "lead", "learner"), parts="learning", in_confidence=False, points_to=("course", "conversation")
)
class LearningLinked(Entry):
    """Something learnt on a course is linked to a conversation, to a domain of self-efficacy, or to both."""

    course: Id
    words: Words
    conversation: Id | None = None
    domain: Domain | None = None


@kind(FACT, by=("coach", "lead", "learner"), parts="learning", in_confidence=False)
class OtherSupportNoted(Entry):
    """Support from elsewhere, and where it stands. The same `support` noted again is its later status."""

    support: Id
    words: HealthWords
    status: SupportStatus


@attrs.frozen(kw_only=True)
class Course:
    """A course on the learner's journey: shown, enrolled, completed or left; `shown` says that it was shown, too.

    `name` is the one that was last shown of it, where one was.
    """

    id: str
    state: str
    at: datetime
    shown: bool = False
    name: str | None = None


@attrs.frozen(kw_only=True)
class Link:
    """What was learnt, and what it was linked to."""

    course: str
    words: str
    conversation: str | None
    domain: str | None
    at: datetime


@attrs.frozen
class Support:
    """Support from elsewhere, as it stands."""

    id: str
    words: str
    status: str
    at: datetime


@attrs.frozen
class Learning:
    """Learning and other support beside the coaching. Usable alone."""

    courses: tuple[Course, ...] = attrs.field(default=(), converter=kept)
    links: tuple[Link, ...] = attrs.field(default=(), converter=kept)
    support: tuple[Support, ...] = attrs.field(default=(), converter=kept)

    def course(self, id: str) -> Course | None:
        """The course of that id, or None where it was neither shown nor enrolled on."""
        return next((course for course in self.courses if course.id == id), None)


def _with_course(learning: Learning, id: str, state: str, at: datetime, name: str | None = None) -> Learning:
    before = learning.course(id)
    kept_name = name if name is not None or before is None else before.name
    course = Course(
        id=id, state=state, at=at, shown=state == SHOWN or (before is not None and before.shown), name=kept_name
    )
    if before is None:
        return attrs.evolve(learning, courses=(*learning.courses, course))
    return attrs.evolve(learning, courses=tuple(course if one.id == id else one for one in learning.courses))


def apply(learning: Learning, entry: Entry, *, at: datetime) -> Learning:
    """Learning after `entry`, which happened at `at`."""
    match entry:
        case CoursesShown():
            for id in entry.courses:
                before = learning.course(id)
                if before is None:
                    learning = _with_course(learning, id, SHOWN, at)
                elif not before.shown:
                    # one that they are on already was shown now, too
                    courses = (attrs.evolve(one, shown=True) if one.id == id else one for one in learning.courses)
                    learning = attrs.evolve(learning, courses=courses)
            return learning
        case CourseEnrolled():
            return _with_course(learning, entry.course, "enrolled", at, entry.name)
        case CourseCompleted():
            return _with_course(learning, entry.course, "completed", at)
        case CourseLeft():
            return _with_course(learning, entry.course, "left", at)
        case LearningLinked():
            link = Link(
                course=entry.course, words=entry.words, conversation=entry.conversation, domain=entry.domain, at=at
            )
            return attrs.evolve(learning, links=(*learning.links, link))
        case OtherSupportNoted():
            others = tuple(one for one in learning.support if one.id != entry.support)
            support = Support(entry.support, entry.words, entry.status, at)
            return attrs.evolve(learning, support=(*others, support))
        case _:
            return learning
