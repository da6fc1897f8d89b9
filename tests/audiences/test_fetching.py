"""A list at an https address: the host, the certificate, the deadline and the size."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme

from audiences.sources import web
from audiences.sources.errors import SourceAwayError
from audiences.sources.web import FetchLimits

LIST = b"address;name\na@x.example;Awa\n"


class Server(ThreadingHTTPServer):
    """Serves /list.csv, and answers otherwise at other paths."""

    daemon_threads = True
    stopping = threading.Event()


class Answers(BaseHTTPRequestHandler):
    """What the server answers."""

    def do_GET(self) -> None:
        """Answer as the path says."""
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path == "/slow.csv":
            self.send_response(200)
            self.end_headers()
            while not Server.stopping.wait(0.05):
                self.wfile.write(b"a")
        elif self.path == "/missing.csv":
            self.send_error(404)
        else:
            self.send_response(200)
            if self.path == "/packed.csv":
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(LIST)))
            self.end_headers()
            self.wfile.write(LIST)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        """Print nothing."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def base(authority: trustme.CA) -> Iterator[str]:
    """The address of a running server, of this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    Server.stopping.clear()
    with Server(("127.0.0.1", 0), Answers) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://localhost:{server.server_address[1]}"
        Server.stopping.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def limits(authority: trustme.CA) -> FetchLimits:
    """FetchLimits that allow this machine, and trust the authority of the test."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return FetchLimits(
        hosts=["localhost", "127.0.0.1"],
        octets=1_000,
        seconds=1,
        allowed=lambda address: address.is_loopback,
        context=context,
    )


def refused(place: str, into: Path, limits: FetchLimits) -> str:
    with pytest.raises(SourceAwayError) as refusal:
        web.fetch(place, into, limits)
    return str(refusal.value)


@pytest.mark.parametrize("path", ["/list.csv", "/list.csv?day=1", "/to//list.csv"])
def test_a_list_is_fetched(
    base: str, limits: FetchLimits, tmp_path: Path, path: str
) -> None:
    file = web.fetch(base + path, tmp_path, limits)

    assert file.read_bytes() == LIST
    assert file.name == "list.csv"


def test_a_host_that_is_not_public_is_refused_by_default(
    base: str, tmp_path: Path
) -> None:
    usual = FetchLimits(hosts=["localhost"], octets=1_000, seconds=1)

    said = refused(f"{base}/list.csv", tmp_path, usual)

    assert "which is not a public address" in said


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1"),  # noqa: S104 (an address to refuse)
        *("64:ff9b::7f00:1", "2002:7f00:1::", "::"),
    ],
)
def test_private_addresses_are_not_public_in_any_form(address: str) -> None:
    assert not web.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses_are(address: str) -> None:
    assert web.is_public(ip_address(address))


def test_a_certificate_of_another_authority_is_refused(
    base: str, limits: FetchLimits, tmp_path: Path
) -> None:
    other = FetchLimits(
        hosts=limits.hosts, octets=1_000, seconds=1, allowed=limits.allowed
    )

    assert "certificate is not valid" in refused(f"{base}/list.csv", tmp_path, other)


def test_a_host_that_its_certificate_does_not_name_is_refused(
    base: str, limits: FetchLimits, tmp_path: Path
) -> None:
    place = base.replace("localhost", "127.0.0.1")

    assert "certificate is not valid" in refused(f"{place}/a.csv", tmp_path, limits)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (
            "/to/https://other.example/a.csv",
            "other.example is not one of",
        ),
        ("/to/https://127.0.0.1/a.csv", "leads to another host, 127.0.0.1"),
        ("/to/http://localhost/a.csv", "begins with https"),
        ("/to//to//to//to//to//list.csv", "leads on more than 3 times"),
        ("/missing.csv", "it answered 404"),
        ("/packed.csv", "packed as gzip"),
        ("/slow.csv", "no whole answer within 1 seconds"),
    ],
)
def test_what_is_no_list_of_this_host_is_refused_in_one_sentence(
    base: str, limits: FetchLimits, tmp_path: Path, path: str, error: str
) -> None:
    assert error in refused(base + path, tmp_path, limits)


def test_a_list_that_is_too_long_is_refused(
    base: str, limits: FetchLimits, tmp_path: Path
) -> None:
    short = FetchLimits(
        hosts=limits.hosts,
        octets=10,
        seconds=1,
        allowed=limits.allowed,
        context=limits.context,
    )

    assert "more than 10 octets" in refused(f"{base}/list.csv", tmp_path, short)
