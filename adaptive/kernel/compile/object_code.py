"""The machine code of a compiled unit as bytes, and how it is loaded without the compiler.

numba prepares its type inference before it loads a function from its own cache: 0.55 s of CPU at each start
of a program that compiles nothing.  Object code is loaded by LLVM alone.  LLVM ends the process if a symbol
that the code refers to does not exist, so each is looked up first.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import llvmlite.binding as llvm

_engines: list[Any] = []
"""What holds loaded code in memory; an audio device may call it until the process ends."""


@dataclass(frozen=True)
class ObjectCode:
    """Machine code of one C function.

    Parameters
    ----------
    symbol : str
        Name of the function.
    externals : tuple of str
        Symbols outside of the code that it refers to.
    code : bytes
        Content of an object file.
    """

    symbol: str
    externals: tuple[str, ...]
    code: bytes

    @classmethod
    def of(cls, compiled: Any) -> ObjectCode:
        """Take the code from numba's result of a compilation."""
        library = compiled.library
        _, _, (code, _) = library.serialize_using_object_code()
        module = library._final_module
        names = {item.name for item in (*module.functions, *module.global_variables) if item.is_declaration}
        externals = sorted(name for name in names if not name.startswith("llvm."))
        return cls(compiled.fndesc.llvm_cfunc_wrapper_name, tuple(externals), code)

    @classmethod
    def from_bytes(cls, body: bytes) -> ObjectCode:
        """Read what `to_bytes` wrote.

        Raises
        ------
        ValueError, TypeError, KeyError
            It has another form.
        """
        head, _, code = body.partition(b"\n")
        fields = json.loads(head)
        return cls(fields["symbol"], tuple(fields["externals"]), code)

    def to_bytes(self) -> bytes:
        """One line of JSON, then the object file."""
        head = {key: value for key, value in asdict(self).items() if key != "code"}
        return json.dumps(head).encode() + b"\n" + self.code

    def load(self) -> int | None:
        """Load the code into this process and return the function's address; None if a symbol is missing."""
        if not all(_is_known(name) for name in self.externals):
            return None
        machine = llvm.Target.from_default_triple().create_target_machine()
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(self.code))
        engine.finalize_object()
        _engines.append(engine)
        address: int = engine.get_function_address(self.symbol)
        return address or None


def _is_known(name: str) -> bool:
    """Whether LLVM finds a symbol; those of numba's runtime are told to it when first asked for.

    Code that raises refers to them.  No unit raises, but every unit contains the code.
    """
    if llvm.address_of_symbol(name) is None and name.startswith("NRT_"):
        from numba.core.runtime import _nrt_python

        address = _nrt_python.c_helpers.get(name.removeprefix("NRT_"))
        if address is not None:
            llvm.add_symbol(name, address)
    return llvm.address_of_symbol(name) is not None
