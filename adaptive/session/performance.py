"""One preset being played: engine, conductor and log, without a sink and without inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from adaptive.composer.registry import GENERATORS
from adaptive.conductor.assets import prepare
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.edit import PreparedPreset
from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.log import DecisionLog
from adaptive.conductor.messages import Message
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.saved_state import SavedMusic
from adaptive.engine import commands
from adaptive.engine.bank import Bank
from adaptive.engine.engine import SOURCE_TIMELINE, Engine
from adaptive.instruments import kits, patches
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, QUANTUM
from adaptive.preset.model import Preset, Vocabulary
from adaptive.session.edit_queue import EditQueue, Tell, tell_nobody


def vocabulary() -> Vocabulary:
    """The generators, styles and instruments a preset may name."""
    return Vocabulary(
        {name: frozenset(spec.styles) for name, spec in GENERATORS.items()},
        frozenset(patches.PATCHES) | frozenset(kits.KITS),
    )


class Performance:
    """Plays one preset.  Nothing of it is global: any number live in one process.

    Parameters
    ----------
    preset : Preset
        What is played.
    seed : int
        Of all that is left to chance.
    sample_rate, channels : int
        Of the engine.
    bank : Bank, optional
        Shared audio.
    write_log : callable, optional
        Gets every line of the decision log as JSON text.
    before : Performance, optional
        What this one is to take over from.

    Examples
    --------
    ::

        performance = Performance(load("nightfall"), seed=1)
        performance.begin()
        while performance.frame < 48000 * 60:
            audio = performance.render_tick(values=[("intensity", 0.7)])
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
    ) -> None:
        self.preset, self.seed = preset, seed
        self.layout = lay_out(preset, sample_rate, channels)
        self.engine: Engine = Engine(self.layout.spec, bank, None if before is None else before.engine)
        self.log = DecisionLog(sample_rate, write_log)
        assets = prepare(preset, self.layout, self.engine, seed)
        self.conductor = Conductor(PlaybackState(preset, self.layout, assets, self.engine, self.log, seed))
        self.edit_queue = EditQueue(PreparedPreset(preset, self.layout, assets, self.layout.spec))
        self.next_control_step = 0

    def successor(self, preset: Preset, seed: int) -> Performance:
        """A performance that is to take over from this one: same card, same sounds in memory."""
        spec = self.engine.spec
        return Performance(preset, seed, spec.sample_rate, spec.channels, self.engine.bank, before=self)

    @property
    def frame(self) -> int:
        """First frame that is not rendered yet."""
        return self.engine.frame

    def begin(self, saved: SavedMusic | None = None) -> None:
        """Post the beginning, or go on where music was saved; call once before the first frame is rendered.

        Raises
        ------
        InputError
            What was saved does not fit this preset.
        """
        self.conductor.begin(saved)

    def save(self) -> SavedMusic:
        """The musical state of this moment: another performance, here or elsewhere, goes on from it."""
        return self.conductor.save(self.preset.folder.name)

    def step(self, messages: Sequence[Message] = ()) -> bool:
        """Step the next tick if its frames are rendered; False if they are not."""
        if self.next_control_step >= self.engine.control_steps:
            return False
        present = self.edit_queue.step(self.conductor, self.next_control_step)
        if present is not self.conductor:
            self.conductor = present
            self.preset, self.layout = present.playback.preset, present.playback.layout
        self.conductor.step(self.next_control_step, messages)
        self.next_control_step += 1
        return True

    def prepare_edit(self, preset: Preset) -> PreparedPreset:
        """Make an edited preset ready beside what plays.  Thread: a worker, or any; one at a time.

        Raises
        ------
        PresetError
            A file cannot be used.
        NoSpareRowsError
            More was added than the engine has room for: that needs another engine.
        """
        return self.edit_queue.prepare(preset, self.engine, self.seed, self.conductor)

    def edit(self, preset: Preset, tell: Tell | None = None) -> None:
        """Let what plays become what an edited preset says, at the next bar line.

        Nothing changes before that, and nothing at all if this raises.  `tell` hears how it ends.

        Raises
        ------
        PresetError
            A file cannot be used.
        NoSpareRowsError
            More was added than the engine has room for: that needs another engine.
        """
        self.edit_queue.ask(self.prepare_edit(preset), tell or tell_nobody)

    def undo(self, tell: Tell | None = None) -> bool:
        """Go back to the preset before the last edit, at the next bar line; False if there was none."""
        if self.edit_queue.before is None:
            return False
        self.edit_queue.ask(self.edit_queue.before, tell or tell_nobody)
        return True

    def schedule_values(self, values: Iterable[tuple[int, str, float]]) -> None:
        """Set parameters at frames of the timeline: (frame, name, value), as a trace does."""
        rows = []
        for frame, name, value in values:
            index = self.layout.parameters[name]
            word = self.engine.parameter_word(value)
            at = -(-frame // QUANTUM) * QUANTUM
            rows.append(commands.set_parameter(at, index, SOURCE_TIMELINE, word))
        self.engine.post(rows)


TICK = CONTROL_STEP_FRAMES
