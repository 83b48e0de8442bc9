"""Bars of many generated layers are spread over the steps that are left for them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.messages import SetState
from adaptive.conductor.prefetch import Prefetch
from adaptive.conductor.write_ahead import MOST_AT_ONCE
from adaptive.preset.schema import TransitionTable
from adaptive.preset.timing import FEW_LAYERS, LAYER_S, first_bars_s
from tests.helpers.presets import HEAD, RATE, Player, control_step_of, make_preset
from tests.unit.conductor.test_prefetch import HostHere

KINDS = ("drums", "bass", "pad", "arpeggio")
LAYERS = 4 + FEW_LAYERS

BODY = "".join(f'[layers.l{n}]\ngenerator = "{KINDS[n % 4]}"\n' for n in range(LAYERS))
BODY += "".join(
    f"[sections.{name}]\nlayers = {[f'l{n}' for n in range(LAYERS)]}\nlength_bars = 4\nenergy = {energy}\n"
    for name, energy in (("calm", 0.6), ("fight", 0.9))
).replace("'", '"')
BODY += "".join(
    f'[[transitions]]\nfrom = "{a}"\nto = "{b}"\nexit_at = "beat"\n'
    for a, b in (("calm", "fight"), ("fight", "calm"))
)

SCRIPT = {
    control_step_of(1.05): [SetState("section", "fight")],
    control_step_of(1.3): [SetState("section", "calm")],
    control_step_of(2.2): [SetState("section", "fight")],
}


def played(folder: Path, monkeypatch, *, with_process: bool) -> tuple[str, bytes, Counter[int]]:
    """The log, the sound, and the bars that are posted in each control step."""
    posted: Counter[int] = Counter()
    post = GeneratedLayer._post_bar
    player = Player(make_preset(folder, BODY, HEAD.replace("240", "120")), seed=3)
    playback = player.performance.conductor.playback

    def counted(layer, *arguments):
        posted[playback.now] += 1
        return post(layer, *arguments)

    monkeypatch.setattr(GeneratedLayer, "_post_bar", counted)
    if with_process:
        player.performance.prefetch = Prefetch(HostHere(2))
    sound = player.play(4 * RATE, SCRIPT).master.tobytes()
    monkeypatch.undo()
    return "".join(player.text), sound, posted


def test_many_layers_are_spread_alike_with_and_without_a_process(tmp_path: Path, monkeypatch) -> None:
    log, sound, posted = played(tmp_path, monkeypatch, with_process=False)
    assert log.count('"status": "planned"') == 2
    assert log.count('"status": "cancelled"') == 1
    live = {now: bars for now, bars in posted.items() if now}
    assert sum(live.values()) > 4 * LAYERS
    assert max(live.values()) <= MOST_AT_ONCE  # in the step after a seam within the bar
    assert played(tmp_path, monkeypatch, with_process=True) == (log, sound, posted)


def test_a_seam_leaves_time_for_the_first_bars_of_many_layers(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY, HEAD)
    assert first_bars_s(preset, "fight") == LAYER_S * (LAYERS - FEW_LAYERS)
    assert first_bars_s(preset, "") == 0.0
    player = Player(preset, seed=3)
    finder = player.performance.conductor.planner.exit_finder
    calm, fight = player.performance.conductor.instance, "fight"
    rule = TransitionTable(exit_at="immediate")
    playback = player.performance.conductor.playback
    wait = finder.find(calm, fight, rule).frame - playback.earliest
    assert wait == playback.first_bars_frames(fight) == round(LAYER_S * (LAYERS - FEW_LAYERS) * RATE)
    assert finder.find(calm, "", rule).frame == playback.earliest
