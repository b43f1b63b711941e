//! The time that a host's thread spends in `rextrack_create` and `rextrack_start`, for all
//! kinds of configurations: `cargo bench --bench lifecycle`.
#![allow(unsafe_code)] // The ABI is unsafe by nature.
#![allow(clippy::undocumented_unsafe_blocks)]

use std::error::Error;
use std::ffi::CString;
use std::net::TcpListener;
use std::path::PathBuf;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use rextrack::internals::ffi::*;
use serde_json::{Value, json};

const ROUNDS: usize = 40;

fn model() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut models: Vec<_> = folder
        .read_dir()
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "onnx"))
        .collect();
    models.sort_unstable();
    models.into_iter().next()
}

#[derive(Default)]
struct Times {
    create: Vec<Duration>,
    start: Vec<Duration>,
    stop: Vec<Duration>,
    destroy: Vec<Duration>,
}

fn timed(times: &mut Vec<Duration>, call: impl FnOnce() -> RextrackStatus) {
    let start = Instant::now();
    let status = call();
    times.push(start.elapsed());
    assert_eq!(status, RextrackStatus::RextrackOk);
}

fn live(config: &Value) -> Result<Times, Box<dyn Error>> {
    let config = CString::new(config.to_string())?;
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        let mut pipeline = null_mut();
        timed(&mut times.create, || unsafe {
            rextrack_create(REXTRACK_ABI_VERSION, config.as_ptr(), &mut pipeline)
        });
        timed(&mut times.start, || unsafe { rextrack_start(pipeline) });
        timed(&mut times.stop, || unsafe { rextrack_stop(pipeline) });
        timed(&mut times.destroy, || unsafe { rextrack_destroy(pipeline) });
    }
    Ok(times)
}

fn shown(times: &mut [Duration]) -> String {
    let first = times[0];
    times.sort_unstable();
    let ms = |t: Duration| t.as_secs_f64() * 1e3;
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    format!("{:.3} / {:.3} / {:.3}", ms(first), ms(median), ms(worst))
}

fn main() -> Result<(), Box<dyn Error>> {
    unsafe { rextrack_set_log(0, None, null_mut()) };
    // Accepts connections, in the backlog of the socket, and sends nothing.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let silent = format!("rtsp://{}/live", silent.local_addr()?);
    let mut configs = vec![
        (
            "push:, builtin",
            "push:".to_owned(),
            "builtin:motion".to_owned(),
        ),
        (
            "silent camera, builtin",
            silent.clone(),
            "builtin:motion".to_owned(),
        ),
    ];
    match model() {
        Some(model) => {
            let model = model.display().to_string();
            configs.push(("push:, ONNX", "push:".to_owned(), model.clone()));
            configs.push(("silent camera, ONNX", silent, model));
        }
        None => println!("no model in models/: run cargo xtask setup"),
    }
    println!("ms, first / median / worst of {ROUNDS}");
    for (name, stream, model) in configs {
        let config = json!({
            "camera": {"stream": stream},
            "tracking": {"model": model, "objects_max": 256},
            "osc": {"host": "127.0.0.1", "port": 9},
        });
        let mut times = live(&config)?;
        println!("{name}");
        println!("  create   {}", shown(&mut times.create));
        println!("  start    {}", shown(&mut times.start));
        println!("  stop     {}", shown(&mut times.stop));
        println!("  destroy  {}", shown(&mut times.destroy));
    }
    Ok(())
}
