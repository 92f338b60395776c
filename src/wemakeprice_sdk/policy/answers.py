"""Answers an operator wrote to questions and inquiries (CS, rule 3.5): sent once, never repeated."""

from __future__ import annotations

from wemakeprice_sdk.policy.actions import ActionKind, AnswerAction, AnswerInquiry, AnswerQuestion, Reason
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.snapshot import Snapshot

SHORTEST, LONGEST = 10, 1500
"""Length of an answer in characters (grade B)."""

_WRITTEN = Reason("answer-written", "3.5", "an operator wrote the answer", "담당자가 답변을 작성했습니다")
_SENT = Reason(
    "answer-sent",
    "3.5",
    "an answer to this round was sent before; nothing can read it back, so it is not sent again",
    "이미 답변을 보낸 문의이므로 다시 보내지 않습니다. 파트너센터에서 답변 등록 여부를 확인해 주세요",
)
_LENGTH = Reason(
    "answer-length",
    "contract Q2",
    f"an answer has {SHORTEST} to {LONGEST} characters",
    f"답변은 {SHORTEST}~{LONGEST}자로 작성해 주세요",
)


def plan_answers(builder: PlanBuilder, snapshot: Snapshot) -> None:
    """Send every written answer that was not sent yet.

    `Snapshot.answered` holds the keys of answers sent before: their outcome cannot be read back, so an
    answer that may have arrived is never sent again (grade C).
    """
    rows: list[AnswerAction] = [
        AnswerQuestion(
            qna_seq=row.qna_seq,
            question_date=row.question_date,
            answer=row.answer,
            reason=_WRITTEN,
            after=f"{len(row.answer)} characters",
        )
        for row in snapshot.answers
    ]
    rows += [
        AnswerInquiry(
            inquiry_seq=row.inquiry_seq,
            answer=row.answer,
            reason=_WRITTEN,
            after=f"{len(row.answer)} characters",
        )
        for row in snapshot.inquiry_answers
    ]
    for kind in (ActionKind.ANSWER_QUESTION, ActionKind.ANSWER_INQUIRY):
        mine = [action for action in rows if action.kind is kind]
        for action in mine:
            if action.key in snapshot.answered:
                builder.note(action.target, _SENT)
        waiting = [action for action in mine if action.key not in snapshot.answered]
        if not waiting or not builder.is_open(kind, len(waiting)):
            continue
        for action in waiting:
            if SHORTEST <= len(action.answer) <= LONGEST:
                builder.add(action)
            else:
                builder.hold(kind, action.target, _LENGTH, wrong_input=True)
