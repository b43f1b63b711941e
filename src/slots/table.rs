//! The table of slots: who sits where, who waits.

use super::{Slot, SlotState};
use crate::clock::NS_PER_MS;
use crate::config::OnRelease;
use crate::motion;
use crate::source::{RemoteSlot, RemoteSlots};
use crate::track::Track;

/// Seats tracks in numbered slots.
///
/// * A new track takes the lowest-numbered empty slot and keeps it for life.
/// * An owner that was not seen in the newest frame is HELD, and released once
///   it was not seen for longer than the persistence.
/// * Within one update releases come first, then seating. A slot released by
///   an update is empty in the snapshot of that update and can be taken from
///   the next one on, so that every output shows `state` 0 once.
/// * Tracks without a slot wait, longest-lived first. A waiting track is seated
///   only in an update that sees it, and forgotten after the persistence.
///
/// All times are nanoseconds of capture time and must not run backwards.
/// Single-threaded; every call is O(tracks x slots) and allocates only while
/// the crowd grows.
#[derive(Debug)]
pub struct SlotTable {
    /// Never shrinks: a seat beyond `objects_max` keeps its generation for the
    /// day on which `objects_max` is raised again.
    seats: Vec<Seat>,
    waiting: Vec<Follower>,
    objects_max: usize,
    persistence_ns: i64,
    on_release: OnRelease,
    /// Time of the latest update or tick: what hosts were shown last.
    now_ns: i64,
}

#[derive(Debug, Clone, Default)]
struct Seat {
    generation: u32,
    owner: Option<Follower>,
    /// What the seat shows while nobody sits in it.
    vacant: Slot,
    /// Owned when the running update began, and so not free within it.
    was_owned: bool,
    /// The owner by another node's words, if it sits here because of them.
    mirrored: Option<(u64, u64, u32)>,
}

/// A track as the table knows it.
#[derive(Debug, Clone, Copy)]
struct Follower {
    track: Track,
    /// Whether the newest frame saw it.
    seen: bool,
}

impl SlotTable {
    /// A table of `objects_max` empty slots.
    pub fn new(objects_max: u32, persistence_ns: i64, on_release: OnRelease) -> Self {
        let mut table = Self {
            seats: Vec::new(),
            waiting: Vec::new(),
            objects_max: 0,
            persistence_ns: 0,
            on_release,
            now_ns: 0,
        };
        table.configure(objects_max, persistence_ns, on_release);
        table
    }

    /// Takes new settings without losing a slot that still exists. Owners of
    /// slots that vanish wait for another one; slots that come back carry on
    /// with their generation. A shorter persistence takes hold at the next
    /// update or tick. Publish a snapshot afterwards, so that hosts see it.
    pub fn configure(&mut self, objects_max: u32, persistence_ns: i64, on_release: OnRelease) {
        self.objects_max = objects_max as usize;
        self.persistence_ns = persistence_ns.max(0);
        self.on_release = on_release;
        if self.seats.len() < self.objects_max {
            self.seats.resize(self.objects_max, Seat::default());
        }
        for seat in &mut self.seats[self.objects_max..] {
            self.waiting.extend(seat.owner);
            seat.release(on_release, self.now_ns);
        }
        if on_release == OnRelease::Zero {
            for seat in &mut self.seats {
                seat.vacant = Slot {
                    generation: seat.generation,
                    ..Slot::default()
                };
            }
        }
    }

    /// Takes a processed frame: its capture time and the confirmed tracks that
    /// were seen in it. A track that was seen sits ACTIVE however long ago the
    /// frame before was; one that comes back after its deadline is a new owner,
    /// whether or not a tick fell in between.
    pub fn update(&mut self, now_ns: i64, tracks: &[Track]) {
        for seat in &mut self.seats {
            seat.was_owned = seat.owner.is_some();
        }
        let persistence_ns = self.persistence_ns;
        self.retain(|follower| follower.see(tracks, now_ns, persistence_ns));
        self.admit(tracks);
        self.seat();
        self.now_ns = now_ns;
    }

    /// Lets time pass without a frame. With `source_lost` nobody is seen any
    /// more, and ACTIVE slots become HELD; otherwise an owner seen in the newest
    /// frame stays ACTIVE, however slow the camera is. HELD slots past their
    /// deadline are released. Returns whether a state or the count of waiting
    /// tracks changed, and a snapshot must be published.
    #[must_use = "a release that is not published is never seen by a host"]
    pub fn tick(&mut self, now_ns: i64, source_lost: bool) -> bool {
        let persistence_ns = self.persistence_ns;
        let mut changed = false;
        self.retain(|follower| {
            let was_seen = follower.seen;
            let stays = follower.wait(source_lost, now_ns, persistence_ns);
            changed |= !stays || follower.seen != was_seen;
            stays
        });
        self.now_ns = now_ns;
        changed
    }

    /// Takes another node's slots: its owners sit here where they sit there. An owner
    /// who sits there no more is released, and a new one is seated one update later,
    /// so that the slot is seen empty between them. `last_id` counts the tracks' own
    /// ids up; the other node's begin anew when it does.
    ///
    /// A slot that is held there is predicted here, from where its owner was last
    /// seen.
    pub fn mirror(&mut self, now_ns: i64, remote: &RemoteSlots, last_id: &mut u64) {
        let on_release = self.on_release;
        let shown_ns = self.now_ns;
        self.waiting.clear();
        for (index, seat) in self.seats[..self.objects_max].iter_mut().enumerate() {
            let there = remote.slots.iter().find(|slot| slot.index == index);
            let was_owned = seat.owner.is_some();
            if was_owned && seat.mirrored != there.map(|slot| slot.owner) {
                seat.release(on_release, shown_ns);
            }
            let Some(there) = there else { continue };
            let id = match &seat.owner {
                Some(owner) => owner.track.id,
                None if was_owned => continue,
                None => {
                    *last_id += 1;
                    seat.generation = seat.generation.wrapping_add(1);
                    seat.mirrored = Some(there.owner);
                    *last_id
                }
            };
            let seen = there.state == SlotState::Active;
            match &mut seat.owner {
                Some(owner) if !seen => owner.seen = false,
                owner => *owner = Some(Follower::mirrored(id, there, now_ns)),
            }
        }
        self.now_ns = now_ns;
    }

    /// Releases every slot and forgets who waits; generations go on. Publish a
    /// snapshot afterwards, so that hosts see the slots empty.
    pub fn reset(&mut self) {
        self.waiting.clear();
        for seat in &mut self.seats {
            seat.release(self.on_release, self.now_ns);
        }
    }

    /// Writes all slots, p1 first, over what `slots` holds. `now_ns` is the
    /// time that HELD slots are predicted for and ages are counted to: that of
    /// the update or tick just made. Normalised, origin top left.
    pub fn fill(&self, now_ns: i64, slots: &mut Vec<Slot>) {
        slots.clear();
        slots.extend(
            self.seats[..self.objects_max]
                .iter()
                .map(|seat| seat.show(now_ns)),
        );
    }

    /// Whether any slot is taken.
    pub fn is_occupied(&self) -> bool {
        self.seats.iter().any(|seat| seat.owner.is_some())
    }

    /// Number of tracks that wait for a slot.
    pub fn waiting(&self) -> u32 {
        u32::try_from(self.waiting.len()).unwrap_or(u32::MAX)
    }

    /// When the next slot is released (or a waiting track forgotten) if nobody
    /// is seen until then: the time for which to ask for a tick.
    pub fn next_deadline_ns(&self) -> Option<i64> {
        let owners = self.seats.iter().filter_map(|seat| seat.owner.as_ref());
        owners
            .chain(&self.waiting)
            .filter(|f| !f.seen)
            .map(|f| {
                f.track
                    .last_seen_ns
                    .saturating_add(self.persistence_ns)
                    .saturating_add(1)
            })
            .min()
    }

    /// Releases and forgets those whom `stays` does not keep.
    fn retain(&mut self, mut stays: impl FnMut(&mut Follower) -> bool) {
        for seat in &mut self.seats {
            if seat.owner.as_mut().is_some_and(|owner| !stays(owner)) {
                seat.release(self.on_release, self.now_ns);
            }
        }
        self.waiting.retain_mut(stays);
    }

    /// Puts tracks that neither sit nor wait on the waiting list.
    fn admit(&mut self, tracks: &[Track]) {
        for track in tracks {
            let sits = self.seats.iter().filter_map(|s| s.owner.as_ref());
            if !sits.chain(&self.waiting).any(|f| f.track.id == track.id) {
                self.waiting.push(Follower {
                    track: *track,
                    seen: true,
                });
            }
        }
        self.waiting
            .sort_by_key(|f| (f.track.first_seen_ns, f.track.id));
    }

    /// Seats those who are seen, longest-lived first, lowest seat first.
    fn seat(&mut self) {
        let mut free = self.seats[..self.objects_max]
            .iter_mut()
            .filter(|s| s.is_free());
        self.waiting.retain(|follower| {
            if !follower.seen {
                return true;
            }
            let Some(seat) = free.next() else { return true };
            seat.generation = seat.generation.wrapping_add(1);
            seat.owner = Some(*follower);
            false
        });
    }
}

impl Seat {
    fn is_free(&self) -> bool {
        self.owner.is_none() && !self.was_owned
    }

    /// Empties the seat. `shown_ns` is when hosts were last shown the owner:
    /// with `keep` the position stays at that value, not at a newer prediction.
    fn release(&mut self, on_release: OnRelease, shown_ns: i64) {
        if self.owner.is_none() {
            return;
        }
        let last = self.show(shown_ns);
        self.owner = None;
        self.mirrored = None;
        self.vacant = Slot {
            generation: self.generation,
            ..Slot::default()
        };
        if on_release == OnRelease::Keep {
            let Slot {
                track_id,
                x,
                y,
                w,
                h,
                ..
            } = last;
            self.vacant = Slot {
                track_id,
                x,
                y,
                w,
                h,
                ..self.vacant
            };
        }
    }

    fn show(&self, now_ns: i64) -> Slot {
        match &self.owner {
            Some(owner) => Slot {
                generation: self.generation,
                ..owner.show(now_ns)
            },
            None => self.vacant,
        }
    }
}

impl Follower {
    /// An owner as another node sees it. One that is held there already stands
    /// still: its speed has been used up in predicting it.
    fn mirrored(id: u64, there: &RemoteSlot, now_ns: i64) -> Self {
        let seen = there.state == SlotState::Active;
        Self {
            track: Track {
                id,
                class_id: there.class_id,
                score: there.score,
                bbox: there.bbox,
                velocity: if seen { there.velocity } else { [0.0; 2] },
                first_seen_ns: now_ns.saturating_sub(there.life_ns),
                last_seen_ns: now_ns.saturating_sub(there.age_ns),
            },
            seen,
        }
    }

    /// Takes a frame. Returns false when the follower is gone, and leaves it
    /// then as hosts were shown it last.
    fn see(&mut self, tracks: &[Track], now_ns: i64, persistence_ns: i64) -> bool {
        let overdue = self.is_overdue(now_ns, persistence_ns);
        if overdue && !self.seen {
            return false;
        }
        match tracks.iter().find(|t| t.id == self.track.id) {
            Some(track) => {
                *self = Self {
                    track: *track,
                    seen: true,
                }
            }
            None if overdue => return false,
            None => self.seen = false,
        }
        true
    }

    /// Takes a tick between frames; returns as [`see`](Self::see) does.
    fn wait(&mut self, source_lost: bool, now_ns: i64, persistence_ns: i64) -> bool {
        let seen = self.seen && !source_lost;
        if !seen && self.is_overdue(now_ns, persistence_ns) {
            return false;
        }
        self.seen = seen;
        true
    }

    fn is_overdue(&self, now_ns: i64, persistence_ns: i64) -> bool {
        now_ns.saturating_sub(self.track.last_seen_ns) > persistence_ns
    }

    fn show(&self, now_ns: i64) -> Slot {
        let track = &self.track;
        let age_ns = now_ns.saturating_sub(track.last_seen_ns).max(0);
        // An object that is seen stands where it was seen; prediction to a time
        // of the host's choice is the host's call.
        let dt_s = if self.seen { 0.0 } else { age_ns as f32 * 1e-9 };
        let ([x, y], [vx, vy]) =
            motion::predict([track.bbox.x, track.bbox.y], track.velocity, dt_s);
        Slot {
            track_id: track.id,
            generation: 0,
            state: if self.seen {
                SlotState::Active
            } else {
                SlotState::Held
            },
            class_id: i32::try_from(track.class_id).unwrap_or(i32::MAX),
            score: track.score,
            x,
            y,
            w: track.bbox.w,
            h: track.bbox.h,
            vx,
            vy,
            age_ms: whole_ms(age_ns),
            life_ms: whole_ms(now_ns.saturating_sub(track.first_seen_ns)),
        }
    }
}

fn whole_ms(ns: i64) -> u32 {
    u32::try_from(ns.max(0) / NS_PER_MS).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::geometry::BBox;

    const MS: i64 = NS_PER_MS;

    fn track(id: u64, first_seen_ms: i64, last_seen_ms: i64) -> Track {
        Track {
            id,
            class_id: 0,
            score: 0.9,
            bbox: BBox::new(0.5, 0.5, 0.1, 0.2),
            velocity: [0.1, 0.0],
            first_seen_ns: first_seen_ms * MS,
            last_seen_ns: last_seen_ms * MS,
        }
    }

    fn shown(table: &SlotTable, now_ms: i64) -> Vec<(u64, u32, SlotState)> {
        let mut slots = Vec::new();
        table.fill(now_ms * MS, &mut slots);
        slots
            .iter()
            .map(|s| (s.track_id, s.generation, s.state))
            .collect()
    }

    fn there(index: usize, owner: u64, state: SlotState) -> RemoteSlot {
        RemoteSlot {
            index,
            owner: (1, owner, 1),
            state,
            class_id: 0,
            score: 0.9,
            bbox: BBox::new(0.5, 0.5, 0.1, 0.2),
            velocity: [0.1, 0.0],
            age_ns: 0,
            life_ns: 0,
        }
    }

    #[test]
    fn another_nodes_owners_sit_where_they_sit_there() {
        use SlotState::{Active, Empty, Held};
        let mut table = SlotTable::new(3, 50 * MS, OnRelease::Zero);
        let mut last_id = 40;
        let mut mirror = |now_ms: i64, slots: Vec<RemoteSlot>| {
            let remote = RemoteSlots {
                slots,
                ..RemoteSlots::default()
            };
            table.mirror(now_ms * MS, &remote, &mut last_id);
            shown(&table, now_ms)
        };
        let nobody = (0, 0, Empty);
        // The second slot there is the second here, and one beyond ours is left out.
        let two = mirror(100, vec![there(1, 9, Active), there(7, 8, Active)]);
        assert_eq!(two, [nobody, (41, 1, Active), nobody]);
        let held = mirror(140, vec![there(1, 9, Held)]);
        assert_eq!(held, [nobody, (41, 1, Held), nobody]);
        // Another owner: empty once, also when no message showed it so.
        let between = mirror(180, vec![there(1, 10, Active)]);
        assert_eq!(between, [nobody, (0, 1, Empty), nobody]);
        let next = mirror(220, vec![there(1, 10, Active)]);
        assert_eq!(next, [nobody, (42, 2, Active), nobody]);
        // Silence: held for our persistence, then released.
        assert!(table.tick(230 * MS, true));
        assert_eq!(shown(&table, 230)[1], (42, 2, Held));
        assert!(table.tick(271 * MS, true));
        assert_eq!(shown(&table, 271)[1], (0, 2, Empty));
    }

    #[test]
    fn one_visit_and_the_next() {
        use SlotState::{Active, Empty, Held};
        let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
        table.update(100 * MS, &[track(7, 100, 100)]);
        assert_eq!(shown(&table, 100), [(7, 1, Active)]);
        assert_eq!(table.next_deadline_ns(), None);

        table.update(133 * MS, &[]);
        assert_eq!(shown(&table, 133), [(7, 1, Held)]);
        assert_eq!(table.next_deadline_ns(), Some(150 * MS + 1));

        table.update(140 * MS, &[track(7, 100, 140)]);
        assert_eq!(shown(&table, 140), [(7, 1, Active)]);

        // Gone for longer than the persistence, and somebody else is there:
        // empty for one snapshot, then the next generation.
        table.update(191 * MS, &[track(8, 191, 191)]);
        assert_eq!(shown(&table, 191), [(0, 1, Empty)]);
        assert_eq!(table.waiting(), 1);
        table.update(200 * MS, &[track(8, 191, 200)]);
        assert_eq!(shown(&table, 200), [(8, 2, Active)]);
    }

    #[test]
    fn the_deadline_is_the_first_moment_at_which_a_tick_releases() {
        let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
        table.update(100 * MS, &[track(1, 100, 100)]);
        assert!(table.tick(110 * MS, true), "ACTIVE became HELD");
        assert!(!table.tick(150 * MS, true));
        assert!(table.tick(table.next_deadline_ns().unwrap(), false));
        assert_eq!(shown(&table, 151), [(0, 1, SlotState::Empty)]);
        assert_eq!(table.next_deadline_ns(), None);
    }

    #[test]
    fn a_camera_slower_than_the_persistence_keeps_its_objects() {
        let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
        for frame in 1..10 {
            let now_ms = frame * 200;
            table.update(now_ms * MS, &[track(1, 200, now_ms)]);
            assert_eq!(shown(&table, now_ms), [(1, 1, SlotState::Active)]);
            assert!(!table.tick((now_ms + 100) * MS, false));
        }
    }

    #[test]
    fn fewer_slots_make_owners_wait_and_generations_survive() {
        use SlotState::{Active, Empty};
        let both = |now_ms| [track(1, 100, now_ms), track(2, 100, now_ms)];
        let mut table = SlotTable::new(2, 50 * MS, OnRelease::Zero);
        table.update(100 * MS, &both(100));
        table.configure(1, 50 * MS, OnRelease::Zero);
        assert_eq!(shown(&table, 100), [(1, 1, Active)]);
        assert_eq!(table.waiting(), 1);
        table.configure(2, 50 * MS, OnRelease::Zero);
        assert_eq!(shown(&table, 100), [(1, 1, Active), (0, 1, Empty)]);
        table.update(120 * MS, &both(120));
        assert_eq!(shown(&table, 120), [(1, 1, Active), (2, 2, Active)]);
        assert_eq!(table.waiting(), 0);
    }

    #[test]
    fn reset_empties_all_and_goes_on_counting() {
        let mut table = SlotTable::new(1, 50 * MS, OnRelease::Zero);
        table.update(100 * MS, &[track(1, 100, 100), track(2, 100, 100)]);
        table.reset();
        assert_eq!(shown(&table, 100), [(0, 1, SlotState::Empty)]);
        assert_eq!(table.waiting(), 0);
        table.update(110 * MS, &[track(3, 110, 110)]);
        assert_eq!(shown(&table, 110), [(3, 2, SlotState::Active)]);
    }
}
