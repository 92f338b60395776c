"""Invented models of every class: readable again from their own JSON, and free of violations."""

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wemakeprice_sdk import models, testing
from wemakeprice_sdk.errors import UnreadableValueError
from wemakeprice_sdk.models import (
    Bundle,
    BundleNoRequest,
    ClaimType,
    ProductInput,
    ReadModel,
    ShipMethod,
    ShipRequest,
    WriteModel,
)
from wemakeprice_sdk.testing import make, make_bundle, make_claim, make_product, make_question, models_of
from wemakeprice_sdk.testing.factories import NOON
from wemakeprice_sdk.wire.answers import wire_json
from wemakeprice_sdk.wire.converter import read, write

ALL: list[type[Any]] = sorted(
    {
        value
        for value in (getattr(models, name) for name in models.__all__)
        if isinstance(value, type) and issubclass(value, ReadModel | WriteModel)
    }
    - {ReadModel, WriteModel},
    key=lambda cls: cls.__name__,
)
READ = [cls for cls in ALL if issubclass(cls, ReadModel)]
WRITE = [cls for cls in ALL if issubclass(cls, WriteModel)]
few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("cls", READ, ids=lambda cls: cls.__name__)
def test_every_answer_is_full_and_reads_back(cls: type[Any]) -> None:
    made = make(cls)
    assert made.faults == ()
    assert read(cls, made.raw) == made == make(cls)
    assert wire_json(made) == made.raw
    assert not [item.name for item in attrs.fields(cls) if getattr(made, item.name) is None]


@pytest.mark.parametrize("cls", WRITE, ids=lambda cls: cls.__name__)
def test_every_request_breaks_no_rule(cls: type[Any]) -> None:
    made = make(cls)
    assert made.violations() == ()
    assert write(made)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_model_has_a_strategy(cls: type[Any]) -> None:
    seen = []

    @few
    @given(models_of(cls))
    def drawn(model: Any) -> None:
        assert type(model) is cls
        if isinstance(model, ReadModel):
            assert not model.faults
            assert read(cls, model.raw) == model
        else:
            assert model.violations() == ()
        seen.append(model)

    drawn()
    assert seen


def test_strategies_vary() -> None:
    seen: set[Any] = set()

    @settings(max_examples=60, deadline=None)
    @given(models_of(Bundle, ship_price=st.just(0)), models_of(ShipRequest))
    def drawn(bundle: Bundle, request: ShipRequest) -> None:
        assert bundle.ship_price == 0
        seen.update(
            (bundle.bundle_no, len(bundle.order_product), bundle.pay_date is None, request.invoice_no)
        )

    drawn()
    assert len(seen) > 20


def test_fields_are_replaced_and_raw_follows() -> None:
    bundle = make_bundle(bundle_no=7, ship_price=0, pay_date=NOON + timedelta(days=1))
    assert (bundle.bundle_no, bundle.raw["bundleNo"], bundle.raw["payDate"]) == (7, 7, "2024-05-21 12:00:00")
    assert make_claim(claim_type=ClaimType.EXCHANGE).raw["claimType"] == "EXCHANGE"
    assert make_product(product_no=5).product_no == 5
    assert make_question().question
    assert make(ShipRequest, ship_method=ShipMethod.PARCEL, invoice_no="1").invoice_no == "1"
    assert make(ProductInput).sale.sale_end_date > make(ProductInput).sale.sale_start_date


def test_nobody_is_shown() -> None:
    assert "홍길동" not in repr(make_bundle())
    assert "홍길동" in str(make_bundle().to_rows(personal=True))


@pytest.mark.parametrize(
    "call",
    [
        lambda: make(int),  # type: ignore[type-var]
        lambda: make("Bundle"),
        lambda: make_bundle(bundle_number=1),
        lambda: make(BundleNoRequest, bundle=1),
        lambda: models_of(int),  # type: ignore[type-var]
        lambda: make_bundle(ship_price=object()),
    ],
)
def test_a_slip_is_an_error(call: Any) -> None:
    with pytest.raises(TypeError):
        call()


def test_what_no_answer_can_hold_is_refused() -> None:
    with pytest.raises(UnreadableValueError, match="shipPrice"):
        make_bundle(ship_price="free")


def test_the_stub_takes_models(wemakeprice_stub: Any) -> None:
    wemakeprice_stub.answer("orders_get", make_bundle(bundle_no=1))
    wemakeprice_stub.answer("claims_list", [make_claim(), make_claim(claim_bundle_no=2)])
    client = wemakeprice_stub.client()
    assert client.orders.get(1) == make_bundle(bundle_no=1)
    found = client.claims.list(NOON, NOON, ClaimType.CANCEL, models.ClaimStatus.REQUEST)
    assert [claim.claim_bundle_no for claim in found] == [make_claim().claim_bundle_no, 2]
    with pytest.raises(testing.StubError, match="never answers"):
        wemakeprice_stub.answer("orders_get", make_product())


def test_names_are_listed() -> None:
    assert {"make_bundle", "models_of", "StubMarketplace", "vcr_config"} <= set(dir(testing))
