"""`register_generator`: a function of the program writes the notes of layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adaptive.composer import registry
from adaptive.composer.context import Generator


def register_generator(
    name: str,
    *,
    styles: Sequence[str] = ("plain",),
    instrument: str = "pad_warm",
    is_percussive: bool = False,
    is_deterministic: bool = False,
    limit_s: float = registry.DEFAULT_LIMIT_S,
    memory_mb: int = registry.DEFAULT_MEMORY_MB,
    stand_in: str = "",
    replace: bool = False,
) -> Callable[[Generator], Generator]:
    """Register a function as a generator that presets name: ``generator = "my_pad"``.  It is a decorator.

    The function is given a `BarContext` and returns a `WrittenBar`.  It depends on the context alone, so that
    a bar that is written again comes out the same: chance comes from `context.rng`, and what it wants to
    remember it returns as `memory`.

    It runs beside the music, a bar ahead, and may be late: in a process of its own, or in a thread if no
    other process can import it (``__main__``, a notebook, a function within another).

    Parameters
    ----------
    name : str
        Name in presets: small letters, digits and ``_``; no built-in generator's name.
    styles : sequence of str
        Styles that a preset may name; the first is the default.
    instrument : str
        Instrument or drum kit if the preset names none.
    is_percussive : bool
        Whether its notes name pieces of a drum kit.
    is_deterministic : bool
        Whether the same context always gives the same bar.  Recordings keep the bars of those that do not
        say so.
    limit_s : float
        Seconds that a bar may take before it is given up, at most 600.
    memory_mb : int
        Megabytes that its process may take beyond what it has when it is loaded (Linux).
    stand_in : str
        A built-in generator that writes the bars that this one owes; empty: its last bar is continued.
    replace : bool
        Whether a generator that was registered before under this name is replaced, as in a notebook whose
        cell runs again.  Layers that play keep the one they have.

    Raises
    ------
    InputError
        The name is taken or malformed, there are no styles, or a limit or the stand-in cannot be.

    Examples
    --------
    >>> import adaptive
    >>> @adaptive.register_generator("silence", replace=True)
    ... def silence(context):
    ...     return adaptive.WrittenBar(notes=())
    >>> adaptive.register_generator("pad")(silence)
    Traceback (most recent call last):
    adaptive.errors.InputError: 'pad' is a built-in generator; choose another name
    """

    def register(function: Generator) -> Generator:
        spec = registry.GeneratorSpec(
            name,
            function,
            tuple(styles),
            instrument,
            is_percussive,
            is_deterministic=is_deterministic,
            limit_s=limit_s,
            memory_mb=memory_mb,
            stand_in=stand_in,
        )
        registry.register(spec, replace=replace)
        return function

    return register
