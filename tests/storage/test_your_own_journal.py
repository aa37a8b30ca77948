"""The journal of the page "Write a journal of your own" keeps every promise, and stands on the page as it is here."""

import sys
from functools import partial
from pathlib import Path

import pytest

from iagcore.storage.protocols import Journal
from iagcore.testing import JournalContract
from iagcore.testing.other_process import Opening
from iagcore.testing.promises import names_of_promises

DOCS = Path(__file__).parents[2] / "docs"
sys.path.append(str(DOCS / "examples"))  # processes that are spawned take it over

from table_journal import TableJournal  # noqa: E402 - see the line above


class TestTableJournal(JournalContract):
    @pytest.fixture
    def journal(self, tmp_path: Path) -> TableJournal:
        return TableJournal(tmp_path / "journal.db")

    def reopened(self, journal: Journal) -> Journal:
        assert isinstance(journal, TableJournal)
        return TableJournal(journal.path)

    def from_another_process(self, journal: Journal) -> Opening:
        assert isinstance(journal, TableJournal)
        return partial(TableJournal, journal.path)


@pytest.fixture
def page() -> str:
    return (DOCS / "your-own-journal.md").read_text("utf-8")


def test_the_page_shows_the_journal_as_it_is(page: str) -> None:
    assert f"```python\n{(DOCS / 'examples' / 'table_journal.py').read_text('utf-8')}```\n" in page


def test_the_page_says_of_every_sort_of_promise_what_a_failure_means(page: str) -> None:
    sorts = [base.__name__ for base in JournalContract.__bases__]
    assert [sort for sort in sorts if f"| `{sort}` |" not in page] == []


def test_every_test_that_the_page_names_is_there(page: str) -> None:
    named = {word.strip("`") for word in page.split() if word.startswith("`test_") and word.endswith("`")}
    assert named - set(names_of_promises(JournalContract)) == set()
