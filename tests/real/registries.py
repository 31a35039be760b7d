"""Registries that nobody here wrote, on free ports: what sources are held against."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.effects.files import exclusive
from bot.effects.uv import binary
from tests.real.github_world import served

SIMPLE = "simple-repository-server==0.10.0"  # PEP 691 and 700 over a folder of wheels
DUMB = "dumb-pypi==1.15.0"  # pages of links, and a page of JSON for each project
NPM = {
    "private": True,
    "dependencies": {"verdaccio": "6.2.1"},
    "overrides": {"node-fetch": "2.7.0"},
}
NOX = Path(__file__).parents[2] / ".nox"
PATIENCE = 20.0  # seconds for a log that is behind
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def tool(name: str) -> str:
    """Return where a program is; the test is skipped by its name without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def simple(folder: Path, log: Path) -> Iterator[str]:
    """Serve a folder of folders of wheels; yields the address of the index."""
    command = [binary(), "tool", "run", "--from", SIMPLE, "simple-repository-server"]
    more = ["--host", "127.0.0.1", str(folder)]
    with served(lambda port: [*command, "--port", str(port), *more], "Uvicorn running", log) as at:
        yield f"http://127.0.0.1:{at}/simple"


def dumb(files: Sequence[Mapping[str, Any]], into: Path) -> None:
    """Write the pages of an index of links that has these files."""
    listed = into.with_suffix(".json")
    listed.write_text("".join(f"{json.dumps(one)}\n" for one in files))
    command = [binary(), "tool", "run", "--from", DUMB, "dumb-pypi"]
    command += ["--package-list-json", str(listed), "--output-dir", str(into)]
    subprocess.run([*command, "--packages-url", "../../pool"], check=True, timeout=120)


@dataclass(frozen=True)
class Site:
    """A site of nginx, and the log that it writes: a status, bytes and a path a line."""

    url: str
    log: Path

    def said(self, least: int = 0) -> list[tuple[int, int, str]]:
        """Return what it said, once that is so much: it writes it down after it has said it."""
        end = time.monotonic() + PATIENCE
        while len(lines := self.log.read_text().splitlines()) < least and time.monotonic() < end:
            time.sleep(0.02)
        rows = [line.split(" ", 2) for line in lines]
        return [(int(status), int(sent), path) for status, sent, path in rows]


@contextmanager
def nginx(site: Path, folder: Path, secret: tuple[str, str] | None = None) -> Iterator[Site]:
    """Serve the files of `site`, to those who know the secret where there is one."""
    program, log = tool("nginx"), folder / "access.log"
    guarded = ""
    if secret:
        digest = base64.b64encode(hashlib.sha1(secret[1].encode()).digest()).decode()  # noqa: S324 - htpasswd's
        (folder / "htpasswd").write_text(f"{secret[0]}:{{SHA}}{digest}\n")
        guarded = f'auth_basic "here"; auth_basic_user_file {folder}/htpasswd;'

    def command(port: int) -> list[str]:
        places = "".join(
            f"{name}_temp_path {folder}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        conf = folder / "nginx.conf"
        conf.write_text(
            f"user {getuser()}; daemon off; pid {folder}/pid; error_log stderr notice; events {{}}"
            f"http {{ log_format said '$status $bytes_sent $uri'; access_log {log} said; {places}"
            f"log_format shown '$uri $http_authorization'; access_log {folder}/shown.log shown;"
            f"default_type application/octet-stream; server {{ listen 127.0.0.1:{port};"
            f"root {site}; index index.html; {guarded} }} }}"
        )
        return [program, "-p", str(folder), "-c", str(conf)]

    with served(command, "start worker process", folder / "nginx.log") as port:
        yield Site(url=f"http://127.0.0.1:{port}", log=log)


def fetched(name: str, wanted: Mapping[str, Any]) -> Path:
    """Return the folder of these npm packages, each of exactly its version, fetched once."""
    npm, home = tool("npm"), NOX / name
    with exclusive(NOX / f"{name}.lock"):
        done, file = home / "node_modules" / ".whole", home / "package.json"
        if not done.exists() or json.loads(file.read_text()) != wanted:
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            file.write_text(json.dumps(wanted))
            flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
            subprocess.run([npm, "install", *flags], cwd=home, check=True, timeout=500)
            done.touch()
    return home / "node_modules"


@contextmanager
def verdaccio(folder: Path) -> Iterator[str]:
    """Run a registry of npm in which anyone may publish; yields its address."""
    conf = folder / "verdaccio.yaml"
    program = str((fetched("verdaccio", NPM) / ".bin" / "verdaccio").resolve())
    anyone = "{access: $all, publish: $anonymous, unpublish: $anonymous}"
    conf.write_text(
        f"storage: {folder}/storage\nauth: {{htpasswd: {{file: {folder}/users}}}}\nuplinks: {{}}\n"
        f"packages: {{'@*/*': {anyone}, '**': {anyone}}}\nlog: {{type: stdout, level: http}}\n"
    )
    command = [tool("node"), program, "--config", str(conf), "--listen"]
    log = folder / "verdaccio.log"
    with served(lambda port: [*command, f"127.0.0.1:{port}"], "http address", log) as port:
        yield f"http://127.0.0.1:{port}"


def publish(registry: str, name: str, version: str, tag: str = "latest", **more: Any) -> None:  # noqa: ANN401 - any JSON
    """Publish a version of a package as `npm publish` does."""
    archive = f"{name} {version}".encode()
    integrity = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    file = f"{name.rpartition('/')[2]}-{version}.tgz"
    dist = {
        "integrity": f"sha512-{integrity}",
        "shasum": hashlib.sha1(archive).hexdigest(),  # noqa: S324 - npm's
        "tarball": f"{registry}/{name}/-/{file}",
    }
    body = {
        "_id": name,
        "name": name,
        "dist-tags": {tag: version},
        "versions": {version: {"name": name, "version": version, "dist": dist, **more}},
        "_attachments": {
            file: {
                "content_type": "application/octet-stream",
                "data": base64.b64encode(archive).decode(),
                "length": len(archive),
            }
        },
    }
    told = requests.put(f"{registry}/{name.replace('/', '%2f')}", json=body, timeout=30)
    assert told.ok, told.text


@contextmanager
def images(folder: Path, secret: str = "") -> Iterator[str]:
    """Run a registry of images; `secret` is the line of an htpasswd file. Yields `HOST:PORT`."""
    program, conf = tool("docker-registry"), folder / "registry.yml"
    users = folder / "registry-users"
    users.write_text(secret)
    guarded = f"auth: {{htpasswd: {{realm: here, path: {users}}}}}\n" if secret else ""

    def command(port: int) -> list[str]:
        conf.write_text(
            f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}/images}}, "
            f"delete: {{enabled: true}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n{guarded}"
        )
        return [program, "serve", str(conf)]

    with served(command, "listening on", folder / "registry.log") as port:
        yield f"127.0.0.1:{port}"


def push(registry: str, name: str, content: str, *tags: str) -> str:
    """Push an image without layers under `tags`; returns the digest of its manifest."""
    told = {"architecture": "amd64", "os": "linux", "config": {"Labels": {"is": content}}}
    config = json.dumps({**told, "rootfs": {"type": "layers", "diff_ids": []}}).encode()
    digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    begun = requests.post(f"http://{registry}/v2/{name}/blobs/uploads/", timeout=30)
    place = begun.headers["Location"]
    requests.put(place, params={"digest": digest}, data=config, timeout=30).raise_for_status()
    about = {"mediaType": CONFIG, "digest": digest, "size": len(config)}
    manifest = json.dumps(
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": about, "layers": []}
    ).encode()
    for tag in tags:
        put = requests.put(
            f"http://{registry}/v2/{name}/manifests/{tag}",
            data=manifest,
            headers={"Content-Type": MANIFEST},
            timeout=30,
        )
        put.raise_for_status()
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"
