"""Where the bars of a layer come from: a generator that is asked ahead and may answer late, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.registry import GeneratorSpec
from adaptive.errors import one_line


@dataclass(frozen=True, slots=True)
class BarFailure:
    """A bar that a generator did not write, and why, as part of a sentence."""

    reason: str


Answer = WrittenBar | BarFailure


@dataclass(frozen=True, slots=True)
class BarRequest:
    """A bar that is asked for.

    Parameters
    ----------
    key : hashable
        Equal for two requests that have the same answer.
    context : BarContext
        What the generator is told.
    frame : int
        Earliest frame that can still be written: the time of the request.
    """

    key: Hashable
    context: BarContext
    frame: int


class BarSource(Protocol):
    """Gives the bars of one layer.  All methods are called from one thread, and none of them blocks long."""

    @property
    def is_immediate(self) -> bool:
        """Whether every bar is there when it is asked for."""

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        """Begin to compose a bar, unless that has been asked already; `is_ahead`: it may never be needed."""

    def take(self, request: BarRequest, *, may_wait: bool = False) -> Answer | None:
        """Return the bar; None: it is not there yet.

        `may_wait`: nothing sounds yet, so it may take seconds.
        """


class StepSource:
    """Composes bars within the conductor's step, when they are taken.

    Parameters
    ----------
    spec : GeneratorSpec
        The generator; it answers within about a millisecond.
    """

    def __init__(self, spec: GeneratorSpec) -> None:
        self.spec = spec

    @property
    def is_immediate(self) -> bool:
        """True."""
        return True

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        """Do nothing: the bar is composed when it is taken."""

    def take(self, request: BarRequest, *, may_wait: bool = False) -> Answer:
        """Compose the bar."""
        try:
            return self.spec.function(request.context)
        except Exception as error:
            return BarFailure(raised(self.spec.name, error))


SourceOf = Callable[[GeneratorSpec, str], BarSource]
"""Makes the source of a layer, from its generator and its name."""


def in_the_step(spec: GeneratorSpec, _layer: str) -> BarSource:
    """Make a source that composes in the conductor's step."""
    return StepSource(spec)


def raised(name: str, error: BaseException) -> str:
    """What a generator raised, and where, as part of a sentence."""
    if isinstance(error, MemoryError):
        return f"{name} needed more memory than it may have"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
        where = f" ({file}, line {trace.tb_lineno})"
    what = type(error).__name__
    try:
        text = str(error).strip().splitlines()[:1]
    except Exception:  # its own __str__ fails
        text = []
    said = f": {text[0][:160]}" if text else ""
    return one_line(f"{name} raised {what}{said}{where}")
