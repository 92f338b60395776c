"""Behaviours 81 to 102: products and reference data."""

import copy
from datetime import datetime

import pytest

from wemakeprice_sdk.clock import KST


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)


@pytest.fixture
def body(product_body):
    return copy.deepcopy(product_body)


@pytest.fixture
def plain(body):
    """A product without options."""
    body["option"] = {"selectOptionUseYn": "N", "textOptionUseYn": "N"}
    return body


@pytest.fixture
def running(partner, body):
    """A product that is on sale since nine o'clock."""
    body["sale"] |= {"saleStartDate": "2024-05-20 09:00", "saleEndDate": "2025-05-20 09:00"}
    return create(partner, body), body


def create(partner, body):
    data = partner.data("products_save", **body)
    assert data["returnMsg"] == "완료 되었습니다."
    return data["productNo"]


def rows(partner, number):
    return partner.product(number)["option"]["selectOptionValueList"]


def test_081_create_answers_a_new_number_and_the_product_is_readable(partner, body):
    numbers = [
        create(partner, body | extra)
        for extra in ({}, {"productNo": 0}, {"productNo": "0"}, {"productNo": None})
    ]
    assert len(set(numbers)) == 4
    shown = partner.product(numbers[0])
    assert shown["basic"]["productName"] == "예시 면 티셔츠"
    assert shown["sale"]["stockCount"] == 50
    assert len(partner.sandbox.journal.writes("products_save", partner.label)) == 4


def test_082_a_known_number_updates_and_an_unknown_one_has_no_data(partner, body):
    number = create(partner, body)
    changed = copy.deepcopy(body) | {"productNo": number}
    changed["basic"]["productName"] = "새 이름"
    assert create(partner, changed) == number
    assert partner.product(number)["basic"]["productName"] == "새 이름"
    text = partner.failed("products_save", 404, **(changed | {"productNo": 987654321}))
    assert "데이터가 없습니다" in text
    for operation, sent in (
        ("products_update_basic", {"basic": body["basic"]}),
        ("products_update_sale", {"sale": body["sale"]}),
        ("products_update_options", {"option": body["option"]}),
        ("products_set_status", {"productStatus": "S"}),
    ):
        assert "데이터가 없습니다" in partner.failed(operation, 404, productNo="987654321", **sent)
    assert "데이터가 없습니다" in partner.failed(
        "products_set_status", 404, productNo="9" * 5000, productStatus="S"
    )


@pytest.mark.parametrize("block", ["basic", "sale", "detail", "option", "noticeList", "etc"])
def test_083_a_missing_block_is_refused_on_create_and_update(partner, body, block):
    number = create(partner, body)
    before = partner.product(number)
    del body[block]
    assert block in partner.failed("products_save", 422, **body)
    body["basic" if block != "basic" else "etc"] = dict(body["basic" if block != "basic" else "etc"])
    assert block in partner.failed("products_save", 422, **body, productNo=number)
    assert partner.product(number) == before


def test_084_long_names_and_notice_texts_are_cut(partner, body):
    body["basic"]["productName"] = "가" * 71
    body["noticeList"][0]["noticeList"][0]["description"] = "나" * 1001
    shown = partner.product(create(partner, body))
    assert shown["basic"]["productName"] == "가" * 70
    assert shown["noticeList"][0]["noticeList"][0]["description"] == "나" * 1000


def test_085_the_start_is_frozen_once_the_sale_began(partner, running):
    number, body = running
    sale = body["sale"] | {"saleStartDate": "2024-05-20 11:00"}
    assert "판매시작일" in partner.failed("products_update_sale", 422, productNo=str(number), sale=sale)
    assert "판매시작일" in partner.failed(
        "products_save", 422, **(body | {"sale": sale, "productNo": number})
    )
    partner.data("products_update_sale", productNo=str(number), sale=body["sale"] | {"salePrice": 9900})
    assert partner.product(number)["sale"]["salePrice"] == 9900


def test_085_the_start_may_move_before_the_sale_began(partner, body):
    number = create(partner, body)
    sale = body["sale"] | {"saleStartDate": "2024-07-01 10:00", "saleEndDate": "2024-08-01 10:00"}
    partner.data("products_update_sale", productNo=str(number), sale=sale)
    assert partner.product(number)["sale"]["saleStartDate"] == "2024-07-01 10:00"


def test_086_an_hour_already_past_passes_and_minutes_do_not(partner, body):
    body["sale"]["saleStartDate"] = "2024-05-20 01:00"
    body["sale"]["saleEndDate"] = "2025-05-20 01:00"
    assert partner.product(create(partner, body))["basic"]["productStatusName"] == "판매중"
    for wrong in ("2024-05-20 01:30", "2024-05-20 24:00", "2024-05-20", "2024-02-30 10:00"):
        body["sale"]["saleStartDate"] = wrong
        assert "sale.saleStartDate" in partner.failed("products_save", 422, **body)


@pytest.mark.parametrize(
    ("start", "last", "beyond"),
    [
        ("2024-06-01 10:00", "2029-06-01 10:00", "2029-06-01 11:00"),
        ("2024-02-29 10:00", "2029-02-28 10:00", "2029-02-28 11:00"),
    ],
)
def test_087_a_period_ends_within_five_years(partner, body, start, last, beyond):
    body["sale"] |= {"saleStartDate": start, "saleEndDate": last}
    assert partner.product(create(partner, body))["sale"]["saleEndDate"] == last
    body["sale"]["saleEndDate"] = beyond
    assert "판매종료일" in partner.failed("products_save", 422, **body)
    body["sale"]["saleEndDate"] = start
    assert "판매종료일" in partner.failed("products_save", 422, **body)


@pytest.mark.parametrize(
    "sent", ["2024-06-02 10:00", "2099-01-01 00:00", "2024-06-02 10:30", "whenever", None]
)
def test_088_always_on_sale_ends_in_2037_whatever_was_sent(partner, body, sent):
    body["sale"] |= {"salePeriod": "A", "saleEndDate": sent}
    number = create(partner, body)
    assert partner.product(number)["sale"]["saleEndDate"] == "2037-12-31 23:00"
    partner.data("products_update_sale", productNo=str(number), sale=body["sale"])
    assert partner.product(number)["sale"]["saleEndDate"] == "2037-12-31 23:00"


def option(values, depth=1):
    titles = {f"selectOptionTitle{n}": f"단계{n}" for n in range(1, depth + 1)}
    listed = [
        {f"optionValue{n}": f"{value}{n}" for n in range(1, depth + 1)} | {"stockCount": 1, "displayYn": "Y"}
        for value in values
    ]
    use = {"selectOptionUseYn": "Y", "selectOptionDepth": depth, "textOptionUseYn": "N"}
    return use | titles | {"selectOptionValueList": listed}


def test_089_too_many_options_duplicates_and_depth(partner, body):
    body["option"] = option(range(200))
    create(partner, body)
    body["option"] = option(range(201))
    assert "option.selectOptionValueList" in partner.failed("products_save", 422, **body)
    body["option"] = option(["가", "가"])
    assert "중복 옵션이 존재" in partner.failed("products_save", 422, **body)
    body["option"] = option(["가", "나"], depth=3)
    number = create(partner, body)
    assert rows(partner, number)[0]["optionValue3"] == "가3"
    partner.set(max_option_depth=2)
    assert "selectOptionDepth" in partner.failed("products_save", 422, **body)
    assert "selectOptionDepth" in partner.failed(
        "products_update_options", 422, productNo=number, option=option(["다"], depth=3)
    )
    create(partner, body | {"option": option(["가"], depth=2)})


def test_089_rows_carry_as_many_values_as_the_depth(partner, body):
    body["option"]["selectOptionValueList"][0]["optionValue2"] = "S"
    assert "[0].optionValue2" in partner.failed("products_save", 422, **body)
    body["option"] = option(["가"], depth=2)
    del body["option"]["selectOptionValueList"][0]["optionValue2"]
    assert "[0].optionValue2" in partner.failed("products_save", 422, **body)


@pytest.mark.parametrize("stock", [100000, -1])
def test_090_stock_is_0_to_99999(partner, body, plain, stock):
    number = create(partner, plain)
    sale = plain["sale"] | {"stockCount": stock}
    assert "sale.stockCount" in partner.failed("products_save", 422, **(plain | {"sale": sale}))
    listed = option(["가"])
    listed["selectOptionValueList"][0]["stockCount"] = stock
    assert "stockCount" in partner.failed("products_update_options", 422, productNo=number, option=listed)
    partner.data("products_update_sale", productNo=str(number), sale=plain["sale"] | {"stockCount": 99999})
    assert partner.product(number)["sale"]["stockCount"] == 99999


def test_090_a_product_without_options_needs_stock(partner, plain):
    number = create(partner, plain)
    del plain["sale"]["stockCount"]
    assert "sale.stockCount" in partner.failed("products_save", 422, **plain)
    assert "sale.stockCount" in partner.failed(
        "products_update_sale", 422, productNo=str(number), sale=plain["sale"]
    )


def test_091_description_bytes_and_iframe(partner, body):
    body["detail"]["descHtml"] = "가" * 21845
    create(partner, body)
    body["detail"]["descHtml"] = "가" * 21845 + "a"
    assert "byte이하로입력" in partner.failed("products_save", 422, **body).replace(" ", "")
    body["detail"]["descHtml"] = '<p><IFRAME src="//x"></iframe></p>'
    text = partner.failed("products_save", 422, **body)
    assert "상품 상세설명 HTML 내 iframe 태그" in text


def test_092_content_rules_of_the_site(partner, body):
    number = create(partner, body)
    box = partner.sandbox
    box.forbid_word("금지어")
    box.close_category(4105258)
    box.bind_category(4104001, adultLimitYn="Y")
    box.block_image_host("dead.example.com")

    def refuse(block, key, value):
        changed = copy.deepcopy(body)
        changed[block][key] = value
        return partner.failed("products_save", 422, **changed)

    assert "금칙어가 포함되었습니다" in refuse("basic", "productName", "예시 금지어 티셔츠")
    assert "금칙어가 포함되었습니다" in refuse("detail", "descHtml", "<p>금지어</p>")
    assert "API로 정보 등록/수정이 불가능한 카테고리" in refuse("basic", "dcateCode", 4105258)
    assert "카테고리의 정보에 따라 변경 불가능" in refuse("basic", "dcateCode", 4104001)
    assert "이미지" in refuse("detail", "basicImgUrl", "https://Dead.example.com/a.jpg")
    assert "이미지" in refuse("detail", "addImgUrlList", ["https://dead.example.com/a.jpg"])
    box.lock_product(number)
    for operation, sent in (
        ("products_save", body | {"productNo": number}),
        ("products_update_basic", {"productNo": str(number), "basic": body["basic"]}),
        ("products_update_sale", {"productNo": str(number), "sale": body["sale"]}),
        ("products_update_options", {"productNo": number, "option": body["option"]}),
        ("products_set_status", {"productNo": str(number), "productStatus": "S"}),
    ):
        assert "해당 상품은 이벤트로 지정된 상품입니다" in partner.failed(operation, 422, **sent)
    box.lock_product(number, locked=False)
    partner.data("products_update_basic", productNo=str(number), basic=body["basic"])


def test_093_business_only_cannot_change(partner, body):
    number = create(partner, body)
    text = "등록 후 수정할 수 없습니다"
    basic = body["basic"] | {"bizYn": "Y"}
    assert text in partner.failed("products_update_basic", 422, productNo=str(number), basic=basic)
    assert text in partner.failed("products_save", 422, **(body | {"basic": basic, "productNo": number}))
    business = create(partner, body | {"basic": basic})
    silent = {key: value for key, value in basic.items() if key != "bizYn"}
    partner.data("products_update_basic", productNo=str(business), basic=silent)
    assert partner.product(business)["basic"]["bizYn"] == "Y"


def test_094_the_typed_option_switch_cannot_change(partner, body):
    number = create(partner, body)
    typed = body["option"] | {"textOptionUseYn": "Y", "textOptionDepth": 1, "textOptionTitle1": "각인"}
    for operation, sent in (
        ("products_update_options", {"productNo": number, "option": typed}),
        ("products_save", body | {"productNo": number, "option": typed}),
    ):
        assert "텍스트옵션사용여부" in partner.failed(operation, 422, **sent)
    create(partner, body | {"option": typed})


def test_095_stop_and_resume(partner, running):
    number, _ = running

    def turn(status):
        return partner.send("products_set_status", productNo=str(number), productStatus=status).json()

    def status():
        return partner.product(number)["basic"]["productStatusName"]

    again = "변경할 수 없는 상태"
    assert again in turn("A")["error"]
    assert turn("S")["data"]["productNo"] == number
    assert status() == "판매중지"
    assert again in turn("S")["error"]
    assert turn("A")["data"]["productNo"] == number
    assert status() == "판매중"
    partner.sandbox.close_product(partner.key, number)
    assert status() == "판매종료"
    assert again in turn("S")["error"]
    assert again in turn("A")["error"]


def test_095_a_sale_starts_and_ends_by_the_clock(partner, body):
    body["sale"] |= {"saleStartDate": "2024-06-01 10:00", "saleEndDate": "2024-06-02 10:00"}
    number = create(partner, body)
    for now, name in (
        ("2024-06-01 09:59:59", "판매대기"),
        ("2024-06-01 10:00:00", "판매중"),
        ("2024-06-02 09:59:59", "판매중"),
        ("2024-06-02 10:00:00", "판매종료"),
    ):
        partner.sandbox.set_clock(at(now))
        assert partner.product(number)["basic"]["productStatusName"] == name
    longer = body["sale"] | {"saleEndDate": "2025-06-02 10:00"}
    partner.data("products_update_sale", productNo=str(number), sale=longer)
    assert partner.product(number)["basic"]["productStatusName"] == "판매종료"


def test_096_an_option_update_replaces_the_list(partner, body):
    number = create(partner, body)
    only = copy.deepcopy(body["option"])
    del only["selectOptionValueList"][0]
    partner.data("products_update_options", productNo=number, option=only)
    assert [row["optionValue1"] for row in rows(partner, number)] == ["흰색"]
    assert partner.product(number)["sale"]["stockCount"] == 20


def test_097_read_products_carry_what_only_the_site_knows(partner, body):
    body["option"]["selectOptionValueList"][0]["stockCount"] = 0
    number = create(partner, body)
    shown = partner.product(number)
    assert shown["basic"]["productStatusName"] == "판매대기"
    assert [row["saleStatus"] for row in rows(partner, number)] == ["S", "A"]
    (group,) = shown["noticeList"]
    assert group["productGroupNoticeNo"] > 0
    known = copy.deepcopy(body) | {"productNo": number}
    known["noticeList"][0]["productGroupNoticeNo"] = group["productGroupNoticeNo"]
    create(partner, known)
    assert partner.product(number)["noticeList"][0]["productGroupNoticeNo"] == group["productGroupNoticeNo"]


def test_098_the_form_of_a_missing_product(partner):
    assert "데이터가 없습니다" in partner.failed("products_get", 404, productNo=5)
    partner.set(missing_product="null")
    assert partner.data("products_get", productNo=5) is None


def test_099_basic_and_sale_updates_replace_their_block_only(partner, body):
    number = create(partner, body)
    before = partner.product(number)
    partner.sandbox.advance(minutes=3)
    basic = {k: v for k, v in body["basic"].items() if k != "brandNo"} | {"displayYn": "N"}
    partner.data("products_update_basic", productNo=str(number), basic=basic)
    partner.data("products_update_sale", productNo=number, sale=body["sale"] | {"salePrice": 5000})
    after = partner.product(number)
    assert (after["basic"]["displayYn"], after["basic"]["brandNo"]) == ("N", 0)
    assert after["sale"]["salePrice"] == 5000
    for block in ("detail", "option", "noticeList", "etc", "branchList"):
        assert after[block] == before[block]


def page(partner, number=1, size=2, **more):
    window = {"fromDate": "2024-05-20 00:00:00", "toDate": "2024-05-20 23:59:59"}
    data = partner.data("products_list", **(window | more), page=number, size=size)
    return data["totalCount"], [row["productNo"] for row in data["list"]]


def test_100_the_product_list_pages_in_order(partner, body):
    numbers = [create(partner, body) for _ in range(3)]
    partner.sandbox.advance(minutes=1)
    numbers.append(create(partner, body))
    assert page(partner) == (4, numbers[:2])
    assert page(partner, 2) == (4, numbers[2:])
    assert page(partner, 3) == (4, [])
    partner.sandbox.advance(minutes=1)
    for number in (numbers[3], numbers[0]):
        partner.data("products_set_status", productNo=str(number), productStatus="S")
    assert page(partner, size=100, searchDateType="CHANGE") == (2, [numbers[0], numbers[3]])
    window = {"fromDate": "2024-05-20 00:00:00", "toDate": "2024-05-20 23:59:59"}
    assert "size" in partner.failed("products_list", 422, **window, size=101)
    assert "page" in partner.failed("products_list", 422, **window, page=0)
    reverse = {"fromDate": window["toDate"], "toDate": window["fromDate"]}
    assert "toDate" in partner.failed("products_list", 422, **reverse)


@pytest.mark.parametrize(
    ("limit", "start", "passes"),
    [
        ("P1D", "2024-05-19 23:59:59", True),
        ("P1D", "2024-05-19 23:59:58", False),
        ("PT12H", "2024-05-20 11:59:59", True),
        ("PT12H", "2024-05-20 11:59:58", False),
        ("P1M", "2024-04-20 23:59:59", True),
        ("P1M", "2024-04-20 23:59:58", False),
    ],
)
def test_100_the_product_window_can_be_limited(partner, limit, start, passes):
    partner.set(product_window=limit)
    sent = {"fromDate": start, "toDate": "2024-05-20 23:59:59"}
    if passes:
        partner.data("products_list", **sent)
    else:
        assert "toDate" in partner.failed("products_list", 422, **sent)


def test_101_search_by_seller_code_gives_every_match(partner, body):
    first, second = create(partner, body), create(partner, body)
    assert partner.data("products_find_by_seller_code", code="SKU-0001") == [
        {"productNo": first},
        {"productNo": second},
    ]
    assert partner.data("products_find_by_seller_code", code="none") == []
    renamed = copy.deepcopy(body) | {"productNo": first}
    renamed["etc"]["sellerProdCode"] = "SKU-0002"
    create(partner, renamed)
    assert partner.data("products_find_by_seller_code", code="SKU-0001") == [{"productNo": second}]
    assert partner.data("products_find_by_seller_code", code="SKU-0002") == [{"productNo": first}]


@pytest.mark.parametrize(
    ("spelling", "keys"),
    [
        ("defaltValue", {"defaltValue"}),
        ("defaultValue", {"defaultValue"}),
        ("both", {"defaltValue", "defaultValue"}),
    ],
)
def test_102_the_spelling_of_the_disclosure_default(partner, http, spelling, keys):
    partner.set(notice_default_key=spelling)
    answer = http.get("/product/out/getNotice", headers={"apiKey": partner.key}).json()
    items = [item for group in answer["data"] for item in group["noticeList"]]
    assert items
    assert all(set(item) == {"noticeNo", "noticeName"} | keys for item in items)


@pytest.mark.parametrize("operation", ["base_search_brands", "base_search_makers"])
def test_brands_and_makers_are_found_by_a_part_of_the_name(partner, operation):
    noun = "brand" if "brand" in operation else "maker"
    found = partner.data(operation, **{f"{noun}Name": "예시"})
    assert len(found) == 2
    assert all("예시" in row[f"{noun}Name"] for row in found)
    assert partner.data(operation, **{f"{noun}Name": "없는 이름"}) == []


def test_an_image_description_needs_images(partner, body):
    body["detail"] = body["detail"] | {"descType": "IMG", "descHtml": ""}
    assert "detail.descImgUrlList" in partner.failed("products_save", 422, **body)
    body["detail"]["descImgUrlList"] = []
    assert "detail.descImgUrlList" in partner.failed("products_save", 422, **body)
    body["detail"]["descImgUrlList"] = ["https://img.example.com/1.jpg"]
    create(partner, body)


def test_certificates_belong_to_their_kind(partner, body):
    body["etc"] |= {"kcKidIsCertification": "Y"}
    assert "etc.kcKidCertificationList" in partner.failed("products_save", 422, **body)
    body["etc"]["kcKidCertificationList"] = [{"certificationType": "RP_STB", "certificationNo": "1"}]
    assert "certificationType" in partner.failed("products_save", 422, **body)
    body["etc"]["kcKidCertificationList"] = [{"certificationType": "KD_SPL", "certificationNo": None}]
    create(partner, body)


@pytest.mark.parametrize("stock", [100_000, 199_998, -1, "많음", None])
def test_118_the_stock_of_the_sale_block_is_ignored_for_goods_with_options(partner, body, stock):
    sale = body["sale"] | {"stockCount": stock}
    number = create(partner, body | {"sale": sale})
    partner.data("products_update_sale", productNo=str(number), sale=sale)
    assert partner.product(number)["sale"]["stockCount"] == 50


def test_118_a_read_product_posts_back_unchanged(partner, body):
    for row in body["option"]["selectOptionValueList"]:
        row["stockCount"] = 99_999
    read = partner.product(create(partner, body))
    assert read["sale"]["stockCount"] == 199_998
    assert partner.data("products_save", **read)["productNo"] == read["productNo"]
    assert partner.product(read["productNo"]) == read


def test_102_disclosure_items_carry_the_names_of_the_site(partner):
    groups = partner.data("base_list_notice_groups")
    names = {item["noticeNo"]: item["noticeName"] for group in groups for item in group["noticeList"]}
    assert (names[198], names[201]) == ("제조국/원산지", "제조자")
    assert names[315] == "크기 (전자책의 경우 파일의 용량)"


def test_the_mall_type_of_a_row_is_one_of_the_three_known(partner, body):
    create(partner, body | {"basic": body["basic"] | {"bizYn": "N"}})
    create(partner, body | {"basic": body["basic"] | {"bizYn": "Y"}})
    rows = partner.data("products_list", fromDate="2024-05-20 00:00:00", toDate="2024-05-20 23:59:59")["list"]
    assert [row["mallTypeName"] for row in rows] == ["일반", "비즈몰"]
