"""The tree of commands. Each is imported when it is used, so that help and completions are quick."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

import click

from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.cli.console import Bilingual, Console
from wemakeprice_sdk.cli.words import BilingualOption, Group

PROGRAM: Final = "wemakeprice"
_COMPLETE: Final = "_WEMAKEPRICE_COMPLETE"

EXITS: Final = Bilingual(
    "Exit codes: 0 done, 1 something needs a person, 2 wrong command line, 70 a fault of this program, "
    "75 try again later, 78 a setting is wrong, 130 interrupted.",
    "종료 코드는 다음과 같습니다: 0 완료, 1 담당자 확인 필요, 2 잘못된 명령, 70 프로그램 오류, "
    "75 나중에 다시 실행, 78 설정 확인 필요, 130 중단",
)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        context.ensure_object(Console).say(__version__)
        context.exit()


app: Final = Group(
    PROGRAM,
    help=Bilingual(
        f"WeMakePrice partner API, one's own records, and an offline sandbox. {EXITS}",
        f"위메프 파트너 API, 내 자료, 오프라인 모의 서버입니다. {EXITS.korean}",
    ),
    params=[
        BilingualOption(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help=Bilingual("show the version", "버전 표시"),
        )
    ],
    lazy={
        "demo": (
            "sandboxes:demo",
            Bilingual("a seller's day on the embedded sandbox", "내장 모의 서버에서 보는 판매자의 하루"),
        ),
        "sandbox": (
            "sandboxes:sandbox",
            Bilingual("a stand-in partner server on this machine", "이 컴퓨터의 모의(mock) 서버"),
        ),
        "config": (
            "configs:config",
            Bilingual("settings: new, check, encrypt, explain", "설정: 만들기, 확인, 암호화, 설명"),
        ),
        "orders": (
            "market:orders",
            Bilingual("orders: list, show, confirm, ship", "주문: 조회, 상세, 발주확인, 발송"),
        ),
        "claims": (
            "market:claims",
            Bilingual("cancels, returns, exchanges: list, show", "클레임: 조회, 상세"),
        ),
        "cs": ("market:cs", Bilingual("questions, reviews, inquiries: list", "CS: 조회")),
        "products": ("market:products", Bilingual("products: list, show", "상품: 조회, 상세")),
        "templates": ("market:templates", Bilingual("shipping templates: list", "배송 템플릿: 조회")),
        "deals": ("market:deals", Bilingual("deals: list, show", "딜: 조회, 상세")),
        "excel": (
            "exports:excel",
            Bilingual(
                "Excel exports: inspect, preview, report, import", "엑셀: 확인, 미리보기, 결과 파일, 가져오기"
            ),
        ),
        "plan": ("jobs:plan", Bilingual("what jobs would do", "작업 계획 표시")),
        "apply": ("jobs:apply", Bilingual("show what jobs would do, ask, do it", "계획을 확인한 뒤 실행")),
        "run": (
            "jobs:run",
            Bilingual("run jobs without a question, as cron does", "작업을 확인 없이 실행(cron용)"),
        ),
        "status": ("jobs:status", Bilingual("where the account stands", "계정의 현재 상황")),
        "settlement": (
            "records:settlement",
            Bilingual("paid, owed, missing, to the won", "정산 대사: 지급, 미지급, 누락"),
        ),
        "dossier": (
            "records:dossier",
            Bilingual("what the account is owed, as a folder", "정산 기록 자료 만들기"),
        ),
        "archive": ("records:archive", Bilingual("everything in one folder", "모든 자료 보관")),
        "retention": (
            "personal:retention",
            Bilingual("mask and destroy personal data by class", "개인정보를 구분별로 가림 처리·파기"),
        ),
        "erase": (
            "personal:erase",
            Bilingual("destroy what one request is about", "삭제요청 처리"),
        ),
        "catalogue": (
            "catalogues:catalogue",
            Bilingual("goods for other shops: export, images", "카탈로그: 내보내기, 이미지 저장"),
        ),
    },
)


def run(words: Sequence[str], console: Console) -> int:
    """Run a command line and return its exit code."""
    if os.environ.get(_COMPLETE):
        app.main(list(words), prog_name=PROGRAM)
    try:
        with app.make_context(PROGRAM, list(words), obj=console) as context:
            app.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return console.code
