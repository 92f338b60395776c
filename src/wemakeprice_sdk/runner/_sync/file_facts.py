# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Facts of files beside what the marketplace showed, looked up one by one: none of them is held in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import ProtocolError
from wemakeprice_sdk.ledger.records import StoredRecord
from wemakeprice_sdk.models import Bundle, Claim, ReadModel, SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.runner.changes import FILE_OF, ChangedRecord, RecordFamily, is_of_file
from wemakeprice_sdk.runner.conversion import restore
from wemakeprice_sdk.runner.erasure import bundle_of
from wemakeprice_sdk.runner.sources import merging
from wemakeprice_sdk.runner.sources.forms import file_keys
from wemakeprice_sdk.runner.sources.merging import API, FactMerger, FactOrigin

if TYPE_CHECKING:
    from wemakeprice_sdk.runner._sync.stored import RecordSource


M = TypeVar("M", bound=ReadModel)


@frozen
class _Twins:
    """A kind that files bring, the kind under which the marketplace's word of the same facts stands."""

    model: type[ReadModel]
    shown: RecordKind
    merger: Callable[[], FactMerger[Any]]


_KINDS: Final[Mapping[str, _Twins]] = {
    FILE_OF[shown]: _Twins(model, shown, merger)
    for model, shown, merger in (
        (Bundle, RecordKind.BUNDLE, merging.order_merger),
        (Claim, RecordKind.CLAIM, merging.claim_merger),
        (SettlementOrderLine, RecordKind.SETTLEMENT_ORDER, merging.settlement_order_merger),
        (SettlementShipLine, RecordKind.SETTLEMENT_SHIP, merging.settlement_shipping_merger),
    )
}


@define
class FileFacts:
    """Holds a fact of a file against what the marketplace showed of it, and against other files.

    The same fact of several sources is one fact, as for `settlement`: the marketplace's word counts, and a
    file brings what it did not show.
    """

    ledger: RecordSource
    account: str
    _kept: dict[str, bool] = field(factory=dict)
    """By kind: whether the ledger holds any record of it."""
    _seen: set[tuple[str, str]] = field(factory=set)
    """The facts of files that were looked up, by kind and key."""

    def changed(self, family: RecordFamily[M], record: StoredRecord) -> ChangedRecord[M]:
        """Return what a record says; a fact of a file once, and only where the marketplace shows none."""
        found = family.read(record)
        if not is_of_file(record):
            models = [(model, self._origins(record, model)) for model in found]
            return ChangedRecord(record, tuple(models), found.unread)
        if found.unread or (record.kind, record.ref) in self._seen:
            return ChangedRecord(record, (), found.unread)
        self._seen.add((record.kind, record.ref))
        return ChangedRecord(record, tuple(self._alone(record)))

    def _alone(self, record: StoredRecord) -> list[tuple[Any, tuple[FactOrigin, ...]]]:
        """Return the facts under the key of a row of a file that only files show, and where they stand."""
        twins = _KINDS[record.kind]
        merger = self._of_files(RecordKind(record.kind), [record.ref])
        number = bundle_of(record.body)
        if number is not None and self._has(twins.shown):
            for row in self.ledger.records(self.account, twins.shown, ref=str(number)):
                with suppress(ProtocolError):
                    merger.add_api(restore(twins.model, row))
        return [(model, tuple(origins)) for model, origins in merger.left()]

    def _origins(self, record: StoredRecord, model: ReadModel) -> tuple[FactOrigin, ...]:
        """Return where a fact of the marketplace stands: the API, and the rows of files that show it too."""
        kind = FILE_OF.get(record.kind)
        if kind is None or not self._has(kind):
            return (API,)
        merger = self._of_files(kind, file_keys(model))
        return tuple(merger.add_api(model))

    def _of_files(self, kind: RecordKind, keys: Sequence[str]) -> FactMerger[Any]:
        merger = _KINDS[kind].merger()
        for key in keys:
            for row in self.ledger.records(self.account, kind, ref=key):
                # One that cannot be read is named where its own turn comes.
                with suppress(ProtocolError):
                    merger.add_file(row)
        return merger

    def _has(self, kind: str) -> bool:
        if kind not in self._kept:
            self._kept[kind] = self.ledger.count(self.account, kind) > 0
        return self._kept[kind]
