//! The source of `push:`: reads the frames that the host pushes to [`AppSource`].

use std::sync::Arc;

use opencv::core::{Mat, Vec3b, Vec4b};
use opencv::imgproc;

use super::api::{FrameOrEnd, Payload, Source, Timestamp};
use super::app_source::{AppSource, PushedFrame};
use super::error::SourceError;
use crate::base::mailbox::Received;
use crate::base::shutdown::Shutdown;
use crate::flow::PixelFormat;

/// The receiving end of an [`AppSource`].
pub struct PushSource {
    app_source: Arc<AppSource>,
    stop: Shutdown,
    current: Option<PushedFrame>,
}

impl PushSource {
    /// A source that starts with the waiting frame, if there is one.
    pub fn new(app_source: Arc<AppSource>, stop: &Shutdown) -> Self {
        Self {
            app_source,
            stop: stop.clone(),
            current: None,
        }
    }
}

impl Source for PushSource {
    fn grab(&mut self) -> Result<FrameOrEnd, SourceError> {
        loop {
            if self.stop.is_requested() {
                return Err(SourceError::Stopped);
            }
            // Bounded, because a previous source may have consumed the wake of a stop.
            let timeout = Some(std::time::Duration::from_millis(100));
            if let Received::Item(pushed) = self.app_source.mailbox.take(timeout) {
                let timestamp = Timestamp::Capture(pushed.capture_ns);
                if let Some(skipped) = self.current.replace(pushed) {
                    self.app_source.pool.release(skipped.pixels);
                }
                return Ok(FrameOrEnd::Frame(timestamp));
            }
        }
    }

    fn retrieve(&mut self, mut buffer: Vec<u8>) -> Result<Payload, SourceError> {
        let Some(mut pushed) = self.current.take() else {
            return Err(SourceError::Stopped);
        };
        if pushed.format == PixelFormat::Bgr8 {
            std::mem::swap(&mut buffer, &mut pushed.pixels);
        } else {
            buffer.resize(
                pushed.size.width as usize * pushed.size.height as usize * 3,
                0,
            );
            convert(&pushed, &mut buffer).map_err(|e| SourceError::Capture {
                address: "push:".into(),
                reason: format!(
                    "colours cannot be converted ({}); push another pixel format",
                    e.message.trim()
                ),
            })?;
        }
        self.app_source.pool.release(pushed.pixels);
        Ok(Payload::Picture(pushed.size, buffer))
    }
}

/// Writes a frame as BGR.
fn convert(pushed: &PushedFrame, bgr: &mut [u8]) -> opencv::Result<()> {
    let (rows, columns) = (pushed.size.height as i32, pushed.size.width as i32);
    let pixels = &pushed.pixels;
    let code = match pushed.format {
        PixelFormat::Rgba8 => imgproc::COLOR_RGBA2BGR,
        PixelFormat::Bgra8 => imgproc::COLOR_BGRA2BGR,
        PixelFormat::Rgb8 => imgproc::COLOR_RGB2BGR,
        PixelFormat::Gray8 => imgproc::COLOR_GRAY2BGR,
        PixelFormat::Bgr8 => return Ok(()),
    };
    let mut target = Mat::new_rows_cols_with_bytes_mut::<Vec3b>(rows, columns, bgr)?;
    match pushed.format.bytes() {
        4 => {
            let source = Mat::new_rows_cols_with_bytes::<Vec4b>(rows, columns, pixels)?;
            imgproc::cvt_color_def(&source, &mut target, code)
        }
        3 => {
            let source = Mat::new_rows_cols_with_bytes::<Vec3b>(rows, columns, pixels)?;
            imgproc::cvt_color_def(&source, &mut target, code)
        }
        _ => {
            let source = Mat::new_rows_cols_with_bytes::<u8>(rows, columns, pixels)?;
            imgproc::cvt_color_def(&source, &mut target, code)
        }
    }
}
