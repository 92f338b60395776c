"""What the tests of the exporters share: a seller's defaults and maps, products that fit everywhere, readers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

import catalogue_kit as kit
from attrs import evolve

from wemakeprice_sdk.catalogue import CatalogueProduct, Origin
from wemakeprice_sdk.catalogue.defaults import CodeMap, Defaults, Misfit, NoticeMap, NoticeRule, SellerMaps
from wemakeprice_sdk.catalogue.exporters import Exporter, ExportStep, Sabangnet, export
from wemakeprice_sdk.catalogue.report import ExportLine, ExportSummary, LineCode, LineKind
from wemakeprice_sdk.models.codes import ShipType

DEFAULTS = Defaults(
    origin_code="00",
    after_service_phone="02-000-0000",
    after_service_guide="평일 10시부터 17시까지",
    notice_text="상품상세 참조",
    link="https://shop.example.com/goods/{key}",
    adult_only=False,
    tax_free=False,
    cost=10_000,
)
MAPS = SellerMaps(
    categories=CodeMap({
        "의류 > 상의 > 티셔츠 > 반팔": "50000001", "의류 > 상의 > 셔츠 > 린넨": "50000002",
        "가구, 침대 > a>b": "50000003", "가 > 나": "50000009", "Clothing > Accessories": "77",
    }),
    brands=CodeMap({"예시브랜드": "B0000001", "다른 브랜드": "B0000002"}),
    makers=CodeMap({"예시제조": "M0000001", "다른 제조": "M0000002"}),
    origins=CodeMap({"대한민국": "1798", "중국": "242"}),
)  # fmt: skip
SABANGNET_MAPS = evolve(
    MAPS,
    categories=CodeMap({path: f"{code}|002|003" for path, code in MAPS.categories.rules.items()}),
    notices=NoticeMap({"의류": NoticeRule("001", {"제품 소재": "PROP_VAL1", "제조국": "PROP_VAL5"})}),
)
JOINING = evolve(DEFAULTS, misfit=Misfit.JOIN)
PUBLISHING = evolve(DEFAULTS, publish=True)


def grid(product_no: int = 1002, **changes: Any) -> CatalogueProduct:
    """A product with every field, whose options fit every target: a full grid, no surcharges, equal stocks."""
    rows = [("빨강", "M"), ("빨강", "L"), ("파랑", "M"), ("파랑", "L")]
    options = kit.variants(
        rows,
        seller_code=[f"OPT_{at}" for at in range(4)],
        surcharge=[0] * 4,
        stock=[5] * 4,
        option_no=[11, 12, 13, 14],
    )
    origin = Origin(code="00", text="대한민국", importer="예시수입")
    values: dict[str, Any] = {
        "seller_code": f"P_{product_no}",
        "variants": options,
        "stock": 20,
        "origin": origin,
    }
    return kit.full(product_no, **{**values, **changes})


def single(product_no: int = 1001, **changes: Any) -> CatalogueProduct:
    """The same without options, shipped for a fixed fee."""
    shipping = evolve(kit.SHIPPING, fee_kind=ShipType.FIXED, exchange_fee=5_000)
    return grid(product_no, **{"variants": (), "stock": 7, "shipping": shipping, **changes})


def maps_for(target: Exporter, maps: SellerMaps = MAPS) -> SellerMaps:
    """Return the maps of a test, with Sabangnet's own codes where they are the usual ones."""
    return SABANGNET_MAPS if isinstance(target, Sabangnet) and maps is MAPS else maps


def steps(
    products: Iterable[CatalogueProduct],
    target: Exporter,
    defaults: Defaults = DEFAULTS,
    maps: SellerMaps = MAPS,
) -> tuple[list[ExportStep], ExportSummary]:
    made = export(products, target, defaults=defaults, maps=maps_for(target, maps))
    return list(made), made.summary


def written(
    products: Iterable[CatalogueProduct],
    target: Exporter,
    defaults: Defaults = DEFAULTS,
    maps: SellerMaps = MAPS,
) -> bytes:
    """Return all bytes of an export in UTF-8; rows of a sheet as JSON lines."""
    found, _ = steps(products, target, defaults, maps)
    data = b"".join(
        step.data or "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in step.rows).encode()
        for step in found
    )
    return data.decode("euc_kr").encode() if isinstance(target, Sabangnet) else data


def table(data: bytes, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))


def lines(
    products: Iterable[CatalogueProduct],
    target: Exporter,
    defaults: Defaults = DEFAULTS,
    maps: SellerMaps = MAPS,
) -> list[ExportLine]:
    found, _ = steps(products, target, defaults, maps)
    return [line for step in found for line in step.lines]


def refusals(
    product: CatalogueProduct, target: Exporter, defaults: Defaults = DEFAULTS, maps: SellerMaps = MAPS
) -> set[tuple[LineCode, str]]:
    """Return why a product is not written: reason and field."""
    return {
        (line.code, line.field)
        for line in lines([product], target, defaults, maps)
        if line.kind is LineKind.REFUSED
    }
