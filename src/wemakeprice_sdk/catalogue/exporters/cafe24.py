"""Cafe24's bulk registration CSV (상품 일괄등록), header in row 1.

Attested: the 90 columns by three code bases that upload them, the option grammar
`색상{블랙|화이트}//사이즈{S|M}` by Cafe24's own example. Not tried: no file was uploaded. A mall may have
columns of its own; supply price (공급가) and price without VAT (상품가) depend on the mall's settings and
stay empty. Cafe24 takes maker, brand and origin only as codes that are registered in the mall, so they come
from the seller's maps or stay empty, never as another one.

The grammar always means the full grid of all values and holds neither stock nor surcharges per combination.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from attrs import field
from attrs.validators import in_

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import (
    SET_BY_PUBLISH,
    Exporter,
    ExportJob,
    Gap,
    LeftField,
    TargetCell,
    TextLimit,
    TextUnit,
    csv_line,
    left_out,
    unencodable,
)
from wemakeprice_sdk.catalogue.exporters.matrix import JOINT, Matrix
from wemakeprice_sdk.catalogue.report import LineCode

_COLUMNS: Final = (
    "상품코드", "자체 상품코드", "진열상태", "판매상태", "상품분류 번호", "상품분류 신상품영역",
    "상품분류 추천상품영역", "상품명", "영문 상품명", "상품명(관리용)", "공급사 상품명", "모델명",
    "상품 요약설명", "상품 간략설명", "상품 상세설명", "모바일 상품 상세설명 설정", "모바일 상품 상세설명",
    "검색어설정", "과세구분", "소비자가", "공급가", "상품가", "판매가", "판매가 대체문구 사용",
    "판매가 대체문구", "주문수량 제한 기준", "최소 주문수량(이상)", "최대 주문수량(이하)", "적립금",
    "적립금 구분", "공통이벤트 정보", "성인인증", "옵션사용", "품목 구성방식", "옵션 표시방식", "옵션세트명",
    "옵션입력", "옵션 스타일", "버튼이미지 설정", "색상 설정", "필수여부", "품절표시 문구", "추가입력옵션",
    "추가입력옵션 명칭", "추가입력옵션 선택/필수여부", "입력글자수(자)", "이미지등록(상세)",
    "이미지등록(목록)", "이미지등록(작은목록)", "이미지등록(축소)", "이미지등록(추가)", "제조사", "공급사",
    "브랜드", "트렌드", "자체분류 코드", "제조일자", "출시일자", "유효기간 사용여부", "유효기간", "원산지",
    "상품부피(cm)", "상품결제안내", "상품배송안내", "교환/반품안내", "서비스문의/안내", "배송정보",
    "배송방법", "국내/해외배송", "배송지역", "배송비 선결제 설정", "배송기간", "배송비 구분", "배송비입력",
    "스토어픽업 설정", "상품 전체중량(kg)", "HS코드", "상품 구분(해외통관)", "상품소재",
    "영문 상품소재(해외통관)", "옷감(해외통관)", "검색엔진최적화(SEO) 검색엔진 노출 설정",
    "검색엔진최적화(SEO) Title", "검색엔진최적화(SEO) Author", "검색엔진최적화(SEO) Description",
    "검색엔진최적화(SEO) Keywords", "검색엔진최적화(SEO) 상품 이미지 Alt 텍스트", "개별결제수단설정",
    "상품배송유형 코드", "메모",
)  # fmt: skip
_SEPARATORS: Final = ("{", "}", "|", "//")
_NO_STOCK: Final = LeftField(
    "the file has no stock; enter it in the mall", "양식에 재고가 없어 쇼핑몰에서 입력해야 합니다"
)
_PICTURES: Final = 20
_BOM: Final = b"\xef\xbb\xbf"
_OWN_CODE: Final = 40
_NAME: Final = 250
_MODEL: Final = 100


@frozen
class Cafe24(Exporter):
    """Products as Cafe24's CSV. 자체 상품코드 is the product's stable id; 상품코드 stays empty for a new one.

    `encoding` is `utf-8` with a byte order mark, or `cp949`: then a character that it lacks refuses the
    product by name. With `list_surcharges` options with surcharges are written at the product's price and
    each surcharge becomes a line to enter at the target; otherwise such a product is refused.
    """

    target: ClassVar[str] = "cafe24"
    suffix: ClassVar[str] = "csv"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "상품명",
        "seller_code": "자체 상품코드",
        "model": "모델명",
        "description_html": "상품 상세설명",
        "keywords": "검색어설정",
        "taxable": "과세구분",
        "list_price": "소비자가",
        "price": "판매가",
        "adult_only": "성인인증",
        "images": "이미지등록",
        "maker": "제조사",
        "brand": "브랜드",
        "category": "상품분류 번호",
        "origin.text": "원산지",
        "display": "진열상태, 판매상태",
        "option.axes": "옵션입력",
        "option.surcharge": "판매가",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried,
        {
            "status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH,
            "stock": _NO_STOCK, "option.stock": _NO_STOCK,
            "option.seller_code": LeftField(
                "the file has no code per combination", "양식에 품목별 코드가 없습니다"
            ),
        },
    )  # fmt: skip

    encoding: Literal["utf-8", "cp949"] = field(default="utf-8", validator=in_(("utf-8", "cp949")))
    list_surcharges: bool = False

    def head(self) -> bytes:
        """Return the header row, behind the byte order mark of UTF-8."""
        mark = _BOM if self.encoding == "utf-8" else b""
        return mark + csv_line(_COLUMNS).encode(self.encoding)

    def write(self, job: ExportJob) -> bytes:
        """Return the product's row."""
        row = self._product(job) | self._codes(job) | self._pictures(job) | self._options(job)
        for name, cell in row.items():
            self._check_characters(job, name, cell)
        # No mark in front of a formula: nothing says that Cafe24 takes it away again.
        return csv_line(row.get(name, "") for name in _COLUMNS).encode(self.encoding, "replace")

    def _bytes(self, most: int) -> TextLimit:
        return TextLimit(most, TextUnit.BYTES, self.encoding)

    def _product(self, job: ExportJob) -> dict[str, TargetCell]:
        product = job.product
        taxable = job.taxable("과세구분")
        adult = job.adult_only("성인인증", Gap.QUIET)
        listed = job.list_price()
        return {
            "자체 상품코드": job.text("자체 상품코드", self._own_code(job), limit=self._bytes(_OWN_CODE)),
            "진열상태": _yes(job.shown),
            "판매상태": _yes(job.shown),
            "상품명": job.name("상품명", self._bytes(_NAME)),
            "모델명": job.text(
                "모델명", product.model, default=job.defaults.model, limit=self._bytes(_MODEL)
            ),
            "상품 상세설명": job.description("상품 상세설명"),
            "모바일 상품 상세설명 설정": "A",
            "검색어설정": ",".join(job.text("검색어설정", word) for word in product.keywords),
            "과세구분": "" if taxable is None else "A|10" if taxable else "B",
            "소비자가": "" if listed is None else listed,
            "판매가": job.price("판매가"),
            "성인인증": _yes(bool(adult)),
            "유효기간 사용여부": "N",
        }

    def _own_code(self, job: ExportJob) -> str:
        return job.product.id if job.product.variants else job.sku()

    def _codes(self, job: ExportJob) -> dict[str, TargetCell]:
        product, maps = job.product, job.maps
        category = job.category("상품분류 번호")
        areas = "|".join("N" for _ in category.split("|")) if category else ""
        origin = job.text("원산지", job.origin.text, default=job.defaults.origin_text)
        return {
            "상품분류 번호": category,
            "상품분류 신상품영역": areas,
            "상품분류 추천상품영역": areas,
            "제조사": job.mapped("제조사", maps.makers, (product.maker or job.defaults.maker,)),
            "브랜드": job.mapped("브랜드", maps.brands, (product.brand or job.defaults.brand,)),
            "원산지": job.mapped("원산지", maps.origins, (origin,)),
        }

    def _pictures(self, job: ExportJob) -> dict[str, TargetCell]:
        first, *more = job.pictures("이미지등록(상세)", _PICTURES + 1) or ("",)
        if not first:
            job.missing("이미지등록(상세)", Gap.ASK)
        kinds = ("상세", "목록", "작은목록", "축소")
        cells: dict[str, TargetCell] = {f"이미지등록({kind})": first for kind in kinds}
        return cells | {"이미지등록(추가)": "|".join(more)}

    def _options(self, job: ExportJob) -> dict[str, TargetCell]:
        matrix = job.matrix("옵션입력", separators=_SEPARATORS)
        job.notes.ask(LineCode.NOT_HELD, "재고")
        if matrix is None or not matrix.rows:
            return {"옵션사용": "N"}
        if not matrix.is_full_grid and not matrix.repeated():
            matrix = job.join("옵션입력", matrix, 1)
        grammar = "//".join(
            f"{axis}{{{'|'.join(values)}}}" for axis, values in zip(matrix.axes, matrix.values, strict=True)
        )
        # 조합형 options, shown as a combination, styled as a select box: as in Cafe24's own example
        cells: dict[str, TargetCell] = {
            "옵션사용": "Y", "품목 구성방식": "T", "옵션 표시방식": "C",
            "옵션입력": grammar, "옵션 스타일": "S",
        }  # fmt: skip
        return cells | self._raised(job, matrix)

    def _raised(self, job: ExportJob, matrix: Matrix) -> dict[str, TargetCell]:
        """Return the price that holds for all options, when one does; what differs is listed or refused."""
        raised, rest = matrix.rebased()
        if not any(row.surcharge for row in rest.rows):
            if raised:
                job.notes.change(LineCode.REBASED, "판매가", job.product.price, raised)
            return {"판매가": job.total("판매가", matrix.rows[0])}
        for row in matrix.rows:
            if not row.surcharge:
                continue
            note = job.notes.ask if self.list_surcharges else job.notes.refuse
            code = LineCode.NOT_HELD if self.list_surcharges else LineCode.MISFIT
            note(code, "추가금액", JOINT.join(row.values), row.surcharge)
        return {}

    def _check_characters(self, job: ExportJob, name: str, cell: TargetCell) -> None:
        if isinstance(cell, int) or self.encoding == "utf-8":
            return
        if strange := unencodable(cell, self.encoding):
            job.notes.refuse(LineCode.CHARACTERS, name, strange, self.encoding)


def _yes(value: bool) -> str:
    return "Y" if value else "N"
