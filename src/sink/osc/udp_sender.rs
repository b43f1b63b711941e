//! Sends datagrams to an OSC receiver. Never blocks, and retries after a failure.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use crate::base::clock::{Clock, NS_PER_S};
use crate::sink::api::SinkStats;

/// Time after a failure until the receiver is looked up again, and time without a failure
/// until the problem counts as solved.
const RETRY_NS: i64 = 5 * NS_PER_S;

/// Sends datagrams to one receiver.
pub(super) struct UdpSender {
    /// The camera's id, for the log.
    camera: String,
    host: String,
    port: u16,
    clock: Arc<dyn Clock>,
    state: State,
    stats: SinkStats,
    /// The latest logged problem, and the time of its latest occurrence.
    problem: Option<(String, i64)>,
}

enum State {
    /// No socket before this time.
    Closed {
        retry_ns: i64,
    },
    /// A helper thread looks the host name up, because that can block for many seconds, and
    /// stopping a pipeline must not wait for it. The thread owns only the name and its end of
    /// the channel.
    Resolving(Receiver<io::Result<SocketAddr>>),
    Open(UdpSocket),
}

impl UdpSender {
    /// Creates a sender. It looks the receiver up at the first datagram.
    pub fn new(camera: &str, host: &str, port: u16, clock: Arc<dyn Clock>) -> Self {
        Self {
            camera: camera.to_owned(),
            host: host.to_owned(),
            port,
            clock,
            state: State::Closed { retry_ns: i64::MIN },
            stats: SinkStats::default(),
            problem: None,
        }
    }

    pub fn stats(&self) -> SinkStats {
        self.stats
    }

    /// A sender that cannot send.
    #[cfg(test)]
    pub fn down() -> Self {
        let mut sender = Self::new(
            "cam1",
            "127.0.0.1",
            9,
            Arc::new(crate::base::clock::SimulatedClock::new(0)),
        );
        sender.state = State::Closed { retry_ns: i64::MAX };
        sender
    }

    /// Passes a datagram to the system, and returns whether that worked. Never blocks.
    pub fn send(&mut self, datagram: &[u8]) -> bool {
        let now_ns = self.clock.now_ns();
        let mut outcome = self.try_send(datagram, now_ns);
        if let Err(e) = &outcome
            && is_refusal(e)
        {
            // The refusal of an earlier datagram, which was counted as sent. This datagram
            // is not sent yet: without a second attempt, a receiver that has just started
            // would miss it.
            let remedy = "start the receiver, or correct osc.host and osc.port";
            self.stats.failed += 1;
            self.report_problem(
                now_ns,
                format!("no program is listening there ({e}); {remedy}"),
            );
            outcome = self.try_send(datagram, now_ns);
        }
        match outcome {
            Ok(true) => {
                self.stats.sent += 1;
                self.stats.bytes += datagram.len() as u64;
                self.report_success(now_ns);
                return true;
            }
            Ok(false) => {}
            Err(e) if is_refusal(&e) => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                self.report_problem(
                    now_ns,
                    "the network is too slow, some snapshots are dropped; send fewer axes or slots"
                        .into(),
                );
            }
            Err(e) => {
                self.state = State::Closed {
                    retry_ns: now_ns.saturating_add(RETRY_NS),
                };
                let remedy = "check osc.host and the network";
                self.report_problem(now_ns, format!("{e}; {remedy}; retrying every 5 s"));
            }
        }
        self.stats.failed += 1;
        false
    }

    /// Returns false while there is no open socket.
    fn try_send(&mut self, datagram: &[u8], now_ns: i64) -> io::Result<bool> {
        match self.open(now_ns)? {
            Some(socket) => socket.send(datagram).map(|_| true),
            None => Ok(false),
        }
    }

    /// The socket, opened if the retry time has come. `None` while it is not open.
    fn open(&mut self, now_ns: i64) -> io::Result<Option<&UdpSocket>> {
        let found = match &self.state {
            State::Open(_) => None,
            State::Closed { retry_ns } if now_ns < *retry_ns => return Ok(None),
            State::Closed { .. } => match self.host.parse::<IpAddr>() {
                Ok(ip) => Some(Ok(SocketAddr::new(ip, self.port))),
                Err(_) => {
                    self.state = State::Resolving(resolve(&self.host, self.port)?);
                    return Ok(None);
                }
            },
            State::Resolving(answer) => match answer.try_recv() {
                Ok(found) => Some(found),
                Err(TryRecvError::Empty) => return Ok(None),
                Err(TryRecvError::Disconnected) => Some(Err(io::Error::other(
                    "the name look-up ended without an answer",
                ))),
            },
        };
        if let Some(found) = found {
            self.state = State::Open(connect(found?)?);
        }
        match &self.state {
            State::Open(socket) => Ok(Some(socket)),
            _ => Ok(None),
        }
    }

    /// Logs a problem once, not again while it persists.
    fn report_problem(&mut self, now_ns: i64, reason: String) {
        if self
            .problem
            .as_ref()
            .is_none_or(|(known, _)| *known != reason)
        {
            let Self {
                camera, host, port, ..
            } = self;
            log::warn!("[{camera}] osc {host}:{port}: {reason}");
        }
        self.problem = Some((reason, now_ns));
    }

    /// The receiver's machine reports only some refusals, so one success proves little. The
    /// problem is solved when it has not occurred for a while.
    fn report_success(&mut self, now_ns: i64) {
        if self
            .problem
            .as_ref()
            .is_some_and(|(_, at)| now_ns.saturating_sub(*at) > RETRY_NS)
        {
            self.problem = None;
            let Self {
                camera, host, port, ..
            } = self;
            log::info!("[{camera}] osc {host}:{port}: sending again");
        }
    }
}

fn is_refusal(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

fn resolve(host: &str, port: u16) -> io::Result<Receiver<io::Result<SocketAddr>>> {
    let (answer, receiver) = mpsc::channel();
    let host = host.to_owned();
    std::thread::Builder::new()
        .name("rextrack-lookup".into())
        .spawn(move || {
            // Fails if the sender was dropped, and the answer is not needed.
            let _ = answer.send(look_up(&host, port));
        })?;
    Ok(receiver)
}

fn look_up(host: &str, port: u16) -> io::Result<SocketAddr> {
    let found: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_err(|e| io::Error::new(e.kind(), format!("unknown host name '{host}' ({e})")))?
        .collect();
    // Most OSC receivers listen only on IPv4, and `localhost` often gives the IPv6 address
    // first.
    let best = found
        .iter()
        .find(|a| a.is_ipv4())
        .or(found.first())
        .copied();
    best.ok_or_else(|| io::Error::other(format!("the host name '{host}' has no address")))
}

/// A non-blocking socket of the receiver's address family, on a free port. Connected,
/// because only then the system reports a missing receiver.
fn connect(receiver: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = match receiver {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    if receiver.is_ipv4() {
        // Light and sound systems often listen on the broadcast address.
        socket.set_broadcast(true)?;
    }
    socket.connect(receiver)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::base::clock::SimulatedClock;
    use std::time::Duration;

    #[test]
    fn host_name_is_looked_up_without_blocking() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        receiver
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let port = receiver.local_addr().unwrap().port();
        let mut sender =
            UdpSender::new("cam1", "localhost", port, Arc::new(SimulatedClock::new(0)));
        assert!(!sender.send(b"lost while looking up"));
        // Waits for the look-up, in place of the time between frames.
        if let State::Resolving(answer) = &sender.state {
            let found = answer.recv().unwrap().unwrap();
            assert!(found.is_ipv4(), "{found}");
            sender.state = State::Open(connect(found).unwrap());
        }
        assert!(sender.send(b"here"));
        let mut buffer = [0; 64];
        let length = receiver.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"here");
        assert_eq!(
            sender.stats(),
            SinkStats {
                sent: 1,
                failed: 1,
                bytes: 4,
                dropped: 0
            }
        );
    }

    #[test]
    fn failed_look_up_is_repeated_after_five_seconds() {
        let clock = Arc::new(SimulatedClock::new(0));
        let mut sender = UdpSender::new("cam1", "no such name", 1, clock.clone());
        assert!(!sender.send(b"a"));
        let (answer, receiver) = mpsc::channel();
        sender.state = State::Resolving(receiver);
        answer.send(Err(io::Error::other("unknown"))).unwrap();
        assert!(!sender.send(b"b"));
        assert!(matches!(sender.state, State::Closed { .. }));
        clock.advance(Duration::from_millis(4999));
        assert!(!sender.send(b"c"));
        assert!(
            matches!(sender.state, State::Closed { .. }),
            "looked up too early"
        );
        clock.advance(Duration::from_millis(1));
        assert!(!sender.send(b"d"));
        assert!(matches!(sender.state, State::Resolving(_)));
        assert_eq!(sender.stats().failed, 4);
    }

    #[test]
    fn problem_is_solved_after_five_seconds_without_it() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = receiver.local_addr().unwrap().port();
        let clock = Arc::new(SimulatedClock::new(0));
        let mut sender = UdpSender::new("cam1", "127.0.0.1", port, clock.clone());
        sender.report_problem(0, "refused".into());
        assert!(sender.send(b"a"));
        assert!(sender.problem.is_some());
        clock.advance(Duration::from_millis(5001));
        assert!(sender.send(b"b"));
        assert!(sender.problem.is_none());
    }
}
