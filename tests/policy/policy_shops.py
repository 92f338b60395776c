"""Shops of every shape, thrown from a seed: a few hundred times quicker than drawing them piece by piece."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from policy_builders import (
    CALENDAR,
    CJ,
    DAY,
    HANJIN,
    HOUR,
    NOW,
    bundle,
    claim,
    config,
    day,
    level,
    link,
    product,
    template,
    template_input,
)

from wemakeprice_sdk.config import (
    ChannelConfig,
    ConfirmationMode,
    EndedGoodsPolicy,
    LinkState,
    MixedBundlePolicy,
    OnboardingState,
)
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import (
    ClaimStatus,
    ClaimType,
    DisplayState,
    ExchangeShipStatus,
    PickupStatus,
    ProductStatus,
    SalePeriod,
    ShipStatus,
    SkuLinkMode,
)
from wemakeprice_sdk.policy import (
    AtDeadline,
    DealCandidate,
    PendingAnswer,
    PendingShipment,
    PickedLine,
    PickStrategy,
    PolicySettings,
    ProductCandidate,
    Reservation,
    ReturnFacts,
    ReturnInspection,
    StockSettings,
    SyncPolicy,
    TemplateDelete,
    TemplateSave,
)
from wemakeprice_sdk.policy.sale_period import latest_end

T = TypeVar("T")
SKUS = ["A", "B", "C", "D"]


class Dice:
    """A seeded source of choices."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def flag(self, chance: float = 0.5) -> bool:
        return self.rng.random() < chance

    def one(self, options: Iterable[T]) -> T:
        return self.rng.choice(list(options))

    def number(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def some(self, options: Iterable[T], most: int | None = None) -> list[T]:
        pool: Sequence[T] = list(options)
        return self.rng.sample(pool, self.number(0, min(len(pool), len(pool) if most is None else most)))


def account(dice: Dice, *, open_gates: bool = False) -> ChannelConfig:
    def on() -> bool:
        return open_gates or dice.flag(0.85)

    return config(
        mode=dice.one(ConfirmationMode),
        mixed=dice.one(MixedBundlePolicy),
        onboarding=OnboardingState.COMPLETE if on() else OnboardingState.WAITING,
        link=LinkState.APPROVED if on() else dice.one(LinkState),
        extension=on(),
        length=dice.one(["7 days", "30 days", "1 month", "12 months"]),
        ended=dice.one(EndedGoodsPolicy),
        cs_kinds=("question", "review", "inquiry") if on() else ("review",),
        switches={
            **{name: on() for name in ("master", "product_api", "order_api", "cs_api", "sku_sync")},
            "wind_down": not open_gates and dice.flag(0.2),
        },
    )


def any_policy(dice: Dice, *, open_gates: bool = False) -> SyncPolicy:
    stock = StockSettings(
        buffer=dice.number(0, 3), stop_when_sold_out=dice.flag(), resume_foreign_stops=dice.flag()
    )
    return SyncPolicy(
        account(dice, open_gates=open_gates),
        calendar=CALENDAR,
        cancel_strategy=PickStrategy(at_deadline=dice.one(AtDeadline)),
        settings=PolicySettings(stock=stock),
    )


def order_parts(dice: Dice) -> dict[str, object]:
    found: dict[str, list[object]] = {
        name: [] for name in ("bundles", "claims", "return_facts", "shipments", "picked")
    }
    for number in range(1, dice.number(0, 6) + 1):
        lines = [(dice.one([10, 11, 12]), dice.number(1, 4)) for _ in range(dice.number(1, 3))]
        status = dice.one([*ShipStatus, ShipStatus.NEW, ShipStatus.CONFIRM])
        shipped = status in (ShipStatus.DELIVERY, ShipStatus.COMPLETE)
        if dice.flag(0.8):
            found["bundles"].append(
                bundle(
                    number,
                    status=status,
                    lines=lines,
                    courier="CJ대한통운" if shipped else None,
                    invoice=dice.one(["123456789012", "777"]) if shipped else None,
                    due=NOW + dice.number(-48, 48) * HOUR,
                )
            )
        if dice.flag(0.4):
            found["shipments"].append(PendingShipment(number, dice.one([CJ, HANJIN])))
        for index, (_, quantity) in enumerate(lines):
            if dice.flag():
                found["picked"].append(PickedLine(number * 100 + index, dice.number(0, quantity)))
        if dice.flag(0.6):
            found["claims"].append(any_claim(dice, number, lines))
            found["return_facts"].append(any_facts(dice, 500 + number))
            if dice.flag(0.3):
                found["claims"] = any_two_cancels(dice, found["claims"][:-1], number, lines)
    return dict(found)


def any_claim(dice: Dice, bundle_no: int, lines: Sequence[tuple[int, int]]) -> Claim:
    taken = [
        (index, dice.number(1, quantity))
        for index, (_, quantity) in enumerate(lines)
        if index == 0 or dice.flag()
    ]
    kind = dice.one(ClaimType)
    status = dice.one([*ClaimStatus, ClaimStatus.REQUEST, ClaimStatus.REQUEST])
    if kind == ClaimType.CANCEL and status == ClaimStatus.PENDING:
        status = ClaimStatus.REQUEST
    return claim(
        500 + bundle_no,
        kind,
        status,
        bundle_no=bundle_no,
        lines=taken,
        requested=NOW - dice.number(0, 72) * HOUR,
        pickup=None if kind == ClaimType.CANCEL else dice.one(PickupStatus),
        delivery=dice.one([None, *ExchangeShipStatus]) if kind == ClaimType.EXCHANGE else None,
    )


def any_two_cancels(
    dice: Dice, others: Sequence[object], bundle_no: int, lines: Sequence[tuple[int, int]]
) -> list[object]:
    """Two open requests that share the units of a bundle's lines."""
    split = [(index, dice.number(0, quantity), quantity) for index, (_, quantity) in enumerate(lines)]
    first = [(index, part) for index, part, _ in split if part]
    second = [(index, quantity - part) for index, part, quantity in split if quantity > part]
    twins = ((500, first), (600, second))
    return [
        *others,
        *(claim(base + bundle_no, bundle_no=bundle_no, lines=taken) for base, taken in twins if taken),
    ]


def any_facts(dice: Dice, number: int) -> ReturnFacts:
    return ReturnFacts(
        claim_bundle_no=number,
        pickup=dice.one([None, CJ, HANJIN]),
        received=dice.flag(),
        inspection=dice.one([None, *ReturnInspection]),
        replacement=dice.one([None, CJ, HANJIN]),
        replacement_delivered=dice.flag(),
    )


def product_parts(dice: Dice) -> dict[str, object]:
    products, links = [], []
    for number in range(10, 10 + dice.number(0, 6)):
        names = dice.some(["빨강", "파랑", "초록"])
        start = NOW.replace(hour=0) - dice.number(0, 5 * 366) * DAY
        products.append(
            product(
                number,
                stock=dice.number(0, 9),
                options={name: dice.number(0, 9) for name in names} or None,
                status=dice.one([*ProductStatus, ProductStatus.SALE, None]),
                period=dice.one([*SalePeriod, SalePeriod.PERIOD]),
                start=start,
                end=min(NOW + dice.number(-20, 400) * HOUR, latest_end(start)),
                policy_no=dice.one([900, 901]),
                display=dice.one(DisplayState),
            )
        )
        runple = dice.flag()
        for name in [*(names or [None]), *(["없음"] if dice.flag(0.2) else [])]:
            mode = dice.one([*SkuLinkMode, SkuLinkMode.CREATE])
            linked = mode is not SkuLinkMode.NONE
            links.append(
                link(
                    number,
                    dice.one(SKUS) if linked else None,
                    name,
                    mode=mode,
                    stock_sync=linked and dice.flag(0.7),
                    runple=runple,
                    never_pushed=dice.flag(0.3),
                    zero_acknowledged=dice.flag(0.3),
                )
            )
    return {"products": products, "links": links}


def stock_parts(dice: Dice) -> dict[str, object]:
    rows = [
        level(
            sku,
            dice.one([dice.number(0, 3), dice.number(0, 20), dice.number(0, 120_000)]),
            as_of=NOW - dice.number(0, 150) * timedelta(minutes=1),
            on_sale=dice.one([None, None, True, False]),
            display=dice.one([None, *DisplayState]),
        )
        for sku in SKUS
        if dice.flag(0.8)
    ]
    held = [
        Reservation(9000 + index, dice.number(0, 6), dice.one(SKUS), dice.number(0, 5))
        for index in range(dice.number(0, 5))
    ]
    return {
        "stock": rows,
        "reservations": held,
        "stopped_by_us": dice.some(range(10, 17)),
        "last_extension": {
            n: day(dice.one(["2026-03-10", "2026-03-11"])) for n in dice.some(range(10, 17), 3)
        },
    }


def other_parts(dice: Dice) -> dict[str, object]:
    wishes = [
        template_input(900, ship_fee=dice.one([3000, 5000])),
        template_input(None, shipping_template_name="새 배송"),
        template_input(777),
    ]
    return {
        "templates": [template(900), template(901, shipping_template_name="둘")],
        "template_saves": [TemplateSave(wish) for wish in dice.some(wishes)],
        "template_deletes": [TemplateDelete(901, dice.one([None, 900]))] if dice.flag() else [],
        "product_candidates": [
            ProductCandidate(product_no=n, sku_link=dice.one(SkuLinkMode), stock_sync=dice.flag())
            for n in dice.some(range(10, 20), 4)
        ],
        "deal_candidates": [
            DealCandidate(deal_no=n, product_nos=tuple(dice.some(range(10, 20), 3)))
            for n in dice.some(range(1, 5), 2)
        ],
        "registered_products": dice.some(range(10, 20), 3),
        "answers": [PendingAnswer(n, NOW, "가" * dice.one([5, 20])) for n in dice.some(range(6), 2)],
    }


def shop_parts(dice: Dice) -> dict[str, object]:
    return {**order_parts(dice), **product_parts(dice), **stock_parts(dice), **other_parts(dice)}
