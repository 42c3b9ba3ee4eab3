"""Headroom for Agno: ``Agent(model=HeadroomAgnoModel(OpenAIChat(id="gpt-4o")))``."""

from ...config import HeadroomConfig, HeadroomMode
from .hooks import HeadroomPostHook, HeadroomPreHook, create_headroom_hooks
from .messages import optimize_messages
from .model import HeadroomAgnoModel
from .savings import OptimizationMetrics

__all__ = [
    "HeadroomAgnoModel",
    "HeadroomConfig",
    "HeadroomMode",
    "HeadroomPostHook",
    "HeadroomPreHook",
    "OptimizationMetrics",
    "create_headroom_hooks",
    "optimize_messages",
]
