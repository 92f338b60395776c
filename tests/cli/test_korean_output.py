"""What a seller with a Korean locale reads: Korean, in columns that stand, with names that stay whole."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from command_kit import KEY, Place

from wemakeprice_sdk.cli.console import screen_width, wrapped
from wemakeprice_sdk.cli.korean import korean_text
from wemakeprice_sdk.cli.main import main
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.ledger import SaveCount
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy import ActionKind
from wemakeprice_sdk.policy.actions import Target, TargetKind
from wemakeprice_sdk.runner import (
    ActionResult,
    ActionState,
    ErasureReport,
    Job,
    JobReport,
    RetentionReport,
    WindDownReport,
)
from wemakeprice_sdk.runner.erasure import ErasureItem
from wemakeprice_sdk.runner.expiry import RetentionLine

Printed = pytest.CaptureFixture[str]
NOW = datetime(2026, 11, 23, 9, tzinfo=KST)
ENGLISH = re.compile(r"[A-Za-z]{3,}")
# Codes that the pages explain, what a seller wrote, and the account.
CODES = re.compile(
    r"\([a-z-]+(\.[a-z-]+)*( \[[^\]]*\])?\)|my-shop|http\S+|[ ](feature|scope)\.\S+|SKU|API|runner\.resolve"
)


def english(text: str) -> list[str]:
    """The lines that a Korean reader would find English words in."""
    return [line for line in text.splitlines() if ENGLISH.search(CODES.sub("", line))]


@pytest.fixture
def korean(shop: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    return shop


@pytest.mark.parametrize(
    "line",
    [
        "run templates collect-orders",
        "status",
        "config explain",
        "orders list",
        "products list --since 300d",
        "templates list",
        "cs list",
        "plan collect-orders",
        "orders confirm 999 --dry-run",
        "orders ship 999 --courier CJ대한통운 --invoice 600000000001 --dry-run",
        "settlement",
        "retention --by 김운영 --dry-run",
        "plan extend-sale-periods",
        "excel preview EXPORT",
        "excel import EXPORT --templates-known",
    ],
)
def test_a_korean_reads_korean(line: str, korean: Place, capsys: Printed, tmp_path: Path) -> None:
    export = tmp_path / "상품.csv"
    export.write_text(
        "상품번호,상품명,상품상태,판매가\n3000000001,컵,판매중,9900\n3.00E+08,컵,판매중,무료\n",
        encoding="utf-8",
    )
    main([str(export) if word == "EXPORT" else word for word in line.split()])
    printed = capsys.readouterr()
    found = english(re.sub(r"CJ대한통운|CSV![A-Z]\d+|3.00E\+08", "", printed.out))
    assert found == []
    assert printed.out or "자료가 없습니다" in printed.err


def test_tables_have_korean_heads_and_words_for_people_and_stay_as_they_are_for_programs(
    korean: Place, capsys: Printed
) -> None:
    assert main(["orders", "list"]) == 0
    head, row, *_ = capsys.readouterr().out.splitlines()
    assert head.startswith("배송번호")
    assert "신규주문" in row
    assert main(["orders", "list", "-o", "csv"]) == 0
    head, row, *_ = capsys.readouterr().out.splitlines()
    assert head.startswith("bundle_no,")
    assert "NEW" in row


def test_settings_are_told_in_words(korean: Place, capsys: Printed) -> None:
    assert main(["config", "check", korean.path("shop.toml")]) == 0
    assert "입점완료" in (out := capsys.readouterr().out)
    assert re.search(r"연동설정 +켜짐", out)
    assert main(["config", "check", korean.path("shop.toml"), "-o", "json"]) == 0
    assert '"onboarding": "complete"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "head", ["배송번호,택배사,송장번호", "bundle_no,courier,invoice_no", "배송 번호,택배사,송장 번호"]
)
def test_a_file_of_parcels_may_have_korean_heads(
    head: str, shop: Place, tmp_path: Path, capsys: Printed
) -> None:
    parcels = tmp_path / "parcels.csv"
    parcels.write_text(f"{head}\n999,CJ대한통운,600000000001\n", encoding="cp949")
    assert main(["plan", "ship", "--parcels", str(parcels)]) == 1
    assert "bundle:999" in capsys.readouterr().out


def test_a_missing_column_is_named(korean: Place, tmp_path: Path, capsys: Printed) -> None:
    parcels = tmp_path / "parcels.csv"
    parcels.write_text("배송번호,택배\n999,CJ대한통운\n", encoding="utf-8")
    assert main(["plan", "ship", "--parcels", str(parcels)]) == 78
    said = capsys.readouterr().err
    assert "courier(택배사), invoice_no(송장번호)" in said
    assert "배송번호,택배사,송장번호" in said


def test_too_many_words_are_refused_in_korean(korean: Place, capsys: Printed) -> None:
    assert main(["cs", "list", "questions"]) == 2
    assert "필요하지 않은 값입니다: questions" in capsys.readouterr().err


def test_an_error_begins_in_korean_and_keeps_its_details(korean: Place, capsys: Printed) -> None:
    korean.sandbox.approve_key(KEY, approved=False)
    try:
        assert main(["orders", "list"]) == 1
    finally:
        korean.sandbox.approve_key(KEY)
    said = capsys.readouterr().err
    assert said.startswith("PermissionDeniedError: 인증키는 확인되지만 이 작업의 권한이 없습니다")
    assert "operation=orders_list" in said


def test_help_breaks_no_name_and_fits_the_screen(korean: Place, capsys: Printed) -> None:
    assert main(["orders", "list", "--help"]) == 0
    out = capsys.readouterr().out
    for name in ("CONFIG", "ACCOUNT", "LEDGER", "KEYS", "GAP"):
        assert f"WEMAKEPRICE_CLI_{name}" in out
    assert max(map(screen_width, out.splitlines())) <= 80


def test_a_word_longer_than_the_line_stays_whole() -> None:
    assert wrapped("가나 다라 WEMAKEPRICE_CLI_LEDGER 끝", 9) == ["가나 다라", "WEMAKEPRICE_CLI_LEDGER", "끝"]
    assert wrapped("", 9) == [""]


def report(kind: type[JobReport], **more: object) -> JobReport:
    return kind(
        job=Job.CLAIMS,
        account="my-shop",
        started_at=NOW,
        finished_at=NOW,
        collected={"bundle": SaveCount(1, 2, 3), "settle_ship": SaveCount(0, 0, 1)},
        results=(
            ActionResult("a", ActionKind.SHIP_BUNDLE, Target(TargetKind.BUNDLE, 7), ActionState.UNKNOWN),
            ActionResult("b", ActionKind.SHIP_BUNDLE, Target(TargetKind.BUNDLE, 8), ActionState.APPLIED),
        ),
        unread=("2026-11-22",),
        given_up=("2026-11-21",),
        faults=("7",),
        link_problems=("7",),
        **more,
    )


ITEM = ErasureItem(
    kind="bundle", key="1/2", data_class=RetentionClass.CONTACT, day=NOW.date(), destroyed=False, basis="5년"
)
LINE = RetentionLine(
    file="bundle",
    data_class=RetentionClass.CONTACT,
    basis="5년",
    destroyed=1,
    held=1,
    kept=1,
    holds=("소송",),
)


@pytest.mark.parametrize(
    "made",
    [
        report(JobReport),
        report(JobReport, dry_run=True),
        report(RetentionReport, lines=(LINE,)),
        report(ErasureReport, kept=(ITEM,)),
        report(WindDownReport, since=NOW, on_sale={7: "판매기간"}, deals=(8,)),
    ],
    ids=lambda made: type(made).__name__,
)
def test_the_korean_of_a_report_leaves_no_line_out(made: JobReport) -> None:
    assert len(korean_text(made).splitlines()) == len(str(made).splitlines())
    assert english(korean_text(made)) == []
