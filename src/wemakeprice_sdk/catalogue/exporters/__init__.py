"""Ways out: the neutral catalogue in the form that another marketplace takes.

`export(products, target)` yields bytes and rows product by product, and says in its report what is missing,
changed or refused. Every target is one file here and knows no other.
"""

from __future__ import annotations

from wemakeprice_sdk.catalogue.exporters.base import Exporter, LeftField
from wemakeprice_sdk.catalogue.exporters.cafe24 import Cafe24
from wemakeprice_sdk.catalogue.exporters.coupang import CoupangDraft
from wemakeprice_sdk.catalogue.exporters.export import Export, ExportStep, export
from wemakeprice_sdk.catalogue.exporters.godomall import Godomall
from wemakeprice_sdk.catalogue.exporters.google import GoogleFeed
from wemakeprice_sdk.catalogue.exporters.naver_api import NaverApi
from wemakeprice_sdk.catalogue.exporters.naver_sheet import LAYOUT_2026_07, NaverSheet, SheetLayout
from wemakeprice_sdk.catalogue.exporters.sabangnet import Sabangnet
from wemakeprice_sdk.catalogue.exporters.shopify import Shopify, ShopifyDialect
from wemakeprice_sdk.catalogue.exporters.woocommerce import WooCommerce

TARGETS: tuple[type[Exporter], ...] = (
    Shopify,
    WooCommerce,
    GoogleFeed,
    Cafe24,
    NaverApi,
    NaverSheet,
    Godomall,
    Sabangnet,
    CoupangDraft,
)
"""Every target, in the order of the documentation."""

__all__ = [
    "LAYOUT_2026_07",
    "TARGETS",
    "Cafe24",
    "CoupangDraft",
    "Export",
    "ExportStep",
    "Exporter",
    "Godomall",
    "GoogleFeed",
    "LeftField",
    "NaverApi",
    "NaverSheet",
    "Sabangnet",
    "SheetLayout",
    "Shopify",
    "ShopifyDialect",
    "WooCommerce",
    "export",
]
