"""Native: functions of C, C++ or Rust in a stack: whose file is no user's code, and which only make Python go on."""

from __future__ import annotations

import re

_FILE = re.compile(r"\.(?:[chsS]|cc|cpp|cxx|hh|hpp|hxx|inc|rs|go|f90|asm)\Z|\.so(?:\.|\Z)|\A<unknown>\Z")
_INTERPRETER = re.compile(r"(?:\A|/)(?:Include|Objects|Modules|Python)/.*\.[ch]\Z")
_CALLING = re.compile(
    r"_?PyEval|_Py\w*EvalFrame|_?PyObject_\w*(?:Call|Vectorcall)|\w*vectorcall|\w+_call\Z|call_function|do_call_core"
    r"|gen_send|gen_iternext|PyGen_am_send|call_trace|trace_call_function|trace_function_entry|context_run"
)


def is_native(file: str) -> bool:
    """Tell whether a stack's file is that of compiled code; where it came from is not told by where it lies."""
    return _FILE.search(file) is not None


def is_machinery(function: str, file: str) -> bool:
    """Tell whether a C function of the interpreter only calls the next Python function."""
    return _INTERPRETER.search(file) is not None and _CALLING.match(function) is not None
