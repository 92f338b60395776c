"""The runner's ledger as the place an Excel import goes to (엑셀 가져오기)."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from types import TracebackType
from typing import Self, cast

from attrs import asdict

from wemakeprice_sdk.checks import check_items, check_kind, items_of
from wemakeprice_sdk.clock import Clock, SystemClock
from wemakeprice_sdk.errors import LeaseLostError, LedgerAccountError, LedgerUnavailableError
from wemakeprice_sdk.excel import DealImport, DealRecord, OptionRecord, ProductImport, ProductRecord
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.protocol import Ledger
from wemakeprice_sdk.ledger.records import ImportDraft, Lease, RecordDraft
from wemakeprice_sdk.models import Deal, JsonValue, Product
from wemakeprice_sdk.models._base import OpenEnum
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.sku_matching import SkuUse
from wemakeprice_sdk.policy.imports import links_of
from wemakeprice_sdk.runner.conversion import TEMPLATES, deal_draft, product_draft
from wemakeprice_sdk.runner.settings import RunnerSettings, worker_name
from wemakeprice_sdk.wire.converter import read
from wemakeprice_sdk.wire.windows import format_timestamp


class LedgerTarget:
    """Takes over what was chosen from a preview into the ledger that the runner of the account works with.

    It is `ImportRegistry`, `ImportTarget` and `BatchTarget`. A product or deal goes in wholly: its record,
    its SKU links, what the export said, and that it was imported; a commit puts up to a hundred of them into
    one transaction. The record has the form of the API's, so that the jobs know it (stock, sale periods,
    templates). Nothing goes to the marketplace.

    It holds the lease of the account from the first import to `close`, so that no worker acts on the account
    meanwhile; use it in a `with` block. `templates_known` says that the templates need not be imported first:
    for a marketplace that can no longer be asked for them.

    Imports raise `LedgerUnavailableError` while another worker holds the account, `LeaseLostError` when it
    was taken over, `LedgerAccountError` for an import of another account, and the errors of the ledger. A
    commit turns them into a `CommitError` that says how far it came; run again, it goes on.
    """

    def __init__(
        self,
        ledger: Ledger,
        account: str,
        *,
        worker: str | None = None,
        templates_known: bool = False,
        settings: RunnerSettings | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        check_kind("ledger", ledger, Ledger, hint="such as SqliteLedger(path, cipher)")
        require_text("account", account, hint="the seller_id of a ChannelConfig")
        if worker is not None:
            require_text("worker", worker)
        check_kind("settings", settings, RunnerSettings, optional=True)
        check_kind("clock", clock, Clock, optional=True)
        self._ledger = ledger
        self._account = account
        self._worker = worker or worker_name(secrets.token_hex(4))
        self._templates_known = templates_known
        self._ttl = (settings or RunnerSettings()).lease_ttl
        self._clock = clock or SystemClock()
        self._monotonic = monotonic
        self._lease: Lease | None = None
        self._renew_at = 0.0

    def templates_imported(self, seller_id: str) -> bool:
        """Return whether the runner imported the shipping templates, or need not."""
        self._check(seller_id)
        return self._templates_known or self._ledger.progress(self._account, TEMPLATES) is not None

    def known_products(self, seller_id: str, product_nos: Sequence[int]) -> AbstractSet[int]:
        """Return those of the products that were imported, by whatever way."""
        return self._known(seller_id, RecordKind.PRODUCT, product_nos)

    def known_deals(self, seller_id: str, deal_nos: Sequence[int]) -> AbstractSet[int]:
        """Return those of the deals that were imported."""
        return self._known(seller_id, RecordKind.DEAL, deal_nos)

    def import_product(self, item: ProductImport) -> bool:
        """Add a product with its SKU links; return whether it was new."""
        check_kind("item", item, ProductImport)
        return self._register([item])[0]

    def import_deal(self, item: DealImport) -> bool:
        """Add a deal; return whether it was new."""
        check_kind("item", item, DealImport)
        return self._register([item])[0]

    def import_all(self, items: Sequence[ProductImport | DealImport]) -> Sequence[bool]:
        """Add products and deals in one transaction, or none of them; return for each whether it was new."""
        return self._register(items_of("items", items, ProductImport, DealImport))

    def close(self) -> None:
        """Give the account back; nothing happens a second time."""
        lease, self._lease = self._lease, None
        if lease is not None:
            self._ledger.release_lease(lease)

    def __enter__(self) -> Self:
        """Return the target itself."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Close."""
        self.close()

    def _check(self, seller_id: str) -> None:
        require_text("seller_id", seller_id)
        if seller_id != self._account:
            raise LedgerAccountError(f"this target is for account {self._account!r}, not for {seller_id!r}")

    def _known(self, seller_id: str, kind: RecordKind, numbers: Sequence[int]) -> AbstractSet[int]:
        self._check(seller_id)
        check_items("numbers", numbers)
        found = self._ledger.registered(self._account, kind, [str(number) for number in numbers])
        return frozenset(int(key) for key in found)

    def sku_uses(self) -> Iterable[SkuUse]:
        """Return which options are linked to which SKUs, over all accounts of the ledger."""
        return self._ledger.sku_uses()

    def shared_skus(self) -> AbstractSet[str]:
        """Return the SKUs that the seller said are one thing wherever they stand."""
        return self._ledger.shared_skus()

    def _register(self, items: Sequence[ProductImport | DealImport]) -> tuple[bool, ...]:
        for item in items:
            self._check(item.seller_id)
        now = self._clock.now()
        drafts = [_draft(item, now) for item in items]
        lease = self._held()
        try:
            return self._ledger.register_all(lease, drafts, now)
        except LeaseLostError:
            self._lease = None
            raise

    def _held(self) -> Lease:
        timestamp = self._monotonic()
        if self._lease is None:
            self._ledger.open_account(self._account, "")
            self._lease = self._ledger.acquire_lease(self._account, self._worker, self._ttl)
            if self._lease is None:
                raise LedgerUnavailableError(f"account {self._account!r} is held by another worker just now")
        elif timestamp >= self._renew_at:
            self._lease = self._ledger.renew_lease(self._lease, self._ttl)
        else:
            return self._lease
        self._renew_at = timestamp + self._ttl / 3
        return self._lease


def _draft(item: ProductImport | DealImport, now: datetime) -> ImportDraft:
    if isinstance(item, DealImport):
        deal = read(Deal, deal_body(item.record))
        return ImportDraft(
            deal_draft(deal, now), export=_export_draft("deal", item, now, row_extras=item.row_extras)
        )
    product, choice = read(Product, product_body(item.record)), item.sku
    links = links_of(
        product, choice.link, stock_sync=choice.stock_sync, scheme=choice.scheme, runple=item.runple
    )
    export = _export_draft("product", item, now, option_extras=item.option_extras)
    return ImportDraft(product_draft(product, now), tuple(links), export, item.shared_skus)


def product_body(record: ProductRecord) -> dict[str, JsonValue]:
    """Return a product of an export in the form of the contract's product, as far as the export knows it."""
    names = Counter(option.name for option in record.options)
    rows: list[JsonValue] = [
        {
            "optionValue1": option.name or option.seller_option_code or str(option.option_no),
            # Names that stand twice are told apart by what else there is.
            "optionValue2": _other_name(option) if names[option.name] > 1 and option.name else None,
            "sellerOptionCode": option.seller_option_code,
            "stockCount": option.stock_count,
            "saleStatus": _plain(option.status),
            "optAddPrice": option.add_price,
        }
        for option in record.options
    ]
    return {
        "productNo": record.product_no,
        "basic": {
            "productName": record.product_name,
            "dcateCode": record.category_code,
            "shipPolicyNo": record.shipping_template_no,
            "displayYn": _plain(record.display),
            "brandNo": record.brand_no,
            "makerNo": record.maker_no,
            "productStatusName": _plain(record.product_status),
        },
        "sale": {
            "saleStartDate": _plain(record.sale_start),
            "saleEndDate": _plain(record.sale_end),
            "originPrice": record.origin_price,
            "salePrice": record.sale_price,
            "stockCount": record.stock_count,
            "taxYn": _plain(record.taxable),
        },
        "option": {"selectOptionUseYn": _plain(bool(rows)), "selectOptionValueList": rows},
        "etc": {"sellerProdCode": record.seller_product_code},
    }


def _other_name(option: OptionRecord) -> str:
    return option.seller_option_code or str(option.option_no or option.row)


def deal_body(record: DealRecord) -> dict[str, JsonValue]:
    """Return a deal of an export in the form of the contract's deal, as far as the export knows it. [C]"""
    return {
        "dealNo": record.deal_no,
        "basic": {
            "dealName": record.deal_name,
            "dealStatusName": _plain(record.deal_status),
            "displayYn": _plain(record.display),
        },
        "sale": {
            "salePrice": record.sale_price,
            "saleStartDate": _plain(record.sale_start),
            "saleEndDate": _plain(record.sale_end),
        },
        "productList": [{"productNo": number} for number in record.product_nos],
    }


def _export_draft(kind: str, item: ProductImport | DealImport, now: datetime, **more: object) -> RecordDraft:
    """Keep everything a row of an export said, known or not."""
    row = {**asdict(item.record, recurse=True), "extras": item.extras, **more}
    number = item.record.product_no if isinstance(item, ProductImport) else item.record.deal_no
    body = cast("dict[str, JsonValue]", _plain_all(row))
    return RecordDraft(RecordKind.EXPORT, f"{kind}/{number}", "IMPORTED", now, body, str(number))


def _plain_all(value: object) -> JsonValue:
    if isinstance(value, Mapping):
        return {str(name): _plain_all(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_all(one) for one in value]
    return _plain(value)


def _plain(value: object) -> str | int | float | None:
    """Return a value as the wire spells it."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, OpenEnum):
        return value.value
    if isinstance(value, datetime):
        return format_timestamp(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)
