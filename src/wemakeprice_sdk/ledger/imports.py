"""What was imported and how far jobs came: products and deals with their SKU links, progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, cast

from wemakeprice_sdk.checks import check_items, check_kind, items_of
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.base import AccountRow, append_audit, override
from wemakeprice_sdk.ledger.collection import LedgerCollection, save_records
from wemakeprice_sdk.ledger.encryption import RowCipher, dump, load
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.reading import find_record
from wemakeprice_sdk.ledger.records import ImportDraft, Lease, RecordDraft
from wemakeprice_sdk.ledger.saving import check_draft
from wemakeprice_sdk.ledger.skus import checked_skus, insert_shared, option_cell, read_option_cell
from wemakeprice_sdk.ledger.timestamps import to_micros
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink, SkuPart

_LINK_FLAGS: Final = ("stock_sync", "runple", "never_pushed", "zero_acknowledged")


class LedgerImports(LedgerCollection):
    """Imported products and deals, SKU links, progress of long jobs."""

    @override
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
        check_items("links", links)
        check_items("shared", shared)
        (new,) = self.register_all(lease, [ImportDraft(record, tuple(links), export, tuple(shared))], now)
        return new

    @override
    def register_all(self, lease: Lease, drafts: Iterable[ImportDraft], now: datetime) -> tuple[bool, ...]:
        wanted = _checked_imports(drafts)
        with self._write_for(lease) as (transaction, row):
            row_cipher = self._row_cipher(transaction)
            return tuple(
                _register(transaction, row_cipher, row, draft, now, lease.worker) for draft in wanted
            )

    @override
    def registered(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        require_text("kind", kind)
        return self.processed(account, _registered_kind(kind), keys)

    @override
    def put_links(
        self, lease: Lease, links: Iterable[SkuLink], now: datetime, *, instead_of: Iterable[SkuLink] = ()
    ) -> None:
        wanted, unwanted = _checked_links(links, "links"), _checked_links(instead_of, "instead_of")
        with self._write_for(lease) as (transaction, row):
            _delete_links(transaction, row.account, unwanted)
            _insert_links(transaction, row.account, wanted, now)

    @override
    def links(self, account: str, *, sku: str | None = None) -> tuple[SkuLink, ...]:
        if sku is not None:
            require_text("sku", sku)
        with self._read(account) as transaction:
            return _find_links(transaction, account, sku)

    @override
    def put_progress(self, lease: Lease, job: str, progress: Mapping[str, JsonValue], now: datetime) -> None:
        require_text("job", job)
        check_kind("progress", progress, Mapping)
        micros = to_micros(now, "now")
        with self._write_for(lease) as (transaction, row):
            transaction.many(
                "INSERT INTO progress (account, job, body, at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (account, job) DO UPDATE SET body = excluded.body, at = excluded.at",
                [(row.account, job, dump(progress), micros)],
            )

    @override
    def progress(self, account: str, job: str) -> Mapping[str, JsonValue] | None:
        require_text("job", job)
        with self._read(account) as transaction:
            sql = "SELECT body FROM progress WHERE account = ? AND job = ?"
            rows = transaction.rows(sql, account, job)
            return load(text(rows[0][0])) if rows else None


def _checked_imports(drafts: Iterable[ImportDraft]) -> tuple[ImportDraft, ...]:
    checked = items_of("drafts", drafts, ImportDraft)
    for draft in checked:
        check_draft(draft.record, "record")
        if draft.export is not None:
            check_draft(draft.export, "export")
        _checked_links(draft.links, "links")
        checked_skus(draft.shared, "shared")
    return checked


def _register(
    transaction: Transaction,
    row_cipher: RowCipher,
    row: AccountRow,
    draft: ImportDraft,
    now: datetime,
    worker: str,
) -> bool:
    """Take over one import; False when it is known."""
    record, export = draft.record, draft.export
    insert_shared(transaction, row, draft.shared, now, worker)
    if not _mark_registered(transaction, row.account, record, now):
        return False
    drafts, links = [record], draft.links
    if export is not None:
        # What the API gave says more than an export does.
        known = find_record(transaction, row_cipher, row.account, record.kind, record.key)
        drafts = [record, export] if known is None else [export]
        linked = {link.sku for link in _find_links(transaction, row.account, product_no=record.key)}
        links = tuple(link for link in links if link.sku not in linked)
    save_records(transaction, row_cipher, row.account, drafts, now)
    _insert_links(transaction, row.account, links, now)
    origin = "from the API" if export is None else "from an export"
    append_audit(transaction, row, worker, "register", f"{record.kind}:{record.key}", origin, now)
    return True


def _registered_kind(kind: str) -> str:
    """Return the stored name under which imported products or deals are remembered."""
    return f"imported-{kind}"


def _mark_registered(transaction: Transaction, account: str, record: RecordDraft, now: datetime) -> bool:
    """Remember an import; False when it is known."""
    found = transaction.rows(
        "INSERT INTO processed (account, kind, item_key, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING RETURNING item_key",
        account,
        _registered_kind(record.kind),
        record.key,
        to_micros(now, "now"),
    )
    return bool(found)


def _checked_links(links: Iterable[SkuLink], name: str) -> list[SkuLink]:
    check_items(name, links)
    checked = list(links)
    for link in checked:
        check_kind(name, link, SkuLink)
        for words in (link.sku or "", *link.option_key, *(part.sku for part in link.parts)):
            require_text(name, words)
    return checked


def _insert_links(transaction: Transaction, account: str, links: Iterable[SkuLink], now: datetime) -> None:
    """Insert or replace links."""
    transaction.many(
        "INSERT INTO links (account, product_no, option_key, sku, body, at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (account, product_no, option_key) DO UPDATE SET "
        "sku = excluded.sku, body = excluded.body, at = excluded.at",
        [_link_row(account, link, now) for link in links],
    )


def _delete_links(transaction: Transaction, account: str, links: Iterable[SkuLink]) -> None:
    """Take links away."""
    transaction.many(
        "DELETE FROM links WHERE account = ? AND product_no = ? AND option_key = ?",
        [(account, link.product_no, option_cell(link.option_key)) for link in links],
    )


def _find_links(
    transaction: Transaction, account: str, sku: str | None = None, *, product_no: str | None = None
) -> tuple[SkuLink, ...]:
    """Return links, ordered by product and option."""
    condition = "account = ?"
    values: list[SqlValue] = [account]
    if product_no is not None:
        condition += " AND product_no = ?"
        values.append(int(product_no))
    if sku is not None:
        # A kit names its SKUs in its body.
        condition += " AND (sku = ? OR sku = '')"
        values.append(sku)
    rows = transaction.rows(
        "SELECT product_no, sku, option_key, body FROM links "  # noqa: S608
        f"WHERE {condition} ORDER BY product_no, option_key",
        *values,
    )
    links = (_read_link(row) for row in rows)
    return tuple(link for link in links if sku is None or any(part.sku == sku for part in link.needs))


def _link_row(account: str, link: SkuLink, now: datetime) -> tuple[SqlValue, ...]:
    body: dict[str, object] = {name: getattr(link, name) for name in _LINK_FLAGS}
    if link.parts:
        body["parts"] = [[part.sku, part.quantity] for part in link.parts]
    text_body = dump({**body, "mode": link.mode.value})
    return (
        account,
        link.product_no,
        option_cell(link.option_key),
        link.sku or "",
        text_body,
        to_micros(now, "now"),
    )


def _read_link(row: SqlRow) -> SkuLink:
    body = load(text(row[3]))
    flags = {name: bool(body.get(name)) for name in _LINK_FLAGS}
    parts = cast("list[tuple[str, int]]", body.get("parts") or ())
    return SkuLink(
        product_no=whole(row[0]),
        sku=text(row[1]) or None,
        option_key=read_option_cell(row[2]),
        mode=SkuLinkMode(str(body.get("mode"))),
        parts=tuple(SkuPart(name, quantity) for name, quantity in parts),
        **flags,
    )
