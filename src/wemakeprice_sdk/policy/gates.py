"""Gates: may this be done for this account, and if not, what is the first thing that forbids it?

The order is fixed (rule 3.8): onboarding → link → master → scope → feature → per-link flag. Every answer has
a machine code and a sentence in Korean and English, so that a seller sees why nothing moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import ClassVar

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.config import ChannelConfig, ConfirmationMode, CsKind, LinkState, OnboardingState
from wemakeprice_sdk.errors import GateClosedError
from wemakeprice_sdk.models.codes import ImportSource
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.policy.actions import ActionKind, Reason

__all__ = [
    "OPERATION_KINDS",
    "ClosedGate",
    "GateReport",
    "GateRow",
    "GateStep",
    "Gatekeeper",
    "LinkFlags",
    "check",
    "explain",
    "require",
]


class GateStep(StrEnum):
    """The gates in the order in which they are asked."""

    ONBOARDING = "onboarding"
    LINK = "link"
    MASTER = "master"
    SCOPE = "scope"
    FEATURE = "feature"
    FLAG = "flag"


@frozen
class LinkFlags:
    """What the product link of one target says: a SKU link, its stock-sync flag, the Runple mark."""

    sku_link: bool = False
    stock_sync: bool = False
    runple: bool = False


@frozen
class GateRow:
    """One gate for one target: open or closed, and why; `gate` is the machine code (`scope.order-api`)."""

    step: GateStep
    gate: str
    is_open: bool
    reason: Reason


@frozen
class ClosedGate:
    """The first gate that blocks."""

    step: GateStep
    gate: str
    reason: Reason

    def error(self) -> GateClosedError:
        """Return the error to raise when someone tries anyway."""
        return GateClosedError(self.gate, self.reason.text, self.reason.text_ko)


@frozen
class GateReport(Report):
    """All gates for one kind of action and one target, in order."""

    MAIN: ClassVar[str] = "rows"

    kind: ActionKind
    rows: tuple[GateRow, ...]

    @property
    def first_closed(self) -> ClosedGate | None:
        """The first gate that blocks, or None."""
        for row in self.rows:
            if not row.is_open:
                return ClosedGate(row.step, row.gate, row.reason)
        return None

    @property
    def allowed(self) -> bool:
        """Whether every gate is open."""
        return self.first_closed is None

    def __str__(self) -> str:
        """Return the table as text, one gate per line; the first closed one is marked."""
        first = self.first_closed
        lines = [f"{self.kind}: {'allowed' if first is None else 'blocked by ' + first.gate}"]
        for row in self.rows:
            mark = "open  " if row.is_open else "CLOSED"
            arrow = "→" if first is not None and row.gate == first.gate else " "
            lines.append(
                f" {arrow} {row.step:<10} {mark} {row.gate}: {row.reason.text} ({row.reason.text_ko})"
            )
        return "\n".join(lines)


_ORDER_KINDS = frozenset(
    {
        ActionKind.COLLECT_ORDERS,
        ActionKind.COLLECT_CLAIMS,
        ActionKind.CONFIRM_BUNDLE,
        ActionKind.SHIP_BUNDLE,
        ActionKind.CHANGE_INVOICE,
        ActionKind.COMPLETE_DIRECT,
        ActionKind.CANCEL_OPTION,
        ActionKind.APPROVE_CANCEL,
        ActionKind.REJECT_CANCEL,
        ActionKind.REGISTER_PICKUP,
        ActionKind.COMPLETE_PICKUP,
        ActionKind.HOLD_RETURN,
        ActionKind.APPROVE_RETURN,
        ActionKind.SHIP_EXCHANGE,
        ActionKind.COMPLETE_EXCHANGE,
    }
)
_CS_KINDS: Mapping[ActionKind, CsKind] = MappingProxyType(
    {
        ActionKind.COLLECT_QUESTIONS: CsKind.QUESTION,
        ActionKind.ANSWER_QUESTION: CsKind.QUESTION,
        ActionKind.COLLECT_REVIEWS: CsKind.REVIEW,
        ActionKind.COLLECT_INQUIRIES: CsKind.INQUIRY,
        ActionKind.ANSWER_INQUIRY: CsKind.INQUIRY,
    }
)
_SYNC_KINDS = frozenset(
    {ActionKind.SET_STOCK, ActionKind.SET_OPTIONS, ActionKind.SET_STATUS, ActionKind.SET_DISPLAY}
)
_IMPORT_KINDS = frozenset({ActionKind.IMPORT_PRODUCT, ActionKind.IMPORT_DEAL})

OPERATION_KINDS: Mapping[str, ActionKind] = MappingProxyType(
    {
        "shipping_save_policy": ActionKind.SAVE_TEMPLATE,
        "products_save": ActionKind.SAVE_PRODUCT,
        "products_update_basic": ActionKind.SAVE_PRODUCT,
        "products_update_sale": ActionKind.SAVE_PRODUCT,
        "products_update_options": ActionKind.SAVE_PRODUCT,
        "products_set_status": ActionKind.SAVE_PRODUCT,
        "products_get": ActionKind.COLLECT_PRODUCTS,
        "products_list": ActionKind.COLLECT_PRODUCTS,
        "products_find_by_seller_code": ActionKind.COLLECT_PRODUCTS,
        "deals_list": ActionKind.COLLECT_PRODUCTS,
        "deals_get": ActionKind.COLLECT_PRODUCTS,
        "orders_list": ActionKind.COLLECT_ORDERS,
        "orders_get": ActionKind.COLLECT_ORDERS,
        "orders_confirm": ActionKind.CONFIRM_BUNDLE,
        "orders_ship": ActionKind.SHIP_BUNDLE,
        "orders_change_invoice": ActionKind.CHANGE_INVOICE,
        "orders_complete_direct": ActionKind.COMPLETE_DIRECT,
        "orders_cancel_option": ActionKind.CANCEL_OPTION,
        "claims_list": ActionKind.COLLECT_CLAIMS,
        "claims_get": ActionKind.COLLECT_CLAIMS,
        "claims_approve": ActionKind.APPROVE_CANCEL,
        "claims_reject": ActionKind.REJECT_CANCEL,
        "claims_hold": ActionKind.HOLD_RETURN,
        "claims_register_pickup": ActionKind.REGISTER_PICKUP,
        "claims_complete_pickup": ActionKind.COMPLETE_PICKUP,
        "claims_ship_exchange": ActionKind.SHIP_EXCHANGE,
        "claims_complete_exchange": ActionKind.COMPLETE_EXCHANGE,
        "cs_list_questions": ActionKind.COLLECT_QUESTIONS,
        "cs_answer_question": ActionKind.ANSWER_QUESTION,
        "cs_list_reviews": ActionKind.COLLECT_REVIEWS,
        "cs_list_inquiries": ActionKind.COLLECT_INQUIRIES,
        "cs_answer_inquiry": ActionKind.ANSWER_INQUIRY,
        "settlement_list_order_lines": ActionKind.COLLECT_SETTLEMENT,
        "settlement_list_ship_lines": ActionKind.COLLECT_SETTLEMENT,
        "broadcast_set_schedule": ActionKind.SET_BROADCAST,
    }
)
"""Contract operation → kind of action whose gates it passes. Reference reads are missing on purpose: they
probe a link that is not approved yet, so no gate stands before them."""


# The rows have few values and are asked for in bulk, so each is built once.
@cache
def _onboarding(state: OnboardingState) -> GateRow:
    return GateRow(
        GateStep.ONBOARDING,
        f"onboarding.{state.value}",
        state is OnboardingState.COMPLETE,
        Reason(
            f"onboarding.{state.value}",
            "1.1",
            f"the account is {state.value}; the API needs complete onboarding",
            "입점이 완료되었습니다"
            if state is OnboardingState.COMPLETE
            else f"입점 상태가 '{state.korean}'입니다. 파트너센터에서 입점완료 여부를 확인해 주세요",
        ),
    )


_KEY_MENU = "파트너센터 [마이페이지 > 정보수정 > API 연동 정보]"
_LINK_HELP: Mapping[LinkState, tuple[str, str]] = MappingProxyType(
    {
        LinkState.DRAFT: (
            "the settings were never saved; save them",
            "아직 저장하지 않은 설정입니다. 먼저 저장해 주세요",
        ),
        LinkState.SAVED_UNAPPROVED: (
            "the saved settings were not approved; open them and save again",
            "저장한 설정이 아직 승인되지 않았습니다. 설정을 다시 저장(resave)해 주세요",
        ),
        LinkState.APPROVED: ("the link is approved", "연동이 승인되었습니다"),
        LinkState.AGENCY_MISMATCH: (
            "another agency is chosen at the marketplace; choose this one and save again",
            (
                "다른 API 대행사가 선택되어 있습니다. "
                f"{_KEY_MENU}에서 대행사를 변경한 뒤 다시 저장(resave)해 주세요"
            ),
        ),
        LinkState.KEY_REJECTED: (
            "the marketplace refused the key; issue a new one and save again",
            f"위메프에서 인증키를 거절했습니다. {_KEY_MENU}에서 인증키를 새로 발급받아 저장해 주세요",
        ),
    }
)


@cache
def _link(state: LinkState) -> GateRow:
    text, text_ko = _LINK_HELP[state]
    code = f"link.{state.value}"
    return GateRow(GateStep.LINK, code, state is LinkState.APPROVED, Reason(code, "1.4", text, text_ko))


@cache
def _switch(step: GateStep, gate: str, rule: str, name: str, name_ko: str, *, is_open: bool) -> GateRow:
    # The flag of a product link is set with the link, every other switch among those of the account.
    where = "상품 연동" if step is GateStep.FLAG else "API 연동설정"
    off = f"꺼져 있습니다. {where}에서 켜 주세요"
    word, word_ko = ("on", "켜져 있습니다") if is_open else ("off", off)
    return GateRow(step, gate, is_open, Reason(gate, rule, f"{name} is {word}", f"{name_ko} {word_ko}"))


@cache
def _free(step: GateStep, rule: str, text: str, text_ko: str) -> GateRow:
    gate = f"{step}.none"
    return GateRow(step, gate, True, Reason(gate, rule, text, text_ko))


def _scope(config: ChannelConfig, kind: ActionKind, source: ImportSource | None) -> GateRow:
    switches = config.switches
    if kind in _ORDER_KINDS:
        return _switch(
            GateStep.SCOPE,
            "scope.order-api",
            "3.4",
            "the order API (orders and claims)",
            "주문 API(주문/클레임)가",
            is_open=switches.order_api,
        )
    if kind in _CS_KINDS:
        return _cs_scope(config, _CS_KINDS[kind])
    if kind is ActionKind.COLLECT_SETTLEMENT:
        return _free(
            GateStep.SCOPE,
            "3.8",
            "no scope switch covers settlement",
            "정산은 API별 on/off 대상이 아닙니다(연동설정이 켜져 있으면 조회합니다)",
        )
    if kind in _IMPORT_KINDS and source is ImportSource.EXCEL:
        return _free(
            GateStep.SCOPE,
            "3.3",
            "an Excel import works whatever the product API says",
            "엑셀 가져오기는 상품 API가 꺼져 있어도 사용할 수 있습니다",
        )
    return _switch(
        GateStep.SCOPE,
        "scope.product-api",
        "3.3",
        "the product API",
        "상품 API가",
        is_open=switches.product_api,
    )


def _cs_scope(config: ChannelConfig, kind: CsKind) -> GateRow:
    if not config.switches.cs_api:
        return _switch(GateStep.SCOPE, "scope.cs-api", "3.5", "the CS API", "CS API가", is_open=False)
    return _switch(
        GateStep.SCOPE,
        f"scope.cs-api.{kind.value}",
        "3.5",
        f"the CS API for kind {kind.value}",
        f"CS API의 {kind.korean} 항목이",
        is_open=config.switches.covers_cs(kind),
    )


def _feature(config: ChannelConfig, kind: ActionKind, *, by_operator: bool) -> GateRow:
    if by_operator:
        return _free(
            GateStep.FEATURE,
            "3.8",
            "an operator asked for it; no automatic feature is used",
            "담당자가 직접 요청한 작업입니다",
        )
    if kind is ActionKind.CONFIRM_BUNDLE:
        return _confirmation(config.confirmation.mode)
    if kind in _SYNC_KINDS:
        return _switch(
            GateStep.FEATURE,
            "feature.sku-sync",
            "3.6",
            "display, sale-state and stock sync",
            "진열/판매상태/재고연동이",
            is_open=config.switches.sku_sync,
        )
    if kind is ActionKind.EXTEND_SALE_PERIOD:
        return _switch(
            GateStep.FEATURE,
            "feature.sale-period",
            "3.7",
            "the automatic sale-period extension",
            "판매기간 자동연장이",
            is_open=config.sale_period.enabled,
        )
    return _free(
        GateStep.FEATURE,
        "3.8",
        "no feature switch covers this",
        "별도의 자동 처리 설정이 필요 없는 작업입니다",
    )


@cache
def _confirmation(mode: ConfirmationMode) -> GateRow:
    gate = f"feature.order-confirmation.{mode.value}"
    manual = mode is ConfirmationMode.MANUAL
    help_ko = ". 직접 발주확인하거나 API 연동설정에서 변경해 주세요" if manual else ""
    return GateRow(
        GateStep.FEATURE,
        gate,
        not manual,
        Reason(
            gate,
            "3.2",
            f"order confirmation is set to {mode.value}",
            f"발주확인이 '{mode.korean}' 방식으로 설정되어 있습니다{help_ko}",
        ),
    )


def _flag(config: ChannelConfig, kind: ActionKind, flags: LinkFlags | None, *, by_operator: bool) -> GateRow:
    if by_operator or flags is None:
        return _free(GateStep.FLAG, "3.8", "no product link is asked", "상품별 연동 설정은 확인하지 않습니다")
    if kind is ActionKind.CONFIRM_BUNDLE and config.confirmation.mode is ConfirmationMode.RUNPLE:
        text = (
            ("ships through Runple", "런플 상품입니다")
            if flags.runple
            else ("does not ship through Runple", "런플 상품이 아닙니다. 직접 발주확인해 주세요")
        )
        return GateRow(
            GateStep.FLAG,
            "flag.runple",
            flags.runple,
            Reason("flag.runple", "3.2", f"the product {text[0]}", text[1]),
        )
    if kind not in _SYNC_KINDS:
        return _free(GateStep.FLAG, "3.8", "no product link is asked", "상품별 연동 설정은 확인하지 않습니다")
    if not flags.sku_link:
        return GateRow(
            GateStep.FLAG,
            "flag.sku-link",
            False,
            Reason(
                "flag.sku-link",
                "5.6",
                "the product is not linked to a SKU",
                "SKU와 연동하지 않은 상품입니다. 상품 연동에서 SKU를 연동해 주세요",
            ),
        )
    return _switch(
        GateStep.FLAG,
        "flag.stock-sync",
        "3.6",
        "the stock sync of the product link",
        "이 상품의 SKU 재고연동이",
        is_open=flags.stock_sync,
    )


def _rows(
    config: ChannelConfig,
    kind: ActionKind,
    flags: LinkFlags | None,
    source: ImportSource | None,
    *,
    by_operator: bool,
) -> Iterator[GateRow]:
    check_kind("config", config, ChannelConfig)
    check_kind("kind", kind, ActionKind)
    check_kind("flags", flags, LinkFlags, optional=True)
    check_kind("source", source, ImportSource, optional=True)
    yield _onboarding(config.onboarding)
    yield _link(config.link_state)
    yield _switch(
        GateStep.MASTER, "master", "3.1", "the link switch", "연동설정이", is_open=config.switches.master
    )
    yield _scope(config, kind, source)
    yield _feature(config, kind, by_operator=by_operator)
    yield _flag(config, kind, flags, by_operator=by_operator)


def explain(
    config: ChannelConfig,
    kind: ActionKind,
    *,
    flags: LinkFlags | None = None,
    by_operator: bool = False,
    source: ImportSource | None = None,
) -> GateReport:
    """Return all six gates for one kind of action and one target.

    `flags` is what the target's product link says (None when no link matters), `by_operator` says that an
    operator asked for exactly this, which passes the automatic features but nothing before them;
    `source` matters for imports only.
    """
    return GateReport(kind, tuple(_rows(config, kind, flags, source, by_operator=by_operator)))


def check(
    config: ChannelConfig,
    kind: ActionKind,
    *,
    flags: LinkFlags | None = None,
    by_operator: bool = False,
    source: ImportSource | None = None,
) -> ClosedGate | None:
    """Return the first gate that blocks, or None when the action is allowed; arguments as in `explain`."""
    for row in _rows(config, kind, flags, source, by_operator=by_operator):
        if not row.is_open:
            return ClosedGate(row.step, row.gate, row.reason)
    return None


def require(
    config: ChannelConfig,
    kind: ActionKind,
    *,
    flags: LinkFlags | None = None,
    by_operator: bool = False,
    source: ImportSource | None = None,
) -> None:
    """Raise `GateClosedError` for the first gate that blocks; arguments as in `explain`."""
    closed = check(config, kind, flags=flags, by_operator=by_operator, source=source)
    if closed is not None:
        raise closed.error()


@define
class Gatekeeper:
    """The gates of one configuration, each question answered once; for plans over very many targets."""

    config: ChannelConfig
    _known: dict[tuple[ActionKind, LinkFlags | None, ImportSource | None, bool], ClosedGate | None] = field(
        factory=dict, init=False
    )

    def first_closed(
        self,
        kind: ActionKind,
        *,
        flags: LinkFlags | None = None,
        by_operator: bool = False,
        source: ImportSource | None = None,
    ) -> ClosedGate | None:
        """Return the result of `check`."""
        question = (kind, flags, source, by_operator)
        if question not in self._known:
            self._known[question] = check(
                self.config, kind, flags=flags, by_operator=by_operator, source=source
            )
        return self._known[question]
