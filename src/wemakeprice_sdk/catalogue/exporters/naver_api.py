"""Naver SmartStore's commerce API v2: one registration request per product, as JSON lines.

Attested: the shape of `originProduct` and `smartstoreChannelProduct`, the required parts and the bounds of
money (official). The disclosure notice `ETC`, `naverShoppingSearchInfo`, `optionCustom` and the search tags
are taken from code that uploads them. The price band of options (within 50 % above 10,000 won) stands in
sellers' notes only, so it is a setting. Not tried: no request was sent. Naver takes pictures only by the
address that its own upload gave.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar, Final, TypeAlias

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
    without_active_parts,
)
from wemakeprice_sdk.catalogue.exporters.matrix import Matrix
from wemakeprice_sdk.catalogue.report import LineCode
from wemakeprice_sdk.models.codes import ProductType, ShipType, TemplateShipMethod

JsonObject: TypeAlias = "dict[str, object]"

_NAME: Final = TextLimit(100)
_OPTION: Final = TextLimit(24)
"""Fewer than 25 characters."""
_HIGHEST_PRICE: Final = 999_999_990
_HIGHEST_FEE: Final = 100_000
_HIGHEST_RETURN_FEE: Final = 1_000_000
_MOST_STOCK: Final = 99_999_999
_MORE_PICTURES: Final = 9
_MOST_AXES: Final = 3
_MOST_OPTIONS: Final = 500
_TAGS: Final = 10

_CONDITIONS: Final = {
    ProductType.NEW: ("NEW", True),
    ProductType.MADE_TO_ORDER: ("NEW", True),
    ProductType.USED: ("OLD", True),
    ProductType.REFURBISHED: ("OLD", False),
    ProductType.RESALE: ("OLD", False),
}
"""Ours to Naver's, and whether the two mean the same."""
_METHODS: Final = {
    TemplateShipMethod.KP: "DELIVERY",
    TemplateShipMethod.KM: "DELIVERY",
    TemplateShipMethod.KD: "DIRECT",
}
_ETC: Final = {
    "itemName": ("품명", "상품명", "품명 및 모델명"),
    "modelName": ("모델명",),
    "manufacturer": ("제조자", "제조사", "제조업자", "제조자/수입자", "제조자(수입자)"),
    "certificateDetails": ("인증허가사항", "인증·허가사항"),
    "afterServiceDirector": ("A/S책임자", "A/S 책임자", "A/S 책임자와 전화번호", "소비자상담 관련 전화번호"),
}  # fmt: skip
"""Key of the general notice to the names that our items have."""
_ETC_TEXTS: Final = (
    "returnCostReason", "noRefundReason", "qualityAssuranceStandard", "compensationProcedure",
    "troubleShootingContents",
)  # fmt: skip
_ETC_REQUIRED: Final = ("itemName", "modelName", "manufacturer", "afterServiceDirector", *_ETC_TEXTS)


@frozen
class NaverApi(Exporter):
    """Products as requests of Naver's API, one JSON object per line. `sellerManagementCode` is the stable id.

    `price_band` is how far an option's surcharge may lie from 0, in per cent of a price above 10,000 won;
    None for no check.
    """

    target: ClassVar[str] = "naver"
    suffix: ClassVar[str] = "jsonl"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "name",
        "seller_code": "sellerManagementCode",
        "brand": "naverShoppingSearchInfo.brandName",
        "maker": "naverShoppingSearchInfo.manufacturerName",
        "model": "naverShoppingSearchInfo.modelName",
        "display": "channelProductDisplayStatusType",
        "taxable": "taxType",
        "condition": "saleType",
        "origin.code": "originAreaInfo.originAreaCode",
        "origin.text": "originAreaInfo.content",
        "origin.importer": "originAreaInfo.importer",
        "adult_only": "minorPurchasable",
        "category": "leafCategoryId",
        "description_html": "detailContent",
        "images": "images",
        "price": "salePrice",
        "stock": "stockQuantity",
        "notices": "productInfoProvidedNotice",
        "shipping.method": "deliveryInfo.deliveryType",
        "shipping.fee_kind": "deliveryFee.deliveryFeeType",
        "shipping.fee": "deliveryFee.baseFee",
        "shipping.free_over": "deliveryFee.freeConditionalAmount",
        "shipping.step": "deliveryFee.repeatQuantity",
        "shipping.prepaid": "deliveryFee.deliveryFeePayType",
        "shipping.return_fee": "claimDeliveryInfo.returnDeliveryFee",
        "shipping.exchange_fee": "claimDeliveryInfo.exchangeDeliveryFee",
        "shipping.courier": "deliveryInfo.deliveryCompany",
        "text_options": "optionInfo.optionCustom",
        "keywords": "seoInfo.sellerTags",
        "option.axes": "optionCombinations.optionName1 to 3",
        "option.seller_code": "optionCombinations.sellerManagerCode",
        "option.surcharge": "optionCombinations.price",
        "option.stock": "optionCombinations.stockQuantity",
        "option.state": "optionCombinations.usable",
        "option.displayed": "optionCombinations.usable",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried,
        {
            "status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH,
            "certificates": LeftField(
                "Naver wants its own certificate ids; enter them in the SmartStore centre",
                "네이버의 인증 ID가 필요하므로 스마트스토어센터에서 입력해야 합니다",
            ),
            "list_price": LeftField(
                "Naver has a discount instead, which would change the price",
                "네이버에는 정상가 대신 할인만 있어 판매가가 바뀝니다",
            ),
            "shipping.ship_from": ACCOUNT_SETTING, "shipping.return_to": ACCOUNT_SETTING,
            "shipping.jeju_fee": ACCOUNT_SETTING, "shipping.islands_fee": ACCOUNT_SETTING,
            "shipping.bundle_kind": ACCOUNT_SETTING, "shipping.area": ACCOUNT_SETTING,
            "shipping.lead_days": ACCOUNT_SETTING,
        },
    )  # fmt: skip

    price_band: int | None = 50

    def write(self, job: ExportJob) -> bytes:
        """Return the request's body as one line."""
        body = {
            "originProduct": self._product(job),
            "smartstoreChannelProduct": {
                "naverShoppingRegistration": job.shown,
                "channelProductDisplayStatusType": "ON" if job.shown else "SUSPENSION",
            },
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def _product(self, job: ExportJob) -> JsonObject:
        price = job.price("salePrice", 10, _HIGHEST_PRICE)
        matrix = job.matrix(
            "optionCombinations", most_axes=_MOST_AXES, most_rows=_MOST_OPTIONS, limit=_OPTION, closable=True
        )
        detail = self._detail(job)
        job.certificates_left("productCertificationInfos")
        if matrix is None:
            stock = job.stock("stockQuantity", job.product.stock)
            options: JsonObject = {}
        else:
            price, options = self._options(job, matrix, price)
            stock = sum(row.stock for row in matrix.rows if row.usable)
        detail["optionInfo"] = options | {"optionSimple": [], "optionCustom": self._text_options(job)}
        found: JsonObject = {"statusType": "SALE"}
        if sale := self._condition(job):
            found["saleType"] = sale
        return found | {
            "leafCategoryId": job.category("leafCategoryId", Gap.REFUSE),
            "name": job.name("name", _NAME),
            "detailContent": self._content(job),
            "images": self._images(job),
            "salePrice": price,
            "stockQuantity": job.number("stockQuantity", stock, 0, _MOST_STOCK),
            "deliveryInfo": self._delivery(job),
            "detailAttribute": detail,
        }

    def _condition(self, job: ExportJob) -> str:
        condition = job.product.condition
        sale, exact = _CONDITIONS.get(condition, ("", True)) if condition is not None else ("", True)
        if not sale:
            job.notes.ask(LineCode.TO_FILL, "saleType", condition.korean if condition else "")
        elif not exact and condition is not None:
            job.notes.change(LineCode.FALLBACK, "saleType", condition.korean, sale)
        return sale

    def _content(self, job: ExportJob) -> str:
        html = job.description("detailContent", gap=Gap.REFUSE)
        kept = without_active_parts(html)
        if kept != html:
            job.notes.change(LineCode.STRIPPED, "detailContent", "script, style, iframe")
        if html and not kept.strip():
            job.missing("detailContent", Gap.REFUSE)
        return kept

    def _images(self, job: ExportJob) -> JsonObject:
        first, *more = job.pictures("images", _MORE_PICTURES + 1) or ("",)
        if not first:
            job.missing("images", Gap.REFUSE)
        uploaded = set(job.maps.pictures.rules.values())
        if waiting := [url for url in (first, *more) if url and url not in uploaded]:
            job.notes.ask(LineCode.UPLOAD, "images", waiting[0], len(waiting))
        return {"representativeImage": {"url": first}, "optionalImages": [{"url": url} for url in more]}

    def _delivery(self, job: ExportJob) -> JsonObject:
        method = job.shipping.method
        kind = _METHODS.get(method, "") if method is not None else ""
        if not kind:
            job.notes.ask(LineCode.TO_FILL, "deliveryType", method.korean if method else "")
        found: JsonObject = {"deliveryType": kind} if kind else {}
        found["deliveryAttributeType"] = "NORMAL"
        if courier := job.courier("deliveryCompany", Gap.ASK):
            found["deliveryCompany"] = courier
        found["deliveryFee"] = self._fee(job)
        names = ("returnDeliveryFee", "exchangeDeliveryFee")
        fees = zip(names, job.return_fees(names, _HIGHEST_RETURN_FEE), strict=True)
        found["claimDeliveryInfo"] = {name: fee for name, fee in fees if fee is not None}
        return found

    def _fee(self, job: ExportJob) -> JsonObject:
        terms = job.shipping
        if terms.fee_kind == ShipType.FREE:
            return {"deliveryFeeType": "FREE"}
        fee = job.number(
            "baseFee", terms.fee, 0, _HIGHEST_FEE, default=job.defaults.shipping_fee, gap=Gap.ASK
        )
        if fee is None:
            return {}
        found: JsonObject = {"deliveryFeeType": "PAID", "baseFee": fee}
        if terms.fee_kind == ShipType.COND:
            free_over = job.number("freeConditionalAmount", terms.free_over, 1, gap=Gap.REFUSE)
            found |= {"deliveryFeeType": "CONDITIONAL_FREE", "freeConditionalAmount": free_over}
        elif terms.step:
            found |= {"deliveryFeeType": "UNIT_QUANTITY_PAID", "repeatQuantity": terms.step}
        if terms.prepaid is not None:
            found["deliveryFeePayType"] = "PREPAID" if terms.prepaid else "COLLECT"
        return found

    def _detail(self, job: ExportJob) -> JsonObject:
        product, defaults = job.product, job.defaults
        adult = job.adult_only("minorPurchasable", Gap.REFUSE)
        taxable = job.taxable("taxType")
        search = {
            "brandName": job.text("brandName", product.brand, default=defaults.brand, gap=Gap.ASK),
            "manufacturerName": job.text(
                "manufacturerName", product.maker, default=defaults.maker, gap=Gap.ASK
            ),
            "modelName": job.text("modelName", product.model, default=defaults.model),
        }
        found: JsonObject = {
            "naverShoppingSearchInfo": {name: value for name, value in search.items() if value},
            "afterServiceInfo": {
                "afterServiceTelephoneNumber": job.text(
                    "afterServiceTelephoneNumber", None, default=defaults.after_service_phone, gap=Gap.REFUSE
                ),
                "afterServiceGuideContent": job.text(
                    "afterServiceGuideContent", None, default=defaults.after_service_guide, gap=Gap.REFUSE
                ),
            },
            "originAreaInfo": self._origin(job),
            "sellerCodeInfo": {"sellerManagementCode": product.id if product.variants else job.sku()},
            "minorPurchasable": not adult,
            "productInfoProvidedNotice": self._notice(job),
            "seoInfo": {"sellerTags": [{"text": word} for word in self._tags(job)]},
        }
        return found if taxable is None else found | {"taxType": "TAX" if taxable else "DUTYFREE"}

    def _tags(self, job: ExportJob) -> tuple[str, ...]:
        words = tuple(job.text("sellerTags", word) for word in job.product.keywords)
        for word in words[_TAGS:]:
            job.notes.change(LineCode.DROPPED, "sellerTags", word, f"{len(words)} > {_TAGS}")
        return words[:_TAGS]

    def _origin(self, job: ExportJob) -> JsonObject:
        origin, defaults = job.origin, job.defaults
        code = job.text("originAreaCode", origin.code, default=defaults.origin_code, gap=Gap.REFUSE)
        found: JsonObject = {"originAreaCode": code}
        written = Gap.REFUSE if code.startswith("04") else Gap.QUIET
        if text := job.text("originAreaInfo.content", origin.text, default=defaults.origin_text, gap=written):
            found["content"] = text
        imported = Gap.REFUSE if code.startswith("02") else Gap.QUIET
        if name := job.text(
            "originAreaInfo.importer", origin.importer, default=defaults.importer, gap=imported
        ):
            found["importer"] = name
        return found

    def _notice(self, job: ExportJob) -> JsonObject:
        notices = job.product.notices
        notice = notices[0] if notices else None
        group = (notice.group or str(notice.group_no or "")) if notice else ""
        ours = (
            {entry.name: entry.value for entry in notice.entries if entry.name and entry.value}
            if notice
            else {}
        )
        if (rule := job.maps.notices.rules.get(group)) is not None:
            kind, body = (
                rule.group,
                {rule.items[name]: value for name, value in ours.items() if name in rule.items},
            )
            unused = [name for name in ours if name not in rule.items]
        else:
            job.notes.change(LineCode.FALLBACK, "productInfoProvidedNotice", group, "ETC")
            names = {name: key for key, all_names in _ETC.items() for name in all_names}
            kind, body = "ETC", {names[name]: value for name, value in ours.items() if name in names}
            unused = [name for name in ours if name not in names]
        for name in unused:
            job.notes.change(LineCode.DROPPED, "productInfoProvidedNotice", ours[name], name)
        for other in notices[1:]:
            job.notes.change(LineCode.DROPPED, "productInfoProvidedNotice", other.group or other.group_no)
        if kind == "ETC":
            body = self._general(job, body)
        body = {key: job.clean(key, value) for key, value in body.items()}
        return {"productInfoProvidedNoticeType": kind, _camel(kind): body}

    def _general(self, job: ExportJob, body: dict[str, str]) -> dict[str, str]:
        return {
            key: job.text(key, body.get(key), default=job.defaults.notice_text, gap=Gap.REFUSE)
            for key in _ETC_REQUIRED
        } | body

    def _options(self, job: ExportJob, matrix: Matrix, price: int) -> tuple[int, JsonObject]:
        price, matrix = job.rebase("salePrice", matrix, price, self.price_band)
        job.number("salePrice", price, 10, _HIGHEST_PRICE)
        names = {f"optionGroupName{at}": axis for at, axis in enumerate(matrix.axes, 1)}
        rows = [
            {f"optionName{at}": value for at, value in enumerate(row.values, 1)}
            | {
                "stockQuantity": row.stock, "price": row.surcharge, "usable": row.usable,
                "sellerManagerCode": row.code,
            }
            for row in matrix.rows
        ]  # fmt: skip
        return price, {
            "optionCombinationSortType": "CREATE",
            "optionCombinationGroupNames": names,
            "optionCombinations": rows,
            "useStockManagement": True,
        }

    def _text_options(self, job: ExportJob) -> list[JsonObject]:
        return [
            {"groupName": job.text("optionCustom", title, limit=_OPTION), "usable": True}
            for title in job.product.text_options
        ]


def _camel(kind: str) -> str:
    head, *tail = kind.lower().split("_")
    return head + "".join(part.capitalize() for part in tail)
