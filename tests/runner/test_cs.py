"""Questions, reviews and inquiries against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kit import (
    KEY,
    Shop,
    config,
    open_shop,
)

from wemakeprice_sdk.config import Switches
from wemakeprice_sdk.policy.snapshot import PendingAnswer, PendingInquiryAnswer
from wemakeprice_sdk.runner import ActionState, Skipped

ANSWER = "안녕하세요. 문의하신 내용을 확인하여 안내드립니다."


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_cs_collects_every_kind_and_answers_each_once(shop: Shop) -> None:
    question, inquiry = shop.sandbox.ask_question(KEY, product_no=None), shop.sandbox.ask_inquiry(KEY)
    runner = shop.runner()
    assert runner.cs().ok
    asked = next(iter(shop.ledger.records("shop", "question"))).at
    answers = [PendingAnswer(question, asked, ANSWER)]
    replies = [PendingInquiryAnswer(inquiry, ANSWER)]
    assert runner.cs(answers=answers, inquiry_answers=replies).counts == {ActionState.APPLIED: 2}
    assert runner.cs(answers=answers, inquiry_answers=replies).results == ()
    assert shop.writes("cs_answer_question") == [question]
    assert shop.writes("cs_answer_inquiry") == [inquiry]


def test_a_follow_up_is_a_round_of_its_own(shop: Shop) -> None:
    question = shop.sandbox.ask_question(KEY, product_no=None)
    runner = shop.runner()
    runner.cs()
    first = next(iter(shop.ledger.records("shop", "question"))).at
    runner.cs(answers=[PendingAnswer(question, first, ANSWER)])
    shop.pass_time(hours=1)
    shop.sandbox.ask_question(KEY, "한 가지 더 궁금합니다", follow_up=question)
    runner.cs()
    rounds = sorted(row.at for row in shop.ledger.records("shop", "question"))
    assert len(rounds) == 2
    report = runner.cs(answers=[PendingAnswer(question, rounds[1], ANSWER)])
    assert report.counts == {ActionState.APPLIED: 1}


def test_only_the_kinds_that_are_switched_on_are_read(shop: Shop) -> None:
    shop.runner(config(switches=Switches(cs_kinds=("review",)))).cs()
    assert shop.sandbox.calls["cs_list_reviews"] > 0
    assert shop.sandbox.calls["cs_list_questions"] == shop.sandbox.calls["cs_list_inquiries"] == 0
    off = shop.runner(config(switches=Switches(cs_api=False)))
    assert off.cs().skipped is Skipped.GATE_CLOSED
