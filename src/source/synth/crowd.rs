//! People who walk over a square: their positions, and the detections of them.

use fastrand::Rng;

use super::scene::{Body, Scene};
use crate::address::SynthOptions;
use crate::flow::{BBox, Detection};

/// The class that the crowd is of: COCO's `person`.
const PERSON: u32 = 0;
/// A person of whom a larger share is hidden is not detected.
const HIDDEN: f32 = 0.7;
/// Height of a person at the near edge, in frame heights, and how much smaller
/// one at the far edge is.
const NEAR_HEIGHT: f32 = 0.42;
const FAR_SCALE: f32 = 0.45;
/// Where the square begins and ends in the picture: feet, in frame heights.
const FAR_Y: f32 = 0.42;
const NEAR_Y: f32 = 0.96;
/// How far a person walks beyond the sides of the picture.
const OUTSIDE: f32 = 0.12;
/// Near-field walking speed in frame widths a second.
const SPEED: std::ops::Range<f32> = 0.05..0.16;
/// How long a person who left stays away, in seconds.
const AWAY_S: std::ops::Range<f32> = 1.0..6.0;
/// How long a person who stops stands still, in seconds.
const STAND_S: std::ops::Range<f32> = 0.5..3.0;

/// The crowd at one moment.
pub struct Crowd {
    people: Vec<Person>,
    /// Random numbers of the paths. Separate from the noise, so that the same seed has the
    /// same paths with other misses or jitter.
    path_rng: Rng,
    noise_rng: Rng,
    dt_s: f32,
    aspect: f32,
    misses: f32,
    jitter: f32,
}

/// A person. Positions are on the square: `x` across, 0..1 within the picture; `depth` 0
/// far to 1 near.
struct Person {
    x: f32,
    depth: f32,
    /// The position that the person walks to.
    goal: [f32; 2],
    speed: f32,
    build: f32,
    /// Remaining pause, standing on the square or away from it.
    pause_s: f32,
    phase: f32,
}

impl Crowd {
    /// A crowd in the middle of its walk.
    pub fn new(options: &SynthOptions) -> Self {
        let mut path_rng = Rng::with_seed(options.seed);
        let people = (0..options.people)
            .map(|_| Person::new(&mut path_rng))
            .collect();
        Self {
            people,
            noise_rng: Rng::with_seed(options.seed ^ 0x9e37_79b9_7f4a_7c15),
            path_rng,
            dt_s: 1.0 / options.fps,
            aspect: options.size.aspect(),
            misses: options.misses,
            jitter: options.jitter,
        }
    }

    /// Moves everyone by one frame.
    pub fn step(&mut self) {
        for person in &mut self.people {
            person.step(self.dt_s, &mut self.path_rng);
        }
    }

    /// The crowd in the camera's picture, and the detections of it.
    pub fn observe(&mut self) -> Scene {
        let mut bodies: Vec<Body> = (self.people.iter().enumerate())
            .map(|(index, person)| Body {
                person: index as u32,
                bbox: person.bbox(self.aspect),
                phase: person.phase,
            })
            .filter(|body| is_in_frame(&body.bbox))
            .collect();
        // Painted from far to near, because nearer people hide farther ones.
        bodies.sort_by(|a, b| feet(&a.bbox).total_cmp(&feet(&b.bbox)));
        let mut detections = Vec::with_capacity(bodies.len());
        for (index, body) in bodies.iter().enumerate() {
            let hidden = bodies[index + 1..]
                .iter()
                .map(|nearer| covered(&body.bbox, &nearer.bbox))
                .fold(0.0, f32::max);
            detections.extend(self.detect(body, hidden));
        }
        detections.sort_by(|a, b| b.score.total_cmp(&a.score));
        Scene { bodies, detections }
    }

    /// The detection of a person of whom a share is hidden, or none. Draws the same number
    /// of random numbers in both cases.
    fn detect(&mut self, body: &Body, hidden: f32) -> Option<Detection> {
        let missed = self.noise_rng.f32() < self.misses;
        let wobble = self.noise_rng.f32();
        let mut jitter = || gauss(&mut self.noise_rng) * self.jitter * body.bbox.h;
        let (dx, dy, dw, dh) = (jitter(), jitter(), jitter(), jitter());
        let inside = covered(&body.bbox, &BBox::new(0.5, 0.5, 1.0, 1.0));
        if missed || hidden > HIDDEN || inside < 1.0 - HIDDEN {
            return None;
        }
        let seen = (1.0 - hidden) * inside;
        let score = (0.95 * seen - 0.12 * wobble).clamp(0.05, 0.99);
        let BBox { x, y, w, h } = body.bbox;
        Some(Detection {
            class_id: PERSON,
            score,
            bbox: BBox::new(
                x + dx / self.aspect,
                y + dy,
                (w + dw / self.aspect).max(w / 2.0),
                (h + dh).max(h / 2.0),
            ),
        })
    }
}

impl Person {
    fn new(path_rng: &mut Rng) -> Self {
        let mut person = Self {
            x: within(path_rng, 0.05..0.95),
            depth: path_rng.f32(),
            goal: [0.5, 0.5],
            speed: within(path_rng, SPEED),
            build: within(path_rng, 0.85..1.12),
            pause_s: 0.0,
            phase: path_rng.f32(),
        };
        person.choose_goal(path_rng);
        person
    }

    fn step(&mut self, dt_s: f32, path_rng: &mut Rng) {
        if self.pause_s > 0.0 {
            self.pause_s -= dt_s;
            return;
        }
        // Far steps are shorter in the picture, and steps along the depth are shorter still.
        let scale = self.scale();
        let (dx, dy) = (self.goal[0] - self.x, self.goal[1] - self.depth);
        let distance = dx.hypot(dy * 0.5);
        let step = self.speed * scale * dt_s;
        self.phase = (self.phase + dt_s * 1.8) % 1.0;
        if distance > step {
            self.x += dx / distance * step;
            self.depth += dy / distance * step;
            return;
        }
        [self.x, self.depth] = self.goal;
        if (0.0..=1.0).contains(&self.x) {
            if path_rng.f32() < 0.3 {
                self.pause_s = within(path_rng, STAND_S);
            }
        } else {
            self.pause_s = within(path_rng, AWAY_S);
        }
        self.choose_goal(path_rng);
    }

    /// Chooses the next goal: a point on the square, or one beyond its sides.
    fn choose_goal(&mut self, path_rng: &mut Rng) {
        self.speed = within(path_rng, SPEED);
        let leaves = path_rng.f32() < 0.3;
        let x = match (leaves, path_rng.bool()) {
            (true, true) => -OUTSIDE,
            (true, false) => 1.0 + OUTSIDE,
            (false, _) => within(path_rng, 0.05..0.95),
        };
        self.goal = [x, path_rng.f32()];
    }

    fn scale(&self) -> f32 {
        FAR_SCALE + (1.0 - FAR_SCALE) * self.depth
    }

    fn bbox(&self, aspect: f32) -> BBox {
        let h = NEAR_HEIGHT * self.scale() * self.build;
        let w = h * 0.38 / aspect;
        let feet = FAR_Y + (NEAR_Y - FAR_Y) * self.depth;
        BBox::new(self.x, feet - h / 2.0, w, h)
    }
}

fn feet(bbox: &BBox) -> f32 {
    bbox.y + bbox.h / 2.0
}

fn is_in_frame(bbox: &BBox) -> bool {
    covered(bbox, &BBox::new(0.5, 0.5, 1.0, 1.0)) > 0.0
}

/// The share of `bbox` that `other` covers.
fn covered(bbox: &BBox, other: &BBox) -> f32 {
    let ([l, t, r, b], [ol, ot, or, ob]) = (bbox.ltrb(), other.ltrb());
    let w = (r.min(or) - l.max(ol)).max(0.0);
    let h = (b.min(ob) - t.max(ot)).max(0.0);
    w * h / (bbox.w * bbox.h).max(f32::EPSILON)
}

fn within(rng: &mut Rng, range: std::ops::Range<f32>) -> f32 {
    range.start + (range.end - range.start) * rng.f32()
}

/// A normally distributed number, by Box and Muller (1958).
fn gauss(rng: &mut Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.f32()).max(f32::MIN_POSITIVE).ln()).sqrt();
    radius * (std::f32::consts::TAU * rng.f32()).cos()
}
