"""The neutral model: ids that stay, prices, duplicated codes, and addresses that no repr shows."""

import copy
import pickle
import re

import attrs
import catalogue_kit as kit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.catalogue import (
    CatalogueProduct,
    CatalogueVariant,
    DuplicateCode,
    ImageRole,
    VariantAxis,
    duplicate_codes,
)
from wemakeprice_sdk.catalogue.keys import OptionSpelling, titled_axes, variant_keys, without_titles
from wemakeprice_sdk.catalogue.model import VALUE_FIELDS, VARIANT_FIELDS

TITLES = st.sampled_from(["색상", "사이즈", "Color", "향", "용량 선택", "구성(택1)"])
VALUES = st.text("가나다라AbC019%+. ", min_size=1, max_size=6).filter(lambda text: re.search(r"\w", text))
BETWEEN = st.sampled_from(["/", " / ", ",", ", ", ";", "|", "\n"])


def keys(*rows: tuple[str, ...]) -> tuple[str, ...]:
    return variant_keys([OptionSpelling(values=row) for row in rows])


class TestIds:
    def test_they_come_from_the_numbers_of_the_marketplace_alone(self) -> None:
        product = kit.full(1002)
        changed = attrs.evolve(product, name="다른 이름", price=1, seller_code=None)
        assert product.id == changed.id == "wmp-1002"
        ids = [product.variant_id(one) for one in product.variants]
        assert len(set(ids)) == 4
        assert all(re.fullmatch("wmp-1002-[0-9a-f]{12}", one) for one in ids)

    def test_they_are_what_they_were(self) -> None:
        # Ids stand in other shops: a change here makes every seller's goods appear twice there.
        assert keys(("빨강", "M"), ("파랑", "L")) == ("9baf2d49ab83", "184311610f1d")

    @given(
        st.lists(TITLES, min_size=1, max_size=3, unique=True),
        st.data(),
        BETWEEN,
        st.sampled_from([":", " : ", ": "]),
    )
    def test_an_export_and_the_api_give_the_same(
        self, titles: list[str], data: st.DataObject, between: str, colon: str
    ) -> None:
        row = st.tuples(*(VALUES.map(str.strip) for _ in titles))
        rows = data.draw(st.lists(row, min_size=1, max_size=5, unique=True))
        plain = [(between.join(values),) for values in rows]
        titled = [
            (between.join(f"{title}{colon}{value}" for title, value in zip(titles, values, strict=True)),)
            for values in rows
        ]
        assert keys(*rows) == keys(*plain) == keys(*titled)
        assert len(set(keys(*rows))) == len(rows)

    def test_signs_that_make_another_thing_count_and_separators_do_not(self) -> None:
        assert len(set(keys(("M",), ("M+",), ("1.5m",), ("15m",), ("-1",), ("1",)))) == 6
        assert keys(("빨강-M",)) == keys(("빨강", "M")) == keys(("빨강 m",))

    def test_a_ratio_is_no_title(self) -> None:
        assert without_titles(["1:2", "1:3"]) == ["1:2", "1:3"]
        assert without_titles(["비율:1:2", "비율:1:3"]) == ["1:2", "1:3"]
        assert without_titles(["색상:빨강", "파랑"]) == ["색상:빨강", "파랑"]

    def test_options_that_say_the_same_are_told_apart_by_code_number_and_text(self) -> None:
        same = [
            OptionSpelling(values=("빨강",), seller_code="A"),
            OptionSpelling(values=("빨강",), seller_code="B"),
            OptionSpelling(values=("빨강",), option_no=7),
            OptionSpelling(values=("♥",)),
            OptionSpelling(values=("★",)),
            OptionSpelling(values=("m",)),
            OptionSpelling(values=("M",)),
            OptionSpelling(values=("M",)),
        ]
        assert len(set(variant_keys(same))) == len(same)
        assert len(set(variant_keys(same[:2]) + variant_keys(same[::-1])[-2:])) == 2


class TestAxes:
    @pytest.mark.parametrize(
        ("texts", "axes"),
        [
            (["색상:빨강/사이즈:M"], [[("색상", "빨강"), ("사이즈", "M")]]),
            (["색상: 파랑, 검정, 사이즈: L"], [[("색상", "파랑, 검정"), ("사이즈", "L")]]),
            (["빨강/M"], [[("", "빨강/M")]]),
            (["색상:빨강", "사이즈:M"], [[("", "색상:빨강")], [("", "사이즈:M")]]),
            (["색상:빨강/색상:파랑"], [[("", "색상:빨강/색상:파랑")]]),
            (["색상:"], [[("", "색상:")]]),
            ([], []),
        ],
    )
    def test_titles_part_a_text_and_nothing_else_does(
        self, texts: list[str], axes: list[list[tuple[str, str]]]
    ) -> None:
        found = titled_axes(texts)
        assert [[(axis.name, axis.value) for axis in row] for row in found] == axes


class TestReading:
    def test_every_field_can_be_filled_and_has_a_source(self) -> None:
        product = kit.full()
        assert {name for name in VALUE_FIELDS if getattr(product, name) in (None, ())} == set()
        assert set(product.provenance) == {*VALUE_FIELDS, "variants"}
        assert set(product.variants[0].provenance) == set(VARIANT_FIELDS) - {"option_no"}

    def test_prices_axes_and_pictures(self) -> None:
        product = kit.full()
        assert [product.price_of(one) for one in product.variants] == [29_900, 30_900, 29_900, 30_900]
        assert kit.bare().price_of(product.variants[0]) is None
        assert product.axis_names == ("색상", "사이즈")
        assert kit.untitled().axis_names == ()
        assert product.variants[1].label == "빨강 / L"
        roles = [one.role for one in product.images_of(ImageRole.LIST, ImageRole.EXTRA)]
        assert roles == [ImageRole.LIST, ImageRole.EXTRA, ImageRole.EXTRA]

    def test_no_repr_shows_an_address(self) -> None:
        text = repr(kit.full())
        assert "예시로" not in text
        assert "06000" not in text
        assert "ship_from" in text

    def test_products_travel_and_compare(self) -> None:
        for product in kit.shapes():
            assert pickle.loads(pickle.dumps(product)) == product == copy.deepcopy(product)
        assert len({kit.full(), kit.full(), kit.simple()}) == 2


class TestDuplicateCodes:
    def test_codes_of_several_things_are_named_with_their_ids(self) -> None:
        products = [
            *kit.shared_codes(1010, 2),
            kit.simple(1, seller_code="001"),
            kit.simple(2, seller_code="only"),
        ]
        red, blue = ([one.variant_id(one.variants[at]) for one in products[:2]] for at in (0, 1))
        assert duplicate_codes(iter(products)) == (
            DuplicateCode(code="001", ids=(*red, "wmp-1")),
            DuplicateCode(code="002", ids=tuple(blue)),
        )

    def test_a_product_with_options_is_bought_by_them(self) -> None:
        option = CatalogueVariant(key="k", axes=(VariantAxis(value="빨강"),), seller_code="A")
        products = [CatalogueProduct(product_no=no, seller_code="P", variants=(option,)) for no in (1,)] * 1
        assert duplicate_codes([*products, kit.simple(9, seller_code="P")]) == ()
