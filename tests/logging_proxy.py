"""A web proxy on loopback that notes every host it is asked for, and leads to loopback alone."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost"}


@dataclass
class Proxy:
    """A proxy that runs, and what it was asked for."""

    port: int
    hosts: list[str] = field(default_factory=list)
    """Host of each request, in their order."""


@contextmanager
def logging_proxy() -> Iterator[Proxy]:
    """Run the proxy in threads of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(listener.getsockname()[1])
        Thread(target=_accept, args=(listener, proxy), daemon=True).start()
        yield proxy
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, proxy: Proxy) -> None:
    while True:
        try:
            browser, _ = listener.accept()
        except OSError:
            return
        Thread(target=_serve, args=(browser, proxy), daemon=True).start()


def _serve(browser: socket.socket, proxy: Proxy) -> None:
    """Pass on one request, without keep-alive, or one tunnel."""
    with browser, suppress(OSError, ValueError):
        asked = b""
        while b"\r\n\r\n" not in asked:
            if not (more := browser.recv(65536)):
                return
            asked += more
        head, _, body = asked.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        verb, target, version = first.split(" ")
        place = urlsplit(f"//{target}" if verb == "CONNECT" else target)
        host = place.hostname or ""
        proxy.hosts.append(host)
        if host not in LOOPBACK:
            browser.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", place.port or 80)) as server:
            if verb == "CONNECT":
                browser.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                path = target.partition(place.netloc)[2] or "/"
                kept = [line for line in lines if not line.lower().startswith("proxy-connection")]
                if not any(line.lower().startswith("upgrade:") for line in kept):
                    kept = [line for line in kept if not line.lower().startswith("connection:")]
                    kept.append("Connection: close")
                told = "\r\n".join([f"{verb} {path} {version}", *kept, "", ""])
                server.sendall(told.encode("latin-1") + body)
            back = Thread(target=_copy, args=(server, browser), daemon=True)
            back.start()
            _copy(browser, server)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
