"""Building one request: checked first, then spelt in the one form the contract attests.

Nothing is built from invalid input: every violation is raised at once. The key is no part of a request
here; the client adds it when sending.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

import attrs
from attrs import field

from wemakeprice_sdk import models
from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError, WindowError
from wemakeprice_sdk.models import (
    InputLimits,
    ReadModel,
    WriteModel,
    field_name,
)
from wemakeprice_sdk.models._given import plain
from wemakeprice_sdk.secrets import forgetful
from wemakeprice_sdk.wire import windows
from wemakeprice_sdk.wire.converter import write
from wemakeprice_sdk.wire.operations import Operation, Param, ParamKind, operation_of
from wemakeprice_sdk.wire.overrides import NO_OVERRIDES, WireOverrides

ParamValue: TypeAlias = "str | int | date | None"
"""A query value: text or code, number, day, or (as `datetime`) an aware timestamp."""

Payload: TypeAlias = "WriteModel | Mapping[str, object] | None"
"""The request model of a POST, or the named values of a GET or of a request model."""

HEADERS: tuple[tuple[str, str], ...] = (
    ("Content-Type", "application/json"),
    ("Accept", "application/json"),
)
DEFAULT_LIMITS = InputLimits()
_MAX_NUMBER = 2**63 - 1


@frozen
class WireRequest:
    """One request as it goes out, without the key and without a host."""

    operation: str
    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=lambda query: f"<{len(query)} values>")
    body: bytes | None = field(default=None, repr=lambda body: f"<{len(body or b'')} bytes>")
    headers: tuple[tuple[str, str], ...] = HEADERS


@forgetful
def build_request(
    operation: Operation | str,
    payload: Payload = None,
    *,
    overrides: WireOverrides = NO_OVERRIDES,
    limits: InputLimits = DEFAULT_LIMITS,
) -> WireRequest:
    """Build the request of an operation.

    A POST takes its request model (`ShipRequest(...)`) or a mapping of its fields in snake_case, a GET a
    mapping of its parameters in snake_case (`{"product_no": 1}`). Raises `ValidationError` with every
    violation; `WindowError` alone when only the period is wrong, `NaiveDatetimeError` for a naive time.
    `limits` lifts the option depth (writer rule 8).
    """
    row = overrides.apply(operation_of(operation) if isinstance(operation, str) else operation)
    if row.request is None:
        return WireRequest(row.id, row.method, row.path, _query(row, payload))
    model = normalised(_model(row, payload))
    _refuse_naive(model, row)
    period = Problems()
    if isinstance(model, models.OrderListRequest | models.ClaimListRequest):
        _check_window(period, row, model.from_date, model.to_date)
    problems = Problems()
    # A period that is wrong is said once, by its own rule, and not by those of its end as well.
    problems.take(item for item in model.violations(limits) if not (period.found and item.path == "toDate"))
    problems.take(period.found)
    _refuse(problems, row)
    return WireRequest(row.id, row.method, row.path, body=_encode(write(model), row))


def normalised(model: WriteModel) -> WriteModel:
    """Return the request with blanks and dashes taken out of its invoice number (writer rule 6).

    An invoice that is still none stays as it is, for the validation to refuse. The free reference of a
    pickup that is no parcel is not touched.
    """
    text = getattr(model, "invoice_no", None)
    if not isinstance(text, str) or _is_free_reference(model):
        return model
    try:
        digits: dict[str, Any] = {"invoice_no": models.normalise_invoice(text)}
    except ValidationError:
        return model
    return attrs.evolve(model, **digits)


def _is_free_reference(model: WriteModel) -> bool:
    return isinstance(model, models.PickupRequest) and model.ship_method != models.ShipMethod.PARCEL


def request_model(operation: Operation) -> type[WriteModel]:
    """Return the class of an operation's JSON body; raises `TypeError` for a GET."""
    found = getattr(models, operation.request or "", None)
    if not isinstance(found, type) or not issubclass(found, WriteModel):
        raise TypeError(f"{operation.id} has no JSON body")
    return found


def _model(row: Operation, payload: Payload) -> WriteModel:
    cls = request_model(row)
    if isinstance(payload, cls):
        return payload
    if not isinstance(payload, Mapping):
        hint, korean = _what_was_read(payload)
        raise ValidationError.single(
            row.id, type(payload).__name__, f"type {cls.__name__}", f"{row.id} takes a {cls.__name__}{hint}",
            f"{row.korean}: {cls.__name__} 객체가 필요합니다{korean}",
        )  # fmt: skip
    known = {attribute.name: attribute for attribute in attrs.fields(cls)}
    problems = Problems()
    _note_unknown(problems, payload, known)
    for name, attribute in known.items():
        if attribute.default is attrs.NOTHING and name not in payload:
            _note_missing(problems, models.wire_name(name))
    _refuse(problems, row)
    return cls(**payload)


def _what_was_read(payload: object) -> tuple[str, str]:
    if isinstance(payload, ReadModel) and hasattr(payload, "to_input"):
        name = type(payload).__name__
        return (
            f"; a {name} is what was read, its to_input() is what can be sent",
            f". 조회 결과인 {name} 객체는 to_input()으로 바꿔서 보내 주세요",
        )
    return "", ""


def _query(row: Operation, payload: Payload) -> tuple[tuple[str, str], ...]:
    if isinstance(payload, WriteModel):
        raise ValidationError.single(
            row.id, type(payload).__name__, "mapping", f"{row.id} takes query values, not a body",
            f"{row.korean}: 본문이 아니라 조회 조건을 넣어 주세요",
        )  # fmt: skip
    values = dict(payload or {})
    known = {field_name(param.name): param for param in row.params}
    problems = Problems()
    _note_unknown(problems, values, known)
    query: list[tuple[str, str]] = []
    for name, param in known.items():
        value = values.get(name)
        if value is None:
            if param.required:
                _note_missing(problems, param.name)
            continue
        try:
            query.append((param.name, _spell(param, value)))
        except ValidationError as error:
            problems.take(error.violations)
    _check_window(problems, row, values.get("from_date"), values.get("to_date"))
    _refuse(problems, row)
    return tuple(query)


def _spell(param: Param, value: object) -> str:
    value = plain(value)
    if param.kind is ParamKind.NUMBER and isinstance(value, int) and not isinstance(value, bool):
        if (param.minimum or 0) <= value <= (param.maximum or _MAX_NUMBER):
            return str(value)
        raise _bad(param, value, f"range {param.minimum}..{param.maximum or ''}")
    if param.kind is ParamKind.TIMESTAMP and isinstance(value, datetime):
        return windows.format_timestamp(value, param.name)
    if param.kind is ParamKind.DAY and isinstance(value, date):
        return windows.format_day(value, param.name)
    if param.kind is ParamKind.CODE and isinstance(value, str):
        if str(value) in param.codes:
            return str(value)
        raise _bad(param, value, f"one of {', '.join(param.codes)}")
    if param.kind is ParamKind.TEXT and isinstance(value, str):
        return _text(param, value)
    raise _wrong_type(param, value)


def _text(param: Param, value: str) -> str:
    if not value.strip():
        raise _bad(param, value, "not blank")
    if len(value) > (param.maximum or len(value)):
        raise _bad(param, f"{len(value)} characters", f"length {param.minimum}..{param.maximum} characters")
    if _is_broken(value):
        raise _bad(param, "text with broken characters", "valid Unicode")
    return value


def _is_broken(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _bad(param: Param, value: object, rule: str) -> ValidationError:
    return ValidationError.single(
        param.name,
        value,
        rule,
        f"{param.name} does not obey: {rule}",
        f"규칙에 맞지 않는 값입니다. 규칙에 맞게 바꿔 주세요: {rule}",
    )


_TYPES: Mapping[ParamKind, tuple[str, str, str]] = {
    ParamKind.TEXT: ("type str", "a text", "문자열"),
    ParamKind.NUMBER: ("type int", "a whole number", "정수"),
    ParamKind.TIMESTAMP: ("type datetime", "an aware datetime", "시간대가 있는 datetime"),
    ParamKind.DAY: ("type date", "a date", "날짜(date)"),
    ParamKind.CODE: ("type str", "a code", "코드"),
}


def _wrong_type(param: Param, value: object) -> ValidationError:
    rule, english, korean = _TYPES[param.kind]
    return ValidationError.single(
        param.name,
        type(value).__name__,
        rule,
        f"{param.name} must be {english}, not a {type(value).__name__}",
        f"{korean} 형식으로 넣어 주세요",
    )


def _note_unknown(problems: Problems, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name in known:
            continue
        right = field_name(name)
        text, text_ko = (
            f"the contract has no value named {name}",
            "API에 없는 항목입니다. 이름을 확인해 주세요",
        )
        if right in known:
            text, text_ko = f"write {right} instead of {name}", f"다른 이름으로 적어 주세요: {right}"
        problems.add(name, "", "known name", text, text_ko)


def _note_missing(problems: Problems, name: str) -> None:
    problems.add(name, "", "required", f"{name} is required", "필수 값입니다. 값을 넣어 주세요")


def _check_window(problems: Problems, row: Operation, start: object, end: object) -> None:
    if not (isinstance(start, datetime) and isinstance(end, datetime)):
        return  # anything else is refused by its type
    try:
        windows.check_window(row.window, start, end)
    except WindowError as error:
        problems.take(attrs.evolve(item, path="toDate") for item in error.violations)
    except NaiveDatetimeError:
        return  # every naive value is reported where it is spelt


def _refuse_naive(model: WriteModel, row: Operation) -> None:
    """Say what is wrong before the rules of the model call a naive time a wrong type."""
    problems = Problems()
    for name, value in attrs.asdict(model, recurse=False).items():
        if isinstance(value, datetime):
            try:
                windows.korean_day(value, models.wire_name(name))
            except NaiveDatetimeError as error:
                problems.take(error.violations)
    _refuse(problems, row)


def _refuse(problems: Problems, row: Operation) -> None:
    rules = {violation.rule for violation in problems.found}
    cls = ValidationError
    if rules <= windows.WINDOW_RULES:
        cls = WindowError
    elif rules <= {"aware datetime"}:
        cls = NaiveDatetimeError
    problems.raise_all(row.id, cls)


def _encode(body: Mapping[str, object], row: Operation) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:
        # Raised below: the error of the standard library holds the whole text, and a frame the whole body.
        del body
    raise ValidationError.single(
        row.id, "text with broken characters", "valid Unicode",
        "a text holds half of a surrogate pair",
        "깨진 문자가 들어 있어 보낼 수 없습니다. 글자를 다시 입력해 주세요",
    )  # fmt: skip
