from __future__ import annotations

import pickle
import random
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import DAY, NOW, bundle, claim, level, link, product, snapshot, template

from wemakeprice_sdk.errors import StaleSnapshotError, ValidationError
from wemakeprice_sdk.models.codes import ClaimStatus, ShipStatus
from wemakeprice_sdk.policy import Part, Snapshot


def test_all_violations_come_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Snapshot(
            bundles=(bundle(1), bundle(1, lines=[(10, 9)])),
            claims_at=NOW.replace(tzinfo=None),
            products_at=NOW,
            products=(product(stock=1), product(stock=2)),
            links=(link(option="A", runple=True), link(option="B")),
        )
    paths = [violation.path for violation in caught.value.violations]
    assert paths == ["bundles_at", "claims_at", "bundles[1]", "products[10]", "links[10].runple"]
    assert all(violation.message_ko for violation in caught.value.violations)


def test_a_contradiction_names_both_sides_without_naming_a_person() -> None:
    with pytest.raises(ValidationError) as caught:
        snapshot(bundles=[bundle(1, lines=[(10, 1)]), bundle(1, lines=[(10, 9)])])
    text = str(caught.value)
    assert "((100, 10, 1),)" in text
    assert "((100, 10, 9),)" in text
    assert "홍길동" not in text


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([ShipStatus.NEW, ShipStatus.CONFIRM], ShipStatus.CONFIRM),
        ([ShipStatus.DELIVERY, ShipStatus.CONFIRM], ShipStatus.DELIVERY),
        ([ShipStatus.COMPLETE, ShipStatus.NEW], ShipStatus.COMPLETE),
        ([ShipStatus.NEW, ShipStatus.from_wire("기타상태")], ShipStatus.NEW),
    ],
)
def test_the_later_state_of_a_bundle_counts(rows: list[ShipStatus], kept: ShipStatus) -> None:
    for order in (rows, rows[::-1]):
        shop = snapshot(bundles=[bundle(1, status=status) for status in order])
        assert [row.delivery.ship_status for row in shop.bundles if row.delivery] == [kept]


def test_the_later_state_of_a_claim_counts() -> None:
    rows = [claim(status=ClaimStatus.APPROVE), claim(status=ClaimStatus.REQUEST)]
    assert [c.claim_status for c in snapshot(claims=rows).claims] == [ClaimStatus.APPROVE]


def test_masked_people_do_not_make_a_contradiction() -> None:
    masked = evolve(bundle(1), buyer_name="홍**")
    assert len(snapshot(bundles=[bundle(1), masked]).bundles) == 1


def test_freshness() -> None:
    shop = snapshot(templates_at=None)
    shop.require_fresh(Part.BUNDLES, NOW + DAY, DAY)
    shop.require_fresh(Part.BUNDLES, NOW - timedelta(minutes=5), DAY)
    with pytest.raises(StaleSnapshotError, match="bundles were read at"):
        shop.require_fresh(Part.BUNDLES, NOW + DAY + timedelta(microseconds=1), DAY)
    with pytest.raises(StaleSnapshotError, match="after the plan's now"):
        shop.require_fresh(Part.BUNDLES, NOW - timedelta(minutes=5, microseconds=1), DAY)
    with pytest.raises(StaleSnapshotError, match="templates were not read"):
        shop.require_fresh(Part.TEMPLATES, NOW, DAY)
    assert [shop.read_at(part) for part in Part] == [NOW, NOW, NOW, NOW, None]


def test_it_survives_a_pickle() -> None:
    shop = snapshot(
        bundles=[bundle()], products=[product()], links=[link()], stock=[level()], templates=[template()]
    )
    assert pickle.loads(pickle.dumps(shop)) == shop


@settings(deadline=None)
@given(st.permutations(range(8)), st.randoms(use_true_random=False))
def test_rows_are_put_in_one_order(order: list[int], rng: random.Random) -> None:
    def shop(numbers: list[int]) -> Snapshot:
        rows = [bundle(n) for n in numbers]
        return snapshot(
            bundles=rows + rng.sample(rows, 3),
            links=[link(n, f"S{n % 3}", option=f"색{n}") for n in numbers],
            stock=[level(f"S{n}", n) for n in numbers],
        )

    assert shop(order) == shop(list(range(8)))
