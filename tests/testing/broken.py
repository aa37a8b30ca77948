"""A store that is broken on purpose: what it breaks, and what is meant to catch it."""

from typing import Any

import attrs


@attrs.frozen
class Broken:
    """A store that is broken.

    Attributes: `fresh`, its class, which makes an empty one; `promise`, the one that it does not keep; `caught_by`, the
    names of the tests that are meant to see it (they may not be the only ones).
    """

    fresh: type[Any]
    promise: str
    caught_by: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.fresh.__name__
