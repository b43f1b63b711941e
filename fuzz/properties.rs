//! Properties that hold for any bytes that a host passes as JSON. The fuzz targets check
//! them with generated input, `tests/suite/corpora.rs` with the stored corpora.
#![allow(dead_code, unsafe_code)] // Each target uses one; the ABI is unsafe by nature.
#![allow(clippy::undocumented_unsafe_blocks)]

use std::ffi::{CStr, CString};
use std::ptr::null_mut;

use rextrack::internals::ffi::*;
use serde_json::Value;

const BASE: &str = r#"{
    "camera": {"id": "cam1", "stream": "push:", "roi": [0, 0, 1, 0.5]},
    "tracking": {"model": "builtin:motion", "classes": [0, "person"]},
    "slots": {"units": "pixels"},
    "osc": {"host": "127.0.0.1", "port": 9000}
}"#;

struct Pipeline(*mut RextrackPipeline);

impl Pipeline {
    fn create(json: &CStr) -> Result<Self, String> {
        let mut pipeline = null_mut();
        match unsafe { rextrack_create(REXTRACK_ABI_VERSION, json.as_ptr(), &mut pipeline) } {
            RextrackStatus::RextrackOk => Ok(Self(pipeline)),
            _ => {
                assert!(pipeline.is_null(), "a handle despite an error");
                Err(last_error())
            }
        }
    }

    fn set_config(&self, patch: &CStr) -> bool {
        let status = unsafe { rextrack_set_config(self.0, patch.as_ptr()) };
        if status != RextrackStatus::RextrackOk {
            last_error();
        }
        status == RextrackStatus::RextrackOk
    }

    fn config(&self) -> CString {
        let mut length = 0;
        let asked = unsafe { rextrack_get_config_ex(self.0, 1, null_mut(), 0, &mut length) };
        assert_eq!(asked, RextrackStatus::RextrackOk);
        let mut text = vec![0u8; length + 1];
        let buffer = text.as_mut_ptr().cast();
        let got = unsafe { rextrack_get_config_ex(self.0, 1, buffer, text.len(), null_mut()) };
        assert_eq!(got, RextrackStatus::RextrackOk);
        CString::from_vec_with_nul(text).expect("no NUL in JSON")
    }

    /// The configuration as shown can be read again and is the same.
    fn check_round_trip(&self) {
        let shown = self.config();
        let again = Self::create(&shown)
            .unwrap_or_else(|error| panic!("{shown:?} is shown but rejected: {error}"));
        assert_eq!(value(&again.config()), value(&shown));
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        unsafe { rextrack_destroy(self.0) };
    }
}

fn last_error() -> String {
    let length = unsafe { rextrack_last_error(null_mut(), 0) };
    assert_ne!(length, 0, "an error without a message");
    let mut text = vec![0u8; length + 1];
    unsafe { rextrack_last_error(text.as_mut_ptr().cast(), text.len()) };
    String::from_utf8(text[..length].to_vec()).expect("messages are UTF-8")
}

fn value(json: &CStr) -> Value {
    serde_json::from_slice(json.to_bytes()).expect("shown configurations are JSON")
}

/// The text up to the first NUL, and the bytes after it.
fn cut(data: &[u8]) -> (CString, &[u8]) {
    let end = data.iter().position(|b| *b == 0).unwrap_or(data.len());
    let text = CString::new(&data[..end]).expect("cut at the first NUL");
    (text, data.get(end + 1..).unwrap_or_default())
}

/// A configuration is rejected with a reason, or can be shown and read again.
pub fn create(data: &[u8]) {
    let (json, rest) = cut(data);
    let Ok(pipeline) = Pipeline::create(&json) else {
        return;
    };
    pipeline.check_round_trip();
    if !rest.is_empty() && pipeline.set_config(&cut(rest).0) {
        pipeline.check_round_trip();
    }
}

/// A patch applies completely or not at all, and applying it twice changes nothing more.
pub fn merge_patch(data: &[u8]) {
    let base = CString::new(BASE).expect("no NUL");
    let pipeline = Pipeline::create(&base).expect("a valid configuration");
    let before = pipeline.config();
    let (patch, _) = cut(data);
    if !pipeline.set_config(&patch) {
        assert_eq!(pipeline.config(), before, "a patch applied in part");
        return;
    }
    let once = pipeline.config();
    pipeline.check_round_trip();
    assert!(
        pipeline.set_config(&patch),
        "rejected the second time: {}",
        last_error()
    );
    assert_eq!(
        pipeline.config(),
        once,
        "the second patch changed the configuration"
    );
}
