//! One camera, tracked.

use std::fmt;
use std::time::Duration;

use super::config::Config;
use super::error::Error;
use super::event::Events;
use super::image::{Image, Picture, PixelFormat};
use super::info::{self, Info};
use super::snapshot::Snapshot;
use super::stats::{self, Stats};
use super::wait::Wait;
use crate::base::clock;
use crate::pipeline::picture::{self, Layout};
use crate::pipeline::{self, Next, PipelineOptions, Subscriber};

/// The time now, in nanoseconds, on the clock of all times of this crate: monotonic, the same
/// for the whole process, always positive. Never blocks.
#[must_use]
pub fn now_ns() -> i64 {
    clock::now_ns()
}

/// One camera, tracked: its threads read frames, detect and track objects, and publish
/// snapshots of the slots.
///
/// All methods take `&self` and may be called from any thread: share a pipeline with
/// `Arc` or with scoped threads. The methods say where they block. Dropping the pipeline
/// stops it and waits for its threads, at most 2 s.
///
/// The threads run slightly below normal priority, so that those of your program come first.
/// They write to the log with the macros of the crate `log`: nothing is printed unless your
/// program installs a logger.
///
/// A host with its own loop polls, and never blocks:
///
/// ```
/// use rextrack::{Config, EventKind, Pipeline, Snapshot, now_ns};
///
/// let pipeline = Pipeline::new(Config::from_stream("synth:people=3,seed=1"))?;
/// let mut events = pipeline.events();
/// pipeline.start()?;
///
/// let mut snapshot = Snapshot::default();
/// while snapshot.occupied().count() < 2 {
///     // Each slot where it will be when the picture is shown, in 16 ms.
///     pipeline.poll_at(now_ns() + 16_000_000, &mut snapshot);
///     for event in events.poll() {
///         if event.kind == EventKind::Entered {
///             println!("someone entered: slot {:?}", event.slot);
///         }
///     }
///     std::thread::sleep(std::time::Duration::from_millis(16));
/// }
/// # Ok::<(), rextrack::Error>(())
/// ```
pub struct Pipeline {
    inner: pipeline::Pipeline,
    /// For the waits.
    subscriber: Subscriber,
}

impl Pipeline {
    /// Creates a pipeline that does not run yet. Checks the configuration and that the
    /// model's file exists. Loads no model and opens no stream: [`Pipeline::start`] does. Takes
    /// less than 5 ms.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) names each wrong key;
    /// [`ErrorKind::Model`](crate::ErrorKind::Model): the model's file is missing or of another
    /// kind.
    pub fn new(config: Config) -> Result<Self, Error> {
        let options = PipelineOptions {
            low_priority: true,
            ..PipelineOptions::default()
        };
        let inner = pipeline::Pipeline::with(config.0, options).map_err(Error::of)?;
        let subscriber = inner.subscribe();
        Ok(Self { inner, subscriber })
    }

    /// Starts the pipeline's threads and returns. They load the model, open the stream, and
    /// reconnect whenever the camera is lost. [`Pipeline::wait`] and [`Pipeline::problem`]
    /// report what fails there. Starting a running pipeline does nothing.
    ///
    /// May wait for a `start`, `stop` or `set_config` of another thread.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal): the system gives no more threads.
    pub fn start(&self) -> Result<(), Error> {
        self.inner.start().map_err(Error::of)
    }

    /// Stops the threads and releases all slots: the last snapshot shows them empty. Waits end
    /// with [`Wait::Stopped`]. You can start the pipeline again; track ids and generations
    /// continue. Stopping a stopped pipeline does nothing.
    ///
    /// Blocks for at most 1 s, usually a few milliseconds.
    pub fn stop(&self) {
        self.inner.stop();
    }

    /// Whether the pipeline was started and not stopped since. The file may have ended.
    ///
    /// May wait for a `start`, `stop` or `set_config` of another thread.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.inner.is_running()
    }

    /// Empties all slots and assigns them again: the next processed frame assigns the visible
    /// tracks from p1 on, longest-lived first, each with a new generation. On a stopped
    /// pipeline this does nothing.
    ///
    /// Does not wait for the release. May wait for a `start`, `stop` or `set_config` of
    /// another thread.
    pub fn reset_slots(&self) {
        self.inner.reset_slots();
    }

    /// Copies the newest complete snapshot, and reuses the memory of `snapshot`. Before the
    /// first snapshot, `seq` is 0 and there are no slots.
    ///
    /// Wait-free: no lock and no system call. Allocates only if `snapshot` never had room for
    /// that many slots, in the first call or after a higher `tracking.objects_max`;
    /// [`Snapshot::with_capacity`] with 256 slots avoids that. Safe for a render or audio
    /// thread.
    pub fn poll(&self, snapshot: &mut Snapshot) {
        self.read(None, snapshot);
    }

    /// As [`Pipeline::poll`], with each occupied slot predicted to the time `t_ns` on the clock
    /// of [`now_ns`]. Pass the time at which your output becomes visible, to compensate the
    /// latency of camera and tracking. The predicted velocity decays, so that positions do not
    /// run away. A time before the snapshot's `capture_ns` changes nothing.
    pub fn poll_at(&self, t_ns: i64, snapshot: &mut Snapshot) {
        self.read(Some(t_ns), snapshot);
    }

    /// The newest complete snapshot in new memory: [`Pipeline::poll`] for programs that keep
    /// snapshots.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        self.poll(&mut snapshot);
        snapshot
    }

    fn read(&self, at_ns: Option<i64>, snapshot: &mut Snapshot) {
        let header = self
            .inner
            .poll_each(at_ns, usize::MAX, |index, slot| snapshot.put(index, slot));
        snapshot.finish(&header);
    }

    /// Blocks until there is a snapshot newer than `after_seq`, the time-out is over, or no
    /// snapshot can be expected. Pass 0 the first time, then the `seq` of your latest snapshot.
    /// `Duration::MAX` waits without a time-out.
    ///
    /// A lost camera is not an error: the pipeline reconnects, and the wait times out.
    ///
    /// # Errors
    /// Why the pipeline cannot work until its configuration changes; or, once, why a change
    /// that [`Pipeline::set_config`] accepted could not be applied. In the second case the
    /// pipeline continues as before.
    pub fn wait(&self, after_seq: u64, timeout: Duration) -> Result<Wait, Error> {
        match self.subscriber.next(after_seq, timeout) {
            Next::Snapshot => Ok(Wait::Newer),
            Next::TimedOut => Ok(Wait::TimedOut),
            Next::Ended => Ok(Wait::Ended),
            Next::NotRunning => Ok(Wait::NotRunning),
            Next::Stopped => Ok(Wait::Stopped),
            // Nothing closes this subscriber: a wait borrows the pipeline.
            Next::Woken | Next::Closed => Ok(Wait::Woken),
            Next::Failed(error) => Err(Error::of(error)),
        }
    }

    /// Ends all running waits with [`Wait::Woken`], and iterators of [`Pipeline::snapshots`].
    /// If none runs, the next one ends at once. Never blocks for longer than a microsecond.
    pub fn wake(&self) {
        self.subscriber.wake();
    }

    /// A new reader of events. It gets every event from now on: create it before
    /// [`Pipeline::start`] to get all. Several readers do not take events from each other.
    pub fn events(&self) -> Events {
        Events::new(self.inner.subscribe())
    }

    /// Passes a frame of your program to a pipeline whose stream is `push:`. The frame is
    /// copied. It replaces a frame that is not processed yet; the replaced frame counts as
    /// dropped. A pipeline that is not running ignores frames. Size and format may change from
    /// frame to frame.
    ///
    /// Blocks for the copy.
    ///
    /// ```
    /// use rextrack::{Config, Image, Pipeline, PixelFormat, Snapshot};
    /// use std::time::Duration;
    ///
    /// let pipeline = Pipeline::new(Config::from_stream("push:").model("builtin:motion"))?;
    /// pipeline.start()?;
    /// let pixels = vec![128; 320 * 240 * 3];
    /// let mut snapshot = Snapshot::default();
    /// while snapshot.frame_seq == 0 {
    ///     pipeline.push(&Image::new(PixelFormat::Bgr8, 320, 240, &pixels))?;
    ///     pipeline.wait(snapshot.seq, Duration::from_millis(40))?;
    ///     pipeline.poll(&mut snapshot);
    /// }
    /// assert_eq!(snapshot.frame_width, 320);
    /// # Ok::<(), rextrack::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument): the stream is not
    /// `push:`, size, stride and pixels do not fit each other, or the time is from another
    /// clock.
    pub fn push(&self, image: &Image<'_>) -> Result<(), Error> {
        self.inner.push_frame(&image.0).map_err(Error::of)
    }

    /// The newest processed frame. `None` before the first one.
    ///
    /// Converts on the calling thread, which takes some milliseconds for a large frame.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal): the frame cannot be converted.
    pub fn preview(&self, format: PixelFormat) -> Result<Option<Picture>, Error> {
        self.picture(format, false)
    }

    /// As [`Pipeline::preview`], with the slots drawn in: boxes, slot numbers, ids and trails.
    ///
    /// # Errors
    /// As [`Pipeline::preview`].
    pub fn annotated_preview(&self, format: PixelFormat) -> Result<Option<Picture>, Error> {
        self.picture(format, true)
    }

    fn picture(&self, format: PixelFormat, annotated: bool) -> Result<Option<Picture>, Error> {
        let Some(frame) = self.inner.preview(annotated).map_err(Error::of)? else {
            return Ok(None);
        };
        let layout = Layout::tight(format.to_flow(), frame.size.width);
        let mut pixels = vec![0; layout.bytes(frame.size.width, frame.size.height)];
        picture::write(&frame, &layout, &mut pixels).map_err(Error::of)?;
        Ok(Some(Picture::new(format, &frame, pixels)))
    }

    /// Changes the configuration with a JSON merge patch (RFC 7396): the patch has the keys to
    /// change, and `null` resets a key to its default.
    ///
    /// Thresholds, classes, region, persistence, slots and OSC apply with the next frame. A
    /// changed stream restarts only the source. A changed model is loaded while the old one
    /// keeps running, and replaces it once it is ready. Slots and track ids are kept.
    ///
    /// Takes less than 5 ms, and does not wait for the change to apply.
    ///
    /// ```
    /// # use rextrack::{Config, Pipeline};
    /// let pipeline = Pipeline::new(Config::from_stream("synth:people=3,seed=1"))?;
    /// pipeline.set_config(r#"{"tracking": {"objects_max": 4}}"#)?;
    /// assert!(pipeline.set_config(r#"{"tracking": {"object_max": 4}}"#).is_err());
    /// # Ok::<(), rextrack::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Pipeline::new`]; then nothing changes. An unusable model file is detected only
    /// while it is loaded: the pipeline then keeps the old model, [`Pipeline::wait`] returns
    /// the error once, and each reader of events gets an
    /// [`EventKind::ChangeRefused`](crate::EventKind::ChangeRefused).
    pub fn set_config(&self, patch: &str) -> Result<(), Error> {
        self.inner.set_config(patch).map_err(Error::of)
    }

    /// The current configuration.
    pub fn config(&self) -> Config {
        Config((*self.inner.config()).clone())
    }

    /// Why the pipeline cannot work, or why it did not apply the latest change, or why the
    /// source gives no frames at the moment. `None` while all is well. Takes locks that the
    /// pipeline's threads hold for microseconds.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.inner.problem_text()
    }

    /// Counters, rates and latencies. Takes locks that the pipeline's threads hold for
    /// microseconds.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats::stats(self.inner.stats())
    }

    /// Versions, source, device and model. Takes locks that the pipeline's threads hold for
    /// microseconds.
    #[must_use]
    pub fn info(&self) -> Info {
        info::info(self.inner.info())
    }

    /// Name of a class of the model, such as `person`. `None` if there is no such class, or no
    /// model yet.
    #[must_use]
    pub fn class_name(&self, class_id: u32) -> Option<String> {
        self.inner.class_name(i32::try_from(class_id).ok()?)
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.inner.config().camera.id;
        f.debug_struct("Pipeline")
            .field("camera", id)
            .finish_non_exhaustive()
    }
}
