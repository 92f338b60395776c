"""Jobs of the runner: show a plan, carry it out, run jobs unattended, say where an account stands."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import click

from wemakeprice_sdk.cli import inputs
from wemakeprice_sdk.cli.console import Bilingual, Console
from wemakeprice_sdk.cli.shop import Shop, with_shop
from wemakeprice_sdk.cli.words import FILE, TIME, UNTIL, Choice, command, dry_run, now_or, option, output, yes

if TYPE_CHECKING:
    from wemakeprice_sdk.models.tables import TableRow
    from wemakeprice_sdk.runner import (
        AccountStatus,
        ChannelRunner,
        ErasurePreview,
        JobProgress,
        JobReport,
        StopSwitch,
    )


class RunnerJob(Protocol):
    """A job of a runner, with what it needs."""

    def __call__(
        self, *, dry_run: bool, progress: Callable[[JobProgress], None], stop: StopSwitch
    ) -> JobReport:
        """Run, or only plan."""
        ...


class Supplies:
    """What a job is given besides the ledger, from the files that the line names."""

    def __init__(
        self,
        account: str,
        parcels: Path | None,
        picked: Path | None,
        stock: Path | None,
        since: datetime | None,
        until: datetime | None,
    ) -> None:
        self.parcels = inputs.read_parcels(parcels, account) if parcels else ()
        self.picked = inputs.read_picked(picked, account) if picked else None
        self.stock = inputs.read_stock(stock, account) if stock else ()
        self.since, self.until = since, now_or(until)


JOBS: Final[Mapping[str, Callable[[ChannelRunner, Supplies], RunnerJob]]] = {
    "collect-orders": lambda runner, _: runner.collect_orders,
    "claims": lambda runner, has: (
        lambda **how: runner.claims(shipments=has.parcels, picked=has.picked, **how)
    ),
    "ship": lambda runner, has: lambda **how: runner.ship(has.parcels, **how),
    "track": lambda runner, _: runner.track,
    "cs": lambda runner, _: runner.cs,
    "stock": lambda runner, has: lambda **how: runner.stock(has.stock, **how),
    "templates": lambda runner, _: runner.templates,
    "extend-sale-periods": lambda runner, _: runner.extend_sale_periods,
    "import-products": lambda runner, has: (
        lambda **how: runner.import_products(_first(has), has.until, **how)
    ),
    "import-deals": lambda runner, has: lambda **how: runner.import_deals(_first(has), has.until, **how),
    "wind-down": lambda runner, has: lambda **how: runner.wind_down(_first(has), **how),
    "settlement": lambda runner, _: runner.settlement,
}
NEEDS: Final = {
    "claims": "parcels",
    "ship": "parcels",
    "stock": "stock",
    "import-products": "since",
    "import-deals": "since",
    "wind-down": "since",
}
"""Without its file `claims` would leave to operators what is packed, and `ship` would do nothing."""


def _first(has: Supplies) -> datetime:
    if has.since is None:
        raise click.UsageError(_needs("--since"))
    return has.since


def _needs(name: str) -> Bilingual:
    return Bilingual(
        f"this job needs {name}; a file with its head line only says that there is nothing",
        f"이 작업에는 {name} 값이 필요합니다. 해당 내용이 없으면 제목 줄만 있는 파일을 지정해 주세요",
    )


def _supplied(run: Callable[..., object]) -> Callable[..., object]:
    """Add the files that jobs need, and hand the jobs over."""

    def call(shop: Shop, jobs: Sequence[str], **values: object) -> object:
        names = ("parcels", "picked", "stock", "since", "until")
        given = {name: values.pop(name) for name in names}
        for job in jobs:
            if job in NEEDS and given[NEEDS[job]] is None:
                raise click.UsageError(
                    Bilingual(
                        f"{job}: {_needs('--' + NEEDS[job])}", f"{job}: {_needs('--' + NEEDS[job]).korean}"
                    )
                )
        has = Supplies(shop.config().seller_id, **given)  # type: ignore[arg-type]
        runner = shop.runner()
        return run(shop, [JOBS[job](runner, has) for job in jobs], **values)

    call.__dict__.update(run.__dict__)
    for add in reversed(_OPTIONS):
        call = add(call)
    return with_shop(call)


_OPTIONS: Final = (
    click.argument("jobs", type=Choice(list(JOBS)), nargs=-1, required=True, metavar="JOB..."),
    option(
        "--parcels",
        type=FILE,
        help=Bilingual("CSV: bundle_no, courier, invoice_no", "CSV: 배송번호, 택배사, 송장번호"),
    ),
    option(
        "--picked",
        type=FILE,
        help=Bilingual("CSV: order_option_no, quantity", "CSV: 옵션주문번호, 수량"),
    ),
    option("--stock", type=FILE, help=Bilingual("CSV: sku, quantity, as_of", "CSV: sku, 재고수량, 기준시각")),
    option(
        "--since",
        type=TIME,
        help=Bilingual("registered from then on (import-…, wind-down)", "등록일 시작 (import-…, wind-down)"),
    ),
    option(
        "--until",
        type=UNTIL,
        help=Bilingual("registered up to then; now without it", "등록일 종료 (기본: 현재)"),
    ),
)

_ALL: Final = ", ".join(JOBS)


@command(
    "plan",
    Bilingual(
        f"Show what jobs would do, and do nothing. Jobs: {_ALL}.",
        f"작업이 실행할 내용을 표시하고 실행하지 않습니다. 작업: {_ALL}.",
    ),
)
@_supplied
@output
def plan(shop: Shop, jobs: Sequence[RunnerJob]) -> None:
    """Show plans."""
    carry_out(shop, jobs, only_show=True)


@command(
    "apply",
    Bilingual(
        f"Show what jobs would do, ask, and do it. What changed meanwhile is planned anew. Jobs: {_ALL}.",
        "작업이 실행할 내용을 표시하고 확인한 뒤 실행합니다. 그 사이 바뀐 것은 다시 계획합니다. 작업: "
        f"{_ALL}.",
    ),
)
@_supplied
@dry_run
@yes
@output
def apply(shop: Shop, jobs: Sequence[RunnerJob], dry_run: bool) -> None:
    """Show plans, ask, run."""
    carry_out(shop, jobs, only_show=dry_run)


@command(
    "run",
    Bilingual(
        f"Run jobs one after the other without a question, as cron does. Jobs: {_ALL}.",
        f"작업을 확인 없이 차례로 실행합니다(cron용). 작업: {_ALL}.",
    ),
)
@_supplied
@output
def run(shop: Shop, jobs: Sequence[RunnerJob]) -> None:
    """Run jobs."""
    run_jobs(shop.console, jobs)


@command(
    "status",
    Bilingual(
        "Show where the account stands, from its ledger alone.", "원장만으로 계정의 현재 상황을 표시합니다."
    ),
)
@with_shop
@option(
    "--strict",
    is_flag=True,
    help=Bilingual("exit with the code of the verdict", "판정에 해당하는 종료 코드로 종료"),
)
@output
def status(shop: Shop, strict: bool) -> None:
    """Show the status."""
    found, console = shop.office().status(), shop.console
    if console.form == "table":
        console.say(told(console, found))
    else:
        console.rows(
            {
                "job": run.job.value,
                "at": run.at,
                "verdict": run.verdict.value,
                "reasons": ", ".join(run.reasons),
            }
            for run in found.runs
        )
    console.code = found.verdict.exit_code if strict else 0


def told(console: Console, report: JobReport | ErasurePreview | AccountStatus) -> str:
    """Return a report in lines of text: in Korean, or in both languages."""
    if console.language != "ko":
        return str(report)
    from wemakeprice_sdk.cli.korean import korean_text

    return korean_text(report)


def carry_out(
    shop: Shop, jobs: Sequence[RunnerJob], *, only_show: bool, question: Bilingual | None = None
) -> bool:
    """Show the plans; unless that is all, or a stop came meanwhile, ask, run and return True."""
    from wemakeprice_sdk.runner import JobVerdict, StopSwitch

    console, stop = shop.console, StopSwitch()
    planned = run_jobs(console, jobs, dry_run=True, aside=not only_show, stop=stop)
    if only_show:
        return False
    if stop.pressed:
        console.code = JobVerdict.AGAIN_LATER.exit_code
        return False
    actions = sum(len(report.plan or ()) for report in planned)
    account = shop.config().seller_id
    console.confirm(
        question
        or Bilingual(
            f"carry out {actions} action(s) for {account}?", f"{account}: 작업 {actions}건을 실행할까요?"
        )
    )
    run_jobs(console, jobs, stop=stop)
    return True


def run_jobs(
    console: Console,
    jobs: Sequence[RunnerJob],
    *,
    dry_run: bool = False,
    aside: bool = False,
    stop: StopSwitch | None = None,
) -> list[JobReport]:
    """Run jobs one after the other, print their reports, and leave the worst verdict as exit code.

    The first error ends it, since later jobs build on earlier ones. What is shown `aside`, for a question,
    is no result: a program that reads JSON does not get it.
    """
    from wemakeprice_sdk.runner import JobVerdict, StopSwitch

    stop, reports = stop or StopSwitch(), list["JobReport"]()

    def progress(step: JobProgress) -> None:
        console.progress(f"{step.job} {step.phase}", step.done, step.total)

    try:
        with stopped_by_signals(stop, console) as interrupted:
            for job in jobs:
                if not stop.pressed:
                    reports.append(job(dry_run=dry_run, progress=progress, stop=stop))
                    console.clear()
                    if console.form == "table":
                        console.say(told(console, reports[-1]))
                    elif aside:
                        console.tell(told(console, reports[-1]))
    finally:
        # A job that fails takes no report of those before it along: they did their work.
        if console.form != "table" and not aside:
            console.rows(row for report in reports for row in _report_rows(report))
    verdicts = [report.verdict for report in reports]
    if len(reports) < len(jobs):
        verdicts.append(JobVerdict.AGAIN_LATER)
    console.code = JobVerdict.worst(verdicts).exit_code
    if interrupted:
        raise KeyboardInterrupt
    return reports


def _report_rows(report: JobReport) -> Iterator[TableRow]:
    """Yield a row for the report itself, then one for each line of its plan."""
    head: TableRow = {"job": report.job.value, "account": report.account}
    yield {
        **head,
        "state": report.verdict.value,
        "kind": ", ".join(reason.code for reason in report.reasons),
        "target": "",
        "reason": str(report.skipped or ""),
    }
    for row in report.plan.to_rows() if report.plan is not None else ():
        yield {**head, **{name: row[name] for name in ("state", "kind", "target", "reason")}}


@contextmanager
def stopped_by_signals(stop: StopSwitch, console: Console) -> Iterator[list[int]]:
    """Let the first SIGTERM or Ctrl-C end the work between two steps; a second Ctrl-C breaks it off.

    Yield the list of Ctrl-Cs that came.
    """
    pressed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return

    def ask(number: int, _: object) -> None:
        if stop.pressed and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.press()
        if number == signal.SIGINT:
            pressed.append(number)
            console.tell(
                Bilingual(
                    "stopping after this step; Ctrl-C again breaks it off",
                    "이 단계가 끝나면 중지합니다. 다시 Ctrl-C를 누르면 즉시 중단합니다",
                )
            )

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield pressed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
