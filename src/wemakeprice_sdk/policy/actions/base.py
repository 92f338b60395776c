"""What every action has: what it is about, why, which call it makes, and what it changes."""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from attrs import asdict, field, fields, has

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import of_kind
from wemakeprice_sdk.models.codes import ImportSource, ShipMethod
from wemakeprice_sdk.models.known import NOTHING_KNOWN, Known

if TYPE_CHECKING:
    from wemakeprice_sdk.models import WriteModel
    from wemakeprice_sdk.policy.world import World


class ActionKind(StrEnum):
    """What can be done to the account, and so what a gate can forbid.

    The `COLLECT_*` kinds are reads of a runner: they never stand in a plan, but the gates answer for them.
    """

    COLLECT_ORDERS = "collect-orders"
    COLLECT_CLAIMS = "collect-claims"
    COLLECT_QUESTIONS = "collect-questions"
    COLLECT_REVIEWS = "collect-reviews"
    COLLECT_INQUIRIES = "collect-inquiries"
    COLLECT_PRODUCTS = "collect-products"
    COLLECT_SETTLEMENT = "collect-settlement"
    APPROVE_CANCEL = "approve-cancel"
    REJECT_CANCEL = "reject-cancel"
    REGISTER_PICKUP = "register-pickup"
    COMPLETE_PICKUP = "complete-pickup"
    HOLD_RETURN = "hold-return"
    APPROVE_RETURN = "approve-return"
    SHIP_EXCHANGE = "ship-exchange"
    COMPLETE_EXCHANGE = "complete-exchange"
    CONFIRM_BUNDLE = "confirm-bundle"
    SHIP_BUNDLE = "ship-bundle"
    CHANGE_INVOICE = "change-invoice"
    COMPLETE_DIRECT = "complete-direct"
    CANCEL_OPTION = "cancel-option"
    IMPORT_TEMPLATES = "import-templates"
    SAVE_TEMPLATE = "save-template"
    REASSIGN_TEMPLATE = "reassign-template"
    DELETE_TEMPLATE = "delete-template"
    IMPORT_PRODUCT = "import-product"
    IMPORT_DEAL = "import-deal"
    SAVE_PRODUCT = "save-product"
    SET_STOCK = "set-stock"
    SET_OPTIONS = "set-options"
    SET_STATUS = "set-status"
    SET_DISPLAY = "set-display"
    EXTEND_SALE_PERIOD = "extend-sale-period"
    ANSWER_QUESTION = "answer-question"
    ANSWER_INQUIRY = "answer-inquiry"
    SET_BROADCAST = "set-broadcast"


class TargetKind(StrEnum):
    """What an action or a held decision is about."""

    ACCOUNT = "account"
    BUNDLE = "bundle"
    CLAIM = "claim"
    PRODUCT = "product"
    DEAL = "deal"
    TEMPLATE = "template"
    SKU = "sku"
    QUESTION = "question"
    INQUIRY = "inquiry"


@frozen(order=True)
class Target:
    """One thing of the account: its kind and its number (배송번호, 클레임번호, 상품번호, …) as text."""

    kind: TargetKind
    id: str

    def __str__(self) -> str:
        """Return `kind:id`."""
        return f"{self.kind}:{self.id}"


@frozen
class Reason:
    """Why something is done, held or noted.

    `code` is a stable machine word, `rule` the number of the business rule it rests on (`3.7`), `text`
    and `text_ko` one sentence each in English and Korean, free of personal data.
    """

    code: str
    rule: str
    text: str
    text_ko: str

    def __str__(self) -> str:
        """Return rule, code and both sentences."""
        return f"[{self.rule}] {self.code}: {self.text} ({self.text_ko})"


@frozen
class Shipment:
    """How a parcel travels (배송방법): what a ship call, a reject of a cancel or a re-shipment sends.

    PARCEL needs `courier_code` (`D002`) and `invoice_no` (digits, at most 15); DIRECT needs
    `schedule_ship_date`; ETC needs `message`. The fields' own rules are checked by the request models.
    """

    method: ShipMethod = field(validator=of_kind(ShipMethod))
    courier_code: str | None = None
    invoice_no: str | None = None
    schedule_ship_date: date | None = None
    message: str | None = None

    def __str__(self) -> str:
        """Return method, courier code and invoice, for reports."""
        parts = (self.method.value, self.courier_code, self.invoice_no, self.schedule_ship_date, self.message)
        return " ".join(str(part) for part in parts if part is not None)


_ASIDE = frozenset({"reason", "depends_on"})


@frozen(kw_only=True)
class Action:
    """What every action has; see the package.

    `operation` is the contract's operationId of the call it makes, empty for what is done on our side only.
    `once` says that the effect must happen at most once ever, so that no later plan repeats it.
    """

    kind: ClassVar[ActionKind]
    operation: ClassVar[str] = ""
    once: ClassVar[bool] = False

    reason: Reason
    before: str = ""
    after: str = ""
    depends_on: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        """What the action is about."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """Name of the action, unique in a plan and the same in every plan for the same target."""
        return f"{self.kind}:{self.target.id}"

    @property
    def of_bundle(self) -> int | None:
        """The bundle (배송번호) it touches; actions on one bundle wait for each other."""
        return None

    @property
    def lock_target(self) -> str:
        """What no other unfinished act may touch meanwhile."""
        return f"bundle:{self.of_bundle}" if self.of_bundle else str(self.target)

    @property
    def product_to_read(self) -> int | None:
        """The product (상품번호) that has to be read just before the call is built."""
        return None

    @property
    def once_key(self) -> str | None:
        """Name of the effect that must happen at most once ever; None when repeating is normal."""
        return self.key if self.once else None

    @property
    def import_source(self) -> ImportSource | None:
        """Where an import comes from, which decides what switch it needs; None for everything else."""
        return None

    @property
    def reached_products(self) -> tuple[int, ...]:
        """The products (상품번호) that change with it."""
        return ()

    def build(self, read: Known = NOTHING_KNOWN) -> tuple[WriteModel, Known]:  # noqa: ARG002
        """Return the request of the call, and what a lost answer of it can be verified with.

        `read` is what was read just before: the product where `product_to_read` names one, and the numbers of
        all templates. Built when it is sent and not before, because a plan may hold a million actions.

        Raises `PreconditionError` when what was read does not fit the action any more, and `TypeError` for
        an action that is no call.
        """
        return self.request(), NOTHING_KNOWN

    def request(self) -> WriteModel:
        """Return the request of a call that needs nothing read."""
        raise TypeError(f"{type(self).__name__} is not a call")

    def apply(self, world: World) -> None:
        """Change `world` as the action would if it succeeded."""
        raise NotImplementedError

    @property
    def fingerprint(self) -> str:
        """Short digest of all but reason and order: two plans want the same thing when it is equal.

        It holds what `before` and `after` keep to themselves, such as the text of an answer.
        """
        values = [getattr(self, part.name) for part in fields(type(self)) if part.name not in _ASIDE]
        plain = [asdict(value) if has(type(value)) else value for value in values]
        return hashlib.sha256(repr((self.key, plain)).encode()).hexdigest()[:16]
