"""Winding an account down (판매채널 정리): stop every sale, extend and confirm nothing more."""

from __future__ import annotations

from wemakeprice_sdk.models.codes import ProductStatus
from wemakeprice_sdk.policy.actions import ActionKind, Reason, SetStatus, Target, TargetKind
from wemakeprice_sdk.policy.derived import is_unconfirmed, product_status
from wemakeprice_sdk.policy.orders import bundle_target
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.settings import StockSettings
from wemakeprice_sdk.policy.snapshot import Part, Snapshot

_STOP = Reason(
    "wind-down", "3.6", "the account is being wound down", "판매채널을 정리 중이므로 판매를 중지합니다"
)
_NO_CONFIRM = Reason(
    "wind-down-no-confirmation",
    "3.2",
    "the account is being wound down; an operator decides about new orders",
    "판매채널을 정리 중이므로 자동으로 발주확인하지 않습니다. 신규주문은 파트너센터에서 처리해 주세요",
)
_NO_EXTENSION = Reason(
    "wind-down-no-extension",
    "3.7",
    "the account is being wound down; no sale period is extended",
    "판매채널을 정리 중이므로 판매기간을 연장하지 않습니다",
)


_NO_STOCK = Reason(
    "wind-down-no-stock",
    "3.6",
    "the account is being wound down; no stock is sent and no sale resumed",
    "판매채널을 정리 중이므로 재고를 반영하거나 판매를 재개하지 않습니다",
)


def plan_stops(builder: PlanBuilder, snapshot: Snapshot, settings: StockSettings) -> None:
    """Stop the sale of every product that sells or is about to, whatever the sync switches say.

    An operator asked for the wind-down, so the automatic features do not matter; onboarding, link, master and
    the product API do.
    """
    selling = [
        product
        for product in snapshot.products
        if product_status(product) not in (ProductStatus.STOP, ProductStatus.END)
    ]
    if not builder.is_open(ActionKind.SET_STATUS, len(selling), by_operator=True):
        return
    snapshot.require_fresh(Part.PRODUCTS, builder.now, settings.products_max_age)
    for product in selling:
        status = product_status(product)
        builder.add(
            SetStatus(
                product_no=product.product_no,
                status=ProductStatus.STOP,
                reason=_STOP,
                before=status.korean if status is not None else "",
                after=ProductStatus.STOP.korean,
            ),
            by_operator=True,
        )


def hold_confirmations(builder: PlanBuilder, snapshot: Snapshot) -> None:
    """Hold every new bundle for an operator."""
    for bundle in snapshot.bundles:
        if is_unconfirmed(bundle):
            builder.hold(ActionKind.CONFIRM_BUNDLE, bundle_target(bundle.bundle_no), _NO_CONFIRM)


def hold_stock(builder: PlanBuilder, snapshot: Snapshot) -> None:
    """Report once that no stock is sent."""
    if snapshot.products:
        builder.hold(ActionKind.SET_STOCK, Target(TargetKind.ACCOUNT, "products"), _NO_STOCK)


def hold_extensions(builder: PlanBuilder, snapshot: Snapshot) -> None:
    """Report once that no sale period is extended."""
    if snapshot.products:
        builder.hold(ActionKind.EXTEND_SALE_PERIOD, Target(TargetKind.ACCOUNT, "products"), _NO_EXTENSION)
