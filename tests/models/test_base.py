"""Wire names, masking, merging, and that every model survives pickle and copy."""

from __future__ import annotations

import copy
import pickle
import re
from datetime import datetime
from types import SimpleNamespace

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wemakeprice_sdk.models as models
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    Delivery,
    Inquiry,
    OrderOption,
    OrderProduct,
    Pickup,
    Question,
    ReadModel,
    ShipAddress,
    ShippingTemplateInput,
    ShipRequest,
    WriteModel,
    field_name,
    has_masked,
    is_masked,
    merge_clear,
    merge_text,
    wire_name,
)
from wemakeprice_sdk.models._base import is_personal

SECRET = "홍길동비밀"


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("shipping_template_no", "shipPolicyNo"),
        ("select_option_title1", "selectOptionTitle1"),
        ("isbn13", "isbn13"),
        ("kc_kid_is_certification", "kcKidIsCertification"),
        ("default_value", "defaltValue"),
        ("rows", "list"),
        ("customs_pin", "customsPin"),
    ],
)
def test_one_rule_names_every_field(name: str, wire: str) -> None:
    assert wire_name(name) == wire
    assert field_name(wire) == name


def test_a_timestamp_that_was_read_is_shown_as_a_person_writes_it(model: type) -> None:
    if issubclass(model, ReadModel):
        # As written, or as resolved by whoever asked first: then a day is a `datetime.date`.
        timestamps = [
            one for one in attrs.fields(model) if re.search(r"\bdatetime\b(?!\.date\b)", str(one.type))
        ]
        assert [one.name for one in timestamps if one.repr is not str] == []
    bundle = Bundle(bundle_no=1, purchase_no=2, pay_date=datetime(2026, 1, 2, 3, 4, 5, tzinfo=KST))
    assert "pay_date=2026-01-02 03:04:05+09:00, origin_ship_date=None" in repr(bundle)


def test_models_are_frozen_slotted_and_keyword_only(model: type) -> None:
    assert not any("__dict__" in vars(parent) for parent in model.__mro__[:-1])
    assert attrs.fields(model)
    assert all(attribute.kw_only for attribute in attrs.fields(model))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(object.__new__(model), attrs.fields(model)[0].name, 1)


def test_models_refuse_changes() -> None:
    bundle = Bundle(bundle_no=1, purchase_no=2)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        bundle.bundle_no = 3  # type: ignore[misc]
    with pytest.raises((AttributeError, attrs.exceptions.FrozenInstanceError)):
        bundle.unknown = 3  # type: ignore[attr-defined]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_model_survives_pickle_and_copy(
    model: type, tools: SimpleNamespace, data: st.DataObject
) -> None:
    value = data.draw(tools.build(model))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value
    assert hash(copy.deepcopy(value)) == hash(value)
    if isinstance(value, ReadModel):
        assert pickle.loads(pickle.dumps(value)).raw == value.raw


def test_raw_takes_no_part_in_equality_or_repr() -> None:
    one = Bundle(bundle_no=1, purchase_no=2, raw={"buyerName": SECRET})
    assert one == Bundle(bundle_no=1, purchase_no=2)
    assert hash(one) == hash(Bundle(bundle_no=1, purchase_no=2))
    assert SECRET not in repr(one)


PERSONAL = {
    "name", "phone", "customs_pin", "zipcode", "addr_fixed", "addr_detail", "message", "buyer_name",
    "buyer_phone", "question", "inquiry", "content", "answer", "ship_method_message",
}  # fmt: skip


def test_personal_fields_are_never_shown(model: type) -> None:
    for attribute in attrs.fields(model):
        named = attribute.name in PERSONAL or "address" in attribute.name or "zip_code" in attribute.name
        if named and attribute.name != "ship_address":
            assert is_personal(attribute), f"{model.__name__}.{attribute.name}"


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_repr_and_html_show_no_personal_data(
    model: type, tools: SimpleNamespace, data: st.DataObject
) -> None:
    value = data.draw(tools.build(model))
    personal = [a for a in attrs.fields(model) if is_personal(a) and a.name != "option_name"]
    value = attrs.evolve(value, **{a.name: SECRET for a in personal})
    assert SECRET not in repr(value)
    assert SECRET not in str(value)
    assert SECRET not in value._repr_html_()


def test_repr_says_whether_personal_data_is_there() -> None:
    assert "buyer_name='***'" in repr(Bundle(bundle_no=1, purchase_no=2, buyer_name=SECRET))
    assert "buyer_name=None" in repr(Bundle(bundle_no=1, purchase_no=2))


def test_typed_option_text_is_hidden_and_the_option_is_not() -> None:
    text = repr(OrderOption(order_option_no=1, option_name=f"빨강|{SECRET}"))
    assert "빨강|***" in text
    assert SECRET not in text


def test_html_is_escaped_and_small() -> None:
    product = models.OrderProduct(order_no=3, product_name="<script>alert(1)</script>")
    delivery = Delivery(name=SECRET, ship_address=ShipAddress(addr_fixed=SECRET))
    html = Bundle(bundle_no=1, purchase_no=2, order_product=(product,), delivery=delivery)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert SECRET not in html
    assert html.startswith('<div class="wmp">')
    assert html.endswith("</div>")


@pytest.mark.parametrize("text", ["***", "홍*동", "홍**", "010-****-1234", "*길동", "김*", "서울시 ***"])
def test_masked_texts_are_recognised(text: str) -> None:
    assert is_masked(text)


@pytest.mark.parametrize("text", [None, "", "홍길동", "010-0000-0000", "서울시 중구 1-2", "5*3 포장"])
def test_clear_texts_are_clear(text: str | None) -> None:
    assert not is_masked(text)


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("홍길동", "홍*동", "홍길동"),
        ("홍길동", "김철수", "김철수"),
        ("홍*동", "홍길동", "홍길동"),
        ("홍*동", "***", "***"),
        ("홍길동", None, "홍길동"),
        ("홍길동", " ", "홍길동"),
        (None, "***", "***"),
        (None, None, None),
        ("홍*동", None, "홍*동"),
    ],
)
def test_masked_never_overwrites_clear(old: str | None, new: str | None, kept: str | None) -> None:
    assert merge_text(old, new) == kept


def test_merging_two_reads_keeps_clear_people_and_new_facts() -> None:
    address = ShipAddress(zipcode="04524", addr_fixed="서울시", message="문 앞")
    old = Bundle(
        bundle_no=1, purchase_no=2, ship_price=0, buyer_name="홍길동",
        delivery=Delivery(name="홍길동", phone="010-0000-0000", invoice_no="1", ship_address=address),
    )  # fmt: skip
    masked = ShipAddress(zipcode="***", addr_fixed="서울**", message=None)
    new = Bundle(
        bundle_no=1, purchase_no=2, ship_price=2500, buyer_name="홍*동",
        delivery=Delivery(name="***", phone="010-****-0000", invoice_no="2", ship_address=masked),
        raw={"bundleNo": 1},
    )  # fmt: skip
    merged = merge_clear(old, new)
    assert has_masked(new)
    assert not has_masked(merged)
    assert merged.ship_price == 2500
    assert merged.raw == {"bundleNo": 1}
    assert merged.delivery is not None
    assert merged.delivery.invoice_no == "2"
    assert merged.delivery.ship_address == address
    assert merge_clear(new, old) == old


def test_text_a_buyer_typed_is_kept_in_every_row() -> None:
    def bundle(*options: OrderOption) -> Bundle:
        rows = (OrderProduct(order_no=1, order_option=options), OrderProduct(order_no=2))
        return Bundle(bundle_no=1, purchase_no=2, order_product=rows)

    first, second = OrderOption(order_option_no=7, option_name="블랙|홍길동"), OrderOption(order_option_no=8)
    masked = OrderOption(order_option_no=7, option_name="블랙|홍*동", option_qty=3)
    fresh = OrderOption(order_option_no=9, option_name="흰색|김**")
    old, new = bundle(second, first), bundle(masked, fresh)
    assert has_masked(new)
    assert not has_masked(old)
    merged = merge_clear(old, new).order_product
    assert merged[0].order_option == (attrs.evolve(masked, option_name="블랙|홍길동"), fresh)
    assert merged[1] == new.order_product[1]
    assert merge_clear(new, old) == old


def test_claims_can_be_masked_too() -> None:
    assert has_masked(Claim(claim_bundle_no=1, pickup=Pickup(name="홍*동")))
    assert not has_masked(Claim(claim_bundle_no=1, pickup=Pickup(name="홍길동")))
    assert not has_masked(Claim(claim_bundle_no=1))


def test_raw_keeps_unknown_keys_and_original_text() -> None:
    delivery = Delivery(raw={"shipMethod": "해외구매대행-택배배송", "newKey": 1, "invoiceNo": 5})
    assert delivery.wire_text("ship_method") == "해외구매대행-택배배송"
    assert delivery.wire_text("invoice_no") is None
    assert delivery.raw["newKey"] == 1


def test_natural_keys() -> None:
    timestamp = datetime(2024, 5, 20, 9, tzinfo=KST)
    assert Question(qna_seq=1, question_date=timestamp).key == (1, timestamp)
    assert Inquiry(inquiry_seq=1, inquiry_date=timestamp).key == (1, timestamp)
    assert models.Review(review_seq=4).key == 4


def test_notice_key_tells_two_notices_of_one_title_apart() -> None:
    one = models.Notice(title="점검", contents="1차")
    two = models.Notice(title="점검", contents="2차")
    assert one.key != two.key
    assert one.key == attrs.evolve(one).key
    assert models.Notice(type=" 개별공지").is_individual
    assert not models.Notice(type="일반").is_individual


def test_all_is_sorted_and_complete() -> None:
    assert sorted(set(models.__all__)) == sorted(models.__all__)
    public = {
        name for name, value in vars(models).items() if isinstance(value, type) and not name.startswith("_")
    }
    assert public <= set(models.__all__)


def test_open_bounds_are_said_in_words() -> None:
    (too_large,) = models.BundleNoRequest(bundle_no=2**63).violations()
    assert (too_large.rule, too_large.message) == ("range 1..", "bundleNo does not fit into 64 bits")
    (none,) = models.BroadcastScheduleRequest(broadcast_schedules=()).violations()
    assert none.message == "broadcastSchedules has 0 items, allowed are 1 or more"
    assert none.message_ko.endswith("다음 개수로 맞춰 주세요: 1개 이상")
    (text,) = models.BundleNoRequest(bundle_no="1").violations()  # type: ignore[arg-type]
    assert text.message_ko.endswith("정수여야 합니다")


def test_violations_of_personal_values_are_masked() -> None:
    request = ShipRequest(bundle_no=1, ship_method=models.ShipMethod.PARCEL, ship_method_message=SECRET)
    assert SECRET not in " ".join(map(str, request.violations()))
    blank = dict.fromkeys(models.field_specs(ShippingTemplateInput))
    policy = ShippingTemplateInput(**{**blank, "release_zip_code": SECRET, "release_address1": 5})
    found = policy.violations()
    assert SECRET not in " ".join(map(str, found))
    assert {v.value for v in found if v.path in ("releaseZipCode", "releaseAddress1")} == {"***"}


def test_read_and_write_shapes_are_told_apart() -> None:
    assert not any(
        issubclass(getattr(models, n), WriteModel) for n in ("Bundle", "Product", "ShippingTemplate", "Claim")
    )
    assert all(
        issubclass(getattr(models, n), WriteModel)
        for n in ("ProductInput", "ShippingTemplateInput", "ShipRequest")
    )
