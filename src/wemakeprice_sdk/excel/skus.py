"""What an import says about SKUs: which code each option bears, which are shared, what Runple ships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from os import PathLike
from pathlib import Path
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.excel.records import ProductRecord
from wemakeprice_sdk.excel.target import SkuChoice, SkuRegistry
from wemakeprice_sdk.excel.values import clean_code
from wemakeprice_sdk.files.cells import Cell, cell_text
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget, FileLimits
from wemakeprice_sdk.files.sniff import open_workbook
from wemakeprice_sdk.models._given import whole_number
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_matching import SkuUse

_CODE_HEADERS: Final = frozenset({"sku", "코드", "업체코드", "업체상품코드", "업체옵션코드"})
_MARK_HEADERS: Final = frozenset({"match", "match_ko", "공유", "공유여부"})
_MARKS: Final = frozenset({"shared", "공유", "y", "yes", "예", "o", "true", "1"})


@frozen
class SkuWords:
    """What the seller said beside the file: shared codes, goods of Runple, and the links that stand."""

    shared: frozenset[str]
    runple: frozenset[int | str]
    registry: SkuRegistry | None

    @classmethod
    def of(cls, shared: Iterable[str], runple: Iterable[int | str], registry: object) -> SkuWords:
        """Take what a caller handed in; codes that the registry knows as shared count too."""
        check_items("shared", shared)
        check_items("runple", runple)
        codes, goods = frozenset(shared), frozenset(runple)
        for code in codes:
            check_kind("shared", code, str)
        goods = frozenset(name if isinstance(name, str) else whole_number(name, "runple") for name in goods)
        known = registry if isinstance(registry, SkuRegistry) else None
        return cls(codes if known is None else codes | known.shared_skus(), goods, known)

    def standing(self) -> Iterable[SkuUse]:
        """Return the links that stand."""
        return () if self.registry is None else self.registry.sku_uses()

    def shared_of(self, record: ProductRecord, choice: SkuChoice) -> tuple[str, ...]:
        """Return the SKUs of a product that are shared."""
        found = (use.sku for use in uses_of_record(record, choice, ""))
        return tuple(dict.fromkeys(sku for sku in found if sku is not None and sku in self.shared))

    def is_runple(self, record: ProductRecord) -> bool:
        """Return whether Runple ships a product, as its column, its number or one of its codes says."""
        codes = {record.seller_product_code, *(option.seller_option_code for option in record.options)}
        named: AbstractSet[object] = {record.product_no, *codes} & self.runple
        return bool(record.runple) or bool(named)


def uses_of_record(record: ProductRecord, choice: SkuChoice, account: str) -> list[SkuUse]:
    """Return the SKUs that a product's options would be linked to; those without a code bear none.

    Under CREATE an option without a code gets a new SKU, which needs no word.
    """
    if choice.link is SkuLinkMode.NONE:
        return []
    code, price, scheme = record.seller_product_code, record.sale_price, choice.scheme
    uses = [
        SkuUse(
            account=account,
            product_no=record.product_no,
            option_key=(option.name or option.seller_option_code or str(option.option_no),),
            sku=scheme.sku_of(code, option.seller_option_code, has_options=True),
            name=record.product_name,
            price=None if price is None else price + (option.add_price or 0),
        )
        for option in record.options
    ] or [
        SkuUse(
            account=account,
            product_no=record.product_no,
            sku=scheme.sku_of(code, None, has_options=False),
            name=record.product_name,
            price=price,
        )
    ]
    return [use for use in uses if use.sku is not None] if choice.link is SkuLinkMode.CREATE else uses


def shared_codes(file: str | PathLike[str], *, limits: FileLimits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """Return the codes that a file says are shared: a match report given back, or a plain list of codes.

    The file is a CSV or workbook with a header. Its code column is `sku` or 업체코드; with a column `match`
    or 공유 only the rows marked `shared` or 공유 (or Y) count, without one every row. Raises
    `ValidationError` when no code column is there, and the file errors of `ExcelMigrator.inspect`.
    """
    check_kind("limits", limits, FileLimits)
    budget = Budget(limits)
    book = open_workbook(Path(file), limits, budget, _names_codes)
    header: tuple[str, ...] = ()
    found: list[str] = []
    try:
        for _, cells in book.rows(0, budget):
            words = tuple(_word(cell) for cell in cells)
            if not header:
                header = words if _names_codes(words) else ()
            else:
                found += _marked(header, words, cells)
    finally:
        book.close()
    if not header:
        raise ValidationError.single(
            "file",
            Path(file).name,
            "a column sku",
            "the file has no column of codes; name it sku",
            "코드 열을 찾을 수 없습니다. 열 이름을 sku 또는 업체코드로 바꿔 주세요",
        )
    return tuple(dict.fromkeys(found))


def _names_codes(words: Iterable[str]) -> bool:
    return any(word.strip().casefold() in _CODE_HEADERS for word in words)


def _word(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip().casefold()


def _marked(header: Sequence[str], words: Sequence[str], cells: Sequence[Cell]) -> list[str]:
    """Return the code of a row unless it is marked otherwise."""
    marks = [words[at] for at, name in enumerate(header) if name in _MARK_HEADERS and at < len(words)]
    if marks and not any(mark in _MARKS for mark in marks):
        return []
    at = next(place for place, name in enumerate(header) if name in _CODE_HEADERS)
    # Cleaned as the codes of products are, which it has to match.
    code = clean_code(cell_text(cells[at])) if at < len(cells) else ""
    return [code] if code else []
