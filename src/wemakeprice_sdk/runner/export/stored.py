"""Records of the ledger as rows of an archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.records import StoredRecord
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.runner.conversion import midnight
from wemakeprice_sdk.runner.export.archive import ArchiveLine


@frozen
class StoredPart:
    """One file of an archive out of the ledger.

    `dated` parts hold what happened in the period, by whole days where the marketplace lists by day; the
    others are goods and settings, and whole whatever the period is.
    """

    name: str
    kind: RecordKind
    dated: bool = True
    by_day: bool = False

    def bounds(self, start: datetime, end: datetime) -> tuple[datetime | None, datetime | None]:
        """Return from when (included) until when (left out) the records of a period lie."""
        if not self.dated:
            return None, None
        if self.by_day:
            return midnight(start.date()), midnight(end.date() + timedelta(days=1))
        return start, end + timedelta(seconds=1)


STORED_PARTS: Final = (
    StoredPart("templates", RecordKind.TEMPLATE, dated=False),
    StoredPart("products", RecordKind.PRODUCT, dated=False),
    StoredPart("deals", RecordKind.DEAL, dated=False),
    StoredPart("exports", RecordKind.EXPORT, dated=False),
    StoredPart("orders", RecordKind.BUNDLE),
    StoredPart("claims", RecordKind.CLAIM),
    StoredPart("questions", RecordKind.QUESTION, by_day=True),
    StoredPart("reviews", RecordKind.REVIEW, by_day=True),
    StoredPart("inquiries", RecordKind.INQUIRY, by_day=True),
    StoredPart("settlement_orders", RecordKind.SETTLEMENT_ORDER, by_day=True),
    StoredPart("settlement_shipping", RecordKind.SETTLEMENT_SHIP, by_day=True),
    StoredPart("notices", RecordKind.NOTICE, by_day=True),
    StoredPart("sources", RecordKind.SOURCE, dated=False),
    StoredPart("file_orders", RecordKind.FILE_BUNDLE),
    StoredPart("file_claims", RecordKind.FILE_CLAIM),
    StoredPart("file_settlement_orders", RecordKind.FILE_SETTLEMENT_ORDER, by_day=True),
    StoredPart("file_settlement_shipping", RecordKind.FILE_SETTLEMENT_SHIP, by_day=True),
    StoredPart("bank_transfers", RecordKind.BANK_TRANSFER, by_day=True),
    StoredPart("vat_months", RecordKind.VAT_MONTH, dated=False),
    StoredPart("tax_invoices", RecordKind.TAX_INVOICE, dated=False),
    StoredPart("bank_matches", RecordKind.BANK_MATCH, dated=False),
)


def stored_line(record: StoredRecord, *, mask: bool) -> ArchiveLine:
    """Return a record as a row of an archive, with the status that the ledger keeps."""
    data = data_of(record.kind, record.body, mask=mask)
    return {"key": record.key, "status": record.status, "data": data}


def data_of(kind: str, body: Mapping[str, JsonValue], *, mask: bool) -> JsonValue:
    """Return what a row says, its personal parts masked if asked."""
    if not mask:
        return dict(body)
    clear, private = personal.split(kind, body)
    return personal.join(clear, personal.mask(private))
