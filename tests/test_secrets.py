"""Encryption of what is stored: every error is the true one, and no key shows anywhere."""

import copy
import logging
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.errors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import (
    ConfigError,
    DecryptionError,
    SecretUnavailableError,
    TamperedError,
    TruncatedError,
    UnknownKeyError,
    WrongKeyError,
)
from wemakeprice_sdk.secrets import (
    AesGcmCipher,
    RedactingFilter,
    SecretKey,
    SecretStr,
    cipher_from_env,
    cipher_from_key_file,
    cipher_from_keyring,
    format_key_ring,
    generate_key,
    is_token,
    parse_key_ring,
    redact,
    rotate,
    rotate_token,
)

OLD, NEW = SecretKey(b"\x01" * 32), SecretKey(b"\x02" * 32)
CIPHER = AesGcmCipher({"new": NEW, "old": OLD}, "new")
HERE = b"account-1/api_key"


class TestSecretStr:
    def test_it_never_shows_itself(self) -> None:
        secret = SecretStr("abc123")
        texts = [
            repr(secret),
            str(secret),
            f"{secret}",
            f"{[secret]}",
            f"{secret}",
            str({"key": secret}),
        ]
        assert not any("abc123" in text for text in texts)
        assert b"abc123" not in pickle.dumps(secret)

    @given(
        st.text(alphabet="0123456789abcdef", min_size=1), st.text(alphabet="\ufeff\u200b\u200d\u00a0 \t\n")
    )
    def test_stray_characters_are_dropped(self, key: str, stray: str) -> None:
        middle = len(key) // 2
        inside = "".join(sign for sign in stray if sign not in " \t\n")
        assert SecretStr(stray + key[:middle] + inside + key[middle:] + stray).reveal() == key

    @given(st.text())
    def test_verbatim_keeps_everything(self, text: str) -> None:
        assert SecretStr.verbatim(text).reveal() == text

    def test_a_pickle_comes_back_without_a_value(self) -> None:
        back = pickle.loads(pickle.dumps(SecretStr("abc123")))
        assert not back.available
        assert not back
        with pytest.raises(SecretUnavailableError):
            back.reveal()
        assert back != SecretStr("")
        assert copy.deepcopy(SecretStr("a")) == SecretStr("a")

    def test_it_cannot_change(self) -> None:
        with pytest.raises(AttributeError):
            SecretStr("a")._value = "b"


class TestSecretKey:
    def test_text_round_trip(self) -> None:
        key = generate_key()
        assert SecretKey.from_text(key.to_text()) == key
        assert SecretKey.from_text(key.to_text() + "=") == key
        assert key != generate_key()

    def test_it_never_shows_itself(self) -> None:
        key = generate_key()
        assert key.to_text() not in repr(key)
        assert key.reveal() not in pickle.dumps(key)
        with pytest.raises(SecretUnavailableError):
            pickle.loads(pickle.dumps(key)).to_text()
        assert copy.deepcopy(key) == key == copy.copy(key)
        assert len({key, generate_key()}) == 2
        with pytest.raises(AttributeError):
            key._data = b""

    @pytest.mark.parametrize("text", ["", "abc", "!" * 43, "A" * 44, "가" * 43, "A" * 42 + "B"])
    def test_text_that_is_no_key(self, text: str) -> None:
        with pytest.raises(ValueError, match="32 bytes") as error:
            SecretKey.from_text(text)
        assert not text or text not in str(error.value)
        assert error.value.__cause__ is None

    def test_a_key_of_another_length(self) -> None:
        with pytest.raises(ValueError, match="not 16"):
            SecretKey(b"x" * 16)


class TestCipher:
    @pytest.mark.parametrize("plain", ["my-password-of-long-ago", bytes(32)])
    def test_a_password_is_no_key(self, plain: Any) -> None:
        with pytest.raises(ConfigError, match=r"generate_key\(\) makes one") as caught:
            AesGcmCipher.single(plain)
        assert "password" not in str(caught.value)

    @given(st.binary(max_size=300), st.binary(max_size=40))
    def test_round_trip(self, plaintext: bytes, context: bytes) -> None:
        token = CIPHER.encrypt(plaintext, context=context)
        assert is_token(token)
        assert token.isascii()
        assert token.split() == [token]
        assert CIPHER.decrypt(token, context=context) == plaintext
        assert CIPHER.encrypt(plaintext, context=context) != token

    @given(st.binary(max_size=20), st.binary(max_size=20))
    def test_another_place_is_tampering(self, here: bytes, there: bytes) -> None:
        token = CIPHER.encrypt(b"x", context=here)
        if here != there:
            with pytest.raises(TamperedError):
                CIPHER.decrypt(token, context=there)

    def test_wrong_key_under_the_right_id(self) -> None:
        token = CIPHER.encrypt(b"x", context=HERE)
        with pytest.raises(WrongKeyError, match="new"):
            AesGcmCipher({"new": OLD}, "new").decrypt(token, context=HERE)

    def test_unknown_key_id(self) -> None:
        token = CIPHER.encrypt(b"x", context=HERE)
        with pytest.raises(UnknownKeyError, match="no key new, only old"):
            AesGcmCipher({"old": OLD}, "old").decrypt(token, context=HERE)

    def test_every_truncation_is_told(self) -> None:
        token = CIPHER.encrypt(b"secret", context=HERE)
        for length in range(len(token)):
            with pytest.raises(TruncatedError):
                CIPHER.decrypt(token[:length], context=HERE)
            with pytest.raises(TruncatedError):
                CIPHER.is_current(token[:length])

    @pytest.mark.parametrize("text", ["", "plain key", "0123abcd", "wmp2.new.abc.end", "WMP1.new.abc.end"])
    def test_what_is_no_token(self, text: str) -> None:
        with pytest.raises(TruncatedError):
            CIPHER.decrypt(text, context=HERE)

    def test_every_single_change_is_found(self) -> None:
        token = CIPHER.encrypt(b"secret", context=HERE)
        start, end = len("wmp1.new."), len(token) - len(".end")
        for index, sign in enumerate(token):
            for other in "ABab09-_.=~\x00가":
                if other == sign:
                    continue
                changed = token[:index] + other + token[index + 1 :]
                with pytest.raises(DecryptionError) as error:
                    CIPHER.decrypt(changed, context=HERE)
                if start <= index < end:
                    assert type(error.value) is TamperedError, (index, other)

    def test_every_flipped_bit_of_the_last_character_is_found(self) -> None:
        for size in range(4):
            token = CIPHER.encrypt(b"x" * size, context=HERE)
            head, last = token.removesuffix(".end")[:-1], token.removesuffix(".end")[-1]
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            for other in set(alphabet) - {last}:
                with pytest.raises(TamperedError):
                    CIPHER.decrypt(f"{head}{other}.end", context=HERE)

    def test_insertions_and_swaps_are_found(self) -> None:
        one, two = CIPHER.encrypt(b"one", context=HERE), CIPHER.encrypt(b"two", context=HERE)
        check_ends = len("wmp1.new.") + 12
        for index in range(len(one) + 1):
            with pytest.raises(TamperedError if check_ends < index <= len(one) - 4 else DecryptionError):
                CIPHER.decrypt(one[:index] + "A" + one[index:], context=HERE)
        with pytest.raises(TamperedError):
            CIPHER.decrypt(one[:40] + two[40:], context=HERE)
        with pytest.raises(TamperedError):
            CIPHER.decrypt(one + ".end", context=HERE)

    def test_moving_a_value_to_another_key_id_is_found(self) -> None:
        token = CIPHER.encrypt(b"x", context=HERE)
        twins = AesGcmCipher({"new": NEW, "twin": NEW}, "new")
        with pytest.raises(TamperedError):
            twins.decrypt(token.replace("new", "twin"), context=HERE)
        with pytest.raises(WrongKeyError):
            CIPHER.decrypt(token.replace("new", "old"), context=HERE)

    @pytest.mark.parametrize(
        ("keys", "primary"),
        [({}, "a"), ({"a": OLD}, "b"), ({"a.b": OLD}, "a.b"), ({"": OLD}, ""), ({"x" * 33: OLD}, "x" * 33)],
    )
    def test_rings_that_are_none(self, keys: dict[str, SecretKey], primary: str) -> None:
        with pytest.raises(ConfigError):
            AesGcmCipher(keys, primary)

    def test_no_key_shows(self) -> None:
        CIPHER.encrypt(b"what is derived from a key stays with it", context=HERE)
        data = pickle.dumps(CIPHER)
        assert NEW.reveal() not in data
        assert repr(CIPHER) == "AesGcmCipher(primary='new', keys=['new', 'old'])"
        with pytest.raises(SecretUnavailableError):
            pickle.loads(data).encrypt(b"x", context=HERE)

    def test_an_error_survives_a_pickle(self) -> None:
        with pytest.raises(TamperedError) as error:
            CIPHER.decrypt(CIPHER.encrypt(b"x", context=b"a"), context=b"b")
        assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)
        assert error.value.__suppress_context__

    def test_cryptography_is_loaded_on_first_use(self) -> None:
        code = (
            "import sys; import wemakeprice_sdk.secrets as s; import wemakeprice_sdk.config;"
            "c = s.AesGcmCipher.single(s.generate_key());"
            "assert 'cryptography' not in sys.modules and 'keyring' not in sys.modules;"
            "c.encrypt(b'', context=b''); assert 'cryptography' in sys.modules"
        )
        subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


class TestRotation:
    old = AesGcmCipher({"old": OLD}, "old")

    def test_only_old_tokens_change(self) -> None:
        before = [self.old.encrypt(b"%d" % n, context=b"c%d" % n) for n in range(5)]
        before[2] = CIPHER.encrypt(b"2", context=b"c2")
        rotated = list(rotate(CIPHER, ((token, b"c%d" % n) for n, token in enumerate(before))))
        assert [changed for _, changed in rotated] == [True, True, False, True, True]
        assert rotated[2][0] == before[2]
        only_new = AesGcmCipher({"new": NEW}, "new")
        assert [only_new.decrypt(token, context=b"c%d" % n) for n, (token, _) in enumerate(rotated)] == [
            b"0",
            b"1",
            b"2",
            b"3",
            b"4",
        ]
        again = list(rotate(CIPHER, ((token, b"c%d" % n) for n, (token, _) in enumerate(rotated))))
        assert again == [(token, False) for token, _ in rotated]

    def test_a_value_of_another_account_stops_it(self) -> None:
        with pytest.raises(TamperedError):
            rotate_token(CIPHER, self.old.encrypt(b"x", context=b"a"), context=b"b")

    def test_a_reused_key_id_is_not_taken_for_rotated(self) -> None:
        token = AesGcmCipher({"new": OLD}, "new").encrypt(b"x", context=HERE)
        assert not CIPHER.is_current(token)
        with pytest.raises(WrongKeyError):
            rotate_token(CIPHER, token, context=HERE)


class TestSources:
    text = format_key_ring({"new": NEW, "old": OLD})

    def test_ring_round_trip(self) -> None:
        ring = parse_key_ring(f"# keys\n\n{self.text}")
        assert (ring.primary, dict(ring.keys)) == ("new", {"new": NEW, "old": OLD})
        assert parse_key_ring(self.text.replace("\n", ",")).keys == ring.keys

    @pytest.mark.parametrize(
        "saved",
        ["\ufeff{}", "{}\r\n", "\r\n\r\n{}", "{}  \t", "{}\u00a0"],
        ids=["mark", "end", "lines", "blanks", "hard blank"],
    )
    def test_what_an_editor_adds_is_no_part_of_a_ring(self, saved: str, tmp_path: Path) -> None:
        file = tmp_path / "ring"
        file.write_bytes(saved.format(self.text.replace("\n", "\r\n")).encode())
        file.chmod(0o600)
        assert dict(cipher_from_key_file(file).keys) == {"new": NEW, "old": OLD}

    def test_every_bad_entry_is_named_without_its_key(self) -> None:
        shown = NEW.to_text()
        with pytest.raises(ConfigError) as error:
            parse_key_ring(f"a:{shown}\na:{shown}\nb:short\n{shown}\n:{shown}")
        assert [violation.path for violation in error.value.violations] == [
            "keys[1]",
            "keys[2]",
            "keys[3]",
            "keys[4]",
        ]
        assert shown not in str(error.value)
        for empty in ("", "# nothing\n", ",,"):
            with pytest.raises(ConfigError):
                parse_key_ring(empty)

    def test_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert cipher_from_env(environ={"WEMAKEPRICE_SECRET_KEYS": self.text}).primary == "new"
        assert cipher_from_env("X", {"X": self.text}).primary == "new"
        with pytest.raises(SecretUnavailableError, match="WEMAKEPRICE_SECRET_KEYS"):
            cipher_from_env(environ={})
        monkeypatch.setenv("WEMAKEPRICE_SECRET_KEYS", self.text)
        assert cipher_from_env().primary == "new"

    def test_key_file(self, tmp_path: Path) -> None:
        path = tmp_path / "keys"
        path.write_text(self.text)
        path.chmod(0o600)
        assert cipher_from_key_file(path).primary == "new"
        with pytest.raises(FileNotFoundError):
            cipher_from_key_file(tmp_path / "none")
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ConfigError) as error:
            cipher_from_key_file(path)
        assert error.value.__suppress_context__

    @pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX notion")
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
    def test_a_key_file_others_may_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "keys"
        path.write_text(self.text)
        path.chmod(mode)
        with pytest.raises(ConfigError, match="chmod 600") as error:
            cipher_from_key_file(path)
        assert NEW.to_text() not in str(error.value)

    def test_system_keyring(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = {("wemakeprice-sdk", "keys"): self.text}

        class Memory(keyring.backend.KeyringBackend):
            priority = 1

            def get_password(self, service: str, username: str) -> str | None:
                if username == "locked":
                    raise keyring.errors.KeyringLocked("keyring")
                return store.get((service, username))

            def set_password(self, service: str, username: str, password: str) -> None:
                raise NotImplementedError

        before = keyring.get_keyring()
        keyring.set_keyring(Memory())
        try:
            assert cipher_from_keyring().primary == "new"
            with pytest.raises(SecretUnavailableError, match="no entry"):
                cipher_from_keyring("other")
            with pytest.raises(SecretUnavailableError, match="KeyringLocked"):
                cipher_from_keyring(username="locked")
        finally:
            keyring.set_keyring(before)
        monkeypatch.setitem(sys.modules, "keyring", None)
        with pytest.raises(SecretUnavailableError, match=r"wemakeprice-sdk\[keyring\]"):
            cipher_from_keyring()


class TestRedaction:
    @pytest.mark.parametrize(
        "secret",
        [
            "010-0000-0000",
            "01000000000",
            "+82 10-0000-0000",
            "02-000-0000",
            "0504-0000-0000",
            "hong@example.com",
            "ab12" * 8,
        ],
    )
    def test_what_is_recognised(self, secret: str) -> None:
        for text in (secret, f"전화 {secret}.", f"[{secret}]", f"'{secret}'", f"a {secret}\nb"):
            assert secret not in redact(text)
            assert "***" in redact(text)

    def test_known_secrets_and_key_headers(self) -> None:
        assert redact("token=hunter2!", [SecretStr("hunter2!")]) == "token=***"
        assert redact("apiKey: short-key, x") == "apiKey: ***, x"
        assert redact('{"apiKey": "short"}') == '{"apiKey": "***"}'
        assert redact("plain", [SecretStr("")]) == "plain"

    @pytest.mark.parametrize(
        "text", ["2026-01-02 03:04:05", "bundleNo=123456789", "20260102030405", "1,000원", "12,900"]
    )
    def test_what_stays(self, text: str) -> None:
        assert redact(text) == text

    @pytest.mark.parametrize("text", ["a." * 100_000, "-" * 200_000, "a@" + "x" * 200_000])
    def test_a_text_of_any_length_is_masked_in_no_time(self, text: str) -> None:
        started = time.perf_counter()
        assert redact(text) == text
        assert time.perf_counter() - started < 5

    def test_a_wrong_log_call_does_not_raise_out_of_the_filter(self) -> None:
        record = logging.LogRecord("x", logging.INFO, "f", 1, "%d of 010-0000-0000", ("x",), None)
        assert RedactingFilter().filter(record)
        assert record.getMessage() == "%d of *** (cannot be formatted: TypeError)"

    def test_logging_filter(self, caplog: pytest.LogCaptureFixture) -> None:
        logger = logging.getLogger("test.redaction")
        caplog.handler.addFilter(filter_ := RedactingFilter([SecretStr("hunter2!")]))
        try:
            try:
                raise ValueError("hunter2! 010-0000-0000")
            except ValueError:
                logger.exception("call %s with %s", "010-0000-0000", {"key": "hunter2!"})
        finally:
            caplog.handler.removeFilter(filter_)
        assert "hunter2!" not in caplog.text
        assert "0000" not in caplog.text
        assert "ValueError" in caplog.text


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)
