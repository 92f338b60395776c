"""Makes a realistic shop of any size, quickly. All data is invented.

The same seed, clock and arguments give the same shop. Orders spread over the days up to the sandbox's
present; their states follow from their age as if the seller had worked normally, so settlement of past days
is there at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox import claims, reference, shipping
from wemakeprice_sdk.sandbox.answers import Json, SandboxError
from wemakeprice_sdk.sandbox.base import Call
from wemakeprice_sdk.sandbox.moments import unstamp
from wemakeprice_sdk.sandbox.orders import DIRECT_DAYS
from wemakeprice_sdk.sandbox.products import ALWAYS_END
from wemakeprice_sdk.sandbox.state import Bundle, Claim, Leg, OptionLine, Person, Product, ProductLine, Thread

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.core import Sandbox

HOUR, DAY = 3600, 86400
FIRST_DAY = date(1970, 1, 1).toordinal()

KINDS = ("티셔츠", "셔츠", "운동화", "백팩", "머그컵", "수건", "사과", "라면", "케이블", "그림책")
ADJECTIVES = ("예시", "견본", "가상", "시험", "모의")
COLOURS = ("검정", "흰색", "파랑", "빨강", "초록", "회색", "노랑", "보라")
SIZES = ("S", "M", "L", "XL")
SURNAMES = "김이박최정강조윤장임"
GIVEN = ("예시", "가상", "견본", "길동", "모의")
MESSAGES = ("", "문 앞에 놓아 주세요", "경비실에 맡겨 주세요", "배송 전 연락 바랍니다")
QUESTIONS = (
    "언제 다시 들어오나요?",
    "사이즈가 크게 나왔나요?",
    "선물 포장 되나요?",
    "색상이 화면과 같은가요?",
)
REVIEWS = ("잘 받았습니다.", "배송이 빨라요.", "사진과 같아요.", "조금 작아요.", "재구매합니다.")
INQUIRIES = ("배송이 언제 되는지 알려 주세요.", "영수증을 받고 싶어요.", "주소를 바꾸고 싶어요.")
POLICIES: tuple[Json, ...] = (
    {},
    {"shipPolicyName": "무료배송", "shipType": "FREE", "shipFee": None, "freeCondition": None},
    {
        "shipPolicyName": "상품별-유료",
        "bundleKind": "PRD",
        "shipType": "FIXED",
        "shipFee": 2500,
        "freeCondition": None,
    },
)


@dataclass(frozen=True, slots=True)
class SeededShop:
    """What `seed_shop` made, in records; `first_day` and `last_day` are the days of payment."""

    policies: int
    products: int
    orders: int
    claims: int
    questions: int
    reviews: int
    inquiries: int
    notices: int
    deals: int
    first_day: str
    last_day: str


def seed_shop(
    sandbox: Sandbox,
    key: str | None = None,
    *,
    products: int = 100,
    orders: int = 1000,
    days: int = 30,
    options: int = 3,
    claim_rate: float = 0.03,
    questions: int = 3,
    reviews: int = 3,
    inquiries: int = 1,
    deals: int = 3,
) -> SeededShop:
    """Fill an account: `products` with up to `options` options each, `orders` over the last `days`.

    `claim_rate` is the share of orders with a cancel, and of delivered ones with a return or exchange.
    `questions`, `reviews` and `inquiries` are per day. Raises `SandboxError` on numbers below 0, or on orders
    without products or days.
    """
    if min(products, orders, days, options, questions, reviews, inquiries, deals) < 0 or claim_rate < 0:
        raise SandboxError("numbers of a shop are not below 0")
    if orders and not (products and days):
        raise SandboxError("orders need products and days")
    with sandbox.acting(key, "operator", "seed") as call:
        seed = f"{sandbox.seed}/{call.shop.label}/{len(call.shop.bundles)}"
        maker = _Maker(call, random.Random(seed), days)  # noqa: S311 - invented data, not secrets
        maker.make_policies()
        maker.make_products(products, options)
        maker.make_orders(orders)
        maker.make_claims(claim_rate)
        maker.make_threads(questions, inquiries)
        maker.make_reviews(reviews)
        maker.make_notices()
        maker.make_deals(deals)
        call.applied(products=products, orders=orders)
        return maker.summary()


@cache
def _day_text(number: int) -> str:
    return date.fromordinal(FIRST_DAY + number).isoformat()


def _text(seconds: int) -> str:
    """Write seconds of local time as the wire does; far quicker than strftime for many orders."""
    day, rest = divmod(seconds, DAY)
    hour, rest = divmod(rest, HOUR)
    minute, second = divmod(rest, 60)
    return f"{_day_text(day)} {hour:02d}:{minute:02d}:{second:02d}"


def _hour(seconds: int) -> str:
    return f"{_text(seconds)[:13]}:00"


class _Maker:
    """Makes the records of one shop; moments are seconds of Korean local time while it works."""

    def __init__(self, call: Call, rng: random.Random, days: int) -> None:
        self.call, self.shop, self.rng, self.days = call, call.shop, rng, days
        self.now = int((unstamp(call.now) - unstamp("1970-01-01 00:00:00")).total_seconds())
        self.transit = call.settings.transit_days * DAY
        self.policy_nos: list[int] = []
        self.products: list[Product] = []
        self.bundles: list[Bundle] = []
        self.claims = self.threads = self.reviews = self.notices = self.deals = 0
        self.questions = 0
        self.people = [
            Person(
                f"{rng.choice(SURNAMES)}{rng.choice(GIVEN)}",
                f"010-0000-{number:04d}",
                detail=f"{101 + number % 9}동 {101 + number % 20}호",
                message=rng.choice(MESSAGES),
            )
            for number in range(200)
        ]

    def make_policies(self) -> None:
        for changes in POLICIES:
            body = {k: v for k, v in {**shipping.EXAMPLE_POLICY, **changes}.items() if v is not None}
            number = self.call.number("policy")
            self.shop.put("policy", number, body)
            self.policy_nos.append(number)

    def make_products(self, count: int, options: int) -> None:
        for place in range(count):
            product = self._product(place, options)
            self.products.append(product)
            self.shop.put("product", product.product_no, product)

    def _product(self, place: int, options: int) -> Product:
        rng = self.rng
        registered = self.now - rng.randrange(self.days * DAY, (self.days + 300) * DAY)
        category = reference.CATEGORIES[place % len(reference.CATEGORIES)]
        basic: Json = {
            "productName": f"{rng.choice(ADJECTIVES)} {KINDS[place % len(KINDS)]} {place + 1}",
            "productType": "N",
            "dcateCode": category[4],
            "shipPolicyNo": rng.choice(self.policy_nos),
            "adultLimitYn": "N",
            "displayYn": "Y",
            "bizYn": "N",
            "brandNo": rng.choice((0, *reference.BRAND_NAMES)),
            "makerNo": 0,
        }
        product = Product(
            self.call.number("product"),
            _text(registered),
            basic,
            self._sale(registered),
            self._detail(place),
            self._options(rng.randint(0, options)),
            [self._notice()],
            self._etc(place),
            [],
        )
        product.stopped = place % 23 == 22
        return product

    def _sale(self, registered: int) -> Json:
        rng = self.rng
        price = rng.randrange(300, 5000) * 10
        kind = rng.random()
        # Most run on for months; some end within the week, are over, wait, or are always on sale.
        if kind < 0.08:
            end = self.now + rng.randrange(1, 7 * 24) * HOUR
        elif kind < 0.12:
            end = self.now - rng.randrange(1, 20 * 24) * HOUR
        else:
            end = self.now + rng.randrange(8, 700) * DAY
        start = registered if kind < 0.96 else self.now + 3 * DAY
        always = 0.12 <= kind < 0.25
        return {
            "salePeriod": "A" if always else "P",
            "saleStartDate": _hour(start),
            "saleEndDate": ALWAYS_END if always else _hour(max(end, start + HOUR)),
            "originPrice": price + price // 10 * 2,
            "salePrice": price,
            "stockCount": rng.choice((0, 10, 50, 100, 999)),
            "taxYn": "Y",
            "purchaseMinCount": 1,
            "purchaseLimitYn": "N",
            "basketLimitYn": "N",
            "referencePriceType": "ONL",
        }

    def _detail(self, place: int) -> Json:
        return {
            "basicImgUrl": f"https://img.example.com/{place}.jpg",
            "addImgUrlList": [],
            "listImgUrl": f"https://img.example.com/{place}-list.jpg",
            "descType": "HTML",
            "descHtml": f"<div>예시 상세설명 {place + 1}</div>",
        }

    def _options(self, count: int) -> Json:
        if count == 0:
            return {"selectOptionUseYn": "N", "textOptionUseYn": "N"}
        rows: list[Json] = [
            {
                "optionValue1": f"{COLOURS[n % len(COLOURS)]}{n // len(COLOURS) or ''}",
                "stockCount": self.rng.choice((0, 5, 30, 100)),
                "displayYn": "Y",
                "sellerOptionCode": f"{n + 1:03d}",
            }
            for n in range(count)
        ]
        if self.rng.random() < 0.3:
            for n, row in enumerate(rows):
                row["optionValue2"] = SIZES[n % len(SIZES)]
            titles = {"selectOptionDepth": 2, "selectOptionTitle1": "색상", "selectOptionTitle2": "크기"}
        else:
            titles = {"selectOptionDepth": 1, "selectOptionTitle1": "색상"}
        return {
            "selectOptionUseYn": "Y",
            **titles,
            "selectOptionValueList": rows,
            "textOptionUseYn": "N",
        }

    def _notice(self) -> Json:
        items = [{"noticeNo": number, "description": "상세설명 참조"} for number in (195, 198, 201)]
        number = self.call.number("product_notice")
        return {"groupNoticeNo": 38, "noticeList": items, "productGroupNoticeNo": number}

    def _etc(self, place: int) -> Json:
        return {
            "parallelImportYn": "N",
            "sellerProdCode": f"SKU-{place + 1:05d}",
            "priceComparisonSiteYn": "Y",
            "displayOnlyDealYn": "N",
            "reviewDisp": "N",
            "labelNoList": [],
        }

    def make_orders(self, count: int) -> None:
        if not count:
            return
        rng, span = self.rng, self.days * DAY
        # A few products sell most: weights fall with the place.
        weights = list(accumulate(1 / (place + 3) for place in range(len(self.products))))
        chosen = rng.choices(self.products, cum_weights=weights, k=count)
        moments = sorted(self.now - int(span * rng.random()) for _ in range(count))
        for product, paid in zip(chosen, moments, strict=True):
            bundle = self._bundle(product, paid)
            self.shop.enter_bundle(bundle)
            self.bundles.append(bundle)

    def _bundle(self, product: Product, paid: int) -> Bundle:
        rng, call = self.rng, self.call
        person = self.people[int(rng.random() * len(self.people))]
        policy = self.shop.policies[product.basic["shipPolicyNo"]]
        lines = [self._product_line(product)]
        if rng.random() < 0.05:
            other = self.products[int(rng.random() * len(self.products))]
            if other is not product:
                lines.append(self._product_line(other))
        bundle = Bundle(
            bundle_no=call.number("bundle"),
            purchase_no=call.number("purchase"),
            order_date=_text(paid - 31),
            pay_date=_text(paid),
            deadline=f"{_day_text(paid // DAY + 3)} 23:59:59",
            buyer_name=person.name,
            buyer_phone=person.phone,
            recipient=person,
            ship_price=self._fee(policy, lines),
            prepaid=rng.random() < 0.95,
            ship_type=policy["shipType"],
            products=lines,
        )
        self._age(bundle, paid)
        return bundle

    def _fee(self, policy: Json, lines: list[ProductLine]) -> int:
        if policy["shipType"] == "FREE":
            return 0
        worth = sum(line.price * line.quantity for line in lines)
        return 0 if worth >= policy.get("freeCondition", worth + 1) else int(policy["shipFee"])

    def _product_line(self, product: Product) -> ProductLine:
        rng, call = self.rng, self.call
        rows = product.option.get("selectOptionValueList") or []
        picked: list[Json | None] = [None]
        places = [0]
        if rows:
            first = int(rng.random() * len(rows))
            places = [first + 1]
            if len(rows) > 1 and rng.random() < 0.15:
                places.append((first + 1) % len(rows) + 1)
            picked = [rows[place - 1] for place in places]
        line = ProductLine(
            call.number("order"),
            product.product_no,
            product.basic["productName"],
            product.sale["originPrice"],
            product.sale["salePrice"],
            product.etc["sellerProdCode"],
        )
        line.options = [
            OptionLine(
                call.number("option_line"),
                place,
                _option_name(row),
                1 if rng.random() < 0.8 else 2,
                _code(row),
            )
            for place, row in zip(places, picked, strict=True)
        ]
        luck = rng.random()
        line.wmp_discount = 500 if luck < 0.2 else 0
        line.seller_discount = 1000 if luck < 0.1 and line.price > 5000 else 0
        return line

    def _age(self, bundle: Bundle, paid: int) -> None:
        """Bring a bundle as far as a seller who works normally would have by now."""
        rng, now = self.rng, self.now
        confirmed = paid + int(HOUR * (1 + 9 * rng.random()))
        shipped = confirmed + int(HOUR * (4 + 24 * rng.random()))
        if confirmed > now:
            return
        bundle.status, bundle.confirm_date = "CONFIRM", _text(confirmed)
        if shipped > now:
            return
        bundle.status, bundle.ship_date = "DELIVERY", _text(shipped)
        arrives = shipped + self.transit
        if rng.random() < 0.04:
            bundle.method, bundle.schedule = "DIRECT", _day_text(shipped // DAY + 1)
            arrives = shipped + DIRECT_DAYS * DAY
        else:
            bundle.courier = rng.choice(("D002", "D001", "D003", "D004"))
            bundle.invoice = f"6{bundle.bundle_no:011d}"
        if arrives <= now:
            bundle.status, bundle.complete_date = "COMPLETE", _text(arrives)

    def make_claims(self, rate: float) -> None:
        makers: dict[str, Callable[[Bundle], Claim | None]] = {
            "NEW": self._cancel,
            "CONFIRM": self._cancel,
            "COMPLETE": self._return_or_exchange,
        }
        for bundle in self.bundles:
            if self.rng.random() >= rate or bundle.status not in makers:
                continue
            claim = makers[bundle.status](bundle)
            if claim is not None:
                self.shop.put("claim", claim.claim_no, claim)
                self.claims += 1

    def _open(self, bundle: Bundle, kind: str, asked: int) -> Claim:
        pieces = {option.order_option_no: option.quantity for _, option in bundle.lines()}
        first = next(iter(pieces))
        if self.rng.random() < 0.4:
            pieces = {first: 1}
        return claims.open_claim(self.call, bundle, kind, pieces, _text(asked))

    def _cancel(self, bundle: Bundle) -> Claim:
        since = self._seconds(bundle.confirm_date or bundle.pay_date)
        return self._open(bundle, "CANCEL", since + int((self.now - since) * self.rng.random()))

    def _return_or_exchange(self, bundle: Bundle) -> Claim | None:
        rng = self.rng
        asked = self._seconds(str(bundle.complete_date)) + int(3 * DAY * rng.random())
        if asked > self.now:
            return None
        kind = "EXCHANGE" if rng.random() < 0.25 else "RETURN"
        claim = self._open(bundle, kind, asked)
        claim.reason, claim.who = rng.choice((("단순변심", "BUYER"), ("상품불량", "SELLER")))
        claim.fee = 3000 if kind == "RETURN" else 6000
        claim.enclosed = claim.who == "BUYER" and rng.random() < 0.3
        claim.pickup = Leg(claims.WAITING)
        if kind == "EXCHANGE":
            claim.delivery = Leg(claims.READY)
        if (approved := asked + 4 * DAY) <= self.now:
            self._finish(claim, approved)
        return claim

    def _finish(self, claim: Claim, approved: int) -> None:
        claim.pickup = Leg(claims.PICKED_UP, "PARCEL", None, "D002", f"7{claim.claim_no:011d}")
        claim.status, claim.approve_date = "APPROVE", _text(approved)
        if claim.kind == "EXCHANGE":
            claim.delivery = Leg(claims.DELIVERED, "PARCEL", None, "D002", f"8{claim.claim_no:011d}")
            claim.finished = True

    def _seconds(self, text: str) -> int:
        day = date.fromisoformat(text[:10]).toordinal() - FIRST_DAY
        return day * DAY + int(text[11:13]) * HOUR + int(text[14:16]) * 60 + int(text[17:])

    def make_threads(self, questions: int, inquiries: int) -> None:
        for day in range(self.days):
            for _ in range(questions if self.products else 0):
                self._thread("question", "상품문의", self.rng.choice(QUESTIONS), day)
            for _ in range(inquiries):
                self._thread("inquiry", "배송", self.rng.choice(INQUIRIES), day)

    def _thread(self, table: str, kind: str, text: str, day: int) -> None:
        rng = self.rng
        asked = self.now - day * DAY - rng.randrange(DAY)
        product = rng.choice(self.products).product_no if self.products else None
        bundle = rng.choice(self.bundles) if self.bundles and table == "inquiry" else None
        order = str(bundle.products[0].order_no) if bundle and bundle.products else ""
        thread = Thread(
            self.call.number(table), kind, product, order, rng.random() < 0.2, [text], [_text(asked)]
        )
        thread.answered = 1 if day > 1 else 0
        self.shop.put(table, thread.seq, thread)
        if table == "question":
            self.questions += 1
        else:
            self.threads += 1

    def make_reviews(self, per_day: int) -> None:
        delivered = [bundle for bundle in self.bundles if bundle.status == "COMPLETE"]
        wanted = min(len(delivered), per_day * self.days)
        for bundle in self.rng.sample(delivered, wanted):
            product, option = next(bundle.lines())
            written = self._seconds(str(bundle.complete_date)) + self.rng.randrange(2 * DAY)
            row = {
                "rating": self.rng.choice((5, 5, 5, 4, 4, 3, 2, 1)),
                "orderOptionNo": option.order_option_no,
                "productNo": product.product_no,
                "content": self.rng.choice(REVIEWS),
                "writeDate": _text(min(written, self.now)),
            }
            self.shop.put("review", self.call.number("review"), row)
            self.reviews += 1

    def make_notices(self) -> None:
        today = date.fromisoformat(self.call.now[:10])
        for place, back in enumerate(range(0, self.days, 5)):
            row = {
                "type": "개별공지" if place % 3 == 2 else "공지",
                "title": f"예시 공지 {place + 1}",
                "contents": "<p>예시 내용</p>",
                "regDate": (today - timedelta(days=back)).isoformat(),
            }
            self.shop.put("notice", self.call.number("notice"), row)
            self.notices += 1

    def make_deals(self, count: int) -> None:
        for place in range(count if self.products else 0):
            members = self.rng.sample(self.products, min(5, len(self.products)))
            registered = self.now - self.rng.randrange(max(self.days, 1) * DAY)
            row: Json = {
                "dealName": f"예시 묶음딜 {place + 1}",
                "salePrice": min(product.sale["salePrice"] for product in members),
                "saleStartDate": _hour(registered),
                "saleEndDate": _hour(registered + 60 * DAY),
                "displayYn": "Y",
                "stopped": place % 5 == 4,
                "registerDate": _text(registered),
                "changeDate": None,
                "products": [product.product_no for product in members],
            }
            self.shop.put("deal", self.call.number("deal"), row)
            self.deals += 1

    def summary(self) -> SeededShop:
        return SeededShop(
            policies=len(self.policy_nos),
            products=len(self.products),
            orders=len(self.bundles),
            claims=self.claims,
            questions=self.questions,
            reviews=self.reviews,
            inquiries=self.threads,
            notices=self.notices,
            deals=self.deals,
            first_day=self.bundles[0].pay_date[:10] if self.bundles else self.call.now[:10],
            last_day=self.bundles[-1].pay_date[:10] if self.bundles else self.call.now[:10],
        )


def _option_name(row: Json | None) -> str:
    if row is None:
        return ""
    return "/".join(row[key] for key in ("optionValue1", "optionValue2") if row.get(key))


def _code(row: Json | None) -> str:
    return "" if row is None else str(row.get("sellerOptionCode") or "")
