"""Naver SmartStore's bulk sheet (일괄등록), on the seller's own template or in the layout of 2026-07.

Attested: the 93 or 94 columns by three authors who upload them, their values by their notes. Columns are
found by name without white space, never by letter; a template with names nobody knows is refused. Not tried:
no sheet was uploaded. The sheet has no column for KC certificates, so such goods land as stopped.

Prices and stocks of options stand per value of the *first* axis only. Options that do not follow their first
axis, or that are no full grid, do not fit: their axes are joined (`검정 / M`) or the product is refused, as
the seller chose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import ClassVar, Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import (
    ACCOUNT_SETTING,
    CELL_LIMIT,
    SET_BY_PUBLISH,
    Exporter,
    ExportJob,
    Gap,
    LeftField,
    TargetCell,
    TargetRow,
    TextLimit,
    left_out,
    without_active_parts,
)
from wemakeprice_sdk.catalogue.report import ExportLine, LineCode, LineKind
from wemakeprice_sdk.checks import of_kind
from wemakeprice_sdk.errors import ColumnError
from wemakeprice_sdk.models.codes import ProductType, ShipType, TemplateShipMethod

_HEADERS: Final = (
    "판매자 상품코드", "카테고리코드", "상품명", "상품상태", "판매가", "단위가격 사용여부", "표시용량",
    "표시단위", "총용량", "부가세", "관부가세", "재고수량", "옵션형태", "옵션명", "옵션값", "옵션가",
    "옵션 재고수량", "직접입력 옵션", "추가상품명", "추가상품값", "추가상품가", "추가상품 재고수량",
    "대표이미지", "추가이미지", "상세설명", "브랜드", "제조사", "제조일자", "유효일자", "원산지코드",
    "수입사", "복수원산지여부", "원산지 직접입력", "미성년자 구매", "배송비 템플릿코드", "배송방법",
    "택배사코드", "배송비유형", "기본배송비", "배송비 결제방식", "조건부무료-\n상품판매가 합계",
    "수량별부과-수량", "구간별-\n2구간수량", "구간별-\n3구간수량", "구간별-\n3구간배송비",
    "구간별-\n추가배송비", "반품배송비", "교환배송비", "지역별 차등 배송비", "별도설치비",
    "상품정보제공고시 템플릿코드", "상품정보제공고시\n품명", "상품정보제공고시\n모델명",
    "상품정보제공고시\n인증허가사항", "상품정보제공고시\n제조자", "A/S 템플릿코드", "A/S 전화번호",
    "A/S 안내", "판매자특이사항", "즉시할인 값\n(기본할인)", "즉시할인 단위\n(기본할인)",
    "모바일\n즉시할인 값", "모바일\n즉시할인 단위", "복수구매할인\n조건 값", "복수구매할인\n조건 단위",
    "복수구매할인\n값", "복수구매할인\n단위", "상품구매시 포인트\n지급 값", "상품구매시 포인트\n지급 단위",
    "텍스트리뷰 작성시\n지급 포인트", "포토/동영상 리뷰 작성시\n지급 포인트",
    "한달사용 텍스트리뷰\n작성시 지급 포인트", "한달사용\n포토/동영상리뷰 작성시 지급 포인트",
    "알림받기동의 고객 리뷰 작성 시 지급 포인트", "무이자\n할부 개월", "사은품", "판매자바코드",
    "구매평 노출여부", "구매평\n비노출사유", "알림받기 동의 고객 전용 여부", "ISBN", "ISSN", "독립출판",
    "출간일", "출판사", "글작가", "그림작가", "번역자명", "문화비 소득공제", "사이즈\n상품군",
    "사이즈\n사이즈명", "사이즈\n상세 사이즈", "사이즈\n모델명",
)  # fmt: skip
_GROUP: Final = "상품 기본정보"
_NEWEST: Final = "판매준수가"
_LOOKED_AT: Final = 10
_TELLING: Final = 10
"""A row with as many known names is the header."""

_NAME: Final = TextLimit(100)
_MODEL: Final = TextLimit(49)
_OPTION: Final = TextLimit(24)
_MODEL_MARKS: Final = '\\*?"<>'
_HIGHEST_PRICE: Final = 999_999_990
_HIGHEST_FEE: Final = 100_000
_HIGHEST_RETURN_FEE: Final = 1_000_000
_MORE_PICTURES: Final = 9
_MOST_AXES: Final = 3
_MOST_OPTIONS: Final = 500

_CONDITIONS: Final = {
    ProductType.NEW: "신상품",
    ProductType.MADE_TO_ORDER: "신상품",
    ProductType.USED: "중고상품",
}
_PARCEL: Final = "택배‚ 소포‚ 등기"
"""With U+201A, not a comma, as the template's own list has it."""
_METHODS: Final = {TemplateShipMethod.KP: _PARCEL, TemplateShipMethod.KM: _PARCEL}
_FEES: Final = {ShipType.FREE: "무료", ShipType.FIXED: "유료", ShipType.COND: "조건부 무료"}
_NOTICE: Final = {
    "상품정보제공고시\n품명": ("품명", "상품명", "품명 및 모델명"),
    "상품정보제공고시\n모델명": ("모델명",),
    "상품정보제공고시\n인증허가사항": ("인증허가사항",),
    "상품정보제공고시\n제조자": ("제조자", "제조사", "제조업자", "제조자/수입자"),
}


def _squeezed(text: object) -> str:
    return "".join(str(text or "").split())


_KNOWN: Final = {_squeezed(name): name for name in (*_HEADERS, _NEWEST)}
_NEEDED: Final = (
    "판매자 상품코드", "카테고리코드", "상품명", "판매가", "재고수량", "옵션형태", "옵션명", "옵션값",
    "옵션가", "옵션 재고수량", "대표이미지", "상세설명", "원산지코드", "A/S 전화번호", "A/S 안내",
)  # fmt: skip


@frozen
class SheetLayout:
    """The columns of a template: our name of each, in the template's order, and the header's row from 1."""

    columns: tuple[str, ...]
    header_row: int = 2
    own: bool = True
    """Whether it was read from the seller's own template."""

    @classmethod
    def detect(cls, rows: Iterable[Sequence[object]]) -> SheetLayout:
        """Return the layout of a template from its first rows.

        Raises `ColumnError` for a template without a header that is known, with a name that no known layout
        has, with a name twice, or without a column that every product needs; the message names them all.
        """
        for number, row in enumerate(islice(rows, _LOOKED_AT), 1):
            names = [_squeezed(cell) for cell in row]
            while names and not names[-1]:
                names.pop()
            if sum(name in _KNOWN for name in names) >= _TELLING:
                return cls(_checked(names), number)
        raise ColumnError(
            "no row of the template has the column names of Naver's bulk sheet; download the template again "
            "(양식에서 일괄등록 항목명을 찾을 수 없습니다. 스마트스토어센터에서 양식을 다시 내려받아 주세요)"
        )


def _checked(names: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in _KNOWN]
    twice = sorted({name for name in names if names.count(name) > 1})
    missing = [name for name in _NEEDED if _squeezed(name) not in names]
    if unknown or twice or missing:
        raise ColumnError(
            f"the template's layout is not known: unknown {unknown}, twice {twice}, missing {missing}; "
            "nothing was written, so that no value lands in a wrong column "
            "(알 수 없는 양식입니다. 다른 열에 값이 들어갈 수 있어 멈췄습니다. 항목명을 확인해 주세요)"
        )
    return tuple(_KNOWN[name] for name in names)


LAYOUT_2026_07: Final = SheetLayout((*_HEADERS, _NEWEST), 2, own=False)
"""The newest layout that public code writes; a seller's own template is better."""


@frozen
class NaverSheet(Exporter):
    """Products as rows of Naver's bulk sheet. 판매자 상품코드 is the product's stable id.

    `layout` comes from the seller's own template (`SheetLayout.detect`). `price_band` is how far an option's
    surcharge may lie from 0, in per cent of a price above 10,000 won; None for no check.
    """

    target: ClassVar[str] = "naver"
    suffix: ClassVar[str] = "xlsx"
    sheet: ClassVar[str] = "일괄등록"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "상품명",
        "seller_code": "판매자 상품코드",
        "brand": "브랜드",
        "maker": "제조사",
        "model": "상품정보제공고시 모델명",
        "taxable": "부가세",
        "condition": "상품상태",
        "origin.code": "원산지코드",
        "origin.text": "원산지 직접입력",
        "origin.importer": "수입사",
        "adult_only": "미성년자 구매",
        "category": "카테고리코드",
        "description_html": "상세설명",
        "images": "대표이미지, 추가이미지",
        "price": "판매가",
        "stock": "재고수량",
        "notices": "상품정보제공고시",
        "shipping.method": "배송방법",
        "shipping.fee_kind": "배송비유형",
        "shipping.fee": "기본배송비",
        "shipping.free_over": "조건부무료-상품판매가 합계",
        "shipping.step": "수량별부과-수량",
        "shipping.prepaid": "배송비 결제방식",
        "shipping.return_fee": "반품배송비",
        "shipping.exchange_fee": "교환배송비",
        "shipping.courier": "택배사코드",
        "isbn": "ISBN",
        "option.axes": "옵션명, 옵션값",
        "option.surcharge": "옵션가",
        "option.stock": "옵션 재고수량",
        "option.state": "옵션 재고수량",
        "option.displayed": "옵션 재고수량",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried,
        {
            "status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH, "display": SET_BY_PUBLISH,
            "certificates": LeftField(
                "the sheet has no column for KC; such goods land as stopped",
                "양식에 KC 인증 항목이 없어 판매중지 상태로 등록됩니다",
            ),
            "list_price": LeftField(
                "Naver has a discount instead, which would change the price",
                "네이버에는 정상가 대신 할인만 있어 판매가가 바뀝니다",
            ),
            "shipping.ship_from": ACCOUNT_SETTING, "shipping.return_to": ACCOUNT_SETTING,
            "shipping.jeju_fee": ACCOUNT_SETTING, "shipping.islands_fee": ACCOUNT_SETTING,
            "shipping.bundle_kind": ACCOUNT_SETTING, "shipping.area": ACCOUNT_SETTING,
            "shipping.lead_days": ACCOUNT_SETTING,
        },
    )  # fmt: skip
    most_products = 500

    layout: SheetLayout = field(
        default=LAYOUT_2026_07, validator=of_kind(SheetLayout, hint="such as SheetLayout.detect(…)")
    )
    price_band: int | None = 50

    @property
    def remarks(self) -> tuple[ExportLine, ...]:
        """Say that the layout is not the seller's own."""
        if self.layout.own:
            return ()
        return (ExportLine("", LineKind.NEEDS_YOU, LineCode.LAYOUT, "layout", "2026-07"),)

    def heading(self) -> tuple[TargetRow, ...]:
        """Return group headings and names, as many rows as the template has."""
        above = ((_GROUP,),) * (self.layout.header_row - 1)
        return (*above, self.layout.columns)

    def write(self, job: ExportJob) -> tuple[TargetRow, ...]:
        """Return the product's row in the order of the layout."""
        cells = self._product(job) | self._texts(job) | self._shipping(job) | self._notice(job)
        cells |= self._options(job, int(cells["판매가"]))
        job.certificates_left("KC")
        for name, cell in cells.items():
            if isinstance(cell, str) and not CELL_LIMIT.fits(cell):
                job.notes.refuse(LineCode.TOO_LONG, name, cell, f"{CELL_LIMIT.measure(cell)} > {CELL_LIMIT}")
            if cell != "" and name not in self.layout.columns:
                job.notes.change(LineCode.DROPPED, name, cell)
        return (tuple(cells.get(name, "") for name in self.layout.columns),)

    def _product(self, job: ExportJob) -> dict[str, TargetCell]:
        product, defaults = job.product, job.defaults
        taxable = job.taxable("부가세", Gap.REFUSE)
        adult = job.adult_only("미성년자 구매", Gap.REFUSE)
        condition = product.condition
        state = _CONDITIONS.get(condition, "") if condition is not None else ""
        if not state:
            job.notes.ask(LineCode.TO_FILL, "상품상태", condition.korean if condition else "")
        return {
            "판매자 상품코드": product.id if product.variants else job.sku(),
            "카테고리코드": job.category("카테고리코드", Gap.REFUSE),
            "상품명": job.name("상품명", _NAME),
            "상품상태": state,
            "판매가": job.price("판매가", 10, _HIGHEST_PRICE),
            "부가세": "과세상품" if taxable else "면세상품",
            "브랜드": job.text("브랜드", product.brand, default=defaults.brand, gap=Gap.ASK),
            "제조사": job.text("제조사", product.maker, default=defaults.maker, gap=Gap.ASK),
            "미성년자 구매": "N" if adult else "Y",
            "ISBN": job.text("ISBN", product.isbn),
            **self._origin(job),
        }

    def _origin(self, job: ExportJob) -> dict[str, TargetCell]:
        origin, defaults = job.origin, job.defaults
        code = job.text("원산지코드", origin.code, default=defaults.origin_code, gap=Gap.REFUSE)
        written = Gap.REFUSE if code.startswith("04") else Gap.QUIET
        imported = Gap.REFUSE if code.startswith("02") else Gap.QUIET
        return {
            "원산지코드": code,
            "수입사": job.text("수입사", origin.importer, default=defaults.importer, gap=imported),
            "복수원산지여부": "N",
            "원산지 직접입력": job.text(
                "원산지 직접입력", origin.text, default=defaults.origin_text, gap=written
            ),
        }

    def _texts(self, job: ExportJob) -> dict[str, TargetCell]:
        html = job.description("상세설명", gap=Gap.REFUSE)
        kept = without_active_parts(html)
        if kept != html:
            job.notes.change(LineCode.STRIPPED, "상세설명", "script, style, iframe")
        if html and not kept.strip():
            job.missing("상세설명", Gap.REFUSE)
        first, *more = job.pictures("대표이미지", _MORE_PICTURES + 1) or ("",)
        if not first:
            job.missing("대표이미지", Gap.REFUSE)
        uploaded = set(job.maps.pictures.rules.values())
        if waiting := [url for url in (first, *more) if url and url not in uploaded]:
            job.notes.ask(LineCode.UPLOAD, "대표이미지", waiting[0], len(waiting))
        defaults = job.defaults
        return {
            "상세설명": kept,
            "대표이미지": first,
            "추가이미지": "\n".join(more),
            "A/S 전화번호": job.text(
                "A/S 전화번호", None, default=defaults.after_service_phone, gap=Gap.REFUSE
            ),
            "A/S 안내": job.text("A/S 안내", None, default=defaults.after_service_guide, gap=Gap.REFUSE),
        }

    def _shipping(self, job: ExportJob) -> dict[str, TargetCell]:
        terms, method = job.shipping, job.shipping.method
        by = _METHODS.get(method, "") if method is not None else ""
        if not by:
            job.notes.ask(LineCode.TO_FILL, "배송방법", method.korean if method else "")
        kind = _FEES.get(terms.fee_kind, "") if terms.fee_kind is not None else ""
        if not kind:
            job.notes.ask(LineCode.TO_FILL, "배송비유형", terms.fee_kind.korean if terms.fee_kind else "")
        if kind == "유료" and terms.step:
            kind = "수량별"
        cells: dict[str, TargetCell] = {
            "배송방법": by, "택배사코드": job.courier("택배사코드", Gap.ASK), "배송비유형": kind,
            "별도설치비": "N",
        }  # fmt: skip
        if kind != "무료":
            fee = job.number(
                "기본배송비", terms.fee, 0, _HIGHEST_FEE, default=job.defaults.shipping_fee, gap=Gap.ASK
            )
            cells["기본배송비"] = "" if fee is None else fee
        if kind == "조건부 무료":
            free_over = job.number("조건부무료-상품판매가 합계", terms.free_over, 1, gap=Gap.REFUSE)
            cells["조건부무료-\n상품판매가 합계"] = free_over or ""
        if kind == "수량별":
            cells["수량별부과-수량"] = terms.step or ""
        if terms.prepaid is not None and kind != "무료":
            cells["배송비 결제방식"] = "선결제" if terms.prepaid else "착불"
        fees = job.return_fees(("반품배송비", "교환배송비"), _HIGHEST_RETURN_FEE)
        return cells | {
            name: "" if fee is None else fee
            for name, fee in zip(("반품배송비", "교환배송비"), fees, strict=True)
        }

    def _notice(self, job: ExportJob) -> dict[str, TargetCell]:
        notices = job.product.notices
        ours = {
            entry.name: entry.value
            for notice in notices[:1]
            for entry in notice.entries
            if entry.name and entry.value
        }
        job.notes.change(
            LineCode.FALLBACK, "상품정보제공고시", notices[0].group if notices else "", "기타 재화"
        )
        cells: dict[str, TargetCell] = {}
        for column, names in _NOTICE.items():
            value = next((ours.pop(name) for name in names if name in ours), None)
            if value is None and column.endswith("모델명"):
                value = job.product.model or job.defaults.model
            limit = _MODEL if column.endswith("모델명") else None
            gap = Gap.QUIET if column.endswith("인증허가사항") else Gap.REFUSE
            cells[column] = job.text(
                _squeezed(column), value, default=job.defaults.notice_text, gap=gap, limit=limit
            )
        self._check_model(job, str(cells["상품정보제공고시\n모델명"]))
        for name, value in ours.items():
            job.notes.change(LineCode.DROPPED, "상품정보제공고시", value, name)
        for notice in notices[1:]:
            job.notes.change(LineCode.DROPPED, "상품정보제공고시", notice.group or notice.group_no)
        return cells

    def _check_model(self, job: ExportJob, model: str) -> None:
        if any(mark in model for mark in _MODEL_MARKS):
            job.notes.refuse(LineCode.CHARACTERS, "상품정보제공고시모델명", model, _MODEL_MARKS)

    def _options(self, job: ExportJob, price: int) -> dict[str, TargetCell]:
        matrix = job.matrix(
            "옵션값", most_axes=_MOST_AXES, most_rows=_MOST_OPTIONS, separators=(",", "\n"), limit=_OPTION
        )
        if job.product.text_options:
            job.notes.ask(LineCode.NOT_HELD, "직접입력 옵션", ", ".join(job.product.text_options))
        if matrix is None or not matrix.rows:
            return {"재고수량": job.stock("재고수량", job.product.stock) if matrix is None else 0}
        if not matrix.is_told_by_first_axis and not matrix.repeated():
            matrix = job.join("옵션값", matrix, 1)
            for value in matrix.values[0]:
                if not _OPTION.fits(value):
                    job.notes.refuse(LineCode.TOO_LONG, "옵션값", value, f"{len(value)} > {_OPTION}")
        price, matrix = job.rebase("판매가", matrix, price, self.price_band)
        first = {row.values[0]: row for row in matrix.rows}
        return {
            "판매가": price,
            "재고수량": sum(row.stock for row in matrix.rows),
            "옵션형태": "조합형",
            "옵션명": "\n".join(matrix.axes),
            "옵션값": "\n".join(",".join(values) for values in matrix.values),
            "옵션가": ",".join(str(row.surcharge) for row in first.values()),
            "옵션 재고수량": ",".join(str(row.stock) for row in first.values()),
        }
