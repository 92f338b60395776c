"""Personal data inside collected JSON: taken apart for encryption, merged, masked.

What may stand in clear is a list of known keys; everything else, unknown keys included, is encrypted. So a
key that the marketplace adds tomorrow is protected before anybody has looked at it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeGuard, cast

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models._base import merge_text
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import INTENTS
from wemakeprice_sdk.secrets import forgetful

_ORDER: Final = """
bundleNo purchaseNo orderNo orderOptionNo claimBundleNo productNo optionNo orderDate payDate originShipDate
orderConfirmDate orderShippingDate shipCompleteDate shipPrice prepayment shipType shipStatus shipMethod
scheduleShipDate parcelCompany invoiceNo productName productOriginPrice productPrice productCommissionPrice
productQty wmpChargeDiscountPrice sellerChargeDiscountPrice cardChargeDiscountPrice sellerProductCode
optionQty sellerOptionCode optionAddPrice optionSalePrice optionCommissionPrice claimType claimStatus
requestDate approveDate pendingDate rejectDate withdrawDate claimReason pendingReason rejectReason
claimWhoReason claimFee claimShipFeeEnclose
"""
_CS: Final = """
qnaSeq questionDate productNo productName orderNo privateYn reviewSeq rating orderOptionNo writeDate
inquirySeq inquiryTypeName inquiryDate
"""
_FILE: Final = " file sha256 sheet rows"
_BANK: Final = "received_on amount bank account nth" + _FILE
_CLEAR: Final[Mapping[str, frozenset[str]]] = {
    RecordKind.BUNDLE: frozenset(_ORDER.split()),
    RecordKind.CLAIM: frozenset(_ORDER.split()),
    RecordKind.QUESTION: frozenset(_CS.split()),
    RecordKind.REVIEW: frozenset(_CS.split()),
    RecordKind.INQUIRY: frozenset(_CS.split()),
    RecordKind.FILE_BUNDLE: frozenset((_ORDER + _FILE).split()),
    RecordKind.FILE_CLAIM: frozenset((_ORDER + _FILE).split()),
    RecordKind.BANK_TRANSFER: frozenset(_BANK.split()),
}
# Goods, deals, templates and settlement lines are the seller's own data.
_IMPERSONAL: Final = frozenset(
    {
        RecordKind.SETTLEMENT_ORDER,
        RecordKind.SETTLEMENT_SHIP,
        RecordKind.TEMPLATE,
        RecordKind.PRODUCT,
        RecordKind.DEAL,
        RecordKind.NOTICE,
        RecordKind.SOURCE,
        RecordKind.VAT_MONTH,
        RecordKind.TAX_INVOICE,
        RecordKind.BANK_MATCH,
        RecordKind.FILE_SETTLEMENT_ORDER,
        RecordKind.FILE_SETTLEMENT_SHIP,
    }
)
PERSONAL_KINDS: Final = tuple(kind for kind in RecordKind if kind not in _IMPERSONAL)
"""Record kinds that may hold personal data."""
RETAINED: Final = (*PERSONAL_KINDS, INTENTS)
"""What retention and legal holds are about."""

# What is neither a mapping nor a list, by its exact type.
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
# List elements are told apart by these keys, so that a line that left does not shift its neighbours.
_IDENTITIES: Final = ("orderOptionNo", "orderNo")

PersonalValues = dict[str, "bool | int | float | str | None"]
"""Path of a value inside the document, to the value."""


def require_kind(
    kind: str, path: str, allowed: Iterable[str] = RETAINED, error: type[ValidationError] = ValidationError
) -> None:
    """Refuse a kind that retention knows nothing of: a slip must not leave data without its hold."""
    require_text(path, kind)
    if kind not in allowed:
        words = ", ".join(allowed)
        raise error.single(
            path,
            kind,
            f"one of {words}",
            f"there is no personal data of kind {kind!r}; the kinds are {words}",
            f"없는 개인정보 종류입니다: {kind!r}. 다음 값 중 하나를 사용해 주세요: {words}",
        )


def may_hold(kind: str) -> bool:
    """Return whether records of a kind may hold personal data; of an unknown kind they may."""
    return kind not in _IMPERSONAL


@forgetful
def split(kind: str, body: Mapping[str, JsonValue]) -> tuple[dict[str, JsonValue], PersonalValues]:
    """Part `body` into what may stand in clear and what has to be encrypted; both keep the structure."""
    private: PersonalValues = {}
    if kind in _IMPERSONAL:
        return dict(body), private
    clear = _part(dict(body), "", _CLEAR.get(kind, frozenset()), private)
    assert isinstance(clear, dict)  # noqa: S101 -- a dict goes in, a dict comes out
    return clear, private


@forgetful
def join(clear: Mapping[str, JsonValue], private: PersonalValues) -> dict[str, JsonValue]:
    """Put the values back into their places."""
    joined = _fill(dict(clear), "", private)
    assert isinstance(joined, dict)  # noqa: S101
    return joined


@forgetful
def merge(kind: str, old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return `new` with the personal values of `old` where `new` has them masked, blank or missing.

    Everything else comes from `new`; an element that left a list takes its values with it.
    """
    if kind in _IMPERSONAL:
        return dict(new)
    return _merge_mapping(old, new, _CLEAR.get(kind, frozenset()))


def mask(private: PersonalValues) -> PersonalValues:
    """Cover every text and number: the first letter of a name stays, four digits of a phone stay."""
    return {path: _cover(path.rsplit(".", 1)[-1], value) for path, value in private.items()}


def _cover(key: str, value: bool | float | str | None) -> bool | int | float | str | None:
    if value is None or value == "" or isinstance(value, bool):
        return value
    text = str(value)
    if key in {"name", "buyerName"}:
        return text[:1] + "**"
    if key in {"phone", "buyerPhone"} and len(text) >= 8:
        return "***-****-" + text[-4:]
    if key == "optionName":
        return text.split("|", 1)[0] + ("|***" if "|" in text else "")
    return "***"


def _merge_mapping(
    old: Mapping[str, JsonValue], new: Mapping[str, JsonValue], clear: frozenset[str]
) -> dict[str, JsonValue]:
    merged = {key: _merge_value(key, old.get(key), value, clear) for key, value in new.items()}
    for key in old.keys() - new.keys():
        kept = _merge_value(key, old[key], None, clear)
        if kept is not None:
            merged[key] = kept
    return merged


def _merge_value(key: str, old: JsonValue, new: JsonValue, clear: frozenset[str]) -> JsonValue:
    if type(old) in _PLAIN and type(new) in _PLAIN:
        return new if key in clear or old == new else _merge_plain(old, new)
    if _is_mapping(old) and (new is None or _is_mapping(new)):
        return _merge_mapping(old, new or {}, clear) or new
    if _is_list(old) and _is_list(new):
        before = {step: item for item, step in _steps(old, "")}
        return [_merge_value("", before.get(step), item, clear) for item, step in _steps(new, "")]
    if key in clear or any(_is_mapping(node) or _is_list(node) for node in (old, new)):
        return new
    return _merge_plain(old, new)


def _merge_plain(old: JsonValue, new: JsonValue) -> JsonValue:
    before, after = (value if isinstance(value, str | None) else str(value) for value in (old, new))
    return new if before == after or merge_text(before, after) == after else old


# Decoded JSON holds plain dicts and lists. `type(…) is` answers for those in a tenth of the time that the
# abstract classes take, which stay for what a caller builds by other means.
def _is_mapping(node: JsonValue) -> TypeGuard[Mapping[str, JsonValue]]:
    kind = type(node)
    return kind is dict or (kind not in _PLAIN and isinstance(node, Mapping))


def _is_list(node: JsonValue) -> TypeGuard[Sequence[JsonValue]]:
    kind = type(node)
    return kind is list or (kind not in _PLAIN and isinstance(node, Sequence) and not isinstance(node, str))


def _part(node: JsonValue, path: str, clear: frozenset[str], private: PersonalValues) -> JsonValue:
    if _is_mapping(node):
        return {
            key: value
            if key in clear and type(value) in _PLAIN
            else _part_value(key, value, f"{path}.{key}", clear, private)
            for key, value in node.items()
        }
    if _is_list(node):
        return [_part(item, step, clear, private) for item, step in _steps(node, path)]
    if node is not None:
        private[path] = cast("bool | int | float | str", node)
    return None


def _part_value(
    key: str, value: JsonValue, path: str, clear: frozenset[str], private: PersonalValues
) -> JsonValue:
    if key in clear and not _is_mapping(value) and not _is_list(value):
        return value
    return _part(value, path, clear, private)


def _fill(node: JsonValue, path: str, private: PersonalValues) -> JsonValue:
    if node is None:
        return private.get(path)
    if _is_mapping(node):
        return {
            key: value
            if value is not None and type(value) in _PLAIN
            else _fill(value, f"{path}.{key}", private)
            for key, value in node.items()
        }
    if _is_list(node):
        return [_fill(item, step, private) for item, step in _steps(node, path)]
    return node


def _steps(items: Sequence[JsonValue], path: str) -> Iterator[tuple[JsonValue, str]]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        step = f"{path}[{_identity(item) or index}]"
        if step in seen:
            step = f"{path}[{index}]"
        seen.add(step)
        yield item, step


def _identity(item: JsonValue) -> str | None:
    if not _is_mapping(item):
        return None
    for key in _IDENTITIES:
        value = item.get(key)
        if isinstance(value, int | str) and value:
            return f"{key}={value}"
    return None


def normalised(value: object) -> str:
    """Return a value as it is compared with another one: letters and digits alone, +82 as 0."""
    folded = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", str(value)).casefold()))
    return f"0{folded[2:]}" if folded.isdecimal() and folded.startswith("82") and len(folded) > 10 else folded


@forgetful
def spoken(kind: str, body: Mapping[str, JsonValue]) -> set[str]:
    """Return the personal values of a whole body, as `normalised` compares them."""
    _, private = split(kind, body)
    return {normalised(value) for value in private.values()}
