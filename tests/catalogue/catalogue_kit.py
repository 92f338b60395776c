"""Products of every shape for the tests of the catalogue and of what leaves it. Everyone in it is invented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product as grid_of
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from wemakeprice_sdk.catalogue import (
    CatalogueImage,
    CatalogueNotice,
    CataloguePlace,
    CatalogueProduct,
    CatalogueVariant,
    Certificate,
    CertificateArea,
    ImageRole,
    NoticeEntry,
    Origin,
    Provenance,
    ShippingTerms,
    SourceKind,
    VariantAxis,
)
from wemakeprice_sdk.catalogue.keys import OptionSpelling, variant_keys
from wemakeprice_sdk.catalogue.model import VALUE_FIELDS, VARIANT_FIELDS
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models.codes import (
    BundleKind,
    CertificationState,
    CertificationType,
    DisplayState,
    OptionSaleStatus,
    ProductStatus,
    ProductType,
    ShipArea,
    ShipType,
    TemplateShipMethod,
)

SEEN = datetime(2026, 3, 4, 9, tzinfo=KST)
API = Provenance(kind=SourceKind.API, at=SEEN, operation="products_get")
SHEET = Provenance(
    kind=SourceKind.EXCEL, at=SEEN, file="상품목록.xlsx", sha256="ab" * 32, sheet="상품", row=2
)
PLACE = CataloguePlace(zip_code="06000", road_address="서울 예시로 1", lot_address="서울 예시동 1")
SHIPPING = ShippingTerms(
    template_no=77,
    template_name="기본 배송",
    method=TemplateShipMethod.KP,
    bundle_kind=BundleKind.BUNDLE,
    fee_kind=ShipType.COND,
    fee=3_000,
    free_over=50_000,
    prepaid=True,
    area=ShipArea.WHOLE,
    jeju_fee=3_000,
    islands_fee=5_000,
    return_fee=2_500,
    lead_days=2,
    courier="D002",
    ship_from=PLACE,
    return_to=PLACE,
)


def sourced(product: CatalogueProduct, source: Provenance = API) -> CatalogueProduct:
    """Say of every value that is there where it came from."""
    variants = tuple(
        evolve(one, provenance={name: source for name in VARIANT_FIELDS if _is_there(getattr(one, name))})
        for one in product.variants
    )
    names = [name for name in (*VALUE_FIELDS, "variants") if _is_there(getattr(product, name))]
    return evolve(product, variants=variants, provenance=dict.fromkeys(names, source))


def _is_there(value: object) -> bool:
    return value is not None and value != ()


def variants(
    rows: Sequence[Sequence[str]], titles: Sequence[str] = ("색상", "사이즈", "소재"), **values: Sequence[Any]
) -> tuple[CatalogueVariant, ...]:
    """Make options of value rows; `values` holds a list for a field, one entry per row."""
    keys = variant_keys([OptionSpelling(values=tuple(row)) for row in rows])
    return tuple(
        CatalogueVariant(
            key=keys[at],
            axes=tuple(
                VariantAxis(name=title, value=value) for title, value in zip(titles, row, strict=False)
            ),
            **{
                "stock": 10 + at,
                "surcharge": 0,
                "state": OptionSaleStatus.SALE,
                "displayed": True,
                **{name: given[at] for name, given in values.items()},
            },
        )
        for at, row in enumerate(rows)
    )


def image(role: ImageRole = ImageRole.MAIN, position: int = 0, **changes: Any) -> CatalogueImage:
    url = f"https://img.example.com/{role.value}-{position}.jpg"
    return CatalogueImage(url=url, role=role, position=position, **changes)


def simple(product_no: int = 1001, **changes: Any) -> CatalogueProduct:
    """One product without options, with what every source has."""
    plain = CatalogueProduct(
        product_no=product_no,
        seller_code=f"P-{product_no}",
        name="면 티셔츠",
        status=ProductStatus.SALE,
        display=DisplayState.SHOWN,
        price=19_900,
        stock=7,
        taxable=True,
        category=("의류", "상의", "티셔츠", "반팔"),
        category_code=4_000_001,
        images=(image(),),
        description_html="<p>부드러운 면입니다.</p>",
    )
    return sourced(evolve(plain, **changes))


def full(product_no: int = 1002, **changes: Any) -> CatalogueProduct:
    """One product with every field filled, and two axes in a full grid."""
    rows = [("빨강", "M"), ("빨강", "L"), ("파랑", "M"), ("파랑", "L")]
    options = variants(rows, seller_code=[f"OPT-{at}" for at in range(4)], surcharge=[0, 1_000, 0, 1_000])
    product = CatalogueProduct(
        product_no=product_no,
        seller_code=f"P-{product_no}",
        name="린넨 셔츠 긴팔",
        brand="예시브랜드",
        brand_no=31,
        maker="예시제조",
        maker_no=32,
        model="LS-100",
        status=ProductStatus.SALE,
        sale_status=OptionSaleStatus.SALE,
        display=DisplayState.SHOWN,
        taxable=True,
        condition=ProductType.NEW,
        origin=Origin(code="00", text="대한민국"),
        adult_only=False,
        parallel_import=True,
        parallel_import_url="https://example.com/import",
        category=("의류", "상의", "셔츠", "린넨"),
        category_code=4_000_002,
        description_html='<p>시원합니다.</p><img src="https://img.example.com/description-0.jpg">',
        images=(
            image(
                sha256="cd" * 32, size=12_345, mime="image/jpeg", width=460, height=460, file="1002/main.jpg"
            ),
            image(ImageRole.EXTRA, 0),
            image(ImageRole.EXTRA, 1),
            image(ImageRole.LIST, 0),
            image(ImageRole.DESCRIPTION, 0),
        ),
        list_price=39_900,
        price=29_900,
        stock=sum(one.stock or 0 for one in options),
        sale_start=datetime(2025, 1, 1, 10, tzinfo=KST),
        sale_end=datetime(2026, 12, 31, 23, tzinfo=KST),
        always_on=False,
        notices=(
            CatalogueNotice(
                group_no=1,
                group="의류",
                entries=(
                    NoticeEntry(notice_no=11, name="제품 소재", value="린넨 100%"),
                    NoticeEntry(notice_no=12, name="제조국", value="대한민국"),
                ),
            ),
        ),
        certificates=(
            Certificate(
                area=CertificateArea.CHILD,
                state=CertificationState.GIVEN,
                kind=CertificationType.KD_SAFETY_CT,
                number="CB000R000-0000",
            ),
            Certificate(area=CertificateArea.ELECTRIC, state=CertificationState.NONE),
        ),
        shipping=SHIPPING,
        text_options=("각인 문구",),
        keywords=("린넨", "여름"),
        isbn="9788900000008",
        variants=options,
    )
    return sourced(evolve(product, **changes))


def bare(product_no: int = 1003) -> CatalogueProduct:
    """A product of which only the number is known."""
    return CatalogueProduct(product_no=product_no)


def ragged(product_no: int = 1004) -> CatalogueProduct:
    """Two axes whose grid has holes, with its own surcharge and stock in every cell."""
    rows = [("빨강", "M"), ("빨강", "L"), ("파랑", "L"), ("검정", "XL")]
    options = variants(rows, stock=[1, 0, 3, 9], surcharge=[0, 500, 700, -300])
    return simple(product_no, variants=options, stock=13)


def untitled(product_no: int = 1005) -> CatalogueProduct:
    """Options as an export spells them: one text each, no title."""
    return simple(product_no, variants=variants([("빨강/M",), ("파랑/L",)], titles=("",)), stock=21)


def large(product_no: int = 1006, count: int = 600) -> CatalogueProduct:
    """As many combinations of three axes as asked for."""
    rows = list(
        grid_of(
            [f"색{n}" for n in range(10)], [f"크기{n}" for n in range(10)], [f"소재{n}" for n in range(10)]
        )
    )
    return simple(product_no, variants=variants(rows[:count]), stock=None)


def awkward(product_no: int = 1007) -> CatalogueProduct:
    """Texts that break tables: separators of every target, an emoji, formula signs, line breaks, long text."""
    rows = [("A, B", "a|b"), ("C/D", "{x}"), ("^^E", "가//나"), ('"따옴표"', "50%")]
    options = variants(rows, seller_code=["=1+1", "-2", "@x", "+82"])
    return simple(
        product_no,
        name="=HYPERLINK(\"x\") 😀 '신상'",
        seller_code="-007",
        description_html="<p>첫 줄\r\n둘째 줄\t탭</p><script>alert(1)</script>" + "긴 글 " * 12_000,
        keywords=("쉼표,안", "세미;콜론"),
        category=("가구, 침대", "a>b"),
        variants=options,
        stock=46,
    )


def shared_codes(first: int = 1010, count: int = 3) -> list[CatalogueProduct]:
    """Products whose options all bear the codes 001 and 002."""
    return [
        simple(no, variants=variants([("빨강",), ("파랑",)], seller_code=["001", "002"]), stock=21)
        for no in range(first, first + count)
    ]


def shapes() -> list[CatalogueProduct]:
    """One product of every shape, in the order of their numbers."""
    return [simple(), full(), bare(), ragged(), untitled(), large(), awkward(), *shared_codes()]


def many(count: int, options: int = 4) -> Iterator[CatalogueProduct]:
    """So many products with options, one after the other, for measuring."""
    rows = list(grid_of(["빨강", "파랑", "검정", "하양"], ["S", "M", "L", "XL"]))[:options]
    made = variants(rows)
    for number in range(1, count + 1):
        yield evolve(full(10_000 + number), variants=made, seller_code=f"P-{number}")


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
_WON = st.none() | st.integers(0, 9_999_999)
NUMBERS = st.integers(1, 10**9)
_ROWS = st.lists(st.tuples(_TEXT, _TEXT), max_size=5, unique=True)


@st.composite
def products(draw: st.DrawFn, number: st.SearchStrategy[int] = NUMBERS) -> CatalogueProduct:
    """Any product."""
    rows = draw(_ROWS)
    return sourced(
        CatalogueProduct(
            product_no=draw(number),
            seller_code=draw(st.none() | _TEXT),
            name=draw(st.none() | _TEXT),
            brand=draw(st.none() | _TEXT),
            status=draw(
                st.none() | st.sampled_from(ProductStatus) | st.just(ProductStatus("처음 보는 상태"))
            ),
            taxable=draw(st.none() | st.booleans()),
            origin=draw(st.none() | st.builds(Origin, code=st.none() | _TEXT, text=_TEXT)),
            category=tuple(draw(st.lists(_TEXT, max_size=4))),
            description_html=draw(st.none() | _TEXT),
            images=tuple(image(ImageRole.EXTRA, at) for at in range(draw(st.integers(0, 3)))),
            list_price=draw(_WON),
            price=draw(_WON),
            stock=draw(_WON),
            sale_end=draw(st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1)).map(_kst)),
            shipping=draw(
                st.none() | st.builds(ShippingTerms, fee=_WON, fee_kind=st.none() | st.sampled_from(ShipType))
            ),
            keywords=tuple(draw(st.lists(_TEXT, max_size=3, unique=True))),
            variants=variants(
                rows,
                stock=draw(st.lists(_WON, min_size=len(rows), max_size=len(rows))),
                seller_code=draw(st.lists(st.none() | _TEXT, min_size=len(rows), max_size=len(rows))),
            ),
        ),
        draw(st.sampled_from([API, SHEET])),
    )


def _kst(at: datetime) -> datetime:
    return at.replace(tzinfo=KST)
