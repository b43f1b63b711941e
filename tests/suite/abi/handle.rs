//! A pipeline of the C ABI as a host holds it, and the frames that tests push.

use std::ffi::{CStr, CString, c_char};
use std::path::Path;
use std::ptr::null_mut;

use rextrack::internals::ffi::*;
use serde_json::{Value, json};

pub const OK: RextrackStatus = RextrackStatus::RextrackOk;
pub const ARGUMENT: RextrackStatus = RextrackStatus::RextrackErrInvalidArgument;
pub const CONFIG: RextrackStatus = RextrackStatus::RextrackErrConfig;

/// A handle that is always destroyed, also when a test fails.
pub struct Handle(pub *mut RextrackPipeline);

impl Drop for Handle {
    fn drop(&mut self) {
        assert_eq!(unsafe { rextrack_destroy(self.0) }, OK);
    }
}

impl Handle {
    pub fn create(config: &Value) -> Result<Self, (RextrackStatus, String)> {
        Self::create_from(&config.to_string())
    }

    pub fn create_from(text: &str) -> Result<Self, (RextrackStatus, String)> {
        let text = CString::new(text).unwrap();
        let mut out = null_mut();
        match unsafe { rextrack_create(REXTRACK_ABI_VERSION, text.as_ptr(), &mut out) } {
            OK => Ok(Self(out)),
            status => {
                assert!(out.is_null());
                Err((status, last_error()))
            }
        }
    }

    pub fn set(&self, patch: &str) -> RextrackStatus {
        let patch = CString::new(patch).unwrap();
        unsafe { rextrack_set_config(self.0, patch.as_ptr()) }
    }

    pub fn config(&self, include_secrets: i32) -> Value {
        let mut length = 0;
        let ask = |buffer, capacity, length| unsafe {
            rextrack_get_config_ex(self.0, include_secrets, buffer, capacity, length)
        };
        assert_eq!(ask(null_mut(), 0, &mut length), OK);
        let mut text = vec![0u8; length + 1];
        assert_eq!(ask(text.as_mut_ptr().cast(), text.len(), null_mut()), OK);
        let text = CStr::from_bytes_until_nul(&text).unwrap();
        serde_json::from_slice(text.to_bytes()).unwrap()
    }

    pub fn poll(&self) -> (RextrackSnapshot, Vec<RextrackSlot>) {
        let mut slots = vec![RextrackSlot::default(); 32];
        let mut snapshot = sized();
        let status = unsafe {
            rextrack_poll(
                self.0,
                slots.as_mut_ptr(),
                size_of::<RextrackSlot>(),
                slots.len(),
                &mut snapshot,
            )
        };
        assert_eq!(status, OK);
        slots.truncate(snapshot.slot_count as usize);
        (snapshot, slots)
    }

    pub fn wait(&self, after: u64) -> RextrackStatus {
        unsafe { rextrack_wait(self.0, after, 10_000) }
    }

    pub fn stats(&self) -> RextrackStats {
        let mut stats = RextrackStats {
            struct_size: size_of::<RextrackStats>() as u32,
            ..Default::default()
        };
        assert_eq!(unsafe { rextrack_stats(self.0, &mut stats) }, OK);
        stats
    }

    /// Polls every snapshot until `wanted` accepts one.
    pub fn until(&self, wanted: impl Fn(&RextrackSnapshot, &[RextrackSlot]) -> bool) {
        let mut seq = 0;
        loop {
            assert_eq!(self.wait(seq), OK, "{}", last_error());
            let (snapshot, slots) = self.poll();
            if wanted(&snapshot, &slots) {
                return;
            }
            seq = snapshot.seq;
        }
    }
}

pub fn sized() -> RextrackSnapshot {
    RextrackSnapshot {
        struct_size: size_of::<RextrackSnapshot>() as u32,
        ..Default::default()
    }
}

pub fn last_error() -> String {
    let length = unsafe { rextrack_last_error(null_mut(), 0) };
    let mut text = vec![0u8; length + 1];
    unsafe { rextrack_last_error(text.as_mut_ptr().cast(), text.len()) };
    let text = CStr::from_bytes_until_nul(&text).unwrap();
    text.to_str().unwrap().to_owned()
}

pub fn text(pointer: *const c_char) -> String {
    unsafe { CStr::from_ptr(pointer) }
        .to_str()
        .unwrap()
        .to_owned()
}

/// A pipeline that tracks moving objects in a video.
pub fn motion(film: &Path) -> Value {
    json!({
        "camera": {"stream": film, "every_frame": true},
        "tracking": {"model": "builtin:motion", "objects_max": 4},
    })
}

/// A grey picture with a white square whose left edge is at `left`.
pub fn scene(left: Option<usize>) -> Vec<u8> {
    let mut rgba = [90, 110, 100, 255].repeat(SIDE * SIDE);
    if let Some(left) = left {
        for y in 100..160 {
            rgba[(y * SIDE + left) * 4..][..60 * 4].fill(255);
        }
    }
    rgba
}

pub const SIDE: usize = 320;

pub fn frame(pixels: &[u8], number: i64) -> RextrackFrame {
    RextrackFrame {
        struct_size: size_of::<RextrackFrame>() as u32,
        format: RextrackPixelFormat::RextrackPixelRgba8 as u32,
        width: SIDE as u32,
        height: SIDE as u32,
        data: pixels.as_ptr().cast(),
        stride: 0,
        // Frames are 40 ms apart, independent of the test's speed.
        capture_ns: number * 40_000_000,
        flags: 0,
        reserved: 0,
    }
}

/// A number whose time lies far enough back that no test runs ahead of the clock.
pub fn first_frame() -> i64 {
    (rextrack_now_ns() - 30_000_000_000) / 40_000_000
}

pub fn pushing(persistence_ms: u32) -> Handle {
    let config = json!({
        "camera": {"stream": "push:"},
        "tracking": {
            "model": "builtin:motion",
            "object_persistence_ms": persistence_ms,
            "objects_max": 3,
        },
    });
    let pipeline = Handle::create(&config).unwrap();
    assert_eq!(unsafe { rextrack_start(pipeline.0) }, OK);
    // The pipeline processes frames once the model is ready.
    pipeline.until_ready();
    pipeline
}

impl Handle {
    pub fn info(&self) -> Value {
        let mut text = vec![0u8; 1 << 16];
        let buffer = text.as_mut_ptr().cast();
        assert_eq!(
            unsafe { rextrack_info(self.0, buffer, text.len(), null_mut()) },
            OK
        );
        let text = CStr::from_bytes_until_nul(&text).unwrap();
        serde_json::from_slice(text.to_bytes()).unwrap()
    }

    pub fn until_ready(&self) {
        while self.info()["detector"].is_null() {
            std::thread::yield_now();
        }
    }

    pub fn push(&self, frame: &RextrackFrame) {
        let status = unsafe { rextrack_push_frame(self.0, frame) };
        assert_eq!(status, OK, "{}", last_error());
    }

    /// Pushes a picture and waits until it is in a snapshot. Snapshots without a new frame
    /// may come first.
    pub fn show(&self, pixels: &[u8], number: i64) -> Vec<RextrackSlot> {
        let before = self.poll().0.frame_seq;
        self.push(&frame(pixels, number));
        loop {
            let (snapshot, slots) = self.poll();
            if snapshot.frame_seq > before {
                return slots;
            }
            self.wait(snapshot.seq);
        }
    }

    pub fn events(&self) -> Vec<RextrackEvent> {
        let mut events = [RextrackEvent::default(); 64];
        let mut count = 0;
        let status = unsafe {
            rextrack_poll_events(
                self.0,
                events.as_mut_ptr(),
                size_of::<RextrackEvent>(),
                events.len(),
                &mut count,
            )
        };
        assert_eq!(status, OK);
        events[..count].to_vec()
    }
}
