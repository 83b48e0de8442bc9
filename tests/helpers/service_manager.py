"""systemd itself, with a root, processes and control groups of its own, which all end with it.

Its root is an overlay: it reads the machine's files, and whatever it writes or removes is in memory.  The
machine's own root is unmounted before it starts, and so are its devices, its /tmp and its settings in /proc.
It needs root, Linux, and `unshare`, `nsenter` and `pivot_root` of util-linux.
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
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root
for folder in dev run tmp var/tmp var/log var/lib var/cache opt; do mount -t tmpfs tmpfs $folder; done
for folder in $NEEDED; do
  [ -e ./$folder ] || { mkdir -p ./$folder && mount --bind -o ro $folder ./$folder; }
done
mkdir opt/adaptive var/cache/adaptive dev/shm run/units
mount --bind -o ro "$PREFIX" opt/adaptive
cp -r "$CACHE"/. var/cache/adaptive/
cp -r "$UNITS"/. run/units/
for device in null zero full random urandom tty; do cp -a /dev/$device dev/; done
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
mount --bind proc/sys proc/sys && mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
if [ $VERSION = 1 ]; then
  mkdir sys/fs/cgroup/systemd && mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
else
  mount -t cgroup2 cgroup sys/fs/cgroup
fi
mkdir run/before
pivot_root . run/before
cd /
umount -l /run/before
[ "$(stat -f -c %T /)" = overlayfs ] || { echo "the root is not its own" >&2; exit 1; }
chmod 0711 /root
id adaptive >/dev/null 2>&1 || useradd --system --groups audio adaptive
chown -R adaptive /var/cache/adaptive
rm -rf /etc/systemd/system/* /lib/systemd/system/*.wants /etc/adaptive
mkdir /etc/adaptive
cp -r /run/units/. /etc/systemd/system/
printf '[Unit]\\n' >/etc/systemd/system/prove.target
export container=prove
exec /lib/systemd/systemd --system --unit=prove.target --log-target=console --show-status=no
"""
"""Makes the root, and becomes systemd in it.

The virtual environment is what is installed in /opt/adaptive; what it needs of /root can be read there.  Of
the units of the machine none is started.
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
        inside = self._inside(*words)
        return subprocess.run(inside, capture_output=True, text=True, check=False, timeout=seconds)

    def write(self, path: str, text: str) -> None:
        """Write a file that only it and its services see."""
        words = self._inside("sh", "-c", f'cat >"{path}"')
        subprocess.run(words, input=text, text=True, check=True, timeout=10.0)

    def _inside(self, *words: str) -> list[str]:
        """A command that runs where the root is systemd's own, and nowhere else."""
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--cgroup", "--"]
        return [
            *enter,
            "sh",
            "-c",
            'test "$(stat -f -c %T /)" = overlayfs || exit 77; exec "$@"',
            "sh",
            *words,
        ]

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
    for program in ("unshare", "nsenter", "pivot_root", "systemctl", "useradd"):
        require_program(program)
    if os.geteuid() != 0 or not SYSTEMD.exists():
        lacking("systemd can be run only as root, where it is installed")
    cgroup = OF_SYSTEMD / f"adaptive-prove-{os.getpid()}"
    cgroup.mkdir()
    boot = Path(tempfile.mkdtemp()) / "boot.sh"
    boot.write_text(BOOT, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"], "PREFIX": sys.prefix, "UNITS": str(units), "CACHE": str(cache_folder()),
        "NEEDED": " ".join(sorted({str(ROOT), sys.base_prefix, str(Path(sys.executable).resolve().parent)})),
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
        words = ("running", "degraded")
        is_up = until(
            lambda: manager.run("systemctl", "is-system-running").stdout.strip() in words, 30.0, 0.25
        )
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
