"""Builds and installs peers, and measures the CPU time of programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import soundfile

from benchmarks.peers import works

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build" / "peers"
REQUIREMENTS = HERE / "requirements.txt"
PYTHON = BUILD / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
MINIAUDIO = "miniaudio==1.71"
INSTALL = "make peers"
TIMEOUT_S = 120.0
SETTINGS = {
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "ignore",
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}
"""Environment of scripts: our modules can be imported, no warnings, one thread."""


class PeerError(RuntimeError):
    """A peer failed; the message is shown in its row."""


def cpu_seconds(command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[float, str]:
    """Run a program; return its user and system CPU seconds, and what it printed.

    Raises
    ------
    PeerError
        If it failed, or took longer than two minutes.
    """
    import resource  # not on Windows, where nothing here is measured

    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as printed:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=None if environment is None else {**os.environ, **environment},
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"{command[0]} took more than {TIMEOUT_S:.0f} s"
            raise PeerError(message) from error
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        printed.seek(0)
        text = printed.read()
    if done.returncode != 0:
        message = f"{Path(command[0]).name} ended with {done.returncode}: {text.strip()[-300:]}"
        raise PeerError(message)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, text


def slope(seconds_used: Callable[[float], float], short_s: float, long_s: float) -> float:
    """Return CPU seconds per second of audio from a short and a long run; the start-up cost cancels."""
    return (seconds_used(long_s) - seconds_used(short_s)) / (long_s - short_s)


def has_program(name: str) -> bool:
    """Return whether a program is installed."""
    return shutil.which(name) is not None


def missing_program(name: str, package: str) -> str:
    """Return what to install, or an empty string if the program is installed."""
    return "" if has_program(name) else f"`apt-get install {package}`"


def package_version(package: str) -> str:
    """Return the version of a Debian package, or an empty string if it is not known."""
    if not has_program("dpkg-query"):
        return ""
    words = ["dpkg-query", "-W", "-f", "${Version}", package]
    return (
        subprocess.run(words, capture_output=True, text=True, check=False)
        .stdout.partition("-")[0]
        .rpartition(":")[2]
        .strip()
    )


def module_version(name: str) -> str:
    """Return the version of a package in the peers' Python environment."""
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    return subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()


def missing_module(name: str) -> str:
    """Return how to install a module into the peers' environment, or an empty string if it is there."""
    hint = f"`{INSTALL}` ({name})"
    if not PYTHON.exists():
        return hint
    done = subprocess.run(
        [PYTHON, "-c", f"import importlib.util as u; raise SystemExit(u.find_spec({name!r}) is None)"],
        check=False,
    )
    return hint if done.returncode else ""


def script(name: str, *words: object) -> list[str]:
    """Return the command line of a script in `benchmarks/peers/scripts`, run by the peers' Python."""
    return [str(PYTHON), str(HERE / "scripts" / f"{name}.py"), *map(str, words)]


def self_timed(words: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Run a script that measures itself; return the share it prints."""
    return share_printed(cpu_seconds(words, {**SETTINGS, **(environment or {})})[1])


def share_printed(text: str) -> float:
    """Return the last share that a program printed, and refuse it if its level means silence."""
    for line in reversed(text.splitlines()):
        words = line.split()
        if len(words) == 4 and words[0] == "share" and words[2] == "rms":
            require_sound(float(words[3]))
            return float(words[1])
    message = f"no figure in: {text.strip()[-300:]}"
    raise PeerError(message)


def require_sound(rms: float) -> None:
    """Check that a program did not measure silence.

    Raises
    ------
    PeerError
        If the RMS is not between 1e-4 and 10.
    """
    if not 1e-4 < rms < 10.0:
        message = f"its output has an RMS of {rms:g}, so it did not do the work"
        raise PeerError(message)


def require_sound_in(path: Path) -> None:
    """Check that a file does not hold silence, and remove it."""
    audio, _ = soundfile.read(path, dtype="float32")
    path.unlink()
    require_sound(float((audio[len(audio) // 2 :] ** 2).mean() ** 0.5))


def build_folder() -> Path:
    """Return the folder in which everything is built and written; created if necessary."""
    BUILD.mkdir(parents=True, exist_ok=True)
    return BUILD


def compiled(source: Path, libraries: Sequence[str], include: Path | None = None) -> Path:
    """Compile a C file into `build/`, unless the program is newer than its source."""
    target = BUILD / "bin" / source.stem
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return target
    includes = [] if include is None else ["-I", str(include)]
    cpu_seconds(["gcc", "-O3", "-march=native", *includes, str(source), "-o", str(target), *libraries])
    return target


def stem_files(count: int, rms: float = works.STEM_RMS) -> list[Path]:
    """Return stems as 32-bit float WAV files; created if they do not exist."""
    folder = BUILD / f"stems-{rms:g}"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"stem_{index:03d}.wav" for index in range(count)]
    for index, file in enumerate(files):
        if not file.exists():
            partial = file.with_suffix(".part")
            audio = works.noise(index, rms)
            soundfile.write(partial, audio, works.RATE, format="WAV", subtype="FLOAT")
            partial.rename(file)
    return files


def miniaudio_header() -> Path | None:
    """Return the folder of ``miniaudio.h``, or None if `install` has not fetched it."""
    for header in (BUILD / "miniaudio").glob("**/miniaudio.h"):
        return header.parent
    return None


def install() -> None:
    """Create the peers' Python environment, and fetch miniaudio's header from its source package."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(BUILD / "venv")], check=True)
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-r", str(REQUIREMENTS)], check=True)
    if miniaudio_header() is None:
        folder = BUILD / "miniaudio"
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--no-binary", ":all:", "--no-deps", "--dest", str(folder)]
        subprocess.run([*pip, "download", *options, MINIAUDIO], check=True)
        for archive in folder.glob("*.tar.gz"):
            shutil.unpack_archive(archive, folder, filter="data")
