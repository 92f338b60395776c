"""Questions, reviews and inquiries (CS)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from datetime import date
from typing import TypeVar

from wemakeprice_sdk.client._async.pager import AsyncPager
from wemakeprice_sdk.client._async.resources._base import AsyncResource
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
    ask: Callable[[date], Awaitable[tuple[T, ...]]],
    key: Callable[[T], tuple[Hashable, ...]],
    cursor: Cursor | None,
    progress: ProgressCallback | None,
) -> AsyncPager[T]:
    async def fetch(window: Window, page: int) -> Page[T]:  # noqa: ARG001 - never more than one page
        return Page(await ask(window.start.date()))

    reading = ListQuery(operation, fingerprint({}), windows_of_days(start, end))
    return AsyncPager(reading, fetch, key, cursor, progress)


class AsyncCs(AsyncResource):
    """Customer service. Days are Korean; an aware datetime counts as its Korean day."""

    __slots__ = ()

    async def list_questions(self, basic_date: date) -> ListResult[Question]:
        """List the product questions of one day (상품문의 조회). [B; path C]

        There is no answer state. A follow-up repeats `qna_seq` with a newer `question_date` (B).

        Args:
            basic_date: Korean day; an aware datetime counts as its Korean day.

        Example:
            ```python
            for question in await client.cs.list_questions(date(2024, 5, 21)):
                print(question.qna_seq, question.question)  # 910001001 언제 다시 들어오나요?
            ```
        """
        return await self._rows(Question, "cs_list_questions", {"basic_date": basic_date})

    async def answer_question(self, qna_seq: int, answer: str) -> Outcome:
        """Answer a product question (상품문의 답변). [B; path C]

        Nothing can be read back, so a lost answer always ends as `OutcomeUnknownError`.

        Args:
            qna_seq: Question (문의번호).
            answer: 10 to 1500 characters.

        Raises:
            NotFoundError: The question was deleted (B).

        Example:
            ```python
            outcome = await client.cs.answer_question(910001001, "다음 주에 다시 들어올 예정입니다.")
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
        try:
            request = AnswerRequest(qna_seq=qna_seq, answer=answer)
        finally:
            del answer  # what was written to a buyer shows in no local variable of an error
        return await self._caller.write("cs_answer_question", request)

    async def list_reviews(self, basic_date: date) -> ListResult[Review]:
        """List the purchase reviews of one day (구매후기 조회). [C]

        Args:
            basic_date: Korean day; an aware datetime counts as its Korean day.

        Example:
            ```python
            for review in await client.cs.list_reviews(date(2024, 5, 21)):
                print(review.rating, review.content)  # 5 잘 받았습니다.
            ```
        """
        return await self._rows(Review, "cs_list_reviews", {"basic_date": basic_date})

    async def list_inquiries(self, basic_date: date) -> ListResult[Inquiry]:
        """List the inquiries to the service centre of one day (CS문의 조회). [C]

        Args:
            basic_date: Korean day; an aware datetime counts as its Korean day.

        Example:
            ```python
            for inquiry in await client.cs.list_inquiries(date(2024, 5, 21)):
                print(inquiry.inquiry_seq, inquiry.inquiry_type_name)  # 930001001 배송
            ```
        """
        return await self._rows(Inquiry, "cs_list_inquiries", {"basic_date": basic_date})

    async def answer_inquiry(self, inquiry_seq: int, answer: str) -> Outcome:
        """Answer an inquiry (CS문의 답변). [C]

        Nothing can be read back, so a lost answer always ends as `OutcomeUnknownError`.

        Args:
            inquiry_seq: Inquiry (문의번호).
            answer: 10 to 1500 characters.

        Raises:
            NotFoundError: There is no such inquiry (C).

        Example:
            ```python
            outcome = await client.cs.answer_inquiry(930001001, "주문하신 상품은 내일 발송할 예정입니다.")
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
        try:
            request = InquiryAnswerRequest(inquiry_seq=inquiry_seq, answer=answer)
        finally:
            del answer  # what was written to a buyer shows in no local variable of an error
        return await self._caller.write("cs_answer_inquiry", request)

    def iter_questions(
        self,
        start: date,
        end: date,
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> AsyncPager[Question]:
        """Read the questions of every day from `start` to `end` lazily, each round of a question once.

        Args:
            start: First day, Korean; an aware datetime counts as its Korean day.
            end: Last day, included.
            cursor: `cursor` of an earlier reading, to go on after it.
            progress: Called after each day.

        Example:
            ```python
            async for question in client.cs.iter_questions(date(2024, 5, 1), date(2024, 5, 21)):
                print(question.qna_seq, question.question)  # 910001001 언제 다시 들어오나요?
            ```
        """
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
    ) -> AsyncPager[Review]:
        """Read the reviews of every day from `start` to `end` lazily, each once.

        Args:
            start: First day, Korean; an aware datetime counts as its Korean day.
            end: Last day, included.
            cursor: `cursor` of an earlier reading, to go on after it.
            progress: Called after each day.

        Example:
            ```python
            async for review in client.cs.iter_reviews(date(2024, 5, 1), date(2024, 5, 21)):
                print(review.rating, review.content)  # 5 잘 받았습니다.
            ```
        """
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
    ) -> AsyncPager[Inquiry]:
        """Read the inquiries of every day from `start` to `end` lazily, each round of an inquiry once.

        Args:
            start: First day, Korean; an aware datetime counts as its Korean day.
            end: Last day, included.
            cursor: `cursor` of an earlier reading, to go on after it.
            progress: Called after each day.

        Example:
            ```python
            async for inquiry in client.cs.iter_inquiries(date(2024, 5, 1), date(2024, 5, 21)):
                print(inquiry.inquiry_seq, inquiry.inquiry_type_name)  # 930001001 배송
            ```
        """
        return _by_day(
            "cs_list_inquiries",
            start,
            end,
            self.list_inquiries,
            lambda row: (row.inquiry_seq, row.inquiry_date),
            cursor,
            progress,
        )
