"""The sandbox on a port, and a seller's day on an embedded one."""

from __future__ import annotations

from pathlib import Path

import click

from wemakeprice_sdk.cli import demo as day
from wemakeprice_sdk.cli.configs import SANDBOX_KEY
from wemakeprice_sdk.cli.console import Bilingual
from wemakeprice_sdk.cli.words import NUMBER, command, console_of, option


@command(
    "demo",
    Bilingual(
        "Run a seller's day on the embedded sandbox. Takes a second, writes no file and leaves this "
        "machine alone: "
        "everything in it is invented.",
        "내장 모의 서버에서 판매자의 하루를 실행합니다. 파일을 만들지 않고 외부에 접속하지 않으며, 모든 "
        "자료는 가상입니다.",
    ),
)
def demo() -> None:
    """Run the demo."""
    console = console_of(click.get_current_context())
    day.run(console.out, console.language)


@command(
    "sandbox",
    Bilingual(
        "Run a stand-in partner server on this machine until Ctrl-C. "
        "`wemakeprice config new shop.toml --sandbox` makes settings for it; "
        "`python -m wemakeprice_sdk.sandbox --help` has more options.",
        "이 컴퓨터에서 모의(mock) 서버를 실행합니다(Ctrl-C로 종료). "
        "wemakeprice config new shop.toml --sandbox 로 설정을 만들 수 있습니다. "
        "다른 옵션은 python -m wemakeprice_sdk.sandbox --help 를 참고해 주세요.",
    ),
)
@option(
    "--port",
    type=NUMBER,
    default=8787,
    show_default=True,
    help=Bilingual("0 takes a free one", "포트 (0: 빈 포트)"),
)
@option(
    "--state",
    type=click.Path(path_type=Path),
    help=Bilingual("keep everything in this file", "상태를 저장할 파일"),
)
@option(
    "--seed",
    type=NUMBER,
    default=0,
    show_default=True,
    help=Bilingual("makes invented data repeatable", "가상 자료의 시드"),
)
@option(
    "--clock",
    help=Bilingual(
        "stop the clock, e.g. '2024-05-20 10:00:00'", "시계를 고정할 시각, 예: '2024-05-20 10:00:00'"
    ),
)
@option(
    "--orders",
    type=NUMBER,
    default=100,
    show_default=True,
    help=Bilingual("orders of the invented shop", "가상 상점의 주문 수"),
)
@option("--products", type=NUMBER, default=50, show_default=True, help=Bilingual("its products", "상품 수"))
@option(
    "--days",
    type=NUMBER,
    default=30,
    show_default=True,
    help=Bilingual("days its orders spread over", "주문 기간(일)"),
)
def sandbox(**options: object) -> None:
    """Run the sandbox."""
    from wemakeprice_sdk.sandbox.__main__ import STARTED, main

    words = [f"--{name}={value}" for name, value in options.items() if value is not None]
    console = console_of(click.get_current_context())
    started = Bilingual(STARTED, "모의(mock) 서버: {url}  (안내 페이지 {url}/, Ctrl-C로 종료)")
    console.code = main([*words, f"--account={SANDBOX_KEY}"], console.text(started))
