"""A seller's day on the embedded sandbox, over real HTTP, through the public API."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, TextIO

from attrs import define, field

from wemakeprice_sdk.cli.console import Language, padded, screen_width
from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimStatus,
    ClaimType,
    DescType,
    DisplayState,
    NoticeGroupInput,
    NoticeItemInput,
    OptionValueInput,
    OrderDateType,
    ProductBasicInput,
    ProductDetailInput,
    ProductEtcInput,
    ProductInput,
    ProductOptionInput,
    ProductSaleInput,
    ProductType,
    ReferencePriceType,
    SalePeriod,
    ShipStatus,
)
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.wire import AlreadyDone, Applied, Outcome

KEY: Final = "demo-key-of-the-embedded-sandbox"
MORNING: Final = datetime(2026, 11, 23, 9, 0, tzinfo=KST)
ORDERS: Final = 24
COURIER: Final = "CJ대한통운"


@define
class Day:
    """What the day came to, and where it is told."""

    out: TextIO
    language: Language = "en"
    rows: list[tuple[str, str, str]] = field(factory=list)

    def words(self, english: str, korean: str) -> str:
        """Return what to print in the language of the day."""
        return korean if self.language == "ko" else english

    def title(self, korean: str, english: str) -> str:
        """Return the name of a step; Korean terms stand beside the English ones."""
        return self.words(f"{korean} · {english}", korean)

    def how(self, outcome: Outcome) -> str:
        """Say in words how a write ended."""
        if isinstance(outcome, AlreadyDone):
            return self.words("done before", "이미 처리 완료")
        if outcome.verified:
            return self.words("answer lost, verified by a read", "응답 유실, 조회로 확인")
        return self.words("applied", "처리 완료")

    def say(self, text: str) -> None:
        """Print one line."""
        self.out.write(f"{text}\n")
        self.out.flush()

    def note(self, step: str, count: object, remark: str = "") -> None:
        """Keep one row of the summary, and print it."""
        self.rows.append((step, str(count), remark))
        self.say(f"  {count} {remark}".rstrip())

    def steps(self, title: str, items: Iterable[int], total: int) -> Iterator[int]:
        """Return the items one by one behind a progress bar."""
        self.say(title)
        for done, item in enumerate(items, start=1):
            yield item
            if self.out.isatty() or done == total:
                bar = "■" * (20 * done // total)
                self.out.write(f"\r  {bar:·<20} {done}/{total}{chr(10) if done == total else ''}")
                self.out.flush()


def seed(sandbox: Sandbox) -> list[int]:
    """Return the sandbox a shop with this morning's orders."""
    sandbox.add_account(KEY, "demo-shop")
    placed = [
        sandbox.place_order(KEY, quantity=1 + number % 3, paid_at=MORNING - timedelta(minutes=5 * number + 1))
        for number in range(ORDERS)
    ]
    return [order.bundle_no for order in placed]


def example_product(policy_no: int, notice: NoticeGroupInput) -> ProductInput:
    """Build a product with two options, ready to be registered."""
    return ProductInput(
        basic=ProductBasicInput(
            product_name="예시 면 티셔츠 2026",
            product_type=ProductType.NEW,
            dcate_code=4100001,
            shipping_template_no=policy_no,
            display_yn=DisplayState.SHOWN,
        ),
        sale=ProductSaleInput(
            sale_period=SalePeriod.PERIOD,
            sale_start_date=MORNING + timedelta(hours=1),
            sale_end_date=MORNING + timedelta(days=30, hours=1),
            origin_price=15000,
            sale_price=12900,
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
            select_option_value_list=(
                OptionValueInput(
                    option_value1="검정", stock_count=30, display_yn=True, seller_option_code="001"
                ),
                OptionValueInput(
                    option_value1="흰색", stock_count=20, display_yn=True, seller_option_code="002"
                ),
            ),
            text_option_use_yn=False,
        ),
        notice_list=(notice,),
        etc=ProductEtcInput(parallel_import_yn=False, seller_prod_code="SKU-2026-0001"),
    )


def register(client: WemakepriceClient, day: Day) -> None:
    """List the shipping templates and register a product on the first."""
    day.say(day.title("배송 템플릿", "shipping templates"))
    templates = client.shipping_templates.list()
    step = day.words("shipping templates read", "조회한 배송 템플릿")
    day.note(step, len(templates), str(templates[0].shipping_template_name))
    group = client.reference.list_notice_groups()[0]
    notice = NoticeGroupInput(
        group_notice_no=group.group_notice_no,
        notice_list=tuple(
            NoticeItemInput(notice_no=item.notice_no, description="상세설명 참조")
            for item in group.notice_list
        ),
    )
    day.say(day.title("상품 등록", "register a product"))
    outcome = client.products.save(example_product(templates[0].shipping_template_no, notice))
    if isinstance(outcome, Applied) and outcome.key is not None:
        basic = client.products.get(outcome.key).basic
        status = basic.product_status_name if basic else None
        day.note(day.words("products registered", "등록한 상품"), 1, status.korean if status else "")


def collect(
    client: WemakepriceClient, day: Day, status: ShipStatus, date_type: OrderDateType
) -> list[Bundle]:
    """Read a week of bundles in one state."""
    start, end = MORNING - timedelta(days=7), MORNING + timedelta(hours=12)
    bundles = list(client.orders.iter(start, end, status, date_type))
    step = day.words(f"bundles in {status.korean}", f"{status.korean} 배송번호")
    day.note(step, len(bundles), f"{sum(b.amount for b in bundles):,}{day.words(' won', '원')}")
    return bundles


def confirm(client: WemakepriceClient, day: Day, sandbox: Sandbox, bundles: list[Bundle]) -> None:
    """Confirm every bundle; the answer to one confirmation is lost on the way back."""
    numbers = [bundle.bundle_no for bundle in bundles]
    ended: dict[str, int] = {}
    for number in day.steps(day.title("발주확인", "confirm"), numbers, len(numbers)):
        if number == numbers[len(numbers) // 2]:
            sandbox.faults.add("orders_confirm", "drop-after-commit")
        result = day.how(client.orders.confirm(number))
        ended[result] = ended.get(result, 0) + 1
    for result, count in sorted(ended.items()):
        day.note(day.words("confirmations", "발주확인"), count, result)


def open_cancels(client: WemakepriceClient) -> list[Claim]:
    """Read the cancel requests that wait for an answer."""
    start, end = MORNING - timedelta(days=2), MORNING + timedelta(hours=12)
    return list(client.claims.iter(start, end, ClaimType.CANCEL, ClaimStatus.REQUEST))


def answer_cancels(client: WemakepriceClient, day: Day) -> set[int]:
    """Answer the cancels: the first was not packed yet, the second has left already."""
    day.say(day.title("취소신청 처리(승인·거절)", "answer cancels"))
    claims = open_cancels(client)
    settled: set[int] = set()
    for position, claim in enumerate(claims):
        if position == 0:
            outcome = client.claims.approve(claim.claim_bundle_no, ClaimType.CANCEL)
            day.note(day.words("cancels approved", "취소 승인"), 1, day.how(outcome))
        else:
            outcome = client.claims.reject(
                claim.claim_bundle_no, parcel_company_code=COURIER, invoice_no=f"60000099{position:04}"
            )
            also = day.words("ships the bundle with its invoice", "그 송장으로 발송처리")
            day.note(day.words("cancels rejected", "취소 거절"), 1, f"{day.how(outcome)}; {also}")
        settled.add(claim.bundle_no or 0)
    return settled


def ship(client: WemakepriceClient, day: Day, bundles: list[Bundle], settled: set[int]) -> None:
    """Ship what no cancel has settled, then try one again with another invoice."""
    numbers = [bundle.bundle_no for bundle in bundles if bundle.bundle_no not in settled]
    for number in day.steps(day.title("발송처리", "ship"), numbers, len(numbers)):
        client.orders.ship(number, parcel_company_code=COURIER, invoice_no=f"6{number:011}")
    day.note(day.words("bundles shipped", "발송한 배송번호"), len(numbers), COURIER)
    again = client.orders.ship(numbers[0], parcel_company_code=COURIER, invoice_no=f"6{numbers[0]:011}")
    same = day.words("the same invoice again", "같은 송장으로 다시 요청")
    day.note(day.words("shipped a second time", "두 번 발송"), 0, f"{same}: {day.how(again)}")


def settle(client: WemakepriceClient, day: Day, sandbox: Sandbox) -> None:
    """Let the parcels arrive, and read what they pay."""
    day.say(day.words("정산 · settlement, three days later", "정산(사흘 뒤)"))
    sandbox.advance(timedelta(days=3))
    lines = list(client.settlement.iter_order_lines(MORNING.date(), (MORNING + timedelta(days=3)).date()))
    paid = sum(line.payable for line in lines)
    due = sorted({line.settle_pre_dt for line in lines if line.settle_pre_dt})
    days = ", ".join(map(str, due))
    when = day.words(f"{paid:,} won due on {days}", f"{paid:,}원, 지급예정일 {days}")
    day.note(day.words("settlement rows", "정산 내역"), len(lines), when)


def once_each(day: Day, sandbox: Sandbox, operation: str) -> tuple[int, str]:
    """Count what the sandbox's journal says was applied, and how often per bundle."""
    targets = [str(entry.targets["bundleNo"]) for entry in sandbox.journal.writes(operation)]
    most = max(map(targets.count, targets))
    if most == 1:
        return len(targets), day.words("each bundle once", "배송번호마다 한 번")
    return len(targets), day.words(f"one bundle {most} times", f"한 배송번호에 {most}번")


def summary(day: Day, sandbox: Sandbox) -> None:
    """Print the table, with what the sandbox's journal says really happened."""
    journal = day.words("the sandbox's journal", "모의 서버의 기록")
    for name, operation in (
        (day.words("confirmations", "발주확인"), "orders_confirm"),
        (day.words("shipments", "발송처리"), "orders_ship"),
    ):
        applied, often = once_each(day, sandbox, operation)
        day.rows.append((f"{journal}: {name}", str(applied), often))
    width = max(screen_width(step) for step, _, _ in day.rows)
    step, count, remark = day.words("step", "단계"), day.words("count", " 건수"), day.words("remark", "비고")
    day.say(f"\n{padded(step, width)}  {count}  {remark}\n{'-' * width}  -----  {'-' * 40}")
    for step, count, remark in day.rows:
        day.say(f"{padded(step, width)}  {count:>5}  {remark}".rstrip())


def run(out: TextIO, language: Language = "en") -> None:
    """Run the day and print it."""
    day = Day(out, language)
    logging.getLogger("wemakeprice_sdk").addHandler(logging.NullHandler())
    sandbox = Sandbox(seed=7, clock=MORNING)
    bundles = seed(sandbox)
    with (
        SandboxServer(sandbox) as server,
        WemakepriceClient(KEY, base_url=server.url, throttle=ThrottlePolicy(min_gap=0)) as client,
    ):
        day.say(
            day.words(
                f"A seller's day against {server.url}; everything in it is invented.\n",
                f"{server.url} 모의(mock) 서버에서 진행하는 판매자의 하루입니다. 모든 자료는 가상입니다.\n",
            )
        )
        register(client, day)
        day.say(day.title("주문 수집", "collect"))
        confirm(client, day, sandbox, collect(client, day, ShipStatus.NEW, OrderDateType.NEW))
        confirmed = collect(client, day, ShipStatus.CONFIRM, OrderDateType.CONFIRM)
        for bundle_no in bundles[:2]:
            sandbox.request_cancel(KEY, bundle_no)
        settled = answer_cancels(client, day)
        ship(client, day, confirmed, settled)
        settle(client, day, sandbox)
        summary(day, sandbox)
