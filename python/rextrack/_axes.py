"""Axes: the values of slots by name."""

from ctypes import byref, c_float, c_size_t, c_uint32, sizeof
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple, Union, overload

from ._library import check, library
from ._structs import SLOTS_MAX, RawAxis, RawSnapshot, sized


class Axis(NamedTuple):
    """One value of a slot; see docs/ref/axes.md."""

    name: str
    unit: str
    description: str
    empty: float
    """The value of an empty slot."""


_known: Optional[List[Axis]] = None


def axes() -> List[Axis]:
    """All values that a slot has, by name, for `Pipeline.poll_axes`."""
    global _known
    if _known is None:
        count = c_size_t()
        check(library().rextrack_axes(None, sizeof(RawAxis), 0, byref(count)))
        raw = (RawAxis * count.value)()
        check(library().rextrack_axes(raw, sizeof(RawAxis), len(raw), None))
        _known = [Axis(a.name.decode(), a.unit.decode(), a.description.decode(), a.empty) for a in raw]
    return list(_known)


class Axes(Sequence[Tuple[float, ...]]):
    """The values of some axes: one tuple for each slot, p1 first.

    It looks the names up once and reuses its memory: pass it to `Pipeline.poll_axes`
    again. One thread at a time may use it.
    """

    def __init__(self, names: Sequence[str], capacity: int = SLOTS_MAX) -> None:
        index = {axis.name: number for number, axis in enumerate(axes())}
        for name in names:
            if name not in index:
                raise ValueError(f"unknown axis {name!r}; known are {', '.join(index)}")
        self.names = tuple(names)
        self._chosen = (c_uint32 * len(names))(*(index[name] for name in names))
        self._values = (c_float * (len(names) * capacity))()
        self._capacity = capacity
        self._raw = sized(RawSnapshot)
        self._view: Any = None

    @property
    def seq(self) -> int:
        """Number of the snapshot that the values are from; 0 before the first."""
        return int(self._raw.seq)

    def __len__(self) -> int:
        return min(int(self._raw.slot_count), self._capacity)

    @overload
    def __getitem__(self, index: int) -> Tuple[float, ...]: ...

    @overload
    def __getitem__(self, index: slice) -> List[Tuple[float, ...]]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[Tuple[float, ...], List[Tuple[float, ...]]]:
        rows, width = range(len(self))[index], len(self.names)
        if isinstance(rows, int):
            return tuple(self._values[rows * width : (rows + 1) * width])
        return [tuple(self._values[row * width : (row + 1) * width]) for row in rows]

    def column(self, name: str) -> List[float]:
        """The values of one axis, p1 first."""
        first, width = self.names.index(name), len(self.names)
        return list(self._values[first : len(self) * width : width])

    def array(self) -> Any:
        """A numpy array of slots x axes. A view: the next poll into this object
        changes the array."""
        if self._view is None:
            import numpy

            memory: Any = self._values
            flat = numpy.frombuffer(memory, dtype=numpy.float32) if len(memory) else numpy.empty(0, numpy.float32)
            self._view = flat.reshape(self._capacity, len(self.names))
        return self._view[: len(self)]

    def __repr__(self) -> str:
        return f"Axes({', '.join(self.names)}: {list(self)})"
