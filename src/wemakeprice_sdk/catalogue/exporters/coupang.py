"""Coupang: a *draft* of a registration and the list of its gaps, as JSON lines. It is never ready to be sent.

Attested: the fields of a seller product by Coupang's reference (official) and three code bases. Not tried: no
request was sent. Since February 2026 Coupang refuses goods without the purchase options that their category
demands, and no source here knows which those are: `attributes` holds the option names as they stood, for the
seller to match. Ids of places, vendor and user are Coupang's own. So each line has a `draft` and its `gaps`,
and no line can be posted as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar, Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import (
    ACCOUNT_SETTING,
    SET_BY_PUBLISH,
    Exporter,
    ExportJob,
    Gap,
    LeftField,
    TextLimit,
    left_out,
)
from wemakeprice_sdk.catalogue.exporters.matrix import Matrix, MatrixRow
from wemakeprice_sdk.catalogue.report import LineCode, LineKind
from wemakeprice_sdk.models.codes import BundleKind, ProductType, ShipArea, ShipType, TemplateShipMethod

_NAME: Final = TextLimit(100)
_ITEM: Final = TextLimit(150)
_MOST_ITEMS: Final = 200
_PICTURES: Final = 10
_RETURN_FEE: Final = 1_000_000
_OWN: Final = (
    "vendorId", "vendorUserId", "saleStartedAt", "saleEndedAt", "returnCenterCode", "returnChargeName",
    "companyContactNumber", "returnZipCode", "returnAddress", "returnAddressDetail",
    "outboundShippingPlaceCode",
)  # fmt: skip
"""What only the seller's Coupang account knows."""
_FEES: Final = {
    ShipType.FREE: "FREE",
    ShipType.FIXED: "NOT_FREE",
    ShipType.COND: "CONDITIONAL_FREE",
}
_AREAS: Final = {ShipArea.WHOLE: "Y", ShipArea.NO_MOUNTAIN_ISLAND: "N"}
_BUNDLES: Final = {BundleKind.BUNDLE: "UNION_DELIVERY", BundleKind.PRODUCT: "NOT_UNION_DELIVERY"}
_METHODS: Final = {TemplateShipMethod.KP: "SEQUENCIAL", TemplateShipMethod.KD: "VENDOR_DIRECT"}


@frozen
class CoupangDraft(Exporter):
    """Products as drafts of Coupang's seller products. `externalVendorSku` is the option's stable id."""

    target: ClassVar[str] = "coupang"
    suffix: ClassVar[str] = "jsonl"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "sellerProductName",
        "seller_code": "externalVendorSku",
        "brand": "brand",
        "maker": "manufacture",
        "model": "modelNo",
        "taxable": "taxType",
        "condition": "deliveryMethod",
        "adult_only": "adultOnly",
        "parallel_import": "parallelImported",
        "category": "displayCategoryCode",
        "description_html": "contents",
        "images": "images",
        "list_price": "originalPrice",
        "price": "salePrice",
        "stock": "maximumBuyCount",
        "notices": "notices",
        "shipping.method": "deliveryMethod",
        "shipping.bundle_kind": "unionDeliveryType",
        "shipping.fee_kind": "deliveryChargeType",
        "shipping.fee": "deliveryCharge",
        "shipping.free_over": "freeShipOverAmount",
        "shipping.prepaid": "deliveryChargeType",
        "shipping.area": "remoteAreaDeliverable",
        "shipping.return_fee": "returnCharge",
        "shipping.lead_days": "outboundShippingTimeDay",
        "shipping.courier": "deliveryCompanyCode",
        "keywords": "searchTags",
        "isbn": "barcode",
        "option.axes": "itemName, attributes",
        "option.seller_code": "externalVendorSku",
        "option.surcharge": "salePrice, originalPrice",
        "option.stock": "maximumBuyCount",
        "option.state": "maximumBuyCount",
        "option.displayed": "maximumBuyCount",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried,
        {
            "status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH, "display": SET_BY_PUBLISH,
            "shipping.ship_from": ACCOUNT_SETTING, "shipping.return_to": ACCOUNT_SETTING,
        },
    )  # fmt: skip

    def write(self, job: ExportJob) -> bytes:
        """Return the draft and its gaps as one line."""
        draft = self._product(job) | self._delivery(job) | {"items": self._items(job)}
        job.certificates_left("certifications")
        for name in (*_OWN, "items.attributes", "certifications"):
            job.notes.ask(LineCode.TO_FILL, name)
        waiting = {line.field for line in job.notes.lines if line.kind is LineKind.NEEDS_YOU}
        body = {"draft": draft, "gaps": sorted(waiting)}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def _product(self, job: ExportJob) -> dict[str, object]:
        product, defaults = job.product, job.defaults
        phone, guide = defaults.after_service_phone, defaults.after_service_guide
        return {
            "displayCategoryCode": job.category("displayCategoryCode"),
            "sellerProductName": job.name("sellerProductName", _NAME),
            "brand": job.text("brand", product.brand, default=defaults.brand, gap=Gap.ASK),
            "manufacture": job.text("manufacture", product.maker, default=defaults.maker, gap=Gap.ASK),
            "afterServiceInformation": job.text("afterServiceInformation", None, default=guide, gap=Gap.ASK),
            "afterServiceContactNumber": job.text(
                "afterServiceContactNumber", None, default=phone, gap=Gap.ASK
            ),
            "requested": False,
        }

    def _delivery(self, job: ExportJob) -> dict[str, object]:
        terms = job.shipping
        kind = _FEES.get(terms.fee_kind, "") if terms.fee_kind is not None else ""
        if kind == "NOT_FREE" and terms.prepaid is False:
            kind = "CHARGE_RECEIVED"
        method = _METHODS.get(terms.method, "") if terms.method is not None else ""
        if method and job.product.condition == ProductType.MADE_TO_ORDER:
            method = "MAKE_ORDER"
        if job.product.condition == ProductType.E_TICKET:
            method = ""  # a ticket is not shipped
        words = {
            "deliveryMethod": method,
            "deliveryChargeType": kind,
            "remoteAreaDeliverable": _AREAS.get(terms.area, "") if terms.area is not None else "",
            "unionDeliveryType": _BUNDLES.get(terms.bundle_kind, "") if terms.bundle_kind is not None else "",
            "deliveryCompanyCode": job.courier("deliveryCompanyCode"),
        }
        fee = 0 if kind == "FREE" else terms.fee
        numbers = {
            "deliveryCharge": job.number("deliveryCharge", fee, default=job.defaults.shipping_fee),
            "freeShipOverAmount": terms.free_over if kind == "CONDITIONAL_FREE" else 0,
            "returnCharge": job.number(
                "returnCharge", terms.return_fee, 0, _RETURN_FEE, default=job.defaults.return_fee
            ),
        }
        found = {name: value for name, value in (words | numbers).items() if value not in ("", None)}
        for name in words | numbers:
            if name not in found:
                job.missing(name, Gap.ASK)
        return dict(found)

    def _items(self, job: ExportJob) -> list[dict[str, object]]:
        job.price("salePrice", 1)
        common = self._common(job)
        matrix = job.matrix("itemName", most_rows=_MOST_ITEMS)
        if matrix is None:
            stock = job.stock("maximumBuyCount", job.product.stock)
            row = MatrixRow(key=job.product.id, values=(), surcharge=0, stock=stock, code=job.sku())
            return [self._item(job, row, Matrix((), ())) | common]
        return [self._item(job, row, matrix) | common for row in matrix.rows]

    def _item(self, job: ExportJob, row: MatrixRow, matrix: Matrix) -> dict[str, object]:
        price, listed = job.total("salePrice", row), job.list_price()
        name = " ".join(row.values) or (job.product.name or "")
        return {
            "itemName": job.text("itemName", name, limit=_ITEM),
            "originalPrice": price if listed is None else listed + row.surcharge,
            "salePrice": price,
            "maximumBuyCount": row.stock,
            "maximumBuyForPerson": 0,
            "maximumBuyForPersonPeriod": 1,
            "unitCount": 0,
            "externalVendorSku": row.code,
            "attributes": [
                {"attributeTypeName": axis, "attributeValueName": value}
                for axis, value in zip(matrix.axes, row.values, strict=False)
            ],
        }

    def _common(self, job: ExportJob) -> dict[str, object]:
        product = job.product
        adult, taxable = job.adult_only("adultOnly"), job.taxable("taxType")
        overseas = job.shipping.method is not None and job.shipping.method.is_overseas
        found: dict[str, object] = {
            "adultOnly": None if adult is None else "ADULT_ONLY" if adult else "EVERYONE",
            "taxType": None if taxable is None else "TAX" if taxable else "FREE",
            "parallelImported": "PARALLEL_IMPORTED" if product.parallel_import else "NOT_PARALLEL_IMPORTED",
            "overseasPurchased": "OVERSEAS_PURCHASED" if overseas else "NOT_OVERSEAS_PURCHASED",
            "pccNeeded": overseas,
            "outboundShippingTimeDay": job.number(
                "outboundShippingTimeDay", job.shipping.lead_days, 1, gap=Gap.ASK
            ),
            "barcode": job.text("barcode", product.isbn) or None,
            "modelNo": job.text("modelNo", product.model, default=job.defaults.model) or None,
        }
        lists: dict[str, object] = {
            "searchTags": [job.text("searchTags", word) for word in product.keywords],
            "images": self._images(job),
            "notices": self._notices(job),
            "contents": self._contents(job),
        }
        return {name: value for name, value in found.items() if value is not None} | lists

    def _images(self, job: ExportJob) -> list[dict[str, object]]:
        urls = job.pictures("images", _PICTURES)
        if not urls:
            job.missing("images", Gap.ASK)
        return [
            {"imageOrder": at, "imageType": "DETAIL" if at else "REPRESENTATION", "vendorPath": url}
            for at, url in enumerate(urls)
        ]

    def _notices(self, job: ExportJob) -> list[dict[str, str]]:
        found = []
        for notice in job.product.notices:
            group = notice.group or str(notice.group_no or "")
            rule = job.maps.notices.rules.get(group)
            names = {} if rule is None else rule.items
            if rule is None:
                job.notes.ask(LineCode.UNMAPPED, "notices", group)
            for entry in notice.entries:
                if not entry.name or not entry.value:
                    continue
                found.append({
                    "noticeCategoryName": group if rule is None else rule.group,
                    "noticeCategoryDetailName": names.get(entry.name, entry.name),
                    "content": job.text("notices", entry.value),
                })  # fmt: skip
        if not found:
            job.missing("notices", Gap.ASK)
        return found

    def _contents(self, job: ExportJob) -> list[dict[str, object]]:
        html = job.description("contents")
        details = [{"content": html, "detailType": "TEXT"}]
        return [{"contentsType": "HTML", "contentDetails": details}] if html else []
