"""Sound that programs send: ``/pcm-in/NAME``, for a layer with ``input = "NAME"``.

Over a WebSocket each binary message is a piece of sound, sent as fast as it sounds; what comes faster is
skipped.  The body of a POST request is read as fast as it is played, so a whole file may be sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from aiohttp import WSMsgType, web

from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.session.incoming.streams import streams_of

Array = np.ndarray[Any, Any]

PROGRAM = "program:"
LONGEST_PIECE = 1 << 20
"""Bytes of a message: 2.7 s of sound."""

PAUSE_S = 0.005
FORMATS: dict[str, np.dtype[Any]] = {"f32": np.dtype("<f4"), "s16": np.dtype("<i2")}
FULL_SCALE = 32768.0
LOWEST_RATE, HIGHEST_RATE = 8000, 384000


class SoundRefusedError(ValueError):
    """What a program says of its sound cannot be; the sentence is for its developer."""


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """How frames are sent: interleaved, little-endian.

    Parameters
    ----------
    dtype : numpy.dtype
        Of a sample.
    channels : int
        1 or 2.
    rate : int
        Frames a second.
    """

    dtype: np.dtype[Any]
    channels: int
    rate: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame."""
        return self.dtype.itemsize * self.channels

    def frames(self, piece: bytes) -> Array:
        """Whole frames of a piece, shape (frames, 2), full scale 1."""
        whole = len(piece) // self.frame_bytes * self.frame_bytes
        samples = np.frombuffer(piece[:whole], self.dtype).reshape(-1, self.channels)
        scaled = samples.astype(np.float32)
        if self.dtype.kind == "i":
            scaled /= np.float32(FULL_SCALE)
        return np.repeat(scaled, 2, axis=1) if self.channels == 1 else scaled


def format_of(query: Mapping[str, str], sample_rate: int) -> SoundFormat:
    """Read ``rate``, ``channels`` and ``format`` of a request.

    Raises
    ------
    SoundRefusedError
        One of them cannot be.
    """
    rate, channels = query.get("rate", str(sample_rate)), query.get("channels", "2")
    name = query.get("format", "f32")
    if not rate.isascii() or not rate.isdigit() or not LOWEST_RATE <= int(rate[:9]) <= HIGHEST_RATE:
        message = f"rate must be from {LOWEST_RATE} to {HIGHEST_RATE}, not {rate[:20]!r}"
        raise SoundRefusedError(message)
    if channels not in {"1", "2"}:
        message = f"channels must be 1 or 2, not {channels[:20]!r}"
        raise SoundRefusedError(message)
    if name not in FORMATS:
        message = f"format must be f32 or s16, not {name[:20]!r}"
        raise SoundRefusedError(message)
    return SoundFormat(FORMATS[name], int(channels), int(rate))


class SoundReader:
    """Reads pieces of sound: frames that are cut in two, and another rate than that of the engine.

    Parameters
    ----------
    form : SoundFormat
        How they are sent.
    sample_rate : int
        Of the engine.
    """

    def __init__(self, form: SoundFormat, sample_rate: int) -> None:
        self._form, self._rest = form, b""
        self._resampler: Any = None
        if form.rate != sample_rate:
            self._resampler = soxr.ResampleStream(form.rate, sample_rate, 2, dtype="float32")

    def read(self, piece: bytes) -> Array:
        """Frames for the engine, shape (frames, 2)."""
        piece = self._rest + piece
        frames = self._form.frames(piece)
        self._rest = piece[len(frames) * self._form.frame_bytes :]
        if self._resampler is None:
            return frames
        bounded = np.nan_to_num(frames, nan=0.0, posinf=0.0, neginf=0.0)  # they would stay in its filter
        resampled: Array = self._resampler.resample_chunk(bounded)
        return resampled


class SoundIn:
    """Takes the sound of programs.

    Parameters
    ----------
    host : object
        The session; its `performance` is the one that plays.
    """

    def __init__(self, host: Any) -> None:
        self._host = host
        self._senders: set[str] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """``GET /pcm-in/NAME`` as a WebSocket, ``POST /pcm-in/NAME``."""
        name = request.match_info["name"]
        names = sorted({one.spec.name.removeprefix(PROGRAM) for one in self._streams()})
        if name not in names:
            there = f"the inputs are {', '.join(names)}" if names else "the preset has no layer with an input"
            raise web.HTTPNotFound(text=f"there is no input {name[:80]!r}; {there}")
        if name in self._senders:
            raise web.HTTPConflict(text=f"another program sends {name!r}")
        rate = self._host.performance.engine.spec.sample_rate
        try:
            form = format_of(request.query, rate)
        except SoundRefusedError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        self._senders.add(name)
        for stream in self._streams(name):
            stream.ring.has_writer = True
        try:
            if request.method == "POST":
                return await self._take_body(request, name, form)
            return await self._take_messages(request, name, form)
        finally:
            self._senders.discard(name)
            for stream in self._streams(name):
                stream.ring.has_writer = False

    def _streams(self, name: str | None = None) -> list[Any]:
        streams = [one for one in streams_of(self._host.performance) if one.spec.name.startswith(PROGRAM)]
        return [one for one in streams if name is None or one.spec.name == PROGRAM + name]

    def _reader(self, form: SoundFormat) -> SoundReader:
        return SoundReader(form, self._host.performance.engine.spec.sample_rate)

    async def _take_messages(
        self, request: web.Request, name: str, form: SoundFormat
    ) -> web.WebSocketResponse:
        reader = self._reader(form)
        socket = web.WebSocketResponse(heartbeat=30.0, max_msg_size=LONGEST_PIECE, compress=False)
        await socket.prepare(request)
        async for message in socket:
            if message.type == WSMsgType.BINARY:
                frames = reader.read(message.data)
                for stream in self._streams(name):  # another preset may play by now
                    stream.ring.write(frames)
            elif message.type == WSMsgType.TEXT:
                await socket.close(code=1003, message=b"sound is sent as binary messages")
        return socket

    async def _take_body(self, request: web.Request, name: str, form: SoundFormat) -> web.Response:
        reader, count = self._reader(form), 0
        async for piece in request.content.iter_chunked(CONTROL_STEP_FRAMES * form.frame_bytes):
            frames = reader.read(piece)
            count += len(frames)
            for stream in self._streams(name):
                ring, most = stream.ring, int(stream.record["latency"]) + CONTROL_STEP_FRAMES
                while ring.waiting > most:
                    await asyncio.sleep(PAUSE_S)
                    if stream.ring is not ring:
                        break
                ring.write(frames)
        return web.json_response({"frames": count})
