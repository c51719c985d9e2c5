"""
NUMA: nodes of memory, what each policy does with pages, and what that costs on a stated model.

Placement is the same code on a machine and on a model; only who holds the pages differs. What comes
of a model is called modelled wherever it stands, and nothing waits or spins to look like it.
"""
from __future__ import annotations
import numpy
import numpy.typing
import typing
__all__: list[str] = ['NumaAllocator', 'Topology', 'advise', 'modelled_cost', 'presets', 'rebalance', 'share_bandwidth', 'trace_cost']
class Topology:
    """
    Nodes of memory, their CPUs, and what is known of the ways between them.

    Made by `Topology.model` and `Topology.real`. Rows of a matrix are nodes whose CPUs access, columns
    nodes whose memory is accessed, both in the order of ``nodes``.

    Notes
    -----
    Immutable; safe from any thread. A distance is a ratio (10 is the node itself), and no latency is
    ever made of it: without ``latency_ns`` there is placement, but no cost.

    References
    ----------
    ACPI Specification 6.5, 5.2.17 "System Locality Information Table"; Linux,
    Documentation/ABI/stable/sysfs-devices-node.

    Examples
    --------
    >>> from vmperf.numa import Topology
    >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]])
    >>> two.n_nodes, two.cpus, two.provenance
    (2, ((0,), (1,)), 'modelled')
    >>> two.latency_ns[0, 1].item(), two.bandwidth_gbs
    (150.0, None)
    """
    @staticmethod
    def from_dict(given: typing.Any) -> Topology:
        """
        The model that `to_dict` wrote down.

        Parameters
        ----------
        given : dict
            With ``distance``, and what else is known.

        Returns
        -------
        Topology
            A model, also of what was once read from a machine: nodes are numbered 0 to n - 1.

        Raises
        ------
        InvalidArgumentError
            If a key is unknown, ``distance`` is missing, or as of `Topology.model`.
        TypeError
            If it is no dict.

        Examples
        --------
        >>> from vmperf.numa import Topology
        >>> found = Topology.from_dict({"distance": [[10, 21], [21, 10]], "cpus": [[0, 1], []]})
        >>> found.cpus, found.provenance
        (((0, 1), ()), 'modelled')
        """
    @staticmethod
    def hwloc(text: typing.Any) -> Topology:
        """
        The topology that hwloc describes: an exported XML file's text, or a synthetic string.

        Parameters
        ----------
        text : str
            XML of ``lstopo --of xml`` (hwloc 1.x to 3.x), or levels ``type:count`` with ``[numa]`` behind
            those whose objects have a node: ``'pack:2 [numa] core:4 pu:1'``.

        Returns
        -------
        Topology
            A model, whatever machine the text is of: nodes by ascending number, each CPU the nearest
            node's. Distances are those of the text, else 10 and 20, as Linux has it where firmware says
            nothing. Latencies and bandwidths are known where XML has memory attributes of each pair.

        Raises
        ------
        InvalidArgumentError
            If the text is malformed: line and column, or character, are named. If it has no node, a node
            twice, more than 255, or distances that a model cannot have.
        TypeError
            If `text` is no str.

        References
        ----------
        hwloc manual, "Synthetic topologies" and "Importing and exporting topologies from/to XML files".

        Examples
        --------
        >>> from vmperf.numa import Topology
        >>> found = Topology.hwloc("pack:2 [numa] l3:1 core:2 pu:1")
        >>> found.cpus, found.distance.tolist()
        (((0, 1), (2, 3)), [[10.0, 20.0], [20.0, 10.0]])
        """
    @staticmethod
    def model(distance: typing.Any, *, latency_ns: typing.Any = None, bandwidth_gbs: typing.Any = None, controller_gbs: typing.Any = None, cpus: typing.Any = None) -> Topology:
        """
        A topology that the caller states and answers for.

        Parameters
        ----------
        distance : array_like of float, shape (n, n)
            Of each node from each, symmetric, above 0; 10 is the node itself by convention. n is 1 to 255.
        latency_ns : array_like of float, shape (n, n), optional
            Of one dependent access, in nanoseconds, above 0. Kept to a thousandth.
        bandwidth_gbs : array_like of float, shape (n, n), optional
            Of the way from a node's CPUs to a node's memory, in GB/s (10**9 bytes), above 0; the diagonal
            is what a node's own CPUs get from its memory.
        controller_gbs : array_like of float, shape (n,), optional
            Of a node's memory, whoever asks, in GB/s, above 0.
        cpus : sequence of sequences of int, optional
            CPUs of each node, which may have none; without, CPU i is node i's.

        Returns
        -------
        Topology
            Its ``provenance`` is ``'modelled'``.

        Raises
        ------
        InvalidArgumentError
            If there are no nodes or more than 255, a matrix has another shape or an entry that is not
            finite and above 0, distances differ there and back, or a CPU is negative or of two nodes.
        TypeError
            If something is no array of numbers.

        Examples
        --------
        >>> from vmperf.numa import Topology
        >>> with_expander = Topology.model([[10, 20], [20, 10]], cpus=[[0, 1, 2, 3], []])
        >>> with_expander.cpus
        ((0, 1, 2, 3), ())
        """
    @staticmethod
    def preset(name: typing.Any) -> Topology:
        """
        A machine as others measured it, and published.

        Parameters
        ----------
        name : str
            One of `presets`, which says where the figures stand.

        Returns
        -------
        Topology
            A model: nothing of it was measured here.

        Raises
        ------
        InvalidArgumentError
            If there is none of that name.

        Examples
        --------
        >>> from vmperf.numa import Topology
        >>> Topology.preset("skylake_2s").latency_ns.tolist()
        [[81.3, 131.1], [131.2, 81.3]]
        """
    @staticmethod
    def real() -> Topology:
        """
        The nodes of this machine, as the kernel tells of them.

        Returns
        -------
        Topology
            With distances alone: a kernel knows no nanoseconds. Its ``provenance`` is ``'measured'``.

        Raises
        ------
        UnsupportedError
            If the kernel shows no nodes.

        Examples
        --------
        >>> from vmperf.numa import Topology
        >>> here = Topology.real()
        >>> here.n_nodes >= 1, here.latency_ns is None
        (True, True)
        """
    def __repr__(self) -> str:
        ...
    def to_dict(self) -> dict[str, typing.Any]:
        """
        All that is known, as lists and numbers: what a file of JSON or TOML can hold.

        Returns
        -------
        dict
            ``distance``, ``latency_ns``, ``bandwidth_gbs``, ``controller_gbs`` (lists, or None where
            unknown), ``cpus``, ``nodes``, ``has_memory``, ``provenance``.

        Examples
        --------
        >>> from vmperf.numa import Topology
        >>> found = Topology.model([[10, 21], [21, 10]]).to_dict()
        >>> found["distance"], found["latency_ns"], found["provenance"]
        ([[10.0, 21.0], [21.0, 10.0]], None, 'modelled')
        """
    @property
    def bandwidth_gbs(self) -> typing.Any:
        """
        GB/s of each way, a read-only float64 array of shape (n, n); None where unknown.
        """
    @property
    def controller_gbs(self) -> typing.Any:
        """
        GB/s of each node's memory, a read-only float64 array of shape (n,); None where unknown.
        """
    @property
    def cpus(self) -> tuple:
        """
        CPUs of each node, a tuple of tuples of int; one that is memory alone has none.
        """
    @property
    def distance(self) -> typing.Any:
        """
        Distances, a read-only float64 array of shape (n, n); 10 is the node itself by convention.
        """
    @property
    def has_memory(self) -> tuple:
        """
        Of each node whether it has memory, a tuple of bool.
        """
    @property
    def latency_ns(self) -> typing.Any:
        """
        Nanoseconds of a dependent access, a read-only float64 array of shape (n, n); None where unknown.
        """
    @property
    def n_nodes(self) -> int:
        """
        How many nodes, 1 to 255.
        """
    @property
    def nodes(self) -> tuple:
        """
        Numbers of the nodes, ascending, a tuple of int: the kernel's, with gaps; in a model 0 to n - 1.
        """
    @property
    def provenance(self) -> str:
        """
        ``'measured'`` where the kernel said it, ``'modelled'`` where the caller did.
        """
class NumaAllocator:
    """
    Blocks on nodes by a policy of the kernel's, on this machine or on a model.

    A general allocator for each node, over a range of addresses whose pages have a node before they are
    first touched. In real mode the kernel is told so and can be asked (`verify`); in model mode nobody
    is: the same code decides, and no system call for placement is made.

    Parameters
    ----------
    topology : Topology
        `Topology.real` in real mode.
    policy : str, default 'local'
        ``'local'``: the node of the CPU, then the nearest with room. ``'preferred'``: one node, then
        those nearest to it. ``'preferred_many'``: of `nodes` the nearest to the CPU, then all others.
        ``'bind'``: of `nodes` the nearest to the CPU, and no other. ``'interleave'``: page p of the
        address space on node p mod n. ``'weighted_interleave'``: the same in runs of a node's weight.
    nodes : sequence of int, optional
        Numbers of nodes: none for ``'local'``, one for ``'preferred'``; where the policy interleaves
        all by default, in ascending order.
    weights : sequence of int, optional
        Of ``'weighted_interleave'``: 0 to 255 for each of `nodes`, ascending. In real mode they are the
        kernel's, of /sys/kernel/mm/mempolicy/weighted_interleave.
    mode : {'real', 'model'}, default 'real'
        Who holds the pages.
    node_bytes : int, default 1 GiB
        Room of each node, 2 MiB to 1 TiB, rounded up to a power of two: address space, not memory.
    checked : bool, default False
        Whether every address that is freed is tested.

    Raises
    ------
    InvalidArgumentError
        If a word is unknown, a node of a model is absent or given twice, there are more or fewer nodes
        or weights than the policy takes, weights sum to 0, or a model is to be real.
    OsError
        If the kernel refuses nodes or policy: EINVAL for a node that is absent.
    UnsupportedError
        If the kernel has no such call, or weighs nodes otherwise than asked for.
    CapacityError
        If address space is out, or too many allocators are open.

    Notes
    -----
    A thread on a CPU that a model lacks stands for one that it has, in a round over all of them. Pages
    are kept until `close`. Blocks are at most 256 MiB.

    References
    ----------
    Linux, Documentation/admin-guide/mm/numa_memory_policy.rst; mbind(2).

    Examples
    --------
    >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
    >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
    ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
    >>> with NumaAllocator(two, "interleave", mode="model") as allocator:
    ...     block = allocator.allocate(1 << 20)
    ...     nodes = allocator.placement(block)
    ...     (nodes == 0).sum().item(), (nodes == 1).sum().item(), allocator.provenance
    (128, 128, 'modelled')
    """
    def __enter__(self) -> NumaAllocator:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, topology: Topology, policy: str = 'local', *, nodes: typing.Any = None, weights: typing.Any = None, mode: str = 'real', node_bytes: typing.Any = 1073741824, checked: bool = False) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def allocate(self, size_bytes: typing.Any, *, align: typing.Any = 64, cpu: typing.Any = None) -> int:
        """
        Allocates a block where the policy says.

        Parameters
        ----------
        size_bytes : int
            0 to 256 MiB.
        align : int, default 64
            Of the address, a power of two up to 2**30.
        cpu : int, optional
            The CPU that asks, one of the topology's; that of the thread by default.

        Returns
        -------
        int
            Address of uninitialised memory.

        Raises
        ------
        InvalidArgumentError
            If a parameter is out of range or no node has the CPU.
        CapacityError
            If no node that the policy allows has room, or the allocator is closed.
        OsError
            If the kernel refuses a node that is needed now.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, mode="model", node_bytes=2 << 20)
        >>> near, far = allocator.allocate(1 << 20, cpu=1), allocator.allocate(1 << 20, cpu=1)
        >>> allocator.node_of(near), allocator.node_of(far), allocator.stats()["fallbacks"]
        (1, 0, 1)
        """
    def close(self) -> None:
        """
        Gives all memory back, live blocks too; a second call does nothing. Never raises.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, mode="model")
        >>> allocator.close()
        >>> allocator.is_closed
        True
        """
    def deallocate(self, address: typing.Any) -> None:
        """
        Takes a block back, from whichever thread; 0 is no block.

        Parameters
        ----------
        address : int
            Of a block of this allocator.

        Raises
        ------
        CorruptionError
            If no block begins there; with ``checked=True`` also where it was freed already.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, mode="model")
        >>> allocator.deallocate(allocator.allocate(100))
        >>> allocator.stats()["live_blocks"]
        0
        """
    def move(self, addresses: typing.Any, nodes: typing.Any) -> numpy.typing.NDArray[numpy.int32]:
        """
        Moves pages to other nodes: really in real mode, in the table alone on a model.

        Parameters
        ----------
        addresses : array_like of int, shape (n,)
            Each in a page that is some node's.
        nodes : array_like of int, shape (n,)
            Numbers of the nodes that they go to.

        Returns
        -------
        numpy.ndarray
            int32, shape (n,): the node that each page is on now, or a negative errno, as move_pages(2) has
            it: -2 (ENOENT) for a page that was never touched.

        Raises
        ------
        InvalidArgumentError
            If a page is no node's, lengths differ, or a node of a model is absent.
        OsError
            If the kernel refuses the call as a whole: ENODEV for a node that is absent.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, "bind", nodes=[0], mode="model")
        >>> block = allocator.allocate(8192, align=4096)
        >>> allocator.move([block + 4096], [1]).tolist(), allocator.placement(block).tolist()
        ([1], [0, 1])
        """
    def node_of(self, address: typing.Any) -> int:
        """
        The node that the table has for the page of an address: one load.

        Parameters
        ----------
        address : int
            Of a page that is some node's, not only the beginning of a block.

        Returns
        -------
        int
            Number of the node.

        Raises
        ------
        InvalidArgumentError
            If the page is no node's.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, "preferred", nodes=[1], mode="model")
        >>> allocator.node_of(allocator.allocate(100) + 99)
        1
        """
    def nodes_of(self, addresses: typing.Any) -> numpy.typing.NDArray[numpy.int16]:
        """
        The nodes of many addresses, as of a trace.

        Parameters
        ----------
        addresses : array_like of int, shape (n,)
            Each in a page that is some node's.

        Returns
        -------
        numpy.ndarray
            int16, shape (n,): numbers of nodes.

        Raises
        ------
        InvalidArgumentError
            If a page is no node's: the first such address is named.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, "bind", nodes=[0], mode="model")
        >>> block = allocator.allocate(8192)
        >>> allocator.nodes_of([block, block + 5000]).tolist()
        [0, 0]
        """
    def placement(self, address: typing.Any) -> numpy.typing.NDArray[numpy.int16]:
        """
        The nodes of all pages of a block, as the table has them.

        Parameters
        ----------
        address : int
            Of a block of this allocator.

        Returns
        -------
        numpy.ndarray
            int16, one a page that the block touches: numbers of nodes.

        Raises
        ------
        CorruptionError
            If no block begins there; with ``checked=True`` also where it was freed already.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, "weighted_interleave", weights=[3, 1], mode="model")
        >>> block = allocator.allocate(16 * 4096, align=1 << 16)
        >>> allocator.placement(block).tolist()
        [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]
        """
    def populate(self, address: typing.Any) -> None:
        """
        Has a block's pages in memory, so that they can be asked for; on a model nothing is to be done.

        Parameters
        ----------
        address : int
            Of a block of this allocator.

        Raises
        ------
        CorruptionError
            If no block begins there; with ``checked=True`` also where it was freed already.
        OsError
            If the kernel refuses.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology
        >>> allocator = NumaAllocator(Topology.real())
        >>> block = allocator.allocate(1 << 20)
        >>> allocator.verify()["matching"]
        0
        >>> allocator.populate(block)
        >>> placement = allocator.verify()
        >>> placement["matching"] == placement["pages"]
        True
        """
    def stats(self) -> dict:
        """
        What is live and where, by the table.

        Returns
        -------
        dict
            ``live_blocks``, ``live_bytes`` (by the sizes of their classes), ``bytes_of_node`` of these by
            number of the node, ``fallbacks`` (blocks that went to another node than the first), and
            ``moved_pages``; ``provenance``.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, "preferred", nodes=[1], mode="model")
        >>> block = allocator.allocate(4096)
        >>> allocator.stats()["bytes_of_node"]
        {0: 0, 1: 4096}
        """
    def verify(self) -> dict:
        """
        Asks the kernel for each page of each live block, and sets that against the table.

        Returns
        -------
        dict
            ``pages`` of live blocks; ``matching`` and ``elsewhere``, as the kernel says; ``unverified``,
            never touched or on a model, where nobody can be asked; ``pages_of_node`` by number of the node,
            of the table; ``provenance``.

        Raises
        ------
        OsError
            If the kernel refuses.

        Examples
        --------
        >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
        >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
        ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
        >>> allocator = NumaAllocator(two, "interleave", mode="model")
        >>> block = allocator.allocate(8 * 4096, align=4096)
        >>> placement = allocator.verify()
        >>> placement["pages"], placement["matching"], placement["unverified"]
        (8, 0, 8)
        """
    @property
    def is_closed(self) -> bool:
        """
        Whether `close` was called.
        """
    @property
    def mode(self) -> str:
        """
        ``'real'`` or ``'model'``.
        """
    @property
    def node_bytes(self) -> int:
        """
        Room of each node in bytes, a power of two.
        """
    @property
    def nodes(self) -> tuple:
        """
        Numbers of the policy's nodes, a tuple of int; of ``'local'`` none.
        """
    @property
    def page_bytes(self) -> int:
        """
        Bytes of a page, as `placement` counts them.
        """
    @property
    def policy(self) -> str:
        """
        The policy's word.
        """
    @property
    def provenance(self) -> str:
        """
        ``'measured'`` in real mode, where a kernel answers for the pages, else ``'modelled'``.
        """
    @property
    def topology(self) -> Topology:
        """
        The topology that it was made with.
        """
def advise(topology: typing.Any, accesses: typing.Any, *, capacity: typing.Any = None) -> dict[str, typing.Any]:
    """
    Where threads and pages had better be, and what that gains over interleaved pages.

    Threads are given to nodes as long as there are CPUs, pages as long as there is room. Both are
    placed in turn, each time exactly, until nothing gains: a local optimum, the better one of two
    starts.

    Parameters
    ----------
    topology : Topology
        With ``latency_ns`` and CPUs.
    accesses : array_like of int, shape (threads, pages)
        How often each thread accesses each page.
    capacity : array_like of int, shape (nodes,), optional
        Pages that each node has room for; by default all.

    Returns
    -------
    dict
        ``thread_nodes`` and ``page_nodes``, int16, numbers of nodes; ``aware_modelled_ns`` of all
        accesses there; ``uniform_modelled_ns`` with threads in turn over nodes and pages interleaved;
        ``pages_alone_modelled_ns`` with the pages moved and the threads not; ``gain``, uniform / aware;
        ``advice``, sentences; ``provenance``, always ``'modelled'``.

    Raises
    ------
    UnsupportedError
        If the topology has no ``latency_ns`` or no CPU.
    InvalidArgumentError
        If there are no accesses or some are negative, or shapes differ.
    CapacityError
        If nodes have room for fewer pages than there are.

    Notes
    -----
    O((threads + pages) x nodes^2) a round. Nothing is moved: `NumaAllocator.move` does that, and CPUs
    are the caller's to choose.

    Examples
    --------
    >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
    >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
    ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
    >>> from vmperf.numa import advise
    >>> found = advise(two, [[9, 9, 0, 0], [0, 0, 9, 9]])
    >>> found["thread_nodes"].tolist(), found["page_nodes"].tolist(), round(found["gain"], 3)
    ([0, 1], [0, 0, 1, 1], 1.333)
    """
def modelled_cost(topology: Topology, cpu_nodes: typing.Any, page_nodes: typing.Any) -> dict:
    """
    What dependent accesses cost by a topology's matrix: the sum of their latencies.

    Parameters
    ----------
    topology : Topology
        With ``latency_ns``.
    cpu_nodes : array_like of int, shape (n,)
        Numbers of the nodes whose CPUs access.
    page_nodes : array_like of int, shape (n,)
        Numbers of the nodes whose pages are accessed, as of `NumaAllocator.nodes_of`.

    Returns
    -------
    dict
        ``modelled_ns`` of all and ``mean_ns`` of one, float; ``accesses``; ``pairs``, how many of each
        kind, int64 of shape (nodes, nodes); ``provenance``, always ``'modelled'``.

    Raises
    ------
    UnsupportedError
        If the topology has no ``latency_ns``.
    InvalidArgumentError
        If a node is absent or lengths differ.

    Notes
    -----
    Latencies count in whole picoseconds, so sums are exact. O(n).

    Examples
    --------
    >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
    >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
    ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
    >>> cost = modelled_cost(two, [0, 0, 0, 1], [0, 0, 1, 1])
    >>> cost["modelled_ns"], cost["mean_ns"], cost["pairs"].tolist()
    (420.0, 105.0, [[2, 1], [0, 1]])
    """
def presets() -> dict[str, typing.Any]:
    """
    The machines of `Topology.preset`, and where their figures stand.

    Returns
    -------
    dict
        Name -> source, both str.

    Examples
    --------
    >>> from vmperf.numa import presets
    >>> "FD.io CSIT" in presets()["skylake_2s"]
    True
    """
def rebalance(topology: Topology, heat: typing.Any, now: typing.Any, *, capacity: typing.Any = None, move_cost_us: typing.SupportsFloat | typing.SupportsIndex = 2.0, factor: typing.SupportsFloat | typing.SupportsIndex = 2.0) -> dict:
    """
    Which pages to move where, so that their accesses cost least in the room that there is.

    Exact: no other assignment has a smaller sum of accesses and moves.

    Parameters
    ----------
    topology : Topology
        With ``latency_ns``.
    heat : array_like of int, shape (pages, nodes)
        Accesses of each page by the CPUs of each node.
    now : array_like of int, shape (pages,)
        Number of the node that has each page.
    capacity : array_like of int, shape (nodes,), optional
        Pages that each node has room for; by default all.
    move_cost_us : float, default 2.0
        Of a page, in microseconds: the default is an estimate, see the notes.
    factor : float, default 2.0
        By how many times a gain must exceed the cost of its move.

    Returns
    -------
    dict
        ``target``, int16 of shape (pages,), numbers of nodes; ``moved``, int64, the pages that change;
        ``before_modelled_ns`` and ``after_modelled_ns`` of all accesses, ``move_modelled_ns`` of the
        moves; ``provenance``, always ``'modelled'``.

    Raises
    ------
    UnsupportedError
        If the topology has no ``latency_ns``.
    InvalidArgumentError
        If a node is absent, heat is negative or shapes differ, or a cost is negative or too large.
    CapacityError
        If the nodes have room for fewer pages than there are.

    Notes
    -----
    Releases the GIL. 2 us is what a first touch of 4 KiB costs on the machine where this was written; a
    move between nodes was never measured there, as it has one.

    References
    ----------
    Ahuja, Magnanti and Orlin, *Network Flows*, 9.7 (successive shortest paths).

    Examples
    --------
    >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
    >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
    ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
    >>> plan = rebalance(two, [[0, 1000], [1000, 0], [0, 10]], [0, 0, 0])
    >>> plan["target"].tolist(), plan["moved"].tolist()
    ([1, 0, 0], [0])
    >>> plan["before_modelled_ns"], plan["after_modelled_ns"]
    (241500.0, 181500.0)
    """
def share_bandwidth(topology: Topology, cpu_nodes: typing.Any, spread: typing.Any, *, demand_gbs: typing.Any = None) -> dict:
    """
    How streams share ways and controllers: max-min fair.

    All rates grow alike until something is full; who uses it stays there, the others go on.

    Parameters
    ----------
    topology : Topology
        With ``bandwidth_gbs``, ``controller_gbs`` or both.
    cpu_nodes : array_like of int, shape (n,)
        Number of the node whose CPUs drive each stream.
    spread : array_like of float, shape (n, nodes)
        Parts of each stream's rate by node of the memory, 0 to 1, of sum 1. A stream is as fast as the
        slowest part lets it be.
    demand_gbs : array_like of float, shape (n,), optional
        What each stream can take at most, in GB/s, above 0.

    Returns
    -------
    dict
        ``modelled_gbs``, float64 of shape (n,), and their ``total_modelled_gbs``; ``limits``, of each
        stream ``('demand',)``, ``('way', from, to)`` or ``('controller', node)``; what is used of
        ``way_gbs``, shape (nodes, nodes), and ``controller_gbs``; ``provenance``, always
        ``'modelled'``.

    Raises
    ------
    UnsupportedError
        If the topology has no ``bandwidth_gbs`` and no ``controller_gbs``.
    InvalidArgumentError
        If a node is absent, a spread is negative or does not sum to 1, a demand is not above 0, or
        shapes differ.

    References
    ----------
    Bertsekas and Gallager, *Data Networks*, 6.5.2 (max-min flow control).

    Examples
    --------
    >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
    >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
    ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
    >>> shares = share_bandwidth(two, [0, 0, 1], [[1, 0], [0, 1], [0, 1]])
    >>> shares["modelled_gbs"].tolist()
    [40.0, 16.0, 24.0]
    >>> shares["limits"]
    [('controller', 0), ('way', 0, 1), ('controller', 1)]
    """
def trace_cost(allocator: typing.Any, addresses: typing.Any, threads: typing.Any = None, *, thread_cpu: typing.Any) -> dict[str, typing.Any]:
    """
    What the accesses of a trace cost on the model, from threads on these CPUs to the pages as placed.

    Parameters
    ----------
    allocator : NumaAllocator
        Whose pages are accessed; its topology has ``latency_ns``.
    addresses : array_like of int, shape (n,)
        Each in a page of the allocator.
    threads : array_like of int, shape (n,), optional
        Of each access the thread, 0 to the number of threads - 1; by default one thread makes all.
    thread_cpu : array_like of int, shape (threads,)
        The CPU of each thread.

    Returns
    -------
    dict
        As `modelled_cost`, for accesses one after the other; and ``streams``, as `share_bandwidth` for
        the threads in ``threads``, as though each streamed through its own addresses at once: what
        limits each is in its ``limits``. None where the topology knows no bandwidths.

    Raises
    ------
    UnsupportedError
        If the topology has no ``latency_ns``.
    InvalidArgumentError
        If an address is outside the allocation, a CPU is no node's, or lengths differ.

    Examples
    --------
    >>> from vmperf.numa import NumaAllocator, Topology, modelled_cost, rebalance, share_bandwidth
    >>> two = Topology.model([[10, 21], [21, 10]], latency_ns=[[90, 150], [150, 90]],
    ...                      bandwidth_gbs=[[40, 16], [16, 40]], controller_gbs=[40, 40])
    >>> from vmperf.numa import trace_cost
    >>> allocator = NumaAllocator(two, "interleave", mode="model")
    >>> block = allocator.allocate(8192, align=8192)
    >>> cost = trace_cost(allocator, [block, block + 4096], thread_cpu=[0])
    >>> cost["mean_ns"], cost["provenance"], cost["streams"]["limits"]
    (120.0, 'modelled', [('way', 0, 1)])
    """
