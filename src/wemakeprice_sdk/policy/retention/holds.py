"""What a hold keeps: not everything about a person, but the classes that its purpose needs (보존 사유)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.models.retention import RetentionClass


class HoldPurpose(KoreanWord):
    """Why personal data is held beyond its period. Which classes that needs is our own reading."""

    MARKETPLACE_CLAIM = ("marketplace-claim", "위메프에 대한 정산금 청구")
    """A claim for unpaid settlement: the transaction records, and nobody's telephone."""
    BUYER_DISPUTE = ("buyer-dispute", "구매자와의 분쟁")
    """A dispute with a buyer: the transaction records, what was said, and how he is reached."""
    TAX = ("tax", "세무 조사·신고")
    """A tax audit or return: payment and supply, and tax documents."""

    @property
    def classes(self) -> frozenset[RetentionClass]:
        """The classes that are held."""
        return _CLASSES[self]


_TRADE: Final = frozenset({RetentionClass.CONTRACT, RetentionClass.PAYMENT_SUPPLY})
_CLASSES: Final[Mapping[HoldPurpose, frozenset[RetentionClass]]] = {
    HoldPurpose.MARKETPLACE_CLAIM: _TRADE | {RetentionClass.TAX},
    HoldPurpose.BUYER_DISPUTE: _TRADE | {RetentionClass.DISPUTE, RetentionClass.CONTACT},
    HoldPurpose.TAX: frozenset({RetentionClass.PAYMENT_SUPPLY, RetentionClass.TAX}),
}
