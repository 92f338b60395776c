"""Automatic extension of sale periods (판매기간 자동연장, rule 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST, korean_minute, require_aware
from wemakeprice_sdk.config import (
    ChannelConfig,
    DatedMaintenance,
    EndedGoodsPolicy,
    ExtensionLength,
    IssueSeverity,
    MaintenanceWindow,
    SalePeriodExtension,
    next_clear,
)
from wemakeprice_sdk.models.codes import ProductStatus, SalePeriod
from wemakeprice_sdk.models.products import Product, ProductBasic, ProductSale
from wemakeprice_sdk.policy.actions import ActionKind, ExtendSalePeriod, Reason, SetStatus, Target, TargetKind
from wemakeprice_sdk.policy.derived import product_status
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.settings import SalePeriodSettings
from wemakeprice_sdk.policy.snapshot import Part, Snapshot

__all__ = ["Dawn", "dawn_of", "extended_end", "latest_end", "plan_sale_periods"]


@frozen
class Dawn:
    """Where `now` stands in the nightly batch of a day: `opens` is when it may run, or run on, next."""

    day: date
    is_open: bool
    opens: datetime
    in_maintenance: bool


def dawn_of(config: ChannelConfig, now: datetime) -> Dawn:
    """Return whether the batch of today runs at `now` (KST).

    Maintenance does not use up the window: the batch waits and, when the window has passed meanwhile, goes
    on for as long as the maintenance took away from it.
    """
    at = require_aware(now, "now")
    clear = next_clear(config.maintenance, at)
    for day in (at.date() - timedelta(days=1), at.date()):
        opens, closes = _span(config, day)
        if opens <= at < closes:
            return Dawn(day, clear == at, clear, clear != at)
    today_opens, _ = _span(config, at.date())
    following = at.date() if at < today_opens else at.date() + timedelta(days=1)
    opens, _ = _span(config, following)
    return Dawn(following, is_open=False, opens=next_clear(config.maintenance, opens), in_maintenance=False)


def _span(config: ChannelConfig, day: date) -> tuple[datetime, datetime]:
    window = config.sale_period.window
    opens = datetime.combine(day, window.start, KST)
    left = datetime.combine(day, window.end, KST) - opens
    at = opens
    while left > timedelta():
        clear = next_clear(config.maintenance, at)
        if clear != at:
            at = clear
            continue
        free = min(left, _until_maintenance(config, at, left))
        at, left = at + free, left - free
    return opens, at


def _until_maintenance(config: ChannelConfig, at: datetime, most: timedelta) -> timedelta:
    starts = [
        start - at for window in config.maintenance for start in _starts(window, at) if window.covers(start)
    ]
    return min([most, *starts])


def _starts(window: MaintenanceWindow, at: datetime) -> tuple[datetime, ...]:
    if isinstance(window, DatedMaintenance):
        found: tuple[datetime, ...] = (window.start,)
    else:
        found = tuple(
            datetime.combine(at.date() + timedelta(days=days), window.start, KST) for days in (0, 1)
        )
    return tuple(start for start in found if start > at)


def latest_end(start: datetime) -> datetime:
    """Return the last end the marketplace takes: start + 5 years (grade B), 29 February as 28 (grade C)."""
    at = require_aware(start, "start")
    try:
        return at.replace(year=at.year + 5)
    except ValueError:
        return at.replace(year=at.year + 5, day=28)


def extended_end(end: datetime, length: ExtensionLength, start: datetime | None) -> datetime:
    """Return `end` plus the length in KST, down to the full hour and at most five years after the start."""
    moved = length.after(end).replace(minute=0, second=0, microsecond=0)
    if start is None:
        return moved
    return min(moved, latest_end(start).replace(minute=0, second=0, microsecond=0))


def plan_sale_periods(
    builder: PlanBuilder, snapshot: Snapshot, config: ChannelConfig, settings: SalePeriodSettings
) -> None:
    """Extend what ends too soon, inside the nightly window, once per product and dawn."""
    rules = config.sale_period
    if not builder.is_open(ActionKind.EXTEND_SALE_PERIOD, len(snapshot.products)) or rules.length is None:
        return
    snapshot.require_fresh(Part.PRODUCTS, builder.now, settings.products_max_age)
    dawn = dawn_of(config, builder.now)
    due: list[ExtendSalePeriod] = []
    moved = _moved(builder)
    for product in snapshot.products:
        if product.product_no in moved:
            product = _as_moved(product, moved[product.product_no])
        action = _extension(builder, product, rules, rules.length, dawn)
        if action is None:
            continue
        if not dawn.is_open:
            builder.hold(action.kind, action.target, _wait(dawn), dawn.opens)
        elif f"{ActionKind.SET_STATUS}:{product.product_no}" in builder.in_flight:
            builder.hold(action.kind, action.target, _STATE_OPEN)
        elif snapshot.last_extension.get(product.product_no, date.min) >= dawn.day:
            builder.hold(action.kind, action.target, _once(dawn.day))
        else:
            resumed = moved.get(product.product_no)
            due.append(action if resumed is None else evolve(action, depends_on=(resumed.key,)))
    for action in sorted(due, key=lambda action: (action.old_end, action.product_no)):
        builder.add(action)


def _moved(builder: PlanBuilder) -> Mapping[int, SetStatus]:
    """Return the products whose sale this very plan stops or resumes: paused goods are not extended."""
    return {action.product_no: action for action in builder.actions.values() if isinstance(action, SetStatus)}


def _as_moved(product: Product, action: SetStatus) -> Product:
    return evolve(product, basic=evolve(product.basic or ProductBasic(), product_status_name=action.status))


def _extension(
    builder: PlanBuilder, product: Product, rules: SalePeriodExtension, length: ExtensionLength, dawn: Dawn
) -> ExtendSalePeriod | None:
    sale = product.sale or ProductSale()
    if not _may_extend(product, sale, rules, builder.now):
        return None
    target = Target(TargetKind.PRODUCT, str(product.product_no))
    if sale.sale_end_date is None:
        builder.hold(ActionKind.EXTEND_SALE_PERIOD, target, _NO_END)
        return None
    old, now = sale.sale_end_date, builder.now
    if old - now >= rules.threshold:
        return None
    new = extended_end(old, length, sale.sale_start_date)
    if new <= old or new <= now:
        reason = _AT_LIMIT if new <= old else _TOO_SHORT
        builder.hold(ActionKind.EXTEND_SALE_PERIOD, target, reason, old)
        if dawn.is_open:
            builder.alarm(target, IssueSeverity.ORDINARY, reason, old)
        return None
    return ExtendSalePeriod(
        product_no=product.product_no,
        old_end=old,
        new_end=new,
        dawn=dawn.day,
        reason=_due(rules.threshold_days, length),
        before=korean_minute(old),
        after=korean_minute(new),
    )


def _may_extend(product: Product, sale: ProductSale, rules: SalePeriodExtension, now: datetime) -> bool:
    status = product_status(product)
    if sale.sale_period == SalePeriod.ALWAYS or status == ProductStatus.STOP:
        return False
    if status is not None and not status.is_known:
        return False
    ended = status == ProductStatus.END or (sale.sale_end_date is not None and sale.sale_end_date <= now)
    return not ended or rules.ended is EndedGoodsPolicy.EXTEND


_AT_LIMIT = Reason(
    "five-year-limit",
    "3.7",
    "the sale period already ends five years after its start and cannot be extended",
    "판매기간이 시작일로부터 5년에 도달하여 더 연장할 수 없습니다. 계속 판매하려면 상품을 새로 등록해 주세요",
)
_NO_END = Reason(
    "end-unknown",
    "3.7",
    "the end of the sale period was not read, so nobody knows whether it is near",
    "판매종료일을 조회하지 못해 연장 여부를 판단할 수 없습니다. 파트너센터에서 판매종료일을 확인해 주세요",
)
_STATE_OPEN = Reason(
    "sale-state-in-flight",
    "3.7",
    "the sale may just have been stopped; that is verified before the period is extended",
    "판매상태 변경 결과를 확인한 뒤 연장합니다",
)
_TOO_SHORT = Reason(
    "ended-too-long-ago",
    "3.7",
    "the period ended so long ago that one extension would not reach today",
    "판매종료일이 오래 지나 자동연장으로는 부족합니다. 판매종료일을 직접 수정해 주세요",
)


def _due(days: int, length: ExtensionLength) -> Reason:
    return Reason(
        "ends-soon",
        "3.7",
        f"less than {days} days are left, so the period grows by {length}",
        f"남은 판매기간이 {days}일 미만이므로 {length.amount}{length.unit.korean} 연장합니다",
    )


def _wait(dawn: Dawn) -> Reason:
    if dawn.in_maintenance:
        return Reason(
            "maintenance",
            "3.7",
            f"the marketplace is in maintenance; the batch goes on at {dawn.opens.isoformat()}",
            f"점검 시간입니다. 판매기간 연장은 {korean_minute(dawn.opens)}부터 이어서 처리합니다",
        )
    return Reason(
        "waits-for-dawn",
        "3.7",
        f"sale periods are extended in one batch at dawn, next at {dawn.opens.isoformat()}",
        f"판매기간 연장은 새벽에 일괄 처리합니다. 다음 처리는 {korean_minute(dawn.opens)}부터입니다",
    )


def _once(day: date) -> Reason:
    return Reason(
        "once-per-dawn",
        "3.7",
        f"the product was already extended in the batch of {day.isoformat()}",
        f"{day.isoformat()} 새벽에 이미 연장된 상품입니다",
    )
