"""What the tests of the clients share: the driver of both kinds, and example input."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from wemakeprice_sdk.client import (
    AsyncWemakepriceClient,
    RetryPolicy,
    ThrottlePolicy,
    VerificationPolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import (
    BundleKind,
    DescType,
    DisplayState,
    HolidayExcept,
    NoticeGroupInput,
    NoticeItemInput,
    OptionValueInput,
    ProductBasicInput,
    ProductDetailInput,
    ProductEtcInput,
    ProductInput,
    ProductOptionInput,
    ProductSaleInput,
    ProductType,
    ReferencePriceType,
    SalePeriod,
    ShipArea,
    ShippingTemplateInput,
    ShipType,
    TemplateShipMethod,
)
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.wire.converter import write

KEY = "0123456789abcdef0123456789abcdef"
NOW = datetime(2024, 5, 20, 12, 0, tzinfo=KST)
DAY_START = datetime(2024, 5, 20, tzinfo=KST)
DAY_END = DAY_START + timedelta(hours=23, minutes=59, seconds=59)


class Naps:
    """Takes the place of both sleeps and remembers how long they were."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)

    async def later(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


class Driver:
    """Runs the same test on the sync and on the async client."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.url = url
        self.naps = Naps()
        self._runner = asyncio.Runner() if kind == "async" else None
        self._open: list[Any] = []

    def client(self, **options: Any) -> Any:
        """Return a client that does not wait for real."""
        cls: Callable[..., Any] = WemakepriceClient if self.kind == "sync" else AsyncWemakepriceClient
        defaults: dict[str, Any] = {
            "base_url": self.url,
            "throttle": ThrottlePolicy(min_gap=0),
            "verification": VerificationPolicy(waits=(0.5, 2.0)),
            "retry": RetryPolicy(attempts=3),
            "sleep": self.naps if self.kind == "sync" else self.naps.later,
        }
        client = cls(options.pop("api_key", KEY), **{**defaults, **options})
        self._open.append(client)
        return client

    def __call__(self, result: Any) -> Any:
        """Return the result of a call: at once, or from the event loop."""
        if self._runner is None:
            return result
        return self._runner.run(_awaited(result))

    def all(self, pager: Any) -> list[Any]:
        """Return every item of a lazy reading."""
        return list(pager) if self._runner is None else self._runner.run(_collected(pager))

    def take(self, pager: Any, count: int) -> list[Any]:
        """Return the next few items of a lazy reading."""
        if self._runner is None:
            return [next(pager) for _ in range(count)]
        return self._runner.run(_some(pager, count))

    def close(self) -> None:
        for client in self._open:
            self(client.close() if self.kind == "sync" else client.aclose())
        if self._runner is not None:
            self._runner.close()


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


async def _collected(pager: Any) -> list[Any]:
    return [item async for item in pager]


async def _some(pager: Any, count: int) -> list[Any]:
    return [await anext(pager) for _ in range(count)]


def ship_policy(number: int | None = None, name: str = "기본 배송") -> ShippingTemplateInput:
    return ShippingTemplateInput(
        shipping_template_no=number,
        shipping_template_name=name,
        ship_method=TemplateShipMethod.KP,
        bundle_kind=BundleKind.BUNDLE,
        ship_type=ShipType.COND,
        ship_fee=3000,
        free_condition=50000,
        prepayment_yn=True,
        claim_ship_fee=3000,
        ship_area=ShipArea.NO_MOUNTAIN_ISLAND,
        release_day=2,
        holiday_except_yn=HolidayExcept.EXCLUDED,
        release_zip_code="00000",
        release_road_address1="예시특별시 가상구 견본로 1",
        release_road_address2="1층",
        release_address1="예시특별시 가상구 견본동 1",
        release_address2="1층",
        return_zip_code="00000",
        return_road_address1="예시특별시 가상구 견본로 1",
        return_road_address2="1층",
        return_address1="예시특별시 가상구 견본동 1",
        return_address2="1층",
    )


def product(
    policy: int,
    *,
    number: int | None = None,
    name: str = "예시 면 티셔츠",
    price: int = 12900,
    stock: int = 30,
    code: str | None = "SKU-0001",
    colours: tuple[str, ...] = ("검정", "흰색"),
) -> ProductInput:
    return ProductInput(
        product_no=number,
        basic=ProductBasicInput(
            product_name=name,
            product_type=ProductType.NEW,
            dcate_code=4100001,
            shipping_template_no=policy,
            display_yn=DisplayState.SHOWN,
        ),
        sale=ProductSaleInput(
            sale_period=SalePeriod.PERIOD,
            sale_start_date=NOW,
            sale_end_date=datetime(2029, 5, 20, 12, tzinfo=KST),
            origin_price=15000,
            sale_price=price,
            tax_yn=True,
            purchase_limit_yn=False,
            reference_price_type=ReferencePriceType.ONLINE,
        ),
        detail=ProductDetailInput(
            basic_img_url="https://img.example.com/a.jpg",
            list_img_url="https://img.example.com/a-list.jpg",
            desc_type=DescType.HTML,
            desc_html="<div>예시 상세설명</div>",
        ),
        option=ProductOptionInput(
            select_option_use_yn=True,
            select_option_depth=1,
            select_option_title1="색상",
            select_option_value_list=tuple(
                OptionValueInput(option_value1=colour, stock_count=stock, display_yn=True)
                for colour in colours
            ),
            text_option_use_yn=False,
        ),
        notice_list=(
            NoticeGroupInput(
                group_notice_no=38, notice_list=(NoticeItemInput(notice_no=195, description="상세설명 참조"),)
            ),
        ),
        etc=ProductEtcInput(parallel_import_yn=False, seller_prod_code=code),
    )


def saved(sandbox: Sandbox) -> tuple[int, int]:
    """Return the numbers of a stored product and its policy."""
    policy = sandbox.make_policy()
    return sandbox.make_product(body=write(product(policy))), policy
