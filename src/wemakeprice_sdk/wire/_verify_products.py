"""Verification of product and shipping template writes, by comparing what is stored with what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models import (
    OptionSaleStatus,
    Product,
    ProductBasicUpdate,
    ProductInput,
    ProductOptionUpdate,
    ProductSaleInput,
    ProductSaleUpdate,
    ProductStatus,
    ProductStatusUpdate,
    ReadModel,
    SalePeriod,
    ShippingTemplate,
    ShippingTemplateInput,
    UnreadRow,
    WriteModel,
    field_specs,
    wire_name,
)
from wemakeprice_sdk.wire.verdicts import (
    Known,
    Verification,
    VerificationData,
    applied,
    conflict,
    not_applied,
    undecided,
)

_CUTS: Mapping[str, int] = {"product_name": 70, "description": 1000}
"""Characters after which the server cuts silently (P3)."""

_MOVING = frozenset({"stock_count"})
"""Values that orders change by themselves."""

_SOFT = frozenset(
    {
        "adult_limit_yn", "basket_limit_yn", "review_disp", "sale_status",
        "basic_img_url", "list_img_url", "add_img_url_list", "desc_img_url_list", "desc_html",
    }
)  # fmt: skip
"""Values that the site sets, overrides by category or rewrites when it downloads images."""

_OF_THE_SITE = frozenset({"adult_limit_yn", "basket_limit_yn", "review_disp", "sale_status"})
"""Values that the site fills in by itself when they are left out."""

_NOT_COMPARED = frozenset({"product_no", "product_group_notice_no"})
"""Numbers by which things are found, not values that are stored."""

_ROW_KEYS: Mapping[str, tuple[str, ...]] = {
    "notice_list": ("group_notice_no", "notice_no"),
    "branch_list": ("branch_id",),
    "select_option_value_list": tuple(f"option_value{level}" for level in range(1, 6)),
}
_COMPLETE_LISTS = frozenset({"select_option_value_list"})

_ESSENTIAL = frozenset(
    {"product_name", "dcate_code", "sale_price", "sale_start_date", "select_option_use_yn"}
)

_MISSING = undecided(
    "the product is not shown", "상품이 조회되지 않습니다. 파트너센터에서 상품을 확인해 주세요"
)
_UNREADABLE = undecided(
    "a stored value that would be compared cannot be read",
    "비교할 값을 읽을 수 없습니다. 파트너센터에서 결과를 확인해 주세요",
)


@frozen
class Difference:
    """One value that is not stored as sent; `stored` is None when the answer did not carry it.

    `left_out` marks a stored value where none was sent: whether an update that leaves a value out removes it
    or leaves it alone, nobody knows (P1).
    """

    path: str
    name: str
    stored: object
    left_out: bool = False


def differences(sent: WriteModel, stored: ReadModel | None, prefix: str = "") -> Iterator[Difference]:
    """Return every value not stored as sent, in field order; left-out values that apply come marked."""
    inapplicable = {name for rule in sent.CROSS if rule.holds(sent) for name in rule.forbid}
    for attribute in attrs.fields(type(sent)):
        name = attribute.name
        value = getattr(sent, name)
        if name in _NOT_COMPARED or _is_fixed_end(sent, name):
            continue
        path = f"{prefix}{wire_name(name)}"
        there = getattr(stored, name, None)
        if value is None or value == ():
            if name not in inapplicable and _is_kept(name, there, stored):
                yield Difference(path, name, there, left_out=True)
        elif stored is None:
            yield Difference(path, name, None)
        elif hasattr(stored, name):
            yield from _compare(value, there, path, name)


def _is_kept(name: str, there: object, stored: ReadModel | None) -> bool:
    """Return whether a value stands where none was sent, and the site did not put it there by itself."""
    if name == "sale_status":
        # Sold out although stock is left: an operator holds the option back.
        return there == OptionSaleStatus.SOLD_OUT and bool(getattr(stored, "stock_count", None))
    return bool(there) and name not in _OF_THE_SITE


def _is_fixed_end(sent: WriteModel, name: str) -> bool:
    # Under salePeriod A the site stores its own end whatever was sent.
    return (
        isinstance(sent, ProductSaleInput)
        and sent.sale_period == SalePeriod.ALWAYS
        and name == "sale_end_date"
    )


def _compare(sent: object, stored: object, path: str, name: str) -> Iterator[Difference]:
    if isinstance(sent, WriteModel):
        if stored is None or isinstance(stored, ReadModel):
            yield from differences(sent, stored, f"{path}.")
        return
    if isinstance(sent, tuple | list):
        rows = stored if isinstance(stored, tuple) else ()
        yield from _compare_lists(tuple(sent), rows, path, name)
    elif _plain(sent, name) != _plain(stored, name):
        yield Difference(path, name, stored)


def _plain(value: object, name: str) -> object:
    if isinstance(value, str):
        return str(value)[: _CUTS.get(name)].strip()
    return value


def _compare_lists(
    sent: tuple[object, ...], stored: tuple[object, ...], path: str, name: str
) -> Iterator[Difference]:
    if not all(isinstance(row, WriteModel) for row in sent):
        if sorted(map(str, sent)) != sorted(map(str, stored)):
            yield Difference(path, name, stored)
        return
    by_key = {_row_key(row, name): row for row in stored}
    keys = [_row_key(row, name) for row in sent]
    if name in _COMPLETE_LISTS and set(by_key) != set(keys):
        yield Difference(path, name, frozenset(by_key))
        return
    for key, row in zip(keys, sent, strict=True):
        found = by_key.get(key)
        if not isinstance(found, ReadModel):
            yield Difference(f"{path}[{key}]", name, None)
        elif isinstance(row, WriteModel):
            yield from differences(row, found, f"{path}[{key}].")


def _row_key(row: object, name: str) -> tuple[object, ...]:
    names = _ROW_KEYS.get(name, ("certification_type", "certification_no"))
    values = (getattr(row, key, None) for key in names)
    return tuple(
        value.strip() if isinstance(value, str) else value for value in values if value not in (None, "")
    )


def _block(sent: WriteModel, product: Product) -> Iterator[Difference]:
    # With options the stock of the product is their total, whatever was sent for it.
    has_options = product.option is not None and product.option.select_option_use_yn
    ignored = "sale.stockCount" if has_options else None
    return (item for item in differences(sent, product) if item.path != ignored)


def _verdict_of(sent: WriteModel, product: Product | None, known: Known) -> Verification:
    """Decide an update from what differs. The order counts:

    Values that were left out decide nothing by themselves: nobody knows whether an update removes them (P1).
    Essential values that the answer lacks come before any comparison: what is absent is not different.
    With the product from before, only "everything as before" says not applied; without it, any other value
    does. Stock decides only where nothing else differs, because orders move it. The rest is undecided: an
    update called undone too early would be sent again over what changed since.
    """
    if product is None:
        return _MISSING
    if _is_unreadable(sent, product):
        return _UNREADABLE
    found = list(_block(sent, product))
    if not found:
        return applied("the stored values equal the sent ones", "저장된 값이 보낸 값과 같습니다")
    if all(item.left_out for item in found):
        return _left_out(sent, found)
    hard = [item for item in found if item.name not in _MOVING | _SOFT and not item.left_out]
    if any(item.stored is None and item.name in _ESSENTIAL for item in hard):
        return undecided(
            "the answer lacks the values to compare",
            "비교할 값이 응답에 없습니다. 파트너센터에서 결과를 확인해 주세요",
        )
    before = None if known.product_before is None else set(_block(sent, known.product_before))
    moving = [item for item in found if item.name in _MOVING and not item.left_out]
    decisive = hard or moving
    if before is not None and decisive and all(item in before for item in decisive):
        return not_applied("the values from before are still stored", "이전 값이 그대로 저장되어 있습니다")
    if hard and before is None:
        names = ", ".join(sorted({item.path for item in hard})[:5])
        names_ko = _korean_names(sent, hard)
        return not_applied(f"other values are stored: {names}", f"다른 값이 저장되어 있습니다: {names_ko}")
    names, names_ko = ", ".join(sorted({item.path for item in found})[:5]), _korean_names(sent, found)
    return undecided(
        f"values that the site or its orders change by themselves differ: {names}",
        f"위메프나 주문 처리로 바뀔 수 있는 값이 다릅니다: {names_ko}. 파트너센터에서 값을 확인해 주세요",
    )


def _is_unreadable(sent: WriteModel, stored: ReadModel) -> bool:
    """Return whether a value that would be compared could not be read."""
    return bool(stored.faults) and any(stored.is_unreadable(name) for name in _compared(sent))


def _compared(sent: WriteModel) -> Iterator[str]:
    for attribute in attrs.fields(type(sent)):
        value = getattr(sent, attribute.name)
        yield attribute.name
        for item in value if isinstance(value, tuple | list) else (value,):
            if isinstance(item, WriteModel):
                yield from _compared(item)


def _left_out(sent: WriteModel, found: list[Difference]) -> Verification:
    names = ", ".join(sorted({item.path for item in found})[:5])
    return undecided(
        f"values that were left out are still stored: {names}",
        f"보내지 않은 값이 남아 있습니다: {_korean_names(sent, found)}. 파트너센터에서 값을 확인해 주세요",
    )


def _korean_names(sent: WriteModel, found: list[Difference]) -> str:
    """Return the Korean names of the first differing fields."""
    terms = dict(_korean_terms(type(sent)))
    return ", ".join(sorted({terms[item.name] for item in found})[:5])


def _korean_terms(cls: type[WriteModel]) -> Iterator[tuple[str, str]]:
    for name, spec in field_specs(cls).items():
        if issubclass(spec.kind, WriteModel):
            yield from _korean_terms(spec.kind)
        yield name, spec.korean


def verify_save(sent: ProductInput, read_back: VerificationData, known: Known) -> Verification:
    """Verify products_save: an update by its stored values, a create by one new number under its code."""
    if sent.product_no:
        return _verdict_of(sent, read_back.product, known)
    return _verify_create(read_back, known)


def _verify_create(read_back: VerificationData, known: Known) -> Verification:
    found, before = read_back.product_nos, known.product_nos_before
    if found is None:
        return undecided(
            "without a seller code no read can tell",
            "업체상품코드가 없어 등록 결과를 확인할 수 없습니다. 파트너센터에서 상품을 확인해 주세요",
        )
    if read_back.unread:
        return _UNREADABLE
    if not found or (before is not None and found <= before):
        return not_applied("no new product has this seller code", "이 업체상품코드의 새 상품이 없습니다")
    if before is None:
        return undecided(
            "it is not known which products had this code before",
            "등록 전에 이 업체상품코드를 쓰던 상품을 알 수 없습니다. 파트너센터에서 상품을 확인해 주세요",
        )
    if before or len(found) > 1:
        return undecided(
            "the seller code is not unique, so the new product cannot be told for certain",
            "업체상품코드가 중복되어 새 상품을 확정할 수 없습니다. 파트너센터에서 상품을 확인해 주세요",
        )
    (number,) = found
    return applied(
        "exactly one new product has this seller code", "이 업체상품코드의 새 상품이 하나 있습니다", number
    )


def verify_update(
    sent: ProductBasicUpdate | ProductSaleUpdate | ProductOptionUpdate,
    read_back: VerificationData,
    known: Known,
) -> Verification:
    """Verify a block update: the stored block equals the sent one, names and notices cut as the site does."""
    return _verdict_of(sent, read_back.product, known)


# 임시저장, 진행대기 and 수정대기 do not tell whether a sale is stopped.
_DECISIVE = (ProductStatus.WAIT, ProductStatus.SALE, ProductStatus.STOP, ProductStatus.END)


def verify_status(sent: ProductStatusUpdate, read_back: VerificationData, _: Known) -> Verification:
    """Verify products_set_status: 판매중지 after S; neither 판매중지 nor 판매종료 after A."""
    basic = read_back.product.basic if read_back.product else None
    status = basic.product_status_name if basic else None
    if status is None or status not in _DECISIVE:
        return undecided(
            "the status of the product is not known",
            "상품상태를 알 수 없습니다. 파트너센터에서 상품상태를 확인해 주세요",
        )
    if status == ProductStatus.END:
        return conflict(
            "the sale is over and cannot be reopened or stopped",
            "판매종료되어 판매상태를 바꿀 수 없는 상품입니다. 계속 판매하려면 상품을 새로 등록해 주세요",
        )
    if (status == ProductStatus.STOP) == (sent.product_status == ProductStatus.STOP):
        return applied(f"the product is {status.korean}", f"상품이 {status.korean} 상태입니다")
    return not_applied(f"the product is {status.korean}", f"상품이 아직 {status.korean} 상태입니다")


_FEES = ("ship_fee", "free_condition", "jeju_ship_fee", "island_mountain_ship_fee")
_IDENTITY = frozenset(
    attribute.name for attribute in attrs.fields(ShippingTemplateInput) if "address" in attribute.name
) | {
    "shipping_template_name", "ship_method", "bundle_kind", "ship_type", "claim_ship_fee", "release_zip_code",
    "return_zip_code", *_FEES,
}  # fmt: skip


def verify_template(sent: ShippingTemplateInput, read_back: VerificationData, known: Known) -> Verification:
    """Verify shipping_save_policy: the row of this number, or one new row that carries the sent values."""
    if read_back.policies is None:
        return undecided(
            "the shipping policies were not read",
            "배송 템플릿이 조회되지 않았습니다. 파트너센터에서 배송 템플릿을 확인해 주세요",
        )
    if sent.shipping_template_no is not None:
        return _verify_template_update(sent, read_back.policies)
    new = [
        row for row in read_back.policies if row.shipping_template_no not in (known.template_nos_before or ())
    ]
    fresh = [row for row in new if _is_same_template(sent, row)]
    if not fresh and (
        any(_is_unreadable(sent, row) for row in new)
        or any(_may_be_new(row, known.template_nos_before) for row in read_back.unread)
    ):
        return _UNREADABLE
    if not fresh:
        return not_applied("no policy carries the sent values", "보낸 내용의 배송 템플릿이 없습니다")
    if known.template_nos_before is None or len(fresh) > 1:
        return undecided(
            "an equal policy may be older than this call",
            "같은 내용의 배송 템플릿이 이전부터 있었을 수 있습니다. "
            "파트너센터에서 배송 템플릿을 확인해 주세요",
        )
    return applied(
        "one new policy carries the sent values", "새 배송 템플릿이 있습니다", fresh[0].shipping_template_no
    )


def _may_be_new(row: UnreadRow, before: frozenset[int] | None) -> bool:
    return before is None or row.numbers.get("shipping_template_no") not in before


def _is_same_template(sent: ShippingTemplateInput, row: ShippingTemplate) -> bool:
    if any(getattr(sent, name) is None and getattr(row, name) for name in _FEES):
        return False
    return not any(item.name in _IDENTITY for item in differences(sent, row))


def _verify_template_update(sent: ShippingTemplateInput, rows: tuple[ShippingTemplate, ...]) -> Verification:
    row = next((row for row in rows if row.shipping_template_no == sent.shipping_template_no), None)
    if row is None:
        return undecided(
            "the policy is not listed", "배송 템플릿이 목록에 없습니다. 배송 템플릿 번호를 확인해 주세요"
        )
    if _is_unreadable(sent, row):
        return _UNREADABLE
    found = list(differences(sent, row))
    if not found:
        return applied(
            "the stored values equal the sent ones",
            "저장된 값이 보낸 값과 같습니다",
            row.shipping_template_no,
        )
    if all(item.left_out for item in found):
        return _left_out(sent, found)
    if all(item.stored is None for item in found):
        return undecided(
            "the answer lacks the values to compare",
            "비교할 값이 응답에 없습니다. 파트너센터에서 결과를 확인해 주세요",
        )
    names, names_ko = ", ".join(sorted({item.path for item in found})[:5]), _korean_names(sent, found)
    return not_applied(f"other values are stored: {names}", f"다른 값이 저장되어 있습니다: {names_ko}")
