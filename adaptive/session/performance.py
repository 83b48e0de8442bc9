"""A performance plays one preset: engine, conductor and decision log, without a sink and without inputs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from adaptive.composer.registry import GENERATORS
from adaptive.composer.worker.ahead_host import PrefetchHost
from adaptive.composer.worker.source import BarWorkers
from adaptive.conductor.assets import prepare
from adaptive.conductor.beginning import AS_DECLARED, Beginning
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.edit import PreparedPreset
from adaptive.conductor.elastic import prepare_stretch
from adaptive.conductor.layers.recorded_bars import RecordedBar, repeating
from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.log import DecisionLog
from adaptive.conductor.messages import Message
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.prefetch import Prefetch, is_worth_it
from adaptive.conductor.saved_state import SavedMusic
from adaptive.engine import commands
from adaptive.engine.bank import Bank
from adaptive.engine.engine import SOURCE_TIMELINE, Engine
from adaptive.engine.rig_spec import RigSpec
from adaptive.engine.spec import CEILING_DB
from adaptive.inputs.control_message import MoveControl
from adaptive.inputs.note_message import PlayNote
from adaptive.instruments import kits, patches
from adaptive.instruments.sample_streams import USUAL_BYTES
from adaptive.kernel.layout import QUANTUM
from adaptive.preset import patch_library
from adaptive.preset.model import Preset, Vocabulary
from adaptive.session.edit_queue import EditQueue, Tell, tell_nobody
from adaptive.session.live_notes import LiveNotes


def vocabulary() -> Vocabulary:
    """Names of the generators, styles and instruments that a preset may use."""
    return Vocabulary(_Styles(), frozenset({*patches.PATCHES, *patch_library.names(), *kits.KITS}))


class _Styles(Mapping[str, frozenset[str]]):
    """The styles of each generator; asking for a generator of an installed package loads it."""

    def __getitem__(self, name: str) -> frozenset[str]:
        return frozenset(GENERATORS[name].known_styles)

    def __iter__(self) -> Iterator[str]:
        return iter(GENERATORS)

    def __len__(self) -> int:
        return len(GENERATORS)

    def __contains__(self, name: object) -> bool:
        return name in GENERATORS


class Performance:
    """Plays one preset.  It keeps no global state, so a process may have any number of performances.

    Whoever drives it alternates two calls: `engine.pull` renders frames, and `step` runs the conductor for
    each control step whose frames are rendered.

    Parameters
    ----------
    preset : Preset
        The preset to play.
    seed : int
        Seed of all random decisions.
    sample_rate : int
        Frames per second.
    channels : int
        Output channels of the engine.
    bank : Bank, optional
        Decoded audio that is shared with other engines.
    write_log : callable, optional
        Is given every line of the decision log as JSON text.
    before : Performance, optional
        The performance that this one replaces.
    recorded_bars : sequence of RecordedBar
        Of a recording that is repeated: the bars that came late, and those that are kept.
    rig : RigSpec, optional
        The speakers of the place; left out: usual ones, if the preset places anything.
    ceiling_db : float
        No sample of the output is louder.

    Raises
    ------
    PresetError
        A file cannot be used.

    Examples
    --------
    A second of *nightfall*, with a parameter that rises after half a second:

    >>> from adaptive.preset.load import load
    >>> performance = Performance(load("nightfall"), seed=1)
    >>> performance.begin()
    >>> performance.schedule_values([(24000, "intensity", 0.7)])
    >>> audio = []
    >>> while performance.frame < 48000:
    ...     audio.append(performance.engine.pull(256))
    ...     _ = performance.engine.drain_replies()
    ...     _ = performance.step()
    >>> audio[0].shape, len(audio)
    ((256, 2), 188)
    """

    def __init__(
        self,
        preset: Preset,
        seed: int = 0,
        sample_rate: int = 48000,
        channels: int = 2,
        bank: Bank | None = None,
        write_log: Callable[[str], None] | None = None,
        before: Performance | None = None,
        *,
        recorded_bars: Sequence[RecordedBar] = (),
        rig: RigSpec | None = None,
        ceiling_db: float = CEILING_DB,
    ) -> None:
        self.preset, self.seed = preset, seed
        self.workers = BarWorkers()
        source_of = repeating(self.workers.source_of, recorded_bars)
        memory_bytes = USUAL_BYTES if bank is None else bank.limit_bytes
        self.layout = lay_out(
            preset, sample_rate, channels, rig=rig, ceiling_db=ceiling_db, memory_bytes=memory_bytes
        )
        self.engine: Engine = Engine(self.layout.spec, bank, None if before is None else before.engine)
        self.log = DecisionLog(sample_rate, write_log)
        assets = prepare(preset, self.layout, self.engine, seed, source_of)
        self.conductor = Conductor(PlaybackState(preset, self.layout, assets, self.engine, self.log, seed))
        self.edit_queue = EditQueue(PreparedPreset(preset, self.layout, assets, self.layout.spec), source_of)
        self.live_notes = LiveNotes(self.engine)
        self.next_control_step = 0
        self.ahead_host: PrefetchHost | None = None
        self.prefetch: Prefetch | None = None

    def successor(self, preset: Preset, seed: int) -> Performance:
        """Make a performance that will replace this one; it has the same rate, channels and decoded audio."""
        spec = self.engine.spec
        made = Performance(
            preset, seed, spec.sample_rate, spec.channels, self.engine.bank, before=self,
            rig=spec.rig, ceiling_db=spec.ceiling_db,
        )  # fmt: skip
        if self.workers.is_live:
            made.go_live()
        return made

    def go_live(self) -> None:
        """Say that the music sounds while it is made: a generator may be late.  Before, it is waited for."""
        self.workers.go_live()
        self.engine.bank.streams.go_live(self.engine)
        self._prefetch()

    def _prefetch(self) -> None:
        """Let another process compose ahead, if the music is live and has many generated layers."""
        if self.prefetch is None and self.workers.is_live and is_worth_it(self.conductor):
            self.ahead_host = PrefetchHost()
            self.prefetch = Prefetch(self.ahead_host)

    def close(self) -> None:
        """End the processes of generators; it happens anyway once nobody refers to the performance."""
        self.workers.close()
        self.engine.bank.streams.leave(self.engine)
        if self.ahead_host is not None:
            self.ahead_host.close()

    @property
    def frame(self) -> int:
        """Number of the next frame to be rendered."""
        return self.engine.frame

    @property
    def is_elastic(self) -> bool:
        """Whether what is recorded can follow another tempo without being prepared for it first."""
        return self.engine.spec.is_elastic or not self.conductor.assets.stems

    def prepare_stretch(self) -> None:
        """Do what takes long before recordings can follow another tempo.  Thread: any."""
        prepare_stretch(self.conductor.assets, self.engine)

    def begin(self, saved: SavedMusic | None = None, beginning: Beginning = AS_DECLARED) -> None:
        """Start the music at its beginning, in the state that `beginning` sets, or where it was saved.

        Call it once, before the first frame is rendered.

        Raises
        ------
        InputError
            The saved music does not fit this preset.
        """
        self.conductor.begin(saved, beginning)
        self.engine.bank.streams.keep_up(self.engine, is_forced=True)
        for remark in self.remarks:
            self.conductor.playback.log_line("health", 0, remark, source="instrument")

    @property
    def remarks(self) -> list[str]:
        """Sentences about files of instruments that are not played as they are written."""
        specs = self.engine.spec.instruments
        found = (remark for spec in specs for remark in getattr(spec, "remarks", ()))
        return list(dict.fromkeys([*found, *self.engine.bank.choice.remarks]))

    def save(self) -> SavedMusic:
        """The present musical state, from which `begin` of another performance continues."""
        return self.conductor.save(self.preset.folder.name)

    def step(self, messages: Sequence[Message] = ()) -> bool:
        """Run the next control step if its frames are rendered, and return whether they are."""
        if self.next_control_step >= self.engine.control_steps:
            return False
        collects = gc.isenabled()
        gc.disable()  # a collection takes up to 2 ms, and may as well come after the step
        try:
            self._step(messages)
        finally:
            if collects:
                gc.enable()
        self.next_control_step += 1
        return True

    def _step(self, messages: Sequence[Message]) -> None:
        conductor = self.edit_queue.step(self.conductor, self.next_control_step)
        if conductor is not self.conductor:
            self.conductor = conductor
            self.preset, self.layout = conductor.playback.preset, conductor.playback.layout
            self._prefetch()
        self.conductor.step(self.next_control_step, messages)
        if self.prefetch is not None:
            self.prefetch.step(self.conductor)
        self.live_notes.report(self.next_control_step, self.conductor.playback)

    def prepare_edit(self, preset: Preset) -> PreparedPreset:
        """Make an edited preset ready while the music plays.  Any thread, but one call at a time.

        Raises
        ------
        PresetError
            A file cannot be used.
        NoSpareRowsError
            The edit needs more rows than the engine has to spare; another engine is necessary.
        """
        return self.edit_queue.prepare(preset, self.engine, self.seed, self.conductor)

    def edit(self, preset: Preset, tell: Tell | None = None) -> None:
        """Change to an edited preset at the next bar line.

        Until then nothing changes, and if this raises nothing changes at all.

        Parameters
        ----------
        preset : Preset
            The edited preset.
        tell : callable, optional
            Is told the outcome; see `adaptive.session.edit_queue.Tell`.

        Raises
        ------
        PresetError
            A file cannot be used.
        NoSpareRowsError
            The edit needs more rows than the engine has to spare; another engine is necessary.
        """
        self.edit_queue.ask(self.prepare_edit(preset), tell or tell_nobody)

    def undo(self, tell: Tell | None = None) -> bool:
        """Go back to the preset before the last edit, at the next bar line; False if there was none."""
        if self.edit_queue.previous is None:
            return False
        self.edit_queue.ask(self.edit_queue.previous, tell or tell_nobody)
        return True

    def schedule_notes(self, notes: Iterable[tuple[int, PlayNote | MoveControl]]) -> None:
        """Play live notes at given frames: (frame, note)."""
        for frame, note in notes:
            self.live_notes.play(note, self.conductor, at=frame)

    def play_now(self, note: PlayNote | MoveControl, owner: object = None) -> str:
        """Play a live note at the earliest frame of the control step that ran last, with what it decided.

        Returns
        -------
        str
            Why it does not sound; empty: it does.
        """
        return self.live_notes.play(note, self.conductor, owner, at=self.conductor.playback.earliest)

    def schedule_values(self, values: Iterable[tuple[int, str, float]]) -> None:
        """Set parameters at given frames: (frame, name, value), each rounded up to the next quantum."""
        rows = []
        for frame, name, value in values:
            index = self.layout.parameters[name]
            word = self.engine.parameter_word(value)
            at = -(-frame // QUANTUM) * QUANTUM
            rows.append(commands.set_parameter(at, index, SOURCE_TIMELINE, word))
        self.engine.post(rows)
