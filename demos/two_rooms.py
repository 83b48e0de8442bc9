"""Two rooms of an exhibition in one program: each has its own music, ports and sound card.

Give the names of two sound cards, or parts of them: ``python demos/two_rooms.py HDMI USB``.
"""

import sys

import adaptive

cards = [*sys.argv[1:], None, None]
with (
    adaptive.play("lanterns", device=cards[0], osc=0, http=0) as hall,
    adaptive.play("lanterns", device=cards[1], osc=0, http=0, states={"place": "market"}) as cellar,
):
    for name, room in (("hall", hall), ("cellar", cellar)):
        print(f"{name}: {room}, OSC {room.ports['osc']}, http://127.0.0.1:{room.ports['http']}/")
    hall.wait(15)
    hall.states["place"] = "market"  # both are in the market now, each with its own seed
    cellar.fire("tower").wait()
    hall.wait(15)
