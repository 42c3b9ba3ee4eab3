"""Headroom for Python frameworks. The engine is the proxy: this package asks it over HTTP."""

from .config import HeadroomConfig, HeadroomMode

__all__ = ["HeadroomConfig", "HeadroomMode"]
