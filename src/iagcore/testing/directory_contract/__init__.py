"""Whether a directory keeps its promises: a test for each promise in `iagcore.directory.protocols`.

Who writes a directory for their own database subclasses `DirectoryContract` and supplies one fixture:

    class TestOurDirectory(DirectoryContract):
        @pytest.fixture
        def directory(self) -> Iterator[OurDirectory]:
            with OurDirectory(a_fresh_empty_place()) as directory:
                yield directory

Two hooks are overridden where they apply: `reopened` by a directory that outlives its object, `from_another_process` by
one that other processes can open. Nothing else may be overridden: a promise that a directory cannot keep is a fact
about it, and no test should hide it. `IAGCORE_CONTRACT=20` tries the long ones twenty times as often.
"""

from iagcore.testing.directory_contract.histories import Histories
from iagcore.testing.directory_contract.keeping import Feeds, Identity, Keeping
from iagcore.testing.directory_contract.processes import AcrossProcesses
from iagcore.testing.directory_contract.searching import Searching


class DirectoryContract(Keeping, Feeds, Identity, Searching, AcrossProcesses, Histories, states=True):
    """Subclass it, name the subclass `Test…`, and supply the fixture `directory`: a fresh and empty one."""
