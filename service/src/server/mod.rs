//! The web server: REST, WebSockets and the panel on top of the manager.
//!
//! Every request passes these layers, outermost first: security headers, `Host` and
//! `Origin`, then the token ([`layers`]), then limits of size and time. Handlers that
//! wait for the disk or a camera run on the blocking threads.

mod app;
mod auth;
mod blocking;
mod cameras;
mod config;
mod extractors;
mod health;
mod hosts;
mod layers;
mod listen;
mod logs;
mod messages;
mod metrics;
mod models;
mod openapi;
mod osc_monitor;
mod panel;
mod preview;
mod probe;
mod problem;
mod process_usage;
mod routes;
mod session;
mod telemetry;
mod token;
mod websocket;

pub use app::App;
pub use listen::bind;
pub use routes::{document, router};
pub use token::{Token, is_loopback, token};
