"""A business (사업자) and the seller accounts it trades with."""

from __future__ import annotations

from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.models._given import listed

_WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def _digits(value: str) -> str:
    # What is no text goes on unchanged, to be refused by name.
    return value.replace("-", "").replace(" ", "") if hasattr(value, "replace") else value


def _has_check_digit(number: str) -> bool:
    digits = [int(sign) for sign in number]
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return (total + digits[8] * 5 // 10 + digits[9]) % 10 == 0


@frozen
class Business:
    """A business by its registration number (사업자등록번호) with its seller accounts (판매자 ID).

    Money that arrives for one of the accounts may serve the others, because a trustee nets by business
    number. The number has 10 digits with a check digit, dashes are fine. Raises `ConfigError` with everything
    wrong.
    """

    number: str = field(converter=_digits)
    accounts: tuple[str, ...] = field(converter=listed)

    def __attrs_post_init__(self) -> None:
        """Check the number and the accounts."""
        problems = Problems()
        if problems.instance("number", self.number, str, "text"):
            whole = len(self.number) == 10 and self.number.isascii() and self.number.isdigit()
            problems.require(
                whole and _has_check_digit(self.number),
                "number",
                self.number,
                "10 digits with a check digit",
                "is no business registration number: 10 digits, of which the last is a check digit",
                "사업자등록번호가 아닙니다. 검증 숫자를 포함한 10자리 번호를 확인해 주세요",
            )
        problems.each("accounts", self.accounts, str, "text")
        if isinstance(self.accounts, tuple):
            self._check_accounts(problems)
        problems.raise_all("Business")

    def _check_accounts(self, problems: Problems) -> None:
        twice = sorted({str(one) for one in self.accounts if self.accounts.count(one) > 1})
        problems.require(
            bool(self.accounts) and not twice,
            "accounts",
            ", ".join(twice),
            "at least one account, each once",
            "a business needs at least one account, and each only once",
            "판매자 ID를 하나 이상, 중복 없이 적어 주세요",
        )
