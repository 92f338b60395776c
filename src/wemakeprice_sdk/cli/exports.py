"""Excel exports: look at them, judge them, take them over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.cli.console import Bilingual, Console, spooled
from wemakeprice_sdk.cli.jobs import run_jobs
from wemakeprice_sdk.cli.shop import Shop, with_shop
from wemakeprice_sdk.cli.words import FILE, Choice, console_of, group, option, output, strict
from wemakeprice_sdk.notebook.headings import heading, word_heading

if TYPE_CHECKING:
    import os

    from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, Preview
    from wemakeprice_sdk.excel.target import Account

PREVIEW_ROWS: Final = 20
_COUNTED: Final = ("new", "registered", "duplicate", "invalid", "flagged")
IMPORTED: Final = ("products", "deals")

excel = group(
    "excel",
    Bilingual(
        "Excel exports: inspect, preview, report, import.",
        "엑셀 파일: 파일 확인, 미리보기, 결과 파일, 가져오기",
    ),
)
_file = click.argument("file", type=FILE)
_kind = option(
    "--kind",
    type=Choice(IMPORTED),
    default="products",
    show_default=True,
    help=Bilingual("what the file lists", "파일의 종류: 상품(products), 딜(deals)"),
)
_OUT = click.Path(path_type=Path, dir_okay=False)


@frozen
class _NoAccount:
    """Who looks at a file on the command line: no seller in particular."""

    seller_id: str = "(command line)"


def _migrator(account: Account | None = None) -> ExcelMigrator:
    from wemakeprice_sdk.excel import ExcelMigrator

    return ExcelMigrator(account or _NoAccount())


@excel.command(
    "inspect",
    help=Bilingual(
        "Say what a file is and how its columns are read. Only its head is read.",
        "파일의 종류와 열을 어떻게 읽는지 표시합니다. 앞부분만 읽습니다.",
    ),
)
@_file
@output
def inspect(file: Path) -> None:
    """Look at a file."""
    console = console_of(click.get_current_context())
    with spooled(file) as path:
        found = _migrator().inspect(path)
    columns = [
        {"column": match.letter, "header": match.header, "field": match.field, "confidence": match.confidence}
        for match in found.columns.matches
    ]
    if console.form != "table":
        console.rows(columns)
        return
    console.facts(
        [
            (
                Bilingual("kind", "종류"),
                Bilingual(f"{found.kind.value} ({found.kind.korean})", found.kind.korean),
            ),
            (Bilingual("format", "형식"), f"{found.format.value}, {found.engine}"),
            (Bilingual("sheet", "시트"), found.sheet),
            (Bilingual("header rows", "제목 행"), f"{found.header_rows[0]}-{found.header_rows[1]}"),
            (
                Bilingual("required columns", "필수 열"),
                console.text(
                    Bilingual("missing", "없음")
                    if found.missing_required
                    else Bilingual("all there", "확인됨")
                ),
            ),
        ]
    )
    korean = console.language == "ko"
    kept = console.text(Bilingual("(kept as it is)", "(그대로 보존)"))
    for match in found.columns.matches:
        field = f"{heading(object, match.field)} ({match.field})" if korean and match.field else match.field
        console.say(f"  {match.letter:>3}  {match.header!r} -> {field or kept}")
    _notes(console, found.notes)


@excel.command(
    "preview",
    help=Bilingual(
        "Judge every row of an export of products or deals; nothing is changed. "
        "Rows that are wrong are a finding: the exit code is 0 unless --strict.",
        "상품 또는 딜 파일의 모든 행을 확인합니다. 아무것도 변경하지 않습니다. "
        "잘못된 행이 있어도 종료 코드는 0이며, --strict를 붙이면 1입니다.",
    ),
)
@_file
@_kind
@strict
@output
def preview(file: Path, kind: str, strict: bool) -> None:
    """Judge a file."""
    console = console_of(click.get_current_context())
    with spooled(file) as path, _previewed(_migrator(), path, kind, file) as found:
        counts = found.counts
        if console.form == "table":
            console.facts(
                [
                    (Bilingual("new", "신규"), counts.new),
                    (Bilingual("duplicate", "중복"), counts.duplicate),
                    (Bilingual("invalid", "오류"), counts.invalid),
                    (Bilingual("flagged", "확인 필요"), counts.flagged),
                    (
                        Bilingual("looks partial", "일부만 내보낸 파일로 보임"),
                        console.text(_yes_no(found.looks_partial)),
                    ),
                ]
            )
            for sign in found.signs:
                console.say(Bilingual(f"  note: {sign.message}", f"  참고: {sign.message_ko}"))
            _notes(console, found.notes)
            _problems(console, found)
        else:
            console.tell(", ".join(f"{name} {getattr(counts, name)}" for name in _COUNTED))
            console.rows(
                {
                    "place": f"{problem.sheet}!{problem.column}{problem.row}",
                    "severity": problem.severity.value,
                    "value": problem.value,
                    "message": console.text(Bilingual(problem.message, problem.message_ko)),
                }
                for problem in found.problems()
            )
        wrong = counts.invalid or counts.duplicate or counts.flagged or found.looks_partial
        console.code = 1 if strict and wrong else 0


@excel.command(
    "report",
    help=Bilingual(
        "Write a workbook with the seller's own columns, and what is wrong in front of each row.",
        "원래 열 앞에 행별 결과를 적은 결과 파일(xlsx)을 만듭니다.",
    ),
)
@_file
@click.argument("workbook", type=_OUT)
@_kind
@option(
    "--only-problems", is_flag=True, help=Bilingual("leave out rows that are right", "문제가 있는 행만 기록")
)
def report(file: Path, workbook: Path, kind: str, only_problems: bool) -> None:
    """Write the report."""
    console, migrator = console_of(click.get_current_context()), _migrator()
    with spooled(file) as path, _previewed(migrator, path, kind, file) as found:
        migrator.report(found, workbook, path, only_problems=only_problems)
    console.say(Bilingual(f"written: {workbook}", f"저장했습니다: {workbook}"))


@excel.command(
    "import",
    help=Bilingual(
        "Take a file over into the ledger. Products and deals become goods that jobs know; orders, claims, "
        "settlement, VAT pages and bank statements become sources of the settlement. "
        "The same file again changes nothing.",
        "파일을 원장으로 가져옵니다. 상품·딜은 상품 자료가 되고, 주문·클레임·정산·부가세·통장 거래내역은 "
        "정산 자료의 출처가 됩니다. "
        "같은 파일을 다시 가져와도 바뀌지 않습니다.",
    ),
)
@with_shop
@_file
@option(
    "--sku-link",
    type=Choice(["by-seller-code", "create", "none"]),
    default="none",
    show_default=True,
    help=Bilingual("how products are linked to SKUs", "SKU 연동 방식"),
)
@option("--stock-sync", is_flag=True, help=Bilingual("sync stock by SKU too", "SKU 재고연동 사용"))
@option(
    "--bank",
    default="bank",
    show_default=True,
    help=Bilingual("your label of the bank account of a statement", "통장 거래내역의 이름"),
)
@option(
    "--templates-known",
    is_flag=True,
    help=Bilingual("the marketplace returns no templates any more", "배송 템플릿 조회가 불가능한 경우"),
)
@strict
@output
def import_file(
    shop: Shop, file: Path, sku_link: str, stock_sync: bool, bank: str, templates_known: bool, strict: bool
) -> None:
    """Take a file over."""
    with spooled(file) as path:
        kind = _migrator().inspect(path).kind
        if kind.value in IMPORTED:
            _import_goods(
                shop, path, file, kind, (sku_link, stock_sync), templates_known=templates_known, strict=strict
            )
            return
        office = shop.office()
        known = office.preview_source(path, bank=bank)
        run_jobs(
            shop.console,
            [lambda *, dry_run, **how: office.import_source(path, preview=known, bank=bank, **how)],  # noqa: ARG005
        )
    facts = Bilingual(
        f"  {known.facts} fact(s), {known.refused} row(s) refused",
        f"  자료 {known.facts}건, 제외한 행 {known.refused}개",
    )
    (shop.console.say if shop.console.form == "table" else shop.console.tell)(facts)
    shop.console.code = shop.console.code or (1 if strict and known.refused else 0)


def _import_goods(
    shop: Shop,
    path: os.PathLike[str],
    file: Path,
    kind: ExportKind,
    sku: tuple[str, bool],
    *,
    templates_known: bool,
    strict: bool,
) -> None:
    from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, SkuChoice
    from wemakeprice_sdk.models.codes import SkuLinkMode
    from wemakeprice_sdk.runner import LedgerTarget

    config, console = shop.config(), shop.console
    choice = SkuChoice(SkuLinkMode(sku[0]), stock_sync=sku[1]) if kind is ExportKind.PRODUCTS else None
    with LedgerTarget(shop.ledger(), config.seller_id, templates_known=templates_known) as target:
        migrator = ExcelMigrator(config, registry=target)
        with _previewed(migrator, path, kind.value, file) as found:
            made = migrator.select(found, sku=choice).commit(
                target, progress=lambda step: console.progress("import", step.done, step.total)
            )
            counts = found.counts
    console.clear()
    console.facts(
        [
            *(
                (Bilingual(outcome.value, word_heading("ItemOutcome", outcome.value)), count)
                for outcome, count in made.counts.items()
            ),
            (Bilingual("already registered", "이미 등록됨"), counts.registered),
            (Bilingual("duplicate", "중복"), counts.duplicate),
            (Bilingual("invalid", "오류"), counts.invalid),
        ]
    )
    console.code = 0 if made.complete and not (strict and (counts.invalid or counts.duplicate)) else 1


@contextmanager
def _previewed(migrator: ExcelMigrator, path: os.PathLike[str], kind: str, file: Path) -> Iterator[Preview]:
    """Preview a file; a refusal of its kind names the option that takes it."""
    from wemakeprice_sdk.errors import WrongKindError
    from wemakeprice_sdk.excel import ExportKind

    try:
        found = migrator.preview(path, kind=ExportKind(kind))
    except WrongKindError as error:
        looks = migrator.inspect(path).kind.value
        if looks in IMPORTED and looks != kind:
            error.add_note(f"wemakeprice excel preview --kind {looks} {file}")
        raise
    with found:
        yield found


def _problems(console: Console, found: Preview) -> None:
    for number, problem in enumerate(found.problems(), start=1):
        if number > PREVIEW_ROWS:
            rest = found.counts.problems - PREVIEW_ROWS
            console.say(Bilingual(f"  ... {rest} more", f"  ... 그 외 {rest}건"))
            break
        severity = word_heading("ProblemSeverity", problem.severity.value)
        console.say(
            Bilingual(
                f"  {problem.severity.value}: {problem}",
                f"  {severity}: {problem.place} {problem.value!r}: {problem.message_ko}",
            )
        )


def _notes(console: Console, notes: tuple[str, ...]) -> None:
    for note in notes:
        console.say(Bilingual(f"  note: {note}", f"  참고: {note}"))


def _yes_no(value: bool) -> Bilingual:
    return Bilingual("yes", "예") if value else Bilingual("no", "아니오")
