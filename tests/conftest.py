"""No test reaches beyond this machine."""

import ipaddress
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A deadline measures the machine: a busy one would fail a right test by chance. So would an input that is drawn
# anew in each run; `--hypothesis-profile search` looks for one.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, derandomize=False)
settings.load_profile("house")

# The ledgers that several rooms are tested with; importlib mode gives the plugin no package to live in.
sys.path.insert(0, str(Path(__file__).parent))
pytest_plugins = ("ledger_kit",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the generated histories of settlement run longer: `--cases 20000`."""
    parser.addoption("--cases", type=int, default=1_500, help="generated histories of the settlement oracle")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first, so that no process is left with one while the others rest."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Hear SIGINT, here and in what the test starts: a shell script's background job is started with it ignored."""
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, kept)


class OutsideWorldError(AssertionError):
    """A test tried to reach a host that is not this machine."""


def _is_here(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """Fail any look-up of, or connection to, a host other than loopback, the marketplace's above all."""
    connect, connect_ex, lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(host: object) -> None:
        if not _is_here(host):
            raise OutsideWorldError(f"a test tried to reach {host!r}")

    def guarded_connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple):
            refuse(address[0])
        return connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        if isinstance(address, tuple):
            refuse(address[0])
        return connect_ex(self, address)  # type: ignore[arg-type]

    def guarded_lookup(host: object, *args: object, **kwargs: object) -> object:
        refuse(host)
        return lookup(host, *args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_lookup)
        yield
