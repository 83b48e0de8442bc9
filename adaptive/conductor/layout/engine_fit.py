"""Whether the engine that plays can become that of an edited preset, in what is not rows."""

from __future__ import annotations

from adaptive.conductor.layout.row_allocator import NoSpareRowsError
from adaptive.engine.latency import is_same_for
from adaptive.engine.spare_rows import kept_rows, merged, sends_left
from adaptive.engine.spec import EngineSpec


def require_fit(running: EngineSpec, wanted: EngineSpec) -> None:
    """Require that sends have rows, and that what plays on is as late as before.

    Raises
    ------
    NoSpareRowsError
        Says what does not fit.
    """
    if sends_left(running, wanted) < 0:
        message = "the engine that plays has no room for so many more sends"
        raise NoSpareRowsError(message)
    if not is_same_for(running, merged(running, wanted), kept_rows("bus", running, wanted)):
        message = "the latency of the mixer was changed, which is fixed while an engine plays"
        raise NoSpareRowsError(message)
