"""Shipping templates (배송 템플릿): import first, change with a known reach, delete if unused (4.1–4.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from attrs import fields

from wemakeprice_sdk.models.products import Product
from wemakeprice_sdk.models.shipping_templates import ShippingTemplate, ShippingTemplateInput
from wemakeprice_sdk.policy.actions import (
    ActionKind,
    DeleteTemplate,
    ImportTemplates,
    Reason,
    ReassignTemplate,
    SaveTemplate,
    Target,
    TargetKind,
)
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.settings import TemplateSettings
from wemakeprice_sdk.policy.snapshot import Part, Snapshot, TemplateDelete, TemplateSave

_FIRST_IMPORT = Reason(
    "first-import",
    "4.1",
    "the templates of the account were never imported since it was linked",
    "연동 후 배송 템플릿을 한 번도 가져오지 않았습니다",
)
NOT_IMPORTED = Reason(
    "templates-not-imported",
    "4.1",
    "templates have to be imported once before anything that uses them",
    "배송 템플릿을 먼저 1회 가져와 주세요",
)
_SAVE = Reason(
    "template-differs",
    "4.3",
    "the stored template differs; every linked product changes with it",
    "배송 템플릿을 수정합니다. 연결된 모든 상품에 함께 적용됩니다",
)
_NEW = Reason("template-new", "4.3", "there is no such template yet", "배송 템플릿을 새로 등록합니다")
_GONE = Reason(
    "template-unknown",
    "4.3",
    "there is no template with this number",
    "해당 번호의 배송 템플릿이 없습니다. 배송 템플릿 번호를 확인해 주세요",
)
_FIXED_KIND = Reason(
    "bundle-kind-fixed",
    "4.5",
    "bundleKind cannot change after creation",
    "배송유형은 등록 후 수정할 수 없습니다. 배송 템플릿을 새로 등록해 주세요",
)
_DELETE = Reason(
    "template-unused",
    "4.4",
    "no product uses the template; it is forgotten on our side only",
    "사용 중인 상품이 없어 배송 템플릿을 삭제합니다. 위메프에 등록된 배송 템플릿은 그대로 남습니다",
)
_REASSIGN = Reason(
    "template-replaced",
    "4.4",
    "the template is to be deleted, so its products get another one",
    "삭제할 배송 템플릿을 사용하는 상품에 다른 배송 템플릿을 지정합니다",
)


def _target(number: int | str) -> Target:
    return Target(TargetKind.TEMPLATE, str(number))


def products_by_template(products: Sequence[Product]) -> Mapping[int, tuple[int, ...]]:
    """Return the products linked to each shipping template (배송 템플릿 번호 → 상품번호)."""
    found: dict[int, list[int]] = defaultdict(list)
    for product in products:
        if product.basic is not None and product.basic.shipping_template_no is not None:
            found[product.basic.shipping_template_no].append(product.product_no)
    return {number: tuple(numbers) for number, numbers in found.items()}


def plan_templates(builder: PlanBuilder, snapshot: Snapshot, settings: TemplateSettings) -> None:
    """Import templates the first time, then carry out wished changes and deletions.

    Raises `StaleSnapshotError` when templates or products were read too long ago for a change to know its
    reach.
    """
    if not snapshot.templates_imported:
        if builder.is_open(ActionKind.IMPORT_TEMPLATES, 1):
            builder.add(ImportTemplates(reason=_FIRST_IMPORT, before="never", after="imported"))
        for wish in snapshot.template_saves:
            builder.hold(ActionKind.SAVE_TEMPLATE, _target(_label(wish.template)), NOT_IMPORTED)
        for gone in snapshot.template_deletes:
            builder.hold(ActionKind.DELETE_TEMPLATE, _target(gone.shipping_template_no), NOT_IMPORTED)
        return
    if not (snapshot.template_saves or snapshot.template_deletes):
        return
    if not builder.is_open(
        ActionKind.SAVE_TEMPLATE, len(snapshot.template_saves) + len(snapshot.template_deletes)
    ):
        return
    snapshot.require_fresh(Part.TEMPLATES, builder.now, settings.max_age)
    # A template that is new reaches no product yet.
    if snapshot.template_deletes or any(
        wish.template.shipping_template_no for wish in snapshot.template_saves
    ):
        snapshot.require_fresh(Part.PRODUCTS, builder.now, settings.max_age)
    linked = products_by_template(snapshot.products)
    stored = {template.shipping_template_no: template for template in snapshot.templates}
    for wish in snapshot.template_saves:
        _save(builder, wish, stored, linked, settings)
    for gone in snapshot.template_deletes:
        _delete(builder, gone, stored, linked, settings)


def _label(template: ShippingTemplateInput) -> str:
    number = template.shipping_template_no
    return f"new:{template.shipping_template_name}" if number is None else str(number)


def _save(
    builder: PlanBuilder,
    wish: TemplateSave,
    stored: Mapping[int, ShippingTemplate],
    linked: Mapping[int, tuple[int, ...]],
    settings: TemplateSettings,
) -> None:
    template = wish.template
    number = template.shipping_template_no
    old = _same(template, stored) if number is None else stored.get(number)
    changed = () if old is None else changed_fields(old, template)
    affected = () if number is None else linked.get(number, ())
    reason = _save_obstacle(template, old, changed, affected, settings)
    if reason is not None:
        builder.hold(ActionKind.SAVE_TEMPLATE, _target(_label(template)), reason, wrong_input=True)
    elif old is None or changed:
        builder.add(
            SaveTemplate(
                template=template,
                name=template.shipping_template_name,
                shipping_template_no=number,
                affected=affected,
                reason=_NEW if old is None else _SAVE,
                before="" if old is None else "stored",
                after=_after(template, changed),
            )
        )


def _after(template: ShippingTemplateInput, changed: Sequence[str]) -> str:
    return ", ".join(changed) if changed else f"new {template.shipping_template_name}"


def _save_obstacle(
    template: ShippingTemplateInput,
    old: ShippingTemplate | None,
    changed: Sequence[str],
    affected: Sequence[int],
    settings: TemplateSettings,
) -> Reason | None:
    if template.shipping_template_no is not None and old is None:
        return _GONE
    broken = [(violation.message, violation.message_ko) for violation in template.violations()]
    if "bundle_kind" in changed:
        if not broken:
            return _FIXED_KIND
        broken.append((_FIXED_KIND.text, _FIXED_KIND.text_ko))
    if broken:
        texts, texts_ko = zip(*broken, strict=True)
        return Reason("template-invalid", "4.5", "; ".join(texts), "; ".join(texts_ko))
    return _too_many(len(affected), settings) if changed else None


def _too_many(count: int, settings: TemplateSettings) -> Reason | None:
    if count <= settings.max_affected:
        return None
    return Reason(
        "blast-radius",
        "4.3",
        f"the change reaches {count} products; the limit is {settings.max_affected}",
        f"변경 대상 상품이 {count}개로 한도({settings.max_affected}개)를 넘습니다. "
        "대상을 확인하고 max_affected를 조정해 주세요",
    )


def changed_fields(old: ShippingTemplate, new: ShippingTemplateInput) -> tuple[str, ...]:
    """Return the fields in which a wished template differs from the stored one, never the values.

    A field the wish leaves out counts as its default, so leaving out what is stored as N is no change.
    """
    normal = old.to_input()
    names = [part.name for part in fields(ShippingTemplateInput) if part.name != "shipping_template_no"]
    return tuple(name for name in names if _value(normal, name) != _value(new, name))


_DEFAULTS: Mapping[str, object] = {
    "ship_fee_display_yn": True,
    "difference_yn": False,
    "prepayment_yn": True,
    "holiday_except_yn": "Y",
}


def _value(template: ShippingTemplateInput, name: str) -> object:
    value = getattr(template, name)
    return _DEFAULTS.get(name) if value is None else value


def _same(template: ShippingTemplateInput, stored: Mapping[int, ShippingTemplate]) -> ShippingTemplate | None:
    # A new template has no number to find it by; one with equal content is the one already created.
    return next((old for _, old in sorted(stored.items()) if not changed_fields(old, template)), None)


def _delete(
    builder: PlanBuilder,
    gone: TemplateDelete,
    stored: Mapping[int, ShippingTemplate],
    linked: Mapping[int, tuple[int, ...]],
    settings: TemplateSettings,
) -> None:
    if gone.shipping_template_no not in stored:
        builder.note(_target(gone.shipping_template_no), _GONE)
        return
    users = linked.get(gone.shipping_template_no, ())
    reason = _delete_obstacle(gone, users, stored, settings)
    if reason is not None:
        builder.hold(ActionKind.DELETE_TEMPLATE, _target(gone.shipping_template_no), reason, wrong_input=True)
        return
    moves = [_reassign(gone, number) for number in users]
    for move in moves:
        builder.add(move)
    builder.add(
        DeleteTemplate(
            shipping_template_no=gone.shipping_template_no,
            reason=_DELETE,
            before="stored",
            after="forgotten",
            depends_on=tuple(move.key for move in moves),
        )
    )


def _reassign(gone: TemplateDelete, product_no: int) -> ReassignTemplate:
    new = gone.reassign_to or 0
    return ReassignTemplate(
        product_no=product_no,
        from_shipping_template_no=gone.shipping_template_no,
        to_shipping_template_no=new,
        reason=_REASSIGN,
        before=str(gone.shipping_template_no),
        after=str(new),
    )


def _delete_obstacle(
    gone: TemplateDelete,
    users: Sequence[int],
    stored: Mapping[int, ShippingTemplate],
    settings: TemplateSettings,
) -> Reason | None:
    if not users:
        return None
    if gone.reassign_to is None:
        return Reason(
            "template-in-use",
            "4.4",
            f"{len(users)} product(s) use the template; re-assign them first",
            f"상품 {len(users)}개가 사용 중인 배송 템플릿입니다. 먼저 다른 배송 템플릿을 지정해 주세요",
        )
    if gone.reassign_to == gone.shipping_template_no or gone.reassign_to not in stored:
        return Reason(
            "reassign-target-unknown",
            "4.4",
            f"products cannot be re-assigned to template {gone.reassign_to}: it is not stored",
            f"대신 지정할 배송 템플릿이 없습니다({gone.reassign_to}). 등록된 배송 템플릿을 지정해 주세요",
        )
    return _too_many(len(users), settings)
