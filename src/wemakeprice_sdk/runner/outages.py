"""Telling an outage from one target's own trouble."""

from __future__ import annotations

from wemakeprice_sdk.errors import ApiError, AuthenticationError, CallError, ServerError


def concerns_all(error: CallError) -> bool:
    """Return whether an error would meet every other target too, or is one target's own affair."""
    return not isinstance(error, ApiError) or isinstance(error, AuthenticationError | ServerError)
