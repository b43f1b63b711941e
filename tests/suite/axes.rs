//! The documents' table of axes is made from the library's.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;

use rextrack::internals::flow::{AXES, AxisValue, Quantity, Slot};

fn reference() -> String {
    let mut text = String::from(
        "# Axes\n\n\
         <!-- Generated from src/flow/axis.rs by `cargo xtask generate`. -->\n\n\
         An axis is one value of a slot. The name is used in `osc.axes`, in OSC addresses, in \
         TouchDesigner channels (`p1_x`) and in the C ABI (`rextrack_axes`); the key in JSON lines, \
         MQTT, the WebSockets and the fields of `RextrackSlot`.\n\n\
         | name | key in JSON | type | unit | frame of reference | when empty | meaning |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for axis in AXES {
        let kind = match axis.value(&Slot::default()) {
            AxisValue::Float(_) => "float",
            AxisValue::Signed(_) | AxisValue::Unsigned(_) => "integer",
            AxisValue::State(_) => "0, 1, 2; in JSON `empty`, `active`, `held`",
        };
        let frame = match axis.quantity {
            Quantity::Number => "-",
            Quantity::X | Quantity::Width | Quantity::VelocityX => "full frame, from the left",
            Quantity::Y | Quantity::Height | Quantity::VelocityY => "full frame, from the top",
        };
        let unit = if axis.unit.is_empty() { "-" } else { axis.unit };
        writeln!(
            text,
            "| `{}` | `{}` | {kind} | {unit} | {frame} | {} | {} |",
            axis.name, axis.key, axis.empty, axis.description
        )
        .unwrap();
    }
    text.push_str(
        "\nUnits and frame of reference are those of `slots.units: normalized` and `slots.origin: \
         top_left`. With `pixels` positions, sizes and velocities are in pixels; with \
         `bottom_left` y and vy point upwards. `speed` always is in frame heights a second. OSC \
         and TouchDesigner send every value as a 32-bit float: whole numbers are exact up to \
         2^24.\n",
    );
    text
}

#[test]
fn reference_of_axes_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ref/axes.md");
    let text = reference();
    if std::env::var_os("REXTRACK_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        committed == text,
        "docs/ref/axes.md is not what src/flow/axis.rs says; run `cargo xtask generate` and commit it"
    );
}
