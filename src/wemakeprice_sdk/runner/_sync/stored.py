# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The ledger's records as models: a reader that cannot write, and a feed with a position of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Generic, Protocol, Self, TypeVar

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.errors import StaleBatchError, ValidationError
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.protocol import Ledger
from wemakeprice_sdk.ledger.records import StoredRecord
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    Deal,
    Inquiry,
    Product,
    Question,
    ReadModel,
    Review,
    ShippingTemplate,
    UnreadRow,
)
from wemakeprice_sdk.runner import changes
from wemakeprice_sdk.runner._sync.file_facts import FileFacts
from wemakeprice_sdk.runner.changes import (
    FILE_OF,
    ChangeBatch,
    RecordFamily,
    SettlementLine,
    batch_of,
    is_gone,
)
from wemakeprice_sdk.runner.sources.merging import FactOrigin

M = TypeVar("M", bound=ReadModel)


class RecordSource(Protocol):
    """The part of a ledger that reads records; what stands on it cannot write."""

    def exists(self) -> bool:
        """Return whether anything was ever kept here."""
        ...

    def records(
        self,
        account: str,
        kind: str,
        *,
        ref: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[StoredRecord]:
        """Yield records by business time."""
        ...

    def count(self, account: str, kind: str) -> int:
        """Count records."""
        ...


class StoredRows(Generic[M]):
    """Records as models, read as they are asked for; `unread` grows by those that cannot be read.

    `origins` says where the model that came last stands: the API, or file, sheet and rows, or both.
    """

    def __init__(
        self,
        ledger: RecordSource,
        account: str,
        family: RecordFamily[M],
        since: datetime | None,
        until: datetime | None,
        *,
        gone: bool,
    ) -> None:
        self.unread: list[UnreadRow] = []
        self.origins: tuple[FactOrigin, ...] = ()
        self._family, self._gone = family, gone
        self._facts = FileFacts(ledger, account)
        self._ready: deque[tuple[M, tuple[FactOrigin, ...]]] = deque()
        self._rows = self._records(ledger, account, since, until)

    def _records(
        self, ledger: RecordSource, account: str, since: datetime | None, until: datetime | None
    ) -> Iterator[StoredRecord]:
        if not ledger.exists():
            return
        for kind in self._family.models:
            if kind in FILE_OF.values():
                continue
            kinds = [kind, FILE_OF[kind]] if kind in FILE_OF else [kind]
            streams = [ledger.records(account, one, since=since, until=until) for one in kinds]
            for record in _by_time(streams):
                if self._gone or not is_gone(record):
                    yield record

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> M:
        """Return the next model."""
        while not self._ready:
            found = self._facts.changed(self._family, self._rows.__next__())
            self.unread += found.unread
            self._ready.extend(found.models)
        model, self.origins = self._ready.popleft()
        return model


def _by_time(streams: Sequence[Iterator[StoredRecord]]) -> Iterator[StoredRecord]:
    """Yield records of several kinds as one, by the time they belong to."""
    heads = [(at, _next(stream)) for at, stream in enumerate(streams)]
    while left := [(head.at, at, head) for at, head in heads if head is not None]:
        _, at, record = min(left, key=lambda one: one[:2])
        yield record
        heads[at] = (at, _next(streams[at]))


def _next(stream: Iterator[StoredRecord]) -> StoredRecord | None:
    try:
        return stream.__next__()
    except StopIteration:
        return None


class Stored:
    """What an account's ledger holds, as models; nothing here can write.

    Every reader yields by the time a record belongs to (orders: paid, claims: requested, settlement rows:
    sales day; goods and templates: when they were read), from `since` (included) until `until` (left out).
    `gone=True` yields also what the marketplace shows no more. Reading takes no lease; the iterators are read
    in pages, and what is saved meanwhile may be among them. A record that cannot be read is left out and
    stands in `unread` of the iterator.

    Orders, claims and settlement rows of files are among them as the same models, built of the columns that
    a sheet has; the rest is None. What the marketplace showed too, or several files, is one fact: its word
    counts, as for `settlement`. `origins` of the iterator says where each stands.
    """

    def __init__(self, ledger: RecordSource, account: str) -> None:
        self._ledger = ledger
        self._account = account

    def orders(
        self, *, since: datetime | None = None, until: datetime | None = None, gone: bool = False
    ) -> StoredRows[Bundle]:
        """Yield bundles (주문)."""
        return self._rows(changes.ORDERS, since, until, gone)

    def claims(
        self, *, since: datetime | None = None, until: datetime | None = None, gone: bool = False
    ) -> StoredRows[Claim]:
        """Yield claims (클레임)."""
        return self._rows(changes.CLAIMS, since, until, gone)

    def products(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> StoredRows[Product]:
        """Yield products (상품), imported by the API or from Excel."""
        return self._rows(changes.PRODUCTS, since, until, gone=False)

    def deals(self, *, since: datetime | None = None, until: datetime | None = None) -> StoredRows[Deal]:
        """Yield deals (딜), imported by the API or from Excel."""
        return self._rows(changes.DEALS, since, until, gone=False)

    def shipping_templates(
        self, *, since: datetime | None = None, until: datetime | None = None, gone: bool = False
    ) -> StoredRows[ShippingTemplate]:
        """Yield shipping templates (배송 템플릿)."""
        return self._rows(changes.SHIPPING_TEMPLATES, since, until, gone)

    def settlement_rows(
        self, *, since: datetime | None = None, until: datetime | None = None, gone: bool = False
    ) -> StoredRows[SettlementLine]:
        """Yield settlement rows (정산) by sales day: those of orders, then those of shipping."""
        return self._rows(changes.SETTLEMENT_ROWS, since, until, gone)

    def questions(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> StoredRows[Question]:
        """Yield questions about products (상품문의)."""
        return self._rows(changes.QUESTIONS, since, until, gone=False)

    def reviews(self, *, since: datetime | None = None, until: datetime | None = None) -> StoredRows[Review]:
        """Yield reviews (구매후기)."""
        return self._rows(changes.REVIEWS, since, until, gone=False)

    def inquiries(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> StoredRows[Inquiry]:
        """Yield inquiries of the CS centre (CS문의)."""
        return self._rows(changes.INQUIRIES, since, until, gone=False)

    def _rows(
        self, family: RecordFamily[M], since: datetime | None, until: datetime | None, gone: bool
    ) -> StoredRows[M]:
        first = None if since is None else require_aware(since, "since")
        last = None if until is None else require_aware(until, "until")
        return StoredRows(self._ledger, self._account, family, first, last, gone=gone)


class Feed:
    """New and changed records for one named reader, such as a warehouse system; a basis for an outbox.

    Each method returns the records that were saved since the reader last acknowledged that kind, about
    `limit` of them, oldest save first, and all that were saved together. Until `acknowledge` the same comes
    again, also after a restart or a kill: every change comes at least once. A record that only was seen again
    may come again, so take it by its natural key. Nothing comes too late, whatever time a record belongs to.

    Readers of different names do not touch each other. Two processes under one name may both get a batch.
    The position is kept in the ledger; no lease is taken, so a feed waits for no job.
    """

    def __init__(self, ledger: Ledger, account: str, reader: str) -> None:
        check_kind("ledger", ledger, Ledger)
        self._ledger = ledger
        self._account = account
        self._reader = require_words(reader, "reader", 60)
        if "/" in reader:
            raise ValidationError.single(
                "reader",
                reader,
                "no slash",
                "a slash parts the reader from what it reads; leave it out",
                "빗금(/)은 사용할 수 없습니다. 빗금 없이 이름을 지어 주세요",
            )

    def orders(self, *, limit: int = 500) -> ChangeBatch[Bundle]:
        """Return new and changed bundles (주문)."""
        return self._batch(changes.ORDERS, limit)

    def claims(self, *, limit: int = 500) -> ChangeBatch[Claim]:
        """Return new and changed claims (클레임)."""
        return self._batch(changes.CLAIMS, limit)

    def products(self, *, limit: int = 500) -> ChangeBatch[Product]:
        """Return new and changed products (상품)."""
        return self._batch(changes.PRODUCTS, limit)

    def settlement_rows(self, *, limit: int = 500) -> ChangeBatch[SettlementLine]:
        """Return new and changed settlement rows (정산)."""
        return self._batch(changes.SETTLEMENT_ROWS, limit)

    def questions(self, *, limit: int = 500) -> ChangeBatch[Question]:
        """Return new questions about products (상품문의)."""
        return self._batch(changes.QUESTIONS, limit)

    def inquiries(self, *, limit: int = 500) -> ChangeBatch[Inquiry]:
        """Return new inquiries of the CS centre (CS문의)."""
        return self._batch(changes.INQUIRIES, limit)

    def acknowledge(self, batch: ChangeBatch[M]) -> None:
        """Say that everything of a batch is safely kept by the reader; the next batch begins behind it.

        Raises `ValidationError` for the batch of another reader, and `StaleBatchError` when the position was
        set back meanwhile (`BackOffice.reset_time`): ask again. A batch without anything new changes nothing.
        """
        check_kind("batch", batch, ChangeBatch)
        if batch.reader.rpartition("/")[0] != self._reader:
            raise ValidationError.single(
                "batch",
                batch.reader,
                f"a batch of {self._reader}",
                "the batch was read under another name",
                "다른 이름으로 읽은 묶음입니다. 같은 이름의 피드에서 확인해 주세요",
            )
        if batch.until is None:
            return
        if not self._ledger.acknowledge(self._account, batch.reader, batch.until, after=batch.after):
            raise StaleBatchError(
                f"reader {batch.reader!r} was set back while the batch was worked on; ask for it again "
                "(그 사이 읽은 위치가 앞으로 되돌려졌습니다. 다시 읽어 주세요)"
            )

    def _batch(self, family: RecordFamily[M], limit: int) -> ChangeBatch[M]:
        reader = f"{self._reader}/{family.name}"
        if not self._ledger.exists():
            return batch_of(reader, (), None)
        after = self._ledger.position(self._account, reader)
        records = self._ledger.changes(self._account, family.models, after=after, limit=limit)
        facts = FileFacts(self._ledger, self._account)
        return batch_of(reader, [facts.changed(family, record) for record in records], after)
