//! A camera's previews as JPEG. Each width is encoded once for all subscribers, and not
//! at all without subscribers.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use rextrack::internals::flow::FrameSize;
use rextrack::internals::pipeline::AnnotatedFrame;
use rextrack::internals::sink::picture;
use tokio::sync::watch;

/// Widths of previews. A requested width is rounded up to one of them, so that
/// subscribers share.
pub const WIDTHS: [u32; 6] = [160, 320, 640, 960, 1280, 1920];
/// Most previews a second.
pub const FPS_MAX: u32 = 30;
/// Good enough to aim a camera by, at a third of the size of quality 90.
const QUALITY: u8 = 75;

/// Where previews come from: a camera.
pub trait FrameSource: Send + Sync + 'static {
    /// The newest processed frame.
    fn newest_frame(&self) -> Option<AnnotatedFrame>;

    /// Whether the camera was removed, so that no frame will come any more.
    fn is_removed(&self) -> bool;
}

/// One encoded preview.
#[derive(Debug)]
pub struct Jpeg {
    /// Number of the source's frame.
    pub frame_seq: u64,
    /// When it was captured, on the process's clock.
    pub capture_ns: i64,
    /// Size of the whole frame.
    pub frame_size: FrameSize,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// The previews of one camera, by width.
#[derive(Debug, Default)]
pub struct Previews(Mutex<HashMap<u32, Weak<Stream>>>);

/// Previews of one width. Encoding ends with the last subscription.
#[derive(Debug)]
struct Stream {
    newest: watch::Sender<Option<Arc<Jpeg>>>,
    /// Previews a second that each subscription has requested.
    requested_fps: Mutex<Vec<u32>>,
}

/// A client's subscription to previews of one width.
pub struct PreviewSubscription {
    stream: Arc<Stream>,
    fps: u32,
    receiver: watch::Receiver<Option<Arc<Jpeg>>>,
}

/// The width of the previews for a requested width.
pub fn width_for(requested: u32) -> u32 {
    let wider = WIDTHS.into_iter().find(|width| *width >= requested);
    wider.unwrap_or(WIDTHS[WIDTHS.len() - 1])
}

impl Previews {
    /// Subscribes to the previews of a source. The first subscription of a width starts
    /// its encoder, on the runtime that this is called on.
    pub fn subscribe(
        &self,
        source: Arc<dyn FrameSource>,
        width: u32,
        fps: u32,
    ) -> PreviewSubscription {
        let width = width_for(width);
        let fps = fps.clamp(1, FPS_MAX);
        let mut streams = self.0.lock();
        streams.retain(|_, stream| stream.strong_count() > 0);
        let existing = streams.get(&width).and_then(Weak::upgrade);
        let stream = existing.unwrap_or_else(|| {
            let stream = Arc::new(Stream {
                newest: watch::Sender::new(None),
                requested_fps: Mutex::default(),
            });
            streams.insert(width, Arc::downgrade(&stream));
            tokio::spawn(encode(source, width, Arc::downgrade(&stream)));
            stream
        });
        drop(streams);
        stream.requested_fps.lock().push(fps);
        PreviewSubscription {
            receiver: stream.newest.subscribe(),
            stream,
            fps,
        }
    }
}

impl PreviewSubscription {
    /// Waits for a preview that is newer than the last. `None` when the camera was
    /// removed.
    pub async fn next(&mut self) -> Option<Arc<Jpeg>> {
        self.receiver.changed().await.ok()?;
        self.receiver.borrow_and_update().clone()
    }

    /// The time between two previews.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.fps
    }
}

impl Drop for PreviewSubscription {
    fn drop(&mut self) {
        let mut requested = self.stream.requested_fps.lock();
        if let Some(index) = requested.iter().position(|fps| *fps == self.fps) {
            requested.swap_remove(index);
        }
    }
}

/// Encodes the newest frame at the highest rate that a subscription has requested.
async fn encode(source: Arc<dyn FrameSource>, width: u32, stream: Weak<Stream>) {
    let mut last = 0;
    loop {
        let Some(stream) = stream.upgrade() else {
            return;
        };
        if source.is_removed() {
            stream.newest.send_replace(None);
            return;
        }
        let fps = stream.requested_fps.lock().iter().copied().max();
        let view = source.newest_frame();
        if let Some(view) = view.filter(|view| view.frame.seq != last) {
            last = view.frame.seq;
            let encoded = tokio::task::spawn_blocking(move || {
                let frame = view.frame.painted().ok()?;
                let bytes = picture::jpeg(&frame, width, QUALITY);
                Some(Jpeg {
                    frame_seq: frame.seq,
                    capture_ns: frame.capture_ns,
                    frame_size: frame.size,
                    bytes: bytes.ok()?,
                })
            });
            if let Ok(Some(jpeg)) = encoded.await {
                stream.newest.send_replace(Some(Arc::new(jpeg)));
            }
        }
        drop(stream);
        tokio::time::sleep(Duration::from_secs(1) / fps.unwrap_or(1)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requested_width_is_rounded_up_to_a_shared_one() {
        let widths = [0, 160, 161, 640, 1000, 9999].map(width_for);
        assert_eq!(widths, [160, 160, 320, 640, 1280, 1920]);
    }
}
