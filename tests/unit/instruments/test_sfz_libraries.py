"""Three instruments as public libraries write them: strings, a piano, a drum kit."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.conductor.layers.sampler_players import SamplerPlayer
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine.commands import Command
from adaptive.errors import InputError
from adaptive.instruments.sfz import SfzInstrument, read_sfz
from adaptive.music.note import Note

RATE = 48000

STRINGS = r"""
// Violin section: sustain, tremolo, pizzicato
<control> default_path=..\Samples\Violins\ set_cc1=90 set_hdcc20=1 label_cc20=Close
<global> ampeg_attack=0.02 ampeg_release=0.6 amp_veltrack=60 sw_lokey=24 sw_hikey=26 sw_default=24
bend_up=200 bend_down=-200 group_label=Violins
<master> sw_last=24 sw_label=Sustain loop_mode=loop_continuous amplitude_oncc20=100
#include "Data\sustain.txt"
<master> sw_last=25 sw_label=Tremolo
<group> lokey=55 hikey=96 pitch_keycenter=62 <region> sample=Trem D4.wav
<master> sw_last=26 sw_label=Pizzicato loop_mode=one_shot
<group> lokey=55 hikey=96 pitch_keycenter=62 seq_length=2 amp_random=2 pitch_random=6
<region> seq_position=1 sample=Pizz D4 rr1.wav
<region> seq_position=2 sample=Pizz D4 rr2.wav
"""
SUSTAIN = """
<group> lokey=55 hikey=96 pitch_keycenter=62
<region> sample=Sus D4 p.wav xfout_locc1=40 xfout_hicc1=100 xf_cccurve=gain
<region> sample=Sus D4 f.wav xfin_locc1=40 xfin_hicc1=100 xf_cccurve=gain
"""

PIANO = r"""
<group> amp_veltrack=73 ampeg_release=1
<region> sample=48khz24bit\A4v1.wav lokey=68 hikey=70 lovel=1 hivel=63 pitch_keycenter=69 tune=-3
<region> sample=48khz24bit\A4v2.wav lokey=68 hikey=70 lovel=64 hivel=127 pitch_keycenter=69 tune=2
// String resonance
<group> trigger=release volume=-4 amp_veltrack=94 rt_decay=6
<region> sample=48khz24bit\harmA4.wav lokey=68 hikey=70 pitch_keycenter=69
// Hammers
<group> trigger=release pitch_keytrack=0 volume=-37 amp_veltrack=82 rt_decay=2
<region> sample=48khz24bit\rel1.wav key=69
// Pedal
<group> group=1 off_by=2 hikey=-1 lokey=-1 on_locc64=126 on_hicc64=127 volume=-20
<region> sample=48khz24bit\pedalD1.wav lorand=0 hirand=0.5
<region> sample=48khz24bit\pedalD2.wav lorand=0.5 hirand=1
<group> group=2 off_by=1 hikey=-1 lokey=-1 on_locc64=0 on_hicc64=1 volume=-19
<region> sample=48khz24bit\pedalU1.wav
"""

KIT = """
#define $KICK 36
#define $CLOSED 42
#define $OPEN 46
<control> default_path=Kit/
<global> loop_mode=one_shot amp_velcurve_1=0.1 amp_velcurve_127=1 polyphony=64
<group> key=$KICK pitch_random=10
<region> hivel=80 hirand=0.5 sample=Kick-soft-1.wav
<region> hivel=80 lorand=0.5 sample=Kick-soft-2.wav
<region> lovel=81 sample=Kick-hard.wav
<group> key=$CLOSED group=1 off_by=1 off_mode=time off_time=0.05 <region> sample=closed.wav
<group> key=$OPEN group=1 off_by=1 off_mode=time off_time=0.2 <region> sample=Open.wav
<effect> bus=main type=reverb
"""


def write_samples(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    decay = np.exp(-np.arange(4800) / 2000.0)
    for number, name in enumerate(names):
        tone = np.sin(2 * np.pi * (300 + 40 * number) * np.arange(4800) / RATE)
        soundfile.write(folder / name, 0.5 * decay * tone, RATE, subtype="PCM_24")


def opened(path: Path, root: Path) -> tuple[SfzInstrument, SamplerPlayer]:
    made = read_sfz(path, root)
    place = LayerPlace("one", 0, 1, range(0), instrument=0)
    return made, SamplerPlayer(place, samples=made.samples, sample_rate=RATE)


def names_of(player: SamplerPlayer, commands: list[Command]) -> list[str]:
    """Names of the recordings that commands play."""
    sources = [player.samples.regions[one.which].recording.source for one in commands]
    return [one.name for one in sources if one is not None]


def played(player: SamplerPlayer, key: int, velocity: int = 100) -> list[Command]:
    return player.play(Note(Fraction(0), Fraction(1), str(key), key, velocity / 127), 0, RATE, 0)


def test_strings_with_key_switches_round_robin_and_a_faded_wheel(tmp_path: Path) -> None:
    samples = ("Sus D4 p.wav", "Sus D4 f.wav", "Trem D4.wav", "Pizz D4 rr1.wav", "Pizz D4 rr2.wav")
    write_samples(tmp_path / "Samples" / "Violins", *samples)
    (tmp_path / "SFZ" / "Data").mkdir(parents=True)
    (tmp_path / "SFZ" / "Data" / "sustain.txt").write_text(SUSTAIN)
    (tmp_path / "SFZ" / "Violins.sfz").write_text(STRINGS)
    made, player = opened(tmp_path / "SFZ" / "Violins.sfz", tmp_path)

    assert made.remarks == ()
    soft, loud = played(player, 62)
    assert names_of(player, [soft, loud]) == ["Sus D4 p.wav", "Sus D4 f.wav"]
    assert 2.0**soft.f3 == pytest.approx(1 / 6, abs=0.01)
    assert 2.0**loud.f3 == pytest.approx(5 / 6, abs=0.01)
    assert player.hold(26, 1.0, -1, 1) == []
    assert player.is_switch(26)
    heard = [names_of(player, played(player, 62)) for _ in range(3)]
    assert heard == [["Pizz D4 rr1.wav"], ["Pizz D4 rr2.wav"], ["Pizz D4 rr1.wav"]]
    played(player, 25)
    assert names_of(player, played(player, 70)) == ["Trem D4.wav"]
    assert made.switch_labels == {"Sustain": 24, "Tremolo": 25, "Pizzicato": 26}
    assert (made.switch_of("pizzicato"), made.switch_of(25), made.switch_of("c1")) == (26, 25, 24)
    with pytest.raises(InputError, match=r"no key switch `Spiccato`; it has Sustain, Tremolo, Pizzicato"):
        made.switch_of("Spiccato")
    player.move(20, 0.0, 0)
    played(player, 24)
    assert played(player, 62) == []  # its microphone is down


def test_a_piano_with_resonance_hammers_and_a_pedal(tmp_path: Path) -> None:
    names = ("A4v1", "A4v2", "harmA4", "rel1", "pedalD1", "pedalD2", "pedalU1")
    write_samples(tmp_path / "48khz24bit", *(f"{name}.wav" for name in names))
    (tmp_path / "Piano.sfz").write_text(PIANO)
    made, player = opened(tmp_path / "Piano.sfz", tmp_path)

    assert made.remarks == ()
    commands = played(player, 69)
    assert names_of(player, commands) == ["A4v2.wav", "harmA4.wav", "rel1.wav"]
    assert [one.frame for one in commands] == [0, RATE, RATE]
    assert commands[1].f3 == pytest.approx(-6.0 / 6.0206, abs=0.01)  # held for a second
    assert names_of(player, played(player, 70, 40)) == ["A4v1.wav", "harmA4.wav"]
    assert names_of(player, player.move(64, 1.0, 0))[0].startswith("pedalD")
    assert names_of(player, player.move(64, 0.0, 0)) == ["pedalU1.wav"]


def test_a_drum_kit_with_chance_and_hats_that_choke(tmp_path: Path) -> None:
    write_samples(
        tmp_path / "Kit", "Kick-soft-1.wav", "Kick-soft-2.wav", "Kick-hard.wav", "Closed.wav", "Open.wav"
    )
    (tmp_path / "Kit.sfz").write_text(KIT)
    made, player = opened(tmp_path / "Kit.sfz", tmp_path)

    assert made.remarks == (
        "Kit.sfz: headers that are not read: <effect>",
        "Kit.sfz: `Kit/closed.wav` is written in another case than the file",
        "Kit.sfz: opcodes that are not played: polyphony",
    )
    soft = [names_of(player, played(player, 36, 60))[0] for _ in range(40)]
    assert set(soft) == {"Kick-soft-1.wav", "Kick-soft-2.wav"}
    assert names_of(player, played(player, 36, 81)) == ["Kick-hard.wav"]
    quiet, full = (played(player, 36, velocity)[0].f3 for velocity in (1, 127))
    assert 2.0**quiet == pytest.approx(0.1)
    assert full == 0.0
    hats = made.samples.regions[-2:]
    assert [(one.choke_group, one.choked_by, one.is_choked_slowly, one.choke_s) for one in hats] == [
        (1, 1, True, 0.05), (1, 1, True, 0.2),
    ]  # fmt: skip
