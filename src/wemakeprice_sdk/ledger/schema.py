"""The ledger's tables, as forward migrations; written once for both engines.

`{id}`, `{big}` and `{clustered}` differ between the engines; everything else is the SQL both speak.
Timestamps are whole microseconds since 1970 (UTC). A migration is never edited after a release: a new one is
added.
"""

from __future__ import annotations

from typing import Final

APPLICATION: Final = "wemakeprice-sdk-ledger"

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE accounts (
            account TEXT PRIMARY KEY, origin TEXT NOT NULL,
            holder TEXT NOT NULL DEFAULT '', fence {big} NOT NULL DEFAULT 0, expires {big} NOT NULL DEFAULT 0,
            latest {big} NOT NULL DEFAULT 0,
            audit_number {big} NOT NULL DEFAULT 0, audit_digest TEXT NOT NULL DEFAULT '')""",
        """CREATE TABLE intents (
            id {id}, account TEXT NOT NULL, operation TEXT NOT NULL, target TEXT NOT NULL, once_key TEXT,
            state TEXT NOT NULL, reason TEXT NOT NULL, rule TEXT NOT NULL, payload TEXT NOT NULL,
            worker TEXT NOT NULL, fence {big} NOT NULL, opened {big} NOT NULL, settled {big},
            detail TEXT NOT NULL DEFAULT '', resolved_by TEXT NOT NULL DEFAULT '')""",
        """CREATE UNIQUE INDEX intents_one_per_target ON intents (account, target)
            WHERE state IN ('open', 'unknown')""",
        """CREATE UNIQUE INDEX intents_once ON intents (account, once_key)
            WHERE once_key IS NOT NULL AND state IN ('open', 'unknown', 'applied', 'already_done')""",
        "CREATE INDEX intents_by_target ON intents (account, target, id)",
        """CREATE TABLE records (
            account TEXT NOT NULL, kind TEXT NOT NULL, record_key TEXT NOT NULL, status TEXT NOT NULL,
            at {big} NOT NULL, ref TEXT NOT NULL, first_seen {big} NOT NULL, last_seen {big} NOT NULL,
            body TEXT NOT NULL, sealed TEXT, personal TEXT NOT NULL, digest TEXT NOT NULL,
            PRIMARY KEY (account, kind, record_key))""",
        "CREATE INDEX records_by_time ON records (account, kind, at, record_key)",
        "CREATE INDEX records_by_status ON records (account, kind, status, at)",
        "CREATE INDEX records_by_ref ON records (account, kind, ref)",
        "CREATE INDEX records_by_personal ON records (account, kind, personal, at)",
        """CREATE TABLE watermarks (
            account TEXT NOT NULL, stream TEXT NOT NULL, moment {big} NOT NULL,
            PRIMARY KEY (account, stream))""",
        """CREATE TABLE processed (
            account TEXT NOT NULL, kind TEXT NOT NULL, item_key TEXT NOT NULL, at {big} NOT NULL,
            PRIMARY KEY (account, kind, item_key))""",
        """CREATE TABLE links (
            account TEXT NOT NULL, product_no {big} NOT NULL, option_key TEXT NOT NULL, sku TEXT NOT NULL,
            body TEXT NOT NULL, at {big} NOT NULL,
            PRIMARY KEY (account, product_no, option_key))""",
        "CREATE INDEX links_by_sku ON links (account, sku)",
        """CREATE TABLE progress (
            account TEXT NOT NULL, job TEXT NOT NULL, body TEXT NOT NULL, at {big} NOT NULL,
            PRIMARY KEY (account, job))""",
        """CREATE TABLE audit (
            account TEXT NOT NULL, number {big} NOT NULL, at {big} NOT NULL, actor TEXT NOT NULL,
            action TEXT NOT NULL, target TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL,
            digest TEXT NOT NULL, PRIMARY KEY (account, number))""",
    ),
    (
        """CREATE TABLE holds (
            account TEXT NOT NULL, kind TEXT NOT NULL, until {big} NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY (account, kind))""",
    ),
    ("CREATE INDEX intents_with_payload ON intents (account, opened, id) WHERE payload <> ''",),
    ("ALTER TABLE accounts ADD COLUMN jumped {big} NOT NULL DEFAULT 0",),
    # Pages are ordered by time and key: without both at its end, an index on the status or the reference
    # cannot give that order, and every record of the kind is read through the index on the time instead.
    (
        "DROP INDEX records_by_status",
        "CREATE INDEX records_by_status ON records (account, kind, status, at, record_key)",
        "DROP INDEX records_by_ref",
        "CREATE INDEX records_by_ref ON records (account, kind, ref, at, record_key)",
    ),
    ("CREATE TABLE shared_skus (sku TEXT PRIMARY KEY, at {big} NOT NULL)",),
    (
        """CREATE TABLE stock_accounts (
            account TEXT PRIMARY KEY, version {big} NOT NULL, seen {big} NOT NULL)""",
        """CREATE TABLE stock_offers (
            account TEXT NOT NULL, product_no {big} NOT NULL, option_key TEXT NOT NULL,
            shown {big} NOT NULL, pending {big}, mark {big} NOT NULL, fence {big} NOT NULL,
            fallen {big} NOT NULL, fallen_at {big} NOT NULL,
            PRIMARY KEY (account, product_no, option_key))""",
    ),
    # Personal values stand apart, by retention class. What `sealed` still holds moves over in pages, because
    # that takes the key; an empty text there is a record whose values were destroyed, which has to leave a
    # tombstone. A hold without a class holds everything of its kind.
    (
        """CREATE TABLE data_keys (
            number {id}, account TEXT NOT NULL, class TEXT NOT NULL, period TEXT NOT NULL,
            wrapped TEXT NOT NULL, UNIQUE (account, class, period))""",
        """CREATE TABLE personal (
            account TEXT NOT NULL, kind TEXT NOT NULL, record_key TEXT NOT NULL, class TEXT NOT NULL,
            state TEXT NOT NULL, starts {big} NOT NULL, data_key {big} NOT NULL, token TEXT NOT NULL,
            PRIMARY KEY (account, kind, record_key, class)){clustered}""",
        "CREATE INDEX personal_by_time ON personal (data_key, kind, state, starts)",
        """CREATE TABLE tombstones (
            number {id}, account TEXT NOT NULL, hmac TEXT NOT NULL, class TEXT NOT NULL, kind TEXT NOT NULL,
            fields TEXT NOT NULL, destroyed {big} NOT NULL, audit_number {big} NOT NULL,
            reason TEXT NOT NULL)""",
        "CREATE INDEX tombstones_by_record ON tombstones (account, hmac, class)",
        "CREATE INDEX tombstones_in_order ON tombstones (account, number)",
        "ALTER TABLE holds RENAME TO holds_of_kinds",
        """CREATE TABLE holds (
            account TEXT NOT NULL, kind TEXT NOT NULL, class TEXT NOT NULL, until {big} NOT NULL,
            reason TEXT NOT NULL, PRIMARY KEY (account, kind, class))""",
        """INSERT INTO holds (account, kind, class, until, reason)
            SELECT account, kind, '', until, reason FROM holds_of_kinds""",
        "DROP TABLE holds_of_kinds",
        "UPDATE records SET sealed = '' WHERE personal = 'destroyed'",
        "DROP INDEX records_by_personal",
        """CREATE INDEX records_with_sealed ON records (account, kind, record_key)
            WHERE sealed IS NOT NULL""",
    ),
    # Readers of changes ask by the time of the last save; without it every record of the kind is sorted.
    ("CREATE INDEX records_by_change ON records (account, kind, last_seen, record_key)",),
    # A stock run asks for what was shipped since a level was counted.
    (
        """CREATE INDEX intents_done ON intents (account, operation, settled, target)
            WHERE state IN ('applied', 'already_done')""",
    ),
)

VERSION: Final = len(MIGRATIONS)

META: Final = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
