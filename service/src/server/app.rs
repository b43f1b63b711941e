//! The state that handlers share.

use std::sync::Arc;

use rextrack::internals::config::ServiceConfig;
use tokio::sync::Semaphore;

use super::auth::Authenticator;
use super::hosts::AllowedHosts;
use super::process_usage::ProcessMonitor;
use crate::manager::Manager;

/// Probes that may run at the same time. Each may hold a thread for as long as a camera
/// is silent.
const PROBES_MAX: usize = 4;

/// The state that handlers share.
pub struct App {
    /// The cameras.
    pub manager: Arc<Manager>,
    /// Checks tokens.
    pub auth: Authenticator,
    /// The names that `Host` may have.
    pub hosts: AllowedHosts,
    /// Permits for probes.
    pub probes: Arc<Semaphore>,
    /// Memory and processor time of this process.
    pub process: ProcessMonitor,
}

impl App {
    /// The service around a manager. Without a `token` requests need none.
    pub fn new(manager: Arc<Manager>, token: Option<String>, service: &ServiceConfig) -> Arc<Self> {
        Arc::new(Self {
            manager,
            auth: Authenticator::new(token),
            hosts: AllowedHosts::new(service),
            probes: Arc::new(Semaphore::new(PROBES_MAX)),
            process: ProcessMonitor::default(),
        })
    }
}
