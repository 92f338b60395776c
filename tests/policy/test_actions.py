"""Every action knows its call, what it locks, and what it changes."""

from __future__ import annotations

import pytest
from attrs import evolve

from action_samples import BODY, CALLS, OPTIONED, PRODUCT, SAMPLES, WHY
from wemakeprice_sdk.errors import PreconditionError
from wemakeprice_sdk.models.known import NOTHING_KNOWN, Known
from wemakeprice_sdk.policy import actions, gates
from wemakeprice_sdk.policy.actions import Action, ConfirmBundle, ExtendSalePeriod, SetOptions, SetStock
from wemakeprice_sdk.wire.operations import OPERATIONS


def concrete(base: type[Action]) -> set[type[Action]]:
    found = {base} if hasattr(base, "kind") else set()
    # With slots attrs makes a class twice; the first of them is nobody's any more.
    return found.union(*(concrete(cls) for cls in base.__subclasses__()))


def by_name(kinds: set[type[Action]]) -> dict[str, type[Action]]:
    return {cls.__name__: cls for cls in kinds}


def name(sample: object) -> str:
    return type(sample).__name__ if isinstance(sample, Action) else ""


def test_every_action_is_exported_and_has_a_sample() -> None:
    names = set(by_name(concrete(Action)))
    assert {type(action).__name__ for action, _ in SAMPLES} == names
    assert names <= set(actions.__all__)
    assert len({cls.kind for cls in by_name(concrete(Action)).values()}) == len(names)


@pytest.mark.parametrize(("action", "read"), SAMPLES, ids=name)
def test_a_call_is_one_of_the_contract_and_obeys_its_rules(action: Action, read: Known) -> None:
    if not action.operation:
        assert action.once_key is None
        with pytest.raises(TypeError, match="is not a call"):
            action.build(read)
        return
    request, known = action.build(read)
    assert type(request).__name__ == OPERATIONS[action.operation].request
    assert request.violations() == ()
    assert known.product_before is read.product_before
    assert known.template_nos_before == read.template_nos_before


@pytest.mark.parametrize(("action", "read"), CALLS, ids=name)
def test_the_gate_of_a_call_and_of_its_action_are_in_one_scope(action: Action, read: Known) -> None:
    """An action that is allowed must not meet a closed switch of another API when it is sent."""
    by_call = gates.OPERATION_KINDS[action.operation]
    for kinds in (gates._ORDER_KINDS, gates._CS_KINDS):
        assert (action.kind in kinds) == (by_call in kinds)


@pytest.mark.parametrize(("action", "read"), CALLS, ids=name)
def test_what_needs_a_read_is_not_built_without_one(action: Action, read: Known) -> None:
    if action.product_to_read is None:
        action.build(NOTHING_KNOWN)
        return
    assert action.product_to_read == PRODUCT.product_no
    with pytest.raises(PreconditionError, match="has to be read"):
        action.build(NOTHING_KNOWN)


def test_writes_of_one_bundle_lock_the_bundle_and_others_their_target() -> None:
    locks = {type(action).__name__: action.lock_target for action, _ in SAMPLES}
    assert locks["ShipBundle"] == "bundle:1"
    assert locks["RegisterPickup"] == "bundle:2"
    assert locks["SetStock"] == f"product:{PRODUCT.product_no}"
    claim = next(action for action, _ in SAMPLES if isinstance(action, actions.ApproveCancel))
    assert evolve(claim, bundle_no=0).lock_target == "claim:7"
    assert evolve(claim, bundle_no=0).of_bundle is None


def test_only_effects_that_cannot_be_taken_back_happen_once() -> None:
    once = {type(action).__name__ for action, _ in SAMPLES if action.once_key is not None}
    assert once == {
        "ConfirmBundle",
        "ShipBundle",
        "ApproveCancel",
        "RejectCancel",
        "ApproveReturn",
        "ShipExchange",
        "CompleteExchange",
        "AnswerQuestion",
        "AnswerInquiry",
        "ExtendSalePeriod",
    }
    assert ConfirmBundle(bundle_no=5, reason=WHY).once_key == "confirm-bundle:5"


def test_a_product_that_changed_meanwhile_is_not_written_over() -> None:
    extend = next(action for action, _ in SAMPLES if isinstance(action, ExtendSalePeriod))
    sale = evolve(PRODUCT.sale, sale_end_date=extend.new_end)
    with pytest.raises(PreconditionError, match="sale period was changed"):
        extend.build(Known(product_before=evolve(PRODUCT, sale=sale)))
    options = next(action for action, _ in SAMPLES if isinstance(action, SetOptions))
    with pytest.raises(PreconditionError, match="gone from the product"):
        options.build(Known(product_before=evolve(OPTIONED, option=PRODUCT.option)))


def test_a_block_keeps_what_the_action_does_not_change() -> None:
    request, _ = SetStock(product_no=PRODUCT.product_no, stock_count=4, reason=WHY).build(
        Known(product_before=PRODUCT)
    )
    assert isinstance(request, actions.products.ProductSaleUpdate)
    assert (request.sale.stock_count, request.sale.sale_price) == (4, BODY["sale"]["salePrice"])
