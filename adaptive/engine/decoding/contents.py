"""What the readers of headers find out about a file before it is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.engine.decoding.view import View


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, as its structure says.

    Attributes
    ----------
    links : tuple of View
        What the decoder reads instead of the file, one after the other; empty: the file as it is.
    promised_frames : int
        The length that the header promises, where more is there; 0 if the decoder tells it, or nobody does.
    promised_share : float
        Promised bytes of audio for each byte that is there; above 1 the file is cut off.
    cut_off : str
        How one sees that the file is cut off, where no length was promised; empty if it is whole.
    is_end_there : bool
        Whether the file's last frame is there, so that what is missing is missing in the middle.
    slack_frames : int
        So much less than promised is no fault, because writers count differently.
    mask : int
        Positions of the channels, as bits of `adaptive.engine.decoding.fold`; 0 if the file says nothing.
    order : tuple of str
        Positions of the channels in the file's own order, where that is not the order of the bits.
    remarks : tuple of str
        What is unusual and does no harm.
    """

    links: tuple[View, ...] = ()
    promised_frames: int = 0
    promised_share: float = 1.0
    cut_off: str = ""
    is_end_there: bool = False
    slack_frames: int = 0
    mask: int = 0
    order: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
