"""A real nginx and a real Apache with the samples of `mailer kit`, on loopback.

Of a sample, only ports, certificates and the folder of logs are replaced.
"""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tools.peers.postgres import free_port
from tools.waiting import until

NGINX = """daemon off;
pid {place}/pid;
error_log {place}/start.log;
events {{}}
http {{
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxied;
    fastcgi_temp_path {place}/f;
    uwsgi_temp_path {place}/u;
    scgi_temp_path {place}/s;
    access_log {place}/other.log;
    include {place}/sample.conf;
}}
"""
APACHE = """ServerRoot {place}
ServerName localhost
PidFile {place}/pid
DefaultRuntimeDir {place}
ErrorLog {place}/start.log
Listen 127.0.0.1:{plain}
Listen 127.0.0.1:{tls}
{modules}
Include {place}/sample.conf
"""
MODULES = "mpm_event authz_core alias headers ssl socache_shmcb proxy proxy_http"
FOLDER = "/usr/lib/apache2/modules"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A running web server: its ports, its authority, and what it logs."""

    plain: int
    tls: int
    authority: Path
    place: Path

    def logged(self) -> str:
        """Return everything that it has logged."""
        return "".join(path.read_text() for path in self.place.glob("*.log"))


def _replaced(sample: str, place: Path, *, plain: int, tls: int) -> str:
    """Return a sample with other ports, certificates and logs."""
    sample = re.sub(r"(?m)^\s*listen \[::\].*\n", "", sample)
    sample = re.sub(r"listen 80\b", f"listen 127.0.0.1:{plain}", sample)
    sample = re.sub(r"listen \d+ ssl", f"listen 127.0.0.1:{tls} ssl", sample)
    sample = re.sub(r"\*:80\b", f"*:{plain}", sample)
    sample = re.sub(rf"\*:(?!{plain}\b)\d+", f"*:{tls}", sample)
    sample = re.sub(r"/etc/letsencrypt/live/[^/]+", str(place), sample)
    return sample.replace("/var/log/nginx", str(place))


def _nginx(place: Path, _proxy: Mapping[str, int]) -> list[str]:
    (place / "main.conf").write_text(NGINX.format(place=place))
    return ["/usr/sbin/nginx", "-e", f"{place}/start.log", "-c", f"{place}/main.conf"]


def _apache(place: Path, ports: Mapping[str, int]) -> list[str]:
    modules = "\n".join(
        f"LoadModule {name}_module {FOLDER}/mod_{name}.so" for name in MODULES.split()
    )
    text = APACHE.format(place=place, modules=modules, **ports)
    (place / "main.conf").write_text(text)
    return ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", f"{place}/main.conf"]


SERVERS: Mapping[str, Callable[[Path, Mapping[str, int]], list[str]]] = {
    "nginx": _nginx,
    "apache": _apache,
}


@contextmanager
def running(server: str, sample: str, host: str) -> Iterator[Proxy]:
    """Run a server with a sample for a host until the block ends."""
    authority = trustme.CA()
    ports = {"plain": free_port(), "tls": free_port()}
    with tempfile.TemporaryDirectory(prefix="liaison-proxy-") as name:
        place = Path(name)
        place.chmod(0o755)  # its workers are another user
        issued = authority.issue_cert(host)
        issued.private_key_pem.write_to_path(str(place / "privkey.pem"))
        for each in issued.cert_chain_pems:
            each.write_to_path(str(place / "fullchain.pem"), append=True)
        authority.cert_pem.write_to_path(str(place / "authority.pem"))
        (place / "sample.conf").write_text(_replaced(sample, place, **ports))
        process = subprocess.Popen(
            SERVERS[server](place, ports),
            env={"APACHE_LOG_DIR": str(place)},
            stderr=subprocess.PIPE,
        )
        proxy = Proxy(**ports, authority=place / "authority.pem", place=place)
        try:
            until(
                lambda: process.poll() is not None or (place / "pid").exists(),
                f"{server} has not started",
            )
            assert process.poll() is None, process.stderr and process.stderr.read()
            yield proxy
        finally:
            process.terminate()
            process.communicate(timeout=30)
