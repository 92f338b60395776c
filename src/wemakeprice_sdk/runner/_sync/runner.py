# Generated from runner/_async by scripts/unasync.py; edit that one.
"""ChannelRunner: every job of one account, each run under a lease and with its recovery first."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from attrs import evolve

from wemakeprice_sdk import policy as policies
from wemakeprice_sdk.checks import check_kind, items_of
from wemakeprice_sdk.client._sync.client import WemakepriceClient
from wemakeprice_sdk.client._threads import Turnstile
from wemakeprice_sdk.clock import Clock, korean_day, require_aware
from wemakeprice_sdk.config import ChannelConfig, IssueNotifier, LinkStore
from wemakeprice_sdk.errors import AuthenticationError, ValidationError, WemakepriceError
from wemakeprice_sdk.models._given import whole_number
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_matching import SkuScheme
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.gates import ClosedGate, check
from wemakeprice_sdk.runner import _sync as jobs
from wemakeprice_sdk.runner._sync.back_office import BackOffice
from wemakeprice_sdk.runner._sync.link_watch import LinkWatch
from wemakeprice_sdk.runner.reports import Job, JobProgressCallback, JobReport, StopSwitch, WindDownReport
from wemakeprice_sdk.runner.results import Skipped
from wemakeprice_sdk.runner.settings import FactSource, RunnerSettings, checked_wind_down, from_source
from wemakeprice_sdk.runner.verdicts import JobVerdict, reason_of_error
from wemakeprice_sdk.wire.windows import split_days

if TYPE_CHECKING:
    from wemakeprice_sdk.ledger.protocol import Ledger
    from wemakeprice_sdk.ledger.records import Intent, Lease
    from wemakeprice_sdk.models.sku_links import SkuLink
    from wemakeprice_sdk.policy import (
        HoldPurpose,
        PendingAnswer,
        PendingInquiryAnswer,
        PendingShipment,
        PickedLine,
        Reconciliation,
        RetentionPolicy,
        ReturnFacts,
        SettlementTerms,
        SkuStock,
        SyncPolicy,
        TemplateDelete,
        TemplateSave,
    )
    from wemakeprice_sdk.runner._sync.facts import StoredFacts
    from wemakeprice_sdk.runner._sync.job_run import JobRun
    from wemakeprice_sdk.runner._sync.wind_down import WindDown
    from wemakeprice_sdk.runner.export.archive import ArchiveReport
    from wemakeprice_sdk.runner.retention_report import RetentionReport
    from wemakeprice_sdk.runner.settlement_report import SettlementReport
    from wemakeprice_sdk.runner.status import AccountStatus

_LEVELS: Final[Mapping[JobVerdict, int]] = {
    JobVerdict.DONE: logging.INFO,
    JobVerdict.AGAIN_LATER: logging.WARNING,
    JobVerdict.OPERATOR_NEEDED: logging.ERROR,
    JobVerdict.SETTINGS_WRONG: logging.ERROR,
}
_GATES: Final[Mapping[Job, tuple[ActionKind, ...]]] = {
    Job.COLLECT_ORDERS: (ActionKind.COLLECT_ORDERS,),
    Job.CONFIRM: (ActionKind.COLLECT_ORDERS,),
    Job.TRACK: (ActionKind.COLLECT_ORDERS,),
    Job.SHIP: (ActionKind.SHIP_BUNDLE,),
    Job.CLAIMS: (ActionKind.COLLECT_CLAIMS,),
    Job.STOCK: (ActionKind.COLLECT_PRODUCTS,),
    Job.WIND_DOWN: (ActionKind.COLLECT_PRODUCTS,),
    Job.EXTEND_SALE_PERIODS: (ActionKind.EXTEND_SALE_PERIOD,),
    Job.TEMPLATES: (ActionKind.IMPORT_TEMPLATES,),
    Job.IMPORT_PRODUCTS: (ActionKind.COLLECT_PRODUCTS,),
    Job.IMPORT_DEALS: (ActionKind.COLLECT_PRODUCTS,),
    Job.SETTLEMENT: (ActionKind.COLLECT_SETTLEMENT,),
    Job.CS: (
        ActionKind.COLLECT_QUESTIONS,
        ActionKind.COLLECT_REVIEWS,
        ActionKind.COLLECT_INQUIRIES,
        ActionKind.ANSWER_QUESTION,
        ActionKind.ANSWER_INQUIRY,
    ),
}


class ChannelRunner:
    """Carries out the jobs of one account (판매채널) so that a crash loses nothing and repeats nothing.

    Each job takes the account's lease, verifies by reads what an earlier run left without an outcome, reads,
    lets the policy plan, and then for every action writes the intent, acts, and writes the outcome. If a run
    is killed, the next run goes on.

    `client`, `ledger` and `policy` are handed in and stay the caller's; the policy's configuration is the
    account's. `worker` names this worker: two workers must never share a name, and a worker that is
    started again under its own name need not wait for its old lease. `clock`, `monotonic` and `sleep` can
    be replaced for tests. `logger` (`wemakeprice_sdk.runner` without it) hears of the end of each job: its
    verdict, the codes of its reasons and numbers, never a key or anything about people. One runner runs one
    job at a time; others wait their turn.

    When a call is refused for the key (401, 403), the cheapest read asks whether the key is refused
    altogether. The state of the link goes to `link_store`, one message per change to the contacts through
    `notifier`; later jobs ask once whether it works again, and else do not start.

    Every job takes `dry_run` (plan only: nothing is written at the marketplace or in the ledger),
    `progress` (called with `JobProgress`) and `stop` (a `StopSwitch`: stops before the next action), and
    returns a `JobReport`. A job raises `LeaseLostError`, `ClockJumpError`, other `LedgerError`s, and what
    the client raises for reads; the next run verifies whatever was begun by then.
    """

    def __init__(
        self,
        client: WemakepriceClient,
        ledger: Ledger,
        policy: SyncPolicy,
        *,
        worker: str | None = None,
        settings: RunnerSettings | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        link_store: LinkStore | None = None,
        notifier: IssueNotifier | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        check_kind("client", client, WemakepriceClient)
        check_kind("policy", policy, policies.SyncPolicy)
        check_kind("link_store", link_store, LinkStore, optional=True, hint="such as MemoryLinkStore()")
        check_kind("notifier", notifier, IssueNotifier, optional=True)
        check_kind("logger", logger, logging.Logger, optional=True)
        self._office = BackOffice(
            ledger,
            policy.config,
            worker=worker,
            settings=settings,
            clock=clock,
            monotonic=monotonic,
            sleep=sleep,
        )
        # Around the link too: of two jobs that start at once, one asks whether the key works.
        self._turn = Turnstile(1)
        self._logger = logger or logging.getLogger("wemakeprice_sdk.runner")
        self._around = jobs.job_run.JobContext.at(self._office._context, client, policy)
        self._link = LinkWatch.of(
            client,
            policy.config,
            link_store,
            notifier,
            self._around.clock,
            self._logger,
            self._around.settings.patience,
        )

    @property
    def account(self) -> str:
        """The seller id (판매자 ID) this runner works for."""
        return self._around.account

    @property
    def config(self) -> ChannelConfig:
        """The account's configuration."""
        return self._around.config

    @property
    def ledger(self) -> Ledger:
        """The ledger this runner writes."""
        return self._office.ledger

    @property
    def worker(self) -> str:
        """The name the lease is held under."""
        return self._office.worker

    @property
    def back_office(self) -> BackOffice:
        """What this account does without the marketplace, over the same ledger and in turn with the jobs."""
        return self._office

    def collect_orders(
        self,
        *,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Collect orders in two phases (주문 수집), confirming in between as the mode says.

        Reads from the overlap before the watermark on; after a pause it reads from where it stopped.
        """
        return self._run(Job.COLLECT_ORDERS, jobs.orders.collect_orders, dry_run, progress, stop)

    def confirm(
        self,
        bundle_nos: Iterable[int] | None = None,
        *,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Confirm new bundles (발주확인): what the mode says, or exactly the ones an operator names."""
        named = (
            None
            if bundle_nos is None
            else frozenset(whole_number(row, "bundle_nos") for row in items_of("bundle_nos", bundle_nos))
        )
        job = partial(jobs.orders.confirm, bundle_nos=named)
        return self._run(Job.CONFIRM, job, dry_run, progress, stop)

    def ship(
        self,
        shipments: Iterable[PendingShipment],
        *,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Ship the bundles that are ready (발송처리), after the claims were read again.

        A bundle with an open cancel request is held; one that is shipped with the same invoice is nothing
        to do, with another a conflict for an operator.
        """
        job = partial(jobs.orders.ship, shipments=items_of("shipments", shipments, policies.PendingShipment))
        return self._run(Job.SHIP, job, dry_run, progress, stop)

    def track(
        self,
        *,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Follow shipped bundles to their delivery (배송 추적), so that settlement can be reconciled."""
        return self._run(Job.TRACK, jobs.orders.track, dry_run, progress, stop)

    def claims(
        self,
        *,
        shipments: Iterable[PendingShipment] = (),
        picked: Iterable[PickedLine] | None = None,
        facts: Iterable[ReturnFacts] = (),
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Collect claims, decide and answer (클레임 처리).

        `shipments` are bundles that already have an invoice, `picked` what left the shelf, `facts` what
        is known of returned goods. Without `picked` nobody knows what left the shelf, and cancels of
        unshipped goods are held; an empty collection says that nothing did, and they are approved.
        """
        job = partial(
            jobs.claims.answer_claims,
            shipments=items_of("shipments", shipments, policies.PendingShipment),
            picked=None if picked is None else items_of("picked", picked, policies.PickedLine),
            facts=items_of("facts", facts, policies.ReturnFacts),
        )
        return self._run(Job.CLAIMS, job, dry_run, progress, stop)

    def stock(
        self,
        levels: Iterable[SkuStock],
        *,
        reservations: Mapping[str, int] | None = None,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Bring stock, sale state and display in line with the SKUs (재고연동).

        A level is what was counted at its `as_of`. Orders that every account of the ledger collected are
        taken off it, also those that left since; `reservations` are the units by SKU that are promised at
        other marketplaces. A SKU that several links or accounts sell is divided among them as
        `StockSettings.shares` says, and what is about to be offered is written to the ledger before any call.
        Raises `ValidationError` for a negative number of units.
        """
        check_kind("reservations", reservations, Mapping, optional=True)
        from wemakeprice_sdk.policy.seller_inputs import reserved_units

        promised = reserved_units(reservations or {})
        counted = items_of("levels", levels, policies.SkuStock)
        job = partial(jobs.stock.sync_stock, levels=counted, reservations=promised)
        return self._run(Job.STOCK, job, dry_run, progress, stop)

    def wind_down(
        self,
        since: datetime,
        *,
        products: Iterable[int] = (),
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> WindDownReport:
        """Stop the sale of every product (판매채널 정리), and prove it by reading each one again.

        The marketplace lists products by registration date only: everything registered from `since` (aware)
        until now is listed, window by window. `products` are further product numbers, such as those of an
        export; the ledger's own are looked at in any case. What was registered before `since` and is in none
        of them is never seen: the report says so. Needs `switches.wind_down` (`ConfigError`), so that no
        other job resumes a sale meanwhile. A run that was cut short goes on; one that ended proves everything
        anew. Deals are only named: the contract has no call that ends one.
        """
        around = self._around
        first, given = checked_wind_down(around.config, since, around.clock.now(), products)
        found: list[WindDown] = []

        def job(run: JobRun) -> None:
            found.append(jobs.wind_down.WindDown(run, first))
            found[0].carry_out(given)

        def finish(report: JobReport) -> WindDownReport:
            return WindDownReport.of(report, first, found[0] if found else None)

        return finish(self._run(Job.WIND_DOWN, job, dry_run, progress, stop, finish))

    def extend_sale_periods(
        self,
        *,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Extend sale periods that end too soon (판매기간 자동연장), in the dawn batch only.

        Works on imported products. Maintenance is waited out, up to `RunnerSettings.max_wait`.
        """
        missed: list[Skipped] = []

        def job(run: JobRun) -> None:
            if not jobs.sale_periods.extend_sale_periods(run):
                missed.append(Skipped.MAINTENANCE)

        def finish(report: JobReport) -> JobReport:
            return evolve(report, skipped=missed[0]) if missed else report

        return self._run(Job.EXTEND_SALE_PERIODS, job, dry_run, progress, stop, finish)

    def templates(
        self,
        *,
        saves: Iterable[TemplateSave] = (),
        deletes: Iterable[TemplateDelete] = (),
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Import the shipping templates (배송 템플릿 가져오기) and make the wished changes.

        What a change or deletion reaches is counted over the marketplace's own list of products registered in
        the last ten years, whether they were imported or not.
        """
        job = partial(
            jobs.templates.sync_templates,
            saves=items_of("saves", saves, policies.TemplateSave),
            deletes=items_of("deletes", deletes, policies.TemplateDelete),
        )
        return self._run(Job.TEMPLATES, job, dry_run, progress, stop)

    def import_products(
        self,
        start: datetime,
        end: datetime,
        *,
        sku_link: SkuLinkMode = SkuLinkMode.NONE,
        stock_sync: bool = False,
        sku_scheme: SkuScheme = SkuScheme.OPTION,
        shared: Iterable[str] = (),
        runple: Iterable[int | str] = (),
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Import products by registration date (상품 가져오기); the templates have to be imported first.

        The report's `sku_matches` say which codes name one SKU for certain; a dry run only makes them.
        `sku_scheme` says what of the codes makes the SKU, `shared` which codes are one thing wherever they
        stand, `runple` what Runple ships (런플), by product number or seller code. Raises `ValidationError`
        for `stock_sync` without a link. Resumes after a crash where it was.
        """
        check_kind("sku_link", sku_link, SkuLinkMode)
        check_kind("sku_scheme", sku_scheme, SkuScheme)
        if stock_sync and sku_link is SkuLinkMode.NONE:
            raise ValidationError.single(
                "stock_sync",
                f"{stock_sync}, sku_link={sku_link}",
                "stock sync needs a SKU link",
                "stock_sync means nothing without a SKU link",
                "SKU 연동 없이 SKU 재고연동을 선택할 수 없습니다. SKU 연동 방식을 먼저 선택해 주세요",
            )
        first, last = require_aware(start, "start"), require_aware(end, "end")
        choices = jobs.imports.ProductChoices(
            mode=sku_link,
            stock_sync=stock_sync,
            scheme=sku_scheme,
            shared=frozenset(items_of("shared", shared, str)),
            runple=frozenset(
                name if isinstance(name, str) else whole_number(name, "runple")
                for name in items_of("runple", runple)
            ),
        )
        job = partial(jobs.imports.import_products, start=first, end=last, choices=choices)
        return self._run(Job.IMPORT_PRODUCTS, job, dry_run, progress, stop)

    def import_deals(
        self,
        start: datetime,
        end: datetime,
        *,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Import deals by registration date (딜 가져오기), in windows of at most six months."""
        first, last = require_aware(start, "start"), require_aware(end, "end")
        job = partial(jobs.imports.import_deals, start=first, end=last)
        return self._run(Job.IMPORT_DEALS, job, dry_run, progress, stop)

    def settlement(
        self,
        *,
        source: FactSource = "marketplace",
        start: date | None = None,
        end: date | None = None,
        received: Mapping[date, int] | None = None,
        terms: SettlementTerms | None = None,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> SettlementReport:
        """Collect settlement rows (정산) up to yesterday and reconcile them with orders and claims.

        `received` says what really arrived, in whole won by pay-out day (a float raises `ValidationError`);
        without it "paid" rests on the schedule. `terms` are those of `reconcile` (cycle, delivery days, fees,
        interest); the configuration's cycle counts where they name none. A day with a row that cannot be read
        is in `incomplete`.
        A dry run reconciles what the ledger held before. `source="ledger"` asks the marketplace nothing and
        is what `BackOffice.settlement` does: it works with every switch off. It takes no `start` and `end`,
        which bound what is collected (`ValidationError`).
        """
        if from_source(source, only={"marketplace": {"start": start, "end": end}}) == "ledger":
            return self._office.settlement(received=received, terms=terms)
        from wemakeprice_sdk.runner.settlement_report import SettlementReport

        check_kind("terms", terms, policies.SettlementTerms, optional=True)
        first = None if start is None else korean_day(start, "start")
        last = None if end is None else korean_day(end, "end")
        if first is not None and last is not None:
            split_days(first, last)  # refuses a period that ends before it starts
        bank = None if received is None else policies.BankRecords.by_day(received)
        results: list[tuple[Reconciliation, StoredFacts, tuple[date, ...]]] = []

        def job(run: JobRun) -> None:
            results.append(jobs.settlement.reconcile_settlement(run, first, last, bank, terms))

        def finish(report: JobReport) -> SettlementReport:
            if not results:
                return SettlementReport.of(report, None)
            result, facts, incomplete = results[0]
            return evolve(
                SettlementReport.of(
                    report, result, facts.contradictions, facts.sources, facts.interest(result)
                ),
                incomplete=incomplete,
            )

        return finish(self._run(Job.SETTLEMENT, job, dry_run, progress, stop, finish))

    def cs(
        self,
        *,
        answers: Iterable[PendingAnswer] = (),
        inquiry_answers: Iterable[PendingInquiryAnswer] = (),
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        """Collect questions, reviews and inquiries (CS), and send answers that an operator wrote, each once.

        An answer whose fate is unknown waits for an operator: nothing can read it back.
        """
        job = partial(
            jobs.cs.serve_customers,
            answers=items_of("answers", answers, policies.PendingAnswer),
            inquiry_answers=items_of("inquiry_answers", inquiry_answers, policies.PendingInquiryAnswer),
        )
        return self._run(Job.CS, job, dry_run, progress, stop)

    def recover(self) -> JobReport:
        """Only verify what earlier runs left without an outcome."""

        def nothing(run: JobRun) -> None:
            run.tell("recover", len(run.recovered), len(run.recovered))

        return self._run(Job.RECOVER, nothing, False, None, None)

    def retention(
        self,
        policy: RetentionPolicy,
        *,
        by: str,
        confirmed: Mapping[int, date] | None = None,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> RetentionReport:
        """Mask and destroy personal data by class (개인정보 보유기간), as `BackOffice.retention` does."""
        return self._office.retention(
            policy, by=by, confirmed=confirmed, dry_run=dry_run, progress=progress, stop=stop
        )

    def archive(
        self,
        folder: str | os.PathLike[str],
        start: datetime,
        end: datetime,
        *,
        source: FactSource = "marketplace",
        mask: bool = False,
        as_of: datetime | None = None,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> ArchiveReport:
        """Read everything the account still can read into a folder (보관); only reads, no lease.

        JSON lines and a workbook, with a manifest of counts and SHA-256 sums that is verified at the end.
        Called again with the same arguments it goes on: after a crash, after a `stop` (the report then is
        not `complete`), and with what came since when `end` was still ahead. The period bounds what happened;
        goods and deals are there whatever it is, with those that only the ledger knows. The folder holds
        personal data in clear unless `mask`. `source="ledger"` is what `BackOffice.archive` does, and alone
        takes `as_of` (`ValidationError`).
        """
        if from_source(source, only={"ledger": {"as_of": as_of}}) == "ledger":
            return self._office.archive(
                folder, start, end, mask=mask, as_of=as_of, progress=progress, stop=stop
            )
        try:
            return jobs.archive.archive(
                self._around, folder, start, end, mask=mask, progress=progress, stop=stop
            )
        except AuthenticationError as error:
            # An archive waits for no job, but one that runs beside it may ask the same just now.
            self._turn.acquire()
            try:
                self._refused(error)
            finally:
                self._turn.release()
            raise

    def status(self) -> AccountStatus:
        """Return where the account stands (상황판), as `BackOffice.status`, with the link as it is now."""
        return self._office._status(self._link.current())

    def waiting(self) -> tuple[Intent, ...]:
        """Return the intents that block their target; the unknown ones wait for `resolve`."""
        return self._office.waiting()

    def resolve(self, intent_id: int, *, applied: bool, by: str) -> Intent:
        """Record the outcome of a waiting intent, as `BackOffice.resolve` does."""
        return self._office.resolve(intent_id, applied=applied, by=by)

    def put_links(self, links: Iterable[SkuLink]) -> None:
        """Store SKU links (SKU 연동), as `BackOffice.put_links` does."""
        self._office.put_links(links)

    def share_skus(self, skus: Iterable[str], *, by: str, shared: bool = True) -> int:
        """Say that codes are one SKU wherever they stand (SKU 공유), as `BackOffice.share_skus` does."""
        return self._office.share_skus(skus, by=by, shared=shared)

    def set_runple(self, goods: Iterable[int | str], *, runple: bool = True) -> int:
        """Say which products Runple ships (런플), as `BackOffice.set_runple` does."""
        return self._office.set_runple(goods, runple=runple)

    def reset_time(self, *, by: str) -> int:
        """Go on after this machine's clock ran ahead, as `BackOffice.reset_time` does."""
        return self._office.reset_time(by=by)

    def set_hold(
        self, kind: str, until: datetime, reason: str, *, purpose: HoldPurpose | None = None
    ) -> None:
        """Put personal data under legal hold (법정 보존), as `BackOffice.set_hold` does."""
        self._office.set_hold(kind, until, reason, purpose=purpose)

    def _run(
        self,
        job: Job,
        body: Callable[[JobRun], None],
        dry_run: bool,
        progress: JobProgressCallback | None,
        stop: StopSwitch | None,
        finish: Callable[[JobReport], JobReport] | None = None,
    ) -> JobReport:
        self._turn.acquire()
        try:
            report = self._in_turn(job, body, dry_run, progress, stop, finish)
        except WemakepriceError as error:
            # Only the kind of the error: its text may hold what was given or answered.
            reason = reason_of_error(error)
            words = (self.account, job, reason.verdict, reason.code, type(error).__name__)
            self._logger.log(_LEVELS[reason.verdict], "%s %s: %s: %s %s", *words)
            raise
        finally:
            self._turn.release()
        codes = " ".join(f"{reason.code}={len(reason.subjects) or 1}" for reason in report.reasons)
        self._logger.log(_LEVELS[report.verdict], "%s %s: %s %s", self.account, job, report.verdict, codes)
        return report

    def _in_turn(
        self,
        job: Job,
        body: Callable[[JobRun], None],
        dry_run: bool,
        progress: JobProgressCallback | None,
        stop: StopSwitch | None,
        finish: Callable[[JobReport], JobReport] | None,
    ) -> JobReport:
        check_kind("stop", stop, StopSwitch, optional=True)
        holder = self._office._holder
        config = self._link.current()
        if not dry_run:
            config = self._link.look_again(config)
        closed = self._closed_gate(job, config)
        if closed is not None:
            now = self._around.clock.now()
            report = holder.skipped(job, now, Skipped.GATE_CLOSED, closed, dry_run=dry_run)
            return evolve(report, link_problems=tuple(self._link.problems))

        def make(ledger: Ledger, lease: Lease | None) -> JobRun:
            context = evolve(self._around, ledger=ledger)
            return jobs.job_run.JobRun(context, job, lease, progress, stop or StopSwitch())

        def recovered(run: JobRun) -> None:
            if not run.dry_run:
                run.recover()
            body(run)

        origin = self._around.client.base_url
        try:
            report = holder.run(job, make, recovered, origin=origin, dry_run=dry_run, finish=finish)
        except AuthenticationError as error:
            self._refused(error)
            raise
        return evolve(report, link_problems=tuple(self._link.problems))

    def _refused(self, error: AuthenticationError) -> None:
        """Ask whether the key is refused altogether; the error says what failed meanwhile."""
        self._link.refused()
        for problem in self._link.problems:
            error.add_note(problem)

    def _closed_gate(self, job: Job, config: ChannelConfig) -> ClosedGate | None:
        closed = [check(config, kind) for kind in _GATES.get(job, ())]
        return None if not closed or any(gate is None for gate in closed) else closed[0]
