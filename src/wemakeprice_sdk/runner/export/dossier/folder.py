"""The folder of a dossier: a BagIt 1.0 folder of tables, workbook, cover sheet and copies of the sources."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files.bagit import BagContent, BagReport, write_bag
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.runner.export.dossier.cover import cover
from wemakeprice_sdk.runner.export.dossier.parts import DossierFacts, Table, copy_name, tables_of
from wemakeprice_sdk.runner.export.dossier.words import in_korean
from wemakeprice_sdk.runner.export.tables import TableValue, write_csv, write_xlsx

_CHUNK: Final = 1 << 20


@frozen(kw_only=True)
class DossierReport(Report):
    """What a dossier says in one line, and the folder it was written to.

    `owed` is won that were due and did not arrive, the sum of the lines; `lines` counts them. Of what is
    `paid`, `unverified` rests on the schedule only: no bank record shows that it arrived, and
    `received_in_ties` arrived for accounts of the business together: nothing says how much of it is whose.
    `owed_in_ties` is what they are owed together in the same way, beside `owed`; no line has either.
    `interest` is no part of `owed`, and 0 unless the terms ask for it. `missing` and `contradictions` count
    what is not there and what differs. `left_out` are the names of sources of which no copy is in it: no file
    was given, or it may hold people.
    """

    bag: BagReport
    accounts: tuple[str, ...]
    lines: int
    announced: int
    paid: int
    unverified: int
    owed: int
    interest: int
    missing: int
    contradictions: int
    received_in_ties: int = 0
    owed_in_ties: int = 0
    left_out: tuple[str, ...] = ()


def write_dossier(folder: str | os.PathLike[str], facts: DossierFacts, *, replace: bool) -> DossierReport:
    """Write the folder; the same facts give the same bytes."""
    tables = tables_of(facts)
    sizes = {table.name: len(table.rows) for table in tables}
    with tempfile.TemporaryDirectory(prefix="wemakeprice-") as place:
        bag = write_bag(
            folder,
            _payload(facts, tables, Path(place)),
            date=facts.as_of.date(),
            info=_info(facts),
            replace=replace,
        )
    return DossierReport(
        bag=bag,
        accounts=tuple(one.result.account for one in facts.accounts),
        lines=sizes["lines"],
        announced=facts.sums.announced,
        paid=facts.sums.paid,
        unverified=facts.unverified,
        owed=facts.owed,
        interest=facts.interest_won,
        missing=sizes["missing"],
        contradictions=sizes["contradictions"],
        received_in_ties=facts.received_in_ties,
        owed_in_ties=facts.owed_in_ties,
        left_out=tuple(state.source.name for state in facts.sources if facts.left_out(state)),
    )


def _payload(facts: DossierFacts, tables: Iterable[Table], place: Path) -> Iterator[tuple[str, BagContent]]:
    tables = tuple(tables)
    yield "cover.html", cover(facts, tables).encode()
    yield "summary.json", _summary(facts, tables)
    for table in tables:
        target = place / f"{table.name}.csv"
        write_csv(target, list(table.columns), table.rows)
        yield target.name, target
    book = place / "dossier.xlsx"
    write_xlsx(
        book,
        {table.korean: (list(table.columns.values()), _in_korean(table)) for table in tables},
        created=facts.as_of,
    )
    yield book.name, book
    for state in facts.sources:
        if not facts.left_out(state):
            yield copy_name(state), facts.copies[state.source.sha256]


def _in_korean(table: Table) -> Iterator[Sequence[TableValue]]:
    """Yield the rows of a table as people read them; the CSV keeps the stable words."""
    return (list(map(in_korean, table.columns, row)) for row in table.rows)


def _summary(facts: DossierFacts, tables: Iterable[Table]) -> bytes:
    sums = facts.sums
    values: dict[str, JsonValue] = {
        "as_of": facts.as_of.isoformat(),
        "accounts": [one.result.account for one in facts.accounts],
        "business": None if facts.business is None else facts.business.number,
        "currency": "KRW",
        "gross": sums.breakdown.gross,
        **sums.breakdown.deductions,
        "announced": sums.announced,
        "paid": sums.paid,
        "paid_by_schedule_only": facts.unverified,
        "ahead": sums.ahead,
        "tied": sums.tied,
        "unannounced": sums.unannounced,
        "owed_unannounced": sums.owed_unannounced,
        "no_due_day": sums.no_due_day,
        "fee_difference": sums.fee_difference,
        "interest": facts.interest_won,
        "undated": sums.undated,
        "received": sums.received,
        "unexplained": sums.unexplained,
        "received_in_ties": facts.received_in_ties,
        "owed": facts.owed,
        "owed_in_ties": facts.owed_in_ties,
        "rows": {table.name: len(table.rows) for table in tables},
        "personal": facts.personal,
        "library": __version__,
    }
    return json.dumps(values, ensure_ascii=False, indent=1).encode()


def _info(facts: DossierFacts) -> Mapping[str, str]:
    left = [state.source.sha256 for state in facts.sources if facts.left_out(state)]
    return {
        "External-Description": "정산 기록 자료 (기록 정리이며 법률 의견이 아님)",
        "External-Identifier": " ".join(one.result.account for one in facts.accounts),
        "Bag-Software-Agent": f"wemakeprice-sdk {__version__}",
        "Sources-Left-Out": " ".join(left) or "none",
    }


def copies_of(files: Iterable[str | os.PathLike[str]]) -> Mapping[str, Path]:
    """Return files by their SHA-256; raise `UnreadableFileError` for one that cannot be read."""
    found: dict[str, Path] = {}
    for path in files:
        place = Path(path)
        digest = hashlib.sha256()
        try:
            with place.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise UnreadableFileError(
                f"{place.name}: {error.strerror or type(error).__name__} "
                "(파일을 읽을 수 없습니다. 파일이 있는지 확인해 주세요)"
            ) from error
        found.setdefault(digest.hexdigest(), place)
    return found
