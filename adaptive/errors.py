"""What can go wrong, as a tree.

::

    AdaptiveError                 (the base: catch this one)
    ├── InputError                the user's input is at fault        exit code 1
    │   ├── PresetError           a preset, with one fault a line
    │   ├── AudioFileError        a stem that cannot be read
    │   ├── TraceError            a trace or recording that cannot be read
    │   ├── ExpressionError       a `when` or `value` that cannot be parsed
    │   └── ProtocolError         bytes or messages from the network
    │       └── OscError          a malformed OSC packet
    ├── QueueFullError            a commit was refused whole; nothing changed
    └── MachineError              the machine is at fault             exit code 3
        └── DeviceError           no sound card, or it refuses

Every message is one sentence that a person who has never seen the project can act on.
"""

from __future__ import annotations


def one_line(text: str) -> str:
    """A text from outside as a sentence may quote it: what cannot be printed becomes a mark."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def quoted(text: str, most: int = 40) -> str:
    """A text from outside between backquotes, on one line and cut short."""
    return f"`{one_line(text[:most])}{'…' if len(text) > most else ''}`"


class AdaptiveError(Exception):
    """Base of everything this package raises on purpose."""

    exit_code = 1


class InputError(AdaptiveError):
    """The user's input is at fault."""


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
    faults : list of str
        One line each: ``key.path: what is wrong``.
    where : str
        The preset's file, as the user named it.
    """

    def __init__(self, faults: list[str], where: str = "") -> None:
        self.faults = list(faults)
        self.where = where
        super().__init__("\n".join(faults))


class QueueFullError(AdaptiveError):
    """A commit did not fit into the queue; it was refused whole and nothing changed."""


class MachineError(AdaptiveError):
    """The machine is at fault, not the user's input."""

    exit_code = 3


class DeviceError(MachineError):
    """A sound card is missing or refuses."""
