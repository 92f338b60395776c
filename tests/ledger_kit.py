"""Ledgers of every engine, one PostgreSQL per session, a cipher with a fixed key."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from attrs import evolve
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from postgres_server import running_postgres
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import WrongKeyError
from wemakeprice_sdk.ledger import (
    AuditNote,
    ImportDraft,
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    LegalHold,
    RecordDraft,
)
from wemakeprice_sdk.ledger.postgres import PostgresLedger
from wemakeprice_sdk.ledger.records import StockOffer
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.ledger.sqlite import MemoryLedger, SqliteLedger
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.models.sku_links import SkuLink

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=KST)


class KeyCipher:
    """AES-GCM with one key, the smallest thing that keeps the `Cipher` protocol."""

    def __init__(self, key: bytes = b"k" * 32) -> None:
        self._box = AESGCM(key)

    def encrypt(self, plaintext: bytes, *, context: bytes) -> str:
        nonce = os.urandom(12)
        return urlsafe_b64encode(nonce + self._box.encrypt(nonce, plaintext, context)).decode()

    def decrypt(self, token: str, *, context: bytes) -> bytes:
        raw = urlsafe_b64decode(token)
        try:
            return self._box.decrypt(raw[:12], raw[12:], context)
        except InvalidTag:
            raise WrongKeyError("another key") from None


DRAFT = RecordDraft("bundle", "1", "NEW", NOW, {"bundleNo": 1})
INTENT = IntentDraft("orders_confirm", "bundle:1")
HOLD = LegalHold("shop", "bundle", NOW + timedelta(days=1), "분쟁 조정")
NOTE = AuditNote("김운영", "match_transfer", "transfer", "all of it")
LINK = SkuLink(product_no=1, sku="S")


def calls(lease: Lease, intent: Any) -> dict[str, dict[str, Any]]:
    """Return for every method of `Ledger` arguments that it takes, by name."""
    result = IntentResult(intent, IntentState.APPLIED)
    account: dict[str, Any] = {"account": "shop"}
    keyed: dict[str, Any] = {**account, "kind": "bundle", "keys": ["1"]}
    held: dict[str, Any] = {"lease": lease, "now": NOW}
    named: dict[str, Any] = {"retention_class": RetentionClass.CONTACT, "keys": ["1"]}
    aged: dict[str, Any] = {**held, "kind": "bundle", "before": NOW, "limit": 1}
    return {
        "open_account": {**account, "origin": "https://sandbox"},
        "rebind": {**account, "origin": "https://sandbox", "now": NOW, "by": "김운영"},
        "acquire_lease": {**account, "worker": "w", "ttl": 60},
        "renew_lease": {"lease": lease, "ttl": 60},
        "release_lease": {"lease": lease},
        "mark_time": {**held, "tolerance": 1},
        "jumped_at": account,
        "standing": account,
        "reset_time": {**held, "back": NOW, "by": "김운영"},
        "begin": {**held, "draft": evolve(INTENT, target="bundle:2"), "after": result},
        "finish": {**held, "result": result},
        "resolve": {
            **account,
            "intent_id": intent.id,
            "state": IntentState.APPLIED,
            "now": NOW,
            "by": "김운영",
        },
        "active_intents": {**account, "state": IntentState.OPEN},
        "intents": {**account, "target": "bundle:1", "limit": 1},
        "is_done": {**account, "once_keys": ["confirm:1"]},
        "save": {**held, "records": [DRAFT], "watermark": ("orders", NOW), "audit": NOTE},
        "record": {**account, "kind": "bundle", "key": "1"},
        "records": {**account, "kind": "bundle", "status": "NEW", "ref": "1", "since": NOW, "until": NOW},
        "keys": {**account, "kind": "bundle", "status": "NEW"},
        "count": {**account, "kind": "bundle", "status": "NEW"},
        "oldest": {**account, "kind": "bundle", "status": "NEW", "since": NOW},
        "watermark": {**account, "stream": "orders"},
        "changes": {**account, "kinds": ["bundle"], "after": NOW, "limit": 1},
        "position": {**account, "cursor": "warehouse"},
        "acknowledge": {**account, "cursor": "warehouse", "until": NOW, "after": NOW},
        "mark_processed": {**held, "kind": "bundle", "keys": ["1"]},
        "processed": keyed,
        "register": {**held, "record": DRAFT, "links": [LINK], "export": DRAFT, "shared": ["S"]},
        "register_all": {**held, "drafts": [ImportDraft(DRAFT, (LINK,), DRAFT, ("S",))]},
        "done_since": {**account, "operation": "orders_ship", "since": NOW},
        "stock_book": {**account, "products": [1]},
        "reserve_stock": {
            "lease": lease,
            "offers": [StockOffer(account="shop", product_no=1)],
            "versions": {"shop": 0},
            "seen": NOW,
        },
        "accounts": {},
        "sku_uses": {},
        "shared_skus": {},
        "share_skus": {**held, "skus": ["S"], "by": "김운영", "shared": True},
        "registered": keyed,
        "put_links": {**held, "links": [LINK], "instead_of": [LINK]},
        "links": {**account, "sku": "S"},
        "put_progress": {**held, "job": "stock", "progress": {"at": 1}},
        "progress": {**account, "job": "stock"},
        "set_hold": {**held, "hold": HOLD},
        "holds": account,
        "mask_personal": {**aged, **named},
        "destroy_personal": {**aged, **named, "reason": "보유기간 만료"},
        "due_personal": {
            **account,
            "kind": "bundle",
            "now": NOW,
            "mask_before": NOW,
            "destroy_before": NOW,
            "retention_class": RetentionClass.CONTACT,
        },
        "personal_parts": {
            **account,
            "kind": "bundle",
            "retention_class": RetentionClass.CONTACT,
            "before": NOW,
        },
        "mentioning": {**account, "kind": "bundle", "values": ["홍길동"]},
        "tombstones": {**account, "after": 0},
        "key_hmac": {**account, "kind": "bundle", "key": "1"},
        "scrub": {},
        "note": {**held, "action": "a", "target": "t", "detail": "d"},
        "audit": {**account, "after": 0},
        "audit_head": account,
    }


class Hand:
    """A clock for leases that moves by an operator."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running_postgres() as conninfo:
        yield conninfo


@pytest.fixture
def cipher() -> KeyCipher:
    return KeyCipher()


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, cipher: KeyCipher) -> Iterator[SqlLedger]:
    made: SqlLedger
    if request.param == "sqlite":
        made = SqliteLedger(tmp_path / "ledger.db", cipher)
    elif request.param == "memory":
        made = MemoryLedger(cipher)
    else:
        conninfo = request.getfixturevalue("postgres")
        made = PostgresLedger(conninfo, cipher, schema=f"t_{uuid4().hex}")
    made.open_account("shop", "https://sandbox")
    with made:
        yield made
