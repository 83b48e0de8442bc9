"""What a live session is started with, and what it tells of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from adaptive.conductor.beginning import AS_DECLARED, Beginning
from adaptive.conductor.saved_state import SavedMusic
from adaptive.inputs.trust import EVERYBODY, Trust
from adaptive.session.place import Layout
from adaptive.site.addresses import EVERYWHERE, Networks
from adaptive.site.load import Site


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Options of a session.

    Parameters
    ----------
    osc, http, tcp, oscquery : (str, int) or None
        Host and port of each server; with port 0 the system chooses one; None: no such server.
    allow_origins : frozenset of str
        Origins of other web pages that may connect.
    seconds : float, optional
        Length of the music after which the session ends.
    record : Path, optional
        Folder for a recording.
    state : Path, optional
        File in which the musical state is kept.
    saved : SavedMusic, optional
        State to continue from.
    beginning : Beginning
        The state to begin in, if no saved one is continued.
    is_watching : bool
        Whether the preset is reloaded when its files change.
    is_osc_plain : bool
        Whether Python reads all OSC, instead of the OSC receiver's thread.
    input_device : str, optional
        Part of the name of the card that layers with an `input` record from; None: the system's default.
    block_size : int
        Frames a block, of the output and of that input.
    may_run_code : bool
        Whether code that a preset brings may run.
    may_jump : bool
        Whether `jump` is accepted.
    midi : tuple of str
        Names of MIDI ports, or parts of them, beside those that the preset names.
    midi_out : tuple of str
        Names of MIDI ports to which generated layers and the clock are sent.
    record_bytes : int
        Bytes at which master and inputs of a recording end, and its trace with the log.
    log : Path, optional
        Folder for a decision log that is bounded.
    trust : Trust
        What clients have to know.
    site : Site, optional
        The place where it plays: speakers, and what lies behind the sound card.
    layout : str
        ``speakers``, or ``binaural`` for headphones.
    """

    osc: tuple[str, int] | None = ("127.0.0.1", 9000)
    http: tuple[str, int] | None = ("127.0.0.1", 8080)
    tcp: tuple[str, int] | None = ("127.0.0.1", 9001)
    oscquery: tuple[str, int] | None = None
    allow_origins: frozenset[str] = frozenset()
    seconds: float | None = None
    record: Path | None = None
    state: Path | None = None
    saved: SavedMusic | None = None
    beginning: Beginning = AS_DECLARED
    is_watching: bool = False
    is_osc_plain: bool = False
    input_device: str | None = None
    block_size: int = 128
    may_run_code: bool = False
    may_jump: bool = False
    midi: tuple[str, ...] = ()
    midi_out: tuple[str, ...] = ()
    log: Path | None = None
    record_bytes: int = 4_000_000_000
    trust: Trust = EVERYBODY
    site: Site | None = None
    layout: Layout = "speakers"

    @property
    def osc_allowed(self) -> Networks:
        """Networks from which OSC is accepted."""
        return EVERYWHERE if self.site is None else Networks(self.site.file.osc.allow)


@dataclass(slots=True)
class LiveStatus:
    """What a session tells of itself.

    Attributes
    ----------
    ports : dict of str to int
        Name of an input to the port it listens at.
    dropped : int
        Messages that were dropped.
    """

    ports: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
