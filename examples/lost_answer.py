"""A shipment whose answer is lost: the client proves it by a read and never sends it twice."""

from __future__ import annotations

from wemakeprice_sdk.client import WemakepriceClient
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.testing import lost_answer

KEY = "example-key"


def main() -> None:
    sandbox = Sandbox(seed=7)
    sandbox.add_account(KEY)
    bundle_no = sandbox.place_order().bundle_no
    with SandboxServer(sandbox) as server, WemakepriceClient(KEY, base_url=server.url) as client:
        client.orders.confirm(bundle_no)
        with lost_answer(sandbox, "orders_ship"):
            outcome = client.orders.ship(bundle_no, parcel_company_code="D002", invoice_no="600000000001")
    print(outcome)
    applied = sandbox.journal.writes("orders_ship")
    print(f"sent {sandbox.calls['orders_ship']} time(s), applied {len(applied)} time(s)")


if __name__ == "__main__":
    main()
