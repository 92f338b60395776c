"""What a write came to when it was not refused: `Applied` or `AlreadyDone`."""

from __future__ import annotations

from attrs import field

from wemakeprice_sdk._frozen import frozen


@frozen
class Applied:
    """The write was carried out (처리 완료).

    `key` is the product number of a product write or the policy number of a shipping policy, None for
    other writes. `message` is the Korean text of the answer. `verified` says that a read proved it, after
    the answer itself was lost; then there is no message.
    """

    operation: str
    key: int | None = None
    message: str = ""
    verified: bool = False


@frozen
class AlreadyDone:
    """The site says that this was done before (이미 처리됨), and nothing was changed now.

    `needs_verifying` marks texts that also fit other states (contract section 9): until a read has shown
    the wanted state, such an answer is no success. `verified` says that a read has shown it.
    """

    operation: str
    message: str = ""
    verified: bool = False
    needs_verifying: bool = field(default=False)


Outcome = Applied | AlreadyDone
"""Every way a write can end without an exception."""
