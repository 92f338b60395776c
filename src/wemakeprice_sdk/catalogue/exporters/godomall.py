"""Godomall's goods workbook (고도몰): three header rows, data from row 4, at most 200 goods a file.

Attested: field names, value rules and marks by a copy of Godomall's own help page in public code (one copy).
Not tried: no workbook was uploaded. Brand, category and delivery are codes of the mall; pictures are names
below one storage address. Each combination stands on its own line with its surcharge and stock, so that a
ragged matrix goes as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import (
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
)
from wemakeprice_sdk.catalogue.report import LineCode
from wemakeprice_sdk.models.codes import CertificationType, ProductType

_PART: Final = "^|^"
_NAME: Final = TextLimit(250)
_WORDS: Final = TextLimit(30)
_CODE: Final = re.compile(r"[A-Za-z0-9_]{1,30}")
"""What Godomall takes as a code: no special mark but the underscore."""
_PICTURES: Final = 20

_FIELDS: Final = {
    "goods_name": "상품명_기본",
    "goods_cd": "자체상품코드",
    "search_word": "검색 키워드",
    "goods_state": "상품 상태",
    "model_no": "모델번호",
    "category_code": "카테고리 코드",
    "brand_code": "브랜드 코드",
    "maker_name": "제조사",
    "origin_name": "원산지",
    "only_adult_fl": "성인인증 여부",
    "goods_must_info": "상품필수정보",
    "kcmark_fl": "KC인증 표시 여부",
    "kcmark_div_fl": "KC인증 구분",
    "kcmark_no": "KC인증 번호",
    "stock_type": "재고 설정",
    "tax_free_type": "과세/면세",
    "display_pc_yn": "PC 노출 여부",
    "display_mobile_yn": "모바일 노출 여부",
    "sell_pc_yn": "PC 판매 여부",
    "sell_mobile_yn": "모바일 판매 여부",
    "goods_price": "판매가",
    "fixed_price": "정가",
    "option_yn": "옵션 사용 여부",
    "option_display": "옵션 표시 방법",
    "option_name": "옵션명",
    "option_value": "옵션값",
    "option_price": "옵션가격",
    "stock_cnt": "재고",
    "option_code": "자체옵션코드",
    "image_storage": "이미지 저장소",
    "image_name": "이미지명",
    "goods_desc_pc": "PC쇼핑몰 상세 설명",
    "goods_desc_same_flag": "PC/모바일 상세설명 동일사용 여부",
    "naver_import_flag": "수입 및 제작 여부",
    "isbn": "ISBN코드",
}
_STATES: Final = {
    ProductType.NEW: "n",
    ProductType.MADE_TO_ORDER: "n",
    ProductType.USED: "u",
    ProductType.RESALE: "r",
    ProductType.REFURBISHED: "f",
}
_MARKS: Final = {
    CertificationType.KD_SPL: "kcCd01",
    CertificationType.KD_SAFETY_CT: "kcCd02",
    CertificationType.KD_SAFETY_CK: "kcCd03",
    CertificationType.LF_SPL: "kcCd07",
    CertificationType.LF_SAFETY_CT: "kcCd08",
    CertificationType.LF_SAFETY_CK: "kcCd09",
    CertificationType.LF_KD_PRT: "kcCd10",
    CertificationType.ER_SPL: "kcCd11",
    CertificationType.ER_SAFETY_CT: "kcCd12",
    CertificationType.ER_SAFETY_CK: "kcCd13",
}
"""Godomall tells three kinds of 방송통신기자재 apart, and ours is one, so that none of them stands here."""


@frozen
class Godomall(Exporter):
    """Products as rows of Godomall's workbook. `goods_cd` is the stable id, written with underscores."""

    target: ClassVar[str] = "godomall"
    suffix: ClassVar[str] = "xlsx"
    sheet: ClassVar[str] = "상품"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "goods_name",
        "seller_code": "goods_cd",
        "brand": "brand_code",
        "maker": "maker_name",
        "model": "model_no",
        "display": "display_pc_yn, sell_pc_yn and mobile",
        "taxable": "tax_free_type",
        "condition": "goods_state, naver_import_flag",
        "origin.text": "origin_name",
        "adult_only": "only_adult_fl",
        "parallel_import": "naver_import_flag",
        "category": "category_code",
        "description_html": "goods_desc_pc",
        "images": "image_storage, image_name",
        "list_price": "fixed_price",
        "price": "goods_price",
        "stock": "stock_cnt",
        "notices": "goods_must_info",
        "certificates": "kcmark_fl, kcmark_div_fl, kcmark_no",
        "keywords": "search_word",
        "isbn": "isbn",
        "option.axes": "option_name, option_value",
        "option.seller_code": "option_code",
        "option.surcharge": "option_price",
        "option.stock": "stock_cnt",
        "option.state": "stock_cnt",
        "option.displayed": "stock_cnt",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried,
        {
            "status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH,
            "text_options": LeftField(
                "the format wants a length limit that no source has",
                "양식에 필요한 입력제한수가 원본에 없습니다",
            ),
        },
    )  # fmt: skip
    most_products = 200

    def heading(self) -> tuple[TargetRow, ...]:
        """Return the three header rows: Korean names, field names, and the names again as the description."""
        names = tuple(_FIELDS.values())
        return names, tuple(_FIELDS), names

    def write(self, job: ExportJob) -> tuple[TargetRow, ...]:
        """Return the product's row."""
        cells = self._product(job) | self._codes(job) | self._marks(job) | self._options(job)
        cells |= self._pictures(job)
        for name, cell in cells.items():
            if isinstance(cell, str) and not CELL_LIMIT.fits(cell):
                job.notes.refuse(LineCode.TOO_LONG, name, cell, f"{CELL_LIMIT.measure(cell)} > {CELL_LIMIT}")
        return (tuple(cells.get(name, "") for name in _FIELDS),)

    def _product(self, job: ExportJob) -> dict[str, TargetCell]:
        product = job.product
        taxable, adult = job.taxable("tax_free_type"), job.adult_only("only_adult_fl", Gap.QUIET)
        condition, listed = product.condition, job.list_price()
        state = _STATES.get(condition, "") if condition is not None else ""
        if not state:
            job.notes.ask(LineCode.TO_FILL, "goods_state", condition.korean if condition else "")
        shown = dict.fromkeys(
            ("display_pc_yn", "display_mobile_yn", "sell_pc_yn", "sell_mobile_yn"), _yes(job.shown)
        )
        words = ",".join(job.text("search_word", word) for word in product.keywords)
        return {
            "goods_name": job.name("goods_name", _NAME),
            "search_word": job.text("search_word", words, limit=_NAME),
            "goods_state": state,
            "maker_name": job.text("maker_name", product.maker, default=job.defaults.maker, limit=_WORDS),
            "origin_name": job.text(
                "origin_name", job.origin.text, default=job.defaults.origin_text, limit=_WORDS
            ),
            "only_adult_fl": _yes(bool(adult)),
            "tax_free_type": "" if taxable is None else "t" if taxable else "f",
            "goods_price": job.price("goods_price"),
            "fixed_price": "" if listed is None else listed,
            "stock_type": "y",
            "goods_desc_pc": job.description("goods_desc_pc"),
            "goods_desc_same_flag": "y",
            "naver_import_flag": self._import(job),
            "isbn": job.text("isbn", product.isbn),
            **shown,
        }

    def _import(self, job: ExportJob) -> str:
        if job.product.parallel_import:
            return "d"
        return "o" if job.product.condition == ProductType.MADE_TO_ORDER else ""

    def _codes(self, job: ExportJob) -> dict[str, TargetCell]:
        product, defaults = job.product, job.defaults
        model = job.text("model_no", product.model, default=defaults.model)
        if model and _CODE.fullmatch(model) is None:
            job.notes.ask(LineCode.CHARACTERS, "model_no", model, "A-Z a-z 0-9 _")
            model = ""
        return {
            "goods_cd": self._code(job, "goods_cd", product.id if product.variants else job.sku()),
            "model_no": model,
            "category_code": job.category("category_code"),
            "brand_code": job.mapped("brand_code", job.maps.brands, (product.brand or defaults.brand,)),
        }

    def _code(self, job: ExportJob, name: str, code: str) -> str:
        if code.startswith(job.product.id):
            code = code.replace("-", "_")
        if _CODE.fullmatch(code) is None:
            job.notes.refuse(LineCode.CHARACTERS, name, code, "A-Z a-z 0-9 _")
        return code

    def _marks(self, job: ExportJob) -> dict[str, TargetCell]:
        entries = [
            (job.text("goods_must_info", one.name), job.text("goods_must_info", one.value))
            for notice in job.product.notices
            for one in notice.entries
            if one.name and one.value
        ]
        if any(_PART in text or "\n" in text for entry in entries for text in entry):
            job.notes.refuse(LineCode.SEPARATOR, "goods_must_info", _PART)
        if not entries:
            job.missing("goods_must_info", Gap.ASK)
        known: list[tuple[str, str]] = []
        for one in job.product.certificates:
            code = _MARKS.get(one.kind, "") if one.kind is not None else ""
            if one.number and code:
                known.append((code, job.text("kcmark_no", one.number, limit=_WORDS)))
            elif one.number:
                job.notes.ask(LineCode.NOT_HELD, "kcmark_no", one.number)
        return {
            "goods_must_info": "\n".join(_PART.join(entry) for entry in entries),
            "kcmark_fl": _yes(bool(known)),
            "kcmark_div_fl": _PART.join(code for code, _ in known),
            "kcmark_no": _PART.join(number for _, number in known),
        }

    def _options(self, job: ExportJob) -> dict[str, TargetCell]:
        matrix = job.matrix("option_value", separators=(_PART, "\n"))
        if matrix is None:
            return {"option_yn": "n", "stock_cnt": job.stock("stock_cnt", job.product.stock)}
        return {
            "option_yn": "y",
            "option_display": "s",
            "option_name": _PART.join(matrix.axes),
            "option_value": "\n".join(_PART.join(row.values) for row in matrix.rows),
            "option_price": "\n".join(str(row.surcharge) for row in matrix.rows),
            "stock_cnt": "\n".join(str(row.stock) for row in matrix.rows),
            "option_code": "\n".join(self._code(job, "option_code", row.code) for row in matrix.rows),
        }

    def _pictures(self, job: ExportJob) -> dict[str, TargetCell]:
        urls = job.pictures("image_name", _PICTURES)
        if not urls:
            job.missing("image_name", Gap.ASK)
            return {}
        storage = urls[0].rpartition("/")[0] + "/"
        names = []
        for url in urls:
            if url.startswith(storage) and "/" not in url.removeprefix(storage):
                names.append(url.removeprefix(storage))
            else:
                job.notes.ask(LineCode.NOT_HELD, "image_name", url, storage)
        first = [f"{kind}{_PART}{names[0]}" for kind in ("main", "list", "magnify")]
        detail = [f"detail{_PART}{name}" for name in names]
        return {"image_storage": storage, "image_name": "\n".join([*first, *detail])}


def _yes(value: bool) -> str:
    return "y" if value else "n"
