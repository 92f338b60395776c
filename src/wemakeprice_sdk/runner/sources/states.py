"""How far a file came into the ledger, and how a line of money is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel import ExportKind
from wemakeprice_sdk.ledger.records import RecordDraft, StoredRecord
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.bank import BankStatement, BankTransfer, same_number
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.runner.sources.files import SourceFile

BEGUN: Final = "BEGUN"
"""State of a file whose rows are being taken over; it stays when that was broken off."""
WHOLE: Final = "WHOLE"
"""State of a file that was read to its end."""


@frozen(kw_only=True)
class SourceState:
    """A file that facts of the ledger come from; `whole` is false when taking it over was broken off."""

    source: SourceFile
    imported_at: datetime
    facts: int
    refused: int
    whole: bool


def source_draft(source: SourceFile, now: datetime, facts: int, refused: int, *, whole: bool) -> RecordDraft:
    """Keep how far a file came; its key is its hash, so that another name makes no other source of it."""
    body: dict[str, JsonValue] = {
        "name": source.name,
        "size": source.size,
        "kind": source.kind.value,
        "sheet": source.sheet,
        "bank": source.bank,
        "first": source.first.isoformat() if source.first else None,
        "last": source.last.isoformat() if source.last else None,
        "facts": facts,
        "refused": refused,
    }
    return RecordDraft(
        RecordKind.SOURCE, source.sha256, WHOLE if whole else BEGUN, now, body, source.kind.value
    )


def source_state(record: StoredRecord) -> SourceState:
    """Return what the ledger keeps of a file."""
    body = record.body
    numbers = {name: value for name, value in body.items() if isinstance(value, int)}
    source = SourceFile(
        name=str(body["name"]),
        size=numbers.get("size", 0),
        sha256=record.key,
        kind=ExportKind(str(body["kind"])),
        sheet=str(body["sheet"]),
        bank=str(body.get("bank") or ""),
        first=_day(body.get("first")),
        last=_day(body.get("last")),
    )
    return SourceState(
        source=source,
        imported_at=record.first_seen,
        facts=numbers.get("facts", 0),
        refused=numbers.get("refused", 0),
        whole=record.status == WHOLE,
    )


def _day(value: JsonValue) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def statements_of(transfers: Iterable[BankTransfer], states: Iterable[SourceState]) -> list[BankStatement]:
    """Return the bank statements that transfers were read from, each with the days it covers."""
    by_file: dict[str, list[BankTransfer]] = {}
    for one in transfers:
        by_file.setdefault(one.source.sha256 if one.source else "", []).append(one)
    owners = {one.bank: one.account for found in by_file.values() for one in found}
    statements = []
    for state in states:
        source = state.source
        if source.kind is ExportKind.BANK_STATEMENT:
            found = by_file.get(source.sha256, [])
            statements.append(
                BankStatement(
                    file=source.name,
                    sha256=source.sha256,
                    bank=source.bank or "bank",
                    # A statement without money is of whom the others of its label are.
                    account=owners.get(source.bank),
                    account_number=next((one.account_number for one in found), None),
                    first=source.first,
                    last=source.last,
                    transfers=tuple(found),
                )
            )
    return statements


def shared_statements(by_account: Mapping[str, Sequence[BankStatement]]) -> list[BankStatement]:
    """Return the statements of all accounts of a business; one label of several accounts is one bank account.

    Its money is then for any of them. Only where the statements name different numbers are there several
    bank accounts, and the label of each gets the seller account it was given for.
    """
    owners: defaultdict[str, set[str]] = defaultdict(set)
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for account, statements in by_account.items():
        for one in statements:
            owners[one.bank].add(account)
            numbers[one.bank] |= {one.account_number} if one.account_number else set()
    found: dict[tuple[str, str], BankStatement] = {}
    for account, statements in by_account.items():
        for one in statements:
            bank, of = one.bank, one.account
            if len(owners[bank]) > 1:
                one_account = all(same_number(min(numbers[bank]), other) for other in numbers[bank])
                bank, of = (bank, None) if one_account else (f"{bank}@{account}", account)
            transfers = [evolve(transfer, bank=bank, account=of) for transfer in one.transfers]
            found[bank, one.sha256] = evolve(one, bank=bank, account=of, transfers=transfers)
    return list(found.values())


def line_key(
    bundle: int | None, option: int | None, claim: int | None, *, settled: bool = False
) -> tuple[int | None, ...]:
    """Return by what the origin of a line is looked up: settlement rows apart from what orders say."""
    return bundle, option, claim, int(settled)
