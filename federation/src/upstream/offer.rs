//! Which of the offers of a repo this hub publishes.

use crate::compose::SourceLine;
use std::collections::BTreeSet;

/// Maximum number of hubs through which a line may come.
pub const MAX_HOPS: usize = 8;

/// Maximum length of a hub's URL in a path, in bytes.
const MAX_HOP_BYTES: usize = 255;

/// A line of an upstream that this hub could publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The name of the upstream.
    pub upstream: String,
    /// The hubs that the line came through, nearest first.
    pub path: Vec<String>,
    /// The line, as the upstream has it.
    pub line: SourceLine,
}

impl Offer {
    /// The line as this hub publishes it. It is not required here, even if it is at the upstream.
    pub fn into_line(self) -> SourceLine {
        SourceLine { required: false, via: self.path, ..self.line }
    }
}

/// Whether an upstream may say that a line came through these hubs.
pub fn is_path(via: &[String]) -> bool {
    let is_hop = |hop: &String| !hop.is_empty() && hop.len() <= MAX_HOP_BYTES && !hop.chars().any(char::is_control);
    via.len() <= MAX_HOPS && via.iter().all(is_hop)
}

/// The hubs through which a line with this `via` would reach the hub at `own` if it came from the one at `url`.
///
/// `None` if that path would contain `own` or any hub twice, or more than [`MAX_HOPS`] hubs, or if the upstream has the line from another hub and is not
/// `transitive`.
pub fn path(own: &str, url: &str, transitive: bool, via: &[String]) -> Option<Vec<String>> {
    if !transitive && !via.is_empty() {
        return None;
    }
    let path: Vec<String> = std::iter::once(url.to_owned()).chain(via.iter().cloned()).collect();
    let hubs: BTreeSet<&str> = path.iter().map(String::as_str).chain([own]).collect();
    (path.len() <= MAX_HOPS && hubs.len() == path.len() + 1).then_some(path)
}

/// Chooses among the offers of one repo: the shortest path, then the first upstream by name.
pub fn choose(offers: impl IntoIterator<Item = Offer>) -> Option<Offer> {
    offers.into_iter().min_by(|a, b| (a.path.len(), &a.upstream).cmp(&(b.path.len(), &b.upstream)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    const OWN: &str = "https://own.org";
    const A: &str = "https://a.org";

    fn hubs(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn offer(upstream: &str, hops: usize) -> Offer {
        let line = SourceLine {
            repo: "r".into(),
            url: "https://r.org/i".into(),
            domain: "d".into(),
            required: true,
            index_digest: Digest::of(upstream.as_bytes()),
            capability_count: 1,
            via: hubs(&["https://b.org"; 8][1..hops]),
        };
        Offer { upstream: upstream.into(), path: hubs(&["https://b.org"; 8][..hops]), line }
    }

    #[test]
    fn a_path_has_each_hub_once_and_never_this_one() {
        assert_eq!(path(OWN, A, false, &[]), Some(hubs(&[A])));
        let via = hubs(&["https://b.org"]);
        assert_eq!(path(OWN, A, true, &via), Some(hubs(&[A, "https://b.org"])));
        assert_eq!(path(OWN, A, false, &via), None, "trust does not pass on");
        assert_eq!(path(OWN, A, true, &hubs(&["https://b.org", OWN])), None);
        assert_eq!(path(OWN, A, true, &hubs(&["https://b.org", A])), None);
        assert_eq!(path(OWN, OWN, true, &[]), None);
        let many: Vec<String> = (0..MAX_HOPS).map(|n| format!("https://h{n}.org")).collect();
        assert!(path(OWN, A, true, &many[1..]).is_some_and(|path| path.len() == MAX_HOPS));
        assert_eq!(path(OWN, A, true, &many), None);
    }

    #[test]
    fn what_is_no_path_is_recognised() {
        assert!(is_path(&[]) && is_path(&hubs(&[A; 8])));
        let long = "x".repeat(256);
        for via in [hubs(&[A; 9]), hubs(&[""]), hubs(&["a\nb"]), hubs(&[&long])] {
            assert!(!is_path(&via), "{via:?}");
        }
    }

    #[test]
    fn the_shortest_path_is_taken_then_the_first_name_whatever_the_order() {
        let all = [offer("c", 2), offer("b", 1), offer("a", 3), offer("d", 1)];
        for turn in 0..all.len() {
            let mut turned = all.to_vec();
            turned.rotate_left(turn);
            assert_eq!(choose(turned).map(|it| it.upstream).as_deref(), Some("b"));
        }
        assert_eq!(choose([]), None);
        let line = offer("c", 2).into_line();
        assert_eq!((line.required, line.via.len()), (false, 2));
    }
}
