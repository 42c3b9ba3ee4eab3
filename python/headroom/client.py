"""
A running Headroom, asked over HTTP. Nothing here raises: where there is no answer, there is none, and that is said
once. All of a process share one client for each address.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
from typing import Any
from urllib import error, request
from urllib.parse import urlsplit

from .config import HeadroomConfig
from .start import Line, start_proxy

log = logging.getLogger("headroom")

# A proxy on this machine says at once whether it is there.
LOOK_SECONDS = 3.0
# One that did not answer is left alone for a while, and longer each time: calls must not wait for it again and again.
REST_SECONDS = 5.0
MAX_REST_SECONDS = 300.0
# Above this an original is asked for in pieces.
MAX_ORIGINAL_CHARS = 40_000
# More lines than there are: as many as there is room for.
ALL_LINES = 10**9

PARTS = ("query", "lines", "rows", "path")
UNREACHABLE = "headroom: the originals cannot be reached now. Run the tool again to get its output."


class Headroom:
    """One address."""

    _known: dict[str, Headroom] = {}
    _known_lock = threading.Lock()

    @classmethod
    def at(cls, config: HeadroomConfig) -> Headroom:
        with cls._known_lock:
            key = config.base_url.rstrip("/")
            return cls._known.setdefault(key, cls(key))

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        host = (urlsplit(base_url).hostname or "").lower()
        self.is_local = host == "localhost" or host == "::1" or host.startswith("127.")
        # What stands in HTTP_PROXY is not for this machine.
        self._opener = request.build_opener(*([request.ProxyHandler({})] if self.is_local else []))
        self._lock = threading.Lock()
        self._profile: str | None = None
        self._rests_until = 0.0
        self._rest = REST_SECONDS
        self._refusal: str | None = None
        self._has_started = False
        self._has_warned = False
        self._line: Line | None = None

    def profile(self, config: HeadroomConfig) -> str | None:
        """Which one it works with; None where nobody answers. Starts a proxy where that is wanted, once."""
        with self._lock:
            if self._profile is not None or time.monotonic() < self._rests_until:
                return self._profile
            self._profile = self._look()
            if self._profile is None and config.starts and self.is_local and not self._has_started:
                self._has_started = True
                self._line = start_proxy(self.base_url, lambda: self._look() is not None)
                self._profile = self._look()
            elif self._profile is not None and self.is_local and self._line is None:
                self._line = Line.to(self.base_url)
            if self._profile is None:
                self._gone(f"does not let this program in ({self._refusal})" if self._refusal else "does not answer")
            else:
                self._rest = REST_SECONDS
            return self._profile

    def compress(self, body: dict[str, Any], config: HeadroomConfig) -> dict[str, Any] | None:
        """What the messages become, with the figures."""
        answer, _ = self._ask("/v1/compress", body, config.timeout)
        return answer if answer is not None and isinstance(answer.get("messages"), list) else None

    def retrieve(self, arguments: Any, config: HeadroomConfig) -> str:
        """What a call of the retrieval tool gets: the original or a part of it, or why there is none."""
        asked = _asked(arguments)
        answer, reason = self._ask("/v1/retrieve", asked, config.timeout)
        whole = (answer or {}).get("original_content")
        if isinstance(whole, str) and len(whole) > MAX_ORIGINAL_CHARS:
            answer, reason = self._ask("/v1/retrieve", {**asked, "limit": ALL_LINES}, config.timeout)
        text = (answer or {}).get("text", (answer or {}).get("original_content"))
        if isinstance(text, str):
            return text
        return f"headroom: {reason}" if reason else UNREACHABLE

    def _look(self) -> str | None:
        answer, self._refusal = self._send("GET", "/health", None, LOOK_SECONDS)
        said = (answer or {}).get("config")
        # Whatever else listens there is not Headroom.
        return said.get("profile") if isinstance(said, dict) and (answer or {}).get("status") == "healthy" else None

    def _ask(self, path: str, body: dict[str, Any], timeout: float) -> tuple[dict[str, Any] | None, str | None]:
        try:
            answer, reason = self._send("POST", path, body, timeout)
        except (TypeError, ValueError) as problem:
            log.debug("headroom: a request cannot be said in JSON: %s", problem)
            return None, None
        if answer is None and reason is None:
            with self._lock:
                self._gone("no longer answers")
        return answer, reason

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None, timeout: float
    ) -> tuple[dict[str, Any] | None, str | None]:
        """The answer, or why it was refused; neither where nobody is there."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        asked = request.Request(self.base_url + path, data=data, headers=_headers(), method=method)
        try:
            with self._opener.open(asked, timeout=timeout) as response:
                answer = json.load(response)
                return (answer, None) if isinstance(answer, dict) else (None, None)
        except error.HTTPError as refusal:
            return None, _reason(refusal)
        except (OSError, ValueError) as problem:
            # Ours, the proxy's or the network's: none of the model call's business.
            log.debug("headroom: %s %s: %s", method, path, type(problem).__name__)
            return None, None

    def _gone(self, what: str) -> None:
        self._profile = None
        # Calls that failed together are one failure.
        if time.monotonic() < self._rests_until:
            return
        self._rests_until = time.monotonic() + self._rest
        self._rest = min(self._rest * 2, MAX_REST_SECONDS)
        if not self._has_warned:
            self._has_warned = True
            log.warning("headroom: %s %s: model calls go on without it, as they are", self.base_url, what)


def _headers() -> dict[str, str]:
    headers = {"content-type": "application/json"}
    # A proxy that other machines can reach wants its token; a shared one keeps originals by credential.
    if token := os.environ.get("HEADROOM_TOKEN"):
        headers["x-headroom-token"] = token
    if key := os.environ.get("HEADROOM_API_KEY"):
        headers["authorization"] = f"Bearer {key}"
    return headers


def _reason(refusal: error.HTTPError) -> str:
    try:
        said = json.load(refusal).get("error", {}).get("message")
    except (OSError, ValueError, AttributeError):
        said = None
    return said if isinstance(said, str) else f"the proxy answered {refusal.code}"


def _asked(arguments: Any) -> dict[str, Any]:
    """As models write it: an object or its JSON, numbers for texts, a hash with words around it."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            arguments = {"hash": arguments}
    given = arguments if isinstance(arguments, dict) else {}
    found = re.search(r"[0-9a-f]{24}", str(given.get("hash", "")).lower())
    asked: dict[str, Any] = {"hash": found.group() if found else ""}
    for part in PARTS:
        if given.get(part) not in (None, ""):
            asked[part] = str(given[part])
    if isinstance(given.get("limit"), (int, float)):
        asked["limit"] = given["limit"]
    return asked
