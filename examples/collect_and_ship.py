"""A seller's morning on an embedded sandbox: collect new orders, confirm them, ship them, answer a cancel."""

from __future__ import annotations

from datetime import timedelta

from wemakeprice_sdk.client import WemakepriceClient
from wemakeprice_sdk.errors import ConflictError, WithdrawnError
from wemakeprice_sdk.models import ClaimStatus, ClaimType, ShipStatus
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer

KEY = "example-key"


def main() -> None:
    sandbox = Sandbox(seed=7)
    sandbox.add_account(KEY)
    orders = [sandbox.place_order() for _ in range(3)]
    sandbox.request_cancel(bundle_no=orders[0].bundle_no)
    now = sandbox.clock.now()
    with SandboxServer(sandbox) as server, WemakepriceClient(KEY, base_url=server.url) as client:
        # Claims come first: nothing may leave the house that the buyer does not want any more.
        for claim in client.claims.iter(now - timedelta(days=2), now, ClaimType.CANCEL, ClaimStatus.REQUEST):
            try:
                client.claims.approve(claim.claim_bundle_no, ClaimType.CANCEL)
                print(f"cancel {claim.claim_bundle_no} approved")
            except WithdrawnError:
                print(f"cancel {claim.claim_bundle_no} was withdrawn")
        for number, bundle in enumerate(
            client.orders.iter(now - timedelta(days=2), now, ShipStatus.NEW), start=1
        ):
            try:
                client.orders.confirm(bundle.bundle_no)
                client.orders.ship(
                    bundle.bundle_no, parcel_company_code="CJ대한통운", invoice_no=f"60000000{number:04}"
                )
                print(f"bundle {bundle.bundle_no} shipped")
            except ConflictError as error:
                print(f"bundle {bundle.bundle_no} has to be looked at: {error.text}")


if __name__ == "__main__":
    main()
