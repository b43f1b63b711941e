//! Motion: predicts where an object is after it was last seen.
//!
//! Used for HELD slots, and for hosts that poll a slot at a time of their own. Pure
//! functions that neither allocate nor block.

/// Time constant in seconds after which a predicted object keeps 37 % of its
/// speed. People who vanish behind a pillar or a colleague mostly stop or turn
/// within a second; half a second carries a walker by at most half a second's
/// way, so that a held slot never flies across the stage.
pub const DAMPING_S: f32 = 0.5;

/// Moves a position `dt_s` seconds on with a velocity that decays exponentially:
///
/// ```text
/// x(dt) = x + v * tau * (1 - exp(-dt / tau))        tau = DAMPING_S
/// v(dt) = v * exp(-dt / tau)
/// ```
///
/// This is the mean of a velocity that forgets itself (an Ornstein-Uhlenbeck
/// process). Two steps in a row give what one step of their sum gives.
///
/// Position in normalised frame coordinates, velocity in frame sizes a second.
/// The result stays within the frame, 0..1; on an axis where it ran into the
/// edge, it stands still. A negative `dt_s` counts as 0.
pub fn predict(position: [f32; 2], velocity: [f32; 2], dt_s: f32) -> ([f32; 2], [f32; 2]) {
    let dt = dt_s.max(0.0);
    let decay = (-dt / DAMPING_S).exp();
    let mut moved = position;
    let mut speed = velocity;
    for axis in 0..2 {
        let free = position[axis] + velocity[axis] * DAMPING_S * (1.0 - decay);
        moved[axis] = free.clamp(0.0, 1.0);
        speed[axis] = if moved[axis] == free {
            velocity[axis] * decay
        } else {
            0.0
        };
    }
    (moved, speed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        (a[0] - b[0]).abs() < 1e-5 && (a[1] - b[1]).abs() < 1e-5
    }

    #[test]
    fn zero_or_negative_time_changes_nothing() {
        assert_eq!(
            predict([0.3, 0.4], [0.1, -0.2], 0.0),
            ([0.3, 0.4], [0.1, -0.2])
        );
        assert_eq!(
            predict([0.3, 0.4], [0.1, -0.2], -1.0),
            ([0.3, 0.4], [0.1, -0.2])
        );
    }

    #[test]
    fn motion_starts_with_velocity_and_comes_to_rest() {
        let ([x, _], _) = predict([0.3, 0.5], [0.2, 0.0], 0.01);
        assert!((x - 0.302).abs() < 1e-4, "{x}");
        let ([x, y], v) = predict([0.3, 0.5], [0.2, 0.0], 60.0);
        assert!(close([x, y], [0.3 + 0.2 * DAMPING_S, 0.5]), "{x}");
        assert!(close(v, [0.0, 0.0]));
    }

    #[test]
    fn two_steps_equal_one_of_their_sum() {
        let (p, v) = predict([0.3, 0.6], [0.3, -0.1], 0.2);
        let (p, v) = predict(p, v, 0.5);
        let (q, w) = predict([0.3, 0.6], [0.3, -0.1], 0.7);
        assert!(close(p, q) && close(v, w));
    }

    #[test]
    fn motion_stops_at_edge_of_frame() {
        let (p, v) = predict([0.95, 0.02], [1.0, -1.0], 1.0);
        assert_eq!((p, v), ([1.0, 0.0], [0.0, 0.0]));
    }
}
