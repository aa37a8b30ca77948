"""Journals whose erasures are broken."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import attrs

from iagcore.storage.memory import MemoryJournal
from iagcore.storage.protocols import Erasure, Filing, StoredRecord, renamed


class Leaks(MemoryJournal, ABC):
    """An erasure after which something is put back."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        before = list(self._kept)
        done = super().erase(renames, expect=expect, receipts=receipts)
        for place, old in enumerate(before):
            self._kept[place] = self.put_back(old, self._kept[place])
        return done

    @abstractmethod
    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        """What is put in place of an erased record, from what it was."""


class LeaksPayloads(Leaks):
    """Payloads stay."""

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, payload=old.payload)


class LeaksIds(Leaks):
    """Ids stay, and a caller's id may say more than it should."""

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, id=old.id)


class LeaksSalts(Leaks):
    """Salts stay, so a commitment can still be opened by whoever guesses the name."""

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        def salted(was: Filing, filing: Filing) -> Filing:
            return attrs.evolve(filing, salt=was.salt)

        return attrs.evolve(new, about=tuple(map(salted, old.about, new.about)))


class LeaksNames(Leaks):
    """The old name stays on the timelines of others."""

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        def named(was: Filing, filing: Filing) -> Filing:
            return attrs.evolve(filing, subject=was.subject)

        return attrs.evolve(new, about=tuple(map(named, old.about, new.about)))


class LeaksFromOtherHomes(Leaks):
    """Only the homes of the learner lose their words, not a record that names the learner elsewhere."""

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, payload=old.payload, id=old.id) if old.home == new.home else new


class ErasesOnePage(MemoryJournal):
    """Of a long subject the first page is looked at; what comes after it has the new name, and its words."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        beyond = {place: self._kept[place] for old in renames for place in self._filed.get(old, [])[1000:]}
        done = super().erase(renames, expect=expect, receipts=receipts)
        for place, old in beyond.items():
            self._kept[place] = attrs.evolve(self._kept[place], payload=old.payload)
        return done


class TakesOthersSalts(Leaks):
    """The salts of everybody go, so a coach's own commitment can no longer be opened."""

    def put_back(self, old: StoredRecord, new: StoredRecord) -> StoredRecord:
        return attrs.evolve(new, about=tuple(attrs.evolve(filing, salt=None) for filing in new.about))


class ErasesAtAnyVersion(MemoryJournal):
    """An erasure does not look whether a concern was raised meanwhile."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        found = {subject: len(self._filed.get(subject, [])) for subject in expect}
        return super().erase(renames, expect=found, receipts=[])


class TearsErasures(MemoryJournal):
    """What is to go has gone before it turns out that the receipts cannot be kept."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        done = super().erase(renames, expect=expect, receipts=[])
        super().append(receipts, expect=renamed(renames, expect))
        return done


class MiscountsErasures(MemoryJournal):
    """Filings are counted, not the records that lost their words."""

    def erase(
        self, renames: Mapping[str, str], *, expect: Mapping[str, int], receipts: Sequence[StoredRecord]
    ) -> Erasure:
        filings = sum(len(self._filed.get(subject, [])) for subject in renames)
        return attrs.evolve(super().erase(renames, expect=expect, receipts=receipts), records=filings)
