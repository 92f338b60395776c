"""What is said when the state of a link changes, and calls of others that must not hold up a job."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from wemakeprice_sdk.config import ChannelConfig, Issue, IssueSeverity, LinkState
from wemakeprice_sdk.errors import CallError

P = ParamSpec("P")
T = TypeVar("T")

_TEXTS: Final = {
    LinkState.APPROVED: (
        IssueSeverity.ORDINARY,
        "연동이 다시 정상입니다 (the link works again)",
        "위메프 API 호출이 다시 허용되어 작업을 재개합니다. The jobs go on.",
    ),
    LinkState.KEY_REJECTED: (
        IssueSeverity.SERIOUS,
        "인증키가 거절되었습니다 (the key is refused)",
        (
            "주문과 클레임이 처리되지 않습니다. 파트너센터에서 인증키를 확인하고 다시 저장해 주세요. "
            "Orders and claims stand still: check the key in the partner centre and save it again."
        ),
    ),
}
_OTHER: Final = (
    IssueSeverity.SERIOUS,
    "연동 승인이 해제되었습니다 (the link is not approved any more)",
    (
        "주문과 클레임이 처리되지 않습니다. 파트너센터에서 선택한 대행사를 확인하고 다시 저장해 주세요. "
        "Orders and claims stand still: check the agency in the partner centre and save again."
    ),
)


def issue_of(config: ChannelConfig) -> Issue:
    """Return what the contacts hear about the state the link has now."""
    severity, title, text = _TEXTS.get(config.link_state, _OTHER)
    return Issue(severity, f"{config.store_name}: {title}", text)


def answered(failure: CallError | None, config: ChannelConfig) -> None:  # noqa: ARG001 - the shape of a probe
    """Say again what a probe was told a moment ago."""
    if failure is not None:
        raise failure


def within(
    seconds: float, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
) -> tuple[T | None, str]:
    """Return what a call of somebody else's code returns, and what went wrong, "" when nothing did.

    A call that takes longer is left to itself in a thread that ends with the process. Of an error only its
    class is named: its text may hold an address.
    """
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(call(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - the caller's code; it must fail no job
            failed.append(error)

    thread = threading.Thread(target=run, name="wemakeprice-link", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return None, f"no answer within {seconds:g} s"
    if failed:
        return None, type(failed[0]).__name__
    return found[0], ""
