"""What a reader of changes gets: models that were saved together, and how far they reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Final, Generic, TypeAlias, TypeVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.records import StoredRecord
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    Deal,
    Inquiry,
    ListResult,
    Product,
    Question,
    ReadModel,
    Review,
    SettlementOrderLine,
    SettlementShipLine,
    ShippingTemplate,
    UnreadRow,
)
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.runner.conversion import DELETED, GONE
from wemakeprice_sdk.runner.sources.merging import FactOrigin
from wemakeprice_sdk.secrets import forgetful
from wemakeprice_sdk.wire.converter import read_list

M = TypeVar("M", bound=ReadModel)


@frozen
class RecordFamily(Generic[M]):
    """Records that are read together, under one name, and the model of each kind among them."""

    name: str
    models: Mapping[str, type[M]]

    @forgetful
    def read(self, record: StoredRecord) -> ListResult[M]:
        """Return the model of a record; a record that cannot be read is in `unread` instead."""
        path = f"{record.kind}[{record.key}]"
        body = record.body.get("fact") if is_of_file(record) else dict(record.body)
        return read_list(self.models[record.kind], [body], path=path)


FILE_OF: Final[Mapping[str, RecordKind]] = {
    RecordKind.BUNDLE: RecordKind.FILE_BUNDLE,
    RecordKind.CLAIM: RecordKind.FILE_CLAIM,
    RecordKind.SETTLEMENT_ORDER: RecordKind.FILE_SETTLEMENT_ORDER,
    RecordKind.SETTLEMENT_SHIP: RecordKind.FILE_SETTLEMENT_SHIP,
}
"""The kind under which files show the facts of a kind of the marketplace."""


def is_of_file(record: StoredRecord) -> bool:
    """Return whether a row of a file says it: the fact stands in the body, beside its place."""
    return record.kind in FILE_OF.values()


def _beside_files(models: Mapping[str, type[M]]) -> Mapping[str, type[M]]:
    return {**models, **{FILE_OF[kind]: model for kind, model in models.items()}}


ORDERS: Final = RecordFamily("orders", _beside_files({RecordKind.BUNDLE: Bundle}))
CLAIMS: Final = RecordFamily("claims", _beside_files({RecordKind.CLAIM: Claim}))
PRODUCTS: Final = RecordFamily("products", {RecordKind.PRODUCT: Product})
DEALS: Final = RecordFamily("deals", {RecordKind.DEAL: Deal})
SHIPPING_TEMPLATES: Final = RecordFamily("shipping_templates", {RecordKind.TEMPLATE: ShippingTemplate})
QUESTIONS: Final = RecordFamily("questions", {RecordKind.QUESTION: Question})
REVIEWS: Final = RecordFamily("reviews", {RecordKind.REVIEW: Review})
INQUIRIES: Final = RecordFamily("inquiries", {RecordKind.INQUIRY: Inquiry})
SettlementLine: TypeAlias = "SettlementOrderLine | SettlementShipLine"
SETTLEMENT_ROWS: Final[RecordFamily[SettlementLine]] = RecordFamily(
    "settlement_rows",
    _beside_files(
        {RecordKind.SETTLEMENT_ORDER: SettlementOrderLine, RecordKind.SETTLEMENT_SHIP: SettlementShipLine}
    ),
)


@frozen
class ChangeBatch(Report, Generic[M]):
    """What was saved since a reader last acknowledged, oldest save first.

    `items` stand at the marketplace as far as is known, each as it is now; `gone` are those it shows no
    more (a bundle or claim that was cancelled or withdrawn, a settlement row that left its day, a template
    deleted on our side): whoever ships must not ship them. `unread` are records that cannot be read as a
    model; they block nothing. `origins` say for each item where it stands: the API, or file, sheet and rows.
    The batch covers everything saved after `after`, up to `until`; None for a
    batch without anything new.
    """

    MAIN: ClassVar[str] = "items"

    reader: str
    items: tuple[M, ...]
    gone: tuple[M, ...] = ()
    unread: tuple[UnreadRow, ...] = ()
    after: datetime | None = None
    until: datetime | None = None
    origins: tuple[tuple[FactOrigin, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.items) + len(self.gone) + len(self.unread)

    def __iter__(self) -> Iterator[M]:
        return iter(self.items)


def is_gone(record: StoredRecord) -> bool:
    """Return whether the marketplace shows the thing no more, or it was deleted on our side."""
    return record.status in (GONE, DELETED)


@frozen
class ChangedRecord(Generic[M]):
    """A record that was saved, and what it says: each model with where it stands."""

    record: StoredRecord
    models: tuple[tuple[M, tuple[FactOrigin, ...]], ...]
    unread: tuple[UnreadRow, ...] = ()


def batch_of(reader: str, changed: Iterable[ChangedRecord[M]], after: datetime | None) -> ChangeBatch[M]:
    """Return what was saved as models, those that are gone apart."""
    items: list[tuple[M, tuple[FactOrigin, ...]]] = []
    gone: list[M] = []
    unread: list[UnreadRow] = []
    until = None
    for one in changed:
        if is_gone(one.record):
            gone += [model for model, _ in one.models]
        else:
            items += one.models
        unread += one.unread
        until = one.record.last_seen
    models, origins = tuple(model for model, _ in items), tuple(origins for _, origins in items)
    return ChangeBatch(reader, models, tuple(gone), tuple(unread), after, until, origins)
