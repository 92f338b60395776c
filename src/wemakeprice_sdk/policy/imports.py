"""Importing what already sells (상품/딜 가져오기, rules 4.1, 5.1 and 5.5–5.8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from attrs import evolve

from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import whole_number
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.products import OptionValue, Product, ProductOption
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.models.sku_matching import SkuScheme, SkuUse
from wemakeprice_sdk.policy.actions import ActionKind, ImportDeal, ImportProduct, Reason, Target, TargetKind
from wemakeprice_sdk.policy.derived import option_key, option_rows, option_words
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.snapshot import DealCandidate, ProductCandidate, Snapshot
from wemakeprice_sdk.policy.templates import NOT_IMPORTED

_NEW_PRODUCT = Reason(
    "not-registered", "5.5", "the product is not registered on our side yet", "아직 등록되지 않은 상품입니다"
)
_NEW_DEAL = Reason(
    "not-registered", "5.5", "the deal is not registered on our side yet", "아직 등록되지 않은 딜입니다"
)
_SYNC_WITHOUT_LINK = Reason(
    "stock-sync-without-link",
    "5.6",
    "stock_sync=True means nothing with sku_link=none; choose a link or switch the sync off",
    "SKU 연동 없이 SKU 재고연동을 선택할 수 없습니다. SKU 연동 방식을 먼저 선택해 주세요",
)


def imported_link(
    product_no: int, sku: str, option_key: Iterable[str] = (), *, stock_sync: bool, created: bool = False
) -> SkuLink:
    """Return the SKU link of a freshly imported option: its first stock may not be 0 by accident."""
    return SkuLink(
        product_no=product_no,
        sku=sku,
        option_key=tuple(option_key),
        mode=SkuLinkMode.CREATE if created else SkuLinkMode.BY_SELLER_CODE,
        stock_sync=stock_sync,
        never_pushed=True,
    )


def links_of(
    product: Product,
    mode: SkuLinkMode,
    *,
    stock_sync: bool,
    scheme: SkuScheme = SkuScheme.OPTION,
    runple: bool = False,
) -> list[SkuLink]:
    """Return the SKU links of a product that is imported: by seller code (업체코드), created, or none.

    An option or product without a seller code is left without a link, except under CREATE. A product of
    Runple (런플) without any link gets one that says only that.
    """
    check_kind("mode", mode, SkuLinkMode)
    check_kind("scheme", scheme, SkuScheme)
    created = mode is SkuLinkMode.CREATE
    uses = [] if mode is SkuLinkMode.NONE else sku_uses_of(product, scheme)
    links: list[SkuLink] = []
    for index, use in enumerate(uses, start=1):
        sku, key = use.sku, use.option_key
        if not sku and created:
            sku = f"{product.product_no}-{index}" if key else str(product.product_no)
        if sku:
            link = imported_link(product.product_no, sku, key, stock_sync=stock_sync, created=created)
            links.append(evolve(link, runple=True) if runple else link)
    if runple and not links:
        links.append(SkuLink(product_no=product.product_no, mode=SkuLinkMode.NONE, runple=True))
    return links


def sku_uses_of(product: Product, scheme: SkuScheme = SkuScheme.OPTION, account: str = "") -> list[SkuUse]:
    """Return which SKU each option of a product would be linked to by the seller's codes."""
    code = product.etc.seller_prod_code if product.etc else None
    name = product.basic.product_name if product.basic else None
    price = product.sale.sale_price if product.sale else None
    rows = option_rows(product)
    return [
        SkuUse(
            account=account,
            product_no=product.product_no,
            option_key=option_key(row),
            sku=scheme.sku_of(code, row.seller_option_code, has_options=True),
            name=name,
            price=None if price is None else price + (row.opt_add_price or 0),
        )
        for row in rows
    ] or [
        SkuUse(
            account=account,
            product_no=product.product_no,
            sku=scheme.sku_of(code, None, has_options=False),
            name=name,
            price=price,
        )
    ]


def runple_links(
    links: Iterable[SkuLink], goods: Iterable[int | str], *, runple: bool
) -> tuple[SkuLink, ...]:
    """Return the links to write so that goods, named by product number or SKU, are of Runple (런플) or not.

    Raises `ValidationError` naming every code that no link bears.
    """
    of_product: dict[int, list[SkuLink]] = defaultdict(list)
    of_sku: dict[str, set[int]] = defaultdict(set)
    for link in links:
        of_product[link.product_no].append(link)
        for part in link.needs:
            of_sku[part.sku].add(link.product_no)
    problems, wanted = Problems(), set[int]()
    for name in goods:
        numbers = of_sku.get(name) if isinstance(name, str) else {whole_number(name, "goods")}
        wanted |= numbers or set()
        problems.require(
            bool(numbers),
            "goods",
            name,
            "the SKU of a link",
            "no product is linked to the code",
            "이 코드와 연동한 상품이 없습니다. 코드를 확인하거나 상품번호로 지정해 주세요",
        )
    problems.raise_all("goods", ValidationError)
    found: list[SkuLink] = []
    for number in sorted(wanted):
        mine = of_product.get(number, [])
        found += [evolve(link, runple=runple) for link in mine if link.runple is not runple]
        if runple and not mine:
            found.append(SkuLink(product_no=number, mode=SkuLinkMode.NONE, runple=True))
    return tuple(found)


def rekeyed_links(links: Iterable[SkuLink], products: Iterable[Product]) -> Mapping[SkuLink, SkuLink]:
    """Return the links whose option no row of its product bears, each with the link to the row that is meant.

    A link made from an export knows its option by one text and the seller's code. A row is meant when it
    alone has that code (for links by seller code) or alone reads like that text; else the link is left out.
    """
    mine: dict[int, list[SkuLink]] = defaultdict(list)
    for link in links:
        mine[link.product_no].append(link)
    found: dict[SkuLink, SkuLink] = {}
    for product in products:
        rows = {option_key(row): row for row in option_rows(product)}
        taken = {link.option_key for link in mine[product.product_no]}
        for link in mine[product.product_no]:
            known = link.option_key in rows or not link.option_key
            key = None if known else _meant(link, product, rows)
            if key is not None and key not in taken:
                found[link] = evolve(link, option_key=key)
                taken.add(key)
    return found


def _meant(
    link: SkuLink, product: Product, rows: Mapping[tuple[str, ...], OptionValue]
) -> tuple[str, ...] | None:
    if link.mode is SkuLinkMode.BY_SELLER_CODE:
        coded = [key for key, row in rows.items() if link.sku in _codes(product, row)]
        if len(coded) == 1:
            return coded[0]
    words = option_words(*link.option_key)
    alike = [key for key in rows if words and words in _spellings(product, key)]
    if len(alike) != 1 or _is_anothers(product, rows[alike[0]], link):
        return None
    return alike[0]


def _codes(product: Product, row: OptionValue) -> set[str]:
    """Return what a row's code is as a SKU, in every scheme."""
    code = product.etc.seller_prod_code if product.etc else None
    made = (scheme.sku_of(code, row.seller_option_code, has_options=True) for scheme in SkuScheme)
    return {sku for sku in made if sku}


def _is_anothers(product: Product, row: OptionValue, link: SkuLink) -> bool:
    """Return whether a row bears the code of another SKU than the one it would be linked to by code."""
    by_code = link.mode is SkuLinkMode.BY_SELLER_CODE and link.sku is not None
    codes = _codes(product, row)
    return by_code and bool(codes) and link.sku not in codes


def _spellings(product: Product, key: tuple[str, ...]) -> tuple[str, str]:
    """Return the words of an option row, without the titles of its levels and with them."""
    block = product.option or ProductOption()
    titles = (
        block.select_option_title1,
        block.select_option_title2,
        block.select_option_title3,
        block.select_option_title4,
        block.select_option_title5,
    )
    titled = (f"{title or ''}/{value}" for title, value in zip(titles, key, strict=False))
    return option_words(*key), option_words(*titled)


def plan_imports(builder: PlanBuilder, snapshot: Snapshot) -> None:
    """Import products, then deals, that are not registered yet; nothing before the templates."""
    products = [c for c in snapshot.product_candidates if c.product_no not in snapshot.registered_products]
    deals = [c for c in snapshot.deal_candidates if c.deal_no not in snapshot.registered_deals]
    if not snapshot.templates_imported:
        for product in products:
            builder.hold(ActionKind.IMPORT_PRODUCT, _product(product.product_no), NOT_IMPORTED)
        for deal in deals:
            builder.hold(ActionKind.IMPORT_DEAL, _deal(deal.deal_no), NOT_IMPORTED)
        return
    imported = set(snapshot.registered_products)
    for product in products:
        if _import_product(builder, product):
            imported.add(product.product_no)
    for deal in deals:
        _import_deal(builder, deal, imported)


def _product(product_no: int) -> Target:
    return Target(TargetKind.PRODUCT, str(product_no))


def _deal(deal_no: int) -> Target:
    return Target(TargetKind.DEAL, str(deal_no))


def _import_product(builder: PlanBuilder, candidate: ProductCandidate) -> bool:
    if candidate.stock_sync and candidate.sku_link is SkuLinkMode.NONE:
        builder.hold(
            ActionKind.IMPORT_PRODUCT,
            _product(candidate.product_no),
            _SYNC_WITHOUT_LINK,
            wrong_input=True,
        )
        return False
    return builder.add(
        ImportProduct(
            product_no=candidate.product_no,
            source=candidate.source,
            sku_link=candidate.sku_link,
            stock_sync=candidate.stock_sync,
            reason=_NEW_PRODUCT,
            before="",
            after=f"registered, SKU link {candidate.sku_link}, stock sync {_word(on=candidate.stock_sync)}",
        )
    )


def _word(*, on: bool) -> str:
    return "on" if on else "off"


def _import_deal(builder: PlanBuilder, candidate: DealCandidate, imported: set[int]) -> None:
    missing = tuple(sorted({number for number in candidate.product_nos if number not in imported}))
    taken = builder.add(
        ImportDeal(
            deal_no=candidate.deal_no,
            source=candidate.source,
            missing_products=missing,
            reason=_NEW_DEAL,
            after="registered",
            depends_on=tuple(
                key
                for number in sorted(set(candidate.product_nos))
                if (key := f"import-product:{number}") in builder.actions
            ),
        )
    )
    if taken and missing:
        builder.note(_deal(candidate.deal_no), _missing(missing))


def _missing(numbers: tuple[int, ...]) -> Reason:
    named = ", ".join(str(number) for number in numbers)
    return Reason(
        "deal-products-missing",
        "5.8",
        f"the deal names products that are not imported: {named}",
        f"딜에 포함된 상품을 먼저 가져와 주세요: {named}",
    )
