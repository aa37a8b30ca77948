"""Whether a journal keeps its promises: a test for each promise in `iagcore.storage.protocols`.

Who writes a store for their own database subclasses `JournalContract` and supplies one fixture:

    class TestOurJournal(JournalContract):
        @pytest.fixture
        def journal(self) -> Iterator[OurJournal]:
            with OurJournal(a_fresh_empty_place()) as journal:
                yield journal

A journal that is no `Feed` or no `Erasable` skips those promises, with the reason. Three hooks are overridden where
they apply: `reopened` by a store that outlives its object, `from_another_process` by one that other processes can open,
and `bytes_kept` by one into which one can look. Nothing else may be overridden: a promise that a store cannot keep is a
fact about the store, and no test should hide it.

The promises stand in modules of their own, one a sort: what was appended, conflicts, races, processes and kills, the
feed, erasure, and histories that are made up. `IAGCORE_CONTRACT=20` tries the long ones twenty times as often.
"""

from iagcore.testing.contract.appending import AllOrNothing, Hostile, KeptToTheLetter
from iagcore.testing.contract.conflicts import Conflicts, Unique
from iagcore.testing.contract.erasing import Erasing
from iagcore.testing.contract.feeding import Feeding
from iagcore.testing.contract.histories import Histories
from iagcore.testing.contract.processes import AcrossProcesses
from iagcore.testing.contract.racing import ReadersBesideWriters, WritersRacing


class JournalContract(
    KeptToTheLetter,
    AllOrNothing,
    Hostile,
    Conflicts,
    Unique,
    ReadersBesideWriters,
    WritersRacing,
    Feeding,
    Erasing,
    AcrossProcesses,
    Histories,
    states=True,
):
    """Subclass it, name the subclass `Test…`, and supply the fixture `journal`: a fresh and empty one."""
