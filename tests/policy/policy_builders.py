"""Invented shops for the policy tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache

from wemakeprice_sdk.clock import KST, WeekdayCalendar
from wemakeprice_sdk.config import (
    Agency,
    ChannelConfig,
    ConfirmationMode,
    CsKind,
    DayWindow,
    EndedGoodsPolicy,
    ExtensionLength,
    LinkState,
    MaintenanceWindow,
    MixedBundlePolicy,
    OnboardingState,
    OrderConfirmation,
    SalePeriodExtension,
    Switches,
)
from wemakeprice_sdk.models.claims import Claim, ClaimOption, ClaimProduct, ExchangeDelivery, Pickup
from wemakeprice_sdk.models.codes import (
    BundleKind,
    ClaimStatus,
    ClaimType,
    DisplayState,
    ExchangeShipStatus,
    PickupStatus,
    ProductStatus,
    SalePeriod,
    ShipArea,
    ShipMethod,
    ShipStatus,
    ShipType,
    TemplateShipMethod,
)
from wemakeprice_sdk.models.orders import Bundle, Delivery, OrderOption, OrderProduct
from wemakeprice_sdk.models.products import OptionValue, Product, ProductBasic, ProductOption, ProductSale
from wemakeprice_sdk.models.shipping_templates import ShippingTemplate, ShippingTemplateInput
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy import PolicySettings, Shipment, SkuStock, Snapshot, SyncPolicy

# A Wednesday, inside the default dawn window.
NOW = datetime(2026, 3, 11, 3, 0, tzinfo=KST)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CJ = Shipment(ShipMethod.PARCEL, "D002", "123456789012")
HANJIN = Shipment(ShipMethod.PARCEL, "D003", "555566667777")
CALENDAR = WeekdayCalendar()


def config(
    *,
    mode: ConfirmationMode = ConfirmationMode.AUTO,
    mixed: MixedBundlePolicy = MixedBundlePolicy.HOLD,
    switches: Mapping[str, bool] | None = None,
    cs_kinds: Iterable[str] = tuple(kind.value for kind in CsKind),  # type: ignore[name-defined]
    onboarding: OnboardingState = OnboardingState.COMPLETE,
    link: LinkState = LinkState.APPROVED,
    extension: bool = True,
    length: str = "30 days",
    threshold: int = 7,
    ended: EndedGoodsPolicy = EndedGoodsPolicy.SKIP,
    window: tuple[time, time] = (time(2), time(6)),
    maintenance: tuple[MaintenanceWindow, ...] = (),
) -> ChannelConfig:
    flags = {"sku_sync": True, **(switches or {})}
    return ChannelConfig(
        "hong-shop",
        "홍길동 상점",
        api_key="0123456789abcdef" * 4,
        agency=_AGENCY,
        onboarding=onboarding,
        link=link,
        switches=_switches(tuple(cs_kinds), *flags.items()),
        confirmation=OrderConfirmation(mode, mixed),
        runple=mode is ConfirmationMode.RUNPLE,
        sale_period=_extension(extension, threshold, length, window, ended),
        maintenance=maintenance,
    )


_AGENCY = Agency("윈셀링")


@cache
def _switches(cs_kinds: tuple[str, ...], *flags: tuple[str, bool]) -> Switches:
    return Switches(cs_kinds=cs_kinds, **dict(flags))


@cache
def _extension(
    enabled: bool, threshold: int, length: str, window: tuple[time, time], ended: EndedGoodsPolicy
) -> SalePeriodExtension:
    return SalePeriodExtension(
        enabled=enabled,
        threshold_days=threshold,
        length=ExtensionLength.parse(length),
        window=DayWindow(*window),
        ended=ended,
    )


def policy(settings: PolicySettings | None = None, **kwargs: object) -> SyncPolicy:
    own = {key: kwargs.pop(key) for key in ("cancel_strategy",) if key in kwargs}
    return SyncPolicy(
        config(**kwargs),  # type: ignore[arg-type]
        calendar=CALENDAR,
        settings=settings or PolicySettings(),
        **own,  # type: ignore[arg-type]
    )


def bundle(
    number: int = 1,
    *,
    status: ShipStatus = ShipStatus.NEW,
    lines: Iterable[tuple[int, int]] = ((10, 2),),
    due: datetime | None = None,
    invoice: str | None = None,
    courier: str | None = None,
    method: ShipMethod = ShipMethod.PARCEL,
    confirmed: datetime | None = None,
    **delivery: object,
) -> Bundle:
    """Lines are (product number, quantity); the option order number is bundle*100 + position."""
    if confirmed is None and status != ShipStatus.NEW:
        confirmed = NOW - DAY
    return Bundle(
        bundle_no=number,
        purchase_no=number + 7000,
        origin_ship_date=due,
        order_confirm_date=confirmed,
        delivery=Delivery(
            ship_status=status,
            ship_method=method,
            parcel_company=courier,
            invoice_no=invoice,
            name="홍길동",
            phone="010-0000-0000",
            **delivery,  # type: ignore[arg-type]
        ),
        buyer_name="홍길동",
        order_product=tuple(
            OrderProduct(
                order_no=number * 1000 + index,
                product_no=product_no,
                product_qty=quantity,
                order_option=(OrderOption(order_option_no=number * 100 + index, option_qty=quantity),),
            )
            for index, (product_no, quantity) in enumerate(lines)
        ),
    )


def claim(
    number: int = 500,
    kind: ClaimType = ClaimType.CANCEL,
    status: ClaimStatus = ClaimStatus.REQUEST,
    *,
    bundle_no: int = 1,
    lines: Iterable[tuple[int, int]] = ((0, 2),),
    requested: datetime | None = NOW - HOUR,
    pickup: PickupStatus | None = None,
    pickup_invoice: str | None = None,
    delivery: ExchangeShipStatus | None = None,
    **rest: object,
) -> Claim:
    """Lines are (position in the bundle, claimed quantity)."""
    return Claim(
        claim_bundle_no=number,
        claim_type=kind,
        claim_status=status,
        bundle_no=bundle_no,
        request_date=requested,
        pickup=None if pickup is None else Pickup(ship_status=pickup, invoice_no=pickup_invoice),
        delivery=None if delivery is None else ExchangeDelivery(ship_status=delivery),
        order_product=tuple(
            ClaimProduct(
                order_no=bundle_no * 1000 + index,
                product_no=10,
                product_qty=quantity,
                order_option=(ClaimOption(order_option_no=bundle_no * 100 + index, option_qty=quantity),),
            )
            for index, quantity in lines
        ),
        **rest,  # type: ignore[arg-type]
    )


def product(
    number: int = 10,
    *,
    stock: int | None = 5,
    options: Mapping[str, int] | None = None,
    status: ProductStatus | None = ProductStatus.SALE,
    start: datetime = datetime(2025, 1, 1, tzinfo=KST),
    end: datetime | None = datetime(2027, 1, 1, tzinfo=KST),
    period: SalePeriod = SalePeriod.PERIOD,
    policy_no: int = 900,
    display: DisplayState = DisplayState.SHOWN,
) -> Product:
    return Product(
        product_no=number,
        basic=ProductBasic(
            product_name=f"상품 {number}",
            product_status_name=status,
            shipping_template_no=policy_no,
            display_yn=display,
        ),
        sale=ProductSale(
            sale_period=period,
            sale_start_date=start,
            sale_end_date=end,
            sale_price=10_000,
            stock_count=stock if options is None else sum(options.values()),
        ),
        option=ProductOption(
            select_option_use_yn=options is not None,
            select_option_value_list=tuple(
                OptionValue(option_value1=name, stock_count=count, display_yn=True)
                for name, count in (options or {}).items()
            ),
        ),
    )


def link(number: int = 10, sku: str = "SKU-10", option: str | None = None, **rest: object) -> SkuLink:
    key = () if option is None else (option,)
    return SkuLink(product_no=number, sku=sku, option_key=key, **{"stock_sync": True, **rest})  # type: ignore[arg-type]


def level(
    sku: str = "SKU-10", quantity: int = 5, *, as_of: datetime = NOW - HOUR, **rest: object
) -> SkuStock:
    return SkuStock(sku=sku, quantity=quantity, as_of=as_of, **rest)  # type: ignore[arg-type]


def snapshot(*, at: datetime = NOW, **parts: object) -> Snapshot:
    """A snapshot whose parts were all read at `at`; rows may be any iterable."""
    timestamps = {f"{part}_at": at for part in ("bundles", "claims", "products", "stock", "templates")}
    rows = {
        name: tuple(value) if isinstance(value, list | set) and name not in _SETS else value
        for name, value in parts.items()
    }
    rows = {name: frozenset(value) if name in _SETS else value for name, value in rows.items()}  # type: ignore[call-overload]
    return Snapshot(**{**timestamps, "templates_imported": True, "picked": (), **rows})  # type: ignore[arg-type]


_SETS = {"confirmed", "stopped_by_us", "registered_products", "registered_deals", "answered", "in_flight"}


def template_input(number: int | None = 900, **changes: object) -> ShippingTemplateInput:
    values: dict[str, object] = {
        "shipping_template_no": number,
        "shipping_template_name": "기본 배송",
        "ship_method": TemplateShipMethod.KP,
        "bundle_kind": BundleKind.BUNDLE,
        "ship_type": ShipType.FIXED,
        "ship_fee": 3000,
        "claim_ship_fee": 3000,
        "ship_area": ShipArea.NO_MOUNTAIN_ISLAND,
        "release_day": 2,
        "release_zip_code": "06236",
        "release_road_address1": "서울시 가상로 1",
        "release_road_address2": "1층",
        "release_address1": "서울시 가상동 1",
        "release_address2": "1층",
        "return_zip_code": "06236",
        "return_road_address1": "서울시 가상로 1",
        "return_road_address2": "1층",
        "return_address1": "서울시 가상동 1",
        "return_address2": "1층",
    }
    return ShippingTemplateInput(**{**values, **changes})  # type: ignore[arg-type]


def template(number: int = 900, **changes: object) -> ShippingTemplate:
    wish = template_input(number, **changes)
    values = {name: getattr(wish, name) for name in wish.__slots__ if name != "__weakref__"}  # type: ignore[attr-defined]
    return ShippingTemplate(**values)  # type: ignore[arg-type]


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KST)
