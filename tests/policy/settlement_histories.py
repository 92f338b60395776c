"""Histories of a seller in plain whole numbers, and what they come to: the oracle knows nothing of the library."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

START = date(2024, 1, 5)
FAR = date(2026, 12, 31)
"""When everything is due."""
LATE_DAYS = 25
"""So long after a due day money is looked for."""


@dataclass
class Row:
    """A settlement row of one order line; `quantity` 0 corrects coupons, below 0 it is a refund."""

    day: date
    payout: date
    order: int
    quantity: int
    price: int
    fee: int
    coupon: int
    cart: int
    burden: int
    channel: int
    claim: int | None = None

    @property
    def net(self) -> int:
        return self.price * self.quantity - self.fee - self.coupon - self.cart - self.burden - self.channel


@dataclass
class Ship:
    """A shipping row."""

    day: date
    order: int
    fee: int
    deduct: int = 0

    @property
    def net(self) -> int:
        return self.fee - self.deduct


@dataclass
class Order:
    """An order of one line; `unsettled` units have no settlement row, `cancelled` may explain that."""

    number: int
    quantity: int
    price: int
    delivered: date | None
    fee: int
    returned: int = 0
    unsettled: int = 0
    cancelled: int = 0

    @property
    def is_explained(self) -> bool:
        """Whether a cancel may be why units have no row: then nobody claims money for them."""
        return self.unsettled <= self.cancelled


@dataclass
class History:
    """One account's year: what was sold, settled, and paid."""

    orders: list[Order] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    ships: list[Ship] = field(default_factory=list)
    transfers: list[tuple[date, int]] = field(default_factory=list)
    outcomes: dict[date, tuple[str, int]] = field(default_factory=dict)
    """What the seller's bank was made to do: status and won paid, by pay-out day."""

    @property
    def announced(self) -> dict[date, int]:
        """What each pay-out day brings. A shipping row is paid with the product rows of its day."""
        days: dict[date, int] = {}
        last: dict[date, date] = {}
        for row in self.rows:
            days[row.payout] = days.get(row.payout, 0) + row.net
            last[row.day] = max(row.payout, last.get(row.day, row.payout))
        for ship in self.ships:
            days[last[ship.day]] = days.get(last[ship.day], 0) + ship.net
        return days


def _settle(rng: random.Random, history: History, number: int, day: date, payout: date) -> None:
    """Sell, settle, and perhaps correct and refund one order."""
    quantity, price = rng.randint(1, 4), rng.randrange(1_000, 90_000, 10)
    order = Order(number, quantity, price, day if rng.random() < 0.8 else None, rng.choice((0, 2_500)))
    history.orders.append(order)
    if rng.random() < 0.2:
        order.unsettled = rng.randint(1, 3)
        order.quantity += order.unsettled
        order.cancelled = rng.randint(0, order.unsettled + 1)

    def row(units: int, on: date, claim: int | None = None) -> None:
        size = abs(units)
        sign = -1 if units < 0 else 1
        parts = (
            price * size // 10,
            rng.randint(0, 99),
            rng.randint(0, 9),
            rng.randint(0, 9),
            rng.randint(0, 9),
        )
        fee, coupon, cart, burden, channel = (sign * part for part in parts)
        history.rows.append(Row(day, on, number, units, price, fee, coupon, cart, burden, channel, claim))

    row(quantity, payout)
    if order.fee:
        history.ships.append(Ship(day, number, order.fee, rng.choice((0, 0, 1_000))))
    if rng.random() < 0.15:
        history.rows.append(Row(day, payout, number, 0, price, 0, rng.randint(-99, 99), 0, 0, 0))
    if rng.random() < 0.2:
        order.returned = rng.randint(1, quantity)
        row(-order.returned, payout, number * 1_000)


def _pay(rng: random.Random, history: History, day: date, amount: int) -> None:
    """Let the bank pay a pay-out in one of the ways that happen; none of it reaches the next one."""
    after = day + timedelta(days=rng.randint(1, 20))
    last = day + timedelta(days=LATE_DAYS)
    too_late = last + timedelta(days=1)
    kind = rng.choice(
        ("paid", "paid", "short", "late", "over", "split", "late-split", "missing", "last-day", "too-late")
    )
    part = rng.randint(1, max(amount - 1, 1))
    ways: dict[str, tuple[list[tuple[date, int]], str, int]] = {
        "paid": ([(day, amount)], "paid", amount),
        "short": ([(day, amount - 1)], "short-paid", amount - 1),
        "late": ([(after, amount)], "late", amount),
        "over": ([(day, amount + part)], "paid", amount),
        "split": ([(day, part), (day, amount - part)], "paid", amount),
        "late-split": ([(day, part), (after, amount - part)], "late", amount),
        "missing": ([], "missing", 0),
        "last-day": ([(last, amount)], "late", amount),
        "too-late": ([(too_late, amount)], "missing", 0),
    }
    transfers, status, paid = ways[kind]
    history.transfers += [one for one in transfers if one[1] > 0]
    history.outcomes[day] = (status, paid) if paid or status == "missing" else ("missing", 0)


def apart(seed: int) -> History:
    """A history whose pay-outs lie further apart than money is looked for: each outcome is certain."""
    rng = random.Random(seed)
    history = History()
    number = 0
    for turn in range(rng.randint(1, 4)):
        payout = START + timedelta(days=60 * turn + rng.randint(0, 20))
        for _ in range(rng.randint(1, 4)):
            number += 1
            _settle(rng, history, number, payout - timedelta(days=rng.randint(8, 14)), payout)
    for _ in range(rng.randint(0, 2)):
        number += 1
        delivered, quantity = rng.choice((None, START)), rng.randint(1, 3)
        order = Order(number, quantity, rng.randrange(1_000, 9_000), delivered, 0, unsettled=quantity)
        order.cancelled = rng.choice((0, 0, 1, quantity))
        history.orders.append(order)
    for day, amount in history.announced.items():
        if amount > 1:
            _pay(rng, history, day, amount)
    return history


def dense(seed: int) -> History:
    """A history of weekly pay-outs and arbitrary transfers: only what must hold in any case is certain."""
    rng = random.Random(seed)
    history = History()
    number = 0
    for week in range(rng.randint(1, 6)):
        payout = START + timedelta(weeks=week)
        for _ in range(rng.randint(1, 3)):
            number += 1
            _settle(rng, history, number, payout - timedelta(days=rng.randint(5, 11)), payout)
    amounts = [*history.announced.values(), *(row.net for row in history.rows), 1, 100]
    for _ in range(rng.randint(0, 6)):
        amount = rng.choice(amounts) * rng.choice((1, 1, 1, -1))
        amount += rng.choice((0, 0, 0, 1, -1, rng.choice(amounts)))
        history.transfers.append((START + timedelta(days=rng.randint(-5, 60)), amount))
    return history
