"""The gates against a truth table written down independently of them."""

from __future__ import annotations

import itertools
import pickle

import pytest
from policy_builders import config

from wemakeprice_sdk.config import ConfirmationMode, CsKind, LinkState, OnboardingState
from wemakeprice_sdk.errors import GateClosedError
from wemakeprice_sdk.models.codes import ImportSource
from wemakeprice_sdk.policy import ActionKind, GateStep, LinkFlags, gates

ORDER = {
    *(
        "collect-orders",
        "collect-claims",
        "confirm-bundle",
        "ship-bundle",
        "change-invoice",
        "complete-direct",
    ),
    *(
        "cancel-option",
        "approve-cancel",
        "reject-cancel",
        "register-pickup",
        "complete-pickup",
        "hold-return",
    ),
    *("approve-return", "ship-exchange", "complete-exchange"),
}
CS = {
    "collect-questions": "question",
    "answer-question": "question",
    "collect-reviews": "review",
    "collect-inquiries": "inquiry",
    "answer-inquiry": "inquiry",
}
SYNC = {"set-stock", "set-options", "set-status", "set-display"}
FLAGS = [
    None,
    *(LinkFlags(*bits) for bits in itertools.product((False, True), repeat=3) if bits[0] or not bits[1]),
]


def expected(
    world: dict[str, object], kind: str, flags: LinkFlags | None, *, by_operator: bool, excel: bool
) -> str | None:
    """The truth table: the code of the first closed gate, straight from rules 1.1, 1.4 and 3.1–3.8."""
    if world["onboarding"] != "complete":
        return f"onboarding.{world['onboarding']}"
    if world["link"] != "approved":
        return f"link.{world['link']}"
    if not world["master"]:
        return "master"
    if kind in ORDER:
        if not world["order_api"]:
            return "scope.order-api"
    elif kind in CS:
        if not world["cs_api"]:
            return "scope.cs-api"
        if CS[kind] not in world["cs_kinds"]:  # type: ignore[operator]
            return f"scope.cs-api.{CS[kind]}"
    elif kind == "collect-settlement" or (excel and kind in {"import-product", "import-deal"}):
        pass
    elif not world["product_api"]:
        return "scope.product-api"
    if by_operator:
        return None
    if kind == "confirm-bundle":
        if world["mode"] == "manual":
            return "feature.order-confirmation.manual"
        if world["mode"] == "runple" and flags is not None and not flags.runple:
            return "flag.runple"
    if kind in SYNC:
        if not world["sku_sync"]:
            return "feature.sku-sync"
        if flags is not None and not flags.sku_link:
            return "flag.sku-link"
        if flags is not None and not flags.stock_sync:
            return "flag.stock-sync"
    if kind == "extend-sale-period" and not world["extension"]:
        return "feature.sale-period"
    return None


def worlds() -> itertools.product[tuple[object, ...]]:
    bits = (False, True)
    kinds = [(), ("question",), ("review", "inquiry"), ("question", "review", "inquiry")]
    return itertools.product(
        OnboardingState, LinkState, bits, bits, bits, bits, kinds, ConfirmationMode, bits, bits
    )


@pytest.mark.slow
def test_the_truth_table_over_all_switches() -> None:
    questions = 0
    for (
        onboarding,
        link,
        master,
        product_api,
        order_api,
        cs_api,
        kinds,
        mode,
        sku_sync,
        extension,
    ) in worlds():
        account = config(
            onboarding=onboarding,
            link=link,
            mode=mode,
            cs_kinds=kinds,
            extension=extension,
            switches={
                "master": master,
                "product_api": product_api,
                "order_api": order_api,
                "cs_api": cs_api,
                "sku_sync": sku_sync,
            },
        )
        world = {
            "onboarding": onboarding.value,  # type: ignore[attr-defined]
            "link": link.value,  # type: ignore[attr-defined]
            "master": master,
            "product_api": product_api,
            "order_api": order_api,
            "cs_api": cs_api,
            "cs_kinds": kinds,
            "mode": mode.value,  # type: ignore[attr-defined]
            "sku_sync": sku_sync,
            "extension": extension,
        }
        for kind, flags, by_operator, excel in questions_of(world):
            source = ImportSource.EXCEL if excel else ImportSource.API
            closed = gates.check(account, kind, flags=flags, by_operator=by_operator, source=source)
            wanted = expected(world, kind.value, flags, by_operator=by_operator, excel=excel)
            assert (closed.gate if closed else None) == wanted, (world, kind, flags, by_operator, excel)
            questions += 1
    assert questions == TABLE_SIZE


TABLE_SIZE = 475_392


def questions_of(world: dict[str, object]) -> list[tuple[ActionKind, LinkFlags | None, bool, bool]]:
    """Every kind, by an operator and not; flags and source only where the account gates let them matter."""
    reachable = world["onboarding"] == "complete" and world["link"] == "approved" and world["master"]
    found = []
    for kind in ActionKind:
        asks_link = kind.value in SYNC or kind is ActionKind.CONFIRM_BUNDLE
        flags = FLAGS if asks_link and reachable else [None]
        sources = [False, True] if kind.value.startswith("import-") else [False]
        hands = [False, True] if reachable else [False]
        found += itertools.product([kind], flags, hands, sources)
    return found


def test_order_of_gates_when_everything_is_closed() -> None:
    account = config(
        onboarding=OnboardingState.WAITING,
        link=LinkState.DRAFT,
        switches={"master": False, "product_api": False, "sku_sync": False},
    )
    report = gates.explain(account, ActionKind.SET_STOCK, flags=LinkFlags())
    assert [row.step for row in report.rows] == list(GateStep)
    assert [row.gate for row in report.rows] == [
        "onboarding.waiting",
        "link.draft",
        "master",
        "scope.product-api",
        "feature.sku-sync",
        "flag.sku-link",
    ]
    assert not any(row.is_open for row in report.rows)
    assert report.first_closed is not None
    assert report.first_closed.gate == "onboarding.waiting"


def test_every_row_speaks_both_languages() -> None:
    for kind in ActionKind:
        for flags in FLAGS:
            for row in gates.explain(config(), kind, flags=flags).rows:
                assert row.reason.text.isascii()
                assert any("가" <= char <= "힣" for char in row.reason.text_ko)


def test_require_raises_what_check_says_and_survives_a_pickle() -> None:
    account = config(switches={"order_api": False})
    with pytest.raises(GateClosedError) as caught:
        gates.require(account, ActionKind.SHIP_BUNDLE)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.gate == "scope.order-api"
    assert again.reason_ko == "주문 API(주문/클레임)가 꺼져 있습니다. API 연동설정에서 켜 주세요"
    gates.require(config(), ActionKind.SHIP_BUNDLE)


def test_the_table_shows_the_first_closed_gate_and_escapes_html() -> None:
    report = gates.explain(config(switches={"master": False}), ActionKind.SHIP_BUNDLE)
    text = str(report)
    assert "blocked by master" in text
    assert [line.lstrip().startswith("→") for line in text.splitlines()].count(True) == 1
    assert "<td>master</td>" in report._repr_html_()
    assert gates.explain(config(), ActionKind.SHIP_BUNDLE).allowed


def test_a_new_word_of_cs_kind_closes_only_itself() -> None:
    account = config(cs_kinds=(CsKind.REVIEW.value, "칭찬글"))
    assert gates.check(account, ActionKind.COLLECT_REVIEWS) is None
    closed = gates.check(account, ActionKind.COLLECT_QUESTIONS)
    assert closed is not None
    assert closed.gate == "scope.cs-api.question"


def test_every_write_operation_has_a_kind_and_probing_reads_have_none() -> None:
    from wemakeprice_sdk.wire.operations import OPERATIONS

    assert set(gates.OPERATION_KINDS) <= set(OPERATIONS)
    writes = {name for name, row in OPERATIONS.items() if "/in/" in row.path}
    assert writes <= set(gates.OPERATION_KINDS)
    ungated = set(OPERATIONS) - set(gates.OPERATION_KINDS)
    assert {name.partition("_")[0] for name in ungated} <= {"base", "shipping", "notices"}
    assert "base_list_couriers" in ungated
