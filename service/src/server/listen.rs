//! Connections: accepted with a bound on how many there are and how long one may
//! take to say what it wants.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

/// Connections at the same time; beyond that new ones wait.
const CONNECTIONS_MAX: usize = 2000;
/// How long the head of a request may take, and a connection be idle.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long requests under way may take when the service ends.
const LAST_REQUESTS: Duration = Duration::from_millis(500);

/// A listening socket.
pub struct Listening {
    listener: TcpListener,
    /// Where it listens; the port that the system chose, if it was asked to.
    pub address: SocketAddr,
}

/// Listens.
///
/// # Errors
/// With the remedy, when the address or port cannot be had.
pub async fn bind(listen: &str, port: u16) -> Result<Listening, String> {
    let remedy = |e: &io::Error| match e.kind() {
        io::ErrorKind::AddrInUse => {
            "another program uses the port; stop it, or set service.port".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need special rights; set service.port to 8080 or so".to_owned()
        }
        _ => "set service.listen to an address of this machine, or to 127.0.0.1".to_owned(),
    };
    let failed = |e: io::Error| format!("{listen}:{port}: cannot listen ({e}); {}", remedy(&e));
    let listener = TcpListener::bind((listen, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Listening { listener, address })
}

impl Listening {
    /// Serves until `ended` says so.
    pub async fn serve(self, router: Router, mut ended: watch::Receiver<bool>) {
        let turns = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = over(&mut ended) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors: those that are open will end.
                    log::warn!("a connection could not be accepted ({error})");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Ok(turn) = Arc::clone(&turns).acquire_owned().await else {
                break;
            };
            let (router, ended) = (router.clone(), ended.clone());
            tokio::spawn(async move {
                connection(stream, peer, router, ended).await;
                drop(turn);
            });
        }
        // Those that are under way see `ended` too.
        let all = turns.acquire_many(CONNECTIONS_MAX as u32);
        tokio::time::timeout(LAST_REQUESTS, all).await.ok();
    }
}

/// Waits until the service ends.
async fn over(ended: &mut watch::Receiver<bool>) {
    // An error is the end of whoever would say so.
    let _told = ended.wait_for(|ended| *ended).await.is_ok();
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut ended: watch::Receiver<bool>,
) {
    // Snapshots are small and must not wait for one another.
    stream.set_nodelay(true).ok();
    let service = router.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        // Broken connections are the clients' affair.
        _ = connection.as_mut() => {}
        () = over(&mut ended) => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(LAST_REQUESTS, connection).await.ok();
        }
    }
}
