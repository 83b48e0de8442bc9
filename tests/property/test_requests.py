"""Whatever is asked, in whatever order: no click, no exception, and in the end what was asked last."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, Message, SetState, SetTempo, Transport
from adaptive.engine.bank import Bank
from adaptive.preset.model import Preset
from tests.helpers.measure import steepness
from tests.helpers.presets import BAR, GAIN, RATE, STEMS, Player, make_preset, write_sine

RUNS = int(os.environ.get("ADAPTIVE_REQUEST_RUNS", "16"))
SECTIONS = ["calm", "fight", "both", "mixed", "written"]
SETTLE_S = 7.0
"""The longest way to a section: a seam at the end of a pass of two seconds, a stay, another, a fade."""

EXITS = ['"immediate"', '"beat"', '"bar"', "{ every_bars = 2 }", '"phrase"', '"end"']
FADES = [
    "",
    "fade_out = { beats = 2 }",
    "fade_out = { bars = 1 }\nfade_in = { bars = 1 }",
    "fade_out = { seconds = 0.3, start_seconds = -0.2 }\nfade_in = { seconds = 0.4, start_seconds = -0.4 }",
    'fade_out = { bars = 2, curve = "equal_gain" }\nfade_in = { beats = 1, curve = "linear" }',
]

BODY = """
[parameters.threat]
rise_s = 0.1
fall_s = 0.3
[layers.calm]
stem = "calm.wav"
level_db = { over = "threat", points = [[0.0, 0.0], [1.0, -12.0]] }
[layers.fight]
stem = "fight.wav"
[layers.both]
stem = { calm = "both.wav", both = "both.wav", mixed = "calm.wav" }
[layers.drums]
generator = "drums"
level_db = -80.0
[layers.bass]
generator = "bass"
level_db = -80.0
[sections.calm]
layers = ["calm", "both"]
length_bars = 2
phrase_bars = 2
[sections.fight]
layers = ["fight", "drums"]
length_bars = 2
phrase_bars = 2
min_stay_bars = 1
[sections.both]
layers = ["both"]
length_bars = 2
phrase_bars = 2
[sections.mixed]
layers = ["calm", "both", "bass"]
length_bars = 2
phrase_bars = 2
[sections.written]
layers = ["drums", "bass"]
length_bars = 2
phrase_bars = 2
[stingers.hit]
stem = "soft.wav"
first_beat_s = 0.05
cooldown_s = 0.3
duck_db = -6.0
"""


def steepest(voices: int) -> float:
    """Largest step the material itself has when so many sines sound at once."""
    return voices * GAIN * 2.0 * np.pi * max(STEMS.values()) / RATE


def random_preset(folder: Path, rng: np.random.Generator) -> Preset:
    body = BODY
    for source in [*SECTIONS, "any"]:
        for target in ["any", SECTIONS[int(rng.integers(5))]]:
            if rng.random() < 0.5 or source == target:
                continue
            enter = ["start", "same_position"][int(rng.integers(2))]
            body += f'[[transitions]]\nfrom = "{source}"\nto = "{target}"\nenter_at = "{enter}"\n'
            body += f"exit_at = {EXITS[int(rng.integers(6))]}\n{FADES[int(rng.integers(5))]}\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, hz in STEMS.items():
        if not (folder / f"{name}.wav").exists():
            write_sine(folder / f"{name}.wav", hz, beats=8)
    if not (folder / "soft.wav").exists():
        # whole cycles: it begins and ends at 0, so that its own entry has no step
        write_sine(folder / "soft.wav", 100.0, beats=1.2, gain=0.05)
    return make_preset(folder, body)


def random_message(rng: np.random.Generator) -> Message:
    kind = rng.random()
    if kind < 0.62:
        return SetState("section", SECTIONS[int(rng.integers(5))], f"{rng.integers(10**9)}")
    if kind < 0.8:
        return FireEvent("hit", float(rng.random()), None, f"{rng.integers(10**9)}")
    if kind < 0.9:
        tempo = None if rng.random() < 0.3 else float(rng.uniform(60.0, 300.0))
        return SetTempo(tempo, f"{rng.integers(10**9)}")
    return Transport(bool(rng.random() < 0.6), f"{rng.integers(10**9)}")


def run(folder: Path, seed: int, bank: Bank) -> None:
    rng = np.random.default_rng([seed, 77])
    preset = random_preset(folder, rng)
    player = Player(preset, seed, bank)
    asked, playing, ids = "calm", True, []
    end = int(rng.integers(2, 7)) * BAR
    while player.performance.frame < end:
        messages = (
            [random_message(rng) for _ in range(int(rng.integers(1, 3)))] if rng.random() < 0.02 else []
        )
        for message in messages:
            ids.append(message.id)
            if isinstance(message, SetState):
                asked = message.value
            elif isinstance(message, Transport):
                playing = message.is_playing
        if rng.random() < 0.01:
            frame = player.performance.frame
            player.performance.schedule_values([(frame, "threat", float(rng.random()))])
        player.tick(messages)
    played = player.play(end + round(SETTLE_S * RATE))
    conductor = player.performance.conductor

    # what sounds in the end is what was asked for last
    assert conductor.passage.section == (asked if playing else "")
    assert conductor.seam is None
    # three strips of up to four clips each: what enters, and what still fades out; and the stingers
    limit = steepest(8) + 8 * 0.05 * 2 * np.pi * 100 / RATE + 1e-3
    steps = np.abs(np.diff(played.master[:, 0].astype(np.float64)))
    assert steps.max() <= limit, f"seed {seed}: a step of {steps.max():.4f} at frame {steps.argmax()}"
    for layer in ("calm", "fight", "both"):
        # a sine may begin and end at full slope; what stands out from its surroundings is a click
        worst = steepness(played.bus(layer))
        assert worst.max() < 2.0, f"seed {seed}: {layer} clicks at frame {worst.argmax()}"
    assert np.isfinite(played.master).all()
    # nothing acts before it was decided, and nothing later than it may
    for line in played.log:
        assert line["frame"] >= line.get("decided_frame", 0)
        assert line["frame"] <= player.performance.frame + 20 * RATE
    telemetry = player.performance.engine.telemetry()
    assert (telemetry.late_commands, telemetry.refused, telemetry.not_finite) == (0, 0, 0)
    # every message came to exactly one end
    ends = {"merged", "superseded", "dropped", "failed", "finished"}
    told = {message_id: [r.status for r in played.receipts if r.id == message_id] for message_id in ids}
    for statuses in told.values():
        assert [status for status in statuses if status in ends] == statuses[-1:]
    positions = [tuple(map(int, line["position"].split("."))) for line in played.lines("parameter")]
    assert positions == sorted(positions)
    assert sorted(set(positions)) == positions


@pytest.mark.parametrize("batch", range(4))
def test_random_requests_never_click_never_fail_and_end_where_they_were_asked(
    tmp_path: Path, batch: int
) -> None:
    bank = Bank(RATE)
    for seed in range(batch, RUNS, 4):
        run(tmp_path, seed, bank)
