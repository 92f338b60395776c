"""State in a file: it survives being killed, and keeps no key."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime

import httpx
import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import Sandbox, SandboxError, Settings, seed_shop

NOW = datetime(2024, 5, 20, 10, tzinfo=KST)
KEY = "0123456789abcdef0123456789abcdef"
ALL_DAY = {"fromDate": "2024-05-20 00:00:00", "toDate": "2024-05-20 23:59:59"}


def answers(sandbox):
    """Everything a seller can read, as it stands."""
    asked = [
        ("POST", "/order/out/getOrderList", ALL_DAY | {"type": kind, "searchDateType": "NEW"})
        for kind in ("NEW", "CONFIRM", "DELIVERY", "COMPLETE")
    ]
    asked += [
        ("POST", "/claim/out/getClaimList", ALL_DAY | {"claimType": kind, "claimStatus": status})
        for kind in ("CANCEL", "RETURN", "EXCHANGE")
        for status in ("REQUEST", "APPROVE", "PENDING", "REJECT", "WITHDRAW")
    ]
    asked += [("GET", path, query) for path, query in (
        ("/product/out/getSellerShipPolicy", {}),
        ("/product/out/getProductList", {"fromDate": "2020-01-01 00:00:00", "toDate": "2024-12-31 00:00:00"}),
        ("/deal/out/getDealList", {"fromDate": "2024-04-01 00:00:00", "toDate": "2024-05-31 00:00:00"}),
        ("/qna/out/getQnaList", {"basicDate": "2024-05-20"}),
        ("/review/out/getReviewList", {"basicDate": "2024-05-18"}),
        ("/cs/out/getInquiryList", {"basicDate": "2024-05-20"}),
        ("/settle/out/getSettleDailyOrderInfo", {"basicDt": "2024-05-18"}),
        ("/settle/out/getSettleShipInfo", {"basicDt": "2024-05-18"}),
        ("/notice/out/getNoticeList", {}),
    )]  # fmt: skip
    out = []
    for method, path, sent in asked:
        body = json.dumps(sent).encode() if method == "POST" else b""
        out.append(
            sandbox.handle(method, path, sent if method == "GET" else "", {"apiKey": KEY}, body).json()
        )
    return out


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


def test_everything_is_there_again(path):
    first = Sandbox(seed=5, clock=NOW, settings=Settings(transit_days=1), state_path=path)
    first.add_account(KEY, "가게")
    first.add_account("other", approved=False)
    seed_shop(first, KEY, products=15, orders=300, days=6, claim_rate=0.3)
    order = first.place_order(KEY)
    first.request_cancel(KEY, order.bundle_no)
    first.configure(holidays=["2024-05-21"])
    first.forbid_word("금지어")
    before, journal, counts = answers(first), list(first.journal), first.counts()
    assert sum(len(a["data"]) for a in before) > 50
    first.close()
    second = Sandbox(state_path=path)
    assert second.settings == Settings(transit_days=1, holidays=frozenset({"2024-05-21"}))
    assert second.now() == "2024-05-20 10:00:00"
    assert [(a.label, a.approved) for a in second.accounts] == [("가게", True), ("account-2", False)]
    assert second.restrictions.forbidden_words == ["금지어"]
    assert answers(second) == before
    assert list(second.journal) == journal
    assert second.counts() == counts
    assert second.place_order(KEY).bundle_no == order.bundle_no + 1
    second.close()


def test_timers_go_on_after_a_restart(path):
    first = Sandbox(clock=NOW, state_path=path)
    first.add_account(KEY)
    cancelled, sent, direct = (first.place_order(KEY).bundle_no for _ in range(3))
    claim = first.request_cancel(KEY, cancelled)
    first.prepare_bundle(KEY, sent, "DELIVERY")
    first.close()
    second = Sandbox(state_path=path)
    second.advance(days=3)
    assert {(e.operation, tuple(e.targets.values())) for e in second.journal if e.actor == "site"} == {
        ("auto_deliver", (sent,)),
        ("auto_approve_cancel", (claim,)),
    }
    assert second.counts()["bundle NEW"] == 1
    assert direct in second.find_shop(KEY).bundles
    second.close()


def test_a_line_cancelled_before_the_restart_is_still_known(path):
    first = Sandbox(clock=NOW, state_path=path)
    first.add_account(KEY)
    line = first.place_order(KEY).order_option_nos[0]
    body = json.dumps({"orderOptionNo": line}).encode()

    def cancel(box):
        return box.handle("POST", "/order/in/setOrderCancel", "", {"apiKey": KEY}, body).json()["data"]

    assert cancel(first)["returnKey"] == 1
    first.close()
    second = Sandbox(state_path=path)
    assert "이미" in cancel(second)["returnMsg"]
    second.close()


def test_the_file_holds_no_key(path):
    sandbox = Sandbox(state_path=path)
    sandbox.add_account(KEY)
    sandbox.place_order(KEY)
    sandbox.close()
    assert KEY.encode() not in path.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_the_file_and_what_stands_beside_it_are_the_owner_s_only(path, umask):
    before = os.umask(umask)
    try:
        sandbox = Sandbox(state_path=path)
        sandbox.add_account(KEY)
        sandbox.place_order(KEY)
        assert modes(path) == {0o600}
        assert path.with_name(f"{path.name}-wal").exists()
        sandbox.close()
        path.chmod(0o644)
        again = Sandbox(state_path=path)
        again.place_order(KEY)
        assert modes(path) == {0o600}
        again.close()
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_what_a_crash_left_beside_the_file_is_closed_to_others_too(path):
    code = (
        "import os, sys; from wemakeprice_sdk.sandbox import Sandbox; "
        "box = Sandbox(state_path=sys.argv[1]); box.add_account('k'); box.place_order(); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == 9
    for file in path.parent.iterdir():
        file.chmod(0o644)
    sandbox = Sandbox(state_path=path)
    assert modes(path) == {0o600}
    assert sandbox.counts()["bundle"] == 1
    sandbox.close()


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_file_of_another_kind_keeps_its_mode(tmp_path):
    other = tmp_path / "notes.txt"
    other.write_bytes(b"x" * 5000)
    other.chmod(0o644)
    with pytest.raises(SandboxError):
        Sandbox(state_path=other)
    assert modes(other) == {0o644}


def modes(path):
    return {file.stat().st_mode & 0o777 for file in path.parent.glob(f"{path.name}*")}


def test_a_file_in_use_or_of_another_kind_is_refused(path, tmp_path):
    sandbox = Sandbox(state_path=path)
    with pytest.raises(SandboxError, match="cannot use"):
        Sandbox(state_path=path)
    sandbox.close()
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"not a database" * 1000)
    with pytest.raises(SandboxError, match="cannot use"):
        Sandbox(state_path=junk)
    newer = tmp_path / "newer.db"
    db = sqlite3.connect(newer)
    db.execute("create table meta (name text primary key, body text not null)")
    db.execute("insert into meta values ('format', '99')")
    db.commit()
    db.close()
    with pytest.raises(SandboxError, match="format 99"):
        Sandbox(state_path=newer)


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_write_answered_with_success_survives_a_kill(path):
    command = [
        sys.executable,
        "-m",
        "wemakeprice_sdk.sandbox",
        "--port",
        "0",
        "--state",
        str(path),
        "--account",
        KEY,
    ]
    command += ["--clock", "2024-05-20 10:00:00"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        with httpx.Client(base_url=url, headers={"apiKey": KEY}) as client:
            confirmed = []
            for _ in range(20):
                placed = client.post("/__sandbox__/place_order", json={"key": KEY}).json()["result"]
                answer = client.post("/order/in/setOrderConfirm", json={"bundleNo": placed["bundle_no"]})
                assert answer.json()["data"]["returnKey"] == 1
                confirmed.append(placed["bundle_no"])
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    survivor = Sandbox(state_path=path)
    shop = survivor.find_shop(KEY)
    assert [number for number, bundle in shop.bundles.items() if bundle.status == "CONFIRM"] == confirmed
    assert len(survivor.journal.writes("orders_confirm")) == 20
    survivor.close()


def test_a_write_that_cannot_be_stored_is_not_answered_with_success(path):
    sandbox = Sandbox(clock=NOW, state_path=path)
    sandbox.add_account(KEY)
    order = sandbox.place_order(KEY)
    assert sandbox._storage is not None
    sandbox._storage._db.execute("pragma query_only = on")
    body = json.dumps({"bundleNo": order.bundle_no}).encode()
    reply = sandbox.handle("POST", "/order/in/setOrderConfirm", "", {"apiKey": KEY}, body)
    assert (reply.status, reply.json()["resultCode"]) == (500, 500)
    sandbox._storage._db.execute("pragma query_only = off")
    sandbox.place_order(KEY)
    sandbox.close()
