"""One's own records, without the marketplace: settlement, dossier, archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wemakeprice_sdk.cli.console import Bilingual
from wemakeprice_sdk.cli.jobs import stopped_by_signals
from wemakeprice_sdk.cli.shop import Shop, with_shop
from wemakeprice_sdk.cli.words import TIME, UNTIL, Choice, command, now_or, option, output, personal, strict

if TYPE_CHECKING:
    from wemakeprice_sdk.runner import JobProgress

_FOLDER = click.Path(path_type=Path, file_okay=False)
_as_of = option(
    "--as-of", type=TIME, help=Bilingual("the time it speaks of; now without it", "기준 시각 (기본: 현재)")
)


@command(
    "settlement",
    Bilingual(
        "Reconcile what the ledger holds to the won: paid, owed, missing. Nothing is collected; "
        "`wemakeprice run settlement` does that, `excel import` takes files.",
        "원장의 자료를 1원 단위까지 대사합니다: 지급, 미지급, 누락. 새로 수집하지 않습니다. "
        "수집은 wemakeprice run settlement, 파일은 excel import로 실행해 주세요.",
    ),
)
@with_shop
@option(
    "--show",
    type=Choice(["totals", "payouts", "rows"]),
    default="totals",
    show_default=True,
    help=Bilingual("which table", "표시할 표"),
)
@strict
@output
def settlement(shop: Shop, show: str, strict: bool) -> None:
    """Reconcile."""
    from wemakeprice_sdk.runner.export.tables import reconciliation_tables

    report, console = shop.office().settlement(), shop.console
    if report.reconciliation is None:
        return
    if show == "totals" and console.form == "table":
        sums = report.reconciliation.sums
        console.facts(
            [
                (Bilingual("announced", "정산 예정 합계"), sums.announced),
                (Bilingual("paid", "지급"), sums.paid),
                (Bilingual("owed", "미지급"), sums.owed),
                (Bilingual("ahead", "지급 예정"), sums.ahead),
            ]
        )
    columns, lines = reconciliation_tables([report.reconciliation])[show]
    rows = (dict(zip(columns, line, strict=True)) for line in lines)
    if console.for_koreans:
        from wemakeprice_sdk.cli.korean import settlement_headings, settlement_words

        console.rows(map(settlement_words, rows), headings=settlement_headings(columns))
    else:
        console.rows(rows)
    for one in report.contradictions:
        console.tell(f"{one.subject} {one.key} {one.field}: {one.counted} / {one.other}")
    for source in report.sources:
        if not source.whole:
            console.tell(
                Bilingual(
                    f"not whole, import it again: {source.source.name}",
                    f"일부만 가져온 파일입니다. 다시 가져와 주세요: {source.source.name}",
                )
            )
    console.code = 1 if strict and (report.missing_won or report.contradictions or not report.ok) else 0


@command(
    "dossier",
    Bilingual(
        "Write what the account is owed as a folder that somebody else can redo: cover sheet, tables, "
        "sources. "
        "It keeps records and gives no legal advice.",
        "받지 못한 정산금을 다른 사람이 검산할 수 있는 폴더로 만듭니다: 표지, 표, 출처. 기록이며 법률 "
        "자문이 아닙니다.",
    ),
)
@with_shop
@click.argument("folder", type=_FOLDER)
@option(
    "--source-file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help=Bilingual("copy this source into it; repeat", "넣을 출처 파일 (반복)"),
)
@_as_of
@option("--replace", is_flag=True, help=Bilingual("replace a folder that is there", "이미 있는 폴더를 바꿈"))
@personal
@output
def dossier(
    shop: Shop, folder: Path, files: tuple[Path, ...], as_of: datetime | None, replace: bool, personal: bool
) -> None:
    """Write a dossier."""
    made = shop.office().dossier(folder, as_of=as_of, files=files, personal=personal, replace=replace)
    shop.console.facts(
        [
            (Bilingual("folder", "폴더"), folder),
            (Bilingual("lines", "내역"), made.lines),
            (Bilingual("announced", "정산 예정"), made.announced),
            (Bilingual("paid", "지급"), made.paid),
            (Bilingual("unverified", "지급(미확인)"), made.unverified),
            (Bilingual("owed", "미지급"), made.owed),
            (Bilingual("missing", "없는 자료"), made.missing),
            (Bilingual("contradictions", "불일치"), made.contradictions),
            (Bilingual("left out", "사본을 넣지 않은 출처"), ", ".join(made.left_out)),
        ]
    )


@command(
    "archive",
    Bilingual(
        "Write everything into one folder: JSON lines, a workbook, a manifest with sums. People are masked "
        "unless --personal.",
        "모든 자료를 한 폴더에 보관합니다: JSON, 엑셀, 목록과 검사합. --personal 없이는 개인정보를 가립니다.",
    ),
)
@with_shop
@click.argument("folder", type=_FOLDER)
@option("--since", type=TIME, required=True, help=Bilingual("from this Korean day on", "시작 (한국 시간)"))
@option("--until", type=UNTIL, help=Bilingual("up to this day; now without it", "종료 (기본: 현재)"))
@option(
    "--source",
    type=Choice(["ledger", "marketplace"]),
    default="ledger",
    show_default=True,
    help=Bilingual("the ledger, or what the marketplace still shows", "원장(ledger) 또는 마켓(marketplace)"),
)
@_as_of
@personal
@output
def archive(
    shop: Shop,
    folder: Path,
    since: datetime,
    until: datetime | None,
    source: str,
    as_of: datetime | None,
    personal: bool,
) -> None:
    """Write an archive."""
    from wemakeprice_sdk.runner import StopSwitch

    if as_of is not None and source != "ledger":
        raise click.UsageError(
            Bilingual(
                "--as-of goes with --source ledger only", "--as-of는 --source ledger와만 사용할 수 있습니다"
            )
        )
    console, end, stop, mask = shop.console, now_or(until), StopSwitch(), not personal

    def progress(step: JobProgress) -> None:
        console.progress(step.phase, step.done, step.total)

    with stopped_by_signals(stop, console):
        if source == "ledger":
            office = shop.office()
            made = office.archive(folder, since, end, mask=mask, as_of=as_of, progress=progress, stop=stop)
        else:
            made = shop.runner().archive(folder, since, end, mask=mask, progress=progress, stop=stop)
    console.clear()
    if not made.complete:
        # `3d` and no --until at all are another period at each start, and a folder holds one.
        period = f"--since {since.isoformat()} --until {end.isoformat()}"
        console.tell(
            Bilingual(
                f"to go on, name the same period: {period}",
                f"이어서 실행하려면 같은 기간을 지정해 주세요: {period}",
            )
        )
    counts: Mapping[str, int] = made.counts
    console.rows(
        [{"part": part, "rows": count} for part, count in counts.items()],
        headings={"part": "자료", "rows": "행 수"} if console.for_koreans else {},
    )
    for problem in made.problems:
        console.tell(problem)
    console.code = 0 if made.complete else 75
