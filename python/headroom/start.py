"""
Starts a proxy where none runs, and holds a line to it: it ends with the last program that holds one, however that
ends. A line is a connection; whoever knows the secret in the proxy's entry (HEADROOM_HOME/run, its owner's alone) may
hold one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import shlex
import shutil
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

log = logging.getLogger("headroom")

START_SECONDS = 15.0
STEP_SECONDS = 0.05
ANSWER_SECONDS = 1.5


class Line:
    """Held as long as this object, and with it the process, lives."""

    def __init__(self, held: socket.socket) -> None:
        self._held = held

    @classmethod
    def to(cls, base_url: str) -> Line | None:
        """To the proxy at this address; None where it keeps no entry here."""
        port = _port(base_url)
        for path in sorted(_home().glob("run/proxy-*.json")):
            try:
                entry = json.loads(path.read_text())
                held, particulars = _call(entry)
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if _is_proxy_at(port, entry, particulars):
                return cls(held)
            held.close()
        return None


def start_proxy(base_url: str, answers: Callable[[], bool]) -> Line | None:
    """Waits until it answers, for a bounded while. Never raises."""
    command = _command()
    if command is None:
        return None
    host = urlsplit(base_url).hostname or "127.0.0.1"
    words = [*command, "proxy", "--for-sessions", "--host", host, "--port", str(_port(base_url))]
    try:
        child = _spawn(words)
    except OSError as problem:
        log.warning("headroom: %s could not be started: %s", command[0], problem.strerror or type(problem).__name__)
        return None
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if answers():
            return Line.to(base_url)
        if child.poll() is not None:
            # Another program may have been faster, and has the port.
            return Line.to(base_url)
        time.sleep(STEP_SECONDS)
    child.terminate()
    return None


def _command() -> list[str] | None:
    """HEADROOM_COMMAND (empty: nothing), `headroom` on the PATH, or what `npx headroom` finds here; never a download."""
    if (said := os.environ.get("HEADROOM_COMMAND")) is not None:
        return shlex.split(said, posix=os.name != "nt") or None
    if found := shutil.which("headroom"):
        return [found]
    here = Path.cwd()
    for folder in (here, *here.parents):
        if found := shutil.which("headroom", path=str(folder / "node_modules" / ".bin")):
            return [found]
    return None


def _spawn(words: list[str]) -> subprocess.Popen[bytes]:
    folder = _home() / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / "proxy.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    environment = {"HEADROOM_LOG_LEVEL": "warn", **os.environ}
    try:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=handle,
            env=environment,
            # Ctrl-C in this terminal is not for it.
            start_new_session=True,
        )
    finally:
        os.close(handle)


def _call(entry: dict[str, Any]) -> tuple[socket.socket, Any]:
    held = socket.create_connection(("127.0.0.1", entry["port"]), ANSWER_SECONDS)
    try:
        hello = {"proof": _proof(entry["secret"], "session"), "wish": "stay", "agent": "agno", "pid": os.getpid()}
        held.sendall(json.dumps(hello).encode() + b"\n")
        said = b""
        while not said.endswith(b"\n") and (piece := held.recv(65_536)):
            said += piece
        return held, json.loads(said)
    except BaseException:
        held.close()
        raise


def _is_proxy_at(port: int, entry: dict[str, Any], particulars: Any) -> bool:
    try:
        is_proven = hmac.compare_digest(particulars["proof"], _proof(entry["secret"], "proxy"))
        return is_proven and _port(particulars["url"]) == port
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _proof(secret: str, side: str) -> str:
    digest = hmac.new(secret.encode(), side.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _home() -> Path:
    return Path(os.environ.get("HEADROOM_HOME") or "~/.headroom").expanduser()


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
