//! A simulated crowd in front of a simulated camera, for the slot rules.

use std::collections::HashMap;

use proptest::prelude::*;

use crate::base::clock::NS_PER_MS;
use crate::config::OnRelease;
use crate::flow::BBox;
use crate::flow::Slot;
use crate::flow::Track;
use crate::slots::SlotTable;

pub const PERSONS: usize = 8;

/// How slots are configured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    pub objects_max: u32,
    pub persistence_ns: i64,
    pub on_release: OnRelease,
}

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    /// A frame, `after_ms` after the previous event, in which the persons of the mask are
    /// seen.
    Frame { after_ms: i64, seen: u8 },
    /// A tick between frames.
    Tick { after_ms: i64, source_lost: bool },
    /// A tick at the deadline of the table, if it has one.
    Deadline,
    /// New settings while running.
    Configure(Settings),
    /// The tracker forgets everybody, as after a change of the stream.
    Reset,
}

/// The input of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Frame(Vec<Track>),
    Tick { source_lost: bool },
    Configure,
    Reset,
}

/// The state that a host saw after it.
#[derive(Debug, Clone)]
pub struct Shot {
    pub event: Event,
    pub now_ns: i64,
    pub settings: Settings,
    pub slots: Vec<Slot>,
    pub waiting: u32,
    /// The latest report of every track so far.
    pub tracks: HashMap<u64, Track>,
}

impl Shot {
    /// The slot of a track.
    pub fn slot_of(&self, id: u64) -> Option<usize> {
        self.slots
            .iter()
            .position(|s| occupied(s) && s.track_id == id)
    }

    pub fn saw(&self, id: u64) -> bool {
        matches!(&self.event, Event::Frame(tracks) if tracks.iter().any(|t| t.id == id))
    }

    /// How long a track was not seen when this event came, by the state `before` it.
    pub fn unseen_ns_before(&self, id: u64, before: &Shot) -> i64 {
        self.now_ns - before.tracks[&id].last_seen_ns
    }
}

pub fn occupied(slot: &Slot) -> bool {
    slot.state != crate::flow::SlotState::Empty
}

pub fn settings() -> impl Strategy<Value = Settings> {
    (1u32..6, prop_oneof![Just(0i64), 1i64..400], any::<bool>()).prop_map(|(max, ms, keep)| {
        Settings {
            objects_max: max,
            persistence_ns: ms * NS_PER_MS,
            on_release: if keep {
                OnRelease::Keep
            } else {
                OnRelease::Zero
            },
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    // Cameras from 1000 to 3 frames a second, outages of up to a second.
    let after_ms = || prop_oneof![1i64..50, 30i64..300];
    prop_oneof![
        12 => (after_ms(), any::<u8>(), any::<u8>())
            .prop_map(|(after_ms, a, b)| Step::Frame { after_ms, seen: a | b }),
        4 => (after_ms(), any::<u8>(), any::<u8>())
            .prop_map(|(after_ms, a, b)| Step::Frame { after_ms, seen: a & b }),
        3 => after_ms().prop_map(|after_ms| Step::Tick { after_ms, source_lost: false }),
        3 => after_ms().prop_map(|after_ms| Step::Tick { after_ms, source_lost: true }),
        3 => Just(Step::Deadline),
        1 => settings().prop_map(Step::Configure),
        1 => Just(Step::Reset),
    ]
}

/// A random run: births, deaths, gaps, outages, slow and fast cameras, live
/// changes of the settings, and trackers that do or do not forget in time.
pub fn run() -> impl Strategy<Value = Vec<Shot>> {
    (
        settings(),
        proptest::collection::vec(step(), 1..60),
        any::<bool>(),
    )
        .prop_map(|(settings, steps, tracker_forgets)| play(settings, &steps, tracker_forgets))
}

/// Plays the steps to a table and records the state for a host.
pub fn play(mut settings: Settings, steps: &[Step], tracker_forgets: bool) -> Vec<Shot> {
    let Settings {
        objects_max,
        persistence_ns,
        on_release,
    } = settings;
    let mut table = SlotTable::new(objects_max, persistence_ns, on_release);
    let mut tracker = MadeTracker {
        forgets: tracker_forgets,
        ..MadeTracker::default()
    };
    let mut now_ns = 1_000 * NS_PER_MS;
    let mut shots = Vec::with_capacity(steps.len());
    for step in steps {
        let event = match *step {
            Step::Frame { after_ms, seen } => {
                now_ns += after_ms * NS_PER_MS;
                let tracks = tracker.update(now_ns, seen, settings.persistence_ns);
                table.update(now_ns, &tracks);
                Event::Frame(tracks)
            }
            Step::Tick {
                after_ms,
                source_lost,
            } => {
                now_ns += after_ms * NS_PER_MS;
                let _ = table.tick(now_ns, source_lost);
                Event::Tick { source_lost }
            }
            Step::Deadline => {
                let Some(deadline) = table.next_deadline_ns() else {
                    continue;
                };
                now_ns = now_ns.max(deadline);
                let _ = table.tick(now_ns, false);
                Event::Tick { source_lost: false }
            }
            Step::Configure(new) => {
                settings = new;
                table.configure(new.objects_max, new.persistence_ns, new.on_release);
                Event::Configure
            }
            Step::Reset => {
                table.reset();
                tracker.reset();
                Event::Reset
            }
        };
        let mut slots = Vec::new();
        table.fill(now_ns, crate::flow::FrameSize::default(), &mut slots);
        let waiting = table.waiting();
        let tracks = tracker.reports.clone();
        shots.push(Shot {
            event,
            now_ns,
            settings,
            slots,
            waiting,
            tracks,
        });
    }
    shots
}

/// Assigns each person an id and, when it forgets, a new one after a gap longer than the
/// persistence.
#[derive(Default)]
struct MadeTracker {
    forgets: bool,
    newest_id: u64,
    ids: [Option<u64>; PERSONS],
    missed: [bool; PERSONS],
    reports: HashMap<u64, Track>,
}

impl MadeTracker {
    fn update(&mut self, now_ns: i64, seen: u8, persistence_ns: i64) -> Vec<Track> {
        let mut tracks = Vec::new();
        for person in 0..PERSONS {
            if seen & (1 << person) == 0 {
                self.missed[person] = true;
                continue;
            }
            if let Some(id) = self.ids[person] {
                let gap = now_ns - self.reports[&id].last_seen_ns;
                if self.forgets && self.missed[person] && gap > persistence_ns {
                    self.ids[person] = None;
                }
            }
            self.missed[person] = false;
            let id = *self.ids[person].get_or_insert_with(|| {
                self.newest_id += 1;
                self.newest_id
            });
            let track = walker(id, person, now_ns, self.reports.get(&id));
            self.reports.insert(id, track);
            tracks.push(track);
        }
        tracks
    }

    fn reset(&mut self) {
        self.ids = [None; PERSONS];
    }
}

fn walker(id: u64, person: usize, now_ns: i64, before: Option<&Track>) -> Track {
    let phase = (now_ns / NS_PER_MS % 700) as f32 / 700.0;
    let lane = (person as f32 + 0.5) / PERSONS as f32;
    Track {
        id,
        class_id: person as u32,
        score: 0.5 + lane * 0.5,
        bbox: BBox::new(phase, lane, 0.1, 0.2),
        velocity: [1.0 / 0.7, lane - 0.5],
        first_seen_ns: before.map_or(now_ns, |t| t.first_seen_ns),
        last_seen_ns: now_ns,
    }
}
