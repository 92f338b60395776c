"""Couriers (택배사) and invoices (송장): names and codes, found tolerantly, written exactly.

D002 is attested twice (A), every other code once (B); D033 does not exist. Requests send the code, answers
carry the name (B).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from wemakeprice_sdk.errors import ValidationError

COURIERS: Mapping[str, str] = MappingProxyType(
    {
        "D001": "우체국택배",
        "D002": "CJ대한통운",
        "D003": "한진택배",
        "D004": "로젠택배",
        "D005": "롯데택배",
        "D006": "KGB택배",
        "D007": "일양로지스",
        "D008": "EMS",
        "D009": "DHL",
        "D010": "UPS",
        "D011": "GTX로지스",
        "D012": "한의사랑택배",
        "D013": "천일택배",
        "D014": "건영택배",
        "D015": "고려택배",
        "D016": "한덱스",
        "D017": "Fedex",
        "D018": "대신택배",
        "D019": "경동택배",
        "D020": "CVSnet 편의점택배",
        "D021": "TNT Express",
        "D022": "USPS",
        "D023": "TPL",
        "D024": "GSMNtoN",
        "D025": "에어보이익스프레스",
        "D026": "KGL네트웍스",
        "D027": "합동택배",
        "D028": "DHL Global Mail",
        "D029": "i-Parcel",
        "D030": "포시즌 익스프레스",
        "D031": "범한판토스",
        "D032": "APEX(ECMS Express)",
        "D034": "굿투럭",
        "D035": "GSI Express",
        "D036": "CJ대한통운 국제특송",
        "D037": "SLX",
        "D038": "호남택배",
        "D039": "현대택배 해외특송",
        "D040": "CU 편의점택배",
        "D041": "농협택배",
        "D042": "세방",
        "D043": "삼성전자 물류",
        "D044": "LG전자 물류",
        "D045": "홈픽택배",
        "D046": "GPS Logix",
    }
)
"""Courier code to Korean name (택배사 코드), 45 rows."""

SHORT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "우체국": "D001",
        "대한통운": "D002",
        "CJ택배": "D002",
        "한진": "D003",
        "로젠": "D004",
        "롯데": "D005",
        "롯데글로벌로지스": "D005",
        "KGB": "D006",
        "일양": "D007",
        "경동": "D019",
        "대신": "D018",
        "천일": "D013",
        "건영": "D014",
        "합동": "D027",
        "농협": "D041",
        "홈픽": "D045",
    }
)
"""What sellers and warehouses write instead of the name in the table, each for one courier only. [C]"""

_FEW = 4

INVOICE_DIGITS = 15
"""Longest invoice that is accepted in practice (B); 20 is documented."""


def _normalise(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\(주\)|주식회사|[\s\-_.,()/·]", "", folded)


@cache
def _by_name() -> Mapping[str, str]:
    table = {_normalise(text): code for code, name in COURIERS.items() for text in (code, name)}
    return {_normalise(text): code for text, code in SHORT_NAMES.items()} | table


def lookup(name_or_code: str | None) -> str | None:
    """Return the code of a courier name, usual short name or code, None when it is in no row.

    Case, blanks, dashes, brackets and full-width letters do not matter.
    """
    if not isinstance(name_or_code, str):
        return None
    return _by_name().get(_normalise(name_or_code))


UNLISTED_KO = (
    "코드표에 없는 택배사는 배송방법을 기타배송(ETC)으로 하고 배송방법 메시지에 택배사명을 적어 주세요"
)
"""What to do with a courier outside the table, said in the same words wherever one is refused."""


def _near(text: str) -> list[str]:
    """Return the couriers a text may mean, nearest first: those that hold it, then those spelt alike."""
    wanted = _normalise(text)
    # Codes are left out: they are all spelt alike.
    names = {name: code for name, code in _by_name().items() if name.upper() != code}
    holding = [name for name in names if wanted in name]
    # What stands in many names (택배) tells none of them from the others; a blank stands in all.
    if len(holding) > _FEW:
        return []
    from difflib import get_close_matches

    alike = get_close_matches(wanted, names, n=3, cutoff=0.6)
    codes = dict.fromkeys(names[name] for name in (*holding, *alike))
    return [f"{code} {COURIERS[code]}" for code in codes]


def advice(text: str) -> tuple[str, str]:
    """Return what to do about a courier that is in no row of the table, in English and Korean.

    The contract sends unknown couriers as `ETC` with `shipMethodMessage` (B).
    """
    english, korean = "send an unknown courier as ETC with shipMethodMessage", UNLISTED_KO
    if not text.strip():
        return f"name the courier; {english}", f"택배사를 입력해 주세요. {korean}"
    if near := ", ".join(_near(text)):
        return f"did you mean {near}? {english}", f"비슷한 택배사: {near}. {korean}"
    return english, korean


def find(name_or_code: str) -> str:
    """Return the code of a courier name or code, such as `D002` for CJ대한통운.

    Raises `ValidationError` for an unknown courier. It names those that may be meant, lists the table, and
    says what to do: the contract sends unknown couriers as `ETC` with `shipMethodMessage` (B).
    """
    code = lookup(name_or_code)
    if code is not None:
        return code
    table = ", ".join(f"{key} {name}" for key, name in COURIERS.items())
    english, korean = advice(str(name_or_code))
    raise ValidationError.single(
        "parcelCompanyCode",
        name_or_code,
        "courier",
        f"unknown courier; {english}, or use one of: {table}",
        korean,
    )


def name_of(code: str) -> str:
    """Return the Korean name of a courier code; raise `ValidationError` like `find`."""
    return COURIERS[find(code)]


def normalise_invoice(text: str | int) -> str:
    """Return an invoice number (송장번호) as it is sent: digits only, 1 to 15 of them (B).

    Blanks, dashes and invisible characters are stripped, full-width digits become plain ones. Anything else
    raises `ValidationError`; nothing is cut.
    """
    folded = unicodedata.normalize("NFKC", str(text))
    digits = "".join(
        char for char in folded if not (char.isspace() or unicodedata.category(char) in ("Pd", "Cf"))
    )
    if re.fullmatch(rf"[0-9]{{1,{INVOICE_DIGITS}}}", digits):
        return digits
    raise ValidationError.single(
        "invoiceNo",
        str(text)[:40],
        f"digits 1..{INVOICE_DIGITS}",
        f"an invoice number has 1 to {INVOICE_DIGITS} digits and nothing else",
        f"송장번호는 숫자 1~{INVOICE_DIGITS}자리여야 합니다",
    )


def same_invoice(left: str | int | None, right: str | int | None) -> bool:
    """Return whether two invoice texts mean the same number; an unreadable one equals nothing."""
    if left is None or right is None:
        return False
    try:
        return normalise_invoice(left) == normalise_invoice(right)
    except ValidationError:
        return False
