"""How far a file came into the ledger, and how a line of money is known."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen

from wemakeprice_sdk.excel import ExportKind
from wemakeprice_sdk.ledger.records import RecordDraft, RecordKind, StoredRecord
from wemakeprice_sdk.models import JsonValue
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
    )
    return SourceState(
        source=source,
        imported_at=record.first_seen,
        facts=numbers.get("facts", 0),
        refused=numbers.get("refused", 0),
        whole=record.status == WHOLE,
    )


def line_key(
    bundle: int | None, option: int | None, claim: int | None, *, settled: bool = False
) -> tuple[int | None, ...]:
    """Return by what the origin of a line is looked up: settlement rows apart from what orders say."""
    return bundle, option, claim, int(settled)
