"""
A class for each pair of a wrapper and a model's class: Headroom's calls first, everything else the model's own. It
has the model class's name, by which Agno tells some models apart.
"""

from __future__ import annotations

from typing import Any

from agno.models.base import Model
from agno.models.utils import get_model

from .inside import Inside

_AUTHOR = "_headroom_author"
_classes: dict[tuple[type, type], type] = {}


def model_in(given: Any) -> Model:
    """A model, the name of one ("openai:gpt-4o"), or what is inside a wrapped one."""
    model = get_model(given) if isinstance(given, str) else given
    if not isinstance(model, Model):
        raise TypeError(
            f"HeadroomAgnoModel wraps an Agno model, such as OpenAIChat(id='gpt-4o'), not {type(given).__name__}"
        )
    return model._wrapped if is_woven(type(model)) else model  # type: ignore[attr-defined]


def woven(author: type, model: Model) -> type:
    pair = (author, type(model))
    if pair not in _classes:
        names = {_AUTHOR: author, "__slots__": (), "__module__": author.__module__, "__doc__": author.__doc__}
        _classes[pair] = type(author)(type(model).__name__, pair, names)
    return _classes[pair]


def is_woven(cls: type) -> bool:
    return hasattr(cls, _AUTHOR)


def author_of(cls: type) -> type:
    return getattr(cls, _AUTHOR)


def join(wrapper: Any, model: Model, inside: Inside) -> Any:
    """From here on they have their attributes in common: what Agno or the program sets on one, the other has."""
    object.__setattr__(wrapper, "__dict__", model.__dict__)
    object.__setattr__(wrapper, "_wrapped", model)
    object.__setattr__(wrapper, "_headroom", inside)
    return wrapper
