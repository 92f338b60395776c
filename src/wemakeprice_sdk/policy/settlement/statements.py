"""Bank statements made one: the same fact counts once, whatever number of files show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

from attrs import define, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_items, check_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models.bank import BankStatement, BankTransfer, same_number
from wemakeprice_sdk.models.tables import Report, counted
from wemakeprice_sdk.policy.settlement.money import OperatorMatch
from wemakeprice_sdk.policy.settlement.terms import BankRecords


class StatementNoteKind(StrEnum):
    """What there is to say about statements."""

    DOUBLED_UPLOAD = "doubled-upload"
    """The same file was given twice; it counts once."""
    OVERLAP = "overlap"
    """Two statements show the same transfers; each counts once."""
    REPEATED_ROW = "repeated-row"
    """A statement shows a row twice, also with the same time and balance; it counts once."""
    FACT_DIFFERS = "fact-differs"
    """Two statements show a transfer with another payer, memo or reference; the first is kept."""
    GAP = "gap"
    """No statement covers these days."""


@frozen(kw_only=True)
class StatementNote:
    """One thing to know about statements of a bank account; `files` are their names, `rows` a count.

    A gap has its first and last day, `keys` are transfers it concerns.
    """

    kind: StatementNoteKind
    bank: str
    files: tuple[str, ...] = ()
    rows: int = 0
    keys: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@frozen(kw_only=True)
class MergedStatements(Report):
    """All transfers of all statements, each once, with what was noted on the way."""

    transfers: tuple[BankTransfer, ...] = field(repr=counted)
    notes: tuple[StatementNote, ...] = ()
    first: date | None = None
    last: date | None = None

    def records(self, matches: Iterable[OperatorMatch] = (), *, strict: bool = True) -> BankRecords:
        """Return them for a reconciliation, which looks at the covered days only."""
        return BankRecords(
            transfers=self.transfers, matches=tuple(matches), first=self.first, last=self.last, strict=strict
        )


def merge_statements(statements: Iterable[BankStatement]) -> MergedStatements:
    """Return the transfers of all statements, each once; pure, and the order of statements means nothing.

    A transfer is the same when bank, day and amount are, and time and balance are where both statements say
    them; within one statement equal rows are several transfers, unless time and balance are equal too. Raises
    `ValidationError` when statements of one bank label name different bank accounts, or different sellers.
    """
    check_items("statements", statements)
    given = list(statements)
    for one in given:
        check_kind("statements", one, BankStatement)
    given.sort(key=lambda one: (one.bank, one.sha256, one.file, one.account or ""))
    _require_one_account(given)
    notes: list[StatementNote] = []
    kept = list(_each_file_once(given, notes))
    transfers = [_fact for bank in _by_bank(kept) for _fact in _merged(bank, notes)]
    for bank in _by_bank(kept):
        notes += _gaps(bank)
    covered = [day for one in kept for day in (one.first, one.last) if day is not None]
    return MergedStatements(
        transfers=tuple(sorted(transfers, key=lambda one: (one.received_on, one.key))),
        notes=tuple(notes),
        first=min(covered, default=None),
        last=max(covered, default=None),
    )


@define(eq=False)
class _Fact:
    """A transfer that one or several statements show."""

    transfer: BankTransfer
    files: list[str]


def _require_one_account(statements: Sequence[BankStatement]) -> None:
    problems = Problems()
    for bank in _by_bank(statements):
        numbers = [one.account_number for one in bank if one.account_number]
        problems.require(
            all(same_number(numbers[0], other) for other in numbers[1:]),
            f"statements[{bank[0].bank}].account_number",
            "<hidden>",
            "one bank account for one label",
            "statements of one label name different bank accounts: " + ", ".join(one.file for one in bank),
            "이름이 같은 통장인데 계좌번호가 다릅니다. 통장마다 다른 이름을 붙여 주세요",
        )
        accounts = sorted({one.account or "" for one in bank})
        problems.require(
            len(accounts) == 1,
            f"statements[{bank[0].bank}].account",
            ", ".join(accounts),
            "one seller account for one label",
            "statements of one label were given for different sellers",
            "이름이 같은 통장을 서로 다른 판매자 ID로 올렸습니다. 판매자 ID를 확인해 주세요",
        )
    problems.raise_all("statements", ValidationError)


def _by_bank(statements: Sequence[BankStatement]) -> list[list[BankStatement]]:
    banks: dict[str, list[BankStatement]] = defaultdict(list)
    for one in statements:
        banks[one.bank].append(one)
    return list(banks.values())


def _each_file_once(
    statements: Sequence[BankStatement], notes: list[StatementNote]
) -> Iterator[BankStatement]:
    seen: dict[tuple[str, str], BankStatement] = {}
    for one in statements:
        earlier = seen.get((one.bank, one.sha256))
        if earlier is None:
            seen[one.bank, one.sha256] = one
            yield one
        else:
            files = (earlier.file, one.file)
            notes.append(
                StatementNote(
                    kind=StatementNoteKind.DOUBLED_UPLOAD, bank=one.bank, files=files, rows=len(one.transfers)
                )
            )


def _merged(statements: Sequence[BankStatement], notes: list[StatementNote]) -> Iterator[BankTransfer]:
    clusters: dict[tuple[date, int], list[_Fact]] = defaultdict(list)
    overlaps: dict[tuple[str, str], int] = defaultdict(int)
    differing: list[tuple[_Fact, str]] = []
    for statement in statements:
        for place, rows in _clusters(_rows_once(statement, notes)).items():
            known = list(clusters[place])
            for row in rows:
                fact = _same(known, row)
                if fact is None:
                    clusters[place].append(_Fact(row, [statement.file]))
                    continue
                known.remove(fact)
                overlaps[fact.files[0], statement.file] += 1
                if _differs(fact.transfer, row):
                    differing.append((fact, statement.file))
                fact.transfer = _fuller(fact.transfer, row)
                fact.files.append(statement.file)
    bank = statements[0].bank
    for files, rows_seen in sorted(overlaps.items()):
        notes.append(StatementNote(kind=StatementNoteKind.OVERLAP, bank=bank, files=files, rows=rows_seen))
    for facts in clusters.values():
        for nth, fact in enumerate(sorted(facts, key=_time), 1):
            fact.transfer = evolve(fact.transfer, nth=nth)
            yield fact.transfer
    for fact, file in differing:
        notes.append(
            StatementNote(
                kind=StatementNoteKind.FACT_DIFFERS,
                bank=bank,
                files=(fact.files[0], file),
                keys=(fact.transfer.key,),
            )
        )


def _rows_once(statement: BankStatement, notes: list[StatementNote]) -> list[BankTransfer]:
    """Drop rows that repeat another one of the statement to the second and to the balance."""
    seen: set[tuple[object, ...]] = set()
    rows = []
    for row in statement.transfers:
        place = (row.received_at, row.amount, row.balance)
        if row.received_at is not None and row.balance is not None and place in seen:
            continue
        seen.add(place)
        rows.append(row)
    if len(rows) < len(statement.transfers):
        notes.append(
            StatementNote(
                kind=StatementNoteKind.REPEATED_ROW,
                bank=statement.bank,
                files=(statement.file,),
                rows=len(statement.transfers) - len(rows),
            )
        )
    return rows


def _clusters(rows: Iterable[BankTransfer]) -> dict[tuple[date, int], list[BankTransfer]]:
    found: dict[tuple[date, int], list[BankTransfer]] = defaultdict(list)
    for row in rows:
        found[row.received_on, row.amount].append(row)
    # The rows that say most go first, so that one that says less takes what is left.
    for cluster in found.values():
        cluster.sort(key=lambda row: (row.received_at is None, row.balance is None, str(row.received_at)))
    return found


def _same(known: Sequence[_Fact], row: BankTransfer) -> _Fact | None:
    fits = [fact for fact in known if _agree(fact.transfer, row)]
    exact = [fact for fact in fits if fact.transfer.received_at == row.received_at]
    return next(iter(exact or fits), None)


def _agree(one: BankTransfer, other: BankTransfer) -> bool:
    return all(
        left is None or right is None or left == right
        for left, right in ((one.received_at, other.received_at), (one.balance, other.balance))
    )


def _differs(one: BankTransfer, other: BankTransfer) -> bool:
    return any(
        left is not None and right is not None and left != right
        for left, right in (
            (one.payer, other.payer),
            (one.memo, other.memo),
            (one.reference, other.reference),
        )
    )


def _fuller(one: BankTransfer, other: BankTransfer) -> BankTransfer:
    """Return the first with what only the second says."""
    names = ("received_at", "reference", "memo", "payer", "account_number", "balance")
    return evolve(one, **{name: getattr(other, name) for name in names if getattr(one, name) is None})


def _time(fact: _Fact) -> tuple[str, int, str]:
    one = fact.transfer
    at = "" if one.received_at is None else one.received_at.isoformat()
    return at, one.nth, fact.files[0]


def _gaps(statements: Sequence[BankStatement]) -> Iterator[StatementNote]:
    """Yield the days between two statements that none covers."""
    spans = sorted((one.first, one.last) for one in statements if one.first and one.last)
    reached: date | None = None
    for first, last in spans:
        if reached is not None and first > reached + timedelta(days=1):
            yield StatementNote(
                kind=StatementNoteKind.GAP,
                bank=statements[0].bank,
                first=reached + timedelta(days=1),
                last=first - timedelta(days=1),
            )
        reached = last if reached is None else max(reached, last)
