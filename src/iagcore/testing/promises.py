"""What the contract kits share: tests that cannot be overridden unseen, and how often the long ones are tried.

A contract is made of classes that state promises, each promise a test. Whoever proves a store subclasses the contract,
supplies its fixture and, where they apply, its hooks: the names in `may_be_given`. Whatever else a subclass redefines
is refused with a sentence, when the class is made, and again before each test, since a test can be replaced later.

`IAGCORE_CONTRACT=20` in the environment makes every race, kill and made-up history twenty times as many, drawn afresh.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from inspect import getattr_static
from itertools import product
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, settings

LONGER: Final = "IAGCORE_CONTRACT"
"""The environment variable that says how many times longer than usual a run takes."""


def times(usual: int) -> int:
    """How often to try something that is tried `usual` times in a plain run.

    Raises `ValueError` where the environment asks for something that is no whole number of times.
    """
    asked = os.environ.get(LONGER, "1")
    if not asked.isdecimal() or asked == "0":
        raise ValueError(f"{LONGER} is {asked!r}: set it to a whole number from 1, or to nothing at all")
    return usual * int(asked)


def made_up(usual: int, *, steps: int = 50) -> settings:
    """Hypothesis settings for `usual` examples: the same for everybody in a plain run, drawn afresh in a longer one."""
    return settings(
        max_examples=times(usual),
        stateful_step_count=steps,
        derandomize=times(1) == 1,
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


class Promises:
    """Tests that ask what a protocol promises. `class Racing(Promises, states=True)` states some; others prove them."""

    may_be_given: ClassVar[frozenset[str]] = frozenset({"may_be_given"})
    """What a subclass may redefine: the contract's hooks."""
    _states: ClassVar[bool] = True

    def __init_subclass__(cls, *, states: bool = False, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls._states = states
        refuse_what_hides(cls)

    @pytest.fixture(autouse=True)
    def _nothing_is_hidden(self) -> None:
        refuse_what_hides(type(self))


def refuse_what_hides(proof: type[Promises]) -> None:
    """Raise `TypeError` where a proof redefines something of the contract that is no hook."""
    for stating in proof.__mro__:
        if not vars(stating).get("_states", False):
            continue
        for name, stated in vars(stating).items():
            own = name == "__init_subclass__" or not (name.startswith("__") or name == "_states")
            if own and name not in proof.may_be_given and getattr_static(proof, name) is not stated:
                raise TypeError(
                    f"{proof.__name__} overrides {name}, and so hides whether that promise is kept: "
                    f"give a test of your own another name ({_hooks(proof)} may be overridden)"
                )


def _hooks(proof: type[Promises]) -> str:
    return ", ".join(sorted(proof.may_be_given - {"may_be_given"})) or "nothing"


def names_of_promises(contract: type[Promises]) -> tuple[str, ...]:
    """The names of a contract's tests, in the order in which they stand."""
    found = {
        name: None
        for stating in reversed(contract.__mro__)
        for name in vars(stating)
        if vars(stating).get("_states", False) and name.startswith("test_")
    }
    return tuple(found)


def unkept_promises(
    contract: Promises, fresh: Callable[[], Any], *, only: tuple[str, ...] | None = None
) -> dict[str, BaseException]:
    """What a store does not keep, asked without pytest: the name of each test that fails, and what it raised.

    `fresh` makes a fresh and empty store; every test gets one of its own, which is closed where it has a `close`.
    `only` names the tests to ask; without it, all are. A test that does not apply to the store is passed over.
    """
    unkept: dict[str, BaseException] = {}
    for name in names_of_promises(type(contract)) if only is None else only:
        for given in _parameters(getattr(contract, name)):
            raised = _asked(contract, name, given, fresh)
            if raised is not None:
                unkept[name] = raised
                break
    return unkept


def _asked(
    contract: Promises, name: str, given: Mapping[str, object], fresh: Callable[[], Any]
) -> BaseException | None:
    store = fresh()
    try:
        getattr(contract, name)(store, **given)
    except pytest.skip.Exception:
        return None
    except (Exception, pytest.fail.Exception) as error:
        return error
    finally:
        getattr(store, "close", lambda: None)()
    return None


def _parameters(test: Any) -> Iterator[dict[str, object]]:
    """What `pytest.mark.parametrize` has the test tried with."""
    tables = [
        [
            dict(zip(names, row if len(names) > 1 else (row,), strict=True))
            for names in [[name.strip() for name in _names(mark.args[0])]]
            for row in mark.args[1]
        ]
        for mark in getattr(test, "pytestmark", ())
        if mark.name == "parametrize"
    ]
    for rows in product(*tables):
        yield {name: value for row in rows for name, value in row.items()}


def _names(argument: Any) -> list[str]:
    return argument.split(",") if isinstance(argument, str) else list(argument)
