//! The table of slots: the owners of all slots, and the waiting tracks.

use crate::base::clock::NS_PER_MS;
use crate::config::OnRelease;
use crate::flow::{
    FrameSize, RemoteSlot, RemoteSlots, Slot, SlotState, Track, motion, risen_presence,
};

/// Assigns tracks to numbered slots.
///
/// * A new track takes the lowest-numbered empty slot and keeps it for life.
/// * An owner that is not in the newest frame is HELD. It is released when it was not
///   seen for longer than the persistence.
/// * Within one update releases come first, then assignment. A slot that an update
///   releases is empty in the snapshot of that update and can be assigned from the next
///   one on, so that every output shows `state` 0 once.
/// * Tracks without a slot wait, longest-lived first. A waiting track gets a slot only in
///   an update that sees it. It is forgotten after the persistence.
///
/// All times are nanoseconds of capture time and must not run backwards.
/// Single-threaded; every call is O(tracks x slots) and allocates only while
/// the crowd grows.
#[derive(Debug)]
pub struct SlotTable {
    /// Never shrinks: an entry beyond `objects_max` keeps its generation until
    /// `objects_max` is raised again.
    entries: Vec<SlotEntry>,
    waiting: Vec<SlotOwner>,
    objects_max: usize,
    persistence_ns: i64,
    on_release: OnRelease,
    /// Time of the latest update or tick, whose state hosts saw last.
    now_ns: i64,
}

#[derive(Debug, Clone, Default)]
struct SlotEntry {
    generation: u32,
    owner: Option<SlotOwner>,
    /// The slot while it has no owner.
    vacant: Slot,
    /// Whether it had an owner when the running update began. It is not free within that
    /// update.
    was_owned: bool,
    /// The presence of the owner; see [`Slot::presence`].
    presence: f32,
    /// The owner's identity at another node, if that node assigned the slot.
    remote_owner: Option<(u64, u64, u32)>,
}

/// A track in the table.
#[derive(Debug, Clone, Copy)]
struct SlotOwner {
    track: Track,
    /// Whether it was in the newest frame.
    seen: bool,
}

impl SlotTable {
    /// A table of `objects_max` empty slots.
    pub fn new(objects_max: u32, persistence_ns: i64, on_release: OnRelease) -> Self {
        let mut table = Self {
            entries: Vec::new(),
            waiting: Vec::new(),
            objects_max: 0,
            persistence_ns: 0,
            on_release,
            now_ns: 0,
        };
        table.configure(objects_max, persistence_ns, on_release);
        table
    }

    /// Applies new settings without losing a slot that still exists. Owners of removed
    /// slots wait for another slot. Slots that come back continue with their generation.
    /// A shorter persistence applies at the next update or tick. Publish a snapshot
    /// afterwards, so that hosts see it.
    pub fn configure(&mut self, objects_max: u32, persistence_ns: i64, on_release: OnRelease) {
        self.objects_max = objects_max as usize;
        self.persistence_ns = persistence_ns.max(0);
        self.on_release = on_release;
        if self.entries.len() < self.objects_max {
            self.entries.resize(self.objects_max, SlotEntry::default());
        }
        for entry in &mut self.entries[self.objects_max..] {
            self.waiting.extend(entry.owner);
            entry.release(on_release, self.now_ns);
        }
        if on_release == OnRelease::Zero {
            for entry in &mut self.entries {
                entry.vacant = Slot {
                    generation: entry.generation,
                    ..Slot::default()
                };
            }
        }
    }

    /// Processes a frame: its capture time and the confirmed tracks that were seen in it.
    /// A track that was seen is ACTIVE however long ago the previous frame was. A track
    /// that returns after its deadline is a new owner, with or without a tick in between.
    pub fn update(&mut self, now_ns: i64, tracks: &[Track]) {
        for entry in &mut self.entries {
            entry.was_owned = entry.owner.is_some();
        }
        let persistence_ns = self.persistence_ns;
        self.retain(|owner| owner.on_frame(tracks, now_ns, persistence_ns));
        self.update_presence(now_ns);
        self.admit(tracks);
        self.assign();
        self.now_ns = now_ns;
    }

    /// Lets time pass without a frame. With `source_lost` nobody is seen, and ACTIVE
    /// slots become HELD. Without it, an owner that was seen in the newest frame stays
    /// ACTIVE, however slow the camera is. HELD slots past their deadline are released.
    /// Returns whether a state or the number of waiting tracks changed, and a snapshot
    /// must be published.
    #[must_use = "a release that is not published is never seen by a host"]
    pub fn tick(&mut self, now_ns: i64, source_lost: bool) -> bool {
        let persistence_ns = self.persistence_ns;
        let mut changed = false;
        self.retain(|owner| {
            let was_seen = owner.seen;
            let stays = owner.on_tick(source_lost, now_ns, persistence_ns);
            changed |= !stays || owner.seen != was_seen;
            stays
        });
        self.update_presence(now_ns);
        self.now_ns = now_ns;
        changed
    }

    /// Applies another node's slots: its owners get the same slots here. An owner that
    /// has left its slot there is released. A new owner gets the slot one update later,
    /// so that the slot is seen empty in between. `last_id` is the latest track id of
    /// this pipeline. It goes up for each new owner, since the other node's ids may start
    /// over.
    ///
    /// A slot that is HELD there is predicted here, from the last position of its
    /// owner.
    pub fn apply_remote(&mut self, now_ns: i64, remote: &RemoteSlots, last_id: &mut u64) {
        let on_release = self.on_release;
        let shown_ns = self.now_ns;
        self.waiting.clear();
        for (index, entry) in self.entries[..self.objects_max].iter_mut().enumerate() {
            let remote_slot = remote.slots.iter().find(|slot| slot.index == index);
            let was_owned = entry.owner.is_some();
            if was_owned && entry.remote_owner != remote_slot.map(|slot| slot.owner) {
                entry.release(on_release, shown_ns);
            }
            let Some(remote_slot) = remote_slot else {
                continue;
            };
            let id = match &entry.owner {
                Some(owner) => owner.track.id,
                None if was_owned => continue,
                None => {
                    *last_id += 1;
                    entry.generation = entry.generation.wrapping_add(1);
                    entry.remote_owner = Some(remote_slot.owner);
                    *last_id
                }
            };
            let seen = remote_slot.state == SlotState::Active;
            match &mut entry.owner {
                Some(owner) if !seen => owner.seen = false,
                owner => *owner = Some(SlotOwner::remote(id, remote_slot, now_ns)),
            }
        }
        self.update_presence(now_ns);
        self.now_ns = now_ns;
    }

    /// Releases every slot and forgets the waiting tracks. Generations continue. Publish
    /// a snapshot afterwards, so that hosts see the slots empty.
    pub fn reset(&mut self) {
        self.waiting.clear();
        for entry in &mut self.entries {
            entry.release(self.on_release, self.now_ns);
        }
    }

    /// Writes all slots to `slots`, p1 first, and replaces its contents. `now_ns` is the
    /// time of the latest update or tick. HELD slots are predicted for it, and ages are
    /// counted to it. `size` is the frame's, whose aspect speeds depend on. Normalised,
    /// origin top left.
    pub fn fill(&self, now_ns: i64, size: FrameSize, slots: &mut Vec<Slot>) {
        slots.clear();
        slots.extend(
            self.entries[..self.objects_max]
                .iter()
                .map(|entry| entry.show(now_ns, size)),
        );
    }

    /// Whether any slot has an owner.
    pub fn is_occupied(&self) -> bool {
        self.entries.iter().any(|entry| entry.owner.is_some())
    }

    /// Number of tracks that wait for a slot.
    pub fn waiting(&self) -> u32 {
        u32::try_from(self.waiting.len()).unwrap_or(u32::MAX)
    }

    /// When the next slot is released (or a waiting track forgotten) if nobody is seen
    /// until then. Call `tick` at that time.
    pub fn next_deadline_ns(&self) -> Option<i64> {
        let owners = self.entries.iter().filter_map(|entry| entry.owner.as_ref());
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

    /// Updates the presence of every owner: it rises while the owner is seen, and falls
    /// to 0 at the release while it is not.
    fn update_presence(&mut self, now_ns: i64) {
        let (before_ns, persistence_ns) = (self.now_ns, self.persistence_ns);
        for entry in &mut self.entries {
            let Some(owner) = &entry.owner else { continue };
            if owner.seen {
                // A slot with a new owner starts at 0.
                let since_ns = now_ns.saturating_sub(before_ns.max(owner.track.first_seen_ns));
                entry.presence = risen_presence(entry.presence, since_ns);
            } else {
                let left_ns = |at_ns: i64| {
                    let age_ns = at_ns.saturating_sub(owner.track.last_seen_ns).max(0);
                    persistence_ns.saturating_sub(age_ns).max(0) as f32
                };
                let before = left_ns(before_ns);
                let share = if before > 0.0 {
                    left_ns(now_ns) / before
                } else {
                    0.0
                };
                entry.presence *= share;
            }
        }
    }

    /// Releases and forgets the owners for which `stays` returns false.
    fn retain(&mut self, mut stays: impl FnMut(&mut SlotOwner) -> bool) {
        for entry in &mut self.entries {
            if entry.owner.as_mut().is_some_and(|owner| !stays(owner)) {
                entry.release(self.on_release, self.now_ns);
            }
        }
        self.waiting.retain_mut(stays);
    }

    /// Adds tracks without a slot to the waiting list.
    fn admit(&mut self, tracks: &[Track]) {
        for track in tracks {
            let owners = self.entries.iter().filter_map(|s| s.owner.as_ref());
            if !owners.chain(&self.waiting).any(|f| f.track.id == track.id) {
                self.waiting.push(SlotOwner {
                    track: *track,
                    seen: true,
                });
            }
        }
        self.waiting
            .sort_by_key(|f| (f.track.first_seen_ns, f.track.id));
    }

    /// Assigns slots to the waiting tracks that are seen: longest-lived first, lowest slot
    /// first.
    fn assign(&mut self) {
        let mut free = self.entries[..self.objects_max]
            .iter_mut()
            .filter(|s| s.is_free());
        self.waiting.retain(|owner| {
            if !owner.seen {
                return true;
            }
            let Some(entry) = free.next() else {
                return true;
            };
            entry.generation = entry.generation.wrapping_add(1);
            entry.presence = 0.0;
            entry.owner = Some(*owner);
            false
        });
    }
}

impl SlotEntry {
    fn is_free(&self) -> bool {
        self.owner.is_none() && !self.was_owned
    }

    /// Empties the entry. `shown_ns` is when hosts last saw the owner. With `keep` the
    /// slot keeps the position of that time, not a newer prediction.
    fn release(&mut self, on_release: OnRelease, shown_ns: i64) {
        if self.owner.is_none() {
            return;
        }
        // A released slot has no speed, so the frame's size does not matter here.
        let last = self.show(shown_ns, FrameSize::default());
        self.owner = None;
        self.presence = 0.0;
        self.remote_owner = None;
        self.vacant = last.released(on_release == OnRelease::Keep);
    }

    fn show(&self, now_ns: i64, size: FrameSize) -> Slot {
        match &self.owner {
            Some(owner) => Slot {
                generation: self.generation,
                presence: self.presence,
                ..owner.show(now_ns, size)
            },
            None => self.vacant,
        }
    }
}

impl SlotOwner {
    /// An owner of another node. If it is HELD there, its velocity is 0 here: the other
    /// node's position already includes it.
    fn remote(id: u64, remote_slot: &RemoteSlot, now_ns: i64) -> Self {
        let seen = remote_slot.state == SlotState::Active;
        Self {
            track: Track {
                id,
                class_id: remote_slot.class_id,
                score: remote_slot.score,
                bbox: remote_slot.bbox,
                velocity: if seen { remote_slot.velocity } else { [0.0; 2] },
                first_seen_ns: now_ns.saturating_sub(remote_slot.life_ns),
                last_seen_ns: now_ns.saturating_sub(remote_slot.age_ns),
            },
            seen,
        }
    }

    /// Processes a frame. Returns false when the owner is gone, and then keeps the state
    /// that hosts saw last.
    fn on_frame(&mut self, tracks: &[Track], now_ns: i64, persistence_ns: i64) -> bool {
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

    /// Processes a tick between frames. The result is that of
    /// [`on_frame`](Self::on_frame).
    fn on_tick(&mut self, source_lost: bool, now_ns: i64, persistence_ns: i64) -> bool {
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

    fn show(&self, now_ns: i64, size: FrameSize) -> Slot {
        let track = &self.track;
        let age_ns = now_ns.saturating_sub(track.last_seen_ns).max(0);
        // An ACTIVE object is at its observed position. Prediction to another time is the
        // host's own call.
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
            speed: (vx * size.aspect()).hypot(vy),
            presence: 0.0,
        }
    }
}

fn whole_ms(ns: i64) -> u32 {
    u32::try_from(ns.max(0) / NS_PER_MS).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod presence_tests;
#[cfg(test)]
mod tests;
