"""Another process composes ahead: what is decided and what sounds is the same, and steps compose less."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from adaptive.composer.bar_source import StepSource
from adaptive.composer.worker.ahead_child import made
from adaptive.composer.worker.ahead_host import Accept, PrefetchHost
from adaptive.composer.worker.ahead_orders import Order, OrderReader, OrderWriter, unpacked
from adaptive.conductor.messages import SetState
from adaptive.conductor.prefetch import Prefetch, is_worth_it
from adaptive.session.performance import Performance
from tests.helpers.presets import HEAD, RATE, Player, control_step_of, make_preset

BODY = """
[layers.drums]
generator = "drums"
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[layers.tune]
generator = "melody"
[sections.calm]
layers = ["drums", "bass", "pad"]
length_bars = 4
energy = 0.7
[sections.fight]
layers = ["drums", "pad", "tune"]
length_bars = 4
energy = 0.9
"""

SCRIPT = {
    control_step_of(3.1): [SetState("section", "fight")],
    control_step_of(7.3): [SetState("section", "calm")],
}


class HostHere(PrefetchHost):
    """Carries orders out in the test, as many a control step as a process would."""

    def __init__(self, a_step: int) -> None:
        self.a_step, self._orders = a_step, deque[tuple[Order, Accept]]()
        self._writer, self._reader = OrderWriter(), OrderReader()

    @property
    def is_over(self) -> bool:
        return False

    def ask(self, order: Order, accept: Accept, *, is_needed: bool) -> bool:
        if is_needed:
            self._orders.appendleft((order, accept))
        else:
            self._orders.append((order, accept))
        return True

    def fetch(self, most: int) -> int:
        for _ in range(min(self.a_step, len(self._orders))):
            order, accept = self._orders.popleft()
            (read,) = self._reader.decoded(self._writer.encoded([order]))
            reply = made(read)
            accept(reply.made, unpacked(reply.notes))
        return 0


def played(folder: Path, a_step: int) -> tuple[list[str], int, bytes]:
    """The log, the number of bars that steps composed, and the sound."""
    player = Player(make_preset(folder, BODY, HEAD.replace("240", "120")), seed=3)
    composed = []
    for layer in player.performance.conductor.assets.generated.values():
        source = layer.bars.source
        assert isinstance(source, StepSource)
        layer.bars.source = CountedSource(source, composed)
    if a_step:
        player.performance.prefetch = Prefetch(HostHere(a_step))
    sound = player.play(10 * RATE, SCRIPT).master.tobytes()
    return player.text, len(composed), sound


class CountedSource(StepSource):
    def __init__(self, source: StepSource, composed: list[object]) -> None:
        super().__init__(source.spec)
        self._composed = composed

    def take(self, request, *, may_wait=False):
        self._composed.append(request)
        return super().take(request, may_wait=may_wait)


def test_it_sounds_the_same_and_steps_compose_a_quarter(tmp_path: Path) -> None:
    log, alone, sound = played(tmp_path, 0)
    for a_step, share in ((2, 0.25), (1, 0.5)):
        same_log, composed, same_sound = played(tmp_path, a_step)
        assert same_log == log
        assert same_sound == sound
        assert composed < share * alone


def test_few_layers_need_no_process(tmp_path: Path) -> None:
    performance = Performance(make_preset(tmp_path, BODY))
    performance.go_live()
    assert not is_worth_it(performance.conductor)
    assert performance.ahead_host is None
    performance.close()
