//! The tasks that wait for SCTP sockets: packets in, packets out, and for the kernel's SCTP one for each association.

use super::Driver;
use crate::Application;
use crate::sctp::{BATCH, Back, KernelEndpoint, KernelTask, PacketSocket, SctpTransportId};
use oxirush_sctp::{ConnectedSocket, Listener};
use quintet_sctp::AssociationId;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Notify;

/// How long to wait after a socket failed in a way that has nothing to do with a peer.
const FAILURE_PAUSE: Duration = Duration::from_millis(100);

impl<A: Application + 'static> Driver<A> {
    fn kernel<R>(&self, id: SctpTransportId, work: impl FnOnce(&mut KernelEndpoint) -> R) -> Option<R> {
        let engine = &mut *self.shared.engine.borrow_mut();
        match &mut engine.transport_mut(id)?.back {
            Back::Kernel(kernel) => Some(work(kernel)),
            Back::Packets(_) => None,
        }
    }

    /// Spawns what the kernel's sockets need.
    pub(super) fn spawn_kernel_tasks(&self, tasks: Vec<(SctpTransportId, KernelTask)>) {
        for (id, task) in tasks {
            let driver = self.clone();
            match task {
                KernelTask::Accept(listener) => {
                    tokio::task::spawn_local(run_accept(driver, id, listener));
                }
                KernelTask::Connect {
                    association,
                    socket,
                    to,
                } => {
                    tokio::task::spawn_local(async move {
                        let connected = socket.connect(to).await;
                        driver.kernel(id, |kernel| match connected {
                            Ok((socket, _)) => {
                                if let Err(error) = kernel.adopt(Some(association), socket, to) {
                                    tracing::debug!(%to, %error, "SCTP: lost while it was connected");
                                }
                            }
                            Err(error) => kernel.connect_failed(association, &error),
                        });
                        driver.settle(driver.shared.clock.moment());
                    });
                }
                KernelTask::Serve {
                    association,
                    socket,
                    wake,
                } => {
                    tokio::task::spawn_local(run_association(driver, (id, association), socket, wake));
                }
            }
        }
    }
}

/// Takes packets in whenever there are some.
pub(super) async fn run_receiver<A: Application + 'static>(
    driver: Driver<A>,
    id: SctpTransportId,
    socket: Rc<PacketSocket>,
) {
    let mut failing = false;
    loop {
        let received = match socket.readable().await {
            Ok(()) => driver.sctp_readable(id),
            Err(error) => Err(error),
        };
        match received {
            Ok(()) => failing = false,
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "SCTP: cannot receive; trying on");
                    failing = true;
                }
                tokio::time::sleep(FAILURE_PAUSE).await;
            }
        }
        tokio::task::consume_budget().await;
    }
}

/// Sends on whenever a full socket takes packets again.
pub(super) async fn run_sender<A: Application + 'static>(
    driver: Driver<A>,
    id: SctpTransportId,
    socket: Rc<PacketSocket>,
    full: Rc<Notify>,
) {
    loop {
        full.notified().await;
        if socket.writable().await.is_err() {
            tokio::time::sleep(FAILURE_PAUSE).await;
        }
        tracing::trace!(?id, "SCTP: the socket takes packets again");
        driver.settle(driver.shared.clock.moment());
    }
}

/// Accepts associations of the kernel's SCTP until the program ends.
async fn run_accept<A: Application + 'static>(
    driver: Driver<A>,
    id: SctpTransportId,
    listener: Rc<Listener>,
) {
    let mut failing = false;
    loop {
        match listener.accept().await {
            Ok((socket, remote)) => {
                failing = false;
                if let Some(Err(error)) = driver.kernel(id, |kernel| kernel.adopt(None, socket, remote)) {
                    tracing::debug!(%remote, %error, "association lost while it was accepted");
                }
                driver.settle(driver.shared.clock.moment());
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "cannot accept associations; trying on");
                    failing = true;
                }
                tokio::time::sleep(FAILURE_PAUSE).await;
            }
        }
    }
}

/// Reads an association of the kernel's SCTP until it ends, and writes what its socket did not take.
async fn run_association<A: Application + 'static>(
    driver: Driver<A>,
    (id, association): (SctpTransportId, AssociationId),
    socket: Rc<ConnectedSocket>,
    wake: Rc<Notify>,
) {
    let mut batch = Vec::new();
    while let Some(Some(blocked)) = driver.kernel(id, |kernel| kernel.is_blocked(association)) {
        let writes = std::future::poll_fn(|cx| {
            driver
                .kernel(id, |kernel| kernel.poll_send(association, cx))
                .unwrap_or(Poll::Ready(()))
        });
        tokio::select! {
            biased;
            () = wake.notified() => continue,
            () = writes, if blocked => {}
            received = socket.recv_many(&mut batch, BATCH) => {
                driver.kernel(id, |kernel| kernel.received(association, &mut batch, received));
            }
        }
        driver.settle(driver.shared.clock.moment());
        tokio::task::consume_budget().await;
    }
}
