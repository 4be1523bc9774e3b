//! A driver of this program's own, in a thread of its own, for what a test plays against its servers.

use quintet_diameter::node::{Node, NodeConfig};
use quintet_runtime::{Application, Clock, Driver};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{Notify, oneshot};
use tokio::task::LocalSet;

/// An application at work until this is dropped.
pub(crate) struct Player {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    wake: Arc<Notify>,
}

impl Player {
    /// Starts `application`; `ready` then does to its driver what it needs before anything else.
    pub(crate) fn start<A: Application + 'static>(
        application: impl FnOnce() -> A + Send + 'static,
        ready: impl FnOnce(&Driver<A>) + Send + 'static,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let wake = Arc::new(Notify::new());
        let pump = Arc::clone(&wake);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            LocalSet::new().block_on(&runtime, async move {
                // The driver has a Diameter node; here it has nobody to talk to.
                let config = NodeConfig::new("player.test", "test", Ipv4Addr::LOCALHOST.into());
                let node = Node::new(config, 1).unwrap();
                let driver = Driver::start(Clock::start(), node, application(), None, pump);
                ready(&driver);
                let _ = stopped.await;
            });
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
            wake,
        }
    }

    /// Has the application look at what a test has changed.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(ended.is_none_or(|ended| ended.is_ok()), "a player panicked");
        }
    }
}
