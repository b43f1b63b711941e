//! Accepts connections, with limits on their number and on the time that a request may
//! take to arrive.

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

/// Most connections at the same time; further ones wait.
const CONNECTIONS_MAX: usize = 2000;
/// How long the head of a request may take to arrive, and a connection may be idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long running requests may take when the service ends.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

/// A listening socket.
pub struct Listening {
    listener: TcpListener,
    /// Its address, with the port that the system chose if port 0 was requested.
    pub address: SocketAddr,
}

/// Listens on an address and port.
///
/// # Errors
/// With the remedy, when the address or port cannot be used.
pub async fn bind(listen: &str, port: u16) -> Result<Listening, String> {
    let remedy = |e: &io::Error| match e.kind() {
        io::ErrorKind::AddrInUse => {
            "another program uses the port; stop it, or set service.port".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need special rights; set service.port to a higher one, such as 8080"
                .to_owned()
        }
        _ => "set service.listen to an address of this machine, or to 127.0.0.1".to_owned(),
    };
    let failed = |e: io::Error| format!("{listen}:{port}: cannot listen ({e}); {}", remedy(&e));
    let listener = TcpListener::bind((listen, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Listening { listener, address })
}

impl Listening {
    /// Serves until `ended` becomes true.
    pub async fn serve(self, router: Router, mut ended: watch::Receiver<bool>) {
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = wait_for_end(&mut ended) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // The process has no descriptor left until another connection ends.
                    log::warn!("a connection could not be accepted ({error})");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
                break;
            };
            let (router, ended) = (router.clone(), ended.clone());
            tokio::spawn(async move {
                connection(stream, peer, router, ended).await;
                drop(permit);
            });
        }
        // Running connections see `ended` too.
        let all = permits.acquire_many(CONNECTIONS_MAX as u32);
        tokio::time::timeout(SHUTDOWN_TIMEOUT, all).await.ok();
    }
}

/// Waits until the service ends.
async fn wait_for_end(ended: &mut watch::Receiver<bool>) {
    // An error means that the sender was dropped, which ends the service too.
    ended.wait_for(|ended| *ended).await.ok();
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut ended: watch::Receiver<bool>,
) {
    // A snapshot is a small packet and must not be held back to fill a larger one.
    stream.set_nodelay(true).ok();
    let service = router.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        // A broken connection concerns only its client.
        _ = connection.as_mut() => {}
        () = wait_for_end(&mut ended) => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(SHUTDOWN_TIMEOUT, connection).await.ok();
        }
    }
}
