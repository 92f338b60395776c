"""Seconds, peak memory and rows of every exporter over many products with options.

`python benchmarks/exporters.py [products]`, each exporter in a process of its own, so that a peak is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import product as grid_of

from attrs import evolve

from wemakeprice_sdk.catalogue import (
    CatalogueImage,
    CatalogueProduct,
    CatalogueVariant,
    ShippingTerms,
    VariantAxis,
)
from wemakeprice_sdk.catalogue.defaults import CodeMap, Defaults, SellerMaps
from wemakeprice_sdk.catalogue.exporters import TARGETS, export
from wemakeprice_sdk.catalogue.io.outgoing import write_export
from wemakeprice_sdk.models.codes import ProductType, ShipType, TemplateShipMethod

DEFAULTS = Defaults(
    origin_code="00", after_service_phone="02-000-0000", after_service_guide="문의해 주세요", notice_text="상품상세 참조",
    link="https://shop.example.com/{key}", cost=10_000, origin_text="대한민국",
)  # fmt: skip
MAPS = SellerMaps(categories=CodeMap({"의류 > 셔츠": "50000001|002|003"}))
SHIPPING = ShippingTerms(
    method=TemplateShipMethod.KP,
    fee_kind=ShipType.FIXED,
    fee=3_000,
    return_fee=3_000,
    courier="D002",
    prepaid=True,
)


def goods(count: int) -> Iterator[CatalogueProduct]:
    """Yield products with a description of about 2 kB, three pictures and a grid of 3 x 4 options."""
    options = tuple(
        CatalogueVariant(
            key=f"{at:012x}", axes=(VariantAxis(name="색상", value=color), VariantAxis(name="사이즈", value=size)),
            surcharge=0, stock=5,
        )
        for at, (color, size) in enumerate(grid_of(["검정", "흰색", "빨강"], ["S", "M", "L", "XL"]))
    )  # fmt: skip
    images = tuple(CatalogueImage(url=f"https://img.example.com/{at}.jpg", position=at) for at in range(3))
    base = CatalogueProduct(
        product_no=1, name="린넨 셔츠", brand="예시", price=29_900, list_price=39_900, taxable=True, adult_only=False,
        condition=ProductType.NEW, category=("의류", "셔츠"), description_html="<p>시원한 셔츠입니다.</p>" * 60,
        images=images, variants=options, shipping=SHIPPING,
    )  # fmt: skip
    for number in range(1, count + 1):
        # Every seventh lacks a price, so that the report has refusals as well.
        yield evolve(base, product_no=number, price=None if number % 7 == 0 else 29_900)


def measure(name: str, count: int) -> None:
    exporter = next(target for target in TARGETS if target.__name__ == name)()
    with tempfile.TemporaryDirectory() as folder:
        start, began = time.perf_counter(), time.process_time()
        made = write_export(export(goods(count), exporter, defaults=DEFAULTS, maps=MAPS), folder)
        seconds, busy = time.perf_counter() - start, time.process_time() - began
        size = sum(path.stat().st_size for path in made.files)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = sum(made.summary.lines.values())
    print(f"{name:12} {count:6} products {seconds:6.1f} s ({busy:.1f} s CPU) {peak:6.0f} MB peak {size / 1e6:7.1f} MB in {len(made.files)} files; "
          f"{made.summary}; {lines} lines")  # fmt: skip


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    if len(sys.argv) > 2:
        measure(sys.argv[2], count)
        return
    for target in TARGETS:
        subprocess.run([sys.executable, __file__, str(count), target.__name__], check=True)


if __name__ == "__main__":
    main()
