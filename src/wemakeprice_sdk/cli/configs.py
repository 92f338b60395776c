"""Settings of an account: make them, check them, encrypt them, explain them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from wemakeprice_sdk.cli.console import Bilingual, CommandError, Console
from wemakeprice_sdk.cli.shop import KEYRING, Shop, accounts_of, cipher_of, keys_option, with_shop
from wemakeprice_sdk.cli.words import FILE, console_of, group, option, output, strict, yes

if TYPE_CHECKING:
    from wemakeprice_sdk.config import ChannelConfig
    from wemakeprice_sdk.secrets import AesGcmCipher

SANDBOX_URL: Final = "http://127.0.0.1:8787"
SANDBOX_KEY: Final = "sandbox-key"

config = group(
    "config",
    Bilingual(
        "Settings of accounts: new, check, encrypt, explain.", "판매채널 설정: 만들기, 확인, 암호화, 설명"
    ),
)


@config.command(
    "new",
    help=Bilingual(
        "Make a file of settings for one account. The key is asked for, or read from WEMAKEPRICE_API_KEY, "
        "and "
        "stored encrypted.",
        "계정 하나의 설정 파일을 만듭니다. 인증키는 입력받거나 WEMAKEPRICE_API_KEY에서 읽어 암호화해 "
        "저장합니다.",
    ),
)
@click.argument("file", type=FILE)
@option("--seller-id", default="", help=Bilingual("login id of the partner centre", "판매자 ID"))
@option("--store-name", default="", help=Bilingual("your name for the account", "스토어명"))
@option(
    "--base-url", help=Bilingual("which host to talk to; none without it", "접속 주소 (없으면 접속하지 않음)")
)
@option(
    "--sandbox",
    is_flag=True,
    help=Bilingual(
        f"settings for `wemakeprice sandbox` on {SANDBOX_URL}", f"{SANDBOX_URL}의 모의 서버용 설정"
    ),
)
@keys_option
@yes
def new(
    file: Path, seller_id: str, store_name: str, base_url: str | None, sandbox: bool, keys: str | None
) -> None:
    """Make settings."""
    from wemakeprice_sdk.config import ChannelConfig, LinkState, OnboardingState, save_config

    console = console_of(click.get_current_context())
    if sandbox:
        made = ChannelConfig(
            seller_id or "sandbox",
            store_name or "sandbox",
            SANDBOX_KEY,
            onboarding=OnboardingState.COMPLETE,
            link=LinkState.APPROVED,
            base_url=base_url or SANDBOX_URL,
        )
    else:
        made = ChannelConfig(seller_id, store_name, base_url=base_url)
    if file.exists():
        console.confirm(
            Bilingual(f"{file} is there already; replace it?", f"{file} 파일이 이미 있습니다. 바꿀까요?")
        )
    cipher = _ring(console, keys)
    if not sandbox:
        key = os.environ.get("WEMAKEPRICE_API_KEY") or console.secret(Bilingual("API key", "API 인증 KEY"))
        made = made.replace(api_key=key)
    save_config(file, made, cipher=cipher)
    console.say(Bilingual(f"written: {file}", f"저장했습니다: {file}"))
    console.tell(
        Bilingual(
            f"next: wemakeprice config explain --config {file}",
            f"다음 단계: wemakeprice config explain --config {file}",
        )
    )


def _ring(console: Console, keys: str | None) -> AesGcmCipher:
    """Return the key ring; make the file that was named when it is not there."""
    from wemakeprice_sdk.config._files import write_private
    from wemakeprice_sdk.secrets import format_key_ring, generate_key

    if keys not in (None, KEYRING) and not Path(str(keys)).exists():
        write_private(Path(str(keys)), format_key_ring({"k1": generate_key()}).encode())
        console.tell(
            Bilingual(
                f"made a key ring: {keys} (keep it apart from the settings, and keep a copy)",
                f"암호화 키 파일을 만들었습니다: {keys} (설정 파일과 따로 보관하고 사본을 남겨 주세요)",
            )
        )
    cipher = cipher_of(keys)
    if cipher is None:
        raise CommandError(
            Bilingual(
                "settings hold a key, and no key ring is named to encrypt it with",
                "인증키를 암호화할 암호화 키가 지정되지 않았습니다",
            ),
            Bilingual(
                "pass --keys FILE; a file that is not there is made",
                "--keys 파일을 지정해 주세요. 파일이 없으면 새로 만듭니다",
            ),
            78,
        )
    return cipher


@config.command(
    "check",
    help=Bilingual(
        "Read the settings of one account or many and say what is wrong with them. No secret is shown.",
        "계정 하나 또는 여럿의 설정을 읽고 잘못된 곳을 모두 표시합니다. 비밀 값은 표시하지 않습니다.",
    ),
)
@click.argument("file", type=FILE)
@keys_option
@strict
@output
def check(file: Path, keys: str | None, strict: bool) -> None:
    """Check settings."""
    console = console_of(click.get_current_context())
    accounts = accounts_of(file, cipher_of(keys))
    if console.form != "table":
        console.rows(
            [
                {"store_name": one.store_name, "seller_id": one.seller_id, **dict(_facts(one))}
                for one in accounts
            ]
        )
    for one in accounts if console.form == "table" else ():
        console.say(f"{one.seller_id} ({one.store_name})")
        console.facts(_facts(one))
    if strict and not all(one.is_onboarded and one.link_state == "approved" for one in accounts):
        console.code = 1


def _on(switch: bool) -> Bilingual:
    return Bilingual("on", "켜짐") if switch else Bilingual("off", "꺼짐")


def _facts(one: ChannelConfig) -> list[tuple[str, str | int]]:
    switches = one.switches
    return [
        (Bilingual("onboarding", "입점"), Bilingual(one.onboarding.value, one.onboarding.korean)),
        (Bilingual("link", "연동 승인"), Bilingual(one.link.state.value, one.link.state.korean)),
        (Bilingual("master switch", "연동설정"), _on(switches.master)),
        (
            Bilingual("order confirmation", "자동 발주확인"),
            Bilingual(one.confirmation.mode.value, one.confirmation.mode.korean),
        ),
        (Bilingual("sku sync", "재고연동"), _on(switches.sku_sync)),
        (Bilingual("sale period extension", "판매기간 자동연장"), _on(one.sale_period.enabled)),
        (Bilingual("contacts", "담당자"), len(one.contacts)),
        (Bilingual("host", "접속 주소"), one.base_url or "-"),
    ]


@config.command(
    "encrypt",
    help=Bilingual(
        "Encrypt the key, memo and contacts of a file that was written in an editor.",
        "편집기로 작성한 설정 파일의 인증키, 메모, 담당자를 암호화합니다.",
    ),
)
@click.argument("file", type=FILE)
@keys_option
def encrypt(file: Path, keys: str | None) -> None:
    """Encrypt settings."""
    from wemakeprice_sdk.config import load_config, load_registry, save_config, save_registry
    from wemakeprice_sdk.errors import ConfigError

    file.open("rb").close()  # so that no key ring is made for a file that is not there
    console = console_of(click.get_current_context())
    cipher = _ring(console, keys)
    try:
        one = load_config(file, cipher=cipher, allow_plain=True)
    except ConfigError as error:
        if all(violation.path != "channels" for violation in error.violations):
            raise
        many = load_registry(file, cipher=cipher, allow_plain=True)
        save_registry(file, many, cipher=cipher)
    else:
        save_config(file, one, cipher=cipher)
    console.say(Bilingual(f"encrypted: {file}", f"암호화했습니다: {file}"))


@config.command(
    "explain",
    help=Bilingual(
        "Say for every feature whether the account may use it, and which gate closes first.",
        "기능별로 사용할 수 있는지, 어느 단계에서 막히는지 설명합니다.",
    ),
)
@with_shop
@output
def explain(shop: Shop) -> None:
    """Explain settings."""
    from wemakeprice_sdk.notebook.headings import word_heading
    from wemakeprice_sdk.policy.actions import ActionKind
    from wemakeprice_sdk.policy.gates import check as first_closed

    found = {kind: first_closed(shop.config(), kind) for kind in ActionKind}
    console = shop.console
    open_way = "가능" if console.for_koreans else ""
    shop.console.rows(
        [
            {
                "action": word_heading("ActionKind", kind) if console.for_koreans else kind.value,
                "gate": "" if gate is None else gate.gate,
                "reason": open_way
                if gate is None
                else console.text(Bilingual(gate.reason.text, gate.reason.text_ko)),
            }
            for kind, gate in found.items()
        ],
        headings={"action": "작업", "gate": "막힌 단계", "reason": "사유"} if console.for_koreans else {},
    )
