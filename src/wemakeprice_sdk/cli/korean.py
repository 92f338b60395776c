"""How reports and tables read in Korean: a report's own text has both languages, column names are English.

Line for line what `str` of a report says; the words are those of the notebooks' headings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from wemakeprice_sdk.notebook.headings import heading, word_heading
from wemakeprice_sdk.policy import ReconciledRow
from wemakeprice_sdk.runner.erasure import ErasureItem, ErasurePreview, ErasureReport
from wemakeprice_sdk.runner.reports import JobReport, WindDownReport
from wemakeprice_sdk.runner.retention_report import RetentionReport
from wemakeprice_sdk.runner.status import AccountStatus

if TYPE_CHECKING:
    from wemakeprice_sdk.cli.console import PrintedRow
    from wemakeprice_sdk.ledger.records import Intent
    from wemakeprice_sdk.models import SkuMatch, SkuMatchReport
    from wemakeprice_sdk.policy.plan import PlanStep, SyncPlan
    from wemakeprice_sdk.runner.expiry import RetentionLine


_SETTLEMENT: Final = {"won": "금액(원)", "announced_by": "예정 근거"}
_WORDS_OF: Final = {"status": "SettlementStatus", "basis": "PaymentBasis"}


@singledispatch
def _lines(report: object) -> Iterator[str]:
    yield str(report)


@_lines.register
def _job(report: JobReport) -> Iterator[str]:
    head = f"{word_heading('Job', report.job)} {report.account} {report.started_at:%Y-%m-%d %H:%M:%S}"
    yield f"{head}{' (시험 실행)' if report.dry_run else ''}: {report.verdict.korean}"
    for reason in report.reasons:
        why = f"{reason.text_ko}. {reason.next_step_ko}"
        yield f"  {reason.verdict.korean}: {why} ({reason.code}{reason.about})"
    if report.skipped is not None:
        gate = report.gate
        why = report.detail if gate is None else f"{gate.reason.text_ko} ({gate.gate})"
        yield f"  실행하지 않음: {word_heading('Skipped', report.skipped)} {why}".rstrip()
    for kind, saved in report.collected.items():
        yield f"  {_kind(kind)}: 신규 {saved.new}, 변경 {saved.changed}, 동일 {saved.same}"
    if report.plan is not None:
        yield f"  {_plan(report.plan)}"
        yield from map(_step, report._shown(report.plan))
    for state, count in report.counts.items():
        yield f"  {word_heading('ActionState', state)}: {count}"
    yield from map(_waiting, report.waiting)
    for what, found in (
        ("읽지 못함", report.unread),
        ("재조회 제외", report.given_up),
        ("연동 상태", report.link_problems),
        ("읽지 못한 값", report.faults),
    ):
        yield from (f"  {what}: {one}" for one in found)
    if report.sku_matches.matches:
        yield from (f"  SKU {line}" for line in _sku_matches(report.sku_matches))


@_lines.register
def _retention(report: RetentionReport) -> Iterator[str]:
    yield from _job(report)
    yield from (f"  {_retention_line(line)}" for line in report.lines if line.counted)


@_lines.register
def _erasure(report: ErasureReport) -> Iterator[str]:
    yield from _job(report)
    yield from (f"  {_item(item)}" for item in (*report.destroyed, *report.kept))


@_lines.register
def _wind_down(report: WindDownReport) -> Iterator[str]:
    yield from _job(report)
    yield f"  판매중지 확인: {len(report.off_sale)}, 이미 판매 중이 아님: {len(report.already_off)}"
    yield f"  조회하지 않음: {report.since:%Y-%m-%d %H:%M} 이전에 등록되었고 지정하지 않은 상품"
    yield from (f"  아직 판매 중: 상품 {number}: {why}" for number, why in report.on_sale.items())
    yield from (f"  API로 종료할 수 없음: 딜 {number}" for number in report.deals)


@_lines.register
def _preview(preview: ErasurePreview) -> Iterator[str]:
    yield from map(_item, preview.items)


@_lines.register
def _status(status: AccountStatus) -> Iterator[str]:
    yield f"{status.account} {status.store_name}: {status.verdict.korean}"
    yield f"  연동 승인: {status.link.korean}"
    yield f"  작업 중: {status.worker or '-'}"
    for run in status.runs:
        codes = "".join(f", {code}" for code in run.reasons)
        yield f"  {word_heading('Job', run.job)} {run.at:%Y-%m-%d %H:%M}: {run.verdict.korean}{codes}"
    for held in (held for run in status.runs for held in run.held):
        due = f" ({held.due:%Y-%m-%d %H:%M}까지)" if held.due else ""
        yield f"  보류: {_target(held.target)} {held.code}{due}"
    yield from map(_waiting, status.waiting)
    yield from (f"  SKU {_sku_match(match)}" for match in status.ambiguous)
    for kind, gate in status.gates.items():
        if gate is not None:
            yield f"  차단: {word_heading('ActionKind', kind)}: {gate.reason.text_ko} ({gate.gate})"


def korean_text(report: JobReport | ErasurePreview | AccountStatus) -> str:
    """Return a report in lines of Korean text."""
    return "\n".join(_lines(report))


def settlement_headings(columns: Sequence[str]) -> dict[str, str]:
    """Return the Korean headings of a table of the reconciliation."""
    return {name: _SETTLEMENT.get(name) or heading(ReconciledRow, name) for name in columns}


def settlement_words(row: PrintedRow) -> PrintedRow:
    """Return a row of the reconciliation with its codes in Korean."""
    return {
        name: _settlement_word(name, cell) if isinstance(cell, str) else cell for name, cell in row.items()
    }


def _settlement_word(name: str, cell: str) -> str:
    owner = _WORDS_OF.get(name, f"ReconciledRow.{name}")
    return ", ".join(word_heading(owner, word) for word in cell.split(", "))


def _kind(kind: str) -> str:
    return word_heading("RecordKind", str(kind))


def _target(target: str) -> str:
    kind, _, number = target.partition(":")
    return f"{word_heading('TargetKind', kind)} {number}".rstrip()


def _plan(plan: SyncPlan) -> str:
    kinds = ", ".join(f"{word_heading('ActionKind', kind)} {count}" for kind, count in plan.counts.items())
    held, blocked, alarms = len(plan.held), len(plan.blocked), len(plan.alarms)
    return f"계획: {kinds or '작업 0건'} (보류 {held}, 차단 {blocked}, 알림 {alarms})"


def _step(step: PlanStep) -> str:
    what = f"{word_heading('PlanStep.state', step.state)}: {word_heading('ActionKind', step.kind)}".rstrip(
        ": "
    )
    change = f" {step.before} → {step.after}" if step.after else ""
    return f"    {what} {_target(step.target)}{change}: {step.reason_ko} [{step.rule}]"


def _waiting(intent: Intent) -> str:
    return f"  결과 확인 대기: {intent.id} {intent.operation} {_target(intent.target)}"


def _sku_matches(found: SkuMatchReport) -> Iterator[str]:
    counts = ", ".join(f"{state.korean} {count}" for state, count in found.counts.items() if count)
    yield counts or "코드가 없습니다"
    named, more = found.doubtful
    yield from map(_sku_match, named)
    if more:
        yield f"… {more}"


def _sku_match(match: SkuMatch) -> str:
    why = f": {match.reason_ko}" if match.reason_ko else ""
    return f"{match.sku or '-'} {match.state.korean} [{match.named}]{why}"


def _retention_line(line: RetentionLine) -> str:
    held = f", 보존 조치 {line.held} ({'; '.join(line.holds)})" if line.held else ""
    until = f" ({line.kept_until}까지)" if line.kept_until else ""
    kept = f", 보관 {line.kept}{until}" if line.kept else ""
    name = f"{_kind(line.file)} {line.data_class.korean}"
    return f"{name}: 파기 {line.destroyed}, 가림 처리 {line.masked}{held}{kept} [{line.basis}]"


def _item(item: ErasureItem) -> str:
    name = f"{_kind(item.kind)} {item.key} {item.data_class.korean}"
    if item.destroyed:
        return f"{name}: 파기"
    until = f" ({item.kept_until}까지)" if item.kept_until else ""
    return f"{name}: 보존{until} [{item.basis}]"
