"""The destruction register (파기 관리대장): made of the ledger's tombstones, held against its audit trail.

It names no person but the operator: records are named by the keyed digest (HMAC) of their natural key.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.records import AuditEntry, Tombstone
from wemakeprice_sdk.ledger.tombstones import register_digest
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import INTENTS, RetentionClass
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.policy.retention import DEFAULT_RULES
from wemakeprice_sdk.runner.export.tables import TableValue, write_xlsx

LINES: Final = "destruction-register.jsonl"
WORKBOOK: Final = "destruction-register.xlsx"
METHOD: Final = "원장에서 영구 삭제, 남은 값이 없는 암호키 파기, 파일 재작성"
BY_LIMIT: Final = 50
"""The longest name of an operator, in characters: the ledger keeps 120 for all that is said."""


class DestructionReason(KoreanWord):
    """Why personal data was destroyed (폐기사유)."""

    PERIOD_OVER = ("period-over", "보유기간 경과")
    REQUEST = ("request", "정보주체의 삭제 요청")
    OTHER = ("other", "기타")


@frozen(kw_only=True)
class DestructionNote:
    """What is said of a destruction where the ledger keeps one line of text for it."""

    reason: DestructionReason
    by: str
    first: date | None = None
    """The first day that the records belong to."""
    last: date | None = None
    exceptions: int = 0
    """Records of the same class that were due and had to stay."""

    def to_text(self) -> str:
        """Return the line."""
        span = f"{self.first}..{self.last}" if self.first and self.last else "-"
        return f"{self.reason.value} {span} kept={self.exceptions} by {self.by}"

    @classmethod
    def from_text(cls, text: str) -> DestructionNote:
        """Read the line back; any other text is who or what destroyed it, for another reason."""
        match = _NOTE.fullmatch(text)
        if match is None:
            return cls(reason=DestructionReason.OTHER, by=text)
        word, first, last, kept, by = match.groups()
        return cls(
            reason=next(one for one in DestructionReason if one.value == word),
            by=by,
            first=None if first is None else date.fromisoformat(first),
            last=None if last is None else date.fromisoformat(last),
            exceptions=int(kept),
        )


_NOTE: Final = re.compile(
    rf"({'|'.join(one.value for one in DestructionReason)}) "
    r"(?:(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)|-) kept=(\d+) by (.*)"
)


@frozen(kw_only=True)
class RegisterEntry:
    """A line of the register: one class of one file (개인정보파일), destroyed on one day for one reason.

    `note` has the days that the records belong to, where that is known; `count` are the records,
    `fields` the names of the values, `keys` the HMAC of every record's natural key. `note.exceptions` are
    those that were due and had to stay.
    """

    number: int
    kind: str
    data_class: RetentionClass
    destroyed_on: date
    note: DestructionNote
    fields: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many records."""
        return len(self.keys)

    @property
    def basis(self) -> str:
        """Law and article that the period of the class rests on (근거 조항)."""
        return DEFAULT_RULES[self.data_class].keep.basis

    @property
    def keys_digest(self) -> str:
        """SHA-256 over the keys, one a line: what stands in the workbook for all of them."""
        return hashlib.sha256("".join(f"{key}\n" for key in self.keys).encode()).hexdigest()


def register_entries(tombstones: Iterable[Tombstone]) -> tuple[RegisterEntry, ...]:
    """Return the lines of the register, in the order in which things were destroyed."""
    found: dict[tuple[date, str, RetentionClass, DestructionNote], list[Tombstone]] = {}
    for stone in tombstones:
        note = DestructionNote.from_text(stone.reason)
        day = stone.destroyed_at.astimezone(KST).date()
        place = (day, stone.kind, stone.retention_class, evolve(note, first=None, last=None))
        found.setdefault(place, []).append(stone)
    return tuple(
        _entry(number, *place, stones) for number, (place, stones) in enumerate(found.items(), start=1)
    )


def _entry(
    number: int,
    day: date,
    kind: str,
    data_class: RetentionClass,
    note: DestructionNote,
    stones: Sequence[Tombstone],
) -> RegisterEntry:
    notes = [DestructionNote.from_text(reason) for reason in dict.fromkeys(stone.reason for stone in stones)]
    return RegisterEntry(
        number=number,
        kind=kind,
        data_class=data_class,
        destroyed_on=day,
        note=evolve(
            note,
            first=min((one.first for one in notes if one.first), default=None),
            last=max((one.last for one in notes if one.last), default=None),
        ),
        fields=tuple(dict.fromkeys(name for stone in stones for name in stone.fields)),
        keys=tuple(stone.key_hmac for stone in stones),
    )


# The files ----------------------------------------------------------------------------------

_FILES: Final[Mapping[str, str]] = {
    RecordKind.BUNDLE: "주문",
    RecordKind.CLAIM: "클레임(취소·반품·교환)",
    RecordKind.QUESTION: "상품문의",
    RecordKind.REVIEW: "구매후기",
    RecordKind.INQUIRY: "CS문의",
    RecordKind.EXPORT: "엑셀 가져오기",
    RecordKind.FILE_BUNDLE: "주문(엑셀 파일)",
    RecordKind.FILE_CLAIM: "클레임(엑셀 파일)",
    RecordKind.BANK_TRANSFER: "입금 내역",
    INTENTS: "위메프에 보낸 내용",
}
_FIELDS: Final[Mapping[str, str]] = {
    "buyerName": "구매자명",
    "buyerPhone": "구매자 연락처",
    "name": "수취인·수거지 이름",
    "phone": "수취인·수거지 연락처",
    "customsPin": "개인통관고유부호",
    "shipMethodMessage": "배송방법 메시지",
    "zipcode": "우편번호",
    "addrFixed": "기본주소",
    "addrDetail": "상세주소",
    "message": "배송메시지",
    "optionName": "옵션명(구매자 입력)",
    "claimReasonDetail": "클레임 상세사유",
    "pendingReasonDetail": "보류 상세사유",
    "rejectReasonDetail": "거절 상세사유",
    "question": "문의 내용",
    "answer": "답변 내용",
    "content": "내용",
    "inquiry": "문의 내용",
    "reference": "입금 식별값",
    "memo": "적요",
    "payer": "입금자",
    "account_number": "계좌번호",
    "balance": "잔액",
    "received_at": "입금 시각",
    "payload": "보낸 내용",
}
_COLUMNS: Final = (
    "번호",
    "개인정보파일명",
    "자료의 종류",
    "생성일",
    "폐기(파기)일",
    "폐기사유",
    "처리담당자",
    "처리부서장",
    "항목",
    "건수",
    "방법",
    "근거 조항",
    "보존 예외 건수",
    "기록 키 HMAC의 SHA-256",
    "확인자",
)

_WIDTHS: Final = (5, 11, 14, 12, 11, 11, 9, 9, 20, 6, 17, 24, 9, 18, 9)


def register_lines(tombstones: Iterable[Tombstone]) -> Iterator[str]:
    """Yield the JSON lines of a register, without the line feed: one for each class of each record."""
    for stone in tombstones:
        values: dict[str, JsonValue] = {
            "number": stone.number,
            "account": stone.account,
            "kind": stone.kind,
            "data_class": stone.retention_class.value,
            "key_hmac": stone.key_hmac,
            "fields": list(stone.fields),
            "destroyed_at": stone.destroyed_at.astimezone(KST).isoformat(),
            "worker": stone.by,
            "reason": stone.reason,
            "audit_number": stone.audit_number,
        }
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _tombstone(line: str) -> Tombstone:
    values = json.loads(line)
    return Tombstone(
        account=str(values["account"]),
        number=int(values["number"]),
        kind=str(values["kind"]),
        retention_class=RetentionClass(values["data_class"]),
        key_hmac=str(values["key_hmac"]),
        fields=tuple(str(name) for name in values["fields"]),
        destroyed_at=datetime.fromisoformat(values["destroyed_at"]),
        by=str(values["worker"]),
        reason=str(values["reason"]),
        audit_number=int(values["audit_number"]),
    )


@frozen(kw_only=True)
class RegisterReport(Report):
    """Where a register was written, and its lines."""

    lines: Path
    workbook: Path
    entries: tuple[RegisterEntry, ...]


def write_register(
    folder: str | os.PathLike[str],
    tombstones: Sequence[Tombstone],
    as_of: datetime,
    *,
    department_head: str,
    confirmed_by: str,
) -> RegisterReport:
    """Write the register as JSON lines and as a workbook to sign; the same tombstones give the same bytes."""
    place = Path(folder)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines, book = place / LINES, place / WORKBOOK
    lines.write_text("".join(f"{line}\n" for line in register_lines(tombstones)), encoding="utf-8")
    entries = register_entries(tombstones)
    keys = ((entry.number, key) for entry in entries for key in entry.keys)
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[TableValue]]]] = {
        "파기 관리대장": (_COLUMNS, (_row(entry, department_head, confirmed_by) for entry in entries)),
        "기록 키(HMAC)": (("번호", "기록 키(HMAC)"), keys),
    }
    write_xlsx(book, sheets, created=as_of, printed={"파기 관리대장": _WIDTHS, "기록 키(HMAC)": (6, 70)})
    return RegisterReport(lines=lines, workbook=book, entries=entries)


def _row(entry: RegisterEntry, department_head: str, confirmed_by: str) -> Sequence[TableValue]:
    return (
        entry.number,
        _FILES.get(entry.kind, entry.kind),
        entry.data_class.korean,
        _span(entry.note),
        f"{entry.destroyed_on}",
        entry.note.reason.korean,
        entry.note.by,
        department_head,
        ", ".join(dict.fromkeys(_FIELDS.get(name, name) for name in entry.fields)),
        entry.count,
        METHOD,
        entry.basis,
        entry.note.exceptions,
        entry.keys_digest,
        confirmed_by,
    )


def _span(note: DestructionNote) -> str:
    if note.first is None or note.last is None:
        return ""
    return f"{note.first}" if note.first == note.last else f"{note.first} ~ {note.last}"


# Register and chain -------------------------------------------------------------------------


@frozen
class RegisterVerdict:
    """Whether register and audit trail say the same: how many lines were read, and every flaw."""

    entries: int
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problems


def verify_register(
    lines: Iterable[str], trail: Iterable[AuditEntry], *, head: tuple[int, str] | None = None
) -> RegisterVerdict:
    """Hold the JSON lines of a register against the audit trail of the account, and the trail against itself.

    A line that was changed, added or left out shows by the digest that the trail has of each destruction.
    `head` (`Ledger.audit_head`, or one kept elsewhere) also shows whether the trail lost its end.
    """
    entries = list(trail)
    chain = verify(entries, head=head)
    problems = [] if chain.ok else [f"audit trail: {chain.problem}"]
    acts: dict[int, list[Tombstone]] = {}
    count = 0
    for count, line in enumerate((line for line in lines if line.strip()), start=1):
        try:
            stone = _tombstone(line)
        except (ValueError, TypeError, KeyError) as error:
            problems.append(f"line {count} is no line of a register ({type(error).__name__})")
            continue
        acts.setdefault(stone.audit_number, []).append(stone)
    noted = {entry.number: entry for entry in entries if "; register " in entry.detail}
    for number in sorted(acts.keys() | noted.keys()):
        problems += _flaws(number, acts.get(number, []), noted.get(number))
    return RegisterVerdict(count, tuple(problems))


def _flaws(number: int, stones: Sequence[Tombstone], entry: AuditEntry | None) -> Iterator[str]:
    if entry is None:
        yield f"act {number}: the audit trail knows no such destruction"
        return
    _, _, rest = entry.detail.partition("; register ")
    digest, _, reason = rest.partition("; ")
    if register_digest(stones) != digest:
        yield f"act {number}: lines are missing, added or changed"
    said = {(stone.account, stone.reason, stone.by, stone.destroyed_at) for stone in stones}
    if said - {(entry.account, reason, entry.actor, entry.at)}:
        yield f"act {number}: account, reason, worker or time is not what the audit trail says"
