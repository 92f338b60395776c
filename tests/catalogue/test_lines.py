"""JSON lines: the published schema holds, everything comes back, one bad line costs no other."""

import json
from pathlib import Path
from typing import Any

import catalogue_kit as kit
import jsonschema
import pytest
from attrs import evolve
from hypothesis import given

from wemakeprice_sdk.catalogue import CatalogueProduct, RefusedRow, merge_catalogue
from wemakeprice_sdk.catalogue.form import from_json, to_json
from wemakeprice_sdk.catalogue.io.lines import FileShelf, catalogue_schema, read_lines, write_lines
from wemakeprice_sdk.errors import CatalogueFileError, ValidationError
from wemakeprice_sdk.models import ProductStatus

SCHEMA = jsonschema.Draft202012Validator(
    json.loads(catalogue_schema()), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def body(product: CatalogueProduct) -> dict[str, Any]:
    return json.loads(json.dumps(to_json(product)))


class TestForm:
    def test_the_schema_is_a_schema_and_every_shape_keeps_it(self) -> None:
        SCHEMA.check_schema(SCHEMA.schema)
        for product in kit.shapes():
            SCHEMA.validate(body(product))
            assert from_json(body(product)) == product

    @given(kit.products())
    def test_any_product_keeps_the_schema_and_comes_back(self, product: CatalogueProduct) -> None:
        SCHEMA.validate(body(product))
        assert from_json(body(product)) == product

    def test_a_code_that_nobody_knows_survives(self) -> None:
        product = kit.simple(status=ProductStatus("SALE"))
        assert not product.status.is_known
        assert body(product)["status"] == "?SALE"
        assert from_json(body(product)).status == product.status

    def test_every_fault_is_named_with_its_place_and_never_with_its_value(self) -> None:
        data = body(kit.full())
        data["price"] = "비밀 29900"
        data["taxable"] = 1
        data["status"] = "sale"
        data["sale_end"] = "2026-12-31"
        data["odd"] = 1
        data["images"][0]["role"] = "front"
        data["variants"][1]["stock"] = True
        data["variants"][2]["axes"][0].pop("value")
        data["provenance"]["name"] = 99
        with pytest.raises(ValidationError) as caught:
            from_json(data)
        assert {one.path for one in caught.value.violations} == {
            "$.price", "$.taxable", "$.status", "$.sale_end", "$.odd", "$.images[0].role", "$.variants[1].stock",
            "$.variants[2].axes[0].value", "$.provenance.name",
        }  # fmt: skip
        assert "비밀" not in str(caught.value)

    @pytest.mark.parametrize(
        "data", [None, [], "text", {}, {"format": 2}, {"format": 1}, {"format": 1, "variants": 3}]
    )
    def test_what_is_no_product_is_refused(self, data: Any) -> None:
        with pytest.raises(ValidationError):
            from_json(data)

    def test_ids_belong_to_their_numbers(self) -> None:
        data = body(kit.full())
        data["id"] = "wmp-1"
        data["variants"][3]["id"] = data["variants"][0]["id"]
        with pytest.raises(ValidationError) as caught:
            from_json(data)
        assert [one.path for one in caught.value.violations] == ["$.id", "$.variants[3].id"]


class TestFiles:
    def test_a_file_comes_back_and_is_the_same_twice(self, tmp_path: Path) -> None:
        report = write_lines(tmp_path / "a.jsonl", iter(kit.shapes()))
        assert (report.products, report.size) == (10, (tmp_path / "a.jsonl").stat().st_size)
        assert list(read_lines(tmp_path / "a.jsonl")) == kit.shapes()
        assert write_lines(tmp_path / "b.jsonl", kit.shapes()).sha256 == report.sha256
        assert (tmp_path / "a.jsonl").stat().st_mode & 0o077 == 0

    def test_one_bad_line_costs_no_other(self, tmp_path: Path) -> None:
        place = tmp_path / "a.jsonl"
        write_lines(place, [kit.simple(1), kit.simple(2)])
        first, second = place.read_bytes().splitlines()
        deep = b"[" * 100_000
        place.write_bytes(b"\n".join([first, b'{"format": 1}', b"", b"\xff", b"{", deep, second]) + b"\n")
        found = list(read_lines(place))
        assert [one.product_no for one in found if isinstance(one, CatalogueProduct)] == [1, 2]
        assert [one.source.row for one in found if isinstance(one, RefusedRow)] == [2, 4, 5, 6]

    def test_text_that_is_no_unicode_survives(self, tmp_path: Path) -> None:
        product = kit.simple(name="깨진 \ud83d 글자")
        write_lines(tmp_path / "a.jsonl", [product])
        assert list(read_lines(tmp_path / "a.jsonl")) == [product]

    def test_a_failure_leaves_the_old_file(self, tmp_path: Path) -> None:
        place = tmp_path / "a.jsonl"
        write_lines(place, [kit.simple()])
        with pytest.raises(ZeroDivisionError):
            write_lines(place, (kit.simple(1 // zero) for zero in [1, 0]))
        assert list(read_lines(place)) == [kit.simple()]
        assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]

    def test_what_the_disk_says_is_typed(self, tmp_path: Path) -> None:
        with pytest.raises(CatalogueFileError, match="No such file"):
            list(read_lines(tmp_path / "missing"))
        (tmp_path / "file").touch()
        with pytest.raises(CatalogueFileError, match="mend that"):
            write_lines(tmp_path / "file" / "a.jsonl", [])


def test_a_shelf_in_a_file_merges_like_one_in_memory() -> None:
    forms = [evolve(one, name=name) for name in ("가", "나") for one in kit.shapes()]
    with FileShelf() as shelf:
        assert list(merge_catalogue(forms, shelf=shelf)) == list(merge_catalogue(reversed(forms)))
