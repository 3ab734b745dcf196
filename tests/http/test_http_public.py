"""Fetching from strangers: a real server on loopback that misbehaves."""

from __future__ import annotations

import gzip
import resource
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.errors import FetchError
from digest.http import EndpointHttp, PublicHttp, split_endpoint
from support_http import Asked, Loopback, answer, redirect, serve


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve() as running:
        yield running


def client(server: Loopback, **settings: object) -> PublicHttp:
    return PublicHttp(user_agent="digest-test/1", allow_hosts=(f"127.0.0.1:{server.port}",), **settings)  # type: ignore[arg-type]


def test_returns_any_status_with_headers_and_body(server: Loopback) -> None:
    """A 404 is an answer: status, lower-case headers and body come back."""
    server.routes["/x"] = answer(404, b"gone?", {"X-Thing": "A", "ETag": '"a b"'})
    response = client(server).get(server.url("/x"))
    assert (response.status, response.data, response.headers["x-thing"]) == (404, b"gone?", "A")
    assert response.headers["etag"] == '"a b"' and response.url == server.url("/x")


def test_sends_an_honest_request(server: Loopback) -> None:
    """The User-Agent and the caller's headers are sent; Cookie and Referer never are."""
    server.routes["/x"] = answer(200, b"", {"Set-Cookie": "a=1"})
    http = client(server)
    http.get(server.url("/x"), headers={"If-None-Match": 'W/"1"'})
    http.get(server.url("/x#fragment"))
    first, second = server.asked
    assert first.headers["user-agent"] == "digest-test/1" and first.headers["if-none-match"] == 'W/"1"'
    assert first.headers["host"] == f"127.0.0.1:{server.port}"
    assert not {"cookie", "referer"} & (first.headers.keys() | second.headers.keys())
    assert second.path == "/x"


def test_private_addresses_are_refused_without_a_connection(server: Loopback) -> None:
    """Without an allow-list entry loopback gets no TCP connection, however it is written."""
    http = PublicHttp(user_agent="t")
    for host in ("127.0.0.1", "localhost", "localhost.", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"):
        with pytest.raises(FetchError):
            http.get(f"http://{host}:{server.port}/")
    assert server.asked == [] and server.most_at_once == 0


def test_one_private_address_among_public_ones_refuses_the_name(server: Loopback) -> None:
    """All addresses of a name must be public."""
    http = PublicHttp(user_agent="t", resolve=lambda host, port: ["8.8.8.8", "127.0.0.1"])
    with pytest.raises(FetchError, match=r"127\.0\.0\.1"):
        http.get(f"http://mixed.example:{server.port}/")


def test_rebinding_gains_nothing(server: Loopback) -> None:
    """A name is looked up once per hop, and the connection goes to the address that was vetted."""
    server.routes["/a"] = answer(200, b"ok")
    lookups: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["10.0.0.1"]

    http = PublicHttp(user_agent="t", allow_hosts=("127.0.0.0/8",), resolve=resolve)
    assert http.get(f"http://moving.example:{server.port}/a").data == b"ok"
    assert lookups == ["moving.example"] and server.asked[0].headers["host"] == f"moving.example:{server.port}"
    with pytest.raises(FetchError, match="not a public address"):
        http.get(f"http://moving.example:{server.port}/a")


def test_a_redirect_to_a_private_address_is_refused(server: Loopback) -> None:
    """Every hop is vetted again."""
    with serve() as inner:
        inner.routes["/secret"] = answer(200, b"secret")
        for target in (inner.url("/secret"), "http://169.254.169.254/latest", "file:///etc/passwd", "http://[::1]/"):
            server.routes["/go"] = redirect(302, target)
            with pytest.raises(FetchError):
                client(server).get(server.url("/go"))
        assert inner.asked == []


def test_follows_and_reports_redirects(server: Loopback) -> None:
    """The chain comes back with statuses and addresses; relative and raw UTF-8 locations work."""
    server.routes["/a"] = redirect(301, "/b")
    server.routes["/b"] = redirect(308, "é".encode().decode("latin-1"))
    server.routes["/%C3%A9"] = answer(200, b"end")
    response = client(server).get(server.url("/a"))
    assert response.data == b"end"
    assert [status for status, _ in response.redirects] == [301, 308] and response.redirects[0][1] == server.url("/b")


def test_endless_redirects_end(server: Loopback) -> None:
    """After five hops it is over."""
    server.routes["/loop"] = redirect(302, "/loop")
    with pytest.raises(FetchError, match="too many redirects"):
        client(server).get(server.url("/loop"))
    assert len(server.asked) == 6


def test_keys_stay_with_their_host(server: Loopback) -> None:
    """The caller's own headers do not follow to another origin; validators and Accept do."""
    with serve() as other:
        other.routes["/y"] = answer(200, b"y")
        server.routes["/x"] = redirect(302, other.url("/y"))
        http = PublicHttp(user_agent="t", allow_hosts=("127.0.0.1",))
        http.get(server.url("/x"), headers={"Api-Key": "secret", "Authorization": "secret", "Accept": "text/x"})
        assert server.asked[0].headers["api-key"] == "secret"
        assert "secret" not in str(other.asked) and other.asked[0].headers["accept"] == "text/x"


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
def test_a_gzip_bomb_is_refused_in_little_memory(server: Loopback, encoding: str) -> None:
    """100 MB packed into little is refused at the cap, and memory does not follow it."""
    bomb = gzip.compress(b"\0" * 100_000_000, 6)
    if encoding != "gzip":
        bomb = gzip.compress(bomb, 6)
    server.routes["/bomb"] = answer(200, bomb, {"Content-Encoding": encoding})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FetchError, match="too large"):
        client(server, max_bytes=1_000_000).get(server.url("/bomb"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_cap_counts_decoded_bytes_and_may_be_lowered(server: Loopback) -> None:
    """`max_bytes` of one call wins; an answer of exactly that size is fine."""
    server.routes["/x"] = answer(200, gzip.compress(b"x" * 1000), {"Content-Encoding": "gzip"})
    assert len(client(server).get(server.url("/x"), max_bytes=1000).data) == 1000
    with pytest.raises(FetchError, match="too large"):
        client(server).get(server.url("/x"), max_bytes=999)


def drip(head: bytes, *, seconds: float) -> object:
    def script(asked: Asked, connection: socket.socket) -> None:
        connection.sendall(head)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connection.sendall(b"x")
            time.sleep(0.02)

    return script


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HT"])
def test_a_slow_drip_ends_at_the_deadline(server: Loopback, head: bytes) -> None:
    """A byte at a time, in body, headers or status line, ends when the total time is over, not later."""
    server.routes["/drip"] = drip(head, seconds=3)  # type: ignore[assignment]
    started = time.monotonic()
    with pytest.raises(FetchError, match="too long"):
        client(server, total_s=0.3).get(server.url("/drip"))
    assert time.monotonic() - started < 1.0


def test_a_silent_lookup_ends_at_the_deadline() -> None:
    """Name lookup is part of the total time."""
    never = threading.Event()
    http = PublicHttp(user_agent="t", total_s=0.2, resolve=lambda host, port: [str(never.wait(2))])
    started = time.monotonic()
    with pytest.raises(FetchError, match="too long"):
        http.get("http://slow.example/")
    assert time.monotonic() - started < 1.0


def test_an_answer_that_breaks_off_is_no_answer(server: Loopback) -> None:
    """Fewer bytes than announced raise, so that half a feed is never taken for a feed."""
    server.routes["/half"] = answer(200, b"only this", {"Content-Length": "5000"})
    with pytest.raises(FetchError, match="broke off"):
        client(server).get(server.url("/half"))


def test_huge_headers_are_refused(server: Loopback) -> None:
    """More than 64 KiB of headers is refused."""
    server.routes["/h"] = answer(200, b"", {f"X-{number}": "v" * 1000 for number in range(90)})
    with pytest.raises(FetchError, match="headers are too long"):
        client(server).get(server.url("/h"))


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "http://", "http://user:pw@example.org/", "http://exa mple.org/",
     "http://example.org/\r\nX: y", "//example.org", "http://example.org:99999/", "javascript:alert(1)", ""],
)  # fmt: skip
def test_unusable_addresses_say_what_to_do(url: str) -> None:
    """Anything but a plain http(s) address is refused before any lookup, with advice."""
    http = PublicHttp(user_agent="t", resolve=lambda host, port: pytest.fail("looked up"))
    with pytest.raises(FetchError, match="Try: "):
        http.get(url)


def test_nothing_listening_is_explained() -> None:
    """A refused connection names address and port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchError, match=f"port {port}"):
        PublicHttp(user_agent="t", allow_hosts=("127.0.0.1",)).get(f"http://127.0.0.1:{port}/")


def test_many_threads_share_one_client(server: Loopback) -> None:
    """Parallel requests do not mix up their answers."""
    for number in range(40):
        server.routes[f"/{number}"] = answer(200, str(number).encode())
    http = client(server)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: http.get(server.url(f"/{number}")).data, range(40)))
    assert answers == [str(number).encode() for number in range(40)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for good.example."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "good.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("good.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def test_the_certificate_is_checked_by_name_though_the_address_is_pinned(certificate: tuple[Path, Path]) -> None:
    """The name of the URL must be in the certificate and is what the server hears in SNI."""
    cert, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    names: list[str | None] = []
    context.sni_callback = lambda sock, name, ctx: names.append(name)  # type: ignore[assignment]
    trust = ssl.create_default_context(cafile=str(cert))
    with serve(context) as secure:
        secure.routes["/"] = answer(200, b"private")
        http = PublicHttp(
            user_agent="t", allow_hosts=("127.0.0.1",), tls=trust, resolve=lambda host, port: ["127.0.0.1"]
        )
        assert http.get(f"https://good.example:{secure.port}/").data == b"private"
        assert names == ["good.example"]
        with pytest.raises(FetchError, match="no secure connection"):
            http.get(f"https://evil.example:{secure.port}/")
        secure.routes["/down"] = redirect(302, f"http://good.example:{secure.port}/")
        with pytest.raises(FetchError, match="leaves the secure connection"):
            http.get(f"https://good.example:{secure.port}/down", headers={"Api-Key": "k"})


def test_endpoint_posts_to_its_one_origin(server: Loopback) -> None:
    """Body and headers arrive; a redirect comes back as it is and is not followed."""
    server.routes["/v1/x?y=1"] = answer(200, b"{}")
    server.routes["/away"] = redirect(307, "http://127.0.0.1:1/")
    endpoint = EndpointHttp(server.origin, timeout_s=5)
    assert endpoint.post("/v1/x?y=1", body=b"hello", headers={"Content-Type": "text/plain"}).data == b"{}"
    assert server.asked[0].body == b"hello" and server.asked[0].headers["content-type"] == "text/plain"
    assert endpoint.get("/away").status == 307


@pytest.mark.parametrize("path", ["x", "", "http://evil.example/", "/a b", "/\r\nX: y"])
def test_endpoint_refuses_paths_that_are_none(server: Loopback, path: str) -> None:
    """A path cannot smuggle another host or a header in."""
    with pytest.raises(FetchError):
        EndpointHttp(server.origin).get(path)
    assert server.asked == []


def test_split_endpoint_keeps_the_query() -> None:
    """A webhook's address is its origin and its path with query."""
    assert split_endpoint("https://hooks.example:8/a/b?c=d") == ("https://hooks.example:8", "/a/b?c=d")
