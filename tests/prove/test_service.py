"""The unit for systemd, run by systemd: ready with the first frame, watched, begun anew, and ended."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.helpers.playing import until
from tests.helpers.service_manager import ROOT, ServiceManager, running_systemd

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]

UNIT = "adaptive@nightfall"
WATCHDOG_S = 6
OPTIONS = "--osc 127.0.0.1:0 --http 127.0.0.1:0 --tcp 127.0.0.1:0"
LOG = "/run/adaptive.log"

DROP_IN = f"""\
[Service]
WatchdogSec={WATCHDOG_S}
TimeoutAbortSec=2
StandardError=append:{LOG}
"""
"""What differs from the unit: a shorter watchdog, and there is no journal."""


def position(manager: ServiceManager) -> int:
    """The bar of which `systemctl status` tells."""
    found = re.search(r"(\d+)\.\d+\.\d+", manager.shown(UNIT)["StatusText"])
    return int(found[1]) if found else 0


def configure(manager: ServiceManager, name: str, options: str) -> None:
    text = f"ADAPTIVE_OPTIONS={OPTIONS} {options}\nPYTHONPATH={ROOT}\n"
    manager.write(f"/etc/adaptive/{name}.conf", text)


def test_systemd_starts_watches_restarts_and_stops_the_engine(tmp_path: Path) -> None:
    units = tmp_path / "units"
    (units / "adaptive@.service.d").mkdir(parents=True)
    shutil.copy(ROOT / "packaging" / "adaptive@.service", units)
    (units / "adaptive@.service.d" / "prove.conf").write_text(DROP_IN, encoding="utf-8")
    with running_systemd(units, tmp_path / "systemd.txt") as manager:
        configure(manager, "nightfall", "--sink null")
        started = manager.run("systemctl", "start", UNIT, seconds=200.0)
        assert started.returncode == 0, started.stderr + manager.run("cat", LOG).stdout
        shown = manager.until(UNIT, ActiveState="active", SubState="running")
        assert shown["StatusText"].startswith("nightfall: ")
        process, user = shown["MainPID"], manager.run("ps", "-o", "user=", "-p", shown["MainPID"])
        assert user.stdout.strip() == "adaptive"

        # its watchdog is fed: it outlives three times its limit, and the music goes on
        assert until(lambda: position(manager) >= 6, 10.0 + 3 * WATCHDOG_S, 0.5)
        assert manager.shown(UNIT)["MainPID"] == process
        bar = position(manager)
        assert manager.run("kill", "-STOP", process).returncode == 0
        shown = manager.until(UNIT, 60.0, NRestarts="1", SubState="running")
        assert shown["MainPID"] != process
        assert until(lambda: position(manager) >= bar, 15.0, 0.5)  # it went on where it was

        assert manager.run("systemctl", "stop", UNIT).returncode == 0
        shown = manager.shown(UNIT)
        assert (shown["ActiveState"], shown["Result"], shown["ExecMainStatus"]) == (
            "inactive",
            "success",
            "0",
        )

        # a fault of the user's is told once
        configure(manager, "nothing", "--sink null")
        assert manager.run("systemctl", "start", "adaptive@nothing").returncode != 0
        shown = manager.until("adaptive@nothing", ActiveState="failed")
        assert (shown["ExecMainStatus"], shown["NRestarts"]) == ("1", "0")

        # a machine without a sound card is waited for
        configure(manager, "lanterns", "")
        manager.run("systemctl", "start", "--no-block", "adaptive@lanterns")
        manager.until("adaptive@lanterns", 90.0, SubState="auto-restart", ExecMainStatus="3")
        manager.run("systemctl", "stop", "adaptive@lanterns")
        print(manager.run("cat", LOG).stdout)
