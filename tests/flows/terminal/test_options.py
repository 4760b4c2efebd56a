"""``hitlist`` on a Dask cluster of separate processes over TLS, and what may happen to it."""

import csv
import datetime
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.flows.conftest import Rows, Run, WriteLibrary

pytestmark = pytest.mark.slow
CUT = ("--partition-rows", "3")


class Authority:
    """A certificate authority in a folder, with one certificate for every process of a cluster."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.ca, self.cert, self.key = (folder / f"{name}.pem" for name in ("ca", "cert", "key"))
        root, node = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.ca.write_bytes(_certificate("authority", root, root))
        self.cert.write_bytes(_certificate("node", node, root))
        plain = serialization.NoEncryption()
        pkcs8 = serialization.PrivateFormat.PKCS8
        self.key.write_bytes(node.private_bytes(serialization.Encoding.PEM, pkcs8, plain))

    def options(self, first: str = "--tls-ca-file") -> list[str]:
        return [first, str(self.ca), "--tls-cert", str(self.cert), "--tls-key", str(self.key)]


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> bytes:
    names = {
        kind: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kind)])
        for kind in (name, "authority")
    }
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(names[name])
        .issuer_name(names["authority"])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.BasicConstraints(ca=key is signer, path_length=None), critical=True)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Cluster:
    """A scheduler and workers that this test started."""

    def __init__(self, authority: Authority, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.authority, self.folder = authority, folder
        self.address = f"tls://127.0.0.1:{port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        where = ["--host", "127.0.0.1", "--port", str(port), "--dashboard-address", "127.0.0.1:0"]
        self.scheduler = self._start("scheduler", *where)

    def add_worker(self, *options: str, threads: int = 1) -> subprocess.Popen[bytes]:
        where = ["--nthreads", str(threads), "--no-dashboard", "--local-directory", self.folder]
        return self._start("worker", self.address, *where, *options)

    @property
    def options(self) -> list[str]:
        return ["--scheduler", self.address, *self.authority.options("--tls-ca")]

    def stop(self) -> None:
        """Stop the workers first: one whose scheduler ends with it looks for it for seconds."""
        for some in (self.processes[1:], self.processes[:1]):
            for process in some:
                process.send_signal(signal.SIGTERM)
            for process in some:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _start(self, *words: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + str(words[0])]
        process = subprocess.Popen(
            [*command, *map(str, words[1:]), *self.authority.options()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@contextmanager
def running(authority: Authority, folder: Path, workers: int = 2) -> Iterator[Cluster]:
    cluster = Cluster(authority, folder)
    try:
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def cluster(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers, each with a nanny that starts it again."""
    with running(authority, tmp_path_factory.mktemp("workers")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, drugs: Rows, write_library: WriteLibrary
) -> Path:
    return write_library(tmp_path_factory.mktemp("library") / "library.csv", drugs)


@pytest.fixture
def local(run: Run, library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same screen on this machine, which every other one has to equal."""
    folder = tmp_path_factory.getbasetemp() / "local-run"
    if not (folder / "manifest.json").exists():
        answer = run("screen", "kinase", "--library", library, "--out", folder, "--workers", "1")
        assert answer.code == 0, answer.err
    return folder


def same(one: Path, other: Path) -> bool:
    names = ("hits.csv", "hits.sdf", "rejects.csv", "duplicates.csv")
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def when_some_are_scored(out: Path, act: Callable[[], None]) -> Thread:
    """Do something as soon as the ledger of a run has a few scored partitions."""

    def watch() -> None:
        ledger = out / "scores" / "ledger.jsonl"
        until = time.monotonic() + 240
        while time.monotonic() < until:
            if ledger.exists() and ledger.read_bytes().count(b"\n") > 3:
                act()
                return
            time.sleep(0.02)

    thread = Thread(target=watch)
    thread.start()
    return thread


def test_a_cluster_gives_the_bytes_of_this_machine(
    run: Run, cluster: Cluster, library: Path, local: Path, tmp_path: Path
) -> None:
    answer = run(
        "screen", "kinase", "--library", library, "--out", tmp_path, *CUT, *cluster.options
    )
    assert answer.code == 0, answer.err
    assert same(tmp_path, local)


def test_partitions_and_scores_may_be_in_a_store(
    run: Run, cluster: Cluster, library: Path, local: Path, tmp_path: Path
) -> None:
    """Apart from the cache and the run's folder, which workers elsewhere need not see then."""
    out, store = tmp_path / "run", tmp_path / "store"
    words = ("--store", f"file://{store}", *cluster.options)
    answer = run("screen", "kinase", "--library", library, "--out", out, *CUT, *words)
    assert answer.code == 0, answer.err
    assert same(out, local)
    assert not list(out.rglob("*.parquet"))
    for what in ("prepared", "scores"):
        assert len(list(store.glob(f"{what}/*/part-*.parquet"))) > 3
    table, other = tmp_path / "table.csv", tmp_path / "other.csv"
    predict = ("predict", library, "--bundle", "toxicity", "--out")
    assert run(*predict, table, *words).code == 0
    assert run(*predict, other, "--workers", "1").code == 0
    assert table.read_bytes() == other.read_bytes()
    assert list(store.glob("predictions/*")) == []  # scores of a prediction are kept by nobody


def test_killed_workers_cost_nothing_but_time(
    run: Run, cluster: Cluster, library: Path, local: Path, tmp_path: Path
) -> None:
    """Every worker at once, so that for a moment there is none; nannies start others."""
    killed = []

    def kill() -> None:
        for nanny in cluster.processes[1:]:
            for child in psutil.Process(nanny.pid).children(recursive=True):
                if "spawn_main" in " ".join(child.cmdline()):
                    child.kill()
                    killed.append(child.pid)

    watch = when_some_are_scored(tmp_path, kill)
    answer = run(
        "screen", "kinase", "--library", library, "--out", tmp_path, *CUT, *cluster.options
    )
    watch.join()
    assert len(killed) == 2
    assert answer.code == 0, answer.err
    assert same(tmp_path, local)


def test_a_lost_scheduler_ends_in_one_line_and_the_run_goes_on_later(
    run: Run,
    authority: Authority,
    library: Path,
    local: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    out = tmp_path / "run"
    words = ("screen", "kinase", "--library", library, "--out", out, *CUT)
    with running(authority, tmp_path) as first:
        watch = when_some_are_scored(out, lambda: first.scheduler.kill())
        started = time.monotonic()
        answer = run(*words, *first.options)
        watch.join()
    assert answer.code == 2
    assert answer.err.count("hitlist: ") == 1, answer.err
    assert "Traceback" not in answer.err + caplog.text
    assert f"the Dask scheduler at {first.address} was lost" in answer.err
    assert "finished work is kept: repeat the command with --out" in answer.err
    assert time.monotonic() - started < 240
    assert not (out / "hits.csv").exists()
    made = {path: path.stat().st_mtime_ns for path in (out / "scores").glob("part-*.parquet")}
    ledger = (out / "scores" / "ledger.jsonl").read_text()
    known = [path for path in made if path.name in ledger]
    assert len(known) >= 3
    answer = run(*words, "--workers", "1")  # here, because a cluster is not needed to go on
    assert answer.code == 0, answer.err
    assert same(out, local)
    assert all(path.stat().st_mtime_ns == made[path] for path in known)


def test_certificates_that_do_not_fit_are_told_in_one_line(
    run: Run, cluster: Cluster, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = Authority(tmp_path / "strange")
    ours = cluster.authority
    words = ("screen", "kinase", "--library", library, "--out", tmp_path / "run", "--scheduler")

    def said(address: str, *files: Path) -> str:
        options = zip(("--tls-ca", "--tls-cert", "--tls-key"), files, strict=False)
        answer = run(*words, address, *[word for pair in options for word in pair])
        assert answer.code == 2
        lines = [line for line in answer.said.splitlines() if line.startswith("hitlist: ")]
        assert answer.said.endswith(f"{lines[0]}\n")
        assert len(lines) == 1, answer.err
        assert not (tmp_path / "run" / "scores").exists()
        return answer.err

    tls, tcp = cluster.address, cluster.address.replace("tls", "tcp")
    assert "not from the authority in --tls-ca" in said(tls, strange.ca, ours.cert, ours.key)
    assert "refused our certificate" in said(tls, ours.ca, strange.cert, strange.key)
    assert "add --unencrypted" in said(tcp)
    monkeypatch.setenv("HITLIST_UNENCRYPTED", "1")
    assert "perhaps because it requires TLS" in said(tcp)
    assert "needs certificates" in said(tls)


def test_the_environment_may_name_the_certificates(
    run: Run, cluster: Cluster, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ca", "cert", "key"):
        monkeypatch.setenv(f"HITLIST_TLS_{name.upper()}", str(getattr(cluster.authority, name)))
    out = tmp_path / "predictions.csv"
    answer = run(
        "predict", library, "--bundle", "toxicity", "--out", out, "--scheduler", cluster.address
    )
    assert answer.code == 0, answer.err
    with out.open(newline="") as file, library.open(newline="") as given:
        assert len(list(csv.reader(file))) == len(list(csv.reader(given)))
