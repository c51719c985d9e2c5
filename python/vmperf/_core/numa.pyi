"""
NUMA: nodes of memory, what each policy does with pages, and what that costs on a stated model.

Placement is the same code on a machine and on a model; only who holds the pages differs. What comes
of a model is called modelled wherever it stands, and nothing waits or spins to look like it.
"""
from __future__ import annotations
import typing
__all__: list[str] = ['Topology']
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
        Numbers of the nodes, ascending, a tuple of int: as the kernel counts, with gaps; in a model 0 to n - 1.
        """
    @property
    def provenance(self) -> str:
        """
        ``'measured'`` where the kernel said it, ``'modelled'`` where the caller did.
        """
