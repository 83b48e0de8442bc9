"""Random edits among random requests: nothing is refused, late or lost, and levels are continuous."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, Message, SetState, Transport
from adaptive.engine.bank import Bank
from adaptive.preset.model import Preset
from tests.helpers.presets import BAR, Player, make_preset

BODY = """
[parameters.heat]
default = 0.5
rise_s = 0.2
fall_s = 0.2
[states.place]
values = ["road", "inn", "lake"]
[layers.calm]
stem = ["calm.wav", "fight.wav"]
level_db = { over = "heat", points = [[0, -20], [1, 0]] }
[layers.other]
stem = "both.wav"
[layers.bass]
generator = "bass"
[layers.drums]
generator = "drums"
density = { over = "heat", points = [[0, 0.2], [1, 0.9]] }
[sections.one]
layers = ["calm", "other", "bass", "drums"]
length_bars = 2
[sections.two]
layers = ["calm", "bass"]
length_bars = 2
[sections.three]
layers = ["other", "drums"]
length_bars = 2
[playlists.songs]
play = ["one", "three"]
[[select]]
section = "two"
when = "place == 'inn'"
[[select]]
section = "three"
when = "place == 'lake'"
[[select]]
section = "songs"
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
duck_db = -6.0
[bridges.span]
layers = ["other"]
length_beats = 4
"""

CHANGES = [
    ('exit_at = "bar"', 'exit_at = "beat"'),
    ('exit_at = "bar"', 'exit_at = "bar"\nbridge = "span"'),
    ('exit_at = "bar"', 'exit_at = "end"\nfade_out = { beats = 4 }'),
    ('stem = "both.wav"', 'stem = "fight.wav"\nlevel_db = -3\npan = 0.3'),
    ('stem = ["calm.wav", "fight.wav"]', 'stem = "calm.wav"'),
    ('stem = ["calm.wav", "fight.wav"]', 'stem = ["calm.wav", "both.wav", "fight.wav"]'),
    ('layers = ["calm", "other", "bass", "drums"]', 'layers = ["calm", "drums"]'),
    ('layers = ["calm", "bass"]', 'layers = ["other", "bass", "drums"]'),
    ("length_bars = 2", "length_bars = 1"),
    ("length_bars = 2", "length_bars = 4"),
    ('play = ["one", "three"]', 'play = ["three", "one", "two"]'),
    ("place == 'inn'", "place == 'inn' and heat > 0.3"),
    ('generator = "bass"', 'generator = "bass"\nstyle = "walking"\ncutoff_hz = 900'),
    ("duck_db = -6.0", "duck_db = 0.0"),
    ("points = [[0, -20], [1, 0]]", "points = [[0, -20], [0.5, -3], [1, 0]]"),
    # added and removed layers, stingers, parameters and sections
    ("[layers.drums]", '[layers.more]\nstem = "both.wav"\n[layers.drums]'),
    ('"calm", "other", "bass", "drums"]', '"calm", "more", "bass", "drums"]'),
    ('[layers.bass]\ngenerator = "bass"', '[layers.bass]\nstem = "both.wav"'),
    ('[layers.bass]\ngenerator = "bass"', '[layers.bass]\ngenerator = "pad"'),
    ("[stingers.hit]", '[stingers.blow]\nstem = "blow.wav"\n[stingers.hit]'),
    ("[stingers.hit]", "[stingers.blow]"),
    ("rise_s = 0.2", 'rise_s = 0.2\nlaw = "linear"'),
    ("[parameters.heat]", '[parameters.cold]\nvalue = "1 - heat"\n[parameters.heat]'),
    ('level_db = { over = "heat", points = [[0, -20], [1, 0]] }', "level_db = -6"),
    ('stem = "both.wav"', 'stem = "both.wav"\npan = { over = "heat", points = [[0, -1], [1, 1]] }'),
    ("[sections.three]", "[sections.four]"),
]


@pytest.fixture(scope="module")
def presets(tmp_path_factory: pytest.TempPathFactory) -> list[Preset]:
    folder: Path = tmp_path_factory.mktemp("edits")
    made = [make_preset(folder, BODY)]
    for before, after in CHANGES:
        assert before in BODY
        changed = BODY.replace(before, after)
        if "more" in after and "[layers.more]" not in changed:
            changed = changed.replace("[layers.drums]", '[layers.more]\nstem = "fight.wav"\n[layers.drums]')
        if "four" in after:
            changed = changed.replace('"three"', '"four"')
        made.append(make_preset(folder, changed))
    return made


def requests(rng: np.random.Generator, number: int) -> list[Message]:
    chance = rng.random()
    if chance < 0.03:
        return [SetState("place", str(rng.choice(["road", "inn", "lake"])), f"s{number}")]
    if chance < 0.05:
        return [FireEvent("hit", 1.0, None, f"e{number}")]
    if chance < 0.055:
        return [Transport(bool(rng.random() < 0.7), f"t{number}")]
    return []


SEEDS = [
    0,
    *(pytest.param(seed, marks=pytest.mark.ci) for seed in range(1, 3)),
    *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(3, 40)),
]
"""Half a minute of music each: the short run takes one, `.ci/run` three."""


@pytest.mark.parametrize("seed", SEEDS)
def test_edits_among_requests_lose_nothing_and_do_not_click(
    presets: list[Preset], bank: Bank, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    player = Player(presets[0], seed=seed, bank=bank)
    performance, asked, outcomes = player.performance, 0, []
    while performance.frame < 20 * BAR:
        if rng.random() < 0.015:
            asked += 1
            record = lambda status, _reason, _frame: outcomes.append(status)  # noqa: E731
            if rng.random() < 0.3:
                asked -= not performance.undo(record)
            else:
                performance.edit(presets[rng.integers(len(presets))], record)
        player.control_step(requests(rng, performance.next_control_step))
    player.play(
        performance.frame + 10 * BAR,
        {performance.next_control_step + 1: [Transport(True), SetState("place", "inn")]},
    )
    played = player.result()
    telemetry = performance.engine.telemetry()
    ids = {receipt.id for receipt in played.receipts}
    last = {"merged", "superseded", "dropped", "failed", "finished"}

    assert (telemetry.refused, telemetry.not_finite, telemetry.late_commands) == (0, 0, 0)
    assert set(outcomes) <= {"finished", "superseded"}
    assert len(outcomes) == asked
    assert all(played.told(one)[-1] in last for one in ids)
    assert performance.conductor.instance.section == "two"
    # sines of at most 443 Hz at 0.2, at most 0.012 from frame to frame; up to four sound at once, as tails
    for name in ("calm", "other"):
        assert np.abs(np.diff(played.bus(name))).max() < 0.05


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank()
