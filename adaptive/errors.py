"""The exceptions of the package.

::

    AdaptiveError                 base class of all
    ├── InputError                the user's input is wrong           exit code 1
    │   ├── PresetError           a preset has faults, one on each line
    │   │   └── SiteError         a site file has faults, one on each line
    │   ├── AudioFileError        an audio file cannot be read
    │   ├── TraceError            a trace or recording cannot be read
    │   ├── ExpressionError       a `when` or `value` cannot be parsed
    │   ├── ProtocolError         bytes or a message from outside are malformed
    │   │   └── OscError          an OSC packet is malformed
    │   └── UnknownNameError      a preset has no such parameter, state or layer (also a KeyError)
    ├── CallbackError             a callback tried to wait for the music that it holds up
    ├── EndedError                the session has ended
    ├── QueueFullError            a commit did not fit; nothing changed
    └── MachineError              the machine is the cause            exit code 3
        └── DeviceError           a sound card is missing or refuses

Every message is one sentence that a user can act on without knowing the project.
"""

from __future__ import annotations

from collections.abc import Sequence


def one_line(text: str) -> str:
    """Return a text with every unprintable character, line ends included, replaced by U+FFFD."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def quoted(text: str, most: int = 40) -> str:
    """Return a text between backquotes, on one line and cut off after `most` characters.

    Examples
    --------
    >>> quoted("a b", most=1)
    '`a…`'
    """
    return f"`{one_line(text[:most])}{'…' if len(text) > most else ''}`"


def in_words(error: BaseException | None) -> str:
    """Return what went wrong as part of a sentence.

    An error that nobody expected is a fault of this program; its type is for the report.

    Examples
    --------
    >>> in_words(FileNotFoundError(2, "No such file", "a.wav"))
    'a.wav: No such file'
    >>> in_words(KeyError("x"))
    "a fault of this program, please report it (KeyError: 'x')"
    """
    if isinstance(error, AdaptiveError):
        return one_line(str(error).split("\n", 1)[0])
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if isinstance(error, OSError) and error.strerror:
        return one_line(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    return f"a fault of this program, please report it ({one_line(f'{type(error).__name__}: {error}')})"


class AdaptiveError(Exception):
    """Base class of all exceptions that this package raises on purpose."""

    exit_code = 1


class InputError(AdaptiveError):
    """The user's input is wrong."""


class AudioFileError(InputError):
    """An audio file cannot be read."""


class TraceError(InputError):
    """A trace or a recording cannot be read."""


class ExpressionError(InputError):
    """An expression of a preset cannot be parsed."""


class ProtocolError(InputError):
    """Bytes or a message from outside are malformed."""


class OscError(ProtocolError):
    """An OSC packet is malformed."""


class PresetError(InputError):
    """A preset has faults.

    Parameters
    ----------
    faults : sequence
        The faults: findings of `adaptive.preset.finding`, or sentences about the file as a whole.
    where : str
        The preset's file, as the user named it.

    Attributes
    ----------
    faults : list of str
        One line each: ``preset.toml:41 key.path: what is wrong``.
    findings : list
        The faults as they were given.
    """

    def __init__(self, faults: Sequence[object], where: str = "") -> None:
        self.findings = list(faults)
        self.faults = [str(fault) for fault in self.findings]
        self.where = where
        super().__init__("\n".join(self.faults))


class SiteError(PresetError):
    """A site file has faults; it is told like a preset."""


class UnknownNameError(InputError, KeyError):
    """A preset has nothing of that name."""

    __str__ = Exception.__str__  # a KeyError shows its message in quotes


class CallbackError(AdaptiveError):
    """A callback tried to wait for the music, which does not go on before the callback has returned."""


class EndedError(AdaptiveError):
    """The session has ended."""


class QueueFullError(AdaptiveError):
    """A commit did not fit into the queue; none of it was posted."""


class MachineError(AdaptiveError):
    """The machine is the cause, not the user's input."""

    exit_code = 3


class DeviceError(MachineError):
    """A sound card is missing or refuses."""
