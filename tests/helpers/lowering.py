"""Cross-compiles every unit of the kernel for another processor, down to the object file.

It must run in a process of its own: an intrinsic that the target lacks aborts the process.
``python -m tests.helpers.lowering TARGET OUT.json [MACHINE [UNITS]]`` writes the results for each unit, or
for those named, with commas between; MACHINE is the value of `platform.machine` that the kernel sees (the
target's, unless a test wants a wrong one).

numba builds, optimises and emits the code with the machine description of the target; only the steps that
would load or run it are disabled.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Target:
    """A processor and its system: LLVM triple and CPU, `platform.machine`, `sys.platform`."""

    triple: str
    cpu: str
    machine: str
    system: str


TARGETS = {
    "aarch64-linux": Target("aarch64-unknown-linux-gnu", "generic", "aarch64", "linux"),
    "arm64-apple-darwin": Target("arm64-apple-darwin", "apple-m1", "arm64", "darwin"),
    "x86-64-v2": Target("x86_64-unknown-linux-gnu", "x86-64-v2", "x86_64", "linux"),
    "x86-64-v2-windows": Target("x86_64-pc-windows-msvc", "x86-64-v2", "AMD64", "win32"),
}

CALL = re.compile(r"^\s+(?:bl?|callq?|jmp)\s+([A-Za-z_][\w.$@]*)", re.MULTILINE)
WRAPPER = re.compile(r"_?(?:NRT_|Py|_Py|numba_)")
"""Calls of the wrapper around a unit if an exception leaves it; the audit makes sure that none can."""

LABEL = re.compile(r'^"?([A-Za-z_$.][^"\s:]*)"?:', re.MULTILINE)


def aim(target: Target) -> None:
    """Make numba compile for another target; code compiled after this cannot be run."""
    import llvmlite.binding as llvm
    import numba
    from numba.core import codegen
    from numba.core.registry import cpu_target
    from numba.core.runtime import nrtdynmod, rtsys

    numba.njit("int64(int64)")(lambda x: x)  # numba compiles its own helpers for this machine first
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    options = {"cpu": target.cpu, "opt": int(numba.config.OPT), "reloc": "pic", "codemodel": "default"}
    machine = llvm.Target.from_triple(target.triple).create_target_machine(**options)
    ours: Any = cpu_target.target_context.codegen()
    ours._tm, ours._data_layout = machine, str(machine.target_data)
    llvm.get_process_triple = lambda: target.triple
    library: Any = codegen.JITCodeLibrary
    library._finalize_specific = lambda _self: None
    library.get_pointer_to_function = lambda self, _name: self._ensure_finalized() or 1
    compiler: Any = codegen.JITCPUCodegen
    compiler._add_module = lambda _self, _module: None
    compiler.set_env = lambda _self, _name, _env: None
    rtsys._library = nrtdynmod.compile_nrt_functions(cpu_target.target_context)


def lowered(named: str = "") -> dict[str, dict[str, Any]]:
    """Compile every unit, or those named; return size, calls and instructions of each."""
    import numba

    from adaptive.kernel import units
    from adaptive.kernel.compile.jit import FLAGS

    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    found = {}
    for name, (function, signature) in units.UNITS.items():
        if named and name not in named.split(","):
            continue
        made = numba.cfunc(signature, nopython=True, cache=False, **flags)(function)
        module = made._library._final_module
        assembly = made._library.get_asm_str()
        own = set(LABEL.findall(assembly))
        calls = {call.removesuffix("@PLT") for call in CALL.findall(assembly)} - own
        found[name] = {
            "bytes": len(made._library._codegen._tm.emit_object(module)),
            "calls": sorted(call for call in calls if not WRAPPER.match(call)),
            "neon": len(re.findall(r"\bfmul(?:\.4s)?\s+v\d+", assembly)),
            "sse": len(re.findall(r"\bmulps\b", assembly)),
            "avx": len(re.findall(r"%[yz]mm\d", assembly)),
            "fused": len(re.findall(r"\bfmla|\bfmadd|\bvfmadd", assembly)),
            "orders": sorted(set(re.findall(r"\b(ldar|ldapr|stlr)\b", assembly))),
            "float_mode": sorted(set(re.findall(r"(?i)\b(fpcr|ldmxcsr|stmxcsr)\b", assembly))),
        }
    return found


def main(name: str, path: str, machine: str | None = None, named: str = "") -> None:
    """Compile the kernel for a target and write the results."""
    from numba.core.compiler_lock import global_compiler_lock

    target = TARGETS[name]
    with global_compiler_lock:
        aim(target)
        platform.machine = lambda: machine or target.machine
        sys.platform = target.system
        found = lowered(named)
    Path(path).write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
