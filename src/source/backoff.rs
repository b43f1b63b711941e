//! Waiting times between attempts.

use std::time::Duration;

/// Exponential backoff with jitter: 0.25 s doubling to 8 s, each wait shortened
/// by up to a quarter at random, so that many cameras behind one switch do not
/// reconnect at the same time.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
    random: fastrand::Rng,
}

impl Backoff {
    /// The first wait.
    pub const FIRST: Duration = Duration::from_millis(250);
    /// The longest wait.
    pub const LONGEST: Duration = Duration::from_secs(8);
    /// The wait after a rejected password. Most cameras lock an account after a few
    /// failures within some minutes.
    pub const REFUSED: Duration = Duration::from_secs(30);

    /// Starts with the first wait. `seed` makes the jitter repeatable.
    pub fn new(seed: u64) -> Self {
        Self {
            next: Self::FIRST,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// The wait before the next attempt. Each is longer than the last, up to the longest.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(Self::LONGEST);
        wait.mul_f64(1.0 - 0.25 * self.random.f64())
    }

    /// Starts again with the first wait, after the source had a frame.
    pub fn reset(&mut self) {
        self.next = Self::FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_doubles_to_eight_seconds_with_jitter_until_reset() {
        let mut backoff = Backoff::new(7);
        for full in [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0] {
            let wait = backoff.next_wait().as_secs_f64();
            assert!(
                wait <= full && wait >= full * 0.75,
                "{wait} should be within 25% of {full}"
            );
        }
        backoff.reset();
        assert!(backoff.next_wait() <= Backoff::FIRST);
    }
}
