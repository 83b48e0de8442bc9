"""systemd itself, in namespaces of its own: it sees no process, mount or cgroup of the machine but what it is
given, and all that it started ends with it.

It needs root, Linux, and `unshare` and `nsenter` of util-linux.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adaptive.kernel.compile.cache import cache_folder
from tests.helpers.playing import until
from tests.helpers.programs import lacking, require_program

ROOT = Path(__file__).parents[2]
SYSTEMD = Path("/lib/systemd/systemd")
CGROUPS = Path("/sys/fs/cgroup")
OF_SYSTEMD = CGROUPS / "systemd" if (CGROUPS / "systemd" / "cgroup.procs").exists() else CGROUPS
"""The hierarchy in which systemd keeps its units, of cgroups v1 or v2."""

BOOT = """\
set -e
mount -t tmpfs tmpfs /run
mkdir /run/over && mount -t tmpfs tmpfs /run/over
over() { mkdir /run/over/$1 /run/over/$1.work; mount -t overlay overlay \
-o lowerdir=$2,upperdir=/run/over/$1,workdir=/run/over/$1.work $2; }
over etc /etc
over root /root
chmod 0711 /root
for folder in /var/lib /var/cache /opt /sys/fs/cgroup; do mount -t tmpfs tmpfs $folder; done
if [ $VERSION = 1 ]; then
  mkdir /sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
else
  mount -t cgroup2 cgroup /sys/fs/cgroup
fi
id adaptive >/dev/null 2>&1 || useradd --system --groups audio adaptive
mkdir /opt/adaptive /var/cache/adaptive /etc/adaptive
mount --bind "$PREFIX" /opt/adaptive
cp -r "$CACHE"/. /var/cache/adaptive/ && chown -R adaptive /var/cache/adaptive
rm -rf /etc/systemd/system/* && cp -r "$UNITS"/. /etc/systemd/system/
printf '[Unit]\\n' >/etc/systemd/system/prove.target
export container=prove
exec /lib/systemd/systemd --system --unit=prove.target --log-target=console --show-status=no
"""
"""Puts files of our own over those of the machine, and becomes systemd.

The virtual environment is what is installed in /opt/adaptive.  What it needs of /root can be read there.
"""


@dataclass
class ServiceManager:
    """A running systemd.

    Parameters
    ----------
    pid : int
        Its process.
    """

    pid: int

    def run(self, *words: str, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a command beside it."""
        inside = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--cgroup", "--", *words]
        return subprocess.run(inside, capture_output=True, text=True, check=False, timeout=seconds)

    def write(self, path: str, text: str) -> None:
        """Write a file that only it and its services see."""
        subprocess.run(
            ["nsenter", "--target", str(self.pid), "--mount", "--", "sh", "-c", f'cat >"{path}"'],
            input=text, text=True, check=True, timeout=10.0,
        )  # fmt: skip

    def shown(self, unit: str) -> dict[str, str]:
        """What it says of a unit."""
        lines = self.run("systemctl", "show", unit).stdout.splitlines()
        return {key: value for key, _, value in (line.partition("=") for line in lines)}

    def until(self, unit: str, seconds: float = 60.0, **wanted: str) -> dict[str, str]:
        """Wait until a unit is as wanted."""
        found = until(lambda: wanted.items() <= self.shown(unit).items(), seconds, 0.25)
        shown = self.shown(unit)
        assert found, {
            key: shown[key] for key in (*wanted, "ActiveState", "SubState", "Result", "StatusText")
        }
        return shown


@contextlib.contextmanager
def running_systemd(units: Path, say: Path) -> Iterator[ServiceManager]:
    """Run systemd with the units of a folder, until the block ends; what it says goes into a file."""
    for program in ("unshare", "nsenter", "systemctl", "useradd"):
        require_program(program)
    if os.geteuid() != 0 or not SYSTEMD.exists():
        lacking("systemd can be run only as root, where it is installed")
    cgroup = OF_SYSTEMD / f"adaptive-prove-{os.getpid()}"
    cgroup.mkdir()
    boot = Path(tempfile.mkdtemp()) / "boot.sh"
    boot.write_text(BOOT, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"], "PREFIX": sys.prefix, "UNITS": str(units), "CACHE": str(cache_folder()),
        "VERSION": "1" if OF_SYSTEMD != CGROUPS else "2",
    }  # fmt: skip
    inside = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--uts", "--ipc", "--cgroup"]
    inside += ["--kill-child", "--propagation", "private", "sh", str(boot)]
    enter = ["sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec "$@"', str(cgroup), *inside]
    with say.open("w", encoding="utf-8") as said:
        outer = subprocess.Popen(enter, env=environment, stdout=said, stderr=said)
    try:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        assert until(lambda: children.read_text(encoding="ascii").split(), 10.0), say.read_text()
        manager = ServiceManager(int(children.read_text(encoding="ascii").split()[0]))
        is_up = until(lambda: "running" in manager.run("systemctl", "is-system-running").stdout, 30.0, 0.25)
        assert is_up, say.read_text(encoding="utf-8")
        yield manager
    finally:
        with contextlib.suppress(ProcessLookupError):
            outer.send_signal(signal.SIGKILL)  # --kill-child: systemd goes too, and with it all of its pids
        outer.wait(10.0)
        until(lambda: _is_removed(cgroup), 10.0)
        shutil.rmtree(boot.parent)


def _is_removed(cgroup: Path) -> bool:
    folders = [Path(folder) for folder, _, _ in os.walk(cgroup, topdown=False)]
    with contextlib.suppress(OSError):
        for folder in folders:
            folder.rmdir()
    return not cgroup.exists()
