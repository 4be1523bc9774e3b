//! A scenario: its scene set up and cleared away, or the reason why it is left out.

use crate::namespace::{PREFIX, orphans};
use crate::node::{Node, Settings};
use crate::process::ObserverLost;
use crate::{Capture, Choice, Namespace};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// What a scenario plays on.
#[derive(Debug)]
pub struct Scene {
    choice: Choice,
    directory: PathBuf,
    /// Where the programs run.
    pub namespace: Namespace,
}

impl Scene {
    fn new(choice: Choice, name: &str) -> Self {
        let place = std::env::temp_dir();
        for orphan in orphans(&place) {
            let _ = std::fs::remove_dir_all(place.join(orphan));
        }
        let directory = place.join(format!("{PREFIX}{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("the temporary directory can be written");
        Self {
            choice,
            directory,
            namespace: Namespace::new(),
        }
    }

    /// Starts to capture.
    #[must_use]
    pub fn capture(&self) -> Capture {
        Capture::start(&self.namespace, self.directory.join("capture.pcapng"))
    }

    /// Starts the subject.
    #[must_use]
    pub fn subject(&self, settings: &Settings) -> Node<'_> {
        Node::start(
            self.choice.subject,
            &self.namespace,
            &self.place("subject"),
            settings,
        )
    }

    /// Starts a peer; `name` tells apart several.
    #[must_use]
    pub fn peer(&self, name: &str, settings: &Settings) -> Node<'_> {
        Node::start(self.choice.peer, &self.namespace, &self.place(name), settings)
    }

    fn place(&self, name: &str) -> PathBuf {
        let directory = self.directory.join(name);
        std::fs::create_dir_all(&directory).expect("the temporary directory can be written");
        directory
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// How often a scenario is played at most while tshark ends before its time.
///
/// tshark's capturing child gives up without a word once in a few hundred starts on a busy machine. That says nothing of
/// subject or peer; whatever they do wrong fails the scenario the first time.
const OBSERVATIONS: u32 = 3;

/// Plays a scenario between the programs of this run.
///
/// It is left out, with the reason, where a program is missing; under `CI=true` that fails. A scenario that is known to
/// fail between these two is played, and fails the run once it passes.
///
/// # Panics
/// If the scenario does.
pub fn scenario(name: &str, play: impl Fn(&Scene)) {
    let choice = Choice::from_environment();
    if let Some(reason) = choice.missing() {
        assert!(
            std::env::var_os("CI").is_none(),
            "{name} cannot be left out here: {reason}"
        );
        eprintln!("{name}: left out: {reason}");
        return;
    }
    let once = || catch_unwind(AssertUnwindSafe(|| play(&Scene::new(choice, name))));
    let mut played = once();
    for _ in 1..OBSERVATIONS {
        if !played.as_ref().is_err_and(|panic| panic.is::<ObserverLost>()) {
            break;
        }
        eprintln!("{name}: tshark ended by itself: played again");
        played = once();
    }
    match (choice.known_failure(name), played) {
        (None, Ok(())) => {}
        (None, Err(panic)) => std::panic::resume_unwind(panic),
        (Some(reason), Err(_)) => eprintln!("{name}: known to fail: {reason}"),
        (Some(reason), Ok(())) => {
            panic!("{name} passes, though it is listed as failing ({reason}): remove its row")
        }
    }
}
