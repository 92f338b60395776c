"""Actions on questions and inquiries (CS)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models import AnswerRequest, InquiryAnswerRequest, WriteModel
from wemakeprice_sdk.policy.actions.base import Action, ActionKind, Target, TargetKind
from wemakeprice_sdk.policy.world import World


@frozen(kw_only=True)
class AnswerAction(Action):
    """An answer that an operator wrote; 10 to 1500 characters."""

    once: ClassVar[bool] = True

    answer: str = field(repr=False)

    def apply(self, world: World) -> None:
        """Remember that it was answered."""
        world.answered.add(self.key)


@frozen(kw_only=True)
class AnswerQuestion(AnswerAction):
    """Answer a product question (상품문의 답변); never repeated, since nothing can verify it (grade C)."""

    kind: ClassVar[ActionKind] = ActionKind.ANSWER_QUESTION
    operation: ClassVar[str] = "cs_answer_question"

    qna_seq: int
    question_date: datetime

    @property
    def target(self) -> Target:
        """The question's round: number and date, because a follow-up keeps the number."""
        return Target(TargetKind.QUESTION, f"{self.qna_seq}@{self.question_date:%Y-%m-%d %H:%M:%S}")

    def request(self) -> WriteModel:
        """Return the request of an answer call."""
        return AnswerRequest(qna_seq=self.qna_seq, answer=self.answer)


@frozen(kw_only=True)
class AnswerInquiry(AnswerAction):
    """Answer an inquiry of the CS centre (CS문의 답변, grade C); never repeated."""

    kind: ClassVar[ActionKind] = ActionKind.ANSWER_INQUIRY
    operation: ClassVar[str] = "cs_answer_inquiry"

    inquiry_seq: int

    @property
    def target(self) -> Target:
        """The inquiry."""
        return Target(TargetKind.INQUIRY, str(self.inquiry_seq))

    def request(self) -> WriteModel:
        """Return the request of an answer call."""
        return InquiryAnswerRequest(inquiry_seq=self.inquiry_seq, answer=self.answer)
