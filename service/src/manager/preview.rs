//! A camera's pictures, encoded once for all who watch, and not at all while nobody
//! does.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use rextrack::geometry::FrameSize;
use rextrack::sink::picture;
use tokio::sync::watch;

use super::camera::Camera;

/// Widths that pictures come in; a viewer's wish is rounded up to one of them, so
/// that viewers share.
pub const WIDTHS: [u32; 6] = [160, 320, 640, 960, 1280, 1920];
/// Most pictures a second.
pub const FPS_MAX: u32 = 30;
/// Good enough to aim by, at a third of the size of 90.
const QUALITY: u8 = 75;

/// One encoded picture.
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

/// The streams of pictures that somebody watches.
#[derive(Debug, Default)]
pub struct Previews(Mutex<HashMap<u32, Weak<Stream>>>);

/// Pictures of one width. Encoding ends with the last viewer.
#[derive(Debug)]
pub struct Stream {
    newest: watch::Sender<Option<Arc<Jpeg>>>,
    /// What each viewer wants, in pictures a second.
    wishes: Mutex<Vec<u32>>,
}

/// Somebody who watches a stream.
pub struct Viewer {
    stream: Arc<Stream>,
    fps: u32,
    receiver: watch::Receiver<Option<Arc<Jpeg>>>,
}

/// The width that a wish comes to.
pub fn width_for(wish: u32) -> u32 {
    let wider = WIDTHS.into_iter().find(|width| *width >= wish);
    wider.unwrap_or(WIDTHS[WIDTHS.len() - 1])
}

/// Lets somebody watch a camera. The first viewer of a width starts its encoder.
pub fn watch(camera: &Arc<Camera>, width: u32, fps: u32) -> Viewer {
    let width = width_for(width);
    let fps = fps.clamp(1, FPS_MAX);
    let mut streams = camera.previews.0.lock();
    streams.retain(|_, stream| stream.strong_count() > 0);
    let known = streams.get(&width).and_then(Weak::upgrade);
    let stream = known.unwrap_or_else(|| {
        let stream = Arc::new(Stream {
            newest: watch::Sender::new(None),
            wishes: Mutex::default(),
        });
        streams.insert(width, Arc::downgrade(&stream));
        tokio::spawn(encode(Arc::clone(camera), width, Arc::downgrade(&stream)));
        stream
    });
    drop(streams);
    stream.wishes.lock().push(fps);
    Viewer {
        receiver: stream.newest.subscribe(),
        stream,
        fps,
    }
}

impl Viewer {
    /// The next picture that is newer than the last. `None` when the camera is gone.
    pub async fn next(&mut self) -> Option<Arc<Jpeg>> {
        self.receiver.changed().await.ok()?;
        self.receiver.borrow_and_update().clone()
    }

    /// The time between two pictures.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.fps
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let mut wishes = self.stream.wishes.lock();
        if let Some(index) = wishes.iter().position(|fps| *fps == self.fps) {
            wishes.swap_remove(index);
        }
    }
}

/// Encodes the newest frame as often as the most eager viewer wants it.
async fn encode(camera: Arc<Camera>, width: u32, stream: Weak<Stream>) {
    let mut last = 0;
    loop {
        let Some(stream) = stream.upgrade() else {
            return;
        };
        if camera.is_gone() {
            stream.newest.send_replace(None);
            return;
        }
        let fps = stream.wishes.lock().iter().copied().max().unwrap_or(1);
        let view = camera.pipeline().and_then(|p| p.view());
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
        tokio::time::sleep(Duration::from_secs(1) / fps).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_rounded_up_to_what_others_may_want_too() {
        let widths = [0, 160, 161, 640, 1000, 9999].map(width_for);
        assert_eq!(widths, [160, 160, 320, 640, 1280, 1920]);
    }
}
