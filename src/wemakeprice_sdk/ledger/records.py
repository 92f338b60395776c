"""What the ledger holds: leases, intents, collected records, links, audit entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: F401 - JsonValue is spelt with it
from datetime import datetime
from enum import StrEnum

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.models.sku_links import SkuLink


class IntentState(StrEnum):
    """Where an intent stands."""

    OPEN = "open"
    """Written before the act; no outcome yet."""
    APPLIED = "applied"
    """The marketplace did it."""
    ALREADY_DONE = "already_done"
    """It had been done before, with the same values."""
    REFUSED = "refused"
    """The marketplace answered and refused; nothing changed."""
    NOT_APPLIED = "not_applied"
    """A read verified that it did not happen; it may be planned again."""
    UNKNOWN = "unknown"
    """No read can verify it; an operator decides, and its target is blocked until then."""

    @property
    def is_active(self) -> bool:
        """Return whether the intent still blocks its target."""
        return self in (IntentState.OPEN, IntentState.UNKNOWN)

    @property
    def is_done(self) -> bool:
        """Return whether the effect is there."""
        return self in (IntentState.APPLIED, IntentState.ALREADY_DONE)


@frozen
class Lease:
    """The right to act on one account, until `expires_at` (KST), under the fencing number `fence`.

    The number grows each time the account changes hands; the ledger refuses writes under a smaller one.
    """

    account: str
    worker: str
    fence: int
    expires_at: datetime


@frozen(kw_only=True)
class AccountStanding:
    """Where an account stands in the ledger: who works on it, how far lists were read, what jobs noted.

    `holder` has the lease until `expires_at`; None when nobody has. `watermarks` is by stream, `progress` by
    job.
    """

    holder: str | None = None
    expires_at: datetime | None = None
    watermarks: Mapping[str, datetime] = field(factory=dict)
    progress: Mapping[str, Mapping[str, JsonValue]] = field(factory=dict)


@frozen
class IntentDraft:
    """What is about to be done to one target.

    `operation` is the contract's operationId, `target` what the act touches (`bundle:1001`), `payload`
    the arguments of the call (stored encrypted), `reason` and `rule` why. `once_key` names an effect
    that must happen at most once ever, such as `confirm:1001`; None when repeating is normal.
    """

    operation: str
    target: str
    payload: Mapping[str, JsonValue] = field(factory=dict, repr=False)
    once_key: str | None = None
    reason: str = ""
    rule: str = ""


@frozen
class Intent:
    """One intent as the ledger holds it; times in KST. `payload` is empty once retention took it away."""

    id: int
    account: str
    operation: str
    target: str
    state: IntentState
    opened_at: datetime
    worker: str
    fence: int
    payload: Mapping[str, JsonValue] = field(factory=dict, repr=False)
    once_key: str | None = None
    reason: str = ""
    rule: str = ""
    detail: str = ""
    finished_at: datetime | None = None
    resolved_by: str = ""


@frozen
class IntentResult:
    """What became of an open intent; `detail` is free of personal data."""

    intent: Intent
    state: IntentState
    detail: str = ""


@frozen(kw_only=True)
class StockOffer:
    """What one link offers at most: its stock at the marketplace, and what was sold of it and not collected.

    `shown` holds before a write that has no outcome yet, `pending` after it (None: none is under way), and
    `state` is where that write stands, None before its intent. `fallen` units vanished from the stock without
    an order that explains them, first seen at `fallen_at`. `mark` is the ledger's own; without it the next
    write that is begun is the one `pending` belongs to.
    """

    account: str
    product_no: int
    option_key: tuple[str, ...] = ()
    shown: int = 0
    pending: int | None = None
    state: IntentState | None = None
    mark: tuple[int, int] | None = None
    fallen: int = 0
    fallen_at: datetime | None = None

    @property
    def key(self) -> tuple[int, tuple[str, ...]]:
        """Product number and option key."""
        return self.product_no, self.option_key

    def most(self, *, own: bool) -> int:
        """Return what the link offers at most.

        A refused write changed nothing, and an unknown one may have: then the larger of both counts. Only the
        `own` account, which holds the lease, knows that a write without an intent never began.
        """
        if self.pending is None or (own and self.state is None):
            return self.shown
        if self.state is None or self.state.is_active:
            return max(self.shown, self.pending)
        return self.pending if self.state.is_done else self.shown


@frozen
class StockBook:
    """The offers of an account. `version` moves with every write; orders saved up to `seen` are taken off."""

    account: str
    version: int = 0
    seen: datetime | None = None
    offers: tuple[StockOffer, ...] = ()


@frozen
class RecordDraft:
    """One thing read from the marketplace, to be kept.

    `kind` is one of `RecordKind`, `key` its natural key, `status` a short word to search by, `at` the
    timestamp it belongs to (KST; the retention period counts from it), `body` the decoded JSON as it came.
    `ref` is the key it is searched by from elsewhere (the bundle of a claim).
    """

    kind: str
    key: str
    status: str
    at: datetime
    body: Mapping[str, JsonValue] = field(repr=False)
    ref: str = ""


@frozen
class ImportDraft:
    """One imported product or deal to be registered: its record and its SKU links.

    `export` is what a file said, None for what the API gave. `shared` are codes that the seller said are one
    SKU wherever they stand.
    """

    record: RecordDraft
    links: tuple[SkuLink, ...] = ()
    export: RecordDraft | None = None
    shared: tuple[str, ...] = ()


@frozen
class AuditNote:
    """A line for the audit trail that goes with a save: who did what to what; `detail` names nobody."""

    actor: str
    action: str
    target: str
    detail: str


class PersonalState(StrEnum):
    """What is left of the personal data of a record."""

    NONE = "none"
    CLEAR = "clear"
    MASKED = "masked"
    """All of it stands, and some or all is covered."""
    PARTIAL = "partial"
    """Some retention classes of it are destroyed, others stand."""
    DESTROYED = "destroyed"


@frozen
class StoredRecord:
    """One record as the ledger holds it; `body` is complete unless retention masked or destroyed parts."""

    account: str
    kind: str
    key: str
    status: str
    at: datetime
    ref: str
    first_seen: datetime
    last_seen: datetime
    personal: PersonalState
    body: Mapping[str, JsonValue] = field(repr=False)


@frozen
class SaveCount:
    """How many records of one call were new, changed or as before."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: SaveCount) -> SaveCount:
        return SaveCount(self.new + other.new, self.changed + other.changed, self.same + other.same)


@frozen
class LegalHold:
    """A hold on masking and destroying personal data of one kind (법정 보존), until a timestamp (KST).

    `kind` is a record kind with personal data, or `intent` for everything that was sent; what was sent about
    a bundle, claim, question or inquiry also stands under the hold of that kind. With a `retention_class` the
    hold is on the fields of that class alone; without, on everything of the kind. `reason` names nobody.
    """

    account: str
    kind: str
    until: datetime
    reason: str
    retention_class: RetentionClass | None = None


@frozen
class PersonalPart:
    """The personal values of one retention class in one record, as they stand; never the values themselves.

    `state` is clear or masked. The period of retention counts from `starts_at` (KST): when a bundle was
    delivered or a claim closed, as far as that is known, and the record's own time `at` otherwise.
    """

    kind: str
    key: str
    retention_class: RetentionClass
    state: PersonalState
    starts_at: datetime
    at: datetime
    status: str
    ref: str


@frozen
class Tombstone:
    """What was destroyed: a line of the destruction register (파기 관리대장), which names nobody.

    `key_hmac` is the keyed digest of the natural key, the same for a fact of the marketplace and of a file;
    `fields` are the names of what was destroyed. `by` is the worker, `reason` what the caller said. Equal
    `audit_number`s are one act; the audit line holds the digest of its lines (`register_digest`).
    """

    account: str
    number: int
    kind: str
    retention_class: RetentionClass
    key_hmac: str
    fields: tuple[str, ...]
    destroyed_at: datetime
    by: str
    reason: str
    audit_number: int


@frozen
class AuditEntry:
    """One line of the audit trail: who did what when; never personal data but the operator's own name.

    `digest` covers every field and the digest of the line before, so a changed, missing or moved line
    shows.
    """

    account: str
    number: int
    at: datetime
    actor: str
    action: str
    target: str
    detail: str
    previous: str
    digest: str
