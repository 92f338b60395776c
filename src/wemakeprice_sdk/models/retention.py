"""Why a personal value is kept, and so for how long: its retention class (개인정보 보유 구분).

The law names records and periods, not which field of an order belongs to which record. That reading is our
own, K (unverified), and is said at each field: whoever answers for the data decides, and a lawyer advises. In
doubt a value is unclassified, the class that goes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from wemakeprice_sdk.models.codes import RecordKind


class RetentionClass(StrEnum):
    """Records that the law, or practice, keeps for the same time. The words are stored.

    Which class a field is of is our own reading [K]; the records and their periods are the law's [O].
    """

    CONTRACT = "contract"
    """Contract and withdrawal (계약·청약철회): who ordered what, and why it was cancelled or returned."""
    PAYMENT_SUPPLY = "payment_supply"
    """Payment and supply (대금결제·재화공급): to whom and where it was sent, who paid."""
    DISPUTE = "dispute"
    """Complaints and disputes (소비자 불만·분쟁처리): questions, reviews, inquiries and their answers."""
    CONTACT = "contact"
    """What was needed to reach somebody while the parcel was on its way: telephones, words to the courier."""
    CUSTOMS = "customs"
    """Personal customs codes (개인통관고유부호)."""
    TAX = "tax"
    """Tax documents (세금계산서). None of what is kept of them today names a person."""
    DISPLAY = "display"
    """What was offered and how (표시·광고)."""
    UNCLASSIFIED = "unclassified"
    """Whatever nobody has looked at yet, keys that the marketplace adds tomorrow included."""

    @property
    def korean(self) -> str:
        """The Korean name, for registers and reports."""
        return _KOREAN[self]


_KOREAN: Final[Mapping[RetentionClass, str]] = {
    RetentionClass.CONTRACT: "계약 또는 청약철회 기록",
    RetentionClass.PAYMENT_SUPPLY: "대금결제 및 재화 공급 기록",
    RetentionClass.DISPUTE: "소비자 불만 또는 분쟁처리 기록",
    RetentionClass.CONTACT: "연락처",
    RetentionClass.CUSTOMS: "개인통관고유부호",
    RetentionClass.TAX: "세금 증빙",
    RetentionClass.DISPLAY: "표시·광고 기록",
    RetentionClass.UNCLASSIFIED: "미분류",
}

INTENTS: Final = "intent"
"""The word for the payloads of intents, where retention and legal holds name kinds."""

_C, _S = RetentionClass.CONTRACT, RetentionClass.PAYMENT_SUPPLY
_ORDER: Final[Mapping[str, RetentionClass]] = {
    # A contract without its party proves nothing, so the buyer's name stays with it [K].
    "buyerName": _C,
    # What was bought, texts that the buyer had engraved included [K].
    "optionName": _C,
    # Why a contract was undone decides who pays for it [K].
    "claimReasonDetail": _C,
    "pendingReasonDetail": _C,
    "rejectReasonDetail": _C,
    # Supply is proved by to whom and where: the address belongs to the record, all of it, because a street
    # without its house is no place [K]. Where goods were fetched back from is the same on their way back.
    "delivery.name": _S,
    "pickup.name": _S,
    "shipAddress.zipcode": _S,
    "shipAddress.addrFixed": _S,
    "shipAddress.addrDetail": _S,
    # No record of the law needs a telephone or a door code once the parcel is there [K].
    "buyerPhone": RetentionClass.CONTACT,
    "delivery.phone": RetentionClass.CONTACT,
    "pickup.phone": RetentionClass.CONTACT,
    "shipAddress.message": RetentionClass.CONTACT,
    "delivery.shipMethodMessage": RetentionClass.CONTACT,
    "delivery.customsPin": RetentionClass.CUSTOMS,
}
# A telephone number inside a question cannot be taken out of it: the text is the record of the complaint [K].
_CS: Final[Mapping[str, RetentionClass]] = dict.fromkeys(
    ("question", "answer", "content", "inquiry"), RetentionClass.DISPUTE
)
# That money came, from whom and by which words it can be matched, is the record of the payment [K].
_BANK: Final[Mapping[str, RetentionClass]] = dict.fromkeys(
    ("reference", "memo", "payer", "account_number", "balance", "received_at"), RetentionClass.PAYMENT_SUPPLY
)
_FIELDS: Final[Mapping[str, Mapping[str, RetentionClass]]] = {
    RecordKind.BUNDLE: _ORDER,
    RecordKind.CLAIM: _ORDER,
    RecordKind.FILE_BUNDLE: _ORDER,
    RecordKind.FILE_CLAIM: _ORDER,
    RecordKind.QUESTION: _CS,
    RecordKind.REVIEW: _CS,
    RecordKind.INQUIRY: _CS,
    RecordKind.BANK_TRANSFER: _BANK,
}
_NONE: Final[Mapping[str, RetentionClass]] = {}
SENT: Final[Mapping[str, RetentionClass]] = {"orders": _S, "claims": _C, "cs": RetentionClass.DISPUTE}
"""First word of an operation to the class of what it sent, which is that of what it was about [K]. Everything
else (stock, prices, templates) is what was offered: `DISPLAY`."""


def class_of(kind: str, path: str) -> RetentionClass:
    """Return the class of the value at `path` in the body of a record of `kind`.

    `path` is written as the ledger does: `.delivery.phone`, `.orderProduct[orderNo=5].optionName`. Of kind
    `intent` it is the operation, such as `orders_ship`: a payload is kept or emptied as a whole. An unknown
    kind or field is `UNCLASSIFIED`.
    """
    if kind == INTENTS:
        return SENT.get(path.partition("_")[0], RetentionClass.DISPLAY)
    if kind == RecordKind.EXPORT:
        # Columns of the partner centre say what was offered; a column of the seller's own may say anything.
        own = path.startswith(".extras")
        return RetentionClass.UNCLASSIFIED if own else RetentionClass.DISPLAY
    fields = _FIELDS.get(kind, _NONE)
    last = path.rfind(".")
    found = fields.get(path[last + 1 :]) or fields.get(path[path.rfind(".", 0, last) + 1 :])
    return found or RetentionClass.UNCLASSIFIED
