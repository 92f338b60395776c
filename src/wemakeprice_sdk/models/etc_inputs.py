"""Disclosure, KC certificates, branches and the other block as they are written (상품정보고시, 기타정보)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models._rules import (
    ISBN10,
    ISBN13,
    KEYWORDS,
    AsText,
    Broken,
    Chars,
    InputLimits,
    Items,
    Ko,
    Only,
    Range,
    When,
    WriteModel,
    field_specs,
    instances,
    make_violation,
    only,
)
from wemakeprice_sdk.models.codes import (
    CertificationState,
    CertificationType,
    ReviewDisplay,
)


@frozen(kw_only=True)
class NoticeItemInput(WriteModel):
    """One disclosure item (상품정보고시 항목). [A]"""

    notice_no: Annotated[int, Ko("항목번호"), Range(1)]
    """Item number from the disclosure list (항목번호). [A]"""

    description: Annotated[str, Ko("항목 내용"), Chars(1, 1000)]
    """Item text (항목 내용). 1..1000 characters; longer is refused, the server would cut it (B). [A]"""


@frozen(kw_only=True)
class NoticeGroupInput(WriteModel):
    """Disclosure group of a product (상품정보고시). [A]"""

    product_group_notice_no: Annotated[int | None, Ko("상품별 정보고시 그룹번호"), Range(1)] = None
    """Number of the stored group; send it on update when known (상품별 정보고시 그룹번호). [A]"""

    group_notice_no: Annotated[int, Ko("정보고시 정책번호"), Range(1)]
    """Disclosure group number (정보고시 정책번호). [A]"""

    notice_list: Annotated[tuple[NoticeItemInput, ...], Ko("항목 목록"), Items(1)]
    """All items of the group (항목 목록). [A]"""


@frozen(kw_only=True)
class CertificationInput(WriteModel):
    """One KC certificate (KC 인증). [A]"""

    certification_type: Annotated[CertificationType, Ko("인증유형")]
    """Certificate kind (인증유형). [A]"""

    certification_no: Annotated[str | None, Ko("인증번호")]
    """Certificate number; null only for a supplier declaration (B) (인증번호). [A]"""

    def _cross(self) -> Iterator[tuple[str, Broken]]:
        kind = self.certification_type
        numbered = [known for known in CertificationType.writable() if not known.is_supplier_declaration]
        if self.certification_no is None and kind in numbered:
            yield (
                "certification_no",
                Broken("required", f"is required for {kind}", "필수입니다. 값을 넣어 주세요"),
            )


_CERTIFICATES: Mapping[str, tuple[CertificationType, ...]] = {
    "kc_kid": (CertificationType.KD_SAFETY_CT, CertificationType.KD_SAFETY_CK, CertificationType.KD_SPL),
    "kc_life": (
        CertificationType.LF_SAFETY_CT,
        CertificationType.LF_SAFETY_CK,
        CertificationType.LF_SPL,
        CertificationType.LF_KD_PRT,
    ),
    "kc_electric": (
        CertificationType.ER_SAFETY_CT,
        CertificationType.ER_SAFETY_CK,
        CertificationType.ER_SPL,
    ),
    "kc_report": (CertificationType.RP_STB,),
    "kc_life_chemistry": (CertificationType.LC_SELF_CHECK,),
}


@frozen(kw_only=True)
class ProductEtcInput(WriteModel):
    """Other block (기타정보). [A]"""

    CROSS: ClassVar[tuple[When, ...]] = (
        When("parallel_import_yn", (True,), require=("parallel_import_url",)),
        When("parallel_import_yn", (False,), forbid=("parallel_import_url",)),
        *(
            When(
                f"{kind}_is_certification",
                (CertificationState.GIVEN,),
                require=(f"{kind}_certification_list",),
            )
            for kind in _CERTIFICATES
        ),
    )

    parallel_import_yn: Annotated[bool, Ko("병행수입 여부")]
    """Parallel import (병행수입 여부). [A]"""

    parallel_import_url: Annotated[str | None, Ko("병행수입 URL"), Chars(1, 200)] = None
    """Verification URL; with parallel import (병행수입 URL). 1..200 characters. [A]"""

    kc_kid_is_certification: Annotated[CertificationState | None, Ko("어린이제품 인증여부")] = None
    """Given, none, or stated in the description (어린이제품 인증여부). N when left out. [A]"""

    kc_kid_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("어린이제품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (어린이제품 인증목록). 0..10 items. [A]"""

    kc_life_is_certification: Annotated[CertificationState | None, Ko("생활용품 인증여부")] = None
    """Given, none, or stated in the description (생활용품 인증여부). N when left out. [A]"""

    kc_life_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("생활용품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (생활용품 인증목록). 0..10 items. [A]"""

    kc_electric_is_certification: Annotated[CertificationState | None, Ko("전기용품 인증여부")] = None
    """Given, none, or stated in the description (전기용품 인증여부). N when left out. [A]"""

    kc_electric_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("전기용품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (전기용품 인증목록). 0..10 items. [A]"""

    kc_report_is_certification: Annotated[CertificationState | None, Ko("방송통신기자재 인증여부")] = None
    """Given, none, or stated in the description (방송통신기자재 인증여부). N when left out. [A]"""

    kc_report_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("방송통신기자재 인증목록"), Items(0, 10)
    ] = None
    """Certificates (방송통신기자재 인증목록). 0..10 items. [A]"""

    kc_life_chemistry_is_certification: Annotated[CertificationState | None, Ko("생활화학제품 인증여부")] = (
        None
    )
    """Given, none, or stated in the description (생활화학제품 인증여부). N when left out. [A]"""

    kc_life_chemistry_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("생활화학제품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (생활화학제품 인증목록). 0..10 items. [A]"""

    seller_prod_code: Annotated[str | None, Ko("업체상품코드"), Chars(0, 50)] = None
    """Seller product code; not unique (업체상품코드). 0..50 characters. [A]"""

    price_comparison_site_yn: Annotated[bool | None, Ko("제휴채널 등록여부")] = None
    """Register with partner channels (제휴채널 등록여부). N when left out. [A]"""

    keyword_price_comparison_site: Annotated[str | None, Ko("제휴채널 키워드"), KEYWORDS] = None
    """Up to ten keywords, comma separated (제휴채널 키워드). [A]"""

    keyword_wemakeprice: Annotated[str | None, Ko("위메프 검색 키워드"), KEYWORDS] = None
    """Up to ten keywords, comma separated (위메프 검색 키워드). [A]"""

    isbn13: Annotated[str | None, Ko("국제표준도서번호 13자리"), ISBN13] = None
    """ISBN-13 or empty (국제표준도서번호 13자리). [A]"""

    isbn10: Annotated[str | None, Ko("국제표준도서번호 10자리"), ISBN10] = None
    """ISBN-10 or empty (국제표준도서번호 10자리). [A]"""

    display_only_deal_yn: Annotated[bool | None, Ko("딜에서만 노출 여부")] = None
    """Shown only inside a deal (딜에서만 노출 여부). N when left out. [A]"""

    review_disp: Annotated[ReviewDisplay | None, Ko("구매후기 노출")] = None
    """Review display; categories that show reviews force N (구매후기 노출). [A]"""

    label_no_list: Annotated[
        tuple[Annotated[int, AsText(), Range(1)], ...] | None, Ko("상품속성라벨"), Items(0, 4)
    ] = None
    """Label numbers as text (상품속성라벨). 0..4 items. [A]"""

    luxury_yn: Annotated[bool | None, Ko("명품 여부")] = None
    """Luxury goods (명품 여부). N when left out. [B]"""

    def _deep(self, limits: InputLimits) -> Iterator[Violation]:  # noqa: ARG002
        for kind, allowed in _CERTIFICATES.items():
            given = getattr(self, f"{kind}_is_certification") == CertificationState.GIVEN
            name = f"{kind}_certification_list"
            if given and getattr(self, name) is not None:
                found = instances(getattr(self, name), CertificationInput)
                yield from _check_certificates(name, found, only(*allowed))


def _check_certificates(name: str, found: Sequence[CertificationInput], allowed: Only) -> Iterator[Violation]:
    spec = field_specs(ProductEtcInput)[name]
    if not found:
        yield make_violation(
            spec.wire, found, spec, Broken("items 1..10", "must not be empty", "필수입니다. 값을 넣어 주세요")
        )
    kind = field_specs(CertificationInput)["certification_type"]
    for index, certificate in enumerate(found):
        value = certificate.certification_type
        broken = allowed.check(value)
        if broken is not None:
            yield make_violation(f"{spec.wire}[{index}].{kind.wire}", value, kind, broken)


@frozen(kw_only=True)
class BranchInput(WriteModel):
    """Branch of an e-ticket product (지점). [B]"""

    branch_id: Annotated[str, Ko("지점 ID"), Chars(1)]
    """Branch id (지점 ID). [B]"""

    origin_price: Annotated[int, Ko("지점 정상가격"), Range(0, 999_999_999)]
    """List price at the branch (지점 정상가격). 0..999,999,999. [B]"""

    sale_price: Annotated[int, Ko("지점 판매가격"), Range(0, 999_999_999)]
    """Sale price at the branch (지점 판매가격). 0..999,999,999. [B]"""

    use_yn: Annotated[bool, Ko("사용여부")]
    """Branch active (사용여부). [B]"""
