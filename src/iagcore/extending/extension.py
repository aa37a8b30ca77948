"""A college's own rules, kinds of entry and policy values: one value, given to whatever should go by it.

Nothing registers itself. A casebook, a command or a scenario goes by the extensions that it is given, and by no other.
The name of an extension is three small letters, and everything of it carries them: kinds and values begin with `sac/`,
the codes of rules with `SAC-`. So no record can take them for the library's, or for another college's.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from iagcore.entries import KINDS
from iagcore.exceptions import InvalidExtension, kept, nearest
from iagcore.policy import VALUES, Value
from iagcore.practice.kinds import ROLES, UNCLASSIFIED, Entry, Kind
from iagcore.record.rules import Rule, RuleSort
from iagcore.rulebook import FAMILIES, RULES

HOMES: Final = ("journey", "coach")
SUBJECTS: Final = ("journey", "learner", "coach")
"""What a kind of an extension may be filed under."""
WRITTEN_NEXT_TO: Final = (
    "kind",
    "journey",
    "at",
    "by",
    "id",
    "corrects",
    "target",
    "why",
    "refused",
    "recorded",
    "unsaid",
)
"""What journey files and scenarios write next to the fields of an entry."""
BEGUN: Final = frozenset(kind.declares.begins for kind in KINDS) - {None}
"""What the kinds of the library begin: ids of these are theirs."""
NAMES_A_LEARNER: Final = ("learner", "party")
"""The types of field that could name a learner whom an erasure would not look for there."""
TEXTS: Final = ("title", "about")


def _proxy(texts: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(texts))


@attrs.frozen
class Extension:
    """What a college adds to the library: `Extension("sac", kinds=…, rules=…, values=…, texts=…)`.

    `name` is three small letters. `kinds` are declared by `@kind(…, prefix="sac")`, and move no minutes. `rules` are
    declared by `@rule("SAC-01", …)` and `@duty`. `values` are what a policy may then decide, such as `sac/exam_weeks`.
    `texts` has the `title` of its rules in the rule book, and what they are `about`, in a sentence or two.

    Raises `InvalidExtension`, in a sentence, where a part of it could be taken for something else, or does more than an
    extension may.
    """

    name: str
    kinds: tuple[type[Entry], ...] = attrs.field(default=(), converter=kept, kw_only=True)
    rules: tuple[Rule, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    values: tuple[Value, ...] = attrs.field(default=(), converter=kept, kw_only=True)
    texts: Mapping[str, str] = attrs.field(factory=dict, converter=_proxy, kw_only=True, hash=False)

    @property
    def letters(self) -> str:
        """The three letters that the codes of its rules begin with."""
        return self.name.upper()

    @property
    def title(self) -> str:
        """The title of its rules in the rule book."""
        return self.texts.get("title", f"The rules of {self.letters}")

    def __attrs_post_init__(self) -> None:
        if type(self.name) is not str or not re.fullmatch("[a-z]{3}", self.name):
            raise self._wrong("an extension's name is three small letters, such as sac")
        if self.letters in FAMILIES:
            raise self._wrong(f"the library's own rules begin with {self.letters}: choose three other letters")
        for kind in self.kinds:
            self._may_be_a_kind(kind)
        for value in self.values:
            self._may_be_a_value(value)
        for rule in self.rules:
            self._may_be_a_rule(rule)
        self._none_twice(one.declares.name for one in self.kinds)
        self._none_twice(one.name for one in self.values)
        self._none_twice(one.code for one in self.rules)
        for key in self.texts:
            if key not in TEXTS:
                raise self._wrong(f"texts: {key!r} is not known{nearest(key, TEXTS)}")

    def _wrong(self, reason: str) -> InvalidExtension:
        return InvalidExtension(str(self.name), reason)

    def _none_twice(self, names: Iterable[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self._wrong(f"{name} is declared twice")
            seen.add(name)

    # ---- kinds

    def _may_be_a_kind(self, kind: Any) -> None:
        if not (
            isinstance(kind, type) and issubclass(kind, Entry) and isinstance(getattr(kind, "declares", None), Kind)
        ):
            raise self._wrong(f"{_called(kind)} is no kind of entry: declare it with @kind")
        declares: Kind = kind.declares
        if not declares.name.startswith(f"{self.name}/"):
            raise self._wrong(f"the kind {declares.name} has no prefix: declare it with @kind(…, prefix={self.name!r})")
        for wrong, reason in (
            (declares.opens is not None, "it opens a line of minutes, and the kinds of an extension move no minutes"),
            (bool(declares.parts), "it changes a part of the journey, which the library's own kinds do: use noted()"),
            (declares.about[0] not in HOMES, 'about begins with the record it is on: "journey" or "coach"'),
            (not set(declares.about) <= set(SUBJECTS), f"about names others than {', '.join(SUBJECTS)}"),
            (declares.may_come_first and declares.about[0] == "journey", "a journey begins with its start"),
            (not set(declares.by) <= set(ROLES), f"by names others than {', '.join(ROLES)}"),
            (declares.in_confidence is None, "say with in_confidence=True or False whether all of it is hidden"),
            (declares.touches("concern"), "only the library's own kinds begin a concern, or point to one"),
            (declares.begins in BEGUN, f"a kind of the library begins a {declares.begins}: call yours otherwise"),
            (declares.shows is not None, "only the library's own kinds keep what a directory shows"),
            (not declares.family.startswith(f"{self.name}/"), "an entry of it could take the place of another's"),
        ):
            if wrong:
                raise self._wrong(f"the kind {declares.name}: {reason}")
        for field in declares.fields:
            if field.type is UNCLASSIFIED:
                raise self._wrong(f"the kind {declares.name}: give {field.name} one of the types of iagcore.extending")
            if field.type.name in NAMES_A_LEARNER:
                reason = "could name a learner, whom an erasure would not find there"
                raise self._wrong(f"the kind {declares.name}: {field.name} {reason}")
            if field.name in WRITTEN_NEXT_TO:
                reason = "is written next to the fields of an entry in journey files: choose another name"
                raise self._wrong(f"the kind {declares.name}: {field.name} {reason}")

    # ---- values

    def _may_be_a_value(self, value: Any) -> None:
        if not isinstance(value, Value):
            raise self._wrong(f"{_called(value)} is no policy value: declare it with Value(…)")
        if not re.fullmatch(f"{self.name}/[a-z][a-z0-9_]*", value.name):
            raise self._wrong(f"the value {value.name} has no prefix: call it {self.name}/{_stem(value.name)}")

    # ---- rules

    def _may_be_a_rule(self, rule: Any) -> None:
        if not isinstance(rule, Rule):
            raise self._wrong(f"{_called(rule)} is no rule: declare it with @rule or @duty")
        ours = {one.code: one for one in RULES}.get(rule.code)
        if ours is not None:
            guarded = " is protected, and" if ours.protected else ""
            raise self._wrong(f"{rule.code}{guarded} is a rule of the library, which an extension cannot replace")
        if not re.fullmatch(f"{self.letters}-[0-9]{{2}}", rule.code):
            raise self._wrong(f"the codes of its rules look like {self.letters}-01, not {rule.code}")
        if rule.sort not in (RuleSort.CHECK, RuleSort.DUTY):
            raise self._wrong(f"{rule.code} is a {rule.sort}: an extension has checks and duties")
        if rule.also_on is not None:
            raise self._wrong(f"{rule.code}: also_on is the library's, for kinds that it cannot know")
        known = [*(one.name for one in VALUES), *(one.name for one in self.values)]
        for name in rule.values:
            if name not in known:
                raise self._wrong(f"{rule.code} reads {name}, which no policy decides{nearest(name, known)}")
        for kind in rule.on:
            if kind not in KINDS and kind not in self.kinds:
                raise self._wrong(
                    f"{rule.code} is on {kind.declares.name}, which is no kind of its own or the library's"
                )


def _called(one: Any) -> str:
    return getattr(one, "__name__", None) or repr(one)


def _stem(name: str) -> str:
    return re.sub("[^a-z0-9_]", "_", name.rpartition("/")[2].lower())
