//! Prints each snapshot of a camera: `cargo run --example slots -- STREAM [MODEL]`.
//!
//! STREAM is the address of a camera, a file, or `synth:people=3,seed=1` for a simulated
//! crowd, which needs no camera and no model. The model's folder is `models`.

use rextrack::{Config, Error, Pipeline, SlotState};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let stream = arguments.next();
    let stream = stream.unwrap_or_else(|| "synth:people=3,seed=1".into());
    let model = arguments.next().unwrap_or_else(|| "yolox_nano".into());
    if let Err(error) = print_slots(&stream, &model) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

/// Returns when the file has ended. A live camera never ends: stop the program with Ctrl-C.
fn print_slots(stream: &str, model: &str) -> Result<(), Error> {
    let config = Config::from_stream(stream).model(model).objects_max(10);
    let pipeline = Pipeline::new(config)?;
    pipeline.start()?;
    for snapshot in pipeline.snapshots() {
        let snapshot = snapshot?;
        print!("frame {}", snapshot.frame_seq);
        for (number, slot) in snapshot.occupied() {
            print!("  p{number} ({:.2}, {:.2})", slot.x(), slot.y());
            if slot.state() == SlotState::Held {
                print!(" held");
            }
        }
        println!();
    }
    Ok(())
}
