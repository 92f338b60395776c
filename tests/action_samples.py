"""One sample of every action, with what is read just before its call is built.

A new action class needs one here; the tests of policy/ and runner/ do the rest.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import ClaimType, Product, ShipMethod, ShippingTemplate
from wemakeprice_sdk.models.codes import DisplayState, ImportSource, ProductStatus, SkuLinkMode
from wemakeprice_sdk.models.known import NOTHING_KNOWN, Known
from wemakeprice_sdk.policy import (
    Action,
    AnswerInquiry,
    AnswerQuestion,
    ApproveCancel,
    ApproveReturn,
    CompleteExchange,
    CompletePickup,
    ConfirmBundle,
    DeleteTemplate,
    ExtendSalePeriod,
    HoldReturn,
    ImportDeal,
    ImportProduct,
    ImportTemplates,
    OptionChange,
    Reason,
    ReassignTemplate,
    RegisterPickup,
    RejectCancel,
    SaveTemplate,
    SetDisplay,
    SetOptions,
    SetStatus,
    SetStock,
    ShipBundle,
    ShipExchange,
    Shipment,
)
from wemakeprice_sdk.wire.converter import read

_ROWS = json.loads((Path(__file__).parent / "runner/files/expected.json").read_text("utf-8"))
_STORED: dict[str, Any] = _ROWS["ledger"]["shop"]["records"]
BODY: dict[str, Any] = _STORED["product"]["3000001001"]["body"]
PRODUCT = read(Product, BODY)
_OPTIONS = [
    {"optionValue1": name, "stockCount": 3, "displayYn": "Y", "sellerOptionCode": f"SKU-{name}"}
    for name in ("빨강", "파랑")
]
OPTIONED = read(
    Product,
    {
        **BODY,
        "option": {
            "selectOptionUseYn": "Y",
            "selectOptionDepth": 1,
            "selectOptionTitle1": "색상",
            "selectOptionValueList": _OPTIONS,
            "textOptionUseYn": "N",
        },
    },
)
TEMPLATE = read(ShippingTemplate, _STORED["template"]["101001"]["body"])

WHY = Reason("sample", "0.0", "a sample", "예시입니다")
PARCEL = Shipment(ShipMethod.PARCEL, "D002", "123456789012")
DIRECT = Shipment(ShipMethod.DIRECT, schedule_ship_date=date(2026, 3, 5))
ASKED = datetime(2026, 3, 4, 9, 30, 15, tzinfo=KST)
_RETURN: dict[str, Any] = {
    "claim_bundle_no": 7,
    "bundle_no": 2,
    "claim_type": ClaimType.RETURN,
    "reason": WHY,
}
_EXCHANGE: dict[str, Any] = {**_RETURN, "claim_type": ClaimType.EXCHANGE, "requested_at": ASKED}
_CANCEL: dict[str, Any] = {**_RETURN, "claim_type": ClaimType.CANCEL}
_PRODUCT: dict[str, Any] = {"product_no": PRODUCT.product_no, "reason": WHY}
_READ, _READ_OPTIONED = Known(product_before=PRODUCT), Known(product_before=OPTIONED)

SAMPLES: tuple[tuple[Action, Known], ...] = (
    (ConfirmBundle(bundle_no=1, reason=WHY), NOTHING_KNOWN),
    (ShipBundle(bundle_no=1, shipment=PARCEL, reason=WHY), NOTHING_KNOWN),
    (ShipBundle(bundle_no=1, shipment=DIRECT, reason=WHY), NOTHING_KNOWN),
    (ApproveCancel(**_CANCEL), NOTHING_KNOWN),
    (RejectCancel(**_CANCEL, shipment=PARCEL), NOTHING_KNOWN),
    (RegisterPickup(**_RETURN, shipment=PARCEL), NOTHING_KNOWN),
    (CompletePickup(**_RETURN), NOTHING_KNOWN),
    (HoldReturn(**_RETURN), NOTHING_KNOWN),
    (ApproveReturn(**_RETURN), NOTHING_KNOWN),
    (ShipExchange(**_EXCHANGE, shipment=PARCEL), NOTHING_KNOWN),
    (CompleteExchange(**_EXCHANGE), NOTHING_KNOWN),
    (SetStock(**_PRODUCT, stock_count=4), _READ),
    (
        SetOptions(**_PRODUCT, changes=(OptionChange(("빨강",), 0), OptionChange(("파랑",), None, False))),
        _READ_OPTIONED,
    ),
    (SetStatus(**_PRODUCT, status=ProductStatus.STOP), NOTHING_KNOWN),
    (SetDisplay(**_PRODUCT, display_yn=DisplayState.HIDDEN), _READ),
    (
        ExtendSalePeriod(
            **_PRODUCT,
            old_end=datetime(2027, 3, 2, 10, tzinfo=KST),
            new_end=datetime(2027, 4, 1, 10, tzinfo=KST),
            dawn=date(2026, 3, 5),
        ),
        _READ,
    ),
    (ReassignTemplate(**_PRODUCT, from_shipping_template_no=101001, to_shipping_template_no=5), _READ),
    (
        SaveTemplate(
            template=TEMPLATE.to_input(), name="기본", shipping_template_no=101001, affected=(5,), reason=WHY
        ),
        Known(template_nos_before=frozenset({3, 101001})),
    ),
    (
        AnswerQuestion(qna_seq=9, question_date=ASKED, answer="홍길동 님, 내일 보내 드립니다.", reason=WHY),
        NOTHING_KNOWN,
    ),
    (AnswerInquiry(inquiry_seq=9, answer="홍길동 님, 내일 보내 드립니다.", reason=WHY), NOTHING_KNOWN),
    (ImportTemplates(reason=WHY), NOTHING_KNOWN),
    (DeleteTemplate(shipping_template_no=5, reason=WHY), NOTHING_KNOWN),
    (
        ImportProduct(**_PRODUCT, source=ImportSource.API, sku_link=SkuLinkMode.NONE, stock_sync=False),
        NOTHING_KNOWN,
    ),
    (ImportDeal(deal_no=5, source=ImportSource.EXCEL, missing_products=(1,), reason=WHY), NOTHING_KNOWN),
)
CALLS = tuple((action, read) for action, read in SAMPLES if action.operation)
