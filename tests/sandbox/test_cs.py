"""Behaviours 106 to 108 and 115: questions, reviews, inquiries."""

import pytest

from wemakeprice_sdk.sandbox import SandboxError

ANSWER = "다음 주에 다시 들어옵니다."


def questions(partner, day="2024-05-20"):
    return [(row["qnaSeq"], row["questionDate"]) for row in partner.data("cs_list_questions", basicDate=day)]


def test_106_questions_of_the_asked_day_only(partner):
    ask = partner.sandbox.ask_question
    late = ask(partner.key, at="2024-05-20 23:59:59")
    early = ask(partner.key, at="2024-05-20 00:00:00", order_no=410000001, private=True)
    ask(partner.key, at="2024-05-19 23:59:59")
    ask(partner.key, at="2024-05-21 00:00:00")
    assert questions(partner) == [(early, "2024-05-20 00:00:00"), (late, "2024-05-20 23:59:59")]
    first, second = partner.data("cs_list_questions", basicDate="2024-05-20")
    assert (first["orderNo"], first["privateYn"]) == ("410000001", "Y")
    assert (second["orderNo"], second["privateYn"]) == ("", "N")
    assert questions(partner, "2024-05-18") == []


def test_106_a_follow_up_repeats_the_number_and_answered_ones_stay(partner):
    number = partner.sandbox.ask_question(partner.key)
    partner.done("cs_answer_question", qnaSeq=number, answer=ANSWER)
    partner.sandbox.ask_question(partner.key, "그럼 검정은요?", follow_up=number)
    assert questions(partner) == [(number, "2024-05-20 10:00:00"), (number, "2024-05-20 10:00:01")]
    partner.sandbox.advance(days=1)
    partner.sandbox.ask_question(partner.key, "아직인가요?", follow_up=number)
    assert questions(partner, "2024-05-21") == [(number, "2024-05-21 10:00:00")]


@pytest.mark.parametrize("answer", ["아" * 9, "아" * 1501])
def test_107_answers_are_10_to_1500_characters(partner, answer):
    number = partner.sandbox.ask_question(partner.key)
    assert "answer" in partner.failed("cs_answer_question", 422, qnaSeq=number, answer=answer)
    inquiry = partner.sandbox.ask_inquiry(partner.key)
    assert "answer" in partner.failed("cs_answer_inquiry", 422, inquirySeq=inquiry, answer=answer)
    size = 10 if len(answer) < 10 else 1500
    partner.done("cs_answer_question", qnaSeq=number, answer="아" * size)


def test_107_a_deleted_question_does_not_exist(partner):
    number = partner.sandbox.ask_question(partner.key)
    partner.sandbox.delete_question(partner.key, number)
    assert "존재하지" in partner.failed("cs_answer_question", 404, qnaSeq=number, answer=ANSWER)
    assert questions(partner) == []
    with pytest.raises(SandboxError):
        partner.sandbox.ask_question(partner.key, follow_up=number)


def test_108_one_answer_per_round(partner):
    number = partner.sandbox.ask_question(partner.key)
    partner.done("cs_answer_question", qnaSeq=number, answer=ANSWER)
    assert "이미" in partner.refused("cs_answer_question", qnaSeq=number, answer=ANSWER)
    partner.sandbox.ask_question(partner.key, "그럼 검정은요?", follow_up=number)
    partner.done("cs_answer_question", qnaSeq=number, answer=ANSWER)
    assert "이미" in partner.refused("cs_answer_question", qnaSeq=number, answer=ANSWER)
    assert len(partner.sandbox.journal.writes("cs_answer_question", partner.label, qnaSeq=number)) == 2


def test_115_inquiries_follow_the_question_list(partner):
    product = partner.sandbox.make_product(partner.key)
    number = partner.sandbox.ask_inquiry(partner.key, product_no=product, order_no=410000001)
    partner.sandbox.ask_inquiry(partner.key, at="2024-05-19 23:59:59")
    (row,) = partner.data("cs_list_inquiries", basicDate="2024-05-20")
    assert (row["inquirySeq"], row["productNo"], row["orderNo"]) == (number, product, "410000001")
    partner.done("cs_answer_inquiry", inquirySeq=number, answer=ANSWER)
    assert "이미" in partner.refused("cs_answer_inquiry", inquirySeq=number, answer=ANSWER)
    assert len(partner.data("cs_list_inquiries", basicDate="2024-05-20")) == 1
    partner.sandbox.delete_question(partner.key, number)
    assert "존재하지" in partner.failed("cs_answer_inquiry", 404, inquirySeq=number, answer=ANSWER)


def test_115_reviews_of_the_day_with_1_to_5_points(partner):
    order = partner.order()
    line = order.order_option_nos[0]
    numbers = [partner.sandbox.write_review(partner.key, line, rating) for rating in (1, 5)]
    partner.sandbox.write_review(partner.key, line, at="2024-05-21 00:00:00")
    rows = partner.data("cs_list_reviews", basicDate="2024-05-20")
    assert [(row["reviewSeq"], row["rating"]) for row in rows] == [(numbers[0], 1), (numbers[1], 5)]
    assert all(row["orderOptionNo"] == line for row in rows)
    for rating in (0, 6, True):
        with pytest.raises(SandboxError):
            partner.sandbox.write_review(partner.key, line, rating)
