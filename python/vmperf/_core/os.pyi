"""
Operating system and CPU: fingerprint, self-test, pages, processes, libraries.
"""
from __future__ import annotations
import typing
import typing_extensions
__all__: list[str] = ['add_library_directory', 'allowed_cpus', 'aslr_enabled', 'die_with_parent', 'disable_aslr_after_exec', 'has_feature', 'huge_page_bytes', 'library_directories', 'machine', 'page_bytes', 'pin_to_cpu', 'resident_bytes', 'selftest']
def add_library_directory(path: str) -> None:
    """
    Adds a directory in which peers' shared libraries are searched for.

    Parameters
    ----------
    path : str
        An existing directory. Those added first are searched first, then those of the environment
        variable ``VMPERF_PEER_PATH`` (colon separated), then the system's. One that is there already
        isn't added again.

    Raises
    ------
    InvalidArgumentError
        If it isn't a directory.

    Examples
    --------
    >>> import sys
    >>> from vmperf._core import os
    >>> os.add_library_directory(sys.prefix)
    >>> sys.prefix in os.library_directories()
    True
    """
def allowed_cpus() -> list[int]:
    """
    The CPUs that the calling thread may run on.

    Returns
    -------
    list of int
        Ascending, never empty.

    Raises
    ------
    OsError
        If the kernel refuses.

    Examples
    --------
    >>> from vmperf._core import os
    >>> len(os.allowed_cpus()) >= 1
    True
    """
def aslr_enabled() -> bool:
    """
    Whether addresses of this process differ from start to start.

    Returns
    -------
    bool
        False where the kernel or the process's personality switched it off, and also where that can't
        be read; ``machine()["os"]["aslr"]`` tells those apart.

    Examples
    --------
    >>> from vmperf._core import os
    >>> os.aslr_enabled() in (True, False)
    True
    """
def die_with_parent(parent_pid: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
    """
    Has the kernel kill this process when its parent ends.

    Parameters
    ----------
    parent_pid : int, optional
        Id of the parent as the parent knew it when it started this process: a parent that has ended
        since is then noticed, and this process ends at once. 0: whoever is the parent now.

    Raises
    ------
    OsError
        If the kernel refuses.

    Notes
    -----
    The signal is SIGKILL, and it comes when the thread that started this process ends: start workers
    from a thread that lives as long as they should. A child of this process doesn't inherit it.

    References
    ----------
    prctl(2), PR_SET_PDEATHSIG.

    Examples
    --------
    >>> import subprocess, sys
    >>> code = "import os; from vmperf._core import os as o; o.die_with_parent(os.getppid())"
    >>> subprocess.run([sys.executable, "-c", code], check=True).returncode
    0
    """
def disable_aslr_after_exec() -> None:
    """
    Switch address randomisation off for what this process executes from now on.

    Raises
    ------
    UnsupportedError
        Where the kernel or a sandbox refuses.

    Notes
    -----
    Addresses of the running image stay as they are: ``os.execv`` starts one without randomisation. Acts
    on the whole process and is inherited by its children.

    References
    ----------
    personality(2), ``ADDR_NO_RANDOMIZE``.

    Examples
    --------
    >>> import subprocess, sys
    >>> code = ("import os, sys; from vmperf._core import os as vm\\n"
    ...         "vm.disable_aslr_after_exec()\\n"
    ...         "os.execv(sys.executable, [sys.executable, '-c', "
    ...         "'from vmperf._core import os; print(os.aslr_enabled())'])")
    >>> subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    'False\\n'
    """
def has_feature(name: str) -> bool:
    """
    Whether code may use a CPU feature here.

    Parameters
    ----------
    name : str
        Linux's name of it, e.g. "avx2", "avx512f", "asimd", "sve"; an unknown name is False.

    Returns
    -------
    bool
        True only where the CPU has it and the operating system saves its registers.

    Notes
    -----
    Never raises. Read once by CPUID and XGETBV (x86-64) or the kernel's hwcaps (AArch64), then cached.

    Examples
    --------
    >>> from vmperf._core import os
    >>> os.has_feature("sse2") or os.has_feature("asimd")
    True
    """
def huge_page_bytes() -> int | None:
    """
    Default size of a huge page in bytes.

    Returns
    -------
    int or None
        None where the kernel has no huge pages.

    Examples
    --------
    >>> from vmperf._core import os
    >>> size = os.huge_page_bytes()
    >>> size is None or size > os.page_bytes()
    True
    """
def library_directories() -> list[str]:
    """
    The directories searched for peers before the system's.

    Returns
    -------
    list of str
        Those added, then those of ``VMPERF_PEER_PATH``, in the order of the search.

    Examples
    --------
    >>> from vmperf._core import os
    >>> isinstance(os.library_directories(), list)
    True
    """
def machine() -> dict:
    """
    Fingerprint of this machine and of this build.

    Returns
    -------
    dict
        Nested, JSON-serialisable, keys in a stable order: ``cpu``, ``clocks`` (rates in Hz; ticks of
        the tick counter are not core cycles), ``timers`` (``cost_ns`` and ``step_ns`` of each),
        ``power``, ``memory`` (bytes), ``os``, ``build``, ``allocator`` (whose ``malloc`` this process
        has, and its settings), ``state`` (what changes by the minute) and ``unknown``. A value that
        can't be read is None, and ``unknown`` maps its dotted path to the
        reason.

    Notes
    -----
    Takes 10 to 50 ms, because timers and clocks are measured and a forked child tries ptrace. The GIL
    is released; safe from any thread.

    References
    ----------
    proc(5), sysfs, CPUID (Intel SDM vol. 2A), perf_event_open(2), ptrace(2).

    Examples
    --------
    >>> from vmperf._core import os
    >>> found = os.machine()
    >>> found["memory"]["page_bytes"] == os.page_bytes()
    True
    >>> found["clocks"]["core_hz"] > 1e6
    True
    """
def page_bytes() -> int:
    """
    Size of a base page in bytes.

    Returns
    -------
    int
        A power of two, e.g. 4096.

    Examples
    --------
    >>> from vmperf._core import os
    >>> os.page_bytes() % 4096
    0
    """
def pin_to_cpu(cpu: typing.SupportsInt | typing.SupportsIndex) -> None:
    """
    Keeps the calling thread on one CPU.

    Parameters
    ----------
    cpu : int
        One of `allowed_cpus()`.

    Raises
    ------
    InvalidArgumentError
        If that CPU isn't allowed.
    OsError
        If the kernel refuses.

    Notes
    -----
    Threads and processes started from this thread afterwards inherit it.

    Examples
    --------
    >>> import threading
    >>> from vmperf._core import os
    >>> cpu = os.allowed_cpus()[0]
    >>> thread = threading.Thread(target=os.pin_to_cpu, args=(cpu,))
    >>> thread.start()
    >>> thread.join()
    """
def resident_bytes(buffer: typing_extensions.Buffer) -> int:
    """
    How much of a buffer is in memory now.

    Parameters
    ----------
    buffer : contiguous bytes-like object
        Such as an ``mmap.mmap`` or a C-contiguous NumPy array.

    Returns
    -------
    int
        Bytes of all resident pages that the buffer touches: a multiple of the page size, and more than
        the buffer where it begins or ends within a page.

    Raises
    ------
    TypeError, BufferError
        If it is no buffer, or not contiguous.
    OsError
        If its pages aren't mapped.

    Notes
    -----
    Asks the kernel by mincore(2): O(pages).

    Examples
    --------
    >>> import mmap
    >>> from vmperf._core import os
    >>> with mmap.mmap(-1, 4 * os.page_bytes()) as pages:
    ...     pages[0] = 1
    ...     os.resident_bytes(pages) >= os.page_bytes()
    True
    """
def selftest() -> list:
    """
    Times kernels whose cost in core cycles is documented.

    Returns
    -------
    list of dict
        One per kernel (``add``, ``imul``, ``l1_load``, ``store_forward``): ``kernel``; ``cycles``,
        core cycles per op; ``expected_cycles``, by the document, or None where none gives a figure;
        ``ns_per_op``; ``source``, the document or why there is no expectation.

    Notes
    -----
    Each kernel is a chain of dependent instructions. ``store_forward`` stores to one address and loads
    it back: cores that rename memory do that in 0 to 1 cycles, so it has no expectation. The best of
    many batches spread over about 40 ms, between measurements of the core clock. The GIL is released.

    References
    ----------
    The AMD, Intel and Arm optimisation guides, Agner Fog's tables and uops.info, as named per row.

    Examples
    --------
    >>> from vmperf._core import os
    >>> [row["kernel"] for row in os.selftest()]
    ['add', 'imul', 'l1_load', 'store_forward']
    """
