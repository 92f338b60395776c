"""Mixed writes through a hostile proxy, sync and async; the sandbox's journal judges every reported outcome.

Each write has a target of its own, so that the journal says what became of it: "applied" has to stand there exactly
once, "not applied", "refused" and "not reached" never, and "unknown" at most once. The result is one JSON object:
how many writes ended how, the share of unknown by operation and by what was done to the answer, and every outcome
that is not true. The exit code is 0 only when there is none of them.

    python scripts/fault_day.py --writes 20000
    python scripts/fault_day.py --writes 600 --share 0.3 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from attrs import define, evolve, field

from hostile_proxy import HostileProxy, Hostility, chooser
from wemakeprice_sdk.client import (
    AsyncWemakepriceClient,
    RetryPolicy,
    ThrottlePolicy,
    Timeouts,
    VerificationPolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.errors import (
    CallError,
    ConflictError,
    NetworkError,
    NotAppliedError,
    OutcomeUnknownError,
)
from wemakeprice_sdk.models import ClaimType, ProductStatus, ShipMethod
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.wire.converter import write
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied

KEY = "fa" * 16
OURS = {"parcel_company_code": "D002"}
ANSWER = "문의 주셔서 감사합니다. 곧 확인하여 안내드리겠습니다."


@define
class Write:
    """One write: what to call, and how to count in the sandbox how often it was carried out."""

    operation: str
    call: Callable[[Any], Any]
    target: tuple[str, object]
    outcome: str = ""
    key: int | None = None


@define
class Shop:
    """The sandbox and what its targets are made of."""

    sandbox: Sandbox
    template: Any
    product: Any
    made: int = 0
    invoices: Iterator[str] = field(factory=lambda: (f"7{number:011d}" for number in range(10**9)))

    @classmethod
    def opened(cls, seed: int) -> Shop:
        """Return a sandbox with one account, and one template and product to make others of."""
        sandbox = Sandbox(seed=seed)
        sandbox.add_account(KEY)
        number = sandbox.make_product()
        with SandboxServer(sandbox) as server, calm_client(server.url) as client:
            return cls(
                sandbox,
                client.shipping_templates.list()[0].to_input(),
                client.products.get(number).to_input(),
            )

    def word(self) -> str:
        """Return a word that no other target has."""
        self.made += 1
        return f"T{self.made:06d}"

    def new_product(self) -> int:
        """Store a product of its own."""
        return self.sandbox.make_product(None, write(self.goods()))

    def goods(self) -> Any:
        """Return a product to create, with a seller code of its own."""
        word = self.word()
        return evolve(
            self.product,
            product_no=None,
            basic=evolve(self.product.basic, product_name=f"상품 {word}"),
            etc=evolve(self.product.etc, seller_prod_code=word),
        )

    def ordered(self, status: str = "NEW", **options: Any) -> int:
        """Place an order and bring it to a state."""
        number = self.sandbox.place_order(quantity=1, **options).bundle_no
        if status != "NEW":
            self.sandbox.prepare_bundle(bundle_no=number, status=status)
        return number

    def back(self, pickup: str = "") -> int:
        """Ask to return goods."""
        number = self.sandbox.request_return(bundle_no=self.ordered("DELIVERY"))
        if pickup:
            self.sandbox.move_pickup(claim_no=number, status=pickup)
        return number

    def exchange(self) -> int:
        """Ask to exchange goods that are back already."""
        number = self.sandbox.request_exchange(bundle_no=self.ordered("DELIVERY"))
        self.sandbox.move_pickup(claim_no=number, status="수거완료")
        return number


def calm_client(url: str) -> WemakepriceClient:
    """Return a client for what is to be prepared."""
    return WemakepriceClient(KEY, base_url=url, throttle=ThrottlePolicy(min_gap=0))


Maker = Callable[[Shop], Write]
MAKERS: dict[str, Maker] = {}


def maker(function: Callable[[Shop, str], Write]) -> Callable[[Shop, str], Write]:
    """Enter a maker of writes under its operation, which is its name."""
    name = function.__name__
    MAKERS[name] = lambda shop: function(shop, name)
    return function


@maker
def shipping_save_policy(shop: Shop, name: str) -> Write:
    word = shop.word()
    sent = evolve(shop.template, shipping_template_no=None, shipping_template_name=word)
    return Write(name, lambda client: client.shipping_templates.save(sent), ("template", word))


@maker
def products_save(shop: Shop, name: str) -> Write:
    goods = shop.goods()
    return Write(name, lambda client: client.products.save(goods), ("product", goods.etc.seller_prod_code))


@maker
def products_update_basic(shop: Shop, name: str) -> Write:
    number = shop.new_product()
    block = evolve(shop.product.basic, product_name=f"새 이름 {shop.word()}")
    return Write(name, lambda client: client.products.update_basic(number, block), ("productNo", number))


@maker
def products_update_sale(shop: Shop, name: str) -> Write:
    number = shop.new_product()
    block = evolve(shop.product.sale, sale_price=9_900)
    return Write(name, lambda client: client.products.update_sale(number, block), ("productNo", number))


@maker
def products_set_status(shop: Shop, name: str) -> Write:
    number = shop.new_product()
    return Write(
        name, lambda client: client.products.set_status(number, ProductStatus.STOP), ("productNo", number)
    )


@maker
def orders_confirm(shop: Shop, name: str) -> Write:
    number = shop.ordered()
    return Write(name, lambda client: client.orders.confirm(number), ("bundleNo", number))


@maker
def orders_ship(shop: Shop, name: str) -> Write:
    number, invoice = shop.ordered("CONFIRM"), next(shop.invoices)
    return Write(
        name, lambda client: client.orders.ship(number, invoice_no=invoice, **OURS), ("bundleNo", number)
    )


@maker
def orders_change_invoice(shop: Shop, name: str) -> Write:
    number, invoice = shop.ordered("DELIVERY"), next(shop.invoices)
    return Write(
        name,
        lambda client: client.orders.change_invoice(number, invoice_no=invoice, **OURS),
        ("bundleNo", number),
    )


@maker
def orders_complete_direct(shop: Shop, name: str) -> Write:
    number = shop.ordered("DELIVERY", ship_method="DIRECT")
    return Write(name, lambda client: client.orders.complete_direct(number), ("bundleNo", number))


@maker
def orders_cancel_option(shop: Shop, name: str) -> Write:
    order = shop.sandbox.place_order()
    line = order.order_option_nos[0]
    return Write(
        name,
        lambda client: client.orders.cancel_option(line, bundle_no=order.bundle_no),
        ("orderOptionNo", line),
    )


@maker
def claims_approve(shop: Shop, name: str) -> Write:
    number = shop.sandbox.request_cancel(bundle_no=shop.ordered())
    return Write(
        name, lambda client: client.claims.approve(number, ClaimType.CANCEL), ("claimBundleNo", number)
    )


@maker
def claims_reject(shop: Shop, name: str) -> Write:
    number, invoice = shop.sandbox.request_cancel(bundle_no=shop.ordered()), next(shop.invoices)
    return Write(
        name,
        lambda client: client.claims.reject(number, invoice_no=invoice, **OURS),
        ("claimBundleNo", number),
    )


@maker
def claims_hold(shop: Shop, name: str) -> Write:
    number = shop.back("수거완료")
    return Write(
        name,
        lambda client: client.claims.hold(number, pending_reason_detail="상품 확인 중"),
        ("claimBundleNo", number),
    )


@maker
def claims_register_pickup(shop: Shop, name: str) -> Write:
    number, invoice = shop.back(), next(shop.invoices)
    return Write(
        name,
        lambda client: client.claims.register_pickup(number, ClaimType.RETURN, invoice_no=invoice, **OURS),
        ("claimBundleNo", number),
    )


@maker
def claims_complete_pickup(shop: Shop, name: str) -> Write:
    number = shop.back()
    return Write(
        name,
        lambda client: client.claims.complete_pickup(number, ClaimType.RETURN),
        ("claimBundleNo", number),
    )


@maker
def claims_ship_exchange(shop: Shop, name: str) -> Write:
    number, day = shop.exchange(), shop.sandbox.clock.now().date() + timedelta(days=2)
    return Write(
        name,
        lambda client: client.claims.ship_exchange(
            number,
            ship_method=ShipMethod.DIRECT,
            schedule_ship_date=day,
        ),
        ("claimBundleNo", number),
    )


@maker
def cs_answer_question(shop: Shop, name: str) -> Write:
    number = shop.sandbox.ask_question(product_no=None)
    return Write(name, lambda client: client.cs.answer_question(number, ANSWER), ("qnaSeq", number))


@maker
def cs_answer_inquiry(shop: Shop, name: str) -> Write:
    number = shop.sandbox.ask_inquiry()
    return Write(name, lambda client: client.cs.answer_inquiry(number, ANSWER), ("inquirySeq", number))


NEVER = ("cs_answer_question", "cs_answer_inquiry")
"""What the contract gives no read for."""

# ---------------------------------------------------------------- the day

OPTIONS: dict[str, Any] = {
    "timeout": Timeouts(connect=2, read=0.4, write=2, pool=5, total=1.5),
    "throttle": ThrottlePolicy(min_gap=0),
    "retry": RetryPolicy(),
    "verification": VerificationPolicy(),
}


async def _at_once(seconds: float) -> None:
    del seconds
    await asyncio.sleep(0)


def named(result: object) -> tuple[str, int | None]:
    """Return what a write came to: the word of its outcome, and the number of what it made."""
    if isinstance(result, Applied):
        return ("verified" if result.verified else "applied"), result.key
    return ("already done" if isinstance(result, AlreadyDone) else f"a {type(result).__name__}"), None


def failed(error: CallError) -> str:
    """Return what a write that raised came to."""
    for cls, word in (
        (OutcomeUnknownError, "unknown"),
        (NotAppliedError, "not applied"),
        (ConflictError, "conflict"),
        (NetworkError, "not reached"),
    ):
        if isinstance(error, cls):
            return word
    return "refused"


def carry_out(url: str, writes: list[Write], workers: int) -> None:
    """Carry writes out from several threads that share a client."""

    def carry(one: Write) -> None:
        try:
            one.outcome, one.key = named(one.call(client))
        except CallError as error:
            one.outcome = failed(error)

    with (
        WemakepriceClient(KEY, base_url=url, sleep=lambda _: None, **OPTIONS) as client,
        ThreadPoolExecutor(workers) as crew,
    ):
        for done in [crew.submit(carry, one) for one in writes]:
            done.result()


async def carry_out_async(url: str, writes: list[Write], workers: int) -> None:
    """Carry writes out from several tasks that share a client."""
    left = iter(writes)

    async def work(client: AsyncWemakepriceClient) -> None:
        for one in left:
            try:
                one.outcome, one.key = named(await one.call(client))
            except CallError as error:
                one.outcome = failed(error)

    async with AsyncWemakepriceClient(KEY, base_url=url, sleep=_at_once, **OPTIONS) as client:
        await asyncio.gather(*(work(client) for _ in range(workers)))


# ---------------------------------------------------------------- the judgement


def carried_out(sandbox: Sandbox) -> Counter[tuple[str, str, object]]:
    """Count what really happened, by operation and target."""
    shop, counts = sandbox.find_shop(None), Counter[tuple[str, str, object]]()
    for entry in sandbox.journal.writes():
        counts.update((entry.operation, name, number) for name, number in entry.targets.items())
    counts.update(
        ("products_save", "product", goods.etc.get("sellerProdCode")) for goods in shop.products.values()
    )
    counts.update(
        ("shipping_save_policy", "template", row["shipPolicyName"]) for row in shop.policies.values()
    )
    return counts


ALLOWED = {
    "applied": (1,),
    "verified": (1,),
    "not applied": (0,),
    "not reached": (0,),
    "refused": (0,),
    "unknown": (0, 1),
}


def judge(sandbox: Sandbox, writes: list[Write]) -> list[str]:
    """Return every outcome that is not true, in words."""
    counts = carried_out(sandbox)
    wrong: list[str] = []
    for one in writes:
        times = counts[one.operation, *one.target]
        if times not in ALLOWED.get(one.outcome, ()):
            wrong.append(f"{one.operation} {one.target[1]}: {one.outcome!r}, carried out {times} times")
    numbers = {
        goods.etc.get("sellerProdCode"): number for number, goods in sandbox.find_shop(None).products.items()
    }
    wrong += [
        f"products_save {one.target[1]}: reported as number {one.key}"
        for one in writes
        if one.operation == "products_save" and one.key is not None and numbers.get(one.target[1]) != one.key
    ]
    return wrong


def run_day(writes: int, share: float, seed: int, workers: int = 8) -> dict[str, Any]:
    """Carry out so many writes, half of them sync, and judge them."""
    started, used = time.monotonic(), time.process_time()
    shop, chance = Shop.opened(seed), random.Random(seed)
    whole: list[Write] = []
    names, met, calls = list(MAKERS), Counter[Hostility](), 0
    while len(whole) < writes:
        # A shop of its own for every two thousand: the lists that verify a template stay as long as a seller's.
        count = min(2_000, writes - len(whole))
        batch = [MAKERS[names[at % len(names)]](shop) for at in range(count)]
        chance.shuffle(batch)
        with (
            SandboxServer(shop.sandbox) as server,
            HostileProxy(server.url, chooser(share, chance.randrange(10**9)), patience=0.6) as proxy,
        ):
            carry_out(proxy.url, batch[::2], workers)
            asyncio.run(carry_out_async(proxy.url, batch[1::2], workers))
            met += proxy.met
        calls += sum(shop.sandbox.calls.values())
        wrong = judge(shop.sandbox, batch)
        whole += batch
        if wrong:
            return summary(whole, met, calls) | {"wrong": wrong, "seed": seed}
        shop = Shop.opened(seed + len(whole))
    took = {"seconds": round(time.monotonic() - started, 1), "cpu": round(time.process_time() - used, 1)}
    return summary(whole, met, calls) | {"wrong": [], "seed": seed} | took


def summary(writes: list[Write], met: Counter[Hostility], calls: int) -> dict[str, Any]:
    """Count the outcomes, and the unknown ones by operation."""
    by_operation: dict[str, Counter[str]] = defaultdict(Counter)
    for one in writes:
        by_operation[one.operation][one.outcome] += 1
    unknown = {name: rows["unknown"] for name, rows in sorted(by_operation.items()) if rows["unknown"]}
    provable = [one for one in writes if one.operation not in NEVER]
    left = sum(one.outcome == "unknown" for one in provable)
    return {
        "writes": len(writes),
        "calls_that_arrived": calls,
        "outcomes": dict(Counter(one.outcome for one in writes)),
        "unknown_percent": round(100 * sum(unknown.values()) / len(writes), 2),
        "unknown_percent_of_what_a_read_can_prove": round(100 * left / max(len(provable), 1), 2),
        "unknown": unknown,
        "exchanges": {way.value: count for way, count in sorted(met.items(), key=lambda row: row[0].value)},
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--writes", type=int, default=20_000)
    parser.add_argument("--share", type=float, default=0.3, help="of all exchanges, those of reads too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    result = run_day(options.writes, options.share, options.seed, options.workers)
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    return int(bool(result["wrong"]))


if __name__ == "__main__":
    raise SystemExit(main())
