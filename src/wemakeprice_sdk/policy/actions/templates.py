"""Actions on shipping templates (배송 템플릿)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, cast

from attrs import asdict, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models import ProductBasicInput, WriteModel
from wemakeprice_sdk.models.known import NOTHING_KNOWN, Known
from wemakeprice_sdk.models.shipping_templates import ShippingTemplate, ShippingTemplateInput
from wemakeprice_sdk.policy.actions.base import Action, ActionKind, Target, TargetKind
from wemakeprice_sdk.policy.actions.products import BasicAction, set_basic
from wemakeprice_sdk.policy.world import World


@frozen(kw_only=True)
class ImportTemplates(Action):
    """Read the account's shipping templates (배송 템플릿 가져오기) and store them."""

    kind: ClassVar[ActionKind] = ActionKind.IMPORT_TEMPLATES

    @property
    def target(self) -> Target:
        """The account."""
        return Target(TargetKind.ACCOUNT, "templates")

    def apply(self, world: World) -> None:
        """Know the templates."""
        world.templates_imported = True


@frozen(kw_only=True)
class SaveTemplate(Action):
    """Create or change a shipping template (배송 템플릿 등록/수정).

    `affected` lists every product linked to it: they change with it. `name` tells apart templates that
    have no number yet.
    """

    kind: ClassVar[ActionKind] = ActionKind.SAVE_TEMPLATE
    operation: ClassVar[str] = "shipping_save_policy"

    template: ShippingTemplateInput = field(repr=False)
    name: str
    shipping_template_no: int | None
    affected: tuple[int, ...] = ()

    @property
    def target(self) -> Target:
        """The template by number, or by name when it is new."""
        number = "new:" + self.name if self.shipping_template_no is None else str(self.shipping_template_no)
        return Target(TargetKind.TEMPLATE, number)

    @property
    def reached_products(self) -> tuple[int, ...]:
        """The products linked to it."""
        return self.affected

    def build(self, read: Known = NOTHING_KNOWN) -> tuple[WriteModel, Known]:
        """Return the template, and the templates there were: only by them a lost create is recognised."""
        return self.template, Known(template_nos_before=read.template_nos_before)

    def apply(self, world: World) -> None:
        """Store the template, a new one under the next number."""
        number = self.shipping_template_no or max(world.templates, default=0) + 1
        world.templates[number] = _stored(self.template, number)


@frozen(kw_only=True)
class ReassignTemplate(BasicAction):
    """Give a product another shipping template."""

    kind: ClassVar[ActionKind] = ActionKind.REASSIGN_TEMPLATE

    from_shipping_template_no: int
    to_shipping_template_no: int

    def changed(self, block: ProductBasicInput) -> ProductBasicInput:
        """Return the block with the other template in it."""
        return evolve(block, shipping_template_no=self.to_shipping_template_no)

    def apply(self, world: World) -> None:
        """Link the product to the other template."""
        number = self.to_shipping_template_no
        set_basic(world, self.product_no, lambda basic: evolve(basic, shipping_template_no=number))


@frozen(kw_only=True)
class DeleteTemplate(Action):
    """Forget a shipping template on our side; no remote delete is known (grade B)."""

    kind: ClassVar[ActionKind] = ActionKind.DELETE_TEMPLATE

    shipping_template_no: int

    @property
    def target(self) -> Target:
        """The template."""
        return Target(TargetKind.TEMPLATE, str(self.shipping_template_no))

    def apply(self, world: World) -> None:
        """Forget the template."""
        world.templates.pop(self.shipping_template_no, None)


def _stored(template: ShippingTemplateInput, number: int) -> ShippingTemplate:
    values: dict[str, object] = asdict(template)
    values["shipping_template_no"] = number
    build = cast("Callable[..., ShippingTemplate]", ShippingTemplate)
    return build(**values)
