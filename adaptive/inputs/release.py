"""The release of a button: a controller sends 1 when a button is pressed, and 0 when it is let go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def is_release(arguments: Sequence[Any]) -> bool:
    """Whether a button was let go: the first argument of its OSC message is the number 0, or ``F``.

    A message without arguments is a press, and so is one whose first argument is a text or another number.
    """
    first = arguments[0] if arguments else None
    return isinstance(first, bool | int | float) and first == 0
