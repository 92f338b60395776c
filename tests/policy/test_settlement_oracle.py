"""Settlement held against plain arithmetic over generated histories; `--cases N` runs more of them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from attrs import evolve
from settlement_histories import FAR, LATE_DAYS, START, History, Order, apart, dense

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import Business, SettlementCycle
from wemakeprice_sdk.models import (
    BankTransfer,
    Bundle,
    Claim,
    ClaimOption,
    ClaimProduct,
    ClaimStatus,
    ClaimType,
    OrderOption,
    OrderProduct,
    Prepayment,
    SettlementLineKind,
    SettlementOrderLine,
    SettlementShipLine,
)
from wemakeprice_sdk.policy import (
    AllocationSettings,
    BankRecords,
    InterestTerms,
    ReconciledRow,
    Reconciliation,
    SettlementFacts,
    SettlementStatus,
    SettlementTerms,
    TransferOutcome,
    interest,
    reconcile,
    reconcile_business,
)

WINDOW = AllocationSettings(early_days=3, late_days=LATE_DAYS)
TERMS = SettlementTerms(allocation=WINDOW)
APART = SettlementTerms(allocation=evolve(WINDOW, offset_negative=False))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "block" in metafunc.fixturenames:
        cases = metafunc.config.getoption("--cases")
        blocks = [range(at, min(at + 250, cases)) for at in range(0, cases, 250)]
        once = [pytest.param(block, marks=pytest.mark.slow) for block in blocks[1:]]
        metafunc.parametrize("block", [*blocks[:1], *once], ids=str)


def bundle(order: Order) -> Bundle:
    option = OrderOption(order_option_no=order.number * 10, option_qty=order.quantity)
    product = OrderProduct(
        order_no=order.number * 100,
        product_price=order.price,
        product_qty=order.quantity,
        order_option=(option,),
    )
    done = None if order.delivered is None else datetime.combine(order.delivered, time(12), KST)
    return Bundle(
        bundle_no=order.number,
        purchase_no=order.number,
        ship_complete_date=done,
        ship_price=order.fee,
        prepayment=Prepayment.PREPAID,
        order_product=(product,),
    )


def claim(
    order: Order,
    nth: int,
    kind: ClaimType,
    quantity: int,
    status: ClaimStatus = ClaimStatus.APPROVE,
) -> Claim:
    option = ClaimOption(order_option_no=order.number * 10, option_qty=quantity)
    return Claim(
        claim_bundle_no=order.number * 1_000 + nth,
        bundle_no=order.number,
        claim_type=kind,
        claim_status=status,
        order_product=(ClaimProduct(order_no=order.number * 100, order_option=(option,)),),
    )


def claims_of(order: Order) -> list[Claim]:
    """The order's claims; those that were not approved, and exchanges, take nothing back."""
    made = [claim(order, 2, ClaimType.EXCHANGE, order.quantity)] if order.number % 3 == 0 else []
    if order.returned:
        made.append(claim(order, 0, ClaimType.RETURN, order.returned))
    if order.cancelled:
        made.append(claim(order, 1, ClaimType.CANCEL, order.cancelled))
    elif order.number % 4 == 0:
        made.append(claim(order, 3, ClaimType.CANCEL, order.quantity, ClaimStatus.WITHDRAW))
    return made


def facts(history: History, shuffle: random.Random | None = None) -> SettlementFacts:
    counts: Counter[tuple[object, int]] = Counter()
    transfers = []
    for day, amount in history.transfers:
        counts[day, amount] += 1
        transfers.append(BankTransfer(received_on=day, amount=amount, nth=counts[day, amount]))
    found = SettlementFacts(
        bundles=[bundle(one) for one in history.orders],
        claims=[made for one in history.orders for made in claims_of(one)],
        order_lines=[
            SettlementOrderLine(
                basic_dt=row.day,
                gubun=SettlementLineKind.REFUNDED if row.quantity < 0 else SettlementLineKind.DELIVERED,
                bundle_no=row.order,
                order_no=row.order * 100,
                order_opt_no=row.order * 10,
                claim_no=row.claim,
                prod_sale_amt=row.price,
                complete_qty=row.quantity,
                sale_agency_fee=row.fee,
                seller_charge_coupon_amt=row.coupon,
                seller_cart_coupon_amt=row.cart,
                wmp_discount_burden_amt=row.burden,
                ep_fee=row.channel,
                settle_pre_dt=row.payout,
            )
            for row in history.rows
        ],
        ship_lines=[
            SettlementShipLine(
                basic_dt=ship.day,
                gubun=SettlementLineKind.DELIVERED,
                bundle_no=ship.order,
                ship_amt=ship.fee,
                claim_deduct_amt=-ship.deduct,
            )
            for ship in history.ships
        ],
        bank=BankRecords(transfers=transfers),
    )
    if shuffle is None:
        return found
    lists = [list(getattr(found, name)) for name in ("bundles", "claims", "order_lines", "ship_lines")]
    for one in (*lists, transfers):
        shuffle.shuffle(one)
    bundles, claims, order_lines, ship_lines = lists
    return evolve(
        found,
        bundles=bundles,
        claims=claims,
        order_lines=order_lines,
        ship_lines=ship_lines,
        bank=BankRecords(transfers=transfers),
    )


def check_sums(history: History, result: Reconciliation) -> None:
    """Σ lines = totals; announced = paid + owed + ahead + tied; received = used + unexplained."""
    rows = list(result.rows)
    settled = [row for row in rows if row.expected is None]
    nets = [row.net for row in history.rows] + [ship.net for ship in history.ships]
    assert sorted(row.settled for row in settled) == sorted(nets)
    sums, taken = result.sums, result.sums.breakdown
    assert taken.gross == sum(row.price * row.quantity for row in history.rows) + sum(
        ship.fee for ship in history.ships
    )
    assert (
        taken.agency_fee,
        taken.item_coupon,
        taken.cart_coupon,
        taken.discount_burden,
        taken.channel_fee,
    ) == (
        sum(row.fee for row in history.rows),
        sum(row.coupon for row in history.rows),
        sum(row.cart for row in history.rows),
        sum(row.burden for row in history.rows),
        sum(row.channel for row in history.rows),
    )
    assert taken.claim_deduction == sum(ship.deduct for ship in history.ships)
    assert {total.payout_day: total.announced for total in result.payouts} == history.announced
    assert sums.announced == sum(nets) == sums.paid + sums.owed + sums.ahead + sums.tied
    arrived = sum(
        one.transfer.amount
        for one in result.transfers
        if one.transfer.amount > 0 and one.outcome is not TransferOutcome.REVERSED
    )
    assert sums.received == arrived
    assert arrived == sums.paid + sums.paid_unannounced + sums.unexplained + sums.tied_received
    for total in result.payouts:
        own = [row for row in settled if row.payout_day == total.payout_day]
        assert sum(row.paid for row in own) == total.received
        assert sum(row.owed for row in own) == total.owed
        assert len(own) == total.rows
    every = sum(row.settled or (row.expected or 0) for row in rows)
    assert sum(result.totals.values()) == every


def check_orders(history: History, result: Reconciliation) -> None:
    """No unit is left out: settled, or a row of its own with its amount."""
    settled = {row.order for row in history.rows}
    left = {one.number: one for one in history.orders if one.unsettled}
    named = {
        row.bundle_no: row for row in result.rows if row.expected is not None and row.subject == "product"
    }
    assert named.keys() == left.keys()
    undated = 0
    for number, order in left.items():
        row = named[number]
        assert row.expected == order.price * order.unsettled
        if number not in settled and order.delivered is None:
            assert row.status is SettlementStatus.NO_DELIVERY_DATE
            undated += row.expected
        elif order.is_explained:
            assert (row.status, row.reason) == (SettlementStatus.UNEXPLAINED, "quantity-differs")
        elif number in settled or order.delivered in {sold.day for sold in history.rows}:
            assert row.paid + row.owed == row.expected, "the rows of its sales day say when it was due"
        else:
            full = SettlementStatus.PAID if row.paid == row.expected else SettlementStatus.NO_DUE_DAY
            assert (row.status, row.owed) == (full, 0), "nobody knows the cycle"
    assert result.sums.undated == undated


def check_agreement(result: Reconciliation) -> None:
    """Rows and their pay-out say the same, and nothing is two things at once."""
    open_states = (SettlementStatus.EXPECTED, SettlementStatus.NO_DUE_DAY, SettlementStatus.UNEXPLAINED)
    for totals, of_rows in ((result.payouts, True), (result.expected_payouts, False)):
        for total in totals:
            own = [row for row in result.rows if row.payout_day == total.payout_day and is_of(row, of_rows)]
            assert sum(row.owed for row in own) == total.owed
            assert total.received in (None, sum(row.paid for row in own))
            assert total.announced == sum(row.settled if of_rows else row.expected or 0 for row in own)
            undated = {row.status is SettlementStatus.NO_DUE_DAY for row in own}
            if total.status is SettlementStatus.NO_DUE_DAY:
                assert True in undated
                assert (total.payout_day, total.owed) == (None, 0)
            else:
                assert undated <= {False}
    for row in result.rows:
        if row.status in (SettlementStatus.MISSING, SettlementStatus.SHORT_PAID):
            assert row.owed > 0
            assert (row.paid > 0) is (row.status is SettlementStatus.SHORT_PAID)
        elif row.status not in open_states or row.status is SettlementStatus.NO_DUE_DAY:
            assert row.owed == 0
    owed = sum(row.owed for row in result.rows)
    assert owed == result.sums.due == result.sums.owed + result.sums.owed_unannounced


def is_of(row: ReconciledRow, of_rows: bool) -> bool:
    if of_rows or row.expected is None:
        return of_rows and row.expected is None
    named = row.status in (SettlementStatus.NO_DELIVERY_DATE, SettlementStatus.UNEXPLAINED)
    return row.expected > 0 and (not named or row.reason == "tied")


def check_nothing_is_missing_and_received(result: Reconciliation) -> None:
    """No money lies unexplained within the window of a pay-out that is still owed."""
    early, late = timedelta(days=WINDOW.early_days), timedelta(days=WINDOW.late_days)
    for total in (*result.payouts, *result.expected_payouts):
        if total.owed == 0 or total.payout_day is None:
            continue
        for one in result.transfers:
            if one.unexplained:
                assert not total.payout_day - early <= one.transfer.received_on <= total.payout_day + late
    for row in result.rows:
        if row.status is SettlementStatus.MISSING:
            assert row.paid == 0
        if row.status in (SettlementStatus.PAID, SettlementStatus.LATE):
            assert row.owed == 0


def test_every_outcome_is_the_one_that_happened(block: range) -> None:
    for seed in block:
        history = apart(seed)
        result = reconcile("shop", facts(history), FAR, terms=APART)
        check_sums(history, result)
        check_orders(history, result)
        check_agreement(result)
        found = {total.payout_day: (total.status.value, total.received) for total in result.payouts}
        for day, (status, paid) in history.outcomes.items():
            assert found[day] == (status, paid), f"seed {seed}"
        check_nothing_is_missing_and_received(result)


def test_no_won_is_lost_or_counted_twice_whatever_arrives(block: range) -> None:
    for seed in block:
        history = dense(seed)
        result = reconcile("shop", facts(history), FAR, terms=TERMS)
        check_sums(history, result)
        check_agreement(result)
        check_nothing_is_missing_and_received(result)
        if seed % 5 == 0:
            shuffled = reconcile("shop", facts(history, random.Random(seed)), FAR, terms=TERMS)
            assert shuffled == result, f"seed {seed}: the order of the input changes nothing"


def interest_by_hand(history: History, until: date) -> list[tuple[date, int, int, int]]:
    """Due day, principal, days and won of each line: what came late until it came, the rest until the end."""
    left = {day: amount for day, amount in history.announced.items() if amount > 0}
    lines = []
    for on, amount in sorted(history.transfers):
        due = max((day for day in left if day <= on <= day + timedelta(days=LATE_DAYS)), default=None)
        if due is None:
            continue
        part = min(amount, left[due])
        left[due] -= part
        if part and on > due:
            lines.append((due, part, (min(on, until) - due).days))
    lines += [(due, rest, (until - due).days) for due, rest in left.items() if rest]
    return sorted((due, won, days, won * 6 * days // 36_500) for due, won, days in lines)


def test_interest_is_that_of_each_part_on_each_day(block: range) -> None:
    until = FAR - timedelta(days=90)
    for seed in block[::3]:
        history = apart(seed)
        result = reconcile("shop", facts(history), FAR, terms=APART)
        lines = [one for one in interest(result, InterestTerms.commercial(until)) if one.announced]
        found = [(one.due, one.principal, one.days, one.amount) for one in lines]
        assert sorted(found) == interest_by_hand(history, until), f"seed {seed}"
        if seed % 30 == 0:
            by_days = sum(one.principal * one.days for one in lines)
            assert by_days == open_by_day(history, until), "the interest on what was open each day"


def open_by_day(history: History, until: date) -> int:
    """Add up what was open of each pay-out at the end of the day before, for every day after its due day."""
    total = 0
    for due, amount in history.announced.items():
        came = [(on, won) for on, won in history.transfers if due <= on <= due + timedelta(days=LATE_DAYS)]
        for days in range(1, (until - due).days + 1):
            day = due + timedelta(days=days)
            total += max(amount - sum(won for on, won in came if on < day), 0)
    return total


def test_rows_and_pay_outs_agree_at_every_time(block: range) -> None:
    cycles = (None, SettlementCycle.general(), SettlementCycle.weekly(), SettlementCycle("매월 25일"))
    for seed in block[::3]:
        rng = random.Random(seed)
        history = rng.choice((apart, dense))(seed)
        given = facts(history)
        if rng.random() < 0.3:
            rows = [evolve(row, settle_pre_dt=None) for row in given.order_lines]
            given = evolve(given, order_lines=rows)
        if rng.random() < 0.3:
            given = evolve(given, bank=None)
        terms = evolve(TERMS, cycle=rng.choice(cycles))
        result = reconcile("shop", given, START + timedelta(days=rng.randint(-10, 150)), terms=terms)
        check_agreement(result)
        sums = result.sums
        assert sums.announced == sums.paid + sums.owed + sums.ahead + sums.tied


def test_before_anything_is_due_everything_is_ahead() -> None:
    for seed in range(50):
        history = apart(seed)
        result = reconcile(
            "shop", evolve(facts(history), bank=BankRecords()), START - timedelta(days=99), terms=TERMS
        )
        assert (result.sums.paid, result.sums.owed) == (0, 0)
        assert result.sums.ahead == result.sums.announced


def test_a_business_adds_up_over_its_accounts() -> None:
    business = Business("123-45-67891", ("one", "two"))
    for seed in range(300):
        both = {"one": dense(seed), "two": dense(seed + 100_000)}
        arrived = sorted(one for history in both.values() for one in history.transfers)
        pooled = facts(History(transfers=arrived)).bank
        given = {account: evolve(facts(history), bank=None) for account, history in both.items()}
        result = reconcile_business(business, given, FAR, bank=pooled, terms=dict.fromkeys(both, TERMS))
        sums, nets = result.sums, [sum(history.announced.values()) for history in both.values()]
        assert [one.sums.announced for one in result.accounts] == nets
        assert sums.announced == sum(nets) == sums.paid + sums.owed + sums.ahead
        assert sums.received == sums.paid + sums.paid_unannounced + sums.unexplained
        ties = [one for one in result.transfers if one.outcome is TransferOutcome.TIED]
        assert bool(ties) is any(one.sums.tied for one in result.accounts)
        for one in result.accounts:
            assert one.sums.announced == one.sums.paid + one.sums.owed + one.sums.ahead + one.sums.tied
