"""A rehearsal: an engine like another that has not begun, to be rendered first and heard by nobody."""

from __future__ import annotations

import numpy as np

from adaptive.engine.engine import Engine
from adaptive.kernel import layout as k

_FAR_FRAME = 2**62


def rehearsal_of(engine: Engine) -> Engine:
    """Return an engine with the sounds and the waiting commands of one that has not rendered a frame.

    It plays what the other will play, from memory of its own, so that rendering it changes nothing of the
    other.  Of the commands, those are left out that hold an address of a cell of the mixer, and it hears no
    input.  Nothing may be posted to the other engine meanwhile.

    Examples
    --------
    >>> from adaptive.engine.spec import EngineSpec
    >>> engine = Engine(EngineSpec())
    >>> rehearsal_of(engine).pull(128).shape, engine.frame
    ((128, 2), 0)
    """
    copy = Engine(engine.spec, engine.bank)
    copy.memory["sounds"][:] = engine.memory["sounds"]
    if engine.spec.is_elastic:
        copy.memory["stretch_plans"][:] = engine.memory["stretch_plans"]
    for name in ("head", "tail", "visible_commit"):
        copy.memory["rings"][name] = engine.memory["rings"][name]
    for rows, posted in zip(copy.memory.commands, engine.memory.commands, strict=True):
        rows[:] = posted
        # these withdraw nothing
        rows["frame"] = np.where(rows["operation"] == k.CELL_HOLD, _FAR_FRAME, rows["frame"])
        rows["tag"] = np.where(rows["operation"] == k.CELL_HOLD, 0, rows["tag"])
        rows["operation"] = np.where(rows["operation"] == k.CELL_HOLD, k.WITHDRAW, rows["operation"])
    return copy
