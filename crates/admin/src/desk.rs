//! The store as futures: commands of all requests that wait go in together, so their writes share a COMMIT.

use quintet_store::{Command, Reply, Store, StoreError, Ticket};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, oneshot};

/// Most commands that wait at the desk; the next one is [`StoreError::Busy`].
pub const MAX_WAITING: usize = 4_096;

/// Most commands taken at once: what else arrives waits for the next turn.
const TAKEN_AT_ONCE: usize = 256;

type Asked = (Command, oneshot::Sender<Result<Reply, StoreError>>);

/// Where requests leave their commands.
#[derive(Clone, Debug)]
pub struct Desk(mpsc::Sender<Asked>);

impl Desk {
    /// A desk for `store`, and the work behind it, which ends when the last clone of the desk is gone. `wake` is what the
    /// store's waker notifies; `changed` is notified when another process wrote.
    pub fn new(
        store: Box<dyn Store + Send>,
        wake: Arc<Notify>,
        changed: Arc<Notify>,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        (Self(sender), work(store, receiver, wake, changed))
    }

    /// Does one command.
    ///
    /// # Errors
    /// Those of the command; `Busy` if too many wait.
    pub async fn execute(&self, command: Command) -> Result<Reply, StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.0.try_send((command, sender)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        receiver.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the program is stopping".to_owned())
}

async fn work(
    mut store: Box<dyn Store + Send>,
    mut receiver: mpsc::Receiver<Asked>,
    wake: Arc<Notify>,
    changed: Arc<Notify>,
) {
    let mut waiting: HashMap<Ticket, oneshot::Sender<Result<Reply, StoreError>>> = HashMap::new();
    let mut next = 0;
    let mut asked = Vec::with_capacity(TAKEN_AT_ONCE);
    loop {
        tokio::select! {
            taken = receiver.recv_many(&mut asked, TAKEN_AT_ONCE) => {
                if taken == 0 && waiting.is_empty() {
                    return;
                }
                if taken == 0 {
                    wake.notified().await;
                }
                for (command, sender) in asked.drain(..) {
                    next += 1;
                    waiting.insert(Ticket(next), sender);
                    store.submit(Ticket(next), command);
                }
            }
            () = wake.notified() => {}
        }
        while let Some((ticket, reply)) = store.poll() {
            if let Some(sender) = waiting.remove(&ticket) {
                // A request that was given up does not want it any more.
                drop(sender.send(reply));
            }
        }
        if store.changed() {
            changed.notify_one();
        }
    }
}
