# Generated from client/_async by scripts/unasync.py; edit that one.
"""Questions, reviews and inquiries (CS)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from typing import TypeVar

from wemakeprice_sdk.client._sync.pager import Pager
from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.client.paging import (
    Cursor,
    ListQuery,
    Page,
    ProgressCallback,
    fingerprint,
    windows_of_days,
)
from wemakeprice_sdk.models import AnswerRequest, Inquiry, InquiryAnswerRequest, ListResult, Question, Review
from wemakeprice_sdk.wire.outcomes import Outcome
from wemakeprice_sdk.wire.windows import Window

T = TypeVar("T")


def _by_day(
    operation: str,
    start: date,
    end: date,
    ask: Callable[[date], tuple[T, ...]],
    key: Callable[[T], tuple[Hashable, ...]],
    cursor: Cursor | None,
    progress: ProgressCallback | None,
) -> Pager[T]:
    def fetch(window: Window, page: int) -> Page[T]:  # noqa: ARG001 - never more than one page
        return Page(ask(window.start.date()))

    reading = ListQuery(operation, fingerprint({}), windows_of_days(start, end))
    return Pager(reading, fetch, key, cursor, progress)


class Cs(Resource):
    """Customer service. Days are Korean; an aware datetime counts as its Korean day."""

    __slots__ = ()

    def list_questions(self, basic_date: date) -> ListResult[Question]:
        """List the product questions of one day (상품문의 조회). [B; path C]

        There is no answer state. A follow-up repeats `qna_seq` with a newer `question_date` (B).
        """
        return self._rows(Question, "cs_list_questions", {"basic_date": basic_date})

    def answer_question(self, qna_seq: int, answer: str) -> Outcome:
        """Answer a product question with 10 to 1500 characters (상품문의 답변). [B; path C]

        Nothing can be read back, so a lost answer always ends as `OutcomeUnknownError`.
        Raises `NotFoundError` for a deleted question (B).
        """
        request = AnswerRequest(qna_seq=qna_seq, answer=answer)
        del answer  # what was written to a buyer shows in no local variable of an error
        return self._caller.write("cs_answer_question", request)

    def list_reviews(self, basic_date: date) -> ListResult[Review]:
        """List the purchase reviews of one day (구매후기 조회). [C]"""
        return self._rows(Review, "cs_list_reviews", {"basic_date": basic_date})

    def list_inquiries(self, basic_date: date) -> ListResult[Inquiry]:
        """List the inquiries to the service centre of one day (CS문의 조회). [C]"""
        return self._rows(Inquiry, "cs_list_inquiries", {"basic_date": basic_date})

    def answer_inquiry(self, inquiry_seq: int, answer: str) -> Outcome:
        """Answer an inquiry with 10 to 1500 characters (CS문의 답변). [C]

        A lost answer always ends as `OutcomeUnknownError`.
        """
        request = InquiryAnswerRequest(inquiry_seq=inquiry_seq, answer=answer)
        del answer  # what was written to a buyer shows in no local variable of an error
        return self._caller.write("cs_answer_inquiry", request)

    def iter_questions(
        self,
        start: date,
        end: date,
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[Question]:
        """Read the questions of every day from `start` to `end` lazily, each round of a question once."""
        return _by_day(
            "cs_list_questions",
            start,
            end,
            self.list_questions,
            lambda row: (row.qna_seq, row.question_date),
            cursor,
            progress,
        )

    def iter_reviews(
        self,
        start: date,
        end: date,
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[Review]:
        """Read the reviews of every day from `start` to `end` lazily, each once."""
        return _by_day(
            "cs_list_reviews",
            start,
            end,
            self.list_reviews,
            lambda row: (row.review_seq,),
            cursor,
            progress,
        )

    def iter_inquiries(
        self,
        start: date,
        end: date,
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[Inquiry]:
        """Read the inquiries of every day from `start` to `end` lazily, each round of an inquiry once."""
        return _by_day(
            "cs_list_inquiries",
            start,
            end,
            self.list_inquiries,
            lambda row: (row.inquiry_seq, row.inquiry_date),
            cursor,
            progress,
        )
