# Generated from client/_async by scripts/unasync.py; edit that one.
"""The one path of every operation: gate, body, throttle, transport, envelope, retry or verification."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client._sync.shared import Shared
from wemakeprice_sdk.client.calloptions import CallOptions
from wemakeprice_sdk.client.hooks import Event, Observer, Purpose, RawAnswer, RequestEvent, error_name
from wemakeprice_sdk.client.http import Late, Reply, TransportError, too_late
from wemakeprice_sdk.client.retry import Deadline, RetryPlan, note_attempts, parse_retry_after
from wemakeprice_sdk.client.verification import (
    DECISIVE,
    Lost,
    already_done,
    applied,
    baseline_read,
    known_after,
    network_error,
    unverified,
)
from wemakeprice_sdk.errors import CallError, ClientStateError, ValidationError
from wemakeprice_sdk.models import JsonValue, WriteModel
from wemakeprice_sdk.wire.bounds import excess_of
from wemakeprice_sdk.wire.envelope import (
    AnswerBytes,
    Asked,
    Success,
    asked_of,
    outcome_is_unknown,
    read_answer,
    read_outcome,
)
from wemakeprice_sdk.wire.operations import OPERATIONS, Operation
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Outcome
from wemakeprice_sdk.wire.overrides import WireOverrides
from wemakeprice_sdk.wire.requests import Payload, WireRequest, build_request
from wemakeprice_sdk.wire.verdicts import NOTHING_KNOWN, Known, Verdict, Verification, VerifyRead, undecided

if TYPE_CHECKING:
    import tenacity

T = TypeVar("T")
# What an exchange is known to end in; a write that ends in anything else may have been carried out.
_EXPECTED = (CallError, TransportError, ClientStateError)
_Reader = Callable[[Operation, AnswerBytes, WireOverrides], T]


@frozen
class Caller:
    """Carries out operations for one client, or one clone of it with other options."""

    shared: Shared
    options: CallOptions

    @property
    def _observer(self) -> Observer:
        return self.options.observer

    def _build(self, operation: Operation, payload: Payload) -> WireRequest:
        return build_request(
            operation, payload, overrides=self.options.overrides, limits=self.options.input_limits
        )

    def _row(self, operation: str) -> Operation:
        return self.options.overrides.apply(OPERATIONS[operation])

    def _admit(self, row: Operation, payload: Payload) -> None:
        self.shared.transport.enter()
        if self.options.gate is not None:
            self.options.gate(row, payload)

    def read(self, operation: str, payload: Payload = None) -> JsonValue:
        """Carry out a read and give the decoded `data`; repeated as the retry policy says."""
        row = self._row(operation)
        self._admit(row, payload)
        return (self._read(row, payload, Purpose.CALL, self._deadline())).data

    def _deadline(self) -> Deadline:
        return Deadline.starting(self.options.bounds.deadline, self.shared.monotonic)

    def _read(self, row: Operation, payload: Payload, purpose: Purpose, deadline: Deadline) -> Success:
        ask = partial(
            self._attempt,
            row,
            self._build(row, payload),
            asked_of(payload),
            purpose=purpose,
            deadline=deadline,
        )
        try:
            answer = ask(1)
        except CallError as error:
            failure = error
        else:
            self.shared.budget.refund()
            return answer
        # Out here, so that no later failure has this one as its context.
        return self._again(row, ask, failure, purpose, deadline)

    def _attempt(
        self,
        row: Operation,
        request: WireRequest,
        asked: Asked | None,
        attempt: int,
        purpose: Purpose,
        deadline: Deadline,
    ) -> Success:
        try:
            return self._exchange(row, request, asked, purpose, attempt, read_answer, deadline)
        except TransportError as failure:
            error = network_error(row, failure)
        raise error

    def _again(
        self,
        row: Operation,
        ask: Callable[[int], Success],
        first: CallError,
        purpose: Purpose,
        deadline: Deadline,
    ) -> Success:
        """Repeat a read whose first attempt failed, as the retry policy says."""
        # A client whose first attempts succeed, as nearly all do, never loads it.
        import tenacity

        if purpose is Purpose.VERIFY:
            plan = RetryPlan.to_verify(self.options.retry, self.shared.random, deadline)
        else:
            plan = RetryPlan(self.options.retry, self.shared.budget, self.shared.random, deadline.left)
        retrying = tenacity.Retrying(
            sleep=self.shared.sleep,
            stop=plan.stop,
            wait=plan.wait,
            retry=plan.wants,
            before_sleep=lambda state: self._tell_retry(row, state),
            reraise=True,
        )
        failures, attempts = [first], 1

        def once() -> Success:
            nonlocal attempts
            if failures:
                raise failures.pop()
            attempts += 1
            return ask(attempts)

        try:
            answer: Success = retrying(once)
        except CallError as error:
            note_attempts(error, attempts, retrying.statistics.get("idle_for", 0.0))
            raise
        self.shared.budget.refund()
        return answer

    def _tell_retry(self, row: Operation, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        detail = f"error={error_name(error) if error is not None else None} wait={state.upcoming_sleep:.3f}"
        self._observer.note(logging.INFO, Event.RETRY, row, detail, state.attempt_number)

    def write(self, operation: str, sent: WriteModel, known: Known = NOTHING_KNOWN) -> Outcome:
        """Carry out a write, once; a lost answer is verified and never replayed blindly."""
        row = self._row(operation)
        self._admit(row, sent)
        request = self._build(row, sent)
        deadline = self._deadline()
        known = self._prepare(row, sent, known, deadline)
        return self._carry_out(row, request, sent, known, 1, deadline)

    def _carry_out(
        self,
        row: Operation,
        request: WireRequest,
        sent: WriteModel,
        known: Known,
        attempt: int,
        deadline: Deadline,
    ) -> Outcome:
        result = self._send(row, request, asked_of(sent), attempt, deadline)
        if not isinstance(result, Lost):
            return self._check_already_done(row, sent, known, result)
        note = self._observer.note
        note(logging.WARNING, Event.LOST, row, f"reason={result.reason}", attempt)
        try:
            verification = self._verify_repeatedly(row, sent, known)
        except BaseException as error:
            error.add_note(f"{row.id} was sent and its answer was lost; it may have been carried out")
            raise
        if verification.verdict is Verdict.APPLIED:
            note(logging.INFO, Event.VERIFIED, row, "applied", attempt)
            return applied(row, sent, verification)
        undone = verification.verdict is Verdict.NOT_APPLIED
        if undone and attempt == 1 and self.options.verification.repeat_if_not_applied:
            note(logging.WARNING, Event.REPEATED, row, "verified not applied", attempt)
            return self._carry_out(row, request, sent, known, 2, self._deadline())
        event = Event.NOT_APPLIED if undone else Event.UNKNOWN
        note(logging.WARNING, event, row, f"verdict={verification.verdict.value}", attempt)
        raise unverified(row, result, verification)

    def _send(
        self, row: Operation, request: WireRequest, asked: Asked | None, attempt: int, deadline: Deadline
    ) -> Outcome | Lost:
        error: CallError
        try:
            return self._exchange(row, request, asked, Purpose.CALL, attempt, read_outcome, deadline)
        except TransportError as failure:
            if failure.sent:
                return Lost.by(failure)
            error = network_error(row, failure)
        except CallError as refusal:
            if not outcome_is_unknown(refusal):
                raise
            return Lost.by(refusal)
        raise error

    def _prepare(self, row: Operation, sent: WriteModel, known: Known, deadline: Deadline) -> Known:
        read = baseline_read(row, sent, known) if self.options.verification.read_before else None
        if read is None:
            return known
        answer = self._read(self._row(read.operation.id), read.payload, Purpose.BASELINE, deadline)
        return known_after(read, answer, known)

    def _check_already_done(
        self, row: Operation, sent: WriteModel, known: Known, outcome: Outcome
    ) -> Outcome:
        if not isinstance(outcome, AlreadyDone) or not outcome.needs_verifying:
            return outcome
        return already_done(row, outcome, self._verify(row, sent, known))

    def _verify_repeatedly(self, row: Operation, sent: WriteModel, known: Known) -> Verification:
        """Read until the effect is certain; "not applied" counts only after the last wait."""
        # A client whose answers arrive never loads the rules of the writes.
        from wemakeprice_sdk.wire.verification import plan_verification

        if not plan_verification(row, sent, known).reads:
            return undecided(
                "no read can decide this write",
                "조회로는 결과를 확인할 수 없습니다. 파트너센터에서 결과를 확인해 주세요",
            )
        verification = undecided(
            "nothing was read", "결과를 확인하는 조회를 하지 못했습니다. 파트너센터에서 결과를 확인해 주세요"
        )
        for wait in self.options.verification.waits:
            self.shared.sleep(wait)
            verification = self._verify(row, sent, known)
            if verification.verdict in DECISIVE:
                break
        return verification

    def _verify(self, row: Operation, sent: WriteModel, known: Known) -> Verification:
        from wemakeprice_sdk.wire.verification import verification_steps

        steps = verification_steps(row, sent, known)
        try:
            read = next(steps)
            while True:
                read = steps.send(self._read_back(read))
        except StopIteration as done:
            verification: Verification = done.value
            return verification
        except (CallError, ClientStateError, ValidationError) as error:
            return undecided(
                f"the verifying read failed: {error.message}",
                "결과를 확인하는 조회에 실패했습니다. 파트너센터에서 결과를 확인해 주세요",
            )

    def _read_back(self, read: VerifyRead) -> Success | CallError:
        try:
            # Each with a deadline of its own: a write that used up its time still has to be verified.
            row, deadline = self._row(read.operation.id), self._deadline()
            return self._read(row, read.payload, Purpose.VERIFY, deadline)
        except CallError as error:
            return error

    def _exchange(
        self,
        row: Operation,
        request: WireRequest,
        asked: Asked | None,
        purpose: Purpose,
        attempt: int,
        reader: _Reader[T],
        deadline: Deadline,
    ) -> T:
        event = RequestEvent(
            operation=row.id, method=row.method, path=row.path, attempt=attempt, purpose=purpose
        )
        started, status, on_the_way = self.shared.monotonic(), None, False
        try:
            self._turn(deadline)
            try:
                self.shared.transport.enter()
                self._observer.sent(event)
                started, on_the_way = self.shared.monotonic(), True
                reply = self.shared.transport.exchange(
                    request,
                    self.options.timeout,
                    self.options.bounds.max_bytes,
                    deadline.left(),
                    fresh=purpose is not Purpose.CALL or not row.is_read,
                )
            finally:
                self.shared.throttle.release()
            status = reply.status
            self._tap(row, reply, self.shared.monotonic() - started)
            result = self._interpret(row, reply, asked, reader)
        except BaseException as error:
            self._observer.ended(event, self.shared.monotonic() - started, status, error_name(error))
            if on_the_way and not row.is_read and not isinstance(error, _EXPECTED):
                self._abandoned(row, attempt, error)
            raise
        self._observer.ended(event, self.shared.monotonic() - started, status, None)
        return result

    def _turn(self, deadline: Deadline) -> None:
        try:
            self.shared.throttle.acquire(deadline.left)
        except Late:
            failure = too_late(deadline.seconds or 0.0, sent=False, past_deadline=True)
        else:
            return
        raise failure

    def _abandoned(self, row: Operation, attempt: int, error: BaseException) -> None:
        """A write was cancelled, or broke, while it was on the way: say so, it may have been carried out."""
        self._observer.note(logging.WARNING, Event.ABANDONED, row, f"error={error_name(error)}", attempt)
        what = "broke" if isinstance(error, Exception) else "was cancelled"
        error.add_note(f"{row.id} was on the way when it {what}; it may have been carried out")

    def _interpret(self, row: Operation, reply: Reply, asked: Asked | None, reader: _Reader[T]) -> T:
        bounds = self.options.bounds
        excess = reply.excess or excess_of(reply.body, bounds.max_values, bounds.max_depth)
        clean = self.shared.transport.clean
        answer = AnswerBytes(reply.status, reply.body, reply.content_type, excess, asked, clean)
        try:
            return reader(row, answer, self.options.overrides)
        except CallError as error:
            error.retry_after = parse_retry_after(reply.retry_after, self.shared.clock.now())
            raise

    def _tap(self, row: Operation, reply: Reply, duration: float) -> None:
        self._observer.raw(
            RawAnswer(
                operation=row.id,
                http_status=reply.status,
                content_type=reply.content_type,
                body=reply.body,
                duration=duration,
            )
        )
