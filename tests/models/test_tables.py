"""Flat rows and data frames: of every model, with the same columns always, and without people."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
import pandas as pd
import polars as pl
import pytest

from wemakeprice_sdk import models
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import MissingExtraError
from wemakeprice_sdk.models import Bundle, ListResult, OrderOption, OrderProduct, ReadModel, WriteModel
from wemakeprice_sdk.models._flat import columns_of, shape_of
from wemakeprice_sdk.models.tables import HIDDEN, Tabular, is_personal

NOON = datetime(2024, 5, 20, 12, tzinfo=KST)
CANARY = "홍길동 010-0000-0000"
ALL: list[type[Any]] = sorted(
    {
        value
        for value in (getattr(models, name) for name in models.__all__)
        if isinstance(value, type) and issubclass(value, ReadModel | WriteModel) and len(attrs.fields(value))
    },
    key=lambda cls: cls.__name__,
)
READ = [cls for cls in ALL if issubclass(cls, ReadModel) and cls is not ReadModel]


def filled(cls: type[Any]) -> Any:
    """Return a model with a value in every field; every personal text is the canary."""
    hints = get_type_hints(cls)
    given = {
        item.name: (f"빨강|{CANARY}" if item.name == "option_name" else CANARY)
        if is_personal(item)
        else value_of(hints[item.name])
        for item in attrs.fields(cls)
        if item.name != "faults"
    }
    return cls(**given)


def value_of(hint: Any) -> Any:
    while get_origin(hint) in (Annotated, Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is tuple:
        return (value_of(get_args(hint)[0]),) * 2
    if get_origin(hint) is not None and issubclass(get_origin(hint), Mapping):
        return {"fresh": CANARY}
    if issubclass(hint, Tabular):
        return filled(hint)
    if issubclass(hint, Enum):
        return next(iter(hint))
    return {int: 7, bool: True, float: 0.5, datetime: NOON}.get(hint, "text")


def test_every_model_is_looked_at() -> None:
    assert len(ALL) > 80
    assert {"Bundle", "Claim", "Product", "SettlementOrderLine", "Inquiry"} <= {cls.__name__ for cls in ALL}


@pytest.mark.parametrize("cls", READ, ids=lambda cls: cls.__name__)
def test_people_are_masked_unless_asked_for(cls: type[Any]) -> None:
    model = filled(cls)
    masked, clear = str(model.to_rows()), str(model.to_rows(personal=True))
    assert "홍길동" not in masked
    assert "010" not in masked
    assert ("홍길동" in clear) == ("'" + HIDDEN in masked or "|" + HIDDEN in masked)
    assert "fresh" not in clear


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_no_two_values_share_a_column(cls: type[Any]) -> None:
    def leaves(part: type[Any]) -> int:
        shape = shape_of(part)
        found = (
            len(shape.plain) + len(shape.lists) + (leaves(shape.rows.kind.classes[0]) if shape.rows else 0)
        )
        return found + sum(leaves(inner) for one in shape.inside for inner in one.kind.classes)

    columns = columns_of(cls)
    assert len(columns) == leaves(cls)
    made = [name for row in filled(cls).to_rows() for name in row]
    assert set(made) == set(columns)
    assert set(cls.SHOWN) <= set(columns)


@pytest.mark.parametrize("cls", READ, ids=lambda cls: cls.__name__)
def test_values_are_plain_and_every_row_has_every_column(cls: type[Any]) -> None:
    rows = ListResult([filled(cls), filled(cls)]).to_rows(personal=True)
    assert len({tuple(row) for row in rows}) == 1
    for row in rows:
        for value in row.values():
            assert type(value) in (int, bool, float, str, datetime)


def option(number: int, name: str = "") -> OrderOption:
    return OrderOption(order_option_no=number, option_name=name, option_qty=1)


def bundle(*products: OrderProduct) -> Bundle:
    return Bundle(bundle_no=1, purchase_no=2, buyer_name="홍길동", order_product=products)


def test_a_bundle_gives_a_row_for_each_option() -> None:
    first = OrderProduct(
        order_no=10, product_no=3, order_option=(option(11, "빨강"), option(12, f"파랑|{CANARY}"))
    )
    second = OrderProduct(order_no=20, product_no=4, order_option=())
    rows = bundle(first, second).to_rows()
    assert [(row["bundle_no"], row["order_no"], row["order_option_no"]) for row in rows] == [
        (1, 10, 11),
        (1, 10, 12),
        (1, 20, None),
    ]
    assert [row["option_name"] for row in rows] == ["빨강", f"파랑|{HIDDEN}", None]
    assert {row["buyer_name"] for row in rows} == {HIDDEN}
    assert list(bundle().to_rows()[0]) == list(rows[0])


def test_frames_keep_kinds_and_korean_time() -> None:
    late = attrs.evolve(bundle(), pay_date=NOON, ship_price=3000)
    rows = ListResult([bundle(), late])
    ours, theirs = rows.to_pandas(), rows.to_polars()
    assert isinstance(ours, pd.DataFrame)
    assert isinstance(theirs, pl.DataFrame)
    assert list(ours.columns) == theirs.columns == list(rows.to_rows()[0])
    assert str(ours["ship_price"].dtype) == "Int64"
    assert theirs["ship_price"].to_list() == [None, 3000]
    assert ours["pay_date"][1] == NOON == theirs["pay_date"][1]
    assert ours["pay_date"][1].utcoffset() == NOON.utcoffset() == theirs["pay_date"][1].utcoffset()
    assert "홍길동" not in ours.to_csv() + theirs.write_csv()
    assert "홍길동" in rows.to_pandas(personal=True).to_csv()
    assert ListResult[Bundle]([]).to_rows() == []
    assert len(ListResult[Bundle]([]).to_pandas()) == 0
    assert ListResult[Bundle]([]).to_polars().width == 0


def test_times_of_another_zone_are_korean_in_rows_and_frames() -> None:
    paid = attrs.evolve(bundle(), pay_date=NOON.astimezone(UTC))
    (row,) = paid.to_rows()
    assert str(row["pay_date"]) == "2024-05-20 12:00:00+09:00"
    assert (
        str(paid.to_pandas()["pay_date"][0]) == str(paid.to_polars()["pay_date"][0]) == str(row["pay_date"])
    )


@pytest.mark.parametrize("personal", [1, "yes", None])
def test_people_are_shown_only_for_a_plain_true(personal: Any) -> None:
    with pytest.raises(TypeError, match="personal takes a bool"):
        bundle().to_rows(personal=personal)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_missing_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"wemakeprice-sdk\[{package}\].*설치") as caught:
        getattr(bundle(), f"to_{package}")()
    assert caught.value.extra == package


def test_frames_are_loaded_on_use_only() -> None:
    code = "import sys, wemakeprice_sdk.models; print(sorted({'pandas', 'polars'} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_half_an_emoji_breaks_no_frame_and_no_page() -> None:
    """A name that was cut in the middle of an emoji can be written by neither polars nor Jupyter."""
    rows = ListResult([Bundle(bundle_no=1, purchase_no=1, buyer_name="홍\ud83d")])
    assert rows.to_rows(personal=True)[0]["buyer_name"] == "홍\ud83d", "rows hold what came"
    assert rows.to_polars(personal=True)["buyer_name"][0] == "홍\ufffd"
    rows.to_pandas(personal=True).to_csv().encode()
    product = OrderProduct(order_no=1, product_name="컵\ud83d")
    assert "컵\ufffd" in product._repr_html_().encode().decode()
