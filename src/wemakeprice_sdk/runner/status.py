"""Where one account stands, from its ledger and configuration alone (연동관리 상황판, rule 6.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.config import ChannelConfig, LinkState
from wemakeprice_sdk.ledger.records import AccountStanding, Intent, IntentState
from wemakeprice_sdk.models import JsonValue, SkuMatch
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.gates import ClosedGate, check
from wemakeprice_sdk.runner.reports import Job, JobReport
from wemakeprice_sdk.runner.verdicts import JobVerdict

RUN: Final = "run/"
"""Begins the key under which the ledger keeps the last run of a job."""
_MOST_HELD: Final = 100
_FEATURES: Final = (
    ActionKind.COLLECT_ORDERS,
    ActionKind.CONFIRM_BUNDLE,
    ActionKind.SHIP_BUNDLE,
    ActionKind.COLLECT_CLAIMS,
    ActionKind.COLLECT_PRODUCTS,
    ActionKind.SET_STOCK,
    ActionKind.EXTEND_SALE_PERIOD,
    ActionKind.COLLECT_QUESTIONS,
    ActionKind.COLLECT_SETTLEMENT,
)


@frozen(kw_only=True)
class HeldTarget:
    """Something the last run of a job held (보류): what, why, and when it is decided without us, if ever."""

    target: str
    code: str
    due: datetime | None = None


@frozen(kw_only=True)
class LastRun:
    """How a job ended the last time it ran: when, its verdict, the codes of its reasons, what it held."""

    job: Job
    at: datetime
    verdict: JobVerdict
    reasons: tuple[str, ...] = ()
    held: tuple[HeldTarget, ...] = ()


@frozen(kw_only=True)
class AccountStatus(Report):
    """Where one account stands (상황판).

    `worker` works on it until `until` unless it renews; None when nobody does. `waiting` are the intents that
    block their target: unknown ones wait for an operator. `runs` is the last run of each job, the latest
    first; runs that did not start are not kept. `watermarks` says how far each list was read, `gates` which
    gate blocks which action first, None for an open way. `ambiguous` are codes that several options bear, or
    that differ only in spelling: their stock is held until `share_skus`, or until they are linked to others.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("verdict",)

    account: str
    store_name: str
    at: datetime
    link: LinkState
    worker: str | None = None
    until: datetime | None = None
    waiting: tuple[Intent, ...] = ()
    runs: tuple[LastRun, ...] = ()
    watermarks: Mapping[str, datetime] = field(factory=dict)
    gates: Mapping[ActionKind, ClosedGate | None] = field(factory=dict)
    ambiguous: tuple[SkuMatch, ...] = ()

    @property
    def verdict(self) -> JobVerdict:
        """The worst of the last runs; an unknown outcome or an ambiguous SKU always needs an operator."""
        found = [run.verdict for run in self.runs]
        if self.ambiguous or any(intent.state == IntentState.UNKNOWN for intent in self.waiting):
            found.append(JobVerdict.OPERATOR_NEEDED)
        if self.link is not LinkState.APPROVED:
            found.append(JobVerdict.SETTINGS_WRONG)
        return JobVerdict.worst(found)

    def __str__(self) -> str:
        """Return the status as lines of text, in both languages."""
        lines = [
            f"{self.account} {self.store_name}: {self.verdict} ({self.verdict.korean})",
            f"  link 연동: {self.link} ({self.link.korean})",
            f"  works 작업 중: {self.worker or '-'}",
        ]
        lines += [
            f"  {run.job} {run.at:%Y-%m-%d %H:%M}: {run.verdict} ({run.verdict.korean})"
            + "".join(f", {code}" for code in run.reasons)
            for run in self.runs
        ]
        lines += [
            f"  held 보류: {held.target} {held.code}"
            + (f" until {held.due:%Y-%m-%d %H:%M}" if held.due else "")
            for run in self.runs
            for held in run.held
        ]
        lines += [
            f"  waits 대기: intent {one.id} {one.state} {one.operation} {one.target}" for one in self.waiting
        ]
        lines += [f"  SKU {match}" for match in self.ambiguous]
        lines += [
            f"  closed 차단: {kind}: {gate.gate}: {gate.reason.text} ({gate.reason.text_ko})"
            for kind, gate in self.gates.items()
            if gate is not None
        ]
        return "\n".join(lines)


def run_note(report: JobReport) -> dict[str, JsonValue]:
    """Return what the ledger keeps of a run, free of personal data."""
    held = () if report.plan is None else report.plan.held[:_MOST_HELD]
    return {
        "at": report.finished_at.isoformat(),
        "verdict": report.verdict.value,
        "reasons": [str(reason.code) for reason in report.reasons],
        "held": [
            [
                str(one.target),
                one.reason.code,
                one.auto_approval_at.isoformat() if one.auto_approval_at else "",
            ]
            for one in held
        ],
    }


def account_status(
    config: ChannelConfig,
    standing: AccountStanding,
    waiting: Sequence[Intent],
    now: datetime,
    ambiguous: Sequence[SkuMatch] = (),
) -> AccountStatus:
    """Return where an account stands; pure."""
    runs = [
        _last_run(Job(job.removeprefix(RUN)), note)
        for job, note in standing.progress.items()
        if job.startswith(RUN) and job.removeprefix(RUN) in set(Job)
    ]
    return AccountStatus(
        account=config.seller_id,
        store_name=config.store_name,
        at=now,
        link=config.link_state,
        worker=standing.holder,
        until=standing.expires_at,
        waiting=tuple(waiting),
        runs=tuple(sorted(runs, key=lambda run: run.at, reverse=True)),
        watermarks=dict(sorted(standing.watermarks.items())),
        gates={kind: check(config, kind) for kind in _FEATURES},
        ambiguous=tuple(ambiguous),
    )


def _last_run(job: Job, note: Mapping[str, JsonValue]) -> LastRun:
    reasons, held = note.get("reasons"), note.get("held")
    return LastRun(
        job=job,
        at=datetime.fromisoformat(str(note["at"])),
        verdict=next(verdict for verdict in JobVerdict if verdict.value == note["verdict"]),
        reasons=tuple(str(code) for code in reasons) if isinstance(reasons, list) else (),
        held=tuple(_held(row) for row in held if isinstance(row, list)) if isinstance(held, list) else (),
    )


def _held(row: Sequence[JsonValue]) -> HeldTarget:
    target, code, due = (str(part) for part in row)
    return HeldTarget(target=target, code=code, due=datetime.fromisoformat(due) if due else None)
