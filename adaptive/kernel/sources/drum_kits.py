"""Six kits of synthesised drums, by name."""

from __future__ import annotations

from dataclasses import replace

from adaptive.kernel.sources.drum_pieces import BAND, HIGH, LOW, PLATE, SKIN, Kit, Noise, Piece

HAT = tuple(4.1 * ratio for ratio in PLATE)

STUDIO: Kit = {
    "kick": Piece(52.0, SKIN[:3], 1.6, 0.34, 1.2, 0.35, 22.0, 0.011, Noise(0.5, 3200.0, BAND, 0.8, 0.02), gain_db=1.0),
    "snare": Piece(
        188.0, SKIN[:6], 0.9, 0.2, 0.8, 0.7, 5.0, 0.01, Noise(0.6, 4200.0, BAND, 0.6, 0.03),
        Noise(0.75, 2400.0, HIGH, 0.7, 0.24, 0.001), drive=0.4, gain_db=-2.0, pan=0.05,
    ),
    "rim": Piece(420.0, (1.0, 2.31, 3.9, 5.4), 1.0, 0.06, 0.4, 0.8, noise=Noise(0.5, 4200.0, BAND, 1.0, 0.02), gain_db=-6.0, pan=0.1),
    "tom_low": Piece(84.0, SKIN[:5], 1.4, 0.62, 1.0, 0.5, 5.0, 0.05, Noise(0.3, 2600.0, BAND, 0.8, 0.02), gain_db=-1.0, pan=0.35),
    "tom_mid": Piece(120.0, SKIN[:5], 1.4, 0.52, 1.0, 0.5, 5.0, 0.045, Noise(0.3, 2800.0, BAND, 0.8, 0.02), gain_db=-1.5, pan=0.1),
    "tom_high": Piece(168.0, SKIN[:5], 1.4, 0.42, 1.0, 0.5, 5.0, 0.04, Noise(0.3, 3000.0, BAND, 0.8, 0.02), gain_db=-2.0, pan=-0.2),
    "hat": Piece(880.0, HAT, 0.25, 0.07, 0.2, 0.95, noise=Noise(0.9, 7200.0, HIGH, 0.7, 0.06), gain_db=-11.0, pan=0.25, choke=1),
    "hat_open": Piece(880.0, HAT, 0.3, 0.6, 0.2, 0.95, noise=Noise(0.9, 6800.0, HIGH, 0.7, 0.5), gain_db=-11.0, pan=0.25, choke=1),
    "hat_pedal": Piece(820.0, HAT, 0.25, 0.05, 0.2, 0.95, noise=Noise(0.8, 6000.0, HIGH, 0.7, 0.035, 0.003), gain_db=-14.0, pan=0.22, choke=1),
    "crash": Piece(420.0, tuple(2.7 * r for r in PLATE), 0.35, 2.2, 0.3, 0.9, noise=Noise(0.8, 4200.0, HIGH, 0.7, 1.8, 0.002), gain_db=-8.0, pan=-0.25),
    "ride": Piece(610.0, tuple(2.1 * r for r in PLATE), 0.6, 1.7, 0.3, 0.85, noise=Noise(0.35, 6200.0, HIGH, 0.7, 0.5), wires=Noise(0.4, 5200.0, BAND, 1.5, 0.03), gain_db=-12.0, pan=0.3),
    "swell": Piece(420.0, tuple(2.9 * r for r in PLATE), 0.0, 1.0, 0.3, 0.9, noise=Noise(0.9, 4600.0, HIGH, 0.7, 0.5, 1.15), gain_db=-9.0),
    "woodblock": Piece(910.0, (1.0, 1.62, 2.9), 1.0, 0.09, 0.6, 0.5, noise=Noise(0.5, 2400.0, BAND, 1.0, 0.04), gain_db=-7.0, pan=-0.2),
    "shaker": Piece(1000.0, (1.0,), 0.0, 0.1, noise=Noise(0.9, 6500.0, BAND, 1.2, 0.09, 0.022), gain_db=-9.0, pan=-0.3),
    "clap": Piece(1000.0, (1.0,), 0.0, 0.1, noise=Noise(1.0, 1500.0, BAND, 1.2, 0.2), bursts=4, gain_db=-5.0, pan=0.05),
    "cowbell": Piece(562.0, (1.0, 1.48, 2.96), 1.0, 0.25, 0.4, 0.8, gain_db=-9.0, pan=0.15),
}  # fmt: skip


def _made(base: Kit, **pieces: Piece) -> Kit:
    return {**base, **pieces}


JAZZ = _made(
    STUDIO,
    kick=Piece(74.0, SKIN[:5], 1.4, 0.42, 1.0, 0.5, 7.0, 0.02, Noise(0.25, 1200.0, BAND, 0.8, 0.02), gain_db=-3.0),
    snare=Piece(
        232.0, SKIN[:6], 0.7, 0.16, 0.7, 0.75, 2.0, 0.01, Noise(0.35, 3000.0, BAND, 0.5, 0.03),
        Noise(0.6, 1800.0, BAND, 0.5, 0.3, 0.006), gain_db=-5.0, pan=0.05,
    ),
    hat=replace(STUDIO["hat"], noise=Noise(0.6, 8200.0, HIGH, 0.7, 0.045), gain_db=-13.0),
    ride=Piece(540.0, tuple(1.9 * r for r in PLATE), 0.9, 2.4, 0.35, 0.88, noise=Noise(0.25, 7000.0, HIGH, 0.7, 0.8), wires=Noise(0.3, 4200.0, BAND, 2.0, 0.03), gain_db=-10.0, pan=0.3),
    tom_low=replace(STUDIO["tom_low"], hertz=104.0, decay_s=0.7), tom_mid=replace(STUDIO["tom_mid"], hertz=146.0),
    tom_high=replace(STUDIO["tom_high"], hertz=208.0),
)  # fmt: skip

ANALOG = _made(
    STUDIO,
    kick=Piece(46.0, (1.0,), 1.7, 0.9, 1.0, 1.0, 16.0, 0.006, Noise(0.5, 900.0, LOW, 0.7, 0.03), drive=0.5, gain_db=0.0),
    snare=Piece(176.0, (1.0, 1.87), 1.0, 0.14, 0.6, 0.7, 0.0, 0.01, Noise(0.7, 2600.0, HIGH, 0.7, 0.16), gain_db=-4.0),
    rim=Piece(1700.0, (1.0, 0.27), 1.2, 0.03, 0.2, 0.8, noise=Noise(0.6, 2500.0, BAND, 1.0, 0.02), gain_db=-7.0),
    hat=Piece(540.0, tuple(7.3 * r for r in PLATE), 0.9, 0.05, 0.1, 0.97, noise=Noise(0.25, 9000.0, HIGH, 0.7, 0.04), gain_db=-12.0, pan=0.1, choke=1),
    hat_open=Piece(540.0, tuple(7.3 * r for r in PLATE), 0.9, 0.4, 0.1, 0.97, noise=Noise(0.25, 9000.0, HIGH, 0.7, 0.32), gain_db=-12.0, pan=0.1, choke=1),
    tom_low=Piece(82.0, (1.0,), 1.4, 0.5, sweep=6.0, sweep_s=0.02, noise=Noise(0.3, 900.0, LOW, 0.7, 0.1), gain_db=-2.0, pan=0.3),
    tom_mid=Piece(124.0, (1.0,), 1.4, 0.42, sweep=6.0, sweep_s=0.02, noise=Noise(0.3, 1100.0, LOW, 0.7, 0.1), gain_db=-2.0),
    tom_high=Piece(170.0, (1.0,), 1.4, 0.34, sweep=6.0, sweep_s=0.02, noise=Noise(0.3, 1400.0, LOW, 0.7, 0.1), gain_db=-2.0, pan=-0.3),
    clap=Piece(1000.0, (1.0,), 0.0, 0.1, noise=Noise(1.2, 1050.0, BAND, 1.6, 0.24), bursts=3, burst_s=0.01, gain_db=-4.0),
    cowbell=Piece(540.0, (1.0, 1.48), 1.3, 0.3, 0.2, 1.0, drive=0.8, gain_db=-9.0),
)  # fmt: skip

PUNCH = _made(
    ANALOG,
    kick=Piece(54.0, (1.0, 2.0), 1.8, 0.32, 1.0, 0.15, 30.0, 0.014, Noise(0.8, 4500.0, BAND, 0.7, 0.008), drive=1.4, gain_db=0.0),
    snare=Piece(
        210.0, (1.0, 1.6, 2.4), 1.2, 0.18, 0.8, 0.6, 8.0, 0.012, Noise(1.0, 5200.0, BAND, 0.5, 0.05),
        Noise(0.9, 3400.0, HIGH, 0.7, 0.2), drive=1.0, gain_db=-3.0,
    ),
    hat=replace(STUDIO["hat"], tone=0.4, noise=Noise(1.1, 9000.0, HIGH, 0.7, 0.04), drive=0.6),
    hat_open=replace(STUDIO["hat_open"], tone=0.4, noise=Noise(1.1, 8600.0, HIGH, 0.7, 0.3), drive=0.6),
)  # fmt: skip

CINEMA = _made(
    STUDIO,
    kick=Piece(38.0, SKIN[:6], 1.9, 1.5, 0.9, 0.55, 8.0, 0.06, Noise(0.4, 700.0, LOW, 0.7, 0.06), drive=0.8, gain_db=1.0),
    snare=Piece(
        148.0, SKIN[:8], 1.3, 0.5, 0.8, 0.75, 4.0, 0.03, Noise(0.7, 2200.0, BAND, 0.5, 0.06),
        Noise(0.5, 1600.0, HIGH, 0.7, 0.5, 0.002), drive=0.8, gain_db=-2.0,
    ),
    tom_low=Piece(58.0, SKIN[:8], 1.7, 1.3, 0.9, 0.6, 5.0, 0.09, Noise(0.4, 900.0, LOW, 0.7, 0.05), drive=0.6, gain_db=0.0, pan=0.3),
    tom_mid=Piece(80.0, SKIN[:8], 1.7, 1.1, 0.9, 0.6, 5.0, 0.08, Noise(0.4, 1000.0, LOW, 0.7, 0.05), drive=0.6, gain_db=0.0),
    tom_high=Piece(110.0, SKIN[:8], 1.7, 0.9, 0.9, 0.6, 5.0, 0.07, Noise(0.4, 1200.0, LOW, 0.7, 0.05), drive=0.6, gain_db=-1.0, pan=-0.3),
    crash=replace(STUDIO["crash"], hertz=260.0, decay_s=3.6, noise=Noise(0.8, 3000.0, HIGH, 0.7, 3.0, 0.004)),
    rim=Piece(300.0, (1.0, 2.4, 3.7, 5.1, 6.3), 1.2, 0.12, 0.4, 0.85, noise=Noise(0.6, 2600.0, BAND, 0.8, 0.03), gain_db=-4.0),
)  # fmt: skip

DUST = _made(
    STUDIO,
    kick=Piece(60.0, SKIN[:3], 1.5, 0.22, 1.4, 0.4, 14.0, 0.012, Noise(0.5, 900.0, LOW, 0.7, 0.03), drive=2.0, gain_db=0.0),
    snare=Piece(
        176.0, SKIN[:4], 1.0, 0.13, 1.0, 0.6, 3.0, 0.01, Noise(0.8, 1900.0, BAND, 0.6, 0.06),
        Noise(0.5, 2600.0, BAND, 0.6, 0.12), drive=1.8, gain_db=-3.0,
    ),
    hat=Piece(700.0, tuple(3.3 * r for r in PLATE), 0.2, 0.05, 0.3, 0.9, noise=Noise(0.9, 4600.0, BAND, 0.9, 0.04), drive=0.8, gain_db=-11.0, pan=0.2, choke=1),
    hat_open=Piece(700.0, tuple(3.3 * r for r in PLATE), 0.2, 0.3, 0.3, 0.9, noise=Noise(0.9, 4400.0, BAND, 0.9, 0.22), drive=0.8, gain_db=-11.0, pan=0.2, choke=1),
    shaker=Piece(1000.0, (1.0,), 0.0, 0.1, noise=Noise(0.9, 4200.0, BAND, 1.0, 0.06, 0.012), gain_db=-9.0, pan=-0.3),
)  # fmt: skip

DRUM_KITS: dict[str, Kit] = {
    "studio": STUDIO, "jazz": JAZZ, "analog": ANALOG, "punch": PUNCH, "cinema": CINEMA, "dust": DUST,
}  # fmt: skip
"""A rock set, a small set with brushes, two drum machines, a large and dark set, and a worn one."""
