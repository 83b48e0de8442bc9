"""Makes a file into a loop of a whole number of frames that joins its own beginning without a click.

A file rarely has exactly the length of its pass: it was rounded to a frame, or has a tail, or ends early.
First it is fitted to the pass at its own rate, then its join is mended, then it is resampled with what
sounds before and after it, so that position j of the pass lies at ``(origin + j) / sample_rate`` seconds of
the file.  What is beyond the pass sounds over the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from adaptive.engine import join
from adaptive.engine.decode import Audio, Decoded
from adaptive.engine.join import JOIN_S, Values
from adaptive.engine.prediction import bridged, continuation
from adaptive.engine.resample import context_frames, resample_within, values_at

ROUNDING_S = 0.0015
"""A file that is longer or shorter than its pass by at most this was rounded."""

LEAD_IN_S = 0.001
"""A shorter lead-in is too short to be crossfaded with."""


@dataclass(frozen=True, slots=True)
class LoopReport:
    """What was done to make a loop of a file.

    Parameters
    ----------
    completed_frames : int
        Frames of the file missing at its end, more than rounding, filled from the lead-in before beat 1 (with
        silence before it if that is too short).
    extended_frames, trimmed_frames : int
        Frames of the file by which it was too short or too long because of rounding, or too long because it
        repeats its beginning.
    is_crossfaded : bool
        Whether the end was crossfaded into the lead-in, because the join would have clicked.
    is_decaying : bool
        Whether the step at the join decays on top of the next pass.
    tail_frames : int
        Frames after the last bar, at the engine's rate, which ring over the music that follows.
    is_tail_faded : bool
        Whether the file was cut off within its tail, which fades out before that.
    """

    completed_frames: int = 0
    extended_frames: int = 0
    trimmed_frames: int = 0
    is_crossfaded: bool = False
    is_decaying: bool = False
    tail_frames: int = 0
    is_tail_faded: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FittedFile:
    """A file whose audio is split into lead-in and pass, and tail, at its own rate.

    Parameters
    ----------
    audio : ndarray of float32, shape (channels, frames)
        Lead-in and pass.
    first : int
        Frame of beat 1.
    tail : ndarray of float32
        What rings over the next pass.
    report : LoopReport
        What was done so far.
    following : ndarray or None
        The values that would follow the pass, where they are known: they were trimmed, or predicted before.
    joins : bool
        Whether the pass ends with the lead-in, so that the join is the one of the file.
    step : ndarray or None
        What decays on top of the next pass.
    """

    audio: Audio
    first: int
    tail: Audio
    report: LoopReport
    following: Values | None = None
    joins: bool = False
    step: Values | None = None

    @property
    def body(self) -> Audio:
        """The pass."""
        return self.audio[:, self.first :]


def complete_loop(
    decoded: Decoded, origin: int, loop_frames: int, sample_rate: int
) -> tuple[Audio, LoopReport]:
    """Make a loop of a file, at the engine's rate.

    Parameters
    ----------
    decoded : Decoded
        The file.
    origin, loop_frames : int
        Frame of beat 1, and length of a pass, at the engine's rate.
    sample_rate : int
        The engine's rate.

    Returns
    -------
    (ndarray, LoopReport)
        Audio of at least ``origin + loop_frames`` frames, and what was done.
    """
    fitted = _mend(_fit(decoded, origin, loop_frames, sample_rate), decoded.sample_rate)
    if fitted.tail.shape[1]:
        tail, is_faded = join.fade_cut_end(fitted.tail, round(JOIN_S * decoded.sample_rate))
        fitted = replace(fitted, tail=tail, report=replace(fitted.report, is_tail_faded=is_faded))
    return _render(fitted, decoded.sample_rate, origin, loop_frames, sample_rate)


def _fit(decoded: Decoded, origin: int, loop_frames: int, sample_rate: int) -> FittedFile:
    """Trim, extend or complete a file to its pass, or find its tail."""
    audio, scale = decoded.audio, Fraction(decoded.sample_rate, sample_rate)
    first, frames = round(origin * scale), max(1, round(loop_frames * scale))
    end, none = first + frames, audio[:, :0]
    surplus = decoded.frames - (origin + loop_frames) * scale
    is_rounding = abs(surplus) <= Fraction(ROUNDING_S) * decoded.sample_rate
    if decoded.frames >= end:
        over = decoded.frames - end
        if not is_rounding and not join.is_same(audio, first, end, over):
            return FittedFile(audio[:, :end], first, audio[:, end:], LoopReport())
        following = audio[:, end].astype(np.float64) if over else None
        return FittedFile(audio[:, :end], first, none, LoopReport(trimmed_frames=over), following)
    missing = end - decoded.frames
    if is_rounding:
        return _extended(audio, first, missing, decoded.sample_rate)
    made, joins = _completed(audio, first, missing, decoded.sample_rate)
    return FittedFile(made, first, none, LoopReport(completed_frames=missing), joins=joins)


def _extended(audio: Audio, first: int, missing: int, rate: int) -> FittedFile:
    """Extend a file by a few frames: from its lead-in, or else by prediction.

    A file that joins its beginning as it is stays as short as it is: `_render` stretches its end.  If the
    prediction meets the beginning, both ends are predicted; if not, the step that remains will be mended.
    """
    none, report = audio[:, :0], LoopReport(extended_frames=missing)
    if first - missing >= round(LEAD_IN_S * rate):
        made = _with_lead_in(audio, first, missing, round(JOIN_S * rate) - missing, rate)
        return FittedFile(made, first, none, report, joins=True)
    body = audio[:, first:]
    if join.is_continuous(body, body):
        return FittedFile(audio, first, none, report)
    ahead = np.array([continuation(row, missing + 1) for row in body])
    if (np.abs(ahead[:, -1] - body[:, 0]) <= join.steps_beside(body, body)).all():
        rows = [bridged(row, row, missing) for row in body]
        made = np.concatenate([audio, np.array(rows, np.float32)], axis=1)
        return FittedFile(made, first, none, report)
    made = np.concatenate([audio, ahead[:, :-1].astype(np.float32)], axis=1)
    return FittedFile(made, first, none, report, ahead[:, -1])


def _completed(audio: Audio, first: int, missing: int, rate: int) -> tuple[Audio, bool]:
    """Fill up a short file from its lead-in, with silence before it if that is too short."""
    if missing <= first:
        return _with_lead_in(audio, first, missing, round(JOIN_S * rate), rate), True
    lead_in, silent = audio[:, :first], missing - first
    between = np.zeros((audio.shape[0], silent), np.float32)
    if first and silent <= ROUNDING_S * rate:
        rows = zip(audio, lead_in, strict=True)
        between = np.array([bridged(end, start, silent) for end, start in rows], np.float32)
    else:
        # Without fades, the end of the file and the start of the lead-in would step into silence.
        audio, lead_in = join.fade_ends(audio, lead_in, round(JOIN_S * rate))
    return np.concatenate([audio, between, lead_in], axis=1), first > 0


def _with_lead_in(audio: Audio, first: int, missing: int, fade_frames: int, rate: int) -> Audio:
    """Append the end of the lead-in; crossfade into it, or let the step decay, where it would click."""
    lead_in = audio[:, first - missing : first]
    if join.is_continuous(audio, lead_in):
        return np.concatenate([audio, lead_in], axis=1)
    fade_frames = min(fade_frames, first - missing, audio.shape[1] - first)
    if fade_frames < round(LEAD_IN_S * rate):
        step = join.next_values(audio) - lead_in[:, 0]
        frames = min(round(JOIN_S * rate), missing)
        decayed = lead_in[:, :frames] + join.decay(step, frames)
        return np.concatenate([audio, decayed, lead_in[:, frames:]], axis=1)
    before = audio[:, first - missing - fade_frames : first - missing]
    mixed = join.crossfade(audio[:, audio.shape[1] - fade_frames :], before)
    return np.concatenate([audio[:, : audio.shape[1] - fade_frames], mixed, lead_in], axis=1)


def _mend(fitted: FittedFile, rate: int) -> FittedFile:
    """Crossfade a join that would click into the lead-in, or else let its step decay over the next pass."""
    body = fitted.body
    clicks = join.clicking(body, body)
    if fitted.joins or fitted.tail.shape[1] or not clicks.any():
        return fitted
    frames = min(round(JOIN_S * rate), fitted.first, body.shape[1])
    if frames >= round(LEAD_IN_S * rate):
        mixed = join.crossfade(body[:, -frames:], fitted.audio[:, fitted.first - frames : fitted.first])
        audio = np.concatenate([fitted.audio[:, :-frames], mixed], axis=1)
        return replace(fitted, audio=audio, report=replace(fitted.report, is_crossfaded=True))
    following = join.next_values(body) if fitted.following is None else fitted.following
    return replace(fitted, step=np.where(clicks, following - body[:, 0], 0.0))


def _step_under_tail(audio: Audio, origin: int, end: int) -> Values | None:
    """Return the step with which a pass begins under the tail of the one before it, if it would click."""
    after = audio[:, origin : origin + join.BESIDE + 1].copy()
    over = audio[:, end : end + after.shape[1]]
    after[:, : over.shape[1]] += over
    clicks = join.clicking(audio[:, origin:end], after)
    return np.where(clicks, over[:, 0].astype(np.float64) - after[:, 0], 0.0) if clicks.any() else None


def _render(
    fitted: FittedFile, rate: int, origin: int, loop_frames: int, sample_rate: int
) -> tuple[Audio, LoopReport]:
    """Bring a loop to the engine's rate and to a whole number of its frames."""
    end, tail = origin + loop_frames, fitted.tail
    audio = np.concatenate([fitted.audio, tail], axis=1) if tail.shape[1] else fitted.audio
    # Frames of the file by which the end of the pass moves, so that it meets the beginning.
    shift = 0.0 if tail.shape[1] else float(fitted.body.shape[1] - Fraction(loop_frames * rate, sample_rate))
    frames = min(round(JOIN_S * sample_rate), loop_frames)
    if rate != sample_rate or shift != 0.0:
        made, begin = resample_within(*_surroundings(fitted, audio, rate, sample_rate), rate, sample_rate)
        total = round(Fraction(audio.shape[1] * sample_rate, rate)) if tail.shape[1] else end
        audio = made[:, begin : begin + total]
        if shift != 0.0:
            ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / frames)
            places = begin + end - frames + np.arange(frames) + shift * sample_rate / rate * ramp
            audio = np.concatenate([audio[:, : end - frames], values_at(made, places)], axis=1)
    tail_frames = audio.shape[1] - end
    step = _step_under_tail(audio, origin, end) if tail_frames else fitted.step
    if step is not None:
        over = join.decay(step, frames)
        padding = max(0, frames - tail_frames)
        audio = np.concatenate([audio, np.zeros((audio.shape[0], padding), np.float32)], axis=1)
        audio[:, end : end + frames] += over
    return audio, replace(fitted.report, tail_frames=tail_frames, is_decaying=step is not None)


def _surroundings(
    fitted: FittedFile, audio: Audio, rate: int, sample_rate: int
) -> tuple[Audio, Audio, Audio]:
    """Return what sounds before a loop, the loop, and what sounds after it, at the file's rate."""
    count = context_frames(rate, sample_rate)
    body, step = fitted.body, fitted.step
    length = body.shape[1]
    if fitted.first:
        # Before the file there is silence; mirrored, its first frame does not ring.
        before = 2.0 * audio[:, :1] - audio[:, np.minimum(np.arange(count, 0, -1), audio.shape[1] - 1)]
    else:
        before = body[:, np.arange(-count, 0) % length]
        before = before if step is None else before - step[:, None]
    if fitted.tail.shape[1]:
        return before.astype(np.float32), audio, audio[:, :0]
    after = body[:, np.arange(count) % length]
    if step is not None:
        frames = min(round(JOIN_S * rate), count)
        after[:, :frames] += join.decay(step, round(JOIN_S * rate))[:, :frames]
    return before.astype(np.float32), audio, after
