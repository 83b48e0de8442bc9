from __future__ import annotations

import numba
import pytest

from adaptive.kernel.compile import jit


class Features(dict[str, bool]):
    """Features of a processor, as LLVM reports them."""

    def flatten(self) -> str:
        return ",".join(f"+{name}" for name, is_there in self.items() if is_there)


def widened(monkeypatch: pytest.MonkeyPatch, asked: str | None, **features: bool) -> str | None:
    """What `wide_features` says on a processor, with or without ``NUMBA_CPU_FEATURES``."""
    monkeypatch.setattr(numba.config, "CPU_FEATURES", asked)
    monkeypatch.setattr(jit.llvm, "get_host_cpu_features", lambda: Features(features))
    return jit.wide_features()


def test_full_width_is_used_from_ice_lake_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert widened(monkeypatch, None, avx512f=True, avx512vbmi2=True) == (
        "+avx512f,+avx512vbmi2,-prefer-256-bit"
    )


def test_any_other_processor_is_left_to_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    assert widened(monkeypatch, None, avx2=True) is None
    assert widened(monkeypatch, None, avx512f=True, avx512vbmi2=False) is None


def test_the_environment_overrides_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert widened(monkeypatch, "+sse2", avx512vbmi2=True) == "+sse2"


def test_every_kernel_function_is_compiled_with_the_same_flags() -> None:
    from adaptive.kernel import units  # imports every module of the kernel

    assert units.UNITS
    assert len(jit.registry) > 100
    assert all(
        {name: function.targetoptions[name] for name in jit.FLAGS} == jit.FLAGS for function in jit.registry
    )
