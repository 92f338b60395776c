"""What a reader of changes gets: models that were saved together, and how far they reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Final, Generic, TypeAlias, TypeVar

from attrs import frozen

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
from wemakeprice_sdk.wire.converter import read_list

M = TypeVar("M", bound=ReadModel)


@frozen
class RecordFamily(Generic[M]):
    """Records that are read together, under one name, and the model of each kind among them."""

    name: str
    models: Mapping[str, type[M]]

    def read(self, record: StoredRecord) -> ListResult[M]:
        """Return the model of a record; a record that cannot be read is in `unread` instead."""
        path = f"{record.kind}[{record.key}]"
        return read_list(self.models[record.kind], [dict(record.body)], path=path)


ORDERS: Final = RecordFamily("orders", {RecordKind.BUNDLE: Bundle})
CLAIMS: Final = RecordFamily("claims", {RecordKind.CLAIM: Claim})
PRODUCTS: Final = RecordFamily("products", {RecordKind.PRODUCT: Product})
DEALS: Final = RecordFamily("deals", {RecordKind.DEAL: Deal})
SHIPPING_TEMPLATES: Final = RecordFamily("shipping_templates", {RecordKind.TEMPLATE: ShippingTemplate})
QUESTIONS: Final = RecordFamily("questions", {RecordKind.QUESTION: Question})
REVIEWS: Final = RecordFamily("reviews", {RecordKind.REVIEW: Review})
INQUIRIES: Final = RecordFamily("inquiries", {RecordKind.INQUIRY: Inquiry})
SettlementLine: TypeAlias = "SettlementOrderLine | SettlementShipLine"
SETTLEMENT_ROWS: Final[RecordFamily[SettlementLine]] = RecordFamily(
    "settlement_rows",
    {RecordKind.SETTLEMENT_ORDER: SettlementOrderLine, RecordKind.SETTLEMENT_SHIP: SettlementShipLine},
)


@frozen
class ChangeBatch(Report, Generic[M]):
    """What was saved since a reader last acknowledged, oldest save first.

    `items` stand at the marketplace as far as is known, each as it is now; `gone` are those it shows no
    more (a bundle or claim that was cancelled or withdrawn, a settlement row that left its day, a template
    deleted on our side): whoever ships must not ship them. `unread` are records that cannot be read as a
    model; they block nothing. The batch covers everything saved after `after`, up to `until`; None for a
    batch without anything new.
    """

    MAIN: ClassVar[str] = "items"

    reader: str
    items: tuple[M, ...]
    gone: tuple[M, ...] = ()
    unread: tuple[UnreadRow, ...] = ()
    after: datetime | None = None
    until: datetime | None = None

    def __len__(self) -> int:
        return len(self.items) + len(self.gone) + len(self.unread)

    def __iter__(self) -> Iterator[M]:
        return iter(self.items)


def is_gone(record: StoredRecord) -> bool:
    """Return whether the marketplace shows the thing no more, or it was deleted on our side."""
    return record.status in (GONE, DELETED)


def batch_of(
    reader: str, family: RecordFamily[M], records: Iterable[StoredRecord], after: datetime | None
) -> ChangeBatch[M]:
    """Return records as models, those that are gone apart."""
    items: list[M] = []
    gone: list[M] = []
    unread: list[UnreadRow] = []
    until = None
    for record in records:
        rows = family.read(record)
        (gone if is_gone(record) else items).extend(rows)
        unread += rows.unread
        until = record.last_seen
    return ChangeBatch(reader, tuple(items), tuple(gone), tuple(unread), after, until)
