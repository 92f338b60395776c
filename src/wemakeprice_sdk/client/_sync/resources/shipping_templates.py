# Generated from client/_async by scripts/unasync.py; edit that one.
"""Shipping templates (배송 템플릿)."""

from __future__ import annotations

from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.models import ListResult, SellerShip, ShippingTemplate, ShippingTemplateInput
from wemakeprice_sdk.wire.outcomes import Outcome


class ShippingTemplates(Resource):
    """Shipping templates (배송 템플릿)."""

    __slots__ = ()

    def get_seller_ship(self) -> ListResult[SellerShip]:
        """List the shipping templates as short rows, one per template (판매자 배송정보 조회). [B]

        `list` has everything these rows have, and the addresses.

        Raises:
            ProtocolError: The answer is one object: the row it may stand for has no number, and other rows
                would be lost (contract 11, 29).

        Example:
            ```python
            for template in client.shipping_templates.get_seller_ship():
                print(template.shipping_template_no, template.ship_fee)  # 101001 3000
            ```
        """
        return self._rows(SellerShip, "shipping_get_seller_ship")

    def list(self) -> ListResult[ShippingTemplate]:
        """List the shipping templates (배송 템플릿 목록 조회). [A]

        Example:
            ```python
            for template in client.shipping_templates.list():
                print(template.shipping_template_name, template.release_day)  # 기본-조건부무료 3
            ```
        """
        return self._rows(ShippingTemplate, "shipping_list_policies")

    def save(self, policy: ShippingTemplateInput) -> Outcome:
        """Create a template, or change the one that `shipping_template_no` names (배송 템플릿 등록/수정). [B]

        A change reaches every product that is linked to the template. `Applied.key` is the number of the
        template. A lost answer is verified against the template list; for a create the list is read
        beforehand (`VerificationPolicy.read_before`).

        Args:
            policy: All values of the template; `ShippingTemplate.to_input()` makes them of a stored one.

        Raises:
            ValidationError: Before sending, naming every broken rule of the cross-field matrix.
            PreconditionError: A value cannot change after creation, such as `bundle_kind` (C).

        Example:
            ```python
            from attrs import evolve

            (stored,) = client.shipping_templates.list()
            changed = evolve(stored.to_input(), free_condition=50_000)
            outcome = client.shipping_templates.save(changed)
            print(outcome.key)  # 101001
            ```
        """
        return self._caller.write("shipping_save_policy", policy)
