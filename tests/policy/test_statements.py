"""Statements made one: whatever number of files shows a transfer, it counts once."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models import BankStatement, BankTransfer
from wemakeprice_sdk.policy import MergedStatements, StatementNoteKind, merge_statements

DAY = datetime(2024, 6, 7, 10, 0, tzinfo=KST)


def row(amount: int, minutes: int = 0, *, timed: bool = True, **more: Any) -> BankTransfer:
    at = DAY + timedelta(minutes=minutes)
    return BankTransfer(received_on=at.date(), received_at=at if timed else None, amount=amount, **more)


def statement(name: str, *rows: BankTransfer, **more: Any) -> BankStatement:
    digest = f"{sum(map(ord, name)):064x}"
    return BankStatement(**{"file": name, "sha256": digest, "transfers": rows, **more})


def kinds(merged: MergedStatements) -> list[str]:
    return [note.kind.value for note in merged.notes]


def test_overlapping_statements_and_doubled_uploads_count_once() -> None:
    june = statement("june", row(100), row(200, 60))
    again = statement("again", row(200, 60), row(300, 120))
    merged = merge_statements([june, again, june])
    assert [one.amount for one in merged.transfers] == [100, 200, 300]
    assert kinds(merged) == ["doubled-upload", "overlap"]
    (overlap,) = [note for note in merged.notes if note.kind is StatementNoteKind.OVERLAP]
    assert (overlap.rows, set(overlap.files)) == (1, {"june", "again"})


def test_equal_deposits_are_several_and_a_repeated_row_is_one() -> None:
    merged = merge_statements([statement("a", row(100), row(100, 5))])
    assert [one.nth for one in merged.transfers] == [1, 2]
    untimed = statement("b", row(100, timed=False), row(100, timed=False))
    assert len(merge_statements([untimed]).transfers) == 2
    repeated = merge_statements([statement("c", row(100, balance=900), row(100, balance=900))])
    assert (len(repeated.transfers), kinds(repeated)) == (1, ["repeated-row"])
    assert [(note.rows, note.files) for note in repeated.notes] == [(1, ("c",))]


def test_a_statement_that_says_less_shows_the_same_transfer() -> None:
    full, short = (
        statement("full", row(100, balance=900), row(100, 5)),
        statement("short", row(100, timed=False)),
    )
    merged = merge_statements([short, full])
    assert [one.received_at is not None for one in merged.transfers] == [True, True]
    assert merged.records().transfers == merged.transfers
    assert (merged.records().strict, merged.records(strict=False).strict) == (True, False)
    named = statement("named", row(100, timed=False, payer="위메프"))
    (one,) = merge_statements([statement("timed", row(100, memo="정산")), named]).transfers
    assert (one.payer, one.memo, one.received_at) == ("위메프", "정산", DAY)
    other = merge_statements([full, statement("other", row(100, 77))])
    assert len(other.transfers) == 3, "another time is another transfer"


def test_what_two_statements_say_differently_is_named() -> None:
    merged = merge_statements([statement("a", row(100, memo="정산")), statement("b", row(100, memo="이체"))])
    assert kinds(merged) == ["overlap", "fact-differs"]
    assert merged.notes[1].keys == (merged.transfers[0].key,)
    assert "정산" not in repr(merged)


def test_days_that_no_statement_covers_are_named_and_bound_the_records() -> None:
    spring = statement("a", first=date(2024, 3, 1), last=date(2024, 5, 31))
    autumn = statement("b", first=date(2024, 6, 3), last=date(2024, 9, 1))
    merged = merge_statements([autumn, spring])
    (gap,) = merged.notes
    assert (gap.kind, gap.first, gap.last) == (StatementNoteKind.GAP, date(2024, 6, 1), date(2024, 6, 2))
    records = merged.records()
    assert (records.first, records.last) == (date(2024, 3, 1), date(2024, 9, 1))
    touching = merge_statements([spring, evolve(autumn, first=date(2024, 6, 1))])
    assert touching.notes == ()


def test_one_label_is_one_bank_account_and_one_seller() -> None:
    first = statement("a", account_number="110-000-000001")
    with pytest.raises(ValidationError) as caught:
        merge_statements([first, statement("b", account_number="110-000-000002")])
    assert "110-" not in str(caught.value)
    assert merge_statements([first, statement("b", account_number="110-***-000001")]).notes == ()
    with pytest.raises(ValidationError, match="different sellers"):
        merge_statements([evolve(first, account="one"), statement("b", account="two")])
    apart = [first, statement("b", account_number="110-000-000002", bank="other")]
    assert merge_statements(apart).notes == ()


def test_only_days_that_no_statement_covers_are_a_gap() -> None:
    def gaps(*spans: tuple[int, int]) -> list[tuple[date | None, date | None]]:
        files = [
            statement(f"{first}-{last}", first=date(2024, 6, first), last=date(2024, 6, last))
            for first, last in spans
        ]
        notes = merge_statements(files).notes
        return [(note.first, note.last) for note in notes if note.kind is StatementNoteKind.GAP]

    assert gaps((1, 10), (11, 20)) == gaps((1, 10), (2, 4), (8, 20)) == gaps((1, 10), (2, 4), (11, 20)) == []
    assert gaps((1, 10), (12, 20)) == [(date(2024, 6, 11), date(2024, 6, 11))]
    assert gaps((1, 10), (2, 4), (14, 20)) == [(date(2024, 6, 11), date(2024, 6, 13))]


def test_any_cut_of_one_bank_into_statements_gives_that_bank() -> None:
    """The oracle: what the bank really received. Each file is a period of it, with or without times."""
    for seed in range(400):
        rng = random.Random(seed)
        truth = sorted(
            (DAY + timedelta(hours=rng.randint(0, 240), minutes=at), rng.choice((100, 200, 300)))
            for at in range(rng.randint(0, 12))
        )
        files = []
        for number in range(rng.randint(1, 4)):
            first = DAY.date() + timedelta(days=rng.randint(0, 8))
            last = first + timedelta(days=rng.randint(0, 8))
            timed = rng.random() < 0.6
            seen = [(at, won) for at, won in truth if first <= at.date() <= last]
            rng.shuffle(seen)
            rows = [
                BankTransfer(received_on=at.date(), received_at=at if timed else None, amount=won)
                for at, won in seen
            ]
            files.append(statement(f"{seed}-{number}", *rows, first=first, last=last))
        covered = [
            (at.date(), won)
            for at, won in truth
            if any(one.first <= at.date() <= one.last for one in files if one.first and one.last)
        ]
        merged = merge_statements(files)
        found = [(one.received_on, one.amount) for one in merged.transfers]
        assert Counter(found) == Counter(covered), f"seed {seed}"
        assert len({one.key for one in merged.transfers}) == len(found)
        rng.shuffle(files)
        assert merge_statements(files) == merged
