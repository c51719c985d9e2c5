"""What a C function takes and returns, from ctypes, from numba, from SciPy, or from C's own words.

Every argument is one register of one of two classes: integers and pointers, or floating-point
numbers; which one, and how it is extended to 64 bits, is all that a call needs.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import _core
from .._errors import invalid, unsupported

__all__ = ["CTarget", "c_target"]

_INTEGERS = {
    "bool": "?", "_Bool": "?", "char": "b", "signed char": "b", "unsigned char": "B",
    "short": "h", "unsigned short": "H", "int": "i", "unsigned": "I", "unsigned int": "I",
    "long": "q", "unsigned long": "Q", "long long": "q", "unsigned long long": "Q",
    "size_t": "Q", "ssize_t": "q", "ptrdiff_t": "q", "intptr_t": "q", "uintptr_t": "Q",
    "npy_intp": "q", "Py_ssize_t": "q", "int8_t": "b", "uint8_t": "B", "int16_t": "h",
    "uint16_t": "H", "int32_t": "i", "uint32_t": "I", "int64_t": "q", "uint64_t": "Q",
}  # fmt: skip
_ALLOWED = "integers, bool, pointers, float, double; also void as a result"
_QUALIFIERS = re.compile(r"\b(?:const|volatile|restrict|struct)\b")
_ADDRESS_WITHOUT = "'double (double, int)', or a ctypes function, numba cfunc or LowLevelCallable"


@dataclass(frozen=True, slots=True)
class CTarget:
    """A C function ready to be called; `keep` holds what its pointers point to."""

    address: int
    returns_real: bool
    integers: list[int]
    reals: list[float]
    keep: tuple[Any, ...]


def c_target(target: Any, args: Sequence[Any], signature: str | None) -> CTarget | None:
    """Return how to call a C function, or None where the target is none.

    Raises
    ------
    InvalidArgumentError
        A missing or malformed signature, arguments that do not fit it.
    UnsupportedError
        A type that does not travel in one register.
    """
    if isinstance(target, int) and not isinstance(target, bool):
        if signature is None:
            raise invalid("signature", None, f"the types of the function at that address: "
                          f"{_ADDRESS_WITHOUT}")  # fmt: skip
        return _by_text(target, signature, args)
    raw = _capsule_in(target)
    if raw is not None:
        address, name, context = _core.bench.capsule(raw)
        if not name and signature is None:
            raise invalid("signature", None, f"the types of a capsule without a name: "
                          f"{_ADDRESS_WITHOUT}")  # fmt: skip
        return _by_text(address, signature or name, args, user_data=context)
    inner = getattr(target, "ctypes", None)
    if hasattr(target, "address") and inner is not None:  # numba's cfunc
        target = inner
    if _is_ctypes(target):
        if signature is not None:
            import ctypes

            address = ctypes.cast(target, ctypes.c_void_p).value or 0
            return _by_text(address, signature, args)
        return _by_ctypes(target, args)
    if signature is not None:
        raise invalid("signature", repr(signature), "none for a Python callable")
    return None


def _capsule_in(target: Any) -> Any:
    """Return a capsule, or the one in a LowLevelCallable; None where there is none."""
    if isinstance(target, tuple) and len(target) > 0:
        target = tuple.__getitem__(target, 0)  # SciPy's own refuses
    return target if type(target).__name__ == "PyCapsule" else None


def _is_ctypes(target: Any) -> bool:
    return hasattr(target, "argtypes") and hasattr(target, "restype")


def _parse(signature: str) -> tuple[str, list[str]]:
    """Return the code of the result and of each argument: a struct letter, P, f, d or v."""
    match = re.fullmatch(r"\s*([^()]*?)\s*\(([^()]*)\)\s*", signature)
    if match is None or not match[1]:
        raise invalid("signature", repr(signature), "RESULT (TYPE, TYPE): 'double (double, int)'")
    words = [] if match[2].strip() in ("", "void") else match[2].split(",")
    return _code(match[1], signature, result=True), [_code(word, signature) for word in words]


def _code(text: str, signature: str, *, result: bool = False) -> str:
    if "*" in text:
        return "P"
    plain = " ".join(_QUALIFIERS.sub(" ", text).split())
    if plain in ("float", "double"):
        return plain[0]
    if result and plain == "void":
        return "v"
    if plain in _INTEGERS:
        return _INTEGERS[plain]
    raise unsupported(f"type {text.strip()!r} in {signature!r}: a call here takes {_ALLOWED}")


def _by_text(
    address: int, signature: str, args: Sequence[Any], *, user_data: int | None = None
) -> CTarget:
    result, codes = _parse(signature)
    values = [*args]
    if user_data is not None and codes[-1:] == ["P"] and len(values) == len(codes) - 1:
        values.append(user_data)  # SciPy hands it over as the last argument
    return _target(address, result, codes, values, signature)


def _by_ctypes(function: Any, args: Sequence[Any]) -> CTarget:
    import ctypes

    if function.argtypes is None and args:
        raise invalid("argtypes", None, f"the types of the {len(args)} arguments, set on target")
    name = getattr(function, "__name__", "target")
    codes = [_ctypes_code(t, name) for t in function.argtypes or ()]
    result = "v" if function.restype is None else _ctypes_code(function.restype, name)
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    found = _target(address, result, codes, args, name)
    return CTarget(
        found.address, found.returns_real, found.integers, found.reals, (*found.keep, function)
    )


def _ctypes_code(kind: Any, name: str) -> str:
    code = getattr(kind, "_type_", None)
    if isinstance(code, str) and len(code) == 1:
        if code in "fd?bBhHiIqQ":
            return code
        if code in "lL":
            return "q" if code == "l" else "Q"
        if code in "cu":
            return "b" if code == "c" else "i"
        if code in "PzZ":
            return "P"
    elif code is not None or hasattr(kind, "_flags_"):  # POINTER(T), arrays, CFUNCTYPE(...)
        return "P"
    words = getattr(kind, "__name__", repr(kind))
    raise unsupported(f"type {words} of {name}: a call here takes {_ALLOWED}")


def _target(
    address: int, result: str, codes: Sequence[str], args: Sequence[Any], where: str
) -> CTarget:
    if len(args) != len(codes):
        raise invalid("args", f"{len(args)} of them", f"{len(codes)}, as {where} takes")
    integers: list[int] = []
    reals: list[float] = []
    keep: list[Any] = [*args]
    for position, (code, value) in enumerate(zip(codes, args, strict=True)):
        try:
            if code in "fd":
                reals.append(_real(code, value))
            elif code == "P":
                integers.append(_pointer(value, keep))
            else:
                integers.append(_integer(code, value))
        except (TypeError, ValueError, OverflowError, struct.error) as error:
            raise invalid(
                f"args[{position}]", repr(value), f"{_WORDS.get(code, 'an integer')}: {error}"
            ) from None
    return CTarget(address, result in "fd", integers, reals, tuple(keep))


_WORDS = {"P": "None, an address, bytes, an array or a ctypes object", "f": "a number",
          "d": "a number"}  # fmt: skip


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "_type_") and hasattr(value, "value") else value


def _real(code: str, value: Any) -> float:
    number = float(_plain(value))
    if code == "d":
        return number
    (bits,) = struct.unpack("<d", struct.pack("<fI", number, 0))  # the register's low half
    return float(bits)


def _integer(code: str, value: Any) -> int:
    value = _plain(value)
    if code == "?":
        return int(bool(value))
    if isinstance(value, bytes | str) and len(value) == 1:
        value = ord(value)
    import operator

    number = operator.index(value)
    struct.pack(f"<{code}", number)  # in range of its type
    return number % 2**64


def _pointer(value: Any, keep: list[Any]) -> int:
    import ctypes

    if value is None:
        return 0
    if isinstance(value, int) and not isinstance(value, bool):
        return value % 2**64
    if isinstance(value, bytes):
        held = ctypes.c_char_p(value)
        keep.append(held)
        return ctypes.cast(held, ctypes.c_void_p).value or 0
    if isinstance(value, ctypes._SimpleCData) and isinstance(value, ctypes.c_void_p):
        return value.value or 0
    view = getattr(value, "ctypes", None)
    if view is not None and hasattr(view, "data"):  # NumPy
        return int(view.data)
    pointed = getattr(value, "_obj", None)  # byref(x)
    if pointed is not None:
        return ctypes.addressof(pointed)
    if hasattr(value, "contents") or _is_ctypes(value) or isinstance(value, ctypes.c_char_p):
        return ctypes.cast(value, ctypes.c_void_p).value or 0
    return ctypes.addressof(value)
