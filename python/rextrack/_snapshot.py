"""Snapshots: all slots at one moment."""

from typing import Any, Iterator, List, Tuple

from ._enums import SlotState, SourceState, Status
from ._structs import SLOTS_MAX, RawSnapshot, Slot, sized


class Snapshot:
    """All slots at one moment. Pass it to `Pipeline.poll` again to reuse it."""

    def __init__(self, capacity: int = SLOTS_MAX) -> None:
        self._raw = sized(RawSnapshot)
        self._slots = (Slot * capacity)()

    @property
    def seq(self) -> int:
        """Number of the snapshot, from 1; 0 before the first."""
        return int(self._raw.seq)

    @property
    def frame_seq(self) -> int:
        """Number of the source's frame, from 1, dropped frames counted."""
        return int(self._raw.frame_seq)

    @property
    def capture_ns(self) -> int:
        """Capture time of the frame, on the clock of `now_ns`."""
        return int(self._raw.capture_ns)

    @property
    def publish_ns(self) -> int:
        """Publication time of the snapshot, on the same clock."""
        return int(self._raw.publish_ns)

    @property
    def source_state(self) -> SourceState:
        """The state of the source."""
        return SourceState(self._raw.source_state)

    @property
    def active_count(self) -> int:
        """Number of active slots."""
        return int(self._raw.active_count)

    @property
    def waiting_count(self) -> int:
        """Number of tracks that wait for a free slot."""
        return int(self._raw.waiting_count)

    @property
    def frame_size(self) -> Tuple[int, int]:
        """Width and height of the frame in pixels; 0 before the first frame."""
        return int(self._raw.frame_width), int(self._raw.frame_height)

    @property
    def problem(self) -> Status:
        """Why the pipeline cannot go on; OK (false) if it can. `Pipeline.problem`
        has the text."""
        return Status(self._raw.problem)

    @property
    def problem_count(self) -> int:
        """Goes up with each new problem and with each refused change."""
        return int(self._raw.problem_count)

    def __len__(self) -> int:
        return min(int(self._raw.slot_count), len(self._slots))

    def __getitem__(self, index: int) -> Slot:
        """The slot of that index: p1 is 0."""
        return self.slots[index]

    @property
    def slots(self) -> List[Slot]:
        """All slots, p1 first, with the empty ones."""
        return list(self._slots[: len(self)])

    def occupied(self) -> Iterator[Tuple[int, Slot]]:
        """Number (p1 is 1) and slot, for each slot with an owner."""
        for index in range(len(self)):
            slot = self._slots[index]
            if slot.state != SlotState.EMPTY:
                yield index + 1, slot

    def array(self) -> Any:
        """The slots as a numpy array with the fields of `Slot`, p1 first. A view
        of this snapshot's memory: the next poll into it changes the array."""
        import numpy

        memory: Any = self._slots
        return numpy.frombuffer(memory, dtype=numpy.dtype(Slot))[: len(self)]

    def __repr__(self) -> str:
        people = ", ".join(f"p{number} ({slot.x:.2f}, {slot.y:.2f})" for number, slot in self.occupied())
        return f"<Snapshot {self.seq}, {self.source_state.name}: {people or 'empty'}>"
