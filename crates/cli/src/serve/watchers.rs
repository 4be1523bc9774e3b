//! Who watches the nodes of this process: the lines of `--events`, and the feed of the web page.

use super::events::Events;
use crate::config::{Config, Live};
use anyhow::{Context, Result};
use quintet_consult::{Feed, Node, Passed, When, Witness};
use quintet_runtime::{Clock, Tap};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// See the module.
pub(super) struct Watchers {
    events: Option<Rc<RefCell<Events>>>,
    feed: Option<Feed>,
}

impl Watchers {
    /// Those of the command line and of the configuration.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(config: &Config, clock: Clock, events: Option<&Rc<RefCell<Events>>>) -> Result<Self> {
        let when = match config.api.live() {
            Live::Off => None,
            Live::Watched => Some(When::Looked),
            Live::Always => Some(When::Always),
        };
        let feed = when.map(|when| Feed::start(when, Arc::new(move || clock.moment().wall)));
        Ok(Self {
            events: events.cloned(),
            feed: feed.transpose().context("no thread for api.live")?,
        })
    }

    /// What the web page looks at.
    pub(super) fn feed(&self) -> Option<&Feed> {
        self.feed.as_ref()
    }

    /// The tap of a node; none if nobody watches.
    pub(super) fn tap(&self, node: Node) -> Option<Box<dyn Tap>> {
        let events = self.events.clone();
        let mut ear = self.feed.as_ref().map(Feed::ear);
        if events.is_none() && ear.is_none() {
            return None;
        }
        Some(Box::new(Witness::new(node, move |passed: &Passed<&[u8]>| {
            if let Some(events) = &events {
                events.borrow_mut().take(passed);
            }
            if let Some(ear) = &mut ear {
                ear(passed);
            }
        })))
    }
}
