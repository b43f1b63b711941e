//! The motion model: a Kalman filter over a box's centre, aspect ratio and
//! height, each with its velocity.
//!
//! State, noise and their dependence on the height are those of ByteTrack and
//! of DeepSORT before it (Wojke, Bewley, Paulus: "Simple Online and Realtime
//! Tracking with a Deep Association Metric", 2017). There the state is one
//! vector of eight. Its transition couples a coordinate with its own velocity
//! only, and all noise is diagonal, so the covariance never gains an entry
//! between two coordinates: four filters of two are the same filter, exactly.
//!
//! The papers count time in frames of 30 Hz video. Here it is counted in
//! [`TICKS_PER_S`], with a step of any length, so that a filter behaves alike
//! on a slow camera, a fast one, and one that stutters.

/// The filter's unit of time: the papers' noise constants hold for one frame
/// of 30 Hz video.
pub const TICKS_PER_S: f64 = 30.0;

/// Standard deviation of a position, per box height.
const POSITION_STD: f64 = 1.0 / 20.0;
/// Standard deviation of a velocity, per box height and tick.
const VELOCITY_STD: f64 = 1.0 / 160.0;
/// An aspect ratio has no scale, so its deviations are constants.
const ASPECT_STD: f64 = 1e-2;
const ASPECT_VELOCITY_STD: f64 = 1e-5;
const ASPECT_MEASURED_STD: f64 = 1e-1;
/// Extrapolation must not turn a box inside out.
const SMALLEST: f64 = 1e-4;

/// A box as the filter sees it. Lengths are in frame heights on both axes, so
/// that a person's noise is the same in a wide frame as in a tall one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// Horizontal centre.
    pub x: f64,
    /// Vertical centre.
    pub y: f64,
    /// Width over height.
    pub aspect: f64,
    /// Height.
    pub height: f64,
}

/// Position and velocity of one coordinate, with their 2x2 covariance.
#[derive(Debug, Clone, Copy)]
struct Coordinate {
    position: f64,
    velocity: f64,
    /// Variance of the position, covariance of both, variance of the velocity.
    variance: [f64; 3],
}

impl Coordinate {
    fn new(position: f64, position_std: f64, velocity_std: f64) -> Self {
        let variance = [position_std.powi(2), 0.0, velocity_std.powi(2)];
        Self {
            position,
            velocity: 0.0,
            variance,
        }
    }

    /// x += dt v; P = F P F' + dt Q. The noise is a random walk, so its
    /// variance grows with time: two half steps add as much as a whole one.
    fn predict(&mut self, dt: f64, position_std: f64, velocity_std: f64) {
        self.position += dt * self.velocity;
        let [pp, pv, vv] = self.variance;
        self.variance = [
            pp + dt * (2.0 * pv + dt * vv) + dt * position_std.powi(2),
            pv + dt * vv,
            vv + dt * velocity_std.powi(2),
        ];
    }

    /// K = P H' / (H P H' + R); x += K (z - H x); P = (I - K H) P, H = [1 0].
    fn correct(&mut self, measured: f64, measured_std: f64) {
        let [pp, pv, vv] = self.variance;
        let total = pp + measured_std.powi(2);
        let (gain, velocity_gain) = (pp / total, pv / total);
        let surprise = measured - self.position;
        self.position += gain * surprise;
        self.velocity += velocity_gain * surprise;
        self.variance = [
            (1.0 - gain) * pp,
            (1.0 - gain) * pv,
            vv - velocity_gain * pv,
        ];
    }
}

/// Where a box is, how it moves, and how sure that is.
#[derive(Debug, Clone, Copy)]
pub struct BoxFilter {
    x: Coordinate,
    y: Coordinate,
    aspect: Coordinate,
    height: Coordinate,
}

impl BoxFilter {
    /// Starts at rest, with a wide guess of the velocity.
    pub fn new(first: Measurement) -> Self {
        let (p, v) = (
            2.0 * POSITION_STD * first.height,
            10.0 * VELOCITY_STD * first.height,
        );
        Self {
            x: Coordinate::new(first.x, p, v),
            y: Coordinate::new(first.y, p, v),
            aspect: Coordinate::new(first.aspect, ASPECT_STD, ASPECT_VELOCITY_STD),
            height: Coordinate::new(first.height, p, v),
        }
    }

    /// Moves the estimate `dt` ticks ahead. An object that nobody sees should
    /// not grow or shrink on: `keep_height` stops that.
    pub fn predict(&mut self, dt: f64, keep_height: bool) {
        if keep_height {
            self.height.velocity = 0.0;
        }
        let h = self.height.position;
        let (p, v) = (POSITION_STD * h, VELOCITY_STD * h);
        self.x.predict(dt, p, v);
        self.y.predict(dt, p, v);
        self.aspect.predict(dt, ASPECT_STD, ASPECT_VELOCITY_STD);
        self.height.predict(dt, p, v);
        self.aspect.position = self.aspect.position.max(SMALLEST);
        self.height.position = self.height.position.max(SMALLEST);
    }

    /// Takes in where the box was seen.
    pub fn correct(&mut self, seen: Measurement) {
        let p = POSITION_STD * self.height.position;
        self.x.correct(seen.x, p);
        self.y.correct(seen.y, p);
        self.aspect.correct(seen.aspect, ASPECT_MEASURED_STD);
        self.height.correct(seen.height, p);
    }

    /// The estimate now.
    pub fn estimate(&self) -> Measurement {
        Measurement {
            x: self.x.position,
            y: self.y.position,
            aspect: self.aspect.position,
            height: self.height.position,
        }
    }

    /// Velocity of the centre in frame heights per second.
    pub fn velocity_per_s(&self) -> [f64; 2] {
        [self.x.velocity * TICKS_PER_S, self.y.velocity * TICKS_PER_S]
    }

    /// Stretches the horizontal axis, when the frame's aspect has changed and
    /// normalised positions shall stay where they were.
    pub fn stretch_x(&mut self, factor: f64) {
        for c in [&mut self.x, &mut self.aspect] {
            c.position *= factor;
            c.velocity *= factor;
        }
    }
}
