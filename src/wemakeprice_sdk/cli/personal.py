"""Personal data: kept as long as its class asks for, then destroyed with proof; one request for erasure."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wemakeprice_sdk.cli.console import Bilingual, CommandError, Console
from wemakeprice_sdk.cli.jobs import carry_out, run_jobs, told
from wemakeprice_sdk.cli.shop import Shop, with_shop
from wemakeprice_sdk.cli.words import NUMBER, command, dry_run, option, output, yes

if TYPE_CHECKING:
    from wemakeprice_sdk.runner import JobReport, StopSwitch

_by = option(
    "--by",
    required=True,
    help=Bilingual(
        "who answers for the destruction, as the register names him", "파기 담당자(관리대장에 기록)"
    ),
)
_register = option(
    "--register",
    type=click.Path(path_type=Path, file_okay=False),
    help=Bilingual(
        "write the destruction register into this folder afterwards", "파기 관리대장을 저장할 폴더"
    ),
)


@command(
    "retention",
    Bilingual(
        "Show what personal data is due by class and its legal basis, ask, and mask and destroy it. "
        "Periods of your own need a few lines of Python: RetentionPolicy(overrides=…).",
        "구분별 보유기간과 근거에 따라 파기 대상을 표시하고, 확인한 뒤 가림 처리하고 파기합니다. "
        "보유기간을 직접 정하려면 파이썬에서 RetentionPolicy(overrides=…)를 사용해 주세요.",
    ),
)
@with_shop
@_by
@_register
@dry_run
@yes
@output
def retention(shop: Shop, by: str, register: Path | None, dry_run: bool) -> None:
    """Mask and destroy."""
    from wemakeprice_sdk.runner import RetentionPolicy

    office, policy = shop.office(), RetentionPolicy()
    question = Bilingual(
        "mask and destroy what is due? this cannot be undone",
        "대상을 가림 처리하고 파기할까요? 되돌릴 수 없습니다",
    )
    job = [lambda **how: office.retention(policy, by=by, **how)]
    ran = carry_out(shop, job, only_show=dry_run, question=question)
    if register is not None and ran:
        _write_register(shop, register)


@command(
    "erase",
    Bilingual(
        "Destroy what a request for erasure is about: one order, or one person. What a law wants kept "
        "stays, and is "
        "named with its basis. A person's phone and name are asked for, never given on the line.",
        "삭제요청의 대상(주문 하나 또는 한 사람)을 파기합니다. 법령에 따라 보존할 자료는 근거와 함께 "
        "표시하고 남깁니다. "
        "전화번호와 이름은 명령줄에 적지 않고 입력받습니다.",
    ),
)
@with_shop
@click.argument("bundle_no", type=NUMBER, required=False)
@option(
    "--person",
    is_flag=True,
    help=Bilingual(
        "a person: two lines of standard input, phone and name", "한 사람: 표준 입력 두 줄(전화번호, 이름)"
    ),
)
@_by
@_register
@dry_run
@yes
def erase(
    shop: Shop, bundle_no: int | None, person: bool, by: str, register: Path | None, dry_run: bool
) -> None:
    """Erase."""
    if person == (bundle_no is not None):
        raise click.UsageError(
            Bilingual("give a bundle number or --person", "배송번호 또는 --person을 입력해 주세요")
        )
    office, console = shop.office(), shop.console
    phone, name = _person(console) if person else ("", "")
    preview = office.preview_erasure(bundle_no=bundle_no, phone=phone, name=name)
    if not preview.items:
        raise CommandError(
            Bilingual("nothing in the ledger matches", "원장에 해당하는 자료가 없습니다"),
            Bilingual(
                "masked values match nothing; check the number",
                "가려진 값은 찾을 수 없습니다. 번호를 확인해 주세요",
            ),
        )
    console.say(told(console, preview))
    if dry_run:
        return
    gone = len(preview.destroyed)
    console.confirm(
        Bilingual(
            f"destroy {gone} item(s)? this cannot be undone", f"{gone}건을 파기할까요? 되돌릴 수 없습니다"
        )
    )

    def job(*, dry_run: bool, progress: object, stop: StopSwitch) -> JobReport:  # noqa: ARG001 - a job's form
        return office.erase(preview, by=by, stop=stop)

    run_jobs(console, [job])
    if register is not None:
        _write_register(shop, register)


def _person(console: Console) -> tuple[str, str]:
    lines = []
    for question in (Bilingual("phone", "전화번호"), Bilingual("name", "이름")):
        if sys.stdin.isatty():
            sys.stderr.write(f"{console.text(question)}: ")
            sys.stderr.flush()
        lines.append(sys.stdin.readline().strip())
    return lines[0], lines[1]


def _write_register(shop: Shop, folder: Path) -> None:
    made = shop.office().destruction_register(folder)
    shop.console.tell(Bilingual(f"written: {made.workbook}", f"저장했습니다: {made.workbook}"))
