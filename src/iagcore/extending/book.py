"""What a casebook goes by: rules, kinds and policy values, the library's own and those of the extensions it is given.

A book is a value, handed to whatever reads or judges. What is not in it is not known: an entry of such a kind cannot be
recorded, and stays unread where it is met on a record.
"""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from types import MappingProxyType
from typing import Final

import attrs

from iagcore.entries import KIND_BY_NAME
from iagcore.exceptions import InvalidExtension
from iagcore.extending.extension import Extension
from iagcore.policy import Policy, Value
from iagcore.practice.kinds import Entry
from iagcore.record.rules import Rule
from iagcore.rulebook import FAMILIES, RULES


@attrs.frozen(kw_only=True)
class Book:
    """Every rule, kind and value that is gone by, and the extensions that brought some of them.

    `values` are those of extensions alone, which a policy may decide as well as the library's; `families` are the
    titles of the rules by the three letters that their codes begin with.
    """

    extensions: tuple[Extension, ...] = ()
    rules: tuple[Rule, ...] = RULES
    kinds: Mapping[str, type[Entry]] = attrs.field(default=MappingProxyType(KIND_BY_NAME), repr=False, eq=False)
    values: tuple[Value, ...] = ()
    families: Mapping[str, str] = attrs.field(default=MappingProxyType(FAMILIES), repr=False, eq=False)

    @property
    def rule_by_code(self) -> Mapping[str, Rule]:
        """The rules by their codes."""
        return {rule.code: rule for rule in self.rules}

    def read(self, policy: Policy) -> Policy:
        """A policy, read with the values of the book, too. Raises InvalidPolicy."""
        more = tuple(dict.fromkeys((*policy.of_extensions, *self.values)))
        return (
            policy
            if more == policy.of_extensions
            else Policy.parse(policy.text, file=policy.name, values=more, kept=policy.kept)
        )

    def policy(self, name_or_path: str | PathLike[str]) -> Policy:
        """A policy, read with the values of the book. Raises InvalidPolicy."""
        return Policy.load(name_or_path, values=self.values)


LIBRARY: Final = Book()
"""What the library brings by itself."""


def book_of(extensions: Iterable[Extension], *, rules: Sequence[Rule] | None = None) -> Book:
    """What is gone by with these extensions; with `rules`, by these in the place of all. Raises `InvalidExtension`.

    Rules of the library that are about any kind of entry, such as who may make it, are about those of extensions too.
    """
    given = tuple(dict.fromkeys(extensions))
    for one in given:
        if not isinstance(one, Extension):
            raise InvalidExtension(str(one), "an Extension is expected")
    for number, one in enumerate(given):
        if one.name in (other.name for other in given[:number]):
            raise InvalidExtension(one.name, "another extension has this name, too: use one of them")
    kinds = [kind for one in given for kind in one.kinds]
    asked = (*RULES, *(rule for one in given for rule in one.rules)) if rules is None else tuple(rules)
    return Book(
        extensions=given,
        rules=tuple(_over(kinds, rule) for rule in asked),
        kinds=MappingProxyType({**KIND_BY_NAME, **{kind.declares.name: kind for kind in kinds}}),
        values=tuple(value for one in given for value in one.values),
        families=MappingProxyType({**FAMILIES, **{one.letters: one.title for one in given}}),
    )


def _over(kinds: Iterable[type[Entry]], rule: Rule) -> Rule:
    more = tuple(one for one in kinds if rule.also_on and rule.also_on(one.declares) and one not in rule.on)
    return attrs.evolve(rule, on=(*rule.on, *more)) if more else rule
