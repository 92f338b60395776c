"""Every exception of the library, in one tree.

WemakepriceError
├── ValidationError                 input refused before anything was sent; all violations at once
│   ├── NaiveDatetimeError          a datetime without a zone
│   ├── WindowError                 a reversed or over-long time range
│   └── ConfigError                 a setting is wrong, or two settings contradict each other
│       └── RetentionMinimumError   data would be kept shorter than a law asks for, and nobody confirmed it
├── ClientStateError                a closed client, or one client in two event loops
├── MissingExtraError               a package of an extra is not installed
├── SecretError
│   ├── SecretUnavailableError      a secret that was left out of a pickle or never loaded
│   ├── PlainSecretError            saving a secret without a cipher is refused
│   └── DecryptionError
│       ├── UnknownKeyError         no key with that id in the key ring
│       ├── WrongKeyError           the key id is known, the key is another one
│       ├── TamperedError           the text was changed, or belongs to another account
│       └── TruncatedError          the text is cut short or not a token at all
├── CallError                       one operation of the marketplace failed
│   ├── NetworkError                no answer, and nothing can have been changed
│   │   └── NetworkTimeoutError
│   │       └── CallDeadlineError   the time of the whole call is over
│   ├── ProtocolError               an answer that the contract does not know
│   │   ├── UnreadableValueError    one thing of it cannot be read; the answer as a whole can
│   │   ├── AnswerTooLargeError     an answer beyond the client's bounds (bytes, values, nesting)
│   │   └── IncompleteListError     pages that never add up to their total
│   ├── OutcomeUnknownError         a write whose answer was lost and that no read can prove
│   ├── NotAppliedError             a write whose answer was lost and that a read proved undone
│   └── ApiError                    the marketplace answered, and refused
│       ├── BadRequestError         400, 404 and 405 of the path, 422
│       ├── AuthenticationError     401, the key is missing or unknown
│       │   └── PermissionDeniedError   403, the key is known but not allowed (agency link)
│       ├── NotFoundError           no such bundle, claim, product, question
│       ├── WithdrawnError          철회, the buyer took the claim back
│       ├── PreconditionError       another step has to come first
│       ├── ConflictError           the target is in a state that contradicts the call
│       ├── ContentRejectedError    an operator has to edit the content
│       ├── RefusedError            a refusal whose text the table does not know
│       └── ServerError             5xx
│           └── MaintenanceError    위메프 접속이 원활하지 않습니다, or 408, 429, 503
├── GateClosedError                 a switch of the account forbids the action
├── PolicyError                     a plan cannot be made or carried out
│   ├── StaleSnapshotError          the data is older than the plan allows
│   └── BlastRadiusError            the plan touches more targets than the limit
├── LedgerError
│   ├── LedgerCorruptError          not a ledger, or a damaged one
│   ├── LedgerSchemaError           written by a newer version
│   ├── LedgerAccountError          the ledger belongs to another account
│   ├── LedgerUnavailableError      read-only, full, locked or unreachable
│   ├── LedgerStateError            used in a forked child, or its file was deleted or replaced
│   ├── LeaseLostError              another worker took the account over
│   ├── TargetBusyError             another intent on the target is open, or its effect is there already
│   ├── ClockJumpError              the clock went backwards past what is recorded
│   └── StaleBatchError             a feed was set back while its batch was worked on
├── BagError                        a BagIt folder cannot be written or read
├── CatalogueFileError              a file of the catalogue cannot be written or read
└── ExcelError
    ├── UnsafeFileError             a guard refused the file before reading it
    ├── UnreadableFileError         damaged, encrypted, or of no known kind
    ├── WrongKindError              a deal export given as a product export, or the reverse
    ├── WrongAccountError           a bank statement of another bank account than the one named
    ├── ColumnError                 a required column is missing or ambiguous
    ├── CommitError                 an import cannot start or go on
    └── SourceChangedError          a file is not the one that was previewed
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from wemakeprice_sdk._frozen import frozen


@frozen
class Violation:
    """One broken rule of some input.

    `path` is the field (`sale.stockCount`, `contacts[1].email`), `value` what stood there as safe text
    (personal data and secrets are masked by whoever reports it), `rule` a stable machine word or bound
    (`range 0..99999`), `message` and `message_ko` one sentence each in English and Korean.
    """

    path: str
    value: str
    rule: str
    message: str
    message_ko: str

    def __str__(self) -> str:
        """Return one line: field, value, rule and both sentences."""
        return f"{self.path}={self.value}: {self.rule}: {self.message} ({self.message_ko})"


def _rebuild(
    cls: type[WemakepriceError], args: tuple[object, ...], state: dict[str, object]
) -> WemakepriceError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class WemakepriceError(Exception):
    """Root of every exception the library raises on purpose.

    Instances survive `pickle`, `copy` and `deepcopy` with all attributes and notes. The text never
    holds a key or personal data.
    """

    def __init__(self, message: str = "") -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        """Return the message."""
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the attributes, whatever the constructor takes."""
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class WemakepriceDeprecationWarning(DeprecationWarning):
    """Something of this library is going away; the text says what stands for it and in which version.

    `-W error::wemakeprice_sdk.errors.WemakepriceDeprecationWarning` finds every use in your tests.
    """


class ValidationError(WemakepriceError, ValueError):
    """Input was refused before anything was sent or written; `violations` lists every broken rule."""

    def __init__(self, violations: Iterable[Violation], *, subject: str = "input") -> None:
        self.violations: tuple[Violation, ...] = tuple(violations)
        self.subject = subject
        lines = "\n".join(f"  - {violation}" for violation in self.violations)
        super().__init__(f"{subject}: {len(self.violations)} violation(s)\n{lines}")

    @classmethod
    def single(cls, path: str, value: object, rule: str, message: str, message_ko: str) -> Self:
        """Build the error for exactly one broken rule."""
        return cls((Violation(path, str(value), rule, message, message_ko),), subject=path)


class NaiveDatetimeError(ValidationError):
    """A datetime without a zone was given where a point in time is needed."""


class WindowError(ValidationError):
    """A time range is reversed, empty or longer than the operation allows."""


class ConfigError(ValidationError):
    """A setting is wrong, unknown, or contradicts another one; both sides are named."""


class RetentionMinimumError(ConfigError):
    """Personal data would be kept for a shorter time than a law asks for, and nobody is named for it."""


class ClientStateError(WemakepriceError, RuntimeError):
    """The client was closed, or is used from another event loop than the one it was opened in."""


class MissingExtraError(WemakepriceError, ImportError):
    """A package that only an extra of this library brings is not installed; `extra` names it."""

    def __init__(self, extra: str) -> None:
        self.extra = extra
        super().__init__(
            f"{extra} is not installed; run: pip install 'wemakeprice-sdk[{extra}]' / "
            f"설치되지 않은 패키지입니다: {extra}. 왼쪽 명령으로 설치해 주세요"
        )


class SecretError(WemakepriceError):
    """Something is wrong with a secret or its encryption; the text never shows the secret."""


class SecretUnavailableError(SecretError):
    """The secret is not here: it was left out of a pickle, or never loaded."""


class PlainSecretError(SecretError):
    """Saving a secret or a contact without a cipher is refused."""


class DecryptionError(SecretError):
    """An encrypted value cannot be read."""


class UnknownKeyError(DecryptionError):
    """The key ring holds no key with the id named in the value."""


class WrongKeyError(DecryptionError):
    """The key ring holds a key with that id, but it is not the one that encrypted the value."""


class TamperedError(DecryptionError):
    """The value was changed after encryption, or was moved from another account or field."""


class TruncatedError(DecryptionError):
    """The value is cut short, or not an encrypted value at all."""


class CallError(WemakepriceError):
    """One operation of the marketplace failed.

    `operation` is the contract's operationId, `method` and `path` the call (without query or key),
    `http_status` and `result_code` what came back (None when nothing did), `text` the Korean text of
    the answer, `retry_after` the seconds the marketplace asked to wait (header `Retry-After`).
    """

    retry_after: float | None = None

    def __init__(
        self,
        message: str = "",
        *,
        operation: str = "",
        method: str = "",
        path: str = "",
        http_status: int | None = None,
        result_code: int | None = None,
        text: str = "",
    ) -> None:
        self.operation = operation
        self.method = method
        self.path = path
        self.http_status = http_status
        self.result_code = result_code
        self.text = text
        super().__init__(message)

    def __str__(self) -> str:
        """Name operation, method, path, HTTP status, result code and the Korean text."""
        parts = [self.message or type(self).__name__]
        if self.operation:
            parts.append(f"operation={self.operation}")
        if self.method or self.path:
            parts.append(f"{self.method} {self.path}".strip())
        if self.http_status is not None:
            parts.append(f"http={self.http_status}")
        if self.result_code is not None:
            parts.append(f"resultCode={self.result_code}")
        if self.text:
            parts.append(f"text={self.text}")
        return " | ".join(parts)


class NetworkError(CallError):
    """No answer came, and the call cannot have changed anything (a read, or a connection never made)."""


class NetworkTimeoutError(NetworkError, TimeoutError):
    """The answer did not come in time, and the call cannot have changed anything."""


class CallDeadlineError(NetworkTimeoutError):
    """The whole call took longer than its deadline, and cannot have changed anything.

    A write raises it only before it was sent: one whose answer does not come in time is verified.
    """


class ProtocolError(CallError):
    """The answer is not what the contract knows: not JSON, cut short, or without its identifiers."""


class UnreadableValueError(ProtocolError):
    """The answer is in order, but the thing that was asked for holds a value that cannot be read.

    `location` is the JSON path of the value (`$.data.sale.salePrice`), `kind` the JSON type that stood there,
    `rule` what was expected; the value is never shown. It concerns this one thing: others can be read.
    """

    location: str = ""
    kind: str = ""
    rule: str = ""


class AnswerTooLargeError(ProtocolError):
    """The answer is larger, longer or nested deeper than the client's bounds; it was not parsed."""


class IncompleteListError(ProtocolError):
    """The pages of a list do not add up to the total that they state; rows are missing."""


class OutcomeUnknownError(CallError):
    """A write whose answer was lost, and whose effect no read could prove or disprove, or shows only in part.

    It was sent at most once. An operator decides; sending it again may do it twice.
    """


class NotAppliedError(CallError):
    """A write whose answer was lost, and which the verifying read proved not to have happened."""


class ApiError(CallError):
    """The marketplace answered, and refused."""


class BadRequestError(ApiError):
    """The request itself was refused: malformed, unknown path, wrong verb, failed validation."""


class AuthenticationError(ApiError):
    """The key is missing, unknown or of another environment."""


class PermissionDeniedError(AuthenticationError):
    """The key is known but not allowed, for example because the agency link is not approved."""


class NotFoundError(ApiError):
    """No such bundle, option line, claim, product, deal or question for this account."""


class WithdrawnError(ApiError):
    """The buyer withdrew the claim (철회); there is nothing left to answer."""


class PreconditionError(ApiError):
    """Another step has to come first, or a value is outside what the marketplace accepts."""


class ConflictError(ApiError):
    """The target is in a state that contradicts the call, such as shipped with another invoice."""


class ContentRejectedError(ApiError):
    """The content was refused (forbidden word, closed category, duplicate option); an operator edits it."""


class RefusedError(ApiError):
    """A refusal whose text is in no table; the text is kept."""


class ServerError(ApiError):
    """The marketplace failed (5xx)."""


class MaintenanceError(ServerError):
    """A temporary outage: the page 위메프 접속이 원활하지 않습니다, or 408, 429 or 503 whatever the body."""


class GateClosedError(WemakepriceError):
    """A switch of the account forbids the action.

    `gate` is the machine code of the first gate that blocked, `reason` and `reason_ko` say it in
    English and Korean.
    """

    def __init__(self, gate: str, reason: str, reason_ko: str) -> None:
        self.gate = gate
        self.reason = reason
        self.reason_ko = reason_ko
        super().__init__(f"{gate}: {reason} ({reason_ko})")


class PolicyError(WemakepriceError):
    """A plan cannot be made, or must not be carried out."""


class StaleSnapshotError(PolicyError):
    """The data is older than the plan allows."""


class BlastRadiusError(PolicyError):
    """The plan would touch more targets than the limit allows."""


class LedgerError(WemakepriceError):
    """The runner's ledger cannot be used as asked."""


class LedgerCorruptError(LedgerError):
    """The file or database is damaged, or is not a ledger."""


class LedgerSchemaError(LedgerError):
    """The ledger was written by a newer version of the library."""


class LedgerAccountError(LedgerError):
    """The ledger row or file belongs to another account."""


class LedgerUnavailableError(LedgerError):
    """The ledger is read-only, full, locked for too long or unreachable."""


class LedgerStateError(LedgerError, RuntimeError):
    """The ledger object is cut off from what it was opened on; nothing was written.

    It is used in a process that was forked after its first use, or its file was deleted or replaced.
    """


class LeaseLostError(LedgerError):
    """Another worker took the account over; nothing more is done under the old lease."""


class StaleBatchError(LedgerError):
    """A feed was set back while a batch of it was worked on: acknowledging it would pass records over."""


class TargetBusyError(LedgerError):
    """Another intent on the same target has no outcome yet, or the once-only effect is there already."""


class ClockJumpError(LedgerError):
    """The clock went backwards past what the ledger has recorded."""


class BagError(WemakepriceError):
    """A BagIt folder cannot be written or read; nothing half-written stands in its place."""


class CatalogueFileError(WemakepriceError):
    """A file of the catalogue cannot be written or read; a file that stood there is as it was before."""


class ExcelError(WemakepriceError):
    """A spreadsheet file cannot be used as asked."""


class UnsafeFileError(ExcelError):
    """A guard refused the file before or while reading it; the message names the bound."""


class UnreadableFileError(ExcelError):
    """The file is damaged, encrypted, empty or of no known kind."""


class WrongKindError(ExcelError):
    """The file is an export of another kind than the one asked for."""


class WrongAccountError(ExcelError):
    """The bank statement is of another bank account than the one that was named; the text shows neither."""


class ColumnError(ExcelError):
    """A required column is missing, or several columns claim to be it."""


class CommitError(ExcelError):
    """An import cannot start or go on."""


class SourceChangedError(ExcelError):
    """A file is not the one that was previewed: its SHA-256 is another. Nothing of it was taken over."""
