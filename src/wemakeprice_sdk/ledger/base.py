"""What every part of the SQL ledger stands on: transactions, the locked account, the row cipher."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from attrs import define

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import LeaseLostError, LedgerAccountError
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.audit import GENESIS, digest_of, tidy
from wemakeprice_sdk.ledger.encryption import RowCipher
from wemakeprice_sdk.ledger.engine import Engine, Transaction, text, whole
from wemakeprice_sdk.ledger.protocol import Ledger
from wemakeprice_sdk.ledger.records import Lease
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.secrets import Cipher

if TYPE_CHECKING:
    from typing_extensions import override as override  # noqa: PLC0414 - handed on to the other parts
else:
    _F = TypeVar("_F")

    def override(method: _F) -> _F:
        """Return the method; only type checkers look at this mark, and Python has it from 3.12 on."""
        return method


@define
class AccountRow:
    """The locked row of one account inside a writing transaction."""

    account: str
    holder: str
    fence: int
    expires: int
    latest: int
    audit_number: int
    audit_digest: str


class LedgerBase(Ledger):
    """One engine and one cipher; `Ledger` documents the methods, here and in the parts built on this."""

    def __init__(self, engine: Engine, cipher: Cipher, *, account: str | None = None) -> None:
        check_kind("cipher", cipher, Cipher, hint="such as AesGcmCipher")
        if account is not None:
            require_text("account", account)
        self._engine = engine
        self._cipher = cipher
        self._only = account
        self._known_row_cipher: RowCipher | None = None
        self._moves: dict[str, tuple[str, str] | None] = {}
        """How far each account was looked through for what version 0.1.0 kept elsewhere; None at its end."""

    @override
    def exists(self) -> bool:
        return self._engine.exists()

    @override
    def close(self) -> None:
        self._engine.close()
        # What is opened next may be another ledger, put there in the place of this one.
        self._known_row_cipher = None
        self._moves = {}

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self.close()

    def _begin(self, *, write: bool) -> AbstractContextManager[Transaction]:
        if self._known_row_cipher is None:
            self._learn_row_cipher()
        return self._engine.begin(write=write)

    def _learn_row_cipher(self) -> None:
        # In a transaction of its own, so that no caller's rollback takes the digest key away.
        with self._engine.begin(write=True) as transaction:
            if self._known_row_cipher is None:
                self._known_row_cipher = RowCipher(self._cipher, transaction)

    def _read(self, account: str) -> AbstractContextManager[Transaction]:
        require_text("account", account)
        return self._begin(write=False)

    def _write(self) -> AbstractContextManager[Transaction]:
        return self._begin(write=True)

    @contextmanager
    def _write_for(self, lease: Lease) -> Iterator[tuple[Transaction, AccountRow]]:
        check_kind("lease", lease, Lease)
        with self._write() as transaction:
            row = self._lock(transaction, lease.account)
            if row.fence != lease.fence or row.holder != lease.worker:
                raise LeaseLostError(
                    f"account {lease.account!r}: fence {lease.fence} of {lease.worker!r} was overtaken by "
                    f"{row.fence} of {row.holder or 'nobody'!r}"
                )
            yield transaction, row

    def _lock(self, transaction: Transaction, account: str) -> AccountRow:
        """Lock the account's row, so that writers of one account queue up."""
        require_text("account", account)
        rows = transaction.rows(
            "SELECT holder, fence, expires, latest, audit_number, audit_digest FROM accounts "  # noqa: S608
            f"WHERE account = ?{self._engine.lock_clause}",
            account,
        )
        if not rows:
            raise LedgerAccountError(f"the ledger does not know account {account!r}; open it first")
        holder, fence, expires, latest, number, digest = rows[0]
        return AccountRow(
            account, text(holder), whole(fence), whole(expires), whole(latest), whole(number), text(digest)
        )

    def _row_cipher(self, transaction: Transaction) -> RowCipher:
        # It is unknown only when another thread closed the ledger since this transaction was asked for.
        return self._known_row_cipher or RowCipher(self._cipher, transaction)


def append_audit(
    transaction: Transaction,
    row: AccountRow,
    actor: str,
    action: str,
    target: str,
    detail: str,
    now: datetime,
) -> None:
    """Add a line to the chain of a locked account and move its head."""
    micros, detail = to_micros(now, "now"), tidy(detail)
    previous = row.audit_digest or GENESIS
    number = row.audit_number + 1
    digest = digest_of(row.account, number, to_timestamp(micros), actor, action, target, detail, previous)
    transaction.many(
        "INSERT INTO audit (account, number, at, actor, action, target, detail, previous, digest) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(row.account, number, micros, actor, action, target, detail, previous, digest)],
    )
    transaction.many(
        "UPDATE accounts SET audit_number = ?, audit_digest = ? WHERE account = ?",
        [(number, digest, row.account)],
    )
    row.audit_number, row.audit_digest = number, digest
