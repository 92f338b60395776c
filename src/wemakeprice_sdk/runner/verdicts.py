"""The verdict on a job: is it done, or who has to do what next; decided here and nowhere else.

| what the report holds                                             | verdict           |
|-------------------------------------------------------------------|-------------------|
| onboarding or link not complete                                   | `SETTINGS_WRONG`  |
| refused; outcome unknown; a serious alarm; settlement that is     | `OPERATOR_NEEDED` |
| missing or without a due day; input that breaks a rule; a parcel  |                   |
| for a bundle nobody knows; an order that only an operator can     |                   |
| move on; an ambiguous SKU; rows given up; a notifier or store of  |                   |
| the link state that failed; what a wind-down left on sale         |                   |
| another worker has the account; maintenance; stopped; not read;   | `AGAIN_LATER`     |
| outcome open; not applied; left out                               |                   |
| everything else: done, a switch is off, an ordinary alarm, …      | `DONE`            |

The worst reason is the verdict. Reasons of `DONE` are worth knowing and ask for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.errors import (
    AuthenticationError,
    CallError,
    ConfigError,
    GateClosedError,
    LeaseLostError,
    LedgerAccountError,
    LedgerSchemaError,
    LedgerUnavailableError,
    NetworkError,
    PermissionDeniedError,
    SecretError,
    ServerError,
    StaleSnapshotError,
    WemakepriceError,
)
from wemakeprice_sdk.ledger.records import IntentState
from wemakeprice_sdk.policy.gates import GateStep
from wemakeprice_sdk.policy.plan import SyncPlan
from wemakeprice_sdk.runner.results import ActionState, Skipped

if TYPE_CHECKING:
    from wemakeprice_sdk.runner.reports import JobReport

_SHOWN: Final = 5


class JobVerdict(KoreanWord):
    """What a report asks for (판정); the later in this list, the more it weighs."""

    DONE = ("done", "완료")
    AGAIN_LATER = ("again-later", "나중에 다시 실행")
    OPERATOR_NEEDED = ("operator-needed", "담당자 확인 필요")
    SETTINGS_WRONG = ("settings-wrong", "설정 확인 필요")

    @property
    def weight(self) -> int:
        """The place in the list: 0 for `DONE`."""
        return _WEIGHTS[self]

    @property
    def exit_code(self) -> int:
        """The exit code of a program that ends with it: 0, 75 (EX_TEMPFAIL), 1, 78 (EX_CONFIG)."""
        return _EXIT_CODES[self]

    @classmethod
    def worst(cls, verdicts: Iterable[JobVerdict]) -> JobVerdict:
        """Return the one that weighs most; `DONE` when there is none."""
        return max(verdicts, key=_WEIGHTS.__getitem__, default=cls.DONE)


_WEIGHTS: Final[Mapping[JobVerdict, int]] = {verdict: place for place, verdict in enumerate(JobVerdict)}
_EXIT_CODES: Final[Mapping[JobVerdict, int]] = dict(zip(JobVerdict, (0, 75, 1, 78), strict=True))


class VerdictCode(StrEnum):
    """The stable machine word of a reason (판정 사유)."""

    NOT_LINKED = "not-linked"
    SWITCHED_OFF = "switched-off"
    LEASE_HELD = "lease-held"
    MAINTENANCE = "maintenance"
    STOPPED = "stopped"
    REFUSED = "refused"
    OUTCOME_UNKNOWN = "outcome-unknown"
    OUTCOME_OPEN = "outcome-open"
    NOT_APPLIED = "not-applied"
    LEFT_OUT = "left-out"
    UNREAD = "unread"
    GIVEN_UP = "given-up"
    VALUE_UNREAD = "value-unread"
    SERIOUS_ALARM = "serious-alarm"
    ALARM = "alarm"
    WRONG_INPUT = "wrong-input"
    UNKNOWN_BUNDLE = "unknown-bundle"
    UNKNOWN_SKU = "unknown-sku"
    AMBIGUOUS_SKU = "ambiguous-sku"
    HELD_ORDER = "held-order"
    LINK_MOVED = "link-moved"
    NOTICE_FAILED = "notice-failed"
    MONEY_MISSING = "money-missing"
    STILL_ON_SALE = "still-on-sale"
    UNREACHABLE = "unreachable"
    LEDGER_AWAY = "ledger-away"
    STALE = "stale"
    KEY_REFUSED = "key-refused"
    NOT_PERMITTED = "not-permitted"
    SETTING = "setting"
    FAILED = "failed"


@frozen
class VerdictReason:
    """One reason of a verdict: what happened and what to do next, in English and Korean.

    `subjects` names what it is about (`bundle:1001`, `intent 7`), free of personal data.
    """

    verdict: JobVerdict
    code: VerdictCode
    text: str
    text_ko: str
    next_step: str
    next_step_ko: str
    subjects: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """The first subjects in brackets, and how many there are when not all are named."""
        if not self.subjects:
            return ""
        more = f", … {len(self.subjects)}" if len(self.subjects) > _SHOWN else ""
        return f" [{', '.join(self.subjects[:_SHOWN])}{more}]"

    def __str__(self) -> str:
        """Return one line in both languages."""
        english = f"{self.verdict}: {self.code}{self.about}: {self.text}; {self.next_step}"
        return f"{english} ({self.verdict.korean}: {self.text_ko}. {self.next_step_ko})"


def _reason(
    verdict: JobVerdict, code: VerdictCode, text: str, text_ko: str, step: str, step_ko: str
) -> VerdictReason:
    return VerdictReason(verdict, code, text, text_ko, step, step_ko)


_NOTHING: Final = ("nothing has to be done", "따로 하실 일은 없습니다")
_AGAIN: Final = ("start the job again later", "잠시 후 다시 실행해 주세요")
_MEND_LINK: Final = (
    "mend the setting, then start the job again",
    "설정을 수정한 뒤 다시 실행해 주세요",
)
_LOOK: Final = (
    "look at it in the partner centre and decide",
    "파트너센터에서 해당 건을 확인하고 처리해 주세요",
)

_LEASE_HELD: Final = _reason(
    JobVerdict.AGAIN_LATER,
    VerdictCode.LEASE_HELD,
    "another worker has the account, so this one did nothing",
    "다른 작업이 이 계정을 처리하고 있어 실행하지 않았습니다",
    *_AGAIN,
)
_MAINTENANCE: Final = _reason(
    JobVerdict.AGAIN_LATER,
    VerdictCode.MAINTENANCE,
    "the marketplace is away",
    "위메프가 점검 중이거나 응답하지 않습니다",
    *_AGAIN,
)
_STOPPED: Final = _reason(
    JobVerdict.AGAIN_LATER,
    VerdictCode.STOPPED,
    "the job was asked to stop before its end",
    "중지 요청을 받아 작업을 끝까지 실행하지 않았습니다",
    *_AGAIN,
)
_REFUSED: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.REFUSED,
    "the marketplace, or a rule of its contract, refused the action",
    "위메프에서 거절했거나 전송 규칙에 맞지 않아 보내지 않은 작업이 있습니다",
    "read the detail of the result, correct what is wrong and start the job again",
    "결과의 상세 내용을 확인하고 수정한 뒤 다시 실행해 주세요",
)
_UNKNOWN: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.OUTCOME_UNKNOWN,
    "no read can verify what became of the action",
    "요청이 처리되었는지 조회로는 확인할 수 없습니다",
    "look in the partner centre and record the outcome with runner.resolve",
    "파트너센터에서 결과를 확인한 뒤 runner.resolve로 기록해 주세요",
)
_OPEN: Final = _reason(
    JobVerdict.AGAIN_LATER,
    VerdictCode.OUTCOME_OPEN,
    "the answer was lost and is not verified yet; the next run does",
    "응답이 유실되어 처리 결과를 아직 확인하지 못했습니다. 다음 실행에서 조회합니다",
    *_AGAIN,
)
_NOT_APPLIED: Final = _reason(
    JobVerdict.AGAIN_LATER,
    VerdictCode.NOT_APPLIED,
    "the action did not happen",
    "처리되지 않은 작업이 있습니다",
    *_AGAIN,
)
_LEFT_OUT: Final = _reason(
    JobVerdict.AGAIN_LATER,
    VerdictCode.LEFT_OUT,
    "the action was not tried",
    "실행하지 않고 남겨 둔 작업이 있습니다",
    *_AGAIN,
)
_UNREAD: Final = _reason(
    JobVerdict.AGAIN_LATER,
    VerdictCode.UNREAD,
    "something could not be read; the next run tries again",
    "조회하지 못한 자료가 있습니다. 다음 실행에서 다시 조회합니다",
    *_AGAIN,
)
_GIVEN_UP: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.GIVEN_UP,
    "rows that could not be read lie too far back and are not read again",
    "조회하지 못한 자료가 너무 오래되어 더 이상 조회하지 않습니다",
    *_LOOK,
)
_VALUE_UNREAD: Final = _reason(
    JobVerdict.DONE,
    VerdictCode.VALUE_UNREAD,
    "single values could not be read and count as absent",
    "읽지 못한 값이 있어 없는 값으로 처리했습니다",
    *_NOTHING,
)
_WRONG_INPUT: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.WRONG_INPUT,
    "what was given breaks a rule, so it was not sent",
    "입력한 값이 규칙에 맞지 않아 보내지 않았습니다",
    "read why it is held, correct it and start the job again",
    "보류 사유를 확인해 값을 수정한 뒤 다시 실행해 주세요",
)
_UNKNOWN_BUNDLE: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.UNKNOWN_BUNDLE,
    "the marketplace shows no such bundle to this account, so its parcel was not reported",
    "이 계정에서 조회되지 않는 배송번호이므로 발송처리하지 않았습니다",
    "check the bundle number and the account; a bundle in a return or exchange is not shown either",
    "배송번호와 계정을 확인해 주세요. 반품·교환 중인 배송번호도 조회되지 않습니다",
)
_HELD_ORDER: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.HELD_ORDER,
    "orders are held that no later run confirms or ships by itself",
    "다시 실행해도 자동으로 처리되지 않는 주문이 있습니다",
    "read why each is held and decide it in the partner centre",
    "보류 사유를 확인하고 파트너센터에서 처리해 주세요",
)
_UNKNOWN_SKU: Final = _reason(
    JobVerdict.DONE,
    VerdictCode.UNKNOWN_SKU,
    "a stock level was given for a SKU that no link of the account knows, so it went nowhere",
    "이 계정의 어느 상품과도 연동되지 않은 SKU의 재고는 반영하지 않았습니다",
    "check how the SKU is written, or link it to a product",
    "SKU 표기를 확인하거나 상품과 연동해 주세요",
)
_AMBIGUOUS_SKU: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.AMBIGUOUS_SKU,
    "codes that several options bear, or that differ only in spelling, are no SKU; their stock is held",
    "여러 옵션이 쓰거나 표기만 다른 코드는 SKU가 불명확하여 재고를 반영하지 않습니다",
    "say with share_skus which of them are one thing, or link the options to other SKUs with put_links",
    "같은 상품이면 share_skus로 공유를 지정하고, 아니면 put_links로 다른 SKU에 연동해 주세요",
)
_NOTICE_FAILED: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.NOTICE_FAILED,
    "the link state could not be kept in the store, or nobody could be told of it",
    "연동 상태를 저장하지 못했거나 담당자에게 알리지 못했습니다",
    "mend the store or the notifier; the contacts may not know yet",
    "저장소와 알림 설정을 확인하고 담당자에게 직접 알려 주세요",
)
_MONEY_MISSING: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.MONEY_MISSING,
    "money did not come that was due, or that is due nobody knows when",
    "지급되어야 할 정산금이 확인되지 않거나 지급일을 알 수 없습니다",
    "look at the rows of the reconciliation that are missing or have no due day; a cycle dates the latter",
    "정산 대사 결과의 누락 항목과 지급일 미상 항목을 확인해 주세요. 정산주기를 지정하면 지급일이 계산됩니다",
)

_STILL_ON_SALE: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.STILL_ON_SALE,
    "products could not be taken off sale",
    "판매를 중지하지 못한 상품이 있습니다",
    "stop them in the partner centre, and run the job again to verify",
    "파트너센터에서 판매를 중지한 뒤 다시 실행해 확인해 주세요",
)


def reasons_of(report: JobReport) -> tuple[VerdictReason, ...]:
    """Return every reason there is in a report, the worst first.

    Pure: the same contents give the same reasons. What is not in the table above has no say.
    """
    found = [*_of_start(report), *_of_actions(report), *_of_reading(report), *_of_link(report)]
    if report.plan is not None:
        found += [*_of_plan(report.plan), *_of_inputs(report.plan, report.unread)]
    if report.missing_won or report.undated_won:
        found.append(_about(_MONEY_MISSING, _of_money(report)))
    if report.still_on_sale:
        found.append(_about(_STILL_ON_SALE, [f"product:{number}" for number in report.still_on_sale]))
    return tuple(sorted(found, key=lambda reason: -reason.verdict.weight))


def _about(reason: VerdictReason, subjects: Iterable[str]) -> VerdictReason:
    return evolve(reason, subjects=tuple(dict.fromkeys(subjects)))


def _of_money(report: JobReport) -> Iterator[str]:
    if report.missing_won:
        yield f"{report.missing_won:,} won"
    if report.undated_won:
        yield f"{report.undated_won:,} won without a due day"


def _of_start(report: JobReport) -> Iterator[VerdictReason]:
    if report.skipped is Skipped.LEASE_HELD:
        yield _LEASE_HELD
    if report.skipped is Skipped.MAINTENANCE:
        yield _MAINTENANCE
    if report.gate is not None:
        linked = report.gate.step not in (GateStep.ONBOARDING, GateStep.LINK)
        yield _of_gate(report.gate.gate, report.gate.reason.text, report.gate.reason.text_ko, linked=linked)
    if report.stopped:
        yield _STOPPED


def _of_gate(gate: str, text: str, text_ko: str, *, linked: bool) -> VerdictReason:
    verdict = JobVerdict.DONE if linked else JobVerdict.SETTINGS_WRONG
    code = VerdictCode.SWITCHED_OFF if linked else VerdictCode.NOT_LINKED
    step = _NOTHING if linked else _MEND_LINK
    return VerdictReason(verdict, code, text, text_ko, *step, (gate,))


def _of_actions(report: JobReport) -> Iterator[VerdictReason]:
    waiting = [
        (IntentState(intent.state), f"intent {intent.id} {intent.target}") for intent in report.waiting
    ]
    results = [(result.state, str(result.target)) for result in report.results]
    for reason, state, intent_state in (
        (_REFUSED, ActionState.REFUSED, None),
        (_UNKNOWN, ActionState.UNKNOWN, IntentState.UNKNOWN),
        (_OPEN, ActionState.OPEN, IntentState.OPEN),
        (_NOT_APPLIED, ActionState.NOT_APPLIED, None),
        (_LEFT_OUT, ActionState.LEFT_OUT, None),
    ):
        # A waiting intent says more than the result of this run that left it.
        subjects = [name for found, name in waiting if found is intent_state]
        named = {name.split(" ", 2)[2] for name in subjects}
        subjects += [name for found, name in results if found is state and name not in named]
        if subjects:
            yield _about(reason, subjects)


def _of_reading(report: JobReport) -> Iterator[VerdictReason]:
    for reason, subjects in (
        (_UNREAD, report.unread),
        (_GIVEN_UP, report.given_up),
        (_VALUE_UNREAD, report.faults),
    ):
        if subjects:
            yield _about(reason, subjects)


def _of_plan(plan: SyncPlan) -> Iterator[VerdictReason]:
    for severity, code, verdict in (
        (IssueSeverity.SERIOUS, VerdictCode.SERIOUS_ALARM, JobVerdict.OPERATOR_NEEDED),
        (IssueSeverity.ORDINARY, VerdictCode.ALARM, JobVerdict.DONE),
    ):
        alarms = [alarm for alarm in plan.alarms if alarm.severity is severity]
        # A reason may name its own due time, so the word alone groups them.
        for word in dict.fromkeys(alarm.reason.code for alarm in alarms):
            alike = [alarm for alarm in alarms if alarm.reason.code == word]
            why = alike[0].reason
            subjects = dict.fromkeys(str(alarm.target) for alarm in alike)
            yield VerdictReason(verdict, code, why.text, why.text_ko, *_LOOK, tuple(subjects))
    for gate in dict.fromkeys(blocked.gate for blocked in plan.blocked):
        if gate.split(".", 1)[0] in (GateStep.ONBOARDING, GateStep.LINK):
            why = next(blocked.reason for blocked in plan.blocked if blocked.gate == gate)
            yield _of_gate(gate, why.text, why.text_ko, linked=False)


def _of_inputs(plan: SyncPlan, unread: Iterable[str]) -> Iterator[VerdictReason]:
    """Return what was given and breaks a rule, what nobody knows, and what only an operator can move on."""
    from wemakeprice_sdk.policy.dispatch import NOT_CONFIRMED, UNKNOWN_BUNDLE
    from wemakeprice_sdk.policy.orders import MIXED, NO_LINES, UNKNOWN_STATE, UNREAD_CANCEL
    from wemakeprice_sdk.policy.sku_doubts import AMBIGUOUS_SKU
    from wemakeprice_sdk.policy.stock import UNKNOWN_SKU

    wrong = [str(held.target) for held in plan.held if held.wrong_input]
    if wrong:
        yield _about(_WRONG_INPUT, wrong)
    # One that only could not be read now is said already.
    there = tuple(line.split(": ", 1)[0] for line in unread)
    bundles = [str(held.target) for held in plan.held if held.reason == UNKNOWN_BUNDLE]
    # Until an operator acts; other holds end by themselves or by another job.
    stuck = (MIXED, NO_LINES, NOT_CONFIRMED, UNKNOWN_STATE, UNREAD_CANCEL)
    orders = [str(held.target) for held in plan.held if held.reason in stuck]
    skus = [note.target.id for note in plan.notes if note.reason == UNKNOWN_SKU]
    doubtful = [held.target.id for held in plan.held if held.reason == AMBIGUOUS_SKU]
    for reason, subjects in (
        (_UNKNOWN_BUNDLE, bundles),
        (_HELD_ORDER, orders),
        (_UNKNOWN_SKU, skus),
        (_AMBIGUOUS_SKU, list(dict.fromkeys(doubtful))),
    ):
        left = [name for name in subjects if name not in there]
        if left:
            yield _about(reason, left)


def _of_link(report: JobReport) -> Iterator[VerdictReason]:
    if report.link_problems:
        yield _about(_NOTICE_FAILED, report.link_problems)


_ERRORS: Final[tuple[tuple[tuple[type[WemakepriceError], ...], VerdictReason], ...]] = (
    (
        (NetworkError, ServerError),
        _reason(
            JobVerdict.AGAIN_LATER,
            VerdictCode.UNREACHABLE,
            "the marketplace did not answer",
            "위메프에 연결하지 못했거나 응답이 없습니다",
            *_AGAIN,
        ),
    ),
    (
        (LedgerUnavailableError, LeaseLostError),
        _reason(
            JobVerdict.AGAIN_LATER,
            VerdictCode.LEDGER_AWAY,
            "the ledger cannot be used now, or another worker took the account over",
            "원장을 지금 사용할 수 없거나 다른 작업이 이 계정을 넘겨받았습니다",
            *_AGAIN,
        ),
    ),
    (
        (StaleSnapshotError,),
        _reason(
            JobVerdict.AGAIN_LATER,
            VerdictCode.STALE,
            "what was read, or what was given, is too old to act on",
            "조회하거나 입력한 자료가 오래되어 실행하지 않았습니다",
            "give fresh data and start the job again",
            "최신 자료로 다시 실행해 주세요",
        ),
    ),
    (
        (PermissionDeniedError,),
        _reason(
            JobVerdict.OPERATOR_NEEDED,
            VerdictCode.NOT_PERMITTED,
            "the marketplace knows the key and does not allow the operation",
            "인증키는 확인되지만 이 작업의 권한이 없습니다",
            "check the agency and the rights of the account in the partner centre",
            "파트너센터 [마이페이지 > 정보수정 > API 연동 정보]에서 대행사와 권한을 확인해 주세요",
        ),
    ),
    (
        (AuthenticationError,),
        _reason(
            JobVerdict.SETTINGS_WRONG,
            VerdictCode.KEY_REFUSED,
            "the marketplace refused the key",
            "위메프에서 인증키를 거절했습니다",
            "issue a new key in the partner centre and save it",
            "파트너센터 [마이페이지 > 정보수정 > API 연동 정보]에서 인증키를 새로 발급받아 저장해 주세요",
        ),
    ),
    (
        (ConfigError, SecretError, LedgerSchemaError, LedgerAccountError, GateClosedError),
        _reason(
            JobVerdict.SETTINGS_WRONG,
            VerdictCode.SETTING,
            "a setting, a key or the ledger is not the right one",
            "설정, 암호화 키 또는 원장이 맞지 않습니다",
            *_MEND_LINK,
        ),
    ),
)
_FAILED: Final = _reason(
    JobVerdict.OPERATOR_NEEDED,
    VerdictCode.FAILED,
    "the job failed",
    "작업을 실행하지 못했습니다",
    "read the error and correct what it names",
    "오류 내용을 확인하고 수정해 주세요",
)


def reason_of_error(error: WemakepriceError) -> VerdictReason:
    """Return the reason that an error of a job stands for.

    Its subject names the error without the marketplace's own text, which may name people.
    """
    check_kind("error", error, WemakepriceError)
    found = next((reason for kinds, reason in _ERRORS if isinstance(error, kinds)), _FAILED)
    return _about(found, [_described(error)])


def _described(error: WemakepriceError) -> str:
    name = type(error).__name__
    if not isinstance(error, CallError):
        return f"{name}: {error}"
    code = "" if error.result_code is None else f" resultCode={error.result_code}"
    status = "" if error.http_status is None else f" http={error.http_status}"
    return f"{name} {error.operation}{status}{code}"
