//! In which order sources are asked: many at once, but few of any one host.

use std::collections::{HashMap, VecDeque};
use url::{Position, Url};

/// Most fetches under way in all.
pub const IN_ALL: usize = 64;
/// Most fetches under way to one host and port.
pub const PER_HOST: usize = 4;

/// The sources that wait, and how many are under way.
#[derive(Debug)]
pub struct Queue<T> {
    hosts: HashMap<String, Host<T>>,
    /// The hosts with something waiting and room for one more, in turn.
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
        let name = Url::parse(url).map(|u| u[Position::BeforeHost..Position::AfterPort].to_owned()).unwrap_or_default();
        let host = self.hosts.entry(name.clone()).or_insert_with(|| Host { waiting: VecDeque::new(), running: 0 });
        if host.waiting.is_empty() && host.running < PER_HOST {
            self.ready.push_back(name);
        }
        host.waiting.push_back(source);
    }

    /// The next source to ask, with the host to [`Queue::finish`]; `None` while the bounds are reached or nothing waits.
    pub fn start(&mut self) -> Option<(String, T)> {
        if self.total >= IN_ALL {
            return None;
        }
        let name = self.ready.pop_front()?;
        let host = self.hosts.get_mut(&name)?;
        let source = host.waiting.pop_front()?;
        host.running += 1;
        self.total += 1;
        if host.running < PER_HOST && !host.waiting.is_empty() {
            self.ready.push_back(name.clone());
        }
        Some((name, source))
    }

    /// A fetch from this host has ended.
    pub fn finish(&mut self, name: &str) {
        let Some(host) = self.hosts.get_mut(name) else { return };
        self.total = self.total.saturating_sub(1);
        if host.running == PER_HOST && !host.waiting.is_empty() {
            self.ready.push_back(name.to_owned());
        }
        host.running = host.running.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(urls: &[String]) -> Queue<usize> {
        let mut queue = Queue::default();
        urls.iter().enumerate().for_each(|(i, url)| queue.push(url, i));
        queue
    }

    /// Runs to the end, checking the bounds at every step; gives the order in which sources were asked.
    fn drain(mut queue: Queue<usize>) -> Vec<usize> {
        let (mut order, mut running) = (Vec::new(), VecDeque::new());
        loop {
            while let Some((host, source)) = queue.start() {
                order.push(source);
                running.push_back(host.clone());
                assert!(running.len() <= IN_ALL);
                assert!(running.iter().filter(|h| **h == host).count() <= PER_HOST);
            }
            let Some(host) = running.pop_front() else { return order };
            queue.finish(&host);
        }
    }

    #[test]
    fn asks_everyone_once_within_the_bounds() {
        let one_host: Vec<_> = (0..500).map(|i| format!("https://git.example.org/{i}")).collect();
        let many_hosts: Vec<_> =
            (0..500).map(|i| format!("https://h{}.example.org:{}/{i}", i % 90, 443 + i % 2)).collect();
        for urls in [one_host, many_hosts] {
            let mut order = drain(queue(&urls));
            order.sort_unstable();
            assert_eq!(order, (0..500).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_host_with_many_sources_does_not_keep_the_others_waiting() {
        let mut urls: Vec<_> = (0..100).map(|i| format!("https://busy.example.org/{i}")).collect();
        urls.push("https://small.example.org/".to_owned());
        let mut queue = queue(&urls);
        let first: Vec<_> = std::iter::from_fn(|| queue.start()).map(|(_, source)| source).collect();
        assert_eq!(first.len(), PER_HOST + 1);
        assert!(first.contains(&100));
    }
}
