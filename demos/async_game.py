"""Steer the music from an asyncio program: nothing here stops the event loop."""

import asyncio

import adaptive


async def game_loop(music: adaptive.Session) -> None:
    """Sixty frames a second, in which a game would do its work."""
    for frame in range(60 * 30):
        near = max(0.0, 1.0 - abs(frame - 900) / 600.0)
        music.parameters["unrest"].set(near)
        if frame % 300 == 200:
            music.fire("found")
        await asyncio.sleep(1.0 / 60.0)
        if not music.is_playing:
            return


async def main() -> None:
    """Play while the game runs, and two seconds longer."""
    async with await adaptive.play_async("lanterns") as music:
        music.on("section", lambda change: print(f"{change.position}: {change.section}"))
        await game_loop(music)
        await music.wait_async(2)
    print(f"ended: {music.ended}")


asyncio.run(main())
