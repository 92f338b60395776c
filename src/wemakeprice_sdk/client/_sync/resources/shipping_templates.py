# Generated from client/_async by scripts/unasync.py; edit that one.
"""Shipping templates (배송정책)."""

from __future__ import annotations

from collections.abc import Sequence

from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.models import SellerShip, ShippingTemplate, ShippingTemplateInput
from wemakeprice_sdk.wire.converter import read
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.outcomes import Outcome


class ShippingTemplates(Resource):
    """Shipping templates (배송정책) and the seller's default addresses."""

    __slots__ = ()

    def get_seller_ship(self) -> SellerShip | None:
        """Read the seller's default addresses (판매자 배송정보 조회), None when there are none.

        [B; the form of the answer is unknown: an object, or a list whose first row counts]
        """
        operation = OPERATIONS["shipping_get_seller_ship"]
        data = self._caller.read(operation.id)
        if isinstance(data, Sequence) and not isinstance(data, str):
            data = data[0] if data else None
        return None if not data else read(SellerShip, data, path="$.data", operation=operation)

    def list(self) -> tuple[ShippingTemplate, ...]:
        """List the shipping templates (배송정책 목록 조회). [A]"""
        return self._rows(ShippingTemplate, "shipping_list_policies")

    def save(self, policy: ShippingTemplateInput) -> Outcome:
        """Create a template, or change the one that `shipping_template_no` names (배송 템플릿 등록/수정). [B]

        `Applied.key` is the number of the template. A lost answer is verified against the template list;
        for a create the list is read beforehand (`VerificationPolicy.read_before`).
        Raises `ValidationError` before sending, naming every broken rule of the cross-field matrix.
        """
        return self._caller.write("shipping_save_policy", policy)
