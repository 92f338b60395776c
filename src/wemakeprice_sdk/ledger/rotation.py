"""Re-encryption of the ledger under a new primary key (키 교체)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from wemakeprice_sdk.config import RotationReport
from wemakeprice_sdk.ledger import data_keys, intents, moving
from wemakeprice_sdk.ledger.base import LedgerBase
from wemakeprice_sdk.ledger.encryption import rotate_meta_keys
from wemakeprice_sdk.ledger.engine import SqlRow, Transaction
from wemakeprice_sdk.ledger.paging import RotationPage
from wemakeprice_sdk.secrets import RotatingCipher

_ReadPage = Callable[[Transaction, RotatingCipher, str, SqlRow], RotationPage]
_WritePage = Callable[[Transaction, Sequence[SqlRow]], None]
# What comes before every key there can be: empty texts, and a time in microseconds before any datetime's
# (the year 1 is -6.2e16). Both databases store 64 bits; anything longer would be refused.
_ROTATED: Final[tuple[tuple[_ReadPage, _WritePage, SqlRow], ...]] = (
    (moving.rotate_page, moving.write_rotated, ("", "")),
    (data_keys.rotate_page, data_keys.write_rotated, (0,)),
    (intents.rotate_page, intents.write_rotated, (-(2**62), 0)),
)


class LedgerRotation(LedgerBase):
    """Re-encryption, page by page, while others work."""

    def rotate_keys(self, progress: Callable[[RotationReport], None] | None = None) -> RotationReport:
        """Re-encrypt data keys, payloads and, at last, the ledger's own keys under the cipher's primary key.

        The personal values of records stay as they are, because their data keys do; the report counts keys,
        payloads, and what a ledger of version 0.1.0 still keeps in one token per record.

        Give every worker a ring with both keys first, the new one primary. They may go on working: each page
        (500 values) is written in a short transaction of its own, and `progress` is called after it. A
        rotation that was killed is started again; what is done is skipped. Until it is done the ledger does
        not open without the old key; once a second call returns `rotated=0`, the old key may leave the ring.

        Raises `TypeError` for a cipher that cannot tell its keys apart (`RotatingCipher`), and
        `DecryptionError`.
        """
        cipher = self._cipher
        if not isinstance(cipher, RotatingCipher):
            raise TypeError("the cipher cannot say which values are under an older key")
        report = RotationReport(0, 0)
        for rotated, current in self._rotated_pages(cipher):
            report = RotationReport(report.rotated + rotated, report.current + current)
            if progress is not None:
                progress(report)
        return report

    def _rotated_pages(self, cipher: RotatingCipher) -> Iterator[tuple[int, int]]:
        for account in self.accounts():
            for read_page, write_page, start in _ROTATED:
                after: SqlRow | None = start
                while after is not None:
                    # Keys are at work outside of the writing transaction, so that others get their turn.
                    with self._read(account) as transaction:
                        page = read_page(transaction, cipher, account, after)
                    if page.changes:
                        with self._write() as transaction:
                            self._lock(transaction, account)
                            write_page(transaction, page.changes)
                    after = page.after
                    yield len(page.changes), page.seen - len(page.changes)
        with self._write() as transaction:
            rotated = list(rotate_meta_keys(transaction, cipher))
        yield sum(rotated), len(rotated) - sum(rotated)
