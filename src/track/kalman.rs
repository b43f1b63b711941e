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
//! The papers count time in frames of 30 Hz video. Here the state moves in
//! [`TICKS_PER_S`], with a step of any length, so that a velocity means the same on a
//! slow camera, a fast one, and one that stutters. The noise stays per step as in the
//! papers. Most of the unpredicted change of a box comes with each observation (jitter of
//! the detector, a partly hidden body), not with the time in between. Growing the noise
//! with time made tracking at 10 and 5 frames per second worse.

/// The filter's unit of time. The papers' noise constants are for one frame of 30 Hz
/// video.
pub const TICKS_PER_S: f64 = 30.0;

/// Standard deviation of a position, per box height.
const POSITION_STD: f64 = 1.0 / 20.0;
/// Standard deviation of a velocity, per box height and tick.
const VELOCITY_STD: f64 = 1.0 / 160.0;
/// An aspect ratio has no scale, so its deviations are constants.
const ASPECT_STD: f64 = 1e-2;
const ASPECT_VELOCITY_STD: f64 = 1e-5;
const ASPECT_MEASURED_STD: f64 = 1e-1;
/// Extrapolation must not make a box negative.
const SMALLEST: f64 = 1e-4;

/// The filter's box. Lengths are in frame heights on both axes, so that a person's noise
/// is the same in a wide frame as in a tall one.
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

    /// x += dt v; P = F P F' + Q.
    fn predict(&mut self, dt: f64, position_std: f64, velocity_std: f64) {
        self.position += dt * self.velocity;
        let [pp, pv, vv] = self.variance;
        self.variance = [
            pp + dt * (2.0 * pv + dt * vv) + position_std.powi(2),
            pv + dt * vv,
            vv + velocity_std.powi(2),
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

/// The position and motion of a box, with their uncertainty.
#[derive(Debug, Clone, Copy)]
pub struct KalmanBox {
    x: Coordinate,
    y: Coordinate,
    aspect: Coordinate,
    height: Coordinate,
}

impl KalmanBox {
    /// Starts at rest, with a large uncertainty of the velocity.
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

    /// Predicts the estimate `dt` ticks ahead. `keep_height` stops the growth or
    /// shrinking of an object that is not seen.
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

    /// Corrects the estimate with an observation.
    pub fn correct(&mut self, seen: Measurement) {
        let p = POSITION_STD * self.height.position;
        self.x.correct(seen.x, p);
        self.y.correct(seen.y, p);
        self.aspect.correct(seen.aspect, ASPECT_MEASURED_STD);
        self.height.correct(seen.height, p);
    }

    /// The current estimate.
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

    /// Stretches the horizontal axis when the frame's aspect has changed, so that
    /// normalised positions stay the same.
    pub fn stretch_x(&mut self, factor: f64) {
        for c in [&mut self.x, &mut self.aspect] {
            c.position *= factor;
            c.velocity *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64) -> Measurement {
        Measurement {
            x,
            y: 0.5,
            aspect: 0.4,
            height: 0.3,
        }
    }

    /// Walks at 0.3 frame heights per second, seen `fps` times a second.
    fn walked(fps: f64, seconds: f64) -> KalmanBox {
        let mut filter = KalmanBox::new(at(0.1));
        for frame in 1..=(fps * seconds) as usize {
            filter.predict(TICKS_PER_S / fps, false);
            filter.correct(at(0.1 + 0.3 * frame as f64 / fps));
        }
        filter
    }

    #[test]
    fn velocity_is_per_second_at_any_frame_rate() {
        for fps in [5.0, 10.0, 30.0, 60.0, 120.0] {
            let [vx, vy] = walked(fps, 2.0).velocity_per_s();
            assert!((vx - 0.3).abs() < 0.01, "{fps} fps: {vx}");
            assert!(vy.abs() < 1e-9);
        }
    }

    #[test]
    fn prediction_bridges_a_gap_of_any_length_in_one_step_or_many() {
        let (mut once, mut often) = (walked(25.0, 2.0), walked(25.0, 2.0));
        once.predict(15.0, true);
        (0..15).for_each(|_| often.predict(1.0, true));
        assert!((once.estimate().x - 0.85).abs() < 0.01);
        assert!((once.estimate().x - often.estimate().x).abs() < 1e-9);
    }

    /// The papers' filter as one state of eight, with full matrices.
    struct Joint {
        mean: [f64; 8],
        covariance: [[f64; 8]; 8],
    }

    impl Joint {
        fn predict(&mut self, q: [f64; 8]) {
            let (m, p) = (self.mean, self.covariance);
            for i in 0..4 {
                self.mean[i] = m[i] + m[i + 4];
            }
            // F = [I I; 0 I], so row i of F P is row i plus row i + 4.
            let velocity = |i: usize| if i < 4 { Some(i + 4) } else { None };
            for i in 0..8 {
                for j in 0..8 {
                    let mut sum = p[i][j];
                    sum += velocity(i).map_or(0.0, |k| p[k][j]);
                    sum += velocity(j).map_or(0.0, |k| p[i][k]);
                    sum += velocity(i).zip(velocity(j)).map_or(0.0, |(k, l)| p[k][l]);
                    self.covariance[i][j] = sum + if i == j { q[i] } else { 0.0 };
                }
            }
        }

        /// R is diagonal, so the four coordinates can be corrected one by one.
        fn correct(&mut self, seen: [f64; 4], r: [f64; 4]) {
            for (z, r, k) in seen.iter().zip(r).enumerate().map(|(k, (z, r))| (z, r, k)) {
                let row = self.covariance[k];
                let total = row[k] + r;
                let surprise = z - self.mean[k];
                for i in 0..8 {
                    let gain = row[i] / total;
                    self.mean[i] += gain * surprise;
                    for (covariance, row) in self.covariance[i].iter_mut().zip(row) {
                        *covariance -= gain * row;
                    }
                }
            }
        }
    }

    #[test]
    fn four_small_filters_equal_the_papers_filter_of_eight_at_30_fps() {
        let square = |v: [f64; 8]| v.map(|s| s * s);
        let first = Measurement {
            x: 0.4,
            y: 0.5,
            aspect: 0.4,
            height: 0.3,
        };
        let (p, v) = (2.0 * 0.3 / 20.0, 10.0 * 0.3 / 160.0);
        let mut covariance = [[0.0; 8]; 8];
        for (i, var) in square([p, p, 1e-2, p, v, v, 1e-5, v])
            .into_iter()
            .enumerate()
        {
            covariance[i][i] = var;
        }
        let mut joint = Joint {
            mean: [0.4, 0.5, 0.4, 0.3, 0.0, 0.0, 0.0, 0.0],
            covariance,
        };
        let mut filter = KalmanBox::new(first);
        let mut random = fastrand::Rng::with_seed(1);
        for frame in 1..=40 {
            let h = joint.mean[3];
            let (p, v) = (h / 20.0, h / 160.0);
            joint.predict(square([p, p, 1e-2, p, v, v, 1e-5, v]));
            filter.predict(1.0, false);
            let mut near = |c: f64| c + 0.02 * (random.f64() - 0.5);
            let seen = Measurement {
                x: near(0.4 + 0.01 * f64::from(frame)),
                y: near(0.5),
                aspect: near(0.4),
                height: near(0.3),
            };
            let p = joint.mean[3] / 20.0;
            let r = [p, p, 1e-1, p].map(|s| s * s);
            joint.correct([seen.x, seen.y, seen.aspect, seen.height], r);
            filter.correct(seen);
            let Measurement {
                x,
                y,
                aspect,
                height,
            } = filter.estimate();
            for (ours, theirs) in [x, y, aspect, height].into_iter().zip(joint.mean) {
                assert!(
                    (ours - theirs).abs() < 1e-9,
                    "frame {frame}: {ours} {theirs}"
                );
            }
        }
    }

    #[test]
    fn shrinking_box_never_becomes_negative() {
        let mut filter = KalmanBox::new(at(0.5));
        for frame in 0..10 {
            filter.predict(1.0, false);
            filter.correct(Measurement {
                height: 0.3 - 0.025 * f64::from(frame),
                ..at(0.5)
            });
        }
        filter.predict(1000.0, false);
        assert!(filter.estimate().height > 0.0 && filter.estimate().aspect > 0.0);
    }
}
