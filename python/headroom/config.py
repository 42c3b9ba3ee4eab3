"""Where Headroom is, and what it may do: arguments before environment before defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

DEFAULT_BASE_URL = "http://127.0.0.1:8787"


class HeadroomMode(str, Enum):
    """OPTIMIZE shortens; AUDIT and SIMULATE only measure what that would save."""

    AUDIT = "audit"
    OPTIMIZE = "optimize"
    SIMULATE = "simulate"


def _base_url() -> str:
    return os.environ.get("HEADROOM_BASE_URL") or DEFAULT_BASE_URL


@dataclass(frozen=True)
class HeadroomConfig:
    """``starts``: whether a proxy may be started where none answers (on this machine only)."""

    base_url: str = field(default_factory=_base_url)
    default_mode: HeadroomMode | str = HeadroomMode.OPTIMIZE
    starts: bool = True
    timeout: float = 10.0

    @property
    def only_measures(self) -> bool:
        return HeadroomMode(self.default_mode) is not HeadroomMode.OPTIMIZE


def config_from(given: Any, mode: Any = None) -> HeadroomConfig:
    """A config of ours, a mapping, or an object of the published package: what it says of the mode is taken over."""
    said = given if isinstance(given, dict) else _said_by(given)
    if mode is not None:
        said = {**said, "default_mode": mode}
    if "default_mode" in said:
        name = getattr(said["default_mode"], "value", said["default_mode"])
        said = {**said, "default_mode": HeadroomMode(str(name).lower())}
    return HeadroomConfig(**said)


def _said_by(given: Any) -> dict[str, Any]:
    names = HeadroomConfig.__dataclass_fields__
    return {name: getattr(given, name) for name in names if given is not None and hasattr(given, name)}
