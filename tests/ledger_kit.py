"""Ledgers of every engine, one PostgreSQL per session, a cipher with a fixed key."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from postgres_server import running_postgres
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import WrongKeyError
from wemakeprice_sdk.ledger.postgres import PostgresLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.ledger.sqlite import MemoryLedger, SqliteLedger

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
