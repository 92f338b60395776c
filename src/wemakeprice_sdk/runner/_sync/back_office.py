# Generated from runner/_async by scripts/unasync.py; edit that one.
"""BackOffice: what an account does on its own ledger, without the marketplace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve

from wemakeprice_sdk import excel
from wemakeprice_sdk import policy as policies
from wemakeprice_sdk.checks import check_kind, items_of
from wemakeprice_sdk.client.options import BaseUrl
from wemakeprice_sdk.clock import Clock, SystemClock, require_aware
from wemakeprice_sdk.config import Business, ChannelConfig
from wemakeprice_sdk.errors import LedgerAccountError, LedgerError, ValidationError
from wemakeprice_sdk.ledger.protocol import Ledger
from wemakeprice_sdk.ledger.records import IntentState, LegalHold
from wemakeprice_sdk.models._given import whole_number
from wemakeprice_sdk.models.sku_links import SkuLink, require_one_each
from wemakeprice_sdk.runner import _sync as jobs
from wemakeprice_sdk.runner._offload import Offload
from wemakeprice_sdk.runner._sync.lease_holder import LeaseHolder, reset_time
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, LedgerRun
from wemakeprice_sdk.runner.reports import Job, JobProgressCallback, JobReport, StopSwitch
from wemakeprice_sdk.runner.settings import RunnerSettings
from wemakeprice_sdk.runner.status import AccountStatus, account_status

if TYPE_CHECKING:
    from wemakeprice_sdk.excel import ExportKind
    from wemakeprice_sdk.ledger.records import Intent, Lease
    from wemakeprice_sdk.models.vat import TaxInvoice
    from wemakeprice_sdk.policy import HoldPurpose, OperatorMatch, RetentionPolicy, SettlementTerms
    from wemakeprice_sdk.runner._sync.stored import Feed, Stored
    from wemakeprice_sdk.runner.erasure import ErasureItem, ErasurePreview, ErasureReport
    from wemakeprice_sdk.runner.expiry import LineTally
    from wemakeprice_sdk.runner.export.archive import ArchiveReport
    from wemakeprice_sdk.runner.export.dossier.folder import DossierReport
    from wemakeprice_sdk.runner.export.retention.register import RegisterReport
    from wemakeprice_sdk.runner.export.retention.terms import FolderRetention
    from wemakeprice_sdk.runner.retention_report import RetentionReport
    from wemakeprice_sdk.runner.settlement_report import SettlementReport
    from wemakeprice_sdk.runner.source_report import SourceReport
    from wemakeprice_sdk.runner.sources.files import ColumnMapping, SourcePreview

_Run: TypeAlias = LedgerRun[LedgerContext]


class BackOffice:
    """Does what needs nothing but an account's ledger and configuration (백오피스); it has no client.

    Settlement, archive and retention run here whether the account is switched on or off, linked or not, and
    when the marketplace is gone: a switch stops contact with the marketplace, never work on one's own
    records. The jobs of `ChannelRunner` that need no client are these.

    `ledger` and `config` are handed in and stay the caller's; the other arguments are those of
    `ChannelRunner`. What writes takes the account's lease and raises what a job of the runner raises; a
    reading takes none, and makes no ledger where there is none.
    """

    def __init__(
        self,
        ledger: Ledger,
        config: ChannelConfig,
        *,
        worker: str | None = None,
        settings: RunnerSettings | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        check_kind("ledger", ledger, Ledger, hint="such as SqliteLedger(path, cipher)")
        check_kind("config", config, ChannelConfig)
        check_kind("settings", settings, RunnerSettings, optional=True)
        check_kind("clock", clock, Clock, optional=True)
        self._ledger = ledger
        self._context = LedgerContext(
            account=config.seller_id,
            config=config,
            ledger=ledger,
            clock=clock or SystemClock(),
            settings=settings or RunnerSettings(),
            sleep=sleep,
            monotonic=monotonic,
            offload=Offload(),
        )
        self._holder = LeaseHolder(self._context, worker)

    @property
    def account(self) -> str:
        """The seller id (판매자 ID) this office works for."""
        return self._context.account

    @property
    def config(self) -> ChannelConfig:
        """The account's configuration."""
        return self._context.config

    @property
    def ledger(self) -> Ledger:
        """The ledger this office works on."""
        return self._ledger

    @property
    def worker(self) -> str:
        """The name the lease is held under."""
        return self._holder.worker

    @property
    def stored(self) -> Stored:
        """What the ledger holds, as models; nothing there can write."""
        return jobs.stored.Stored(self._context.ledger, self.account)

    def feed(self, reader: str) -> Feed:
        """Return new and changed records for the reader of this name, which acknowledges what it has.

        Raises `ValidationError` when `reader` is not one line of 1 to 60 characters without a slash.
        """
        return jobs.stored.Feed(self._context.ledger, self.account, reader)

    def settlement(
        self, *, received: Mapping[date, int] | None = None, terms: SettlementTerms | None = None
    ) -> SettlementReport:
        """Reconcile (정산 대사) what the ledger holds, as of today; nothing is collected and nothing written.

        Facts of files count beside what was collected. `received` says what really arrived, in whole won by
        day (a float raises `ValidationError`); without it the bank transfers of the ledger do, with an
        operator's matches (`put_match`), and without those "paid" rests on the schedule. `terms` are those of
        `reconcile`; the configuration's cycle counts where they name none. Give the same to `dossier`.
        """
        from wemakeprice_sdk.runner.settlement_report import SettlementReport

        check_kind("terms", terms, policies.SettlementTerms, optional=True)
        bank = None if received is None else policies.BankRecords.by_day(received)
        started = self._context.clock.now()
        context = self._reading()
        result, facts = jobs.facts.reconcile_stored(context, bank, terms)
        report = JobReport(
            job=Job.SETTLEMENT, account=self.account, started_at=started, finished_at=context.clock.now()
        )
        return SettlementReport.of(
            report, result, facts.contradictions, facts.sources, facts.interest(result)
        )

    def matches(self) -> tuple[OperatorMatch, ...]:
        """Return an operator's matches (수동 매칭) that stand, oldest first."""
        return jobs.facts.stored_matches(self._reading())

    def put_match(self, match: OperatorMatch, *, terms: SettlementTerms | None = None) -> None:
        """Keep an operator's word that a transfer is for a pay-out: it goes before every rule from now on.

        `settlement` and `dossier` take it up; `match.by` and `match.reason` are written into the audit trail,
        so the reason must name nobody. The same again changes nothing, another amount or reason for the same
        two takes its place. `terms` are those of `settlement`: a cycle gives pay-outs their days. Raises
        `ValidationError` for a transfer or a pay-out of this account that is not
        there, and for more won than both have; a match that fits no more later is named by the
        reconciliation (`unfit_matches`).
        """
        check_kind("terms", terms, policies.SettlementTerms, optional=True)
        check_kind("match", match, policies.OperatorMatch)
        self._must_run(Job.RECOVER, partial(jobs.matches.put_match, match=match, terms=terms))

    def take_back_match(self, transfer: str, payable: str, *, by: str, reason: str = "") -> bool:
        """Take a match back (수동 매칭 해제), by the keys it names; False when none stands.

        `by` names the operator who says so, in the audit trail.
        """
        done: list[bool] = []

        def job(run: _Run) -> None:
            done.append(jobs.matches.take_back_match(run, transfer, payable, by, reason))

        self._must_run(Job.RECOVER, job)
        return any(done)

    def preview_source(
        self,
        file: str | os.PathLike[str],
        *,
        kind: ExportKind | None = None,
        mapping: ColumnMapping = None,
        bank: str = "bank",
        account_number: str | None = None,
    ) -> SourcePreview:
        """Say what an export of orders, claims or settlement, a VAT page or a bank statement would bring.

        It is read to its end, and nothing is taken over.

        Raises what `ExcelMigrator.inspect` does, and `WrongKindError` for a file of another kind.
        """
        check_kind("kind", kind, excel.ExportKind, optional=True)
        return jobs.sources.preview_source(self._context, file, kind, mapping, bank, account_number)

    def import_source(
        self,
        file: str | os.PathLike[str],
        *,
        preview: SourcePreview | None = None,
        kind: ExportKind | None = None,
        mapping: ColumnMapping = None,
        bank: str = "bank",
        account_number: str | None = None,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> SourceReport:
        """Take the facts of a file over, each with file, hash, sheet and rows (출처).

        Orders, claim grids, settlement of orders and of shipping, the months of the VAT page, and a bank
        statement, of which `bank` is your own label and no account number. A statement of another bank
        account than `account_number`, or than the one kept under the label, raises `WrongAccountError`, one
        whose account or file has another label `ValidationError`; nothing of it is taken over.

        The same file again changes nothing; broken off, it goes on, and until then `settlement` names the
        file as not whole. A fact that the API or another file shows too is one fact; where they differ,
        `settlement` says so. Raises `SourceChangedError` when the file is not the one of `preview`, and what
        `preview_source` does.
        """
        from wemakeprice_sdk.runner.source_report import SourceReport
        from wemakeprice_sdk.runner.sources.files import SourcePreview

        check_kind("preview", preview, SourcePreview, optional=True)
        check_kind("kind", kind, excel.ExportKind, optional=True)
        brought: list[SourcePreview] = []

        def job(run: _Run) -> None:
            brought.append(
                jobs.sources.import_source(run, file, preview, kind, mapping, bank, account_number)
            )

        report = self._run(Job.IMPORT_SOURCE, job, progress=progress, stop=stop)
        return SourceReport.of(report, brought[0] if brought else None)

    def dossier(
        self,
        folder: str | os.PathLike[str],
        *,
        as_of: datetime | None = None,
        terms: SettlementTerms | Mapping[str, SettlementTerms] | None = None,
        business: Business | None = None,
        others: Iterable[BackOffice] = (),
        files: Iterable[str | os.PathLike[str]] = (),
        personal: bool = False,
        replace: bool = False,
    ) -> DossierReport:
        """Write what the account is owed, with every source, as a BagIt folder (정산 기록 자료).

        A cover sheet in Korean to print, the lines from gross to net with the source of each, what is not
        there, contradictions, the three-way check with VAT page and tax invoices, the bank match, as CSV and
        XLSX, and copies of the sources among `files`, known by their hash. `business` joins this account with
        `others` under one business number, whose transfers they share. Buyers are masked, and a source that
        may hold people is listed by hash only, unless `personal`. It keeps records and gives no legal advice.

        `terms` are those of `settlement`, for all accounts or by account; each figure names what it rests on.
        `as_of` (default: now) is the time it speaks of: the same ledger, files, terms and `as_of` give the
        same bytes. Raises `BagError` for a folder that is there, unless `replace`, and `ValidationError` for
        accounts that are not of the business.
        """
        check_kind("business", business, Business, optional=True)
        joined = [self, *others]
        for one in joined[1:]:
            check_kind("others", one, BackOffice)
        if business is None and len(joined) > 1:
            raise ValidationError.single(
                "business",
                None,
                "given with others",
                "several accounts make one dossier only under a business number",
                "여러 판매자 ID를 합치려면 사업자등록번호를 지정해 주세요",
            )
        at = self._context.clock.now() if as_of is None else require_aware(as_of, "as_of")
        contexts = [one._reading() for one in joined]
        given = jobs.dossier.by_account(terms, [one.account for one in contexts])
        return jobs.dossier.make_dossier(
            contexts, folder, at, given, business, files, personal=personal, replace=replace
        )

    def import_tax_invoices(self, invoices: Iterable[TaxInvoice]) -> JobReport:
        """Keep what the seller declared himself (세금계산서), for the three-way check of a dossier."""
        from wemakeprice_sdk.models.vat import TaxInvoice

        rows = items_of("invoices", invoices, TaxInvoice)

        def job(run: _Run) -> None:
            jobs.sources.import_tax_invoices(run, rows)

        return self._run(Job.IMPORT_SOURCE, job)

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
        """Mask and destroy personal data by class (개인정보 보유기간), as the policy says.

        A period starts on the day of 구매확정 where `confirmed` has it for the bundle, else when the order
        was delivered or the claim answered, else on the day of the record. What stands under a hold stays.
        `by` is who answers for the destruction in the register: 1..50 characters in one line.

        Works page by page, so that others can write meanwhile; stopped or killed, the next run goes on. At
        the end the ledger's files are rewritten (`Ledger.scrub`), while others wait. A run that cannot do
        that raises `LedgerUnavailableError`, and the next one does it. A dry run counts what would be done.
        """
        from wemakeprice_sdk.ledger.audit import require_words
        from wemakeprice_sdk.runner.expiry import confirmed_days
        from wemakeprice_sdk.runner.export.retention.register import BY_LIMIT
        from wemakeprice_sdk.runner.retention_report import RetentionReport

        check_kind("policy", policy, policies.RetentionPolicy)
        operator, days = require_words(by, "by", BY_LIMIT), confirmed_days(confirmed)
        tallies: list[LineTally] = []

        def job(run: _Run) -> None:
            holds = jobs.retention.running_holds(run.context)
            task = jobs.retention.RetentionTask(
                policy=policy, by=operator, today=run.now.date(), confirmed=days, holds=holds
            )
            jobs.retention.forget(run, task, tallies)
            jobs.retention.scrub(run)

        report = self._run(Job.RETENTION, job, dry_run=dry_run, progress=progress, stop=stop)
        return RetentionReport.of(report, [tally.line() for tally in tallies])

    def retention_folder(
        self,
        folder: str | os.PathLike[str],
        policy: RetentionPolicy,
        *,
        by: str,
        confirmed: Mapping[int, date] | None = None,
        as_of: datetime | None = None,
        copies: bool = False,
        dry_run: bool = False,
    ) -> FolderRetention:
        """Run the policy over the folder of an archive or a dossier: rewritten as a whole, or left as it is.

        Files nobody here knows are left and named (`unknown`). A dossier's copies of sources that may hold
        people are named (`inseparable`) and go, as a whole, only with `copies` and while no hold runs: nobody
        here knows what of them it is about. What was taken out stands in `retention.json` of the folder, and
        its digest in the audit trail. Killed anywhere, call it again. The same folder, policy and `as_of`
        (default: now, and never later) give the same bytes.

        Raises `ValidationError` for another folder or account and an `as_of` in the future,
        `LedgerCorruptError` and `BagError` for a folder that is not whole, `LedgerUnavailableError` for one
        that others write into meanwhile, and `LedgerError` while another worker has the account.
        """
        from wemakeprice_sdk.ledger.audit import require_words
        from wemakeprice_sdk.runner.expiry import confirmed_days
        from wemakeprice_sdk.runner.export.retention.register import BY_LIMIT
        from wemakeprice_sdk.runner.export.retention.terms import FolderTerms

        check_kind("policy", policy, policies.RetentionPolicy)
        operator, days = require_words(by, "by", BY_LIMIT), confirmed_days(confirmed)
        now = self._context.clock.now()
        at = now if as_of is None else require_aware(as_of, "as_of")
        if at > now:
            raise ValidationError.single(
                "as_of",
                at.isoformat(),
                f"at most {now.isoformat()}",
                "lies in the future: what has to be kept until then would be destroyed now",
                "현재 시각보다 늦을 수 없습니다. 보유기간이 남은 개인정보가 파기됩니다. 시각을 확인해 주세요",
            )
        found: list[FolderRetention] = []

        def job(run: _Run) -> None:
            holds = jobs.retention.running_holds(run.context)
            terms = FolderTerms(
                policy=policy,
                as_of=at,
                confirmed=days,
                key_hmac=partial(self._ledger.key_hmac, self.account),
                by=operator,
                holds={place: jobs.retention.hold_words(hold) for place, hold in holds.items()},
                copies=copies,
            )
            found.append(jobs.retained_folders.retain_folder(run, folder, terms))

        self._must_run(Job.RETENTION, job, dry_run=dry_run)
        return found[0]

    def preview_erasure(
        self,
        *,
        bundle_no: int | None = None,
        phone: str = "",
        name: str = "",
        policy: RetentionPolicy | None = None,
        confirmed: Mapping[int, date] | None = None,
    ) -> ErasurePreview:
        """Say what a request for erasure (정보주체 삭제요청) is about, and what would become of it.

        One order by its bundle number (배송번호), or one person by `phone` and `name`; with both, a record
        has to say both. With an order come its claims, the questions about it, what files say of it, and what
        was sent about it. Masked values match nothing, and a name inside a longer text is not found; a
        telephone is, so questions, reviews and inquiries are found by it alone.

        What a law wants kept stays, and is named with its basis and the last day; a hold keeps what it holds;
        an order that is on its way keeps what it is delivered by. Raises `ValidationError` for neither or
        both.
        """
        from wemakeprice_sdk.runner.erasure import ErasureSubject
        from wemakeprice_sdk.runner.expiry import confirmed_days

        check_kind("policy", policy, policies.RetentionPolicy, optional=True)
        number = None if bundle_no is None else whole_number(bundle_no, "bundle_no")
        try:
            subject = ErasureSubject(bundle_no=number, phone=phone, name=name)
        finally:
            del phone, name  # who asks shows in no local variable of an error
        context = self._reading()
        terms, days = policy or policies.RetentionPolicy(), confirmed_days(confirmed)
        return jobs.erasure.preview_erasure(context, subject, terms, days)

    def erase(
        self,
        preview: ErasurePreview,
        *,
        by: str,
        policy: RetentionPolicy | None = None,
        confirmed: Mapping[int, date] | None = None,
        stop: StopSwitch | None = None,
    ) -> ErasureReport:
        """Destroy what a request for erasure is about, as the preview said; what must stay is reported again.

        It is decided anew on the records of the preview: a hold set meanwhile counts. What was destroyed
        never comes in again, from the marketplace or a file. The audit trail has the request without the
        person, the register each record. Stopped or killed, call it again with the same preview. `by` as for
        `retention`.
        """
        from wemakeprice_sdk.ledger.audit import require_words
        from wemakeprice_sdk.runner.erasure import ErasurePreview, ErasureReport
        from wemakeprice_sdk.runner.expiry import confirmed_days
        from wemakeprice_sdk.runner.export.retention.register import BY_LIMIT

        check_kind("preview", preview, ErasurePreview)
        check_kind("policy", policy, policies.RetentionPolicy, optional=True)
        operator, days = require_words(by, "by", BY_LIMIT), confirmed_days(confirmed)
        if preview.account != self.account:
            raise LedgerAccountError(
                f"the preview is of account {preview.account!r}, not of {self.account!r}"
            )
        items: list[ErasureItem] = []

        def job(run: _Run) -> None:
            terms = policy or policies.RetentionPolicy()
            jobs.erasure.erase(run, preview, terms, days, operator, items)
            jobs.retention.scrub(run)

        return ErasureReport.of(self._run(Job.ERASE, job, stop=stop), items)

    def destruction_register(
        self,
        folder: str | os.PathLike[str],
        *,
        as_of: datetime | None = None,
        department_head: str = "",
        confirmed_by: str = "",
    ) -> RegisterReport:
        """Write the destruction register (파기 관리대장) as JSON lines and as a workbook to sign.

        It holds everything that was ever destroyed in this ledger, by retention and on request; records are
        named by a keyed digest. `department_head` (처리부서장) and `confirmed_by` (확인자) stand in the
        workbook only. The same ledger and `as_of` (default: now) give the same bytes. `verify_register` holds
        the lines against the audit trail.
        """
        from wemakeprice_sdk.runner.export.retention.register import write_register

        at = self._context.clock.now() if as_of is None else require_aware(as_of, "as_of")
        for name, value in (("department_head", department_head), ("confirmed_by", confirmed_by)):
            check_kind(name, value, str)
        context = self._reading()
        stones = list(context.ledger.tombstones(self.account))
        return context.offload(
            write_register, folder, stones, at, department_head=department_head, confirmed_by=confirmed_by
        )

    def archive(
        self,
        folder: str | os.PathLike[str],
        start: datetime,
        end: datetime,
        *,
        mask: bool = False,
        as_of: datetime | None = None,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> ArchiveReport:
        """Write what the ledger holds into a folder (보관): JSON lines, a workbook, a manifest with sums.

        `start` and `end` bound what happened (orders, claims, questions, settlement rows); goods, deals,
        templates and rows of Excel imports are whole. Each call writes anew. `as_of` (default: now) is the
        time of the reading that files and manifest name: with the same one, the same ledger gives the same
        bytes. The folder holds personal data in clear unless `mask`. Raises as `ChannelRunner.archive` does.
        """
        context = self._reading()
        return jobs.ledger_archive.archive_stored(
            context, folder, start, end, mask=mask, as_of=as_of, progress=progress, stop=stop
        )

    def status(self) -> AccountStatus:
        """Return where the account stands (상황판): who works, what waits, is held, last runs, gates.

        Reads the ledger once and asks the marketplace nothing. The link is as the configuration says; on the
        runner, as its link store says.
        """
        return self._status(self.config)

    def _status(self, config: ChannelConfig) -> AccountStatus:
        from wemakeprice_sdk.models.sku_matching import ambiguous_skus

        ledger, account = self._holder.looking_around(), self.account
        standing, waiting = ledger.standing(account), ledger.active_intents(account)
        uses, shared = ledger.sku_uses(), ledger.shared_skus()
        doubtful = self._context.offload(ambiguous_skus, uses, shared)
        mine = [match for match in doubtful if any(use.account == account for use in match.uses)]
        return account_status(config, standing, waiting, self._context.clock.now(), mine)

    def waiting(self) -> tuple[Intent, ...]:
        """Return the intents that block their target; the unknown ones wait for `resolve`."""
        return self._context.ledger.active_intents(self.account)

    def resolve(self, intent_id: int, *, applied: bool, by: str) -> Intent:
        """Record the outcome of a waiting intent, as an operator states it; `by` names only that operator.

        Unknown intents wait for this call only. Open ones may be resolved too, for a marketplace that no
        longer answers. `by` is written into the audit trail: 1..100 characters in one line, or
        `ValidationError`. Raises `LedgerError` while a worker is at it.
        """
        state = IntentState.APPLIED if applied else IntentState.NOT_APPLIED
        context = self._context
        now, number = context.clock.now(), whole_number(intent_id, "intent_id")
        return context.ledger.resolve(self.account, number, state, now, by=by)

    def rebind(self, base_url: str, *, by: str) -> str:
        """Bind the account's records to another host, for a marketplace that moved; return the one before.

        Jobs refuse a ledger of another host, so that a sandbox never mixes with the real one: `by` names the
        operator who says it is the same marketplace, and the audit trail keeps it. Raises `ValidationError`
        for no address, and `LedgerError` while a worker is at it or acts wait for their outcome (`resolve`).
        """
        context = self._context
        origin = BaseUrl(base_url).safe
        return context.ledger.rebind(self.account, origin, context.clock.now(), by=by)

    def put_links(self, links: Iterable[SkuLink]) -> None:
        """Store SKU links (SKU 연동), for example from an Excel import.

        Raises `ValidationError` when two of them say different things of one option.
        """
        rows = items_of("links", links, SkuLink)
        require_one_each(rows)

        def job(run: _Run) -> None:
            lease = run.keep_lease()
            if lease is not None:
                run.context.ledger.put_links(lease, rows, run.now)

        self._must_run(Job.RECOVER, job)

    def share_skus(self, skus: Iterable[str], *, by: str, shared: bool = True) -> int:
        """Say that codes are one SKU wherever they stand, in every account of the ledger (SKU 공유).

        Until then stock of a code that several options bear is held (`status().ambiguous` names them). With
        `shared=False` the word is taken back. `by` names who says so, for the audit trail: 1..100 characters
        in one line, or `ValidationError`. Returns how many codes changed.
        """
        named, changed = items_of("skus", skus, str), list[int]()

        def job(run: _Run) -> None:
            lease = run.keep_lease()
            if lease is not None:
                ledger = run.context.ledger
                changed.append(ledger.share_skus(lease, named, run.now, by=by, shared=shared))

        self._must_run(Job.RECOVER, job)
        return sum(changed)

    def set_runple(self, goods: Iterable[int | str], *, runple: bool = True) -> int:
        """Say which products Runple ships (런플), by product number or seller code; return how many changed.

        A code is the SKU of any of the product's links. The mark decides about confirmation only, in the
        Runple mode; a product without a link gets one that says nothing else. Raises `ValidationError` naming
        every code that no link bears.
        """
        from wemakeprice_sdk.policy.imports import runple_links

        named, changed = items_of("goods", goods), list[SkuLink]()

        def job(run: _Run) -> None:
            lease, ledger = run.keep_lease(), run.context.ledger
            changed.extend(runple_links(ledger.links(self.account), named, runple=runple))
            if lease is not None:
                ledger.put_links(lease, changed, run.now)

        self._must_run(Job.RECOVER, job)
        return len({link.product_no for link in changed})

    def reset_time(self, *, by: str) -> int:
        """Go on after this machine's clock ran ahead and was set right; `by` names who says so.

        Jobs raise `ClockJumpError` until then, or until the clock is past what was recorded; that resets too.
        What was read under the wrong time is read again, back to `RunnerSettings.max_back`; returns how many
        lists begin anew. Nothing that was done is repeated.
        """
        moved: list[int] = []

        def job(run: _Run) -> None:
            moved.append(reset_time(run, by))

        self._must_run(Job.RESET_TIME, job)
        return sum(moved)

    def set_hold(
        self, kind: str, until: datetime, reason: str, *, purpose: HoldPurpose | None = None
    ) -> None:
        """Put the personal data of one kind, or what was sent (`intent`), under legal hold (법정 보존).

        With a `purpose` only the classes that it needs: a claim against the marketplace holds the records of
        the trade, and lets telephones go. Kinds: `bundle`, `claim`, `question`, `review`, `inquiry`,
        `export`, `intent`. `reason` is written into the audit trail, so it must name nobody: 1..200
        characters in one line. Raises `ValidationError`.
        """
        from wemakeprice_sdk.ledger.personal import require_kind

        check_kind("purpose", purpose, policies.HoldPurpose, optional=True)
        require_kind(kind, "kind")
        classes = [None] if purpose is None else sorted(purpose.classes)
        at = require_aware(until, "until")

        def job(run: _Run) -> None:
            for data_class in classes:
                lease = run.keep_lease()
                if lease is not None:
                    hold = LegalHold(self.account, kind, at, reason, data_class)
                    run.context.ledger.set_hold(lease, hold, run.now)

        self._must_run(Job.RECOVER, job)

    def _reading(self) -> LedgerContext:
        """Return what a reading works with."""
        return evolve(self._context, ledger=self._holder.looking_around())

    def _must_run(self, job: Job, body: Callable[[_Run], None], *, dry_run: bool = False) -> None:
        report = self._run(job, body, dry_run=dry_run)
        if report.skipped is not None:
            raise LedgerError(f"account {self.account!r} is held by another worker; nothing was written")

    def _run(
        self,
        job: Job,
        body: Callable[[_Run], None],
        *,
        dry_run: bool = False,
        progress: JobProgressCallback | None = None,
        stop: StopSwitch | None = None,
    ) -> JobReport:
        check_kind("stop", stop, StopSwitch, optional=True)

        def make(ledger: Ledger, lease: Lease | None) -> _Run:
            context = evolve(self._context, ledger=ledger)
            return LedgerRun(context, job, lease, progress, stop or StopSwitch())

        return self._holder.run(job, make, body, dry_run=dry_run)
