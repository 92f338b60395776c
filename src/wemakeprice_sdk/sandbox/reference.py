"""Reference data (기초데이터): categories, brands, makers, disclosure groups, labels, couriers. All invented
but for the courier table, the disclosure numbers and the group names the contract shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Json
from wemakeprice_sdk.sandbox.schema import load

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call

CATEGORIES: tuple[tuple[str, str, str, str, int], ...] = (
    ("패션의류", "예시중분류", "예시소분류", "예시세부분류", 4100001),
    ("패션의류", "여성의류", "티셔츠", "면티셔츠", 4100002),
    ("패션의류", "남성의류", "셔츠", "체크셔츠", 4100003),
    ("패션잡화", "신발", "운동화", "러닝화", 4101001),
    ("패션잡화", "가방", "백팩", "노트북백팩", 4101002),
    ("식품", "과일", "사과", "부사", 4102001),
    ("식품", "가공식품", "라면", "봉지라면", 4102002),
    ("생활", "주방", "컵", "머그컵", 4103001),
    ("생활", "욕실", "수건", "세면타월", 4103002),
    ("디지털", "주변기기", "케이블", "USB케이블", 4104001),
    ("도서", "어린이", "유아", "놀이책", 4105257),
    ("도서", "어린이", "유아", "그림책", 4105258),
)
BRANDS: tuple[tuple[int, str, str | None], ...] = (
    (10001, "예시브랜드", "EXAMPLE BRAND"),
    (10002, "예시브랜드 키즈", None),
    (10003, "가상상점", "VIRTUAL STORE"),
    (10004, "견본", "SAMPLE"),
)
MAKERS: tuple[tuple[int, str, str | None], ...] = (
    (20001, "예시제조사", "EXAMPLE MAKER"),
    (20002, "예시제조사 제2공장", None),
    (20003, "가상공업", "VIRTUAL WORKS"),
)
LABELS = ((1, "당일발송"), (2, "국내산"), (3, "무료반품"), (4, "선물포장"), (5, "한정수량"))
NOTICE_GROUPS: tuple[tuple[int, str, tuple[tuple[int, str, str], ...]], ...] = (
    (
        26,
        "서적",
        (
            (313, "도서명", ""),
            (314, "저자/출판사", ""),
            (315, "크기 (전자책의 경우 파일의 용량)", "상세설명 참조"),
            (316, "쪽수 (전자책의 경우 제외)", "상세설명 참조"),
            (317, "제품 구성 (전집 또는 세트일 경우 낱권 구성, CD 등)", "상세설명 참조"),
            (318, "출간일", "상세설명 참조"),
            (319, "목차 또는 책소개", "상세설명 참조"),
        ),
    ),
    (
        38,
        "기타 재화",
        (
            (195, "품명 및 모델명", "상세설명 참조"),
            (198, "제조국/원산지", "상세설명 참조"),
            (201, "제조자", "상세설명 참조"),
        ),
    ),
    (
        1,
        "의류",
        ((101, "소재", "상세설명 참조"), (102, "색상", "상세설명 참조"), (103, "치수", "상세설명 참조")),
    ),
)

CATEGORY_BY_CODE = {row[4]: row for row in CATEGORIES}
BRAND_NAMES = {number: name for number, name, _ in BRANDS}
MAKER_NAMES = {number: name for number, name, _ in MAKERS}


def base_list_categories(_: Call) -> list[Json]:
    """List every leaf category."""
    names = ("lcateName", "mcateName", "scateName", "dcateName", "dcateCode")
    return [dict(zip(names, row, strict=True)) for row in CATEGORIES]


def _search(rows: tuple[tuple[int, str, str | None], ...], text: str, noun: str) -> list[Json]:
    wanted = text.strip().casefold()
    return [
        {f"{noun}No": number, f"{noun}Name": name, f"{noun}NameEnglish": english}
        for number, name, english in rows
        if wanted in name.casefold() or (english and wanted in english.casefold())
    ]


def base_search_brands(call: Call) -> list[Json]:
    """Search brands by a part of the name."""
    return _search(BRANDS, call.body["brandName"], "brand")


def base_search_makers(call: Call) -> list[Json]:
    """Search makers by a part of the name."""
    return _search(MAKERS, call.body["makerName"], "maker")


def base_list_notice_groups(call: Call) -> list[Json]:
    """List the disclosure groups, with the default under the spelling the settings say."""
    spelling = call.settings.notice_default_key
    keys = ("defaltValue", "defaultValue") if spelling == "both" else (spelling,)
    return [
        {
            "groupNoticeNo": number,
            "groupNoticeNoName": name,
            "noticeList": [
                {"noticeNo": item, "noticeName": title} | dict.fromkeys(keys, default)
                for item, title, default in items
            ],
        }
        for number, name, items in NOTICE_GROUPS
    ]


def base_list_labels(_: Call) -> list[Json]:
    """List the product labels."""
    return [{"labelNo": number, "labelName": name} for number, name in LABELS]


def base_list_couriers(_: Call) -> list[Json]:
    """List the couriers."""
    return [
        {"parcelCompanyCode": code, "parcelCompanyName": name} for code, name in load()["couriers"].items()
    ]


ROUTES = {
    "base_list_categories": base_list_categories,
    "base_search_brands": base_search_brands,
    "base_search_makers": base_search_makers,
    "base_list_notice_groups": base_list_notice_groups,
    "base_list_labels": base_list_labels,
    "base_list_couriers": base_list_couriers,
}
