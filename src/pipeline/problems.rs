//! What keeps a pipeline from working, and which changes it refused.
//!
//! A host that only polls reads the category and the count without a lock. The texts are
//! behind a lock.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::error::{ErrorCategory, PipelineError};
use super::events::{Event, EventKind, EventQueue};
use crate::base::clock::now_ns;
use crate::flow::SourceState;

/// The part of a pipeline that has a problem. Each part can have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The model cannot be loaded.
    Model,
    /// Inference fails.
    Frame,
    /// The settings do not fit the model.
    Settings,
    /// The configured outputs cannot be created.
    Outputs,
    /// The source cannot be opened.
    Source,
}

const PARTS: usize = Part::Source as usize + 1;

/// The problems of one pipeline.
#[derive(Debug, Default)]
pub struct Problems {
    /// The category of the first standing problem, or 0, and how many problems and refused
    /// changes there were. One word, so that polling takes no lock.
    summary: AtomicU64,
    texts: Mutex<Texts>,
}

#[derive(Debug, Default)]
struct Texts {
    standing: [Option<PipelineError>; PARTS],
    /// The latest refused change, until a change is accepted.
    refused: Option<PipelineError>,
    /// The latest error that did not stop the pipeline, and how many there were.
    report: Option<PipelineError>,
    reports: u64,
}

impl Texts {
    fn first(&self) -> Option<&PipelineError> {
        self.standing.iter().flatten().next()
    }
}

impl Problems {
    /// The category of the standing problem, and how many problems and refused changes
    /// there were. Wait-free.
    pub fn summary(&self) -> (Option<ErrorCategory>, u32) {
        let word = self.summary.load(Ordering::Acquire);
        (ErrorCategory::from_number((word >> 32) as u32), word as u32)
    }

    /// The standing problem.
    pub fn standing(&self) -> Option<PipelineError> {
        self.texts.lock().first().cloned()
    }

    /// The latest refused change, until a change is accepted.
    pub fn refused(&self) -> Option<PipelineError> {
        self.texts.lock().refused.clone()
    }

    /// The latest error that did not stop the pipeline, if it is newer than report number
    /// `seen`, and its number.
    pub fn report_after(&self, seen: u64) -> Option<(u64, PipelineError)> {
        let texts = self.texts.lock();
        let report = texts.report.clone().filter(|_| texts.reports > seen)?;
        Some((texts.reports, report))
    }

    /// How many errors were reported that did not stop the pipeline.
    pub fn reports(&self) -> u64 {
        self.texts.lock().reports
    }

    /// Records that a part cannot work. The same problem again counts once.
    pub fn set(&self, part: Part, error: PipelineError, state: SourceState, events: &EventQueue) {
        let mut texts = self.texts.lock();
        let old = texts.standing[part as usize].replace(error);
        let new = &texts.standing[part as usize];
        let is_new = old.map(|e| e.to_string()) != new.as_ref().map(ToString::to_string);
        self.summarize(&texts, is_new);
        if is_new {
            events.push(Event {
                problem: texts.first().map(PipelineError::category),
                ..event(EventKind::Problem, state)
            });
        }
    }

    /// Records that a part works again.
    pub fn clear(&self, part: Part, state: SourceState, events: &EventQueue) {
        let mut texts = self.texts.lock();
        if texts.standing[part as usize].take().is_none() {
            return;
        }
        self.summarize(&texts, false);
        events.push(Event {
            problem: texts.first().map(PipelineError::category),
            ..event(EventKind::Problem, state)
        });
    }

    /// Forgets all problems when the pipeline starts.
    pub fn reset(&self, state: SourceState, events: &EventQueue) {
        let mut texts = self.texts.lock();
        let had_problem = texts.first().is_some();
        texts.standing = Default::default();
        texts.refused = None;
        self.summarize(&texts, false);
        if had_problem {
            events.push(event(EventKind::Problem, state));
        }
    }

    /// Records that a part of the configuration was not applied.
    pub fn refuse(&self, error: PipelineError, state: SourceState, events: &EventQueue) {
        let mut texts = self.texts.lock();
        let problem = Some(error.category());
        texts.refused = Some(error);
        self.summarize(&texts, true);
        events.push(Event {
            problem,
            ..event(EventKind::ChangeRefused, state)
        });
    }

    /// Forgets the refused change, because a newer change was accepted.
    pub fn accept(&self) {
        self.texts.lock().refused = None;
    }

    /// Records an error for waiting hosts that does not stop the pipeline.
    pub fn report(&self, error: PipelineError) {
        let mut texts = self.texts.lock();
        texts.report = Some(error);
        texts.reports += 1;
    }

    /// Called with the lock of `texts`, so that writers do not overtake each other.
    fn summarize(&self, texts: &Texts, is_new: bool) {
        let count = self.summary.load(Ordering::Relaxed) as u32;
        let count = count.wrapping_add(u32::from(is_new));
        let category = texts.first().map_or(0, |e| e.category() as u32);
        let word = u64::from(category) << 32 | u64::from(count);
        self.summary.store(word, Ordering::Release);
    }
}

fn event(kind: EventKind, source_state: SourceState) -> Event {
    Event {
        kind,
        seq: 0,
        time_ns: now_ns(),
        slot: 0,
        track_id: 0,
        generation: 0,
        class_id: -1,
        source_state,
        problem: None,
        count: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> PipelineError {
        PipelineError::Source(text.into())
    }

    #[test]
    fn each_new_problem_and_each_refusal_counts_once() {
        let (problems, events) = (Problems::default(), EventQueue::default());
        let state = SourceState::Live;
        assert_eq!(problems.summary(), (None, 0));
        problems.set(Part::Source, error("one"), state, &events);
        problems.set(Part::Source, error("one"), state, &events);
        assert_eq!(problems.summary(), (Some(ErrorCategory::Source), 1));
        problems.set(Part::Source, error("two"), state, &events);
        problems.refuse(error("three"), state, &events);
        assert_eq!(problems.summary(), (Some(ErrorCategory::Source), 3));
        problems.clear(Part::Source, state, &events);
        problems.clear(Part::Source, state, &events);
        assert_eq!(problems.summary(), (None, 3));
        let mut seen = Vec::new();
        events.drain(&mut 0, usize::MAX, |_, e| seen.push((e.kind, e.problem)));
        let source = Some(ErrorCategory::Source);
        assert_eq!(
            seen,
            [
                (EventKind::Problem, source),
                (EventKind::Problem, source),
                (EventKind::ChangeRefused, source),
                (EventKind::Problem, None),
            ]
        );
    }

    #[test]
    fn start_reports_that_the_problem_is_over() {
        let (problems, events) = (Problems::default(), EventQueue::default());
        let state = SourceState::Stopped;
        problems.reset(state, &events);
        problems.set(Part::Model, error("one"), state, &events);
        problems.reset(state, &events);
        let mut seen = Vec::new();
        events.drain(&mut 0, usize::MAX, |_, e| seen.push(e.problem));
        assert_eq!(seen, [Some(ErrorCategory::Source), None]);
        assert_eq!(problems.summary(), (None, 1));
    }

    #[test]
    fn problem_of_another_part_stays() {
        let (problems, events) = (Problems::default(), EventQueue::default());
        let state = SourceState::Live;
        problems.set(Part::Source, error("source"), state, &events);
        let sink = PipelineError::Sink("sink".into());
        problems.set(Part::Outputs, sink, state, &events);
        problems.clear(Part::Outputs, state, &events);
        let standing = problems.standing().map(|e| e.to_string());
        assert_eq!(standing.as_deref(), Some("source"));
    }
}
