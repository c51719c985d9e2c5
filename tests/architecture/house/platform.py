"""The system and the CPU behind one door: OS calls, intrinsics, architecture tests, assembly."""

from __future__ import annotations

import re
from pathlib import Path

from house.cpp_source import CppSource
from house.layers import sources

_OS_HEADER = re.compile(
    r"(sys|linux|asm|arpa|netinet|mach|bits)/|"
    r"(unistd|fcntl|sched|pthread|dlfcn|signal|poll|cpuid|link|elf|spawn|numa|numaif|time|dirent|"
    r"windows|features|ucontext|execinfo|malloc)\.h$|csignal$"
)
_ISA_HEADER = re.compile(r"(\w*intrin|arm_neon|arm_sve|arm_acle|riscv_vector|x86gprintrin)\.h$")
_CALLS = [
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "mincore",
    "mlock",
    "mbind",
    "move_pages",
    "msync",
    "memfd_create",
    "sched_setaffinity",
    "sched_getaffinity",
    "sched_getcpu",
    "sched_yield",
    "pthread_\\w+",
    "ptrace",
    "fork",
    "vfork",
    "execv\\w*",
    "posix_spawn\\w*",
    "waitpid",
    "wait4",
    "kill",
    "prctl",
    "syscall",
    "dlopen",
    "dlsym",
    "dlclose",
    "dlinfo",
    "sysconf",
    "getpid",
    "gettid",
    "getrusage",
    "clock_gettime",
    "clock_getres",
    "nanosleep",
    "usleep",
    "perf_event_open",
    "ioctl",
    "open",
    "openat",
    "close",
    "read",
    "write",
    "pread",
    "pwrite",
    "ftruncate",
    "fstat",
    "uname",
    "getauxval",
    "sigaction",
    "__get_cpuid\\w*",
    "__cpuid\\w*",
    "__builtin_cpu_\\w+",
    "__rdtscp?",
    "_rdtsc",
    "__builtin_ia32_\\w+",
    "mallopt",
    "malloc_trim",
    "malloc_usable_size",
    "malloc_info",
    "mallinfo2?",
]
# A bare or global call: not a member, not qualified, not a declaration "Type open(" of our own.
_CALL = re.compile(rf"(?<![\w.>:~&*])(?<!\w )(?:::)?\b(?:{'|'.join(_CALLS)})\s*\(")
_RETURNED = re.compile(rf"\b(?:return|else|co_return)\s+(?:::)?(?:{'|'.join(_CALLS)})\s*\(")
_ARCH = re.compile(
    r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif|elifdef)\b[^\n]*\b(?:__x86_64__|__amd64__|__i386__|"
    r"__aarch64__|__arm__|__riscv\w*|__powerpc\w*|__s390x?__|_M_\w+|__AVX\w*|__SSE\w*|__BMI2?__|"
    r"__ARM_\w+|__POPCNT__|__LZCNT__|__AES__|__FMA__|__linux__|__APPLE__|_WIN32|__GLIBC__)[^\n]*",
    re.MULTILINE,
)
_ASM = re.compile(r"\b(?:asm|__asm__|__asm)\b")
_TARGET = re.compile(
    r"(?:\[\[|__attribute__)[^\n]*\btarget(?:_clones)?\s*\(|#\s*pragma\s+(?:GCC|clang)\s+target"
)
_ASM_TEMPLATE = re.compile(r"\basm\s+(?:volatile\s*)?\(\s*(\"[^\"]*\")")


_MEMOPS_INLINE = "include/vmperf/memops/inline/"  # what its clients compile for their own target


def _owns_isa(source: CppSource) -> bool:
    inside = source.inside
    return (
        source.component == "os"
        or inside.startswith(("src/isa/", "src/emit/", "emit/"))
        or (source.component == "memops" and inside.startswith(("src/", _MEMOPS_INLINE)))
    )


def system(root: Path) -> list[str]:
    """System headers and system calls stand in cpp/os alone."""
    bad: list[str] = []
    for path, source in sources(root).items():
        if source.component == "os":
            continue
        for include in source.includes:
            if not include.quoted and _OS_HEADER.match(include.text):
                bad.append(f"{path}:{include.line}: <{include.text}> belongs in cpp/os")
        for line, call in {*source.find(_CALL), *source.find(_RETURNED)}:
            bad.append(f"{path}:{line}: {call}...): system calls belong in cpp/os")
    return sorted(bad)


def instruction_sets(root: Path) -> list[str]:
    """Intrinsics, architecture tests and assembly stand in os/, src/isa/, memops and emit/."""
    bad: list[str] = []
    for path, source in sources(root).items():
        if _owns_isa(source):
            continue
        for include in source.includes:
            if _ISA_HEADER.match(include.text):
                bad.append(f"{path}:{include.line}: <{include.text}> belongs in os/ or src/isa/")
        for line, text in source.find(_ARCH):
            bad.append(f"{path}:{line}: {text}: architecture tests belong in os/ or src/isa/")
        for line, text in source.find(_TARGET):
            bad.append(f"{path}:{line}: {text}: code for one target belongs in src/isa/")
        bad += _assembly(path, source)
    return bad


def _assembly(path: Path, source: CppSource) -> list[str]:
    """The harness's barriers alone may use asm elsewhere: an empty template, for any CPU."""
    uses = source.find(_ASM)
    if source.component == "bench":
        templates = _ASM_TEMPLATE.findall(source.text)
        if len(templates) != len(uses) or any(template != '""' for template in templates):
            return [f"{path}: asm in the harness must have an empty template"]
        return []
    return [f"{path}:{line}: asm belongs in os/, src/isa/ or bench" for line, _ in uses]
