"""Walk into a market and out again: states, and receipts that say when the change is heard and why."""

import adaptive

with adaptive.play("lanterns", states={"place": "street"}) as music:
    print(f"{music.states!r}; the places are {', '.join(music.states.values_of('place'))}")
    music.wait(10)
    for place in ("market", "street"):
        receipt = music.states.set("place", place)
        if at := receipt.sounds_at:
            print(f"to the {place}: heard at {at.position}, in {at.seconds - music.seconds:.1f} s")
        print(f"  because {receipt.reason}")
        receipt.wait()
        print(f"  now {music.section} plays")
        music.wait(20)
