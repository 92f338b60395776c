"""What the marketplace or the ledger holds: orders, claims, CS, products, templates, deals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wemakeprice_sdk.cli import inputs
from wemakeprice_sdk.cli.console import Bilingual, CommandError, Console
from wemakeprice_sdk.cli.jobs import carry_out
from wemakeprice_sdk.cli.shop import Shop, source_option, with_shop
from wemakeprice_sdk.cli.words import (
    FILE,
    NUMBER,
    Choice,
    dry_run,
    group,
    member_of,
    now_or,
    option,
    output,
    personal,
    since,
    until,
    words_of,
    yes,
)
from wemakeprice_sdk.models._html import korean_columns, korean_rows
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, OrderDateType, ShipStatus

if TYPE_CHECKING:
    from wemakeprice_sdk.models.tables import TableRow, Tabular

ORDER = (
    "bundle_no",
    "pay_date",
    "delivery_ship_status",
    "product_name",
    "option_name",
    "option_qty",
    "delivery_name",
    "delivery_parcel_company",
    "delivery_invoice_no",
)
CLAIM = (
    "claim_bundle_no",
    "bundle_no",
    "claim_type",
    "claim_status",
    "request_date",
    "claim_reason",
    "product_name",
    "option_name",
    "option_qty",
)
PRODUCT = (
    "product_no",
    "product_name",
    "product_status_name",
    "sale_status_name",
    "sale_price",
    "sale_end_date",
)
STORED_PRODUCT = (
    "product_no",
    "basic_product_name",
    "basic_product_status_name",
    "sale_sale_price",
    "sale_stock_count",
    "sale_sale_end_date",
)
DEAL = ("deal_no", "deal_name", "deal_status_name", "sale_price", "sale_end_date", "product_count")
STORED_DEAL = (
    "deal_no",
    "basic_deal_name",
    "basic_deal_status_name",
    "sale_sale_price",
    "product_no",
    "product_name",
)
TEMPLATE = (
    "shipping_template_no",
    "shipping_template_name",
    "ship_method",
    "ship_type",
    "ship_fee",
    "free_condition",
    "claim_ship_fee",
    "release_day",
)
CS = {
    "questions": ("qna_seq", "question_date", "product_name", "question"),
    "reviews": ("review_seq", "write_date", "rating", "product_name", "content"),
    "inquiries": ("inquiry_seq", "inquiry_date", "inquiry_type_name", "product_name", "inquiry"),
}

orders = group("orders", Bilingual("Orders: list, show, confirm, ship.", "주문: 조회, 상세, 발주확인, 발송"))
claims = group(
    "claims", Bilingual("Cancels, returns, exchanges: list, show.", "클레임(취소·반품·교환): 조회, 상세")
)
cs = group("cs", Bilingual("Questions, reviews, inquiries: list.", "CS(상품문의·구매후기·CS문의): 조회"))
products = group("products", Bilingual("Products: list, show.", "상품: 조회, 상세"))
templates = group("templates", Bilingual("Shipping templates: list.", "배송 템플릿: 조회"))
deals = group("deals", Bilingual("Deals: list, show.", "딜: 조회, 상세"))


def print_models(
    console: Console, models: Iterable[Tabular], columns: Sequence[str], *, personal: bool
) -> None:
    """Print models as rows, one by one; say how many could not be read."""
    headings = dict[str, str]()

    def rows() -> Iterator[TableRow]:
        for model in models:
            if console.for_koreans:
                headings.update(headings or korean_columns(type(model)))
            yield from _rows(console, model, personal=personal)

    console.rows(rows(), columns, headings)
    unread = len(getattr(models, "unread", ()))
    if unread:
        console.tell(Bilingual(f"{unread} row(s) could not be read", f"읽을 수 없는 행 {unread}개"))


def _rows(console: Console, model: Tabular, *, personal: bool) -> list[TableRow]:
    if console.for_koreans:
        return korean_rows(model, personal=personal)
    return model.to_rows(personal=personal)


def print_one(console: Console, model: Tabular | None, *, personal: bool) -> None:
    """Print one model with all its columns; raise `CommandError` when there is none."""
    if model is None:
        raise CommandError(Bilingual("there is no such number", "해당 번호의 자료가 없습니다"))
    rows = _rows(console, model, personal=personal)
    headings = korean_columns(type(model)) if console.for_koreans else {}
    if console.form != "table":
        console.rows(rows)
        return
    for line in rows:
        console.facts((headings.get(name, name), value) for name, value in line.items() if value is not None)


@orders.command("list", help=Bilingual("List orders of one state.", "상태별 주문을 조회합니다."))
@with_shop
@option(
    "--status",
    type=words_of(ShipStatus),
    default="new",
    show_default=True,
    help=Bilingual("state", "주문 상태"),
)
@option(
    "--by",
    type=words_of(OrderDateType),
    default="new",
    show_default=True,
    help=Bilingual(
        "which date the period bounds at the marketplace: paid (new) or confirmed (confirm)",
        "마켓 조회의 기준일: 결제완료일(new), 주문확인일(confirm)",
    ),
)
@since
@until
@source_option
@personal
@output
def list_orders(
    shop: Shop, status: str, by: str, since: datetime, until: datetime | None, source: str, personal: bool
) -> None:
    """List orders."""
    state = member_of(ShipStatus, status)
    if source == "ledger":
        stored = shop.office().stored.orders(since=since, until=until)
        found: Iterable[Tabular] = (
            one for one in stored if one.delivery and one.delivery.ship_status == state
        )
    else:
        found = shop.client().orders.iter(since, now_or(until), state, member_of(OrderDateType, by))
    print_models(shop.console, found, ORDER, personal=personal)


@orders.command("show", help=Bilingual("Show one bundle.", "배송번호 하나를 조회합니다."))
@with_shop
@click.argument("bundle_no", type=NUMBER)
@personal
@output
def show_order(shop: Shop, bundle_no: int, personal: bool) -> None:
    """Show one bundle."""
    print_one(shop.console, shop.client().orders.get(bundle_no), personal=personal)


@orders.command(
    "confirm", help=Bilingual("Confirm new bundles, after a question.", "확인 후 발주확인을 실행합니다.")
)
@with_shop
@click.argument("bundle_nos", type=NUMBER, nargs=-1, required=True)
@dry_run
@yes
def confirm(shop: Shop, bundle_nos: tuple[int, ...], dry_run: bool) -> None:
    """Confirm bundles."""
    runner = shop.runner()
    carry_out(shop, [lambda **how: runner.confirm(bundle_nos, **how)], only_show=dry_run)


@orders.command(
    "ship",
    help=Bilingual(
        "Ship bundles that have an invoice, after a question.", "확인 후 송장을 등록해 발송처리합니다."
    ),
)
@with_shop
@click.argument("bundle_no", type=NUMBER, required=False)
@option("--courier", help=Bilingual("courier, by name or code", "택배사명 또는 코드"))
@option("--invoice", help=Bilingual("invoice number", "송장번호"))
@option(
    "--parcels",
    type=FILE,
    help=Bilingual(
        "CSV of many: bundle_no, courier, invoice_no", "여러 건의 CSV: 배송번호, 택배사, 송장번호"
    ),
)
@dry_run
@yes
def ship(
    shop: Shop,
    bundle_no: int | None,
    courier: str | None,
    invoice: str | None,
    parcels: Path | None,
    dry_run: bool,
) -> None:
    """Ship bundles."""
    if parcels is not None and bundle_no is None:
        shipments = inputs.read_parcels(parcels, shop.config().seller_id)
    elif parcels is None and bundle_no is not None and courier and invoice:
        shipments = (inputs.parcel(bundle_no, courier, invoice),)
    else:
        raise click.UsageError(
            Bilingual(
                "give a bundle with --courier and --invoice, or --parcels FILE",
                "배송번호와 --courier, --invoice 또는 --parcels 파일을 입력해 주세요",
            )
        )
    runner = shop.runner()
    carry_out(shop, [lambda **how: runner.ship(shipments, **how)], only_show=dry_run)


@claims.command(
    "list", help=Bilingual("List claims of one kind and state.", "종류와 상태별 클레임을 조회합니다.")
)
@with_shop
@option(
    "--type",
    "kind",
    type=words_of(ClaimType),
    default="cancel",
    show_default=True,
    help=Bilingual("kind", "클레임 종류"),
)
@option(
    "--status",
    type=words_of(ClaimStatus),
    default="request",
    show_default=True,
    help=Bilingual("state", "클레임 상태"),
)
@since
@until
@source_option
@personal
@output
def list_claims(
    shop: Shop, kind: str, status: str, since: datetime, until: datetime | None, source: str, personal: bool
) -> None:
    """List claims."""
    wanted, state = member_of(ClaimType, kind), member_of(ClaimStatus, status)
    if source == "ledger":
        stored = shop.office().stored.claims(since=since, until=until)
        found: Iterable[Tabular] = (
            one for one in stored if one.claim_type == wanted and one.claim_status == state
        )
    else:
        found = shop.client().claims.iter(since, now_or(until), wanted, state)
    print_models(shop.console, found, CLAIM, personal=personal)


@claims.command("show", help=Bilingual("Show one claim.", "클레임번호 하나를 조회합니다."))
@with_shop
@click.argument("claim_bundle_no", type=NUMBER)
@personal
@output
def show_claim(shop: Shop, claim_bundle_no: int, personal: bool) -> None:
    """Show one claim."""
    print_one(shop.console, shop.client().claims.get(claim_bundle_no), personal=personal)


@cs.command(
    "list",
    help=Bilingual("List questions, reviews or inquiries.", "상품문의, 구매후기 또는 CS문의를 조회합니다."),
)
@with_shop
@option(
    "--kind",
    type=Choice(list(CS)),
    default="questions",
    show_default=True,
    help=Bilingual("what to list", "조회할 종류"),
)
@since
@until
@source_option
@personal
@output
def list_cs(
    shop: Shop, kind: str, since: datetime, until: datetime | None, source: str, personal: bool
) -> None:
    """List questions, reviews or inquiries."""
    if source == "ledger":
        found: Iterable[Tabular] = getattr(shop.office().stored, kind)(since=since, until=until)
    else:
        from wemakeprice_sdk.clock import KST

        first, last = (time.astimezone(KST).date() for time in (since, now_or(until)))
        found = getattr(shop.client().cs, f"iter_{kind}")(first, last)
    print_models(shop.console, found, CS[kind], personal=personal)


@products.command(
    "list",
    help=Bilingual(
        "List products by their day of registration; with --source ledger, all of them.",
        "등록일별 상품을 조회합니다. --source ledger는 전체를 표시합니다.",
    ),
)
@with_shop
@since
@until
@source_option
@output
def list_products(shop: Shop, since: datetime, until: datetime | None, source: str) -> None:
    """List products."""
    if source == "ledger":
        print_models(shop.console, shop.office().stored.products(), STORED_PRODUCT, personal=False)
    else:
        print_models(shop.console, shop.client().products.iter(since, now_or(until)), PRODUCT, personal=False)


@products.command("show", help=Bilingual("Show one product.", "상품번호 하나를 조회합니다."))
@with_shop
@click.argument("product_no", type=NUMBER)
@output
def show_product(shop: Shop, product_no: int) -> None:
    """Show one product."""
    print_one(shop.console, shop.client().products.get(product_no), personal=False)


@templates.command("list", help=Bilingual("List the shipping templates.", "배송 템플릿을 조회합니다."))
@with_shop
@source_option
@output
def list_templates(shop: Shop, source: str) -> None:
    """List templates."""
    if source == "ledger":
        found: Iterable[Tabular] = shop.office().stored.shipping_templates()
    else:
        found = shop.client().shipping_templates.list()
    print_models(shop.console, found, TEMPLATE, personal=False)


@deals.command(
    "list",
    help=Bilingual(
        "List deals by their day of registration; with --source ledger, all of them.",
        "등록일별 딜을 조회합니다. --source ledger는 전체를 표시합니다.",
    ),
)
@with_shop
@since
@until
@source_option
@output
def list_deals(shop: Shop, since: datetime, until: datetime | None, source: str) -> None:
    """List deals."""
    if source == "ledger":
        print_models(shop.console, shop.office().stored.deals(), STORED_DEAL, personal=False)
    else:
        print_models(shop.console, shop.client().deals.iter(since, now_or(until)), DEAL, personal=False)


@deals.command(
    "show", help=Bilingual("Show one deal with its products.", "딜번호 하나를 상품과 함께 조회합니다.")
)
@with_shop
@click.argument("deal_no", type=NUMBER)
@output
def show_deal(shop: Shop, deal_no: int) -> None:
    """Show one deal."""
    print_one(shop.console, shop.client().deals.get(deal_no), personal=False)
