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
    replace: bool = False,
) -> Callable[[Generator], Generator]:
    """Register a function as a generator that presets name: ``generator = "my_pad"``.  It is a decorator.

    The function is given a `BarContext` and returns a `WrittenBar`.  It depends on the context alone, so that
    a bar that is written again comes out the same: chance comes from `context.rng`, and what it wants to
    remember it returns as `memory`.

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
    replace : bool
        Whether a generator that was registered before under this name is replaced, as in a notebook whose
        cell runs again.  Layers that play keep the one they have.

    Raises
    ------
    InputError
        The name is taken or malformed, or there are no styles.

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
        spec = registry.GeneratorSpec(name, function, tuple(styles), instrument, is_percussive)
        registry.register(spec, replace=replace)
        return function

    return register
