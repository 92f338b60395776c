"""Plan actions as calls: operation, request, target to lock, effect that must happen only once.

Pure. A product write also needs a read of the product, made just before the write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, TypeVar, cast

import cattrs
from attrs import evolve, field, frozen
from cattrs.preconf.json import make_converter

from wemakeprice_sdk import models
from wemakeprice_sdk.errors import LedgerCorruptError, PreconditionError
from wemakeprice_sdk.ledger.records import Intent, IntentDraft
from wemakeprice_sdk.models import (
    AnswerRequest,
    BundleNoRequest,
    ClaimApproveRequest,
    ClaimHoldRequest,
    ClaimType,
    ExchangeCompleteRequest,
    InputLimits,
    InquiryAnswerRequest,
    JsonValue,
    PickupCompleteRequest,
    Product,
    ProductBasic,
    ProductBasicUpdate,
    ProductOption,
    ProductOptionUpdate,
    ProductSale,
    ProductSaleUpdate,
    ProductStatusUpdate,
    WriteModel,
)
from wemakeprice_sdk.models._rules import DEFAULT_LIMITS
from wemakeprice_sdk.policy import actions
from wemakeprice_sdk.policy.actions import Action
from wemakeprice_sdk.policy.derived import option_key
from wemakeprice_sdk.policy.dispatch_requests import (
    exchange_request,
    pickup_request,
    reject_request,
    ship_request,
)
from wemakeprice_sdk.wire.converter import read
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.verdicts import NOTHING_KNOWN, Known

B = TypeVar("B", ProductSale, ProductBasic, ProductOption)
A = TypeVar("A", bound=Action)


@frozen
class Command:
    """One call to make for one action."""

    action: Action
    operation: str
    request: WriteModel = field(repr=False)
    target: str
    once_key: str | None
    known: Known = NOTHING_KNOWN

    def draft(self) -> IntentDraft:
        """Return the intent to write before the call; it holds everything a verification needs."""
        return IntentDraft(
            operation=self.operation,
            target=self.target,
            payload=pack(self),
            once_key=self.once_key,
            reason=self.action.reason.code,
            rule=self.action.reason.rule,
        )


@frozen
class Unpacked:
    """What an intent was about, for verifying it."""

    request: WriteModel = field(repr=False)
    known: Known
    key: str


def needs_product(action: Action) -> bool:
    """Return whether the call is built from a read of the product made just before it."""
    return isinstance(action, actions.ProductAction) and not isinstance(
        action, actions.SetStatus | actions.ImportProduct
    )


def lock_target(action: Action) -> str:
    """Return what the act touches: a claim's writes touch its bundle, so they wait for each other."""
    if isinstance(action, actions.BundleAction | actions.ClaimAction) and action.bundle_no:
        return f"bundle:{action.bundle_no}"
    return str(action.target)


def command_for(
    action: Action,
    product: Product | None = None,
    template_nos: frozenset[int] | None = None,
    limits: InputLimits = DEFAULT_LIMITS,
) -> Command:
    """Build the call of an action; `product` is the fresh read where `needs_product` says so.

    `template_nos` are the templates there were: only with them can a lost create of one be recognised.
    `limits` are the client's.

    Raises `PreconditionError` when the product changed so that the action no longer fits, and
    `ValidationError` when the request breaks a rule of the contract.
    """
    build = _BUILDERS.get(type(action))
    if build is None:
        raise TypeError(f"{type(action).__name__} is not a call")
    operation, request, known = build(action, product)
    if isinstance(action, actions.SaveTemplate):
        known = Known(template_nos_before=template_nos)
    request.validate(limits)
    return Command(action, operation, request, lock_target(action), once_key_of(action), known)


def once_key_of(action: Action) -> str | None:
    """Name the effect that must happen at most once ever; None when repeating is normal."""
    if isinstance(action, actions.ExtendSalePeriod):
        return extension_key(action.product_no, action.dawn.isoformat())
    return action.key if isinstance(action, _ONCE) else None


def extension_key(product_no: int, dawn: str) -> str:
    """Name the extension of one product at one dawn."""
    return f"{actions.ActionKind.EXTEND_SALE_PERIOD}:{product_no}:{dawn}"


# A pickup or a hold may be needed again after it was undone in the partner centre.
_ONCE: Final = (
    actions.ConfirmBundle,
    actions.ShipBundle,
    actions.ApproveCancel,
    actions.RejectCancel,
    actions.ApproveReturn,
    actions.ShipExchange,
    actions.CompleteExchange,
    actions.AnswerQuestion,
    actions.AnswerInquiry,
)


def pack(command: Command) -> dict[str, JsonValue]:
    """Write a command's request and knowledge as JSON."""
    codec = _codec()
    known = command.known
    before = known.product_before
    return {
        "key": command.action.key,
        "class": type(command.request).__name__,
        "request": codec.unstructure(command.request),
        "known": codec.unstructure(evolve(known, product_before=None)),
        "product_before": None if before is None else dict(before.raw),
    }


def unpack(intent: Intent) -> Unpacked:
    """Read a command back from its intent."""
    payload = intent.payload
    name = str(payload.get("class"))
    cls = getattr(models, _FORMER.get(name, name), None)
    if not isinstance(cls, type) or not issubclass(cls, WriteModel) or intent.operation not in OPERATIONS:
        raise LedgerCorruptError(f"intent {intent.id} names no call and request that are known")
    codec = _codec()
    try:
        request = codec.structure(_renamed(payload.get("request")), cls)
        known = codec.structure(_renamed(payload.get("known")), Known)
    except (cattrs.BaseValidationError, TypeError, ValueError, KeyError) as error:
        # Only the kind of the fault: its text may hold what was sent.
        kind = type(error).__name__
        raise LedgerCorruptError(f"intent {intent.id} holds no request that can be read ({kind})") from None
    before = payload.get("product_before")
    if before is not None:
        known = evolve(known, product_before=read(Product, before))
    return Unpacked(request, known, str(payload.get("key", "")))


# Classes and fields that had another name when intents were written before.
_FORMER: Final = {
    "ShipPolicyInput": "ShippingTemplateInput",
    "ship_policy_no": "shipping_template_no",
    "ship_policy_name": "shipping_template_name",
    "policy_nos_before": "template_nos_before",
}


def _renamed(value: JsonValue) -> JsonValue:
    if isinstance(value, Mapping):
        return {_FORMER.get(key, key): _renamed(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_renamed(part) for part in value]
    return value


@cache
def _codec() -> cattrs.Converter:
    codec = make_converter()
    codec.register_structure_hook(Product | None, lambda _value, _kind: None)
    codec.register_structure_hook(
        frozenset[int] | None, lambda value, _kind: None if value is None else frozenset(value)
    )
    return codec


_Built = tuple[str, WriteModel, Known]
_Builder = Callable[[Action, "Product | None"], _Built]


def _bundle(action: Action, _: Product | None) -> _Built:
    bundle_no = cast("actions.BundleAction", action).bundle_no
    if isinstance(action, actions.ShipBundle):
        return "orders_ship", ship_request(bundle_no, action.shipment), NOTHING_KNOWN
    return "orders_confirm", BundleNoRequest(bundle_no=bundle_no), NOTHING_KNOWN


def _claim(action: Action, _: Product | None) -> _Built:
    claim = cast("actions.ClaimAction", action)
    known = Known(bundle_no=claim.bundle_no, claim_requested_at=claim.requested_at)
    number, kind = claim.claim_bundle_no, claim.claim_type
    if isinstance(claim, actions.RejectCancel):
        return "claims_reject", reject_request(claim), known
    if isinstance(claim, actions.HoldReturn):
        request: WriteModel = ClaimHoldRequest(
            claim_bundle_no=number,
            claim_type=ClaimType.RETURN,
            pending_reason_code=claim.reason_code,
            pending_reason_detail=claim.reason_detail,
        )
        return "claims_hold", request, known
    if isinstance(claim, actions.RegisterPickup):
        return "claims_register_pickup", pickup_request(claim), known
    if isinstance(claim, actions.ShipExchange):
        return "claims_ship_exchange", exchange_request(claim), known
    if isinstance(claim, actions.CompletePickup):
        request = PickupCompleteRequest(claim_bundle_no=number, claim_type=kind)
        return "claims_complete_pickup", request, known
    if isinstance(claim, actions.CompleteExchange):
        request = ExchangeCompleteRequest(claim_bundle_no=number, claim_type=ClaimType.EXCHANGE)
        return "claims_complete_exchange", request, known
    return "claims_approve", ClaimApproveRequest(claim_bundle_no=number, claim_type=kind), known


def _fresh(product: Product | None, block: B | None) -> tuple[Product, B]:
    if product is None or block is None:
        raise PreconditionError("the product has to be read before it is changed")
    return product, block


def _sale(action: Action, product: Product | None) -> _Built:
    product, sale = _fresh(product, product.sale if product else None)
    block = sale.to_input(option_goods=product.has_options)
    if isinstance(action, actions.ExtendSalePeriod):
        if sale.sale_end_date != action.old_end:
            raise PreconditionError("the sale period was changed since the plan was made")
        block = evolve(block, sale_end_date=action.new_end)
    else:
        block = evolve(block, stock_count=cast("actions.SetStock", action).stock_count)
    request = ProductSaleUpdate(product_no=product.product_no, sale=block)
    return "products_update_sale", request, Known(product_before=product)


def _options(action: Action, product: Product | None) -> _Built:
    product, option = _fresh(product, product.option if product else None)
    block = option.to_input()
    wanted = {change.option_key: change for change in cast("actions.SetOptions", action).changes}
    rows = []
    for value, row in zip(
        option.select_option_value_list or (), block.select_option_value_list or (), strict=True
    ):
        change = wanted.pop(option_key(value), None)
        if change is not None and change.stock_count is not None:
            row = evolve(row, stock_count=change.stock_count)
        if change is not None and change.display_yn is not None:
            row = evolve(row, display_yn=change.display_yn)
        rows.append(row)
    if wanted:
        raise PreconditionError("an option of the plan is gone from the product")
    request = ProductOptionUpdate(
        product_no=product.product_no, option=evolve(block, select_option_value_list=tuple(rows))
    )
    return "products_update_options", request, Known(product_before=product)


def _basic(action: Action, product: Product | None) -> _Built:
    product, basic = _fresh(product, product.basic if product else None)
    block = basic.to_input()
    if isinstance(action, actions.SetDisplay):
        block = evolve(block, display_yn=action.display_yn)
    else:
        block = evolve(
            block, shipping_template_no=cast("actions.ReassignTemplate", action).to_shipping_template_no
        )
    request = ProductBasicUpdate(product_no=product.product_no, basic=block)
    return "products_update_basic", request, Known(product_before=product)


def _status(action: Action, _: Product | None) -> _Built:
    change = cast("actions.SetStatus", action)
    request = ProductStatusUpdate(product_no=change.product_no, product_status=change.status)
    return "products_set_status", request, NOTHING_KNOWN


def _template(action: Action, _: Product | None) -> _Built:
    return "shipping_save_policy", cast("actions.SaveTemplate", action).template, NOTHING_KNOWN


def _answer(action: Action, _: Product | None) -> _Built:
    if isinstance(action, actions.AnswerQuestion):
        request: WriteModel = AnswerRequest(qna_seq=action.qna_seq, answer=action.answer)
        return "cs_answer_question", request, NOTHING_KNOWN
    inquiry = cast("actions.AnswerInquiry", action)
    request = InquiryAnswerRequest(inquiry_seq=inquiry.inquiry_seq, answer=inquiry.answer)
    return "cs_answer_inquiry", request, NOTHING_KNOWN


_BUILDERS: Final[Mapping[type[Action], _Builder]] = {
    actions.ConfirmBundle: _bundle,
    actions.ShipBundle: _bundle,
    actions.ApproveCancel: _claim,
    actions.RejectCancel: _claim,
    actions.RegisterPickup: _claim,
    actions.CompletePickup: _claim,
    actions.HoldReturn: _claim,
    actions.ApproveReturn: _claim,
    actions.ShipExchange: _claim,
    actions.CompleteExchange: _claim,
    actions.SetStock: _sale,
    actions.ExtendSalePeriod: _sale,
    actions.SetOptions: _options,
    actions.SetDisplay: _basic,
    actions.ReassignTemplate: _basic,
    actions.SetStatus: _status,
    actions.SaveTemplate: _template,
    actions.AnswerQuestion: _answer,
    actions.AnswerInquiry: _answer,
}
