"""Functions that kernels call, compiled into every kernel that calls them and never by themselves.

numba makes each function ready to run on its own: a door for Python, which unpacks every field of every array it is
handed, optimised code, machine code. Of a function deep down that is done once for itself, and again inside each of its
callers' callers. These stop halfway: typed, lowered and tidied up, they wait to be linked, and are optimised and turned
into machine code where the kernel is, once. They are typed for whole numbers of 64 bits, whichever come, so that a 3 here
and an int32 there do not make another of them. Simulations of actor-oriented models are compiled in two fifths of
the time for it, and run no slower.

Called from Python, one is compiled as a kernel of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

from recoverynet.kernels.compiled import compiled

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


class _ToBeLinked(JITCodeLibrary):
    """Code that goes into other code."""

    def _optimize_final_module(self) -> None:
        """Whoever links it optimises it."""

    def _finalize_final_module(self) -> None:
        """No machine code is made."""
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)  # type: ignore[no-untyped-call]
class _LinkedLowering(NativeLowering):
    """Lowering that ends with code to be linked; nothing in it can be called from Python."""

    _name = "linked_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _ToBeLinked(state.targetctx.codegen(), state.func_id.func_qualname)  # type: ignore[no-untyped-call]
        state.flags.no_compile = state.flags.no_cpython_wrapper = state.flags.no_cfunc_wrapper = True
        super().run_pass(state)  # type: ignore[no-untyped-call]
        known_by = object()  # callers find the code by what would be its door for Python
        state.targetctx.insert_user_function(known_by, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=known_by)
        return True


class _LinkedCompiler(CompilerBase):
    """numba's compiler, but for its last step."""

    def define_pipelines(self) -> list[Any]:
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)  # type: ignore[no-untyped-call]
        manager.passes = [(_LinkedLowering if step is NativeLowering else step, what) for step, what in manager.passes]
        manager._finalized = False
        manager.finalize()
        return [manager]


def _widened(argument: Any) -> Any:
    """The type an argument is handed over as."""
    wide: Any = types.unliteral(argument)  # type: ignore[no-untyped-call]
    return types.int64 if wide in types.signed_domain else wide


def linked(**options: Any) -> Callable[[Kernel], Kernel]:
    """Compile a function into those kernels that call it, when they are compiled.

    Parameters
    ----------
    **options
        As for ``numba.njit``.

    Returns
    -------
    callable
        The decorator.
    """

    def compile_later(function: Kernel) -> Kernel:
        inside: Any = numba.njit(pipeline_class=_LinkedCompiler, **options)(function)

        @cache
        def by_itself() -> Any:
            return compiled(**options)(function)

        def typed_as(arguments: Any, keywords: Any) -> Any:
            return type(inside).get_call_template(inside, tuple(map(_widened, arguments)), keywords)

        def keep(result: Any) -> None:
            inside.overloads[tuple(result.signature.args)] = result

        inside.get_call_template, inside.add_overload = typed_as, keep
        inside._compile_for_args = lambda *arguments: by_itself()._compile_for_args(*arguments)
        return cast(Kernel, inside)

    return compile_later
