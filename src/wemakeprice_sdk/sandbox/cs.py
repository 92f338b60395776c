"""Customer service: product questions, purchase reviews, inquiries of the CS centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Failed, Json, Refused, done

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call
    from wemakeprice_sdk.sandbox.state import Shop, Thread

UNKNOWN = "존재하지 않는 문의입니다."
ANSWERED = "이미 답변된 문의입니다."


def rounds_of(threads: dict[int, Thread], day: str) -> list[tuple[Thread, str, str]]:
    """Return the rounds asked on one day, by date and number; answered ones stay, deleted ones are gone."""
    found = [
        (thread, text, date)
        for thread in threads.values()
        if not thread.deleted
        for text, date in zip(thread.texts, thread.dates, strict=True)
        if date.startswith(day)
    ]
    return sorted(found, key=lambda row: (row[2], row[0].seq))


def _product_name(shop: Shop, product_no: int | None) -> str | None:
    product = shop.products.get(product_no or 0)
    return product.basic["productName"] if product else None


def cs_list_questions(call: Call) -> list[Json]:
    """List the questions of one day."""
    return [
        {
            "qnaSeq": thread.seq,
            "question": text,
            "questionDate": date,
            "productNo": thread.product_no,
            "productName": _product_name(call.shop, thread.product_no),
            "orderNo": thread.order_no,
            "privateYn": "Y" if thread.private else "N",
        }
        for thread, text, date in rounds_of(call.shop.questions, call.body["basicDate"])
    ]


def cs_list_inquiries(call: Call) -> list[Json]:
    """List the inquiries of one day."""
    return [
        {
            "inquirySeq": thread.seq,
            "inquiryTypeName": thread.kind,
            "inquiry": text,
            "inquiryDate": date,
            "productNo": thread.product_no,
            "productName": _product_name(call.shop, thread.product_no),
            "orderNo": thread.order_no,
        }
        for thread, text, date in rounds_of(call.shop.inquiries, call.body["basicDate"])
    ]


def cs_list_reviews(call: Call) -> list[Json]:
    """List the reviews of one day."""
    day = call.body["basicDate"]
    rows = (
        (number, call.shop.reviews[number])
        for number in call.shop.review_dates.between(f"{day} 00:00:00", f"{day} 23:59:59")
    )
    return [
        {"reviewSeq": number, **row, "productName": _product_name(call.shop, row["productNo"])}
        for number, row in rows
    ]


def _answer(call: Call, kind: str, key: str) -> Json:
    number = call.body[key]
    thread: Thread | None = call.shop.table(kind).get(number)
    if thread is None or thread.deleted:
        raise Failed(404, UNKNOWN)
    if thread.answered >= len(thread.texts):
        raise Refused(ANSWERED)
    thread.answered = len(thread.texts)
    call.shop.note(kind, number)
    call.applied(**{key: number, "round": thread.answered})
    return done()


def cs_answer_question(call: Call) -> Json:
    """Answer the present round of a question."""
    return _answer(call, "question", "qnaSeq")


def cs_answer_inquiry(call: Call) -> Json:
    """Answer the present round of an inquiry."""
    return _answer(call, "inquiry", "inquirySeq")


ROUTES = {
    "cs_list_questions": cs_list_questions,
    "cs_answer_question": cs_answer_question,
    "cs_list_reviews": cs_list_reviews,
    "cs_list_inquiries": cs_list_inquiries,
    "cs_answer_inquiry": cs_answer_inquiry,
}
