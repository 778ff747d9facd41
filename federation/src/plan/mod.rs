//! Plans a refresh: which sources to fetch and in which order. Many fetches run at once, but few per host.

use crate::fetch::HostPauses;
use crate::registration::Registration;
use crate::source::SourceRecord;
use crate::source_url;
use crate::time::Seconds;
use std::collections::{HashMap, VecDeque};
use url::Url;

/// The sources of a refresh, as indices into the input of [`plan`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// To be fetched, in this order: required sources first, then those that have waited longest. Last come those whose
    /// index aborted a validation.
    pub fetch: Vec<usize>,
    /// Due, but their host requested a pause until then.
    pub quiet: Vec<(usize, Seconds)>,
    /// Not due yet, or waiting after failures.
    pub not_due: Vec<usize>,
    /// Disabled.
    pub disabled: Vec<usize>,
}

/// Plans a refresh at `now`. With `force`, it includes every enabled source except those that ended a refresh.
pub fn plan<'a>(
    sources: impl IntoIterator<Item = (&'a Registration, &'a SourceRecord)>,
    force: bool,
    quiet: &HostPauses,
    now: Seconds,
) -> Plan {
    let mut plan = Plan::default();
    let mut order = Vec::new();
    for (i, (registration, record)) in sources.into_iter().enumerate() {
        if !registration.enabled {
            plan.disabled.push(i);
        } else if !record.is_due(now) && (!force || record.ended_a_refresh()) {
            plan.not_due.push(i);
        } else if let Some(until) = quiet.until(&host(&registration.url), now).filter(|_| !force) {
            plan.quiet.push((i, until));
        } else {
            let waited_since = record.next_check_at.unwrap_or(Seconds::MIN);
            order.push((record.ended_a_refresh(), !registration.required, waited_since, i));
        }
    }
    order.sort_unstable();
    plan.fetch = order.into_iter().map(|(.., i)| i).collect();
    plan
}

/// The host of a valid source URL.
fn host(url: &str) -> String {
    Url::parse(url).map(|url| source_url::host(&url)).unwrap_or_default()
}

/// Maximum number of concurrent fetches in total.
pub const MAX_IN_FLIGHT: usize = 64;
/// Maximum number of concurrent fetches per host and port.
pub const MAX_FETCHES_PER_HOST: usize = 4;

/// The waiting sources, and the number of fetches in progress.
#[derive(Debug)]
pub struct Queue<T> {
    hosts: HashMap<String, Host<T>>,
    /// The hosts with a waiting source and a free slot, in turn.
    ready: VecDeque<String>,
    total: usize,
}

#[derive(Debug)]
struct Host<T> {
    waiting: VecDeque<T>,
    running: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { hosts: HashMap::new(), ready: VecDeque::new(), total: 0 }
    }
}

impl<T> Queue<T> {
    /// Adds a source that is fetched from `url`.
    pub fn push(&mut self, url: &str, source: T) {
        let name = host(url);
        let host = self.hosts.entry(name.clone()).or_insert_with(|| Host { waiting: VecDeque::new(), running: 0 });
        if host.waiting.is_empty() && host.running < MAX_FETCHES_PER_HOST {
            self.ready.push_back(name);
        }
        host.waiting.push_back(source);
    }

    /// The next source to fetch, with the host for [`Queue::finish`]; `None` if the
    /// limits are reached or nothing waits.
    pub fn start(&mut self) -> Option<(String, T)> {
        if self.total >= MAX_IN_FLIGHT {
            return None;
        }
        let name = self.ready.pop_front()?;
        let host = self.hosts.get_mut(&name)?;
        let source = host.waiting.pop_front()?;
        host.running += 1;
        self.total += 1;
        if host.running < MAX_FETCHES_PER_HOST && !host.waiting.is_empty() {
            self.ready.push_back(name.clone());
        }
        Some((name, source))
    }

    /// Removes and returns all sources that wait for this host, because it requested a pause.
    pub fn defer(&mut self, name: &str) -> Vec<T> {
        self.ready.retain(|ready| ready != name);
        self.hosts.get_mut(name).map(|host| std::mem::take(&mut host.waiting).into()).unwrap_or_default()
    }

    /// Marks a fetch from this host as finished.
    pub fn finish(&mut self, name: &str) {
        let Some(host) = self.hosts.get_mut(name) else { return };
        self.total = self.total.saturating_sub(1);
        if host.running == MAX_FETCHES_PER_HOST && !host.waiting.is_empty() {
            self.ready.push_back(name.to_owned());
        }
        host.running = host.running.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
