"""Reference data (기초데이터)."""

from __future__ import annotations

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models._base import ReadModel


@frozen(kw_only=True)
class Category(ReadModel):
    """One leaf category row (세부 카테고리). Upper levels have names only, no codes. [A]"""

    lcate_name: str | None = None
    """Level-1 name (대분류명). [A]"""

    mcate_name: str | None = None
    """Level-2 name (중분류명). [A]"""

    scate_name: str | None = None
    """Level-3 name (소분류명). [A]"""

    dcate_name: str | None = None
    """Level-4 (leaf) name (세부분류명). [A]"""

    dcate_code: int
    """Leaf code used as basic.dcateCode; 7 digits above 4,000,000 seen (세부 카테고리 코드). [A]"""


@frozen(kw_only=True)
class Brand(ReadModel):
    """Brand (브랜드). [A]"""

    brand_no: int
    """Brand number (브랜드 번호). [A]"""

    brand_name: str | None = None
    """Brand name (브랜드명). [A]"""

    brand_name_english: str | None = None
    """English brand name (영문 브랜드명). [A]"""


@frozen(kw_only=True)
class Maker(ReadModel):
    """Maker (제조사). [A]"""

    maker_no: int
    """Maker number (제조사 번호). [A]"""

    maker_name: str | None = None
    """Maker name (제조사명). [A]"""

    maker_name_english: str | None = None
    """English maker name (영문 제조사명). [A]"""


@frozen(kw_only=True)
class NoticeTemplateItem(ReadModel):
    """One item of a disclosure group (상품정보고시 항목). [A]"""

    notice_no: int
    """Item number (항목번호). [A]"""

    notice_name: str | None = None
    """Item name (항목명). [A]"""

    default_value: str | None = None
    """Default text; misspelt key, preferred reading (기본 입력값). [A]"""


@frozen(kw_only=True)
class NoticeTemplateGroup(ReadModel):
    """Disclosure group offered by the site (상품정보고시 품목군). [A]"""

    group_notice_no: int
    """Group number (정보고시 정책번호). [A]"""

    group_notice_no_name: str | None = None
    """Group name; the key really ends in NoName (품목군명). [A]"""

    notice_list: tuple[NoticeTemplateItem, ...] = ()
    """Items; all count as mandatory (항목 목록). [A]"""


@frozen(kw_only=True)
class Label(ReadModel):
    """Product attribute label (상품속성라벨). [B]"""

    label_no: int
    """Label number, used in etc.labelNoList (라벨 번호). [B]"""

    label_name: str | None = None
    """Label name (라벨명). [B]"""


@frozen(kw_only=True)
class Courier(ReadModel):
    """Courier (택배사); response keys are our design. [C]"""

    parcel_company_code: str
    """Courier code (택배사 코드). [C]"""

    parcel_company_name: str | None = None
    """Courier name (택배사명). [C]"""
