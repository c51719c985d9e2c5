"""XML that hwloc 1.x, 2.x and 3.x export: nodes, their CPUs, distances, memory attributes.

Distances between NUMA nodes are ratios, as the system has them. Latencies (ns) and bandwidths
(MiB/s) are those of the memory attributes of these names, where every pair of nodes has one. What
else there is (caches, devices) is passed over. No document type is loaded, no entity replaced.
Source: hwloc manual, "Exporting", "Comparing memory node attributes"; hwloc2.dtd.
"""

from __future__ import annotations

from xml.parsers import expat

from .hwloc_parts import Node, Parts, refuse

__all__ = ["read"]

_LATENCY_KIND = 4  # bit of a distances2's kind
_GBS_OF_MIBS = 2**20 / 1e9
_MOST_CPUS = 8192
_ALLOWED = "XML as hwloc exports it"
_ATTRIBUTES = {"Latency": 1.0, "Bandwidth": _GBS_OF_MIBS}


def read(text: str) -> Parts:
    """Read an export; InvalidArgumentError says at which line and column it is wrong."""
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self.parts = Parts()
        self.parser = expat.ParserCreate()
        self.open: list[str] = []
        self.distances: dict[str, str] | None = None  # attributes, and texts of the two children
        self.old: list[float] = []  # of hwloc 1.x
        self.attribute = ""
        self.values: list[tuple[str, str, frozenset[int], float]] = []

    def read(self, text: str) -> Parts:
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity
        try:
            self.parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            where = f"at line {error.lineno}, column {error.offset + 1}"
            raise refuse(where, expat.ErrorString(error.code), _ALLOWED) from error
        except UnicodeEncodeError as error:
            raise refuse(f"at character {error.start + 1}", "no Unicode", _ALLOWED) from error
        self.take_values()
        return self.parts

    def wrong(self, what: str, allowed: str = _ALLOWED) -> Exception:
        at = self.parser
        where = f"at line {at.CurrentLineNumber}, column {at.CurrentColumnNumber + 1}"
        return refuse(where, what, allowed)

    def entity(self, *_: object) -> None:
        raise self.wrong("an entity declaration", "none")

    def start(self, name: str, given: dict[str, str]) -> None:
        if not self.open and name != "topology":
            raise self.wrong(f"<{name[:20]}> as the outermost element", "<topology>")
        self.open.append(name)
        if name == "object":
            self.object(given)
        elif name in ("distances2", "distances"):
            self.distances = {**given, "indexes": "", "u64values": ""}
            self.old = []
        elif name == "latency" and self.distances is not None:
            self.old.append(self.number(given, "value"))
        elif name == "memattr":
            self.attribute = given.get("name", "")
        elif name == "memattr_value" and "initiator_cpuset" in given:
            self.value(given)

    def characters(self, text: str) -> None:
        if self.distances is not None and self.open[-1] in ("indexes", "u64values"):
            self.distances[self.open[-1]] += text

    def end(self, name: str) -> None:
        self.open.pop()
        if self.distances is None or name not in ("distances2", "distances"):
            return
        given, self.distances = self.distances, None
        if name == "distances":
            self.take_old(given)
        elif given.get("type") == "NUMANode" and self.integer(given, "kind") & _LATENCY_KIND:
            self.take_new(given)

    def object(self, given: dict[str, str]) -> None:
        if given.get("type") == "PU":
            self.parts.cpus.append(self.integer(given, "os_index", _MOST_CPUS))
        elif given.get("type") == "NUMANode":
            cpus = self.cpuset(given.get("cpuset", "0x0"))
            number = self.integer(given, "os_index")
            self.parts.nodes.append(Node(number, cpus, given.get("gp_index", "")))

    def value(self, given: dict[str, str]) -> None:
        if self.attribute not in _ATTRIBUTES or given.get("target_obj_type") != "NUMANode":
            return
        value = self.number(given, "value") * _ATTRIBUTES[self.attribute]
        cpus = self.cpuset(given["initiator_cpuset"])
        self.values.append((self.attribute, given.get("target_obj_gp_index", ""), cpus, value))

    def take_new(self, given: dict[str, str]) -> None:
        n = self.integer(given, "nbobjs", _MOST_CPUS)
        indexes, values = given["indexes"].split(), given["u64values"].split()
        if len(indexes) != n or len(values) != n * n:
            raise self.wrong(f"{len(indexes)} indexes and {len(values)} values of {n} nodes", "all")
        if given.get("indexing") == "gp":
            numbers = {node.gp_index: node.number for node in self.parts.nodes}
            absent = [index for index in indexes if index not in numbers]
            if absent:
                raise self.wrong(f"distances of gp_index {absent[0]}", "those of the nodes")
            places = [numbers[index] for index in indexes]
        else:
            places = [self.whole(index) for index in indexes]
        found = [float(self.whole(value)) for value in values]
        self.parts.distance = {
            (a, b): found[i * n + j] for i, a in enumerate(places) for j, b in enumerate(places)
        }

    def take_old(self, given: dict[str, str]) -> None:
        n = self.integer(given, "nbobjs", _MOST_CPUS)
        base = self.number(given, "latency_base")
        if len(self.old) != n * n:
            raise self.wrong(f"{len(self.old)} latencies of {n} objects", str(n * n))
        nodes = sorted(node.number for node in self.parts.nodes)
        # An export of 1.x closes its distances before the objects, or is of another level.
        if len(nodes) == n or not nodes:
            places = nodes or list(range(n))
            self.parts.distance = {
                (a, b): self.old[i * n + j] * base
                for i, a in enumerate(places)
                for j, b in enumerate(places)
            }

    def take_values(self) -> None:
        numbers = {node.gp_index: node.number for node in self.parts.nodes}
        for name, target, cpus, value in self.values:
            known = self.parts.latency_ns if name == "Latency" else self.parts.bandwidth_gbs
            for node in self.parts.nodes:
                if target in numbers and node.cpus and node.cpus <= cpus:
                    known[node.number, numbers[target]] = value

    def cpuset(self, text: str) -> frozenset[int]:
        """Return the CPUs of a bitmap: words of 32 bits in hexadecimal, the last one first."""
        words = text.split(",")
        if len(words) > _MOST_CPUS // 32:
            raise self.wrong("a set of CPUs that is too long", f"{_MOST_CPUS} CPUs")
        mask = 0
        for word in words:
            try:
                value = int(word or "0", 16)
            except ValueError:
                raise self.wrong(f"set of CPUs {text[:40]!r}", "a finite hexadecimal one") from None
            if not 0 <= value < 2**32:
                raise self.wrong(f"set of CPUs {text[:40]!r}", "words of 32 bits")
            mask = mask << 32 | value
        return frozenset(cpu for cpu in range(mask.bit_length()) if mask >> cpu & 1)

    def integer(self, given: dict[str, str], name: str, most: int = 2**31) -> int:
        if name not in given:
            raise self.wrong(f"an element without {name}", name)
        value = self.whole(given[name])
        if value > most:
            raise self.wrong(f"{name} {given[name][:20]}", f"at most {most}")
        return value

    def whole(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            raise self.wrong(f"number {text[:20]!r}", "a whole one")
        return int(text)

    def number(self, given: dict[str, str], name: str) -> float:
        try:
            value = float(given[name])
        except (KeyError, ValueError):
            raise self.wrong(f"{name} {given.get(name, 'missing')[:20]!r}", "a number") from None
        if not 0 < value < 1e15:
            raise self.wrong(f"{name} {value}", "above 0")
        return value
