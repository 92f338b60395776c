"""The audit trail: a hash chain of who did what when, exported as JSON lines and verified again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, Protocol

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.records import AuditEntry
from wemakeprice_sdk.models.tables import Tabular
from wemakeprice_sdk.secrets import redact

GENESIS: Final = "0" * 64
"""What stands as the digest before the first line: as long as any other (SHA-256 in hexadecimal)."""
DETAIL_LIMIT: Final = 300
"""The longest detail, in characters. A trail is never shortened, so no long answer may fill it."""
# `json.dumps` would make an encoder for every line.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_FIELDS: Final = ("account", "number", "at", "actor", "action", "target", "detail", "previous", "digest")


class _Trail(Protocol):
    def audit(self, account: str, *, after: int = 0) -> Iterator[AuditEntry]: ...

    def audit_head(self, account: str) -> tuple[int, str]: ...


@frozen
class AuditVerdict(Tabular):
    """Whether a trail is whole: `entries` were read, `problem` names the first flaw (empty when none)."""

    entries: int
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problem


def tidy(detail: str) -> str:
    """Return a detail as the trail takes it: one line, at most `DETAIL_LIMIT` characters, redacted.

    Telephone numbers, e-mail addresses and keys are masked; names cannot be recognised.
    """
    if not detail.isprintable():
        detail = "".join(character if character.isprintable() else " " for character in detail)
    return redact(" ".join(detail.split()))[:DETAIL_LIMIT]


def require_words(words: str, path: str, limit: int) -> str:
    """Return free text of an operator without blanks around it.

    Raises `TypeError` for no text, and `ValidationError` when it is empty, longer than `limit` characters, or
    not one line of text.
    """
    require_text(path, words)
    kept = words.strip()
    if not 0 < len(kept) <= limit or not kept.isprintable():
        raise ValidationError.single(
            path,
            f"{len(kept)} characters",
            f"1..{limit} characters in one line",
            f"{path} must be one line of 1 to {limit} characters without control characters",
            f"제어 문자와 줄바꿈 없이 한 줄, 1~{limit}자로 입력해 주세요",
        )
    return kept


def digest_of(
    account: str, number: int, at: datetime, actor: str, action: str, target: str, detail: str, previous: str
) -> str:
    """Compute the digest of one line: SHA-256 over all its fields and the digest before it."""
    parts = [account, number, at.astimezone(KST).isoformat(), actor, action, target, detail, previous]
    return hashlib.sha256(_ENCODER.encode(parts).encode()).hexdigest()


def to_line(entry: AuditEntry) -> str:
    """Return one entry as a JSON line (without the line feed)."""
    row = {name: getattr(entry, name) for name in _FIELDS} | {"at": entry.at.astimezone(KST).isoformat()}
    return _ENCODER.encode(row)


def from_line(line: str) -> AuditEntry:
    """Read one exported line."""
    row = json.loads(line)
    return AuditEntry(**{**row, "at": datetime.fromisoformat(row["at"])})


def export(ledger: _Trail, account: str, *, after: int = 0) -> Iterator[str]:
    """Return the trail of `account` as JSON lines, in order."""
    for entry in ledger.audit(account, after=after):
        yield to_line(entry)


def verify(entries: Iterable[AuditEntry], *, head: tuple[int, str] | None = None) -> AuditVerdict:
    """Check the chain from its first line; with `head` also that no lines are missing at its end.

    The chain shows changes by whoever cannot rewrite the whole trail: keep exported heads elsewhere.
    """
    number, previous = 0, GENESIS
    for entry in entries:
        problem = _flaw(entry, number, previous)
        if problem:
            return AuditVerdict(number, problem)
        number, previous = entry.number, entry.digest
    if head is not None and head != (number, previous if number else ""):
        return AuditVerdict(number, f"the trail ends at line {number}, the ledger knows line {head[0]}")
    return AuditVerdict(number)


def verify_lines(lines: Iterable[str], *, head: tuple[int, str] | None = None) -> AuditVerdict:
    """Check an exported trail."""
    try:
        return verify([from_line(line) for line in lines if line.strip()], head=head)
    except (ValueError, TypeError, KeyError) as error:
        return AuditVerdict(0, f"not an audit line: {type(error).__name__}")


def _flaw(entry: AuditEntry, number: int, previous: str) -> str:
    if entry.number != number + 1:
        return f"line {number + 1} is missing"
    if entry.previous != previous:
        return f"line {entry.number} does not follow line {number}"
    expected = digest_of(
        entry.account,
        entry.number,
        entry.at,
        entry.actor,
        entry.action,
        entry.target,
        entry.detail,
        entry.previous,
    )
    return "" if expected == entry.digest else f"line {entry.number} was changed"
