"""Questions, reviews and inquiries (CS)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models._answers import Essential
from wemakeprice_sdk.models._base import ReadModel
from wemakeprice_sdk.models._rules import Chars, Ko, Range, WriteModel
from wemakeprice_sdk.models.tables import hide
from wemakeprice_sdk.secrets import forgetful_init


@frozen(kw_only=True)
class Question(ReadModel):
    """Product question (상품문의). [B]

    No answer state is given; a follow-up reuses `qna_seq` with a newer `question_date`.
    """

    qna_seq: int
    """Question number (문의번호). [B]"""

    question: str | None = field(default=None, repr=hide)
    """Question text (문의내용). [B]"""

    question_date: Essential[datetime] | None = field(default=None, repr=str)
    """Asked at (문의일시). [B]"""

    product_no: int | None = None
    """Product number (상품번호). [B]"""

    product_name: str | None = None
    """Product name (상품명). [B]"""

    order_no: int | None = None
    """Order number as text, blank when unrelated (주문번호). [B]"""

    private_yn: bool | None = None
    """Private question (비공개 여부). [B]"""

    @property
    def key(self) -> tuple[int, datetime | None]:
        """Natural key: (`qna_seq`, `question_date`); a follow-up has a new one. [B]"""
        return self.qna_seq, self.question_date


@frozen(kw_only=True)
class Review(ReadModel):
    """Purchase review (구매후기); our design. [C]"""

    review_seq: int
    """Review number (후기번호). [C]"""

    rating: int | None = None
    """Rating (평점). [C]"""

    order_option_no: int | None = None
    """Option order number (옵션주문번호). [C]"""

    product_no: int | None = None
    """Product number (상품번호). [C]"""

    product_name: str | None = None
    """Product name (상품명). [C]"""

    content: str | None = field(default=None, repr=hide)
    """Review text (후기내용). [C]"""

    write_date: datetime | None = field(default=None, repr=str)
    """Written at (작성일시). [C]"""

    @property
    def key(self) -> int:
        """Natural key: `review_seq`. [C]"""
        return self.review_seq


@frozen(kw_only=True)
class Inquiry(ReadModel):
    """Inquiry passed on by the CS centre (CS문의); our design. [C]"""

    inquiry_seq: int
    """Inquiry number (문의번호). [C]"""

    inquiry_type_name: str | None = None
    """Inquiry kind; free text (문의유형명). [C]"""

    inquiry: str | None = field(default=None, repr=hide)
    """Inquiry text (문의내용). [C]"""

    inquiry_date: Essential[datetime] | None = field(default=None, repr=str)
    """Asked at (문의일시). [C]"""

    product_no: int | None = None
    """Product number (상품번호). [C]"""

    product_name: str | None = None
    """Product name (상품명). [C]"""

    order_no: int | None = None
    """Order number as text, blank when unrelated (주문번호). [C]"""

    @property
    def key(self) -> tuple[int, datetime | None]:
        """Natural key: (`inquiry_seq`, `inquiry_date`), as with questions. [C]"""
        return self.inquiry_seq, self.inquiry_date


@forgetful_init
@frozen(kw_only=True)
class AnswerRequest(WriteModel):
    """Answer a product question (상품문의 답변). [B]"""

    qna_seq: Annotated[int, Ko("문의번호"), Range(1)]
    """Question number (문의번호). [B]"""

    answer: Annotated[str, Ko("답변내용"), Chars(10, 1500)] = field(repr=hide)
    """Answer text (답변내용). 10..1500 characters. [B]"""


@forgetful_init
@frozen(kw_only=True)
class InquiryAnswerRequest(WriteModel):
    """Answer a CS-centre inquiry (CS문의 답변); our design. [C]"""

    inquiry_seq: Annotated[int, Ko("문의번호"), Range(1)]
    """Inquiry number (문의번호). [C]"""

    answer: Annotated[str, Ko("답변내용"), Chars(10, 1500)] = field(repr=hide)
    """Answer text (답변내용). 10..1500 characters. [C]"""
