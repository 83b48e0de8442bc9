"""Checks the code generated for kernel functions: LLVM IR and machine code.

Run as a program, it compiles every unit anew (code from a cache cannot be inspected) and writes its findings
for each function as JSON.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from typing import Any

FORBIDDEN = {
    "allocates": re.compile(r"@NRT_\w*[Aa]lloc\w*|@(?:malloc|calloc|realloc)\b"),
    "calls Python": re.compile(r"@_?Py[A-Z_]\w*"),
    "takes the GIL": re.compile(r"@numba_gil_ensure\b"),
    # a status that is only passed on does not name an exception
    "can raise": re.compile(r"@\.const\.picklebuf[.\w]*|ret i32 (?:-1|[1-9]\d*)\b"),
    "calls libm": re.compile(
        r"@(?:llvm\.)?(?:exp2?|log(?:2|10)?|pow|sin|cos|tan|tanh|fmod)f?(?:\.f(?:32|64))?\("
    ),
}
"""Meaning of each forbidden pattern in the body of a kernel function."""

COUNTS_REFERENCES = re.compile(r"call [^\n]*@NRT_(?:incref|decref)\b")
WIDENS = re.compile(r"\bfpext (?:float|<\d+ x float>)")
BEGIN = re.compile(r"^define [^\n]*?@(\"[^\"]+\"|[\w.$]+)\(", re.MULTILINE)
WIDE_MULTIPLY = re.compile(
    r"\bv?mulps\s+.*%[yz]mm|\bv?f(?:n?m(?:add|sub))\w*ps\s|\bmulps\s+.*%xmm|\bfmul\s+v\d+\.4s"
)
NARROW_MULTIPLY = re.compile(r"\bv?mulss\s|\bv?f(?:n?m(?:add|sub))\w*ss\s|\bfmul\s+s\d")


def native_bodies(ir: str) -> dict[str, str]:
    """Bodies of the functions in a module, without numba's wrappers for Python and C."""
    bodies = {}
    for match in BEGIN.finditer(ir):
        name = match[1].strip('"')
        if name.startswith(("_ZN7cpython", "cfunc.", "NRT_", "numba_")):
            continue
        bodies[name] = ir[match.start() : ir.index("\n}", match.start())]
    return bodies


def own_body(ir: str, function_name: str) -> str:
    """IR of one function, including inlined callees."""
    mangled = f"{len(function_name)}{function_name}"
    found = [body for name, body in native_bodies(ir).items() if mangled in name]
    if not found:
        message = f"no body of {function_name} in {sorted(native_bodies(ir))}"
        raise LookupError(message)
    return max(found, key=len)


def faults(ir: str) -> list[str]:
    """Forbidden patterns found in the native functions of a module."""
    text = "\n".join(native_bodies(ir).values())
    return [f"{what}: {found[0]}" for what, pattern in FORBIDDEN.items() if (found := pattern.search(text))]


def own_assembly(assembly: str, function_name: str) -> str:
    """Machine code of one function."""
    mangled = f"{len(function_name)}{function_name}"
    lines, inside = [], False
    for line in assembly.splitlines():
        label = re.match(r"^\"?([\w.$]+)\"?:", line)
        if label and label[1].startswith("_ZN"):
            inside = mangled in label[1] and not label[1].startswith("_ZN7cpython")
        elif label and label[1].startswith("cfunc."):
            inside = False
        if inside:
            lines.append(line)
    return "\n".join(lines)


def described(dispatcher: Any) -> dict[str, Any]:
    """Findings for one compiled function."""
    function = dispatcher.py_func
    source = inspect.getsource(function).splitlines()
    first = next(i for i, line in enumerate(source) if line.lstrip().startswith("def "))
    entry: dict[str, Any] = {
        "name": function.__name__,
        "module": function.__module__,
        "lines": len(source) - first,
        "arguments": function.__code__.co_argcount,
        "signatures": [str(signature) for signature in dispatcher.signatures],
        "faults": [],
        "references": 0,
        "widens": 0,
        "wide": 0,
        "narrow": 0,
    }
    for signature in dispatcher.signatures:
        ir = dispatcher.inspect_llvm(signature)
        body = own_body(ir, function.__name__)
        entry["faults"] += faults(ir)
        entry["references"] += len(COUNTS_REFERENCES.findall(body))
        entry["widens"] += len(WIDENS.findall(body))
        code = own_assembly(dispatcher.inspect_asm(signature), function.__name__)
        entry["wide"] += len(WIDE_MULTIPLY.findall(code))
        entry["narrow"] += len(NARROW_MULTIPLY.findall(code))
    return entry


def compiled_units() -> dict[str, str]:
    """Compile every unit without a cache; return the IR of each."""
    import numba

    from adaptive.kernel import units
    from adaptive.kernel.compile.jit import FLAGS

    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    made = {}
    for name, (function, signature) in units.UNITS.items():
        made[name] = numba.cfunc(signature, nopython=True, cache=False, **flags)(function)
    return {name: unit.inspect_llvm() for name, unit in made.items()}


def main(path: str) -> None:
    """Audit the whole kernel and write the findings."""
    from adaptive.kernel.compile.jit import registry

    of_units = {name: faults(ir) for name, ir in compiled_units().items()}
    functions = [described(dispatcher) for dispatcher in registry]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"units": of_units, "functions": functions}, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1])
