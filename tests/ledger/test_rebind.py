"""An account bound to another host, by an operator's word only."""

from __future__ import annotations

import pytest

from ledger_kit import INTENT, NOW
from wemakeprice_sdk.errors import LedgerAccountError, LedgerError, ValidationError
from wemakeprice_sdk.ledger import IntentState
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.sql import SqlLedger


def test_an_account_moves_to_another_host_and_the_trail_says_who_said_so(ledger: SqlLedger) -> None:
    with pytest.raises(LedgerAccountError, match="rebind"):
        ledger.open_account("shop", "https://new")
    assert ledger.rebind("shop", "https://new", NOW, by="김운영") == "https://sandbox"
    ledger.open_account("shop", "https://new")
    with pytest.raises(LedgerAccountError, match="belongs to https://new"):
        ledger.open_account("shop", "https://sandbox")
    assert ledger.rebind("shop", "https://new", NOW, by="김운영") == "https://new"
    (line,) = ledger.audit("shop")
    assert (line.actor, line.action, line.detail) == (
        "김운영",
        "rebind",
        "from https://sandbox to https://new",
    )
    assert verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok


def test_nothing_moves_under_a_worker_or_while_acts_wait(ledger: SqlLedger) -> None:
    lease = ledger.acquire_lease("shop", "w", 60)
    assert lease is not None
    intent = ledger.begin(lease, INTENT, NOW)
    with pytest.raises(LedgerError, match="held by 'w'"):
        ledger.rebind("shop", "https://new", NOW, by="김운영")
    ledger.release_lease(lease)
    with pytest.raises(LedgerError, match="1 acts without an outcome"):
        ledger.rebind("shop", "https://new", NOW, by="김운영")
    ledger.resolve("shop", intent.id, IntentState.NOT_APPLIED, NOW, by="김운영")
    assert ledger.rebind("shop", "https://new", NOW, by="김운영") == "https://sandbox"


@pytest.mark.parametrize(("origin", "by"), [("", "김운영"), ("https://new", ""), ("https://new", "a\nb")])
def test_host_and_operator_are_one_line(ledger: SqlLedger, origin: str, by: str) -> None:
    with pytest.raises(ValidationError):
        ledger.rebind("shop", origin, NOW, by=by)
