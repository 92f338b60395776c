"""Exports before something that nobody here wrote. `scripts/export_judges.py` asks the judges that pip does not bring."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import catalogue_kit as kit
import export_kit
import pytest
from attrs import evolve

from wemakeprice_sdk.catalogue.exporters import GoogleFeed
from wemakeprice_sdk.models.codes import ProductType

SPELLED = {
    "id": "offerId", "additional_image_link": "additionalImageLinks", "gtin": "gtins", "product_type": "productTypes",
}  # fmt: skip
"""Columns whose attribute in the API is not their name in camelCase."""


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """Return the schemas of Google's discovery document, which its own package carries."""
    spec = find_spec("googleapiclient")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "discovery_cache" / "documents" / "merchantapi.products_v1.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))["schemas"]
    return found


def attribute(column: str) -> str:
    return SPELLED.get(column) or re.sub(r"_(\w)", lambda match: match[1].upper(), column)


def test_google_knows_every_column(schemas: dict[str, Any]) -> None:
    known = {*schemas["ProductAttributes"]["properties"], *schemas["ProductInput"]["properties"]}
    columns = GoogleFeed().head().decode().split()
    assert len(columns) == 20
    assert {attribute(column) for column in columns} <= known


def test_google_knows_every_word(schemas: dict[str, Any]) -> None:
    goods = [evolve(export_kit.grid(), condition=condition) for condition in ProductType]
    for product in (*goods, kit.ragged(), export_kit.single(stock=0)):
        for row in export_kit.table(export_kit.written([product], GoogleFeed()), delimiter="\t"):
            for column in ("availability", "condition"):
                known = schemas["ProductAttributes"]["properties"][column]["enum"]
                assert row[column].upper() in {*known, ""}


def test_google_has_the_parts_of_price_and_shipping(schemas: dict[str, Any]) -> None:
    (row, *_) = export_kit.table(export_kit.written([export_kit.single()], GoogleFeed()), delimiter="\t")
    assert {"amountMicros", "currencyCode"} <= set(schemas["Price"]["properties"])
    assert re.fullmatch(r"\d+ KRW", row["price"])
    # country:region:service:price, and country:price_threshold
    assert {"country", "region", "service", "price"} <= set(schemas["Shipping"]["properties"])
    assert re.fullmatch(r"KR:::\d+ KRW", row["shipping"])
    assert {"country", "priceThreshold"} <= set(schemas["FreeShippingThreshold"]["properties"])
