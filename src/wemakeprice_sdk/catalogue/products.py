"""From a product of the API, as the marketplace answers it, to the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wemakeprice_sdk.catalogue.keys import OptionSpelling, titled_axes, variant_keys
from wemakeprice_sdk.catalogue.model import (
    CatalogueNotice,
    CatalogueProduct,
    CatalogueVariant,
    Certificate,
    CertificateArea,
    NoticeEntry,
    Provenance,
    VariantAxis,
)
from wemakeprice_sdk.catalogue.sources import (
    NO_REFERENCES,
    CatalogueReferences,
    images_of,
    names_of,
    terms_of,
    with_provenance,
)
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models import (
    NoticeGroup,
    OptionValue,
    Product,
    ProductBasic,
    ProductDetail,
    ProductEtc,
    ProductOption,
    ProductSale,
)
from wemakeprice_sdk.models._answers import ValueFault
from wemakeprice_sdk.policy.derived import option_rows

NOT_CARRIED: Final = (
    "branchList",
    "basic.bizYn",
    "etc.displayOnlyDealYn",
    "etc.labelNoList",
    "etc.luxuryYn",
    "etc.priceComparisonSiteYn",
    "etc.reviewDisp",
    "sale.basketLimitYn",
    "sale.purchaseLimitCount",
    "sale.purchaseLimitDay",
    "sale.purchaseLimitDuration",
    "sale.purchaseLimitYn",
    "sale.purchaseMinCount",
    "sale.referencePriceType",
)
"""Keys of a product without a place in the catalogue: rules of this marketplace that no target asks for."""


def from_product(
    product: Product, source: Provenance, references: CatalogueReferences = NO_REFERENCES
) -> CatalogueProduct:
    """Return a product of the API as the catalogue holds it.

    The answer knows brand, maker, category, notice items and shipping template by number only; `references`
    names them. What the answer held and could not be read stands in `faults`.
    """
    check_kind("product", product, Product)
    check_kind("source", source, Provenance)
    check_kind("references", references, CatalogueReferences)
    basic, sale = product.basic or ProductBasic(), product.sale or ProductSale()
    detail, etc = product.detail or ProductDetail(), product.etc or ProductEtc()
    option = product.option or ProductOption()
    rows = option_rows(product)
    template_no = basic.shipping_template_no or None
    built = CatalogueProduct(
        product_no=product.product_no,
        seller_code=etc.seller_prod_code or None,
        name=basic.product_name or None,
        brand=references.brands.get(basic.brand_no or 0),
        brand_no=basic.brand_no or None,
        maker=references.makers.get(basic.maker_no or 0),
        maker_no=basic.maker_no or None,
        status=basic.product_status_name,
        display=basic.display_yn,
        taxable=sale.tax_yn,
        condition=basic.product_type,
        adult_only=basic.adult_limit_yn,
        parallel_import=etc.parallel_import_yn,
        parallel_import_url=etc.parallel_import_url or None,
        category=references.categories.get(basic.dcate_code or 0, ()),
        category_code=basic.dcate_code,
        description_html=detail.desc_html or None,
        images=images_of(
            detail.basic_img_url,
            detail.add_img_url_list,
            detail.list_img_url,
            detail.desc_img_url_list,
            detail.desc_html,
        ),
        list_price=sale.origin_price,
        price=sale.sale_price,
        stock=_stock(rows) if rows else sale.stock_count,
        sale_start=sale.sale_start_date,
        sale_end=sale.sale_end_date,
        always_on=None if sale.sale_period is None and sale.sale_end_date is None else sale.is_always_on,
        notices=tuple(_notice(group, references) for group in product.notice_list),
        certificates=tuple(_certificates(etc)),
        shipping=terms_of(template_no, references.templates.get(template_no or 0), basic.ship_info),
        text_options=_text_options(option),
        keywords=_keywords(etc),
        isbn=etc.isbn13 or etc.isbn10 or None,
        variants=_variants(rows, option),
        faults=tuple(_fault(fault) for fault in product.faults),
    )
    # Whoever said that there are no options contradicts a source that lists some.
    return with_provenance(built, source, said=() if product.option is None else ("variants",))


def _stock(rows: Sequence[OptionValue]) -> int | None:
    known = [row.stock_count for row in rows if row.stock_count is not None]
    return sum(known) if len(known) == len(rows) else None


def _text_options(option: ProductOption) -> tuple[str, ...]:
    return (
        ()
        if option.text_option_use_yn is False
        else names_of(option.text_option_title1, option.text_option_title2)
    )


def _keywords(etc: ProductEtc) -> tuple[str, ...]:
    lists = (etc.keyword_wemakeprice, etc.keyword_price_comparison_site)
    words = (word.strip() for text in lists if text for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def _notice(group: NoticeGroup, references: CatalogueReferences) -> CatalogueNotice:
    known = references.notices.get(group.group_notice_no or 0)
    names = {item.notice_no: item.notice_name for item in known.notice_list} if known else {}
    return CatalogueNotice(
        group_no=group.group_notice_no,
        group=known.group_notice_no_name if known else None,
        entries=tuple(
            NoticeEntry(
                notice_no=item.notice_no, name=names.get(item.notice_no or 0), value=item.description or None
            )
            for item in group.notice_list
        ),
    )


def _certificates(etc: ProductEtc) -> list[Certificate]:
    areas = (
        (CertificateArea.CHILD, etc.kc_kid_is_certification, etc.kc_kid_certification_list),
        (CertificateArea.LIFE, etc.kc_life_is_certification, etc.kc_life_certification_list),
        (CertificateArea.ELECTRIC, etc.kc_electric_is_certification, etc.kc_electric_certification_list),
        (CertificateArea.BROADCAST, etc.kc_report_is_certification, etc.kc_report_certification_list),
        (
            CertificateArea.CHEMISTRY,
            etc.kc_life_chemistry_is_certification,
            etc.kc_life_chemistry_certification_list,
        ),
    )
    found = []
    for area, state, listed in areas:
        found += [
            Certificate(
                area=area, state=state, kind=row.certification_type, number=row.certification_no or None
            )
            for row in listed
        ]
        if state is not None and not listed:
            found.append(Certificate(area=area, state=state))
    return found


def _variants(rows: Sequence[OptionValue], option: ProductOption) -> tuple[CatalogueVariant, ...]:
    # An option without any value is bought by its code.
    values = [row.values or (row.seller_option_code or f"#{at}",) for at, row in enumerate(rows, start=1)]
    keys = variant_keys(
        [
            OptionSpelling(values=row_values, seller_code=row.seller_option_code or None)
            for row_values, row in zip(values, rows, strict=True)
        ]
    )
    axes = _axes(values, option)
    return tuple(
        CatalogueVariant(
            key=key,
            axes=row_axes,
            seller_code=row.seller_option_code or None,
            surcharge=row.opt_add_price,
            stock=row.stock_count,
            state=row.sale_status,
            displayed=row.display_yn,
        )
        for key, row_axes, row in zip(keys, axes, rows, strict=True)
    )


def _axes(values: Sequence[tuple[str, ...]], option: ProductOption) -> list[tuple[VariantAxis, ...]]:
    titles = (
        option.select_option_title1,
        option.select_option_title2,
        option.select_option_title3,
        option.select_option_title4,
        option.select_option_title5,
    )
    if not any(titles) and all(len(row) == 1 for row in values):
        # What was imported from an export has all levels in one text.
        return titled_axes([row[0] for row in values])
    return [
        tuple(VariantAxis(name=title or "", value=value) for title, value in zip(titles, row, strict=False))
        for row in values
    ]


def _fault(fault: ValueFault) -> Violation:
    return Violation(
        fault.path,
        f"<{fault.kind}>",
        fault.rule,
        "stood in the answer and could not be read; it is missing here",
        "응답에 있으나 읽지 못한 값입니다. 파트너센터에서 값을 확인해 주세요",
    )
