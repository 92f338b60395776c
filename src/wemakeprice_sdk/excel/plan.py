"""Choosing from a preview: which rows, and for products what becomes of SKU link and stock sync."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import define, field

from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.excel.commit import CommitReport, ImportProgress, NotCarried, commit_items
from wemakeprice_sdk.excel.preview import Chooser, Preview, PreviewRow, RowStatus, extras_of
from wemakeprice_sdk.excel.records import DealRecord, ExportKind, ProductRecord
from wemakeprice_sdk.excel.skus import SkuWords, uses_of_record
from wemakeprice_sdk.excel.target import DealImport, ImportTarget, ProductImport, SkuChoice
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_matching import SkuMatchReport, match_skus
from wemakeprice_sdk.models.tables import Report

_MOST_VIOLATIONS = 1_000

_STATUS_WORDS: Mapping[RowStatus, tuple[str, str]] = {
    RowStatus.REGISTERED: ("is registered already", "이미 등록된 상품입니다"),
    RowStatus.DUPLICATE: ("is a duplicate row", "중복된 행입니다"),
    RowStatus.INVALID: (
        "is invalid; its problems say why",
        "오류가 있는 행입니다. 오류를 수정한 뒤 다시 가져와 주세요",
    ),
}

NEVER_IN_AN_EXPORT = (
    NotCarried(
        "images and description", "an export does not hold them", "이미지와 상세설명은 엑셀에 없습니다"
    ),
    NotCarried(
        "notices and certifications",
        "an export does not hold them",
        "상품정보고시와 인증정보는 엑셀에 없습니다",
    ),
    NotCarried(
        "purchase limits and typed options",
        "an export does not hold them",
        "구매제한과 텍스트옵션은 엑셀에 없습니다",
    ),
)
"""What no product export holds; read the product through the API to have it."""


@define(eq=False)
class ImportPlan(Report):
    """The chosen rows of a preview. Making it touches nothing; `commit` does."""

    preview: Preview = field(repr=False)
    count: int
    """How many items will be imported."""
    _chosen: bytearray = field(repr=False)
    _sku: SkuChoice | None
    _per_product: Mapping[int, SkuChoice] = field(repr=False)
    _said: SkuWords = field(repr=False)

    @property
    def kind(self) -> ExportKind:
        """Products or deals."""
        return self.preview.kind

    def items(self) -> Iterator[ProductImport | DealImport]:
        """Return what will be imported, in the order of the source."""
        return (item for _, item in self.numbered_items())

    def numbered_items(self) -> Iterator[tuple[PreviewRow, ProductImport | DealImport]]:
        """Return every item with the row it comes from."""
        for ordinal, row in self.preview.numbered():
            if self._chosen[ordinal] and row.record is not None:
                yield row, self._item(row.record, row)

    def _item(self, record: ProductRecord | DealRecord, row: PreviewRow) -> ProductImport | DealImport:
        seller, headers = self.preview.seller_id, self.preview.headers_of(row.source)
        extras = extras_of(record.extras, headers)
        if isinstance(record, DealRecord):
            missing = row.missing_products
            present = tuple(no for no in record.product_nos if no not in missing)
            rows = tuple(extras_of(one, headers) for one in record.row_extras)
            return DealImport(
                f"{seller}/deal/{record.deal_no}", seller, record, present, missing, extras, rows
            )
        choice = self._choice(record)
        options = tuple(extras_of(option.extras, headers) for option in record.options)
        return ProductImport(
            f"{seller}/product/{record.product_no}",
            seller,
            record,
            choice,
            extras,
            options if any(options) else (),
            self._said.shared_of(record, choice),
            self._said.is_runple(record),
        )

    def _choice(self, record: ProductRecord) -> SkuChoice:
        return self._per_product.get(record.product_no, self._sku) or SkuChoice(SkuLinkMode.NONE)

    def sku_matches(self) -> SkuMatchReport:
        """Return what the codes of the chosen products say as SKUs (SKU 대조): look at it before `commit`.

        Each is seen beside the others of the plan and the links of the registry, over all its accounts. What
        is ambiguous is linked all the same, and no stock goes through such a link until the seller says that
        the code is shared.
        """
        records = (row.record for row, _ in self.numbered_items())
        uses = (
            use
            for record in records
            if isinstance(record, ProductRecord)
            for use in uses_of_record(record, self._choice(record), self.preview.seller_id)
        )
        return match_skus(uses, standing=self._said.standing(), shared=self._said.shared)

    def not_carried(self) -> tuple[NotCarried, ...]:
        """Say what of the source will not be taken over (DOMAIN 5.7)."""
        preview = self.preview
        found = [
            NotCarried(
                header,
                "nobody understood this column; kept as an extra of every product, option and deal row",
                "알 수 없는 열입니다(상품·옵션·딜 행마다 원문만 보관)",
            )
            for header in preview.extra_headers
        ]
        if preview.left_out:
            count = len(preview.left_out)
            found.append(
                NotCarried(
                    f"{count} row(s)",
                    "totals, notes and repeated headers are no data",
                    "합계, 안내 문구, 반복된 제목 행은 자료가 아닙니다",
                )
            )
        found += [
            NotCarried(name, "the source has no such column", "파일에 없는 항목입니다")
            for name in preview.missing_fields
        ]
        return (*found, *NEVER_IN_AN_EXPORT) if self.kind is ExportKind.PRODUCTS else tuple(found)

    def commit(
        self,
        target: ImportTarget,
        *,
        progress: Callable[[ImportProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        batch: int = 200,
    ) -> CommitReport:
        """Import the chosen rows; what the target has already is passed over.

        Idempotent and resumable: run it again after a crash, with this plan or one made anew, and nothing is
        done twice. `progress` is called after every item, `cancelled` asked before every item. A
        `BatchTarget` takes up to 100 items in one go: `cancelled` is asked before, and `progress` called for
        each once all of them are in. Raises `CommitError` when templates were never imported or when the
        target stops working on the whole; an item the target refuses is reported and the run goes on.
        """
        check_kind("target", target, ImportTarget)
        return commit_items(
            self.numbered_items(),
            target,
            seller_id=self.preview.seller_id,
            kind=self.kind,
            total=self.count,
            not_carried=self.not_carried(),
            progress=progress,
            cancelled=cancelled,
            batch=batch,
        )


def select(
    preview: Preview,
    numbers: Iterable[int] | None = None,
    *,
    where: Chooser | None = None,
    sku: SkuChoice | None = None,
    per_product: Mapping[int, SkuChoice] | None = None,
    include_flagged: bool = True,
    include_incomplete: bool = False,
    shared: Iterable[str] = (),
    runple: Iterable[int | str] = (),
    registry: object = None,
) -> ImportPlan:
    """Choose from a preview; by default every new row.

    Products need a choice of SKU link and stock sync: `sku` for all, `per_product` for single ones; deals
    take neither. Deals whose products are not all imported are left out unless `include_incomplete`.
    `shared` are seller codes that are one thing wherever they stand (`shared_codes` reads them from a file),
    `runple` the product numbers or seller codes of what Runple ships (런플), beside a column that says it.
    `registry` tells `ImportPlan.sku_matches` of the links that stand (`SkuRegistry`). Raises
    `ValidationError` listing every number that cannot be chosen and every choice that contradicts itself.
    """
    check_kind("preview", preview, Preview)
    check_kind("sku", sku, SkuChoice, optional=True)
    for choice in (per_product or {}).values():
        check_kind("per_product", choice, SkuChoice)
    chooser = _Selection(
        preview, None if numbers is None else frozenset(numbers), sku, dict(per_product or {})
    )
    chosen = chooser.choose(where, include_flagged=include_flagged, include_incomplete=include_incomplete)
    said = SkuWords.of(shared, runple, registry)
    return ImportPlan(preview, sum(chosen), chosen, sku, chooser.per_product, said)


class _Selection:
    """Notes every violation while it walks the rows once."""

    def __init__(
        self,
        preview: Preview,
        numbers: frozenset[int] | None,
        sku: SkuChoice | None,
        per_product: dict[int, SkuChoice],
    ) -> None:
        self.preview = preview
        self.numbers = numbers
        self.sku = sku
        self.per_product = per_product
        self.problems = Problems()

    def choose(self, where: Chooser | None, *, include_flagged: bool, include_incomplete: bool) -> bytearray:
        """Mark the rows; raise when anything about the choice is wrong."""
        self._refuse_deal_choices()
        chosen = bytearray(len(self.preview._statuses))
        reasons: dict[int, RowStatus] = {}
        taken: set[int] = set()
        for ordinal, row in self.preview.numbered():
            if row.number is None or (self.numbers is not None and row.number not in self.numbers):
                continue
            if row.status is not RowStatus.NEW:
                reasons.setdefault(row.number, row.status)
                continue
            explicit = self.numbers is not None
            if row.missing_products and not include_incomplete:
                if explicit:
                    self._refuse_incomplete(row)
                continue
            if (row.flagged and not include_flagged and not explicit) or (
                where is not None and not where(row)
            ):
                continue
            chosen[ordinal] = 1
            taken.add(row.number)
            self._check_sku(row)
        self._refuse_numbers(reasons, taken)
        del self.problems.found[_MOST_VIOLATIONS:]
        self.problems.raise_all("selection", ValidationError)
        return chosen

    def _refuse_deal_choices(self) -> None:
        if self.preview.kind is ExportKind.DEALS and (self.sku is not None or self.per_product):
            self.problems.add(
                "sku",
                "given",
                "none for deals",
                "deals take no SKU choice",
                "딜은 SKU 연동을 선택하지 않습니다. 선택을 빼 주세요",
            )

    def _refuse_incomplete(self, row: PreviewRow) -> None:
        shown = ", ".join(map(str, row.missing_products[:10]))
        self.problems.add(
            f"deal[{row.number}]",
            shown,
            "products imported first",
            "refers to products that are not imported; import them first or set include_incomplete",
            "딜에 포함된 상품을 먼저 가져와 주세요",
        )

    def _check_sku(self, row: PreviewRow) -> None:
        record = row.record
        if not isinstance(record, ProductRecord):
            return
        path = f"product[{record.product_no}].sku"
        choice = self.per_product.get(record.product_no, self.sku)
        if choice is None:
            self.problems.add(
                path,
                "none",
                "choice needed",
                "choose SKU link and stock sync",
                "SKU 연동여부를 선택해 주세요",
            )
        elif choice.link is SkuLinkMode.BY_SELLER_CODE and not _has_codes(record):
            self.problems.add(
                path,
                choice.link.value,
                "seller code present",
                "cannot link by seller code: the source gives none",
                "업체상품코드가 없어 코드로 연동할 수 없습니다. 다른 SKU 연동 방식을 선택해 주세요",
            )

    def _refuse_numbers(self, reasons: Mapping[int, RowStatus], taken: set[int]) -> None:
        for number in sorted((self.numbers or frozenset()) - taken):
            status = reasons.get(number)
            if status is None and self._was_seen(number):
                continue
            english, korean = (
                _STATUS_WORDS[status]
                if status
                else ("is not in the preview", "미리보기에 없는 번호입니다. 번호를 확인해 주세요")
            )
            rule = "status new" if status else "known number"
            self.problems.add(f"number[{number}]", str(number), rule, f"{number} {english}", korean)

    def _was_seen(self, number: int) -> bool:
        return any(row.number == number and row.status is RowStatus.NEW for row in self.preview)


def _has_codes(record: ProductRecord) -> bool:
    if record.options:
        return all(option.seller_option_code for option in record.options) or bool(record.seller_product_code)
    return bool(record.seller_product_code)
