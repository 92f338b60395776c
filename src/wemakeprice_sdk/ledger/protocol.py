"""The ledger's protocol: what a runner needs to survive being killed at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from wemakeprice_sdk.ledger.records import (
    AccountStanding,
    AuditEntry,
    AuditNote,
    ImportDraft,
    Intent,
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    LegalHold,
    PersonalPart,
    RecordDraft,
    SaveCount,
    StockBook,
    StockOffer,
    StoredRecord,
    Tombstone,
)
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.models.sku_matching import SkuUse


class Ledger(Protocol):
    """Keeps what was intended, what happened, what was collected, and who may act.

    Every method may raise `LedgerUnavailableError` (locked too long, full, read-only, unreachable),
    `LedgerCorruptError` and `LedgerStateError` (in a forked child; the file was deleted or replaced). An
    argument of another type raises `TypeError`, or `ValidationError` where a datetime is needed and for text
    with a NUL character; an account that was not opened raises `LedgerAccountError`. A method that takes a
    `Lease` raises `LeaseLostError` when another worker took the account over; nothing is written then. Every
    method is atomic: it is either wholly on disk when it returns, or not at all. Ledgers may be shared by
    threads and by processes; one object belongs to the process that first used it, until it is closed.
    """

    def exists(self) -> bool:
        """Return whether anything was ever kept here; where not, the first use makes file or schema."""
        ...

    def open_account(self, account: str, origin: str) -> None:
        """Register `account` at `origin` (the base URL); raise `LedgerAccountError` when it is another's.

        An empty `origin` says nothing: what an export brings needs no host.
        """
        ...

    def rebind(self, account: str, origin: str, now: datetime, *, by: str) -> str:
        """Bind an account to another origin by an operator's word; return the one before.

        The audit trail says from where to where, and `by` whom. Raises `LedgerError` while a worker holds the
        account, or while acts are open or unknown: the new host cannot say what became of them.
        """
        ...

    def acquire_lease(self, account: str, worker: str, ttl: float) -> Lease | None:
        """Take the account for `ttl` seconds, or return None while another worker holds it."""
        ...

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        """Hold the account for `ttl` seconds from now."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Give the account back; nothing happens when it is already another's."""
        ...

    def mark_time(self, lease: Lease, now: datetime, tolerance: float) -> None:
        """Record `now`; raise `ClockJumpError` when it lies over `tolerance` s before what is recorded."""
        ...

    def jumped_at(self, account: str) -> datetime | None:
        """Return the earliest time at which the clock was found to have gone back, until `reset_time`."""
        ...

    def standing(self, account: str) -> AccountStanding:
        """Return who works on the account just now, how far lists were read, and what jobs noted."""
        ...

    def reset_time(self, lease: Lease, now: datetime, back: datetime, *, by: str) -> int:
        """Forget what was recorded under a clock that ran ahead; `by` says so in the audit trail.

        Lists read beyond the time at which it was found out (or `now`) begin again at `back`; returns how
        many.
        """
        ...

    def begin(
        self, lease: Lease, draft: IntentDraft, now: datetime, *, after: IntentResult | None = None
    ) -> Intent:
        """Write an intent before its act, and with it the outcome of the act before.

        Raises `TargetBusyError` while another intent on the target is open or unknown, or when the
        effect named by `once_key` is already there; then the outcome is not written either.
        """
        ...

    def finish(self, lease: Lease, result: IntentResult, now: datetime) -> Intent:
        """Write the outcome of an open intent; raise `LedgerError` for one that has it already."""
        ...

    def resolve(self, account: str, intent_id: int, state: IntentState, now: datetime, *, by: str) -> Intent:
        """Write the outcome that an operator found; `by` is the operator, and nobody else.

        For unknown ones, and for open ones that no worker is at any more; `LedgerError` for others. Raises
        `ValidationError` when `by` is not one line of 1 to 100 characters.
        """
        ...

    def active_intents(self, account: str, state: IntentState | None = None) -> tuple[Intent, ...]:
        """Return the open and unknown intents, oldest first."""
        ...

    def intents(self, account: str, *, target: str | None = None, limit: int = 1000) -> tuple[Intent, ...]:
        """Return intents, newest first."""
        ...

    def is_done(self, account: str, once_keys: Iterable[str]) -> frozenset[str]:
        """Return those of `once_keys` whose effect is there."""
        ...

    def done_since(self, account: str, operation: str, since: datetime) -> Mapping[str, datetime]:
        """Return the targets of an operation that was found done at `since` or later, and when."""
        ...

    def save(
        self,
        lease: Lease,
        records: Iterable[RecordDraft],
        now: datetime,
        *,
        watermark: tuple[str, datetime] | None = None,
        audit: AuditNote | None = None,
    ) -> SaveCount:
        """Keep records and, in the same transaction, move a watermark forwards.

        Masked values (`***`) never overwrite clear ones; what retention took away stays away. `audit` goes
        into the trail when a record is new or changed.
        """
        ...

    def record(self, account: str, kind: str, key: str) -> StoredRecord | None:
        """Return one record."""
        ...

    def records(
        self,
        account: str,
        kind: str,
        *,
        status: str | None = None,
        ref: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[StoredRecord]:
        """Yield records by business time, then key; `since` included, `until` left out.

        They are read in pages: what is saved meanwhile may be among them.
        """
        ...

    def keys(self, account: str, kind: str, *, status: str | None = None) -> tuple[str, ...]:
        """Return the keys of records by business time, then key, without reading the records."""
        ...

    def count(self, account: str, kind: str, status: str | None = None) -> int:
        """Count records."""
        ...

    def oldest(
        self, account: str, kind: str, status: str, *, since: datetime | None = None
    ) -> datetime | None:
        """Return the timestamp of the oldest record in a state, looking back to `since`."""
        ...

    def watermark(self, account: str, stream: str) -> datetime | None:
        """Return the timestamp up to which `stream` is complete."""
        ...

    def changes(
        self, account: str, kinds: Iterable[str], *, after: datetime | None = None, limit: int = 500
    ) -> tuple[StoredRecord, ...]:
        """Return the records saved after `after`, by the time they were last saved (`last_seen`).

        About `limit` of them, and always all that were saved together: behind the `last_seen` of the last
        one nothing comes late, whatever time a record belongs to.
        """
        ...

    def position(self, account: str, cursor: str) -> datetime | None:
        """Return how far the reader named `cursor` acknowledged the changes."""
        ...

    def acknowledge(self, account: str, cursor: str, until: datetime, *, after: datetime | None) -> bool:
        """Remember that a reader has what was saved after `after`, up to `until`; needs no lease.

        False, and nothing is remembered, when the position was set back before `after` meanwhile. A position
        never moves back here. Raises `ValidationError` when `cursor` is not one line of 1 to 100 characters.
        """
        ...

    def mark_processed(self, lease: Lease, kind: str, keys: Iterable[str], now: datetime) -> None:
        """Remember that these keys need no more work."""
        ...

    def processed(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        """Return those of `keys` that were processed."""
        ...

    def register(
        self,
        lease: Lease,
        record: RecordDraft,
        now: datetime,
        *,
        links: Iterable[SkuLink] = (),
        export: RecordDraft | None = None,
        shared: Iterable[str] = (),
    ) -> bool:
        """Take over an imported product or deal, wholly; False when it was there before.

        With it come its links and, out of a file, what the `export` said. `shared` are codes that the seller
        said are one SKU wherever they stand.
        """
        ...

    def register_all(self, lease: Lease, drafts: Iterable[ImportDraft], now: datetime) -> tuple[bool, ...]:
        """Take over imported products and deals like `register`: all of them, or none when one is refused.

        Returns for each whether it was new. Other writers of the account wait until all are in, so hand over
        a hundred at once, not a whole shop.
        """
        ...

    def registered(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        """Return those of `keys` that were registered."""
        ...

    def put_links(
        self, lease: Lease, links: Iterable[SkuLink], now: datetime, *, instead_of: Iterable[SkuLink] = ()
    ) -> None:
        """Add or replace links, by product and option; those they stand `instead_of` are taken away first."""
        ...

    def links(self, account: str, *, sku: str | None = None) -> tuple[SkuLink, ...]:
        """Return the links; those to a SKU are the kits that hold it too."""
        ...

    def accounts(self) -> tuple[str, ...]:
        """Return the accounts of the ledger, by name; stock of a SKU is what they share."""
        ...

    def sku_uses(self) -> tuple[SkuUse, ...]:
        """Return which option of which account is linked to which SKU, over all accounts; without kits."""
        ...

    def shared_skus(self) -> frozenset[str]:
        """Return the SKUs that the seller said are one thing wherever they stand."""
        ...

    def share_skus(
        self, lease: Lease, skus: Iterable[str], now: datetime, *, by: str, shared: bool = True
    ) -> int:
        """Remember, or with `shared=False` forget, that these SKUs are one thing over all accounts.

        The audit trail says so, with `by` whom; returns how many changed. Raises `ValidationError` when `by`
        is not one line of 1 to 100 characters.
        """
        ...

    def stock_book(self, account: str, products: Iterable[int] | None = None) -> StockBook:
        """Return what the links of an account offer at most; of `products` only, where they are given."""
        ...

    def reserve_stock(
        self,
        lease: Lease,
        offers: Iterable[StockOffer],
        *,
        versions: Mapping[str, int],
        seen: datetime | None = None,
    ) -> bool:
        """Write what links of the account are about to offer, before any call.

        False, and nothing is written, when an account wrote since its book had the version named here: what
        was decided upon it may not hold any more. `seen` is the stamp of the last save whose orders are taken
        off the offers.
        """
        ...

    def put_progress(self, lease: Lease, job: str, progress: Mapping[str, JsonValue], now: datetime) -> None:
        """Keep how far a long job came."""
        ...

    def progress(self, account: str, job: str) -> Mapping[str, JsonValue] | None:
        """Return how far a long job came."""
        ...

    def set_hold(self, lease: Lease, hold: LegalHold, now: datetime) -> None:
        """Put the personal data of one kind, or the `intent` payloads, under legal hold.

        With a `retention_class` only the fields of that class: telephone numbers may go while what proves a
        contract stays. The reason is written into the audit trail: it must name nobody. Raises
        `ValidationError` for an unknown kind and a reason that is not one line of 1 to 200 characters.
        """
        ...

    def holds(self, account: str) -> tuple[LegalHold, ...]:
        """Return the legal holds."""
        ...

    def mask_personal(
        self,
        lease: Lease,
        kind: str,
        before: datetime | None,
        now: datetime,
        *,
        limit: int = 500,
        retention_class: RetentionClass | None = None,
        keys: Iterable[str] | None = None,
    ) -> int:
        """Mask personal data of at most `limit` records whose period began before `before`; return how many.

        Of one retention class, or of all; of the records named by `keys`, or of all: `before` may be None
        only with `keys`. The period begins as `PersonalPart` says. What stands under a hold is left alone.
        Call it until it returns 0: a ledger is locked for one call, and others write between two. Raises
        `ValidationError` for a kind without personal data.
        """
        ...

    def destroy_personal(
        self,
        lease: Lease,
        kind: str,
        before: datetime | None,
        now: datetime,
        *,
        limit: int = 500,
        retention_class: RetentionClass | None = None,
        keys: Iterable[str] | None = None,
        reason: str = "",
    ) -> int:
        """Destroy personal data of at most `limit` records, chosen as by `mask_personal`; return how many.

        Their values are deleted, and with the last value of a class and month its data key. Each class of
        each record leaves a tombstone: it never comes in again, from the marketplace or a file. Without a
        `retention_class`, and where no hold is in the way, nothing personal of the record ever does. Of kind
        `intent` it empties the payloads of intents that are finished; there `keys` are their numbers, and
        no data key goes with them: they are under the cipher itself, and gone once `scrub` rewrote the files.
        `reason` (one line of at most 120 characters that names nobody) stands in the register and the trail.
        """
        ...

    def due_personal(
        self,
        account: str,
        kind: str,
        now: datetime,
        mask_before: datetime | None,
        destroy_before: datetime | None,
        *,
        retention_class: RetentionClass | None = None,
    ) -> tuple[int, int]:
        """Count the records due to be masked and to be destroyed; what is destroyed is not masked before."""
        ...

    def personal_parts(
        self,
        account: str,
        kind: str,
        *,
        retention_class: RetentionClass | None = None,
        before: datetime | None = None,
    ) -> Iterator[PersonalPart]:
        """Yield which personal values stand in records of a kind, whose period began before `before`."""
        ...

    def mentioning(self, account: str, kind: str, values: Iterable[str]) -> Iterator[StoredRecord]:
        """Yield the records that have one of `values` (a name, a telephone number) as a personal value.

        Letters and digits are compared, +82 as 0; a value inside a longer text is not found. Every record of
        the kind is decrypted for it.
        """
        ...

    def tombstones(self, account: str, *, after: int = 0) -> Iterator[Tombstone]:
        """Yield what was destroyed, in order, from the line behind number `after`."""
        ...

    def key_hmac(self, account: str, kind: str, key: str) -> str:
        """Return the keyed digest under which a tombstone names a record."""
        ...

    def scrub(self) -> None:
        """Rewrite the files of the ledger, so that nothing removed or overwritten is left in them.

        Others wait meanwhile, about as long as a copy of the ledger takes; raises `LedgerUnavailableError`
        when they do not let it. What lies outside of the ledger's own files keeps what it holds: backups, and
        for PostgreSQL its write-ahead log and rows that an older open transaction can still see.
        """
        ...

    def note(self, lease: Lease, action: str, target: str, detail: str, now: datetime) -> None:
        """Add a line to the audit trail."""
        ...

    def audit(self, account: str, *, after: int = 0) -> Iterator[AuditEntry]:
        """Yield the audit trail in order, from the line behind number `after`."""
        ...

    def audit_head(self, account: str) -> tuple[int, str]:
        """Return number and digest of the last audit line, from their own place."""
        ...

    def close(self) -> None:
        """Close every connection; the ledger opens again when it is used."""
        ...

    def __enter__(self) -> Self:
        """Return the ledger itself."""
        ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Close."""
        ...
