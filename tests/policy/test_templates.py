from __future__ import annotations

from datetime import timedelta

import pytest
from policy_builders import NOW, policy, product, snapshot, template, template_input

from wemakeprice_sdk.errors import BlastRadiusError, StaleSnapshotError, ValidationError
from wemakeprice_sdk.models.codes import BundleKind, ImportSource, ShipType, SkuLinkMode
from wemakeprice_sdk.policy import (
    DealCandidate,
    ImportDeal,
    ImportProduct,
    PolicySettings,
    ProductCandidate,
    SaveTemplate,
    SyncPlan,
    TemplateDelete,
    TemplateSave,
    TemplateSettings,
)
from wemakeprice_sdk.policy.templates import changed_fields


def plan_of(*, settings: TemplateSettings | None = None, **parts: object) -> SyncPlan:
    base = {"templates": [template()], "products": [product(n) for n in (10, 11, 12)]}
    mine = policy(PolicySettings(templates=settings or TemplateSettings()))
    return mine.plan_templates(snapshot(**{**base, **parts}), NOW)


def test_templates_are_not_changed_by_an_old_read() -> None:
    wish = TemplateSave(template_input(ship_fee=3500))
    assert plan_of(template_saves=[wish]).actions
    with pytest.raises(StaleSnapshotError, match="templates were read"):
        plan_of(template_saves=[wish], templates_at=NOW - timedelta(days=30))


def codes(plan: SyncPlan) -> list[str]:
    return [held.reason.code for held in plan.held]


def test_the_first_import_comes_before_everything() -> None:
    plan = plan_of(
        templates_imported=False,
        template_saves=[TemplateSave(template_input(ship_fee=5000))],
        template_deletes=[TemplateDelete(901)],
    )
    assert [a.key for a in plan] == ["import-templates:templates"]
    assert codes(plan) == ["templates-not-imported"] * 2


def test_unknown_import_state_plans_no_import_unasked() -> None:
    assert policy().plan(snapshot(templates_imported=None), NOW).is_empty


def test_a_change_names_its_fields_and_every_product_it_reaches() -> None:
    (action,) = plan_of(template_saves=[TemplateSave(template_input(ship_fee=5000, claim_ship_fee=4000))])
    assert isinstance(action, SaveTemplate)
    assert action.after == "ship_fee, claim_ship_fee"
    assert action.affected == (10, 11, 12)


def test_no_address_stands_in_the_plan() -> None:
    plan = plan_of(template_saves=[TemplateSave(template_input(return_address1="부산시 비밀동 7"))])
    assert len(plan) == 1
    for text in (plan.to_json(), plan._repr_html_(), repr(plan), str(plan)):
        assert "비밀동" not in text


def test_equal_templates_need_nothing() -> None:
    assert plan_of(template_saves=[TemplateSave(template_input())]).is_empty
    assert plan_of(template_saves=[TemplateSave(template_input(None))]).is_empty
    explicit = template_input(prepayment_yn=True, difference_yn=False, ship_fee_display_yn=True)
    assert changed_fields(template(), explicit) == ()


def test_a_new_template_is_created_and_reaches_nothing() -> None:
    (action,) = plan_of(template_saves=[TemplateSave(template_input(None, shipping_template_name="새 배송"))])
    assert isinstance(action, SaveTemplate)
    assert (action.key, action.affected) == ("save-template:new:새 배송", ())


def test_every_broken_rule_of_the_matrix_is_told_at_once() -> None:
    broken = template_input(ship_type=ShipType.FREE, free_condition=10_000, release_day=1, jeju_ship_fee=1)
    plan = plan_of(template_saves=[TemplateSave(broken)])
    assert plan.is_empty
    assert codes(plan) == ["template-invalid"]
    text = plan.held[0].reason.text
    assert all(word in text for word in ("shipFee", "freeCondition", "releaseTime", "jejuShipFee"))


def test_bundle_kind_is_fixed_and_an_unknown_number_is_told() -> None:
    kind = TemplateSave(template_input(bundle_kind=BundleKind.PRODUCT))
    assert codes(plan_of(template_saves=[kind])) == ["bundle-kind-fixed"]
    assert codes(plan_of(template_saves=[TemplateSave(template_input(777))])) == ["template-unknown"]


@pytest.mark.parametrize(("limit", "held"), [(2, ["blast-radius"]), (3, [])])
def test_the_limit_stops_surprises(limit: int, held: list[str]) -> None:
    wish = [TemplateSave(template_input(ship_fee=5000))]
    plan = plan_of(template_saves=wish, settings=TemplateSettings(max_affected=limit))
    assert codes(plan) == held
    if not held:
        assert plan.radius.products == 3
        assert plan.require_radius(3) is plan
        with pytest.raises(BlastRadiusError, match=r"limit 2.*3 product"):
            plan.require_radius(2)


def test_a_new_template_is_created_unless_an_equal_one_is_stored() -> None:
    assert plan_of(template_saves=[TemplateSave(template_input(None))]).is_empty
    (action,) = plan_of(template_saves=[TemplateSave(template_input(None, ship_fee=3500))])
    assert isinstance(action, SaveTemplate)
    assert (action.shipping_template_no, action.affected, action.before) == (None, (), "")


def test_delete_is_refused_while_linked_unless_reassigned() -> None:
    assert codes(plan_of(template_deletes=[TemplateDelete(900)])) == ["template-in-use"]
    assert codes(plan_of(template_deletes=[TemplateDelete(900, 999)])) == ["reassign-target-unknown"]
    two = [template(900), template(901, shipping_template_name="둘")]
    plan = plan_of(templates=two, template_deletes=[TemplateDelete(900, 901)])
    assert [a.kind for a in plan] == ["reassign-template"] * 3 + ["delete-template"]
    assert plan.actions[-1].depends_on == tuple(f"reassign-template:{n}" for n in (10, 11, 12))
    free = plan_of(templates=two, template_deletes=[TemplateDelete(901)])
    assert [a.key for a in free] == ["delete-template:901"]
    unknown = plan_of(template_deletes=[TemplateDelete(902)])
    assert (unknown.is_empty, [note.reason.code for note in unknown.notes]) == (True, ["template-unknown"])


def test_a_reassignment_in_flight_keeps_the_template() -> None:
    two = [template(900), template(901, shipping_template_name="둘")]
    plan = plan_of(
        templates=two, template_deletes=[TemplateDelete(900, 901)], in_flight=["reassign-template:11"]
    )
    assert "delete-template:900" not in [a.key for a in plan]


def test_contradicting_wishes_name_both_sides() -> None:
    with pytest.raises(ValidationError, match="saved or deleted"):
        plan_of(template_saves=[TemplateSave(template_input())], template_deletes=[TemplateDelete(900)])
    with pytest.raises(ValidationError, match="a template that stays"):
        plan_of(template_deletes=[TemplateDelete(900, 901), TemplateDelete(901)])


def test_a_change_needs_to_know_its_reach() -> None:
    with pytest.raises(StaleSnapshotError, match="products were not read"):
        plan_of(template_saves=[TemplateSave(template_input(ship_fee=1))], products=[], products_at=None)
    new = TemplateSave(template_input(None, ship_fee=1))
    assert len(plan_of(template_saves=[new], products=[], products_at=None)) == 1


def imports(**parts: object) -> SyncPlan:
    mine = policy(switches=parts.pop("switches", None))
    return mine.plan_imports(snapshot(**parts), NOW)


def test_nothing_is_imported_before_the_templates() -> None:
    rows = {
        "product_candidates": [ProductCandidate(product_no=1)],
        "deal_candidates": [DealCandidate(deal_no=2)],
    }
    for state in (False, None):
        plan = imports(**rows, templates_imported=state)
        assert plan.is_empty
        assert codes(plan) == ["templates-not-imported"] * 2


def test_only_what_is_not_registered_is_imported_products_first() -> None:
    plan = imports(
        product_candidates=[ProductCandidate(product_no=n) for n in (3, 1, 2)],
        deal_candidates=[DealCandidate(deal_no=9, product_nos=(1, 2)), DealCandidate(deal_no=8)],
        registered_products=[2],
        registered_deals=[8],
    )
    assert [a.key for a in plan] == ["import-product:1", "import-product:3", "import-deal:9"]
    assert plan.actions[-1].depends_on == ("import-product:1",)


def test_a_deal_names_the_products_that_are_missing() -> None:
    plan = imports(deal_candidates=[DealCandidate(deal_no=9, product_nos=(5, 6, 5))], registered_products=[6])
    (action,) = plan
    assert isinstance(action, ImportDeal)
    assert action.missing_products == (5,)
    assert [n.reason.code for n in plan.notes] == ["deal-products-missing"]


def test_stock_sync_without_a_link_is_refused_naming_both() -> None:
    plan = imports(product_candidates=[ProductCandidate(product_no=1, stock_sync=True)])
    assert plan.is_empty
    assert "stock_sync=True" in plan.held[0].reason.text
    assert "sku_link=none" in plan.held[0].reason.text
    good = ProductCandidate(product_no=1, stock_sync=True, sku_link=SkuLinkMode.CREATE)
    (action,) = imports(product_candidates=[good])
    assert isinstance(action, ImportProduct)
    assert action.stock_sync


@pytest.mark.parametrize(("source", "imported"), [(ImportSource.EXCEL, True), (ImportSource.API, False)])
def test_an_excel_import_works_while_the_product_api_is_off(source: ImportSource, imported: bool) -> None:
    plan = imports(
        product_candidates=[ProductCandidate(product_no=1, source=source)], switches={"product_api": False}
    )
    assert bool(plan) is imported
    assert [b.gate for b in plan.blocked] == ([] if imported else ["scope.product-api"])


def test_the_same_product_chosen_two_ways_is_a_contradiction() -> None:
    rows = [ProductCandidate(product_no=1), ProductCandidate(product_no=1, sku_link=SkuLinkMode.CREATE)]
    with pytest.raises(ValidationError, match=r"product_candidates\[1\]"):
        imports(product_candidates=rows)


def test_a_fixed_bundle_kind_is_named_with_every_other_broken_rule() -> None:
    wish = template_input(bundle_kind=BundleKind.PRODUCT, ship_fee=0, release_day=1)
    plan = plan_of(template_saves=[TemplateSave(wish)])
    (held,) = plan.held
    assert held.reason.code == "template-invalid"
    assert held.wrong_input
    assert len(held.reason.text.split("; ")) == 3
    assert held.reason.text_ko.endswith(
        "배송유형은 등록 후 수정할 수 없습니다. 배송 템플릿을 새로 등록해 주세요"
    )


def test_a_plan_for_another_fee_is_another_plan() -> None:
    three, five = (
        plan_of(template_saves=[TemplateSave(template_input(ship_fee=fee))]) for fee in (4000, 5000)
    )
    assert [a.after for a in three] == [a.after for a in five]
    assert len(five.diff(three).changed) == 1
    assert five.diff(plan_of(template_saves=[TemplateSave(template_input(ship_fee=5000))])).is_empty
