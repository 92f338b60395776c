"""The thin commands print what the library says, and its errors in words."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from wemakeprice_sdk.cli import main
from wemakeprice_sdk.config import ChannelConfig, save_config
from wemakeprice_sdk.secrets import AesGcmCipher, format_key_ring, generate_key

HEADERS = ["상품번호", "상품명", "상품상태", "판매가", "판매시작일", "판매종료일"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    sheet.append([1000000001, "예시 면 티셔츠", "판매중", 12900, "2024-06-01 10:00", "2029-06-01 10:00"])
    sheet.append([1000000002, "예시 그림책", "판매중", "만원", "2024-06-01 10:00", "2029-06-01 10:00"])
    path = tmp_path / "상품목록.xlsx"
    book.save(path)
    return path


def test_inspect_tells_kind_and_columns(export: Path, capsys) -> None:
    assert main(["inspect", str(export)]) == 0
    out = capsys.readouterr().out
    assert "products (상품 목록)" in out
    assert "'판매종료일' -> " in out


def test_preview_counts_and_names_the_wrong_cell(export: Path, capsys) -> None:
    assert main(["preview", str(export)]) == 0
    out = capsys.readouterr().out
    assert "new" in out
    assert "만원" in out
    assert "판매가" in out


def test_a_product_export_is_no_deal_export(export: Path, capsys) -> None:
    assert main(["preview", "--kind", "deals", str(export)]) == 1
    assert "WrongKindError" in capsys.readouterr().err


def test_config_shows_the_account_without_its_secrets(tmp_path: Path, capsys, monkeypatch) -> None:
    keys = {"k1": generate_key()}
    path = tmp_path / "shop.toml"
    config = ChannelConfig(seller_id="shop-1", store_name="첫 가게", api_key="an-invented-key")
    save_config(path, config, cipher=AesGcmCipher(keys, primary="k1"))
    monkeypatch.setenv("WEMAKEPRICE_SECRET_KEYS", format_key_ring(keys))
    assert main(["config", str(path)]) == 0
    out = capsys.readouterr().out
    assert "shop-1 (첫 가게)" in out
    assert "an-invented-key" not in out


def test_config_lists_every_violation(tmp_path: Path, capsys) -> None:
    path = tmp_path / "shop.toml"
    path.write_text('version = 1\nseller_id = ""\nstore_nam = "x"\n', encoding="utf-8")
    assert main(["config", str(path)]) == 1
    err = capsys.readouterr().err
    assert "store_nam" in err
    assert "seller_id" in err


def test_a_missing_file_is_said_in_words(tmp_path: Path, capsys) -> None:
    assert main(["inspect", str(tmp_path / "none.xlsx")]) == 1
    assert "none.xlsx" in capsys.readouterr().err
