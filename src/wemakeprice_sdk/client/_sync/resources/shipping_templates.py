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

        `list` has everything these rows have, and the addresses. Raises `ProtocolError` when the answer is
        one object: the row it may stand for has no number, and other rows would be lost (contract 11, 29).
        """
        return self._rows(SellerShip, "shipping_get_seller_ship")

    def list(self) -> ListResult[ShippingTemplate]:
        """List the shipping templates (배송 템플릿 목록 조회). [A]"""
        return self._rows(ShippingTemplate, "shipping_list_policies")

    def save(self, policy: ShippingTemplateInput) -> Outcome:
        """Create a template, or change the one that `shipping_template_no` names (배송 템플릿 등록/수정). [B]

        `Applied.key` is the number of the template. A lost answer is verified against the template list;
        for a create the list is read beforehand (`VerificationPolicy.read_before`).
        Raises `ValidationError` before sending, naming every broken rule of the cross-field matrix.
        """
        return self._caller.write("shipping_save_policy", policy)
