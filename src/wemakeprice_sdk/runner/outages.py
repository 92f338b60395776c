"""Tell an outage from an error of one target."""

from __future__ import annotations

from typing import Final

from wemakeprice_sdk.errors import (
    ApiError,
    AuthenticationError,
    CallError,
    ServerError,
    UnreadableValueError,
)

TARGET_ERRORS: Final = (ApiError, UnreadableValueError)
"""What reading one target may raise without the others being concerned; `concerns_all` tells."""


def concerns_all(error: CallError) -> bool:
    """Return whether an error would meet every other target too, or is one target's own affair."""
    if isinstance(error, UnreadableValueError):
        return False
    return not isinstance(error, ApiError) or isinstance(error, AuthenticationError | ServerError)
