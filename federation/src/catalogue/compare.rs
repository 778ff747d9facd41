//! What a listing changes: compares its repositories with those that are known.

use super::{Member, Skipped};
use crate::time::Seconds;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A repository of a catalogue, as far as the hub knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// As the last listing describes it.
    pub member: Member,
    /// The registration that it has.
    pub repo: Option<String>,
    /// What [`Member::changed`] was when its index was last looked for.
    pub probed: Option<String>,
    /// Since when its registered index is missing (404).
    pub absent_since: Option<Seconds>,
    /// Why it is not registered.
    pub skipped: Option<Skipped>,
    /// What is to be done.
    pub todo: Option<Todo>,
}

impl Known {
    /// The same repository on another forge, whose ids are not yet known: recognised by the name of its registration. `None` if it has none.
    pub fn on_another_forge(mut self) -> Option<Self> {
        self.member.id = unnumbered(self.repo.as_deref()?);
        Some(self)
    }
}

/// A placeholder for an id until a listing has one. No name of a registration and no number begins like this.
fn unnumbered(repo: &str) -> String {
    format!("~{repo}")
}

/// What is to be done with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Todo {
    /// See whether it has an index, and register it if it has.
    Probe,
    /// Give its registration the new address, and the new name if it has one.
    Move,
    /// Fetch its index at once.
    Touch,
    /// It was missing in a listing of several pages. Repositories may move between pages while these are read, so the next listing decides.
    Missing,
    /// Remove its registration.
    Remove(RemovalReason),
}

/// Why a registration of a catalogue was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovalReason {
    /// The repository was archived, disabled, emptied or made private.
    Archived,
    /// The forge does not list it any more.
    Vanished,
    /// It has had no index for a day.
    WithoutIndex,
    /// It has another name.
    Renamed,
}

impl RemovalReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Archived, Self::Vanished, Self::WithoutIndex, Self::Renamed];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Vanished => "vanished",
            Self::WithoutIndex => "without-index",
            Self::Renamed => "renamed",
        }
    }
}

impl Todo {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Move => "move",
            Self::Touch => "touch",
            Self::Missing => "missing",
            Self::Remove(gone) => gone.as_str(),
        }
    }

    /// Parses [`Todo::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        let removals = RemovalReason::ALL.map(Self::Remove);
        [Self::Probe, Self::Move, Self::Touch, Self::Missing].into_iter().chain(removals).find(|it| it.as_str() == text)
    }
}

/// What a listing changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Repositories that are new or differ from what is known.
    pub changed: Vec<Known>,
    /// Ids that are not listed any more and have no registration, or were replaced by those of another forge.
    pub forgotten: Vec<String>,
    /// How many registrations there are, without those that were about to be removed already.
    pub registered: usize,
    /// How many of these the listing removes. Those whose index is missing for a day are not counted.
    pub lost: usize,
}

impl Compared {
    fn count(&mut self, before: &Known, todo: Option<Todo>) {
        if before.repo.is_none() || matches!(before.todo, Some(Todo::Missing | Todo::Remove(_))) {
            return;
        }
        self.registered += 1;
        let is_lost =
            matches!(todo, Some(Todo::Missing | Todo::Remove(RemovalReason::Archived | RemovalReason::Vanished)));
        self.lost += usize::from(is_lost);
    }
}

/// How long a registered index may be missing before its registration is removed, in seconds: a day.
const ABSENT: Seconds = 24 * 60 * 60;

/// Compares a complete listing of `pages` pages with what is known, by id. `missing` says whether the index of a registration is
/// missing now (404).
pub fn compare(
    listed: Vec<Member>,
    pages: usize,
    mut known: HashMap<String, Known>,
    prefix: &str,
    missing: impl Fn(&str) -> bool,
    now: Seconds,
) -> Compared {
    let mut compared = Compared::default();
    for member in listed {
        let before = known.remove(&member.id).or_else(|| known.remove(&unnumbered(&member.repo(prefix)?)));
        let Some(before) = before else {
            compared.changed.push(found(member, prefix));
            continue;
        };
        if before.member.id != member.id {
            compared.forgotten.push(before.member.id.clone());
        }
        let after = is_seen_again(&before, member, prefix, &missing, now);
        compared.count(&before, after.todo);
        if after != before {
            compared.changed.push(after);
        }
    }
    for (id, before) in known {
        if before.repo.is_none() {
            compared.forgotten.push(id);
            continue;
        }
        let is_certain = pages == 1 || before.todo == Some(Todo::Missing);
        let todo = if is_certain { Todo::Remove(RemovalReason::Vanished) } else { Todo::Missing };
        compared.count(&before, Some(todo));
        if before.todo != Some(todo) {
            compared.changed.push(Known { todo: Some(todo), ..before });
        }
    }
    compared
}

/// A repository that was not known.
fn found(member: Member, prefix: &str) -> Known {
    let skipped = member.unfit.or_else(|| member.repo(prefix).is_none().then_some(Skipped::Name));
    let todo = skipped.is_none().then_some(Todo::Probe);
    Known { member, repo: None, probed: None, absent_since: None, skipped, todo }
}

fn is_seen_again(before: &Known, member: Member, prefix: &str, missing: &impl Fn(&str) -> bool, now: Seconds) -> Known {
    let Some(repo) = &before.repo else {
        let mut after = Known { probed: before.probed.clone(), ..found(member, prefix) };
        let is_known = after.probed.as_ref() == Some(&after.member.changed) && !after.member.changed.is_empty();
        // Nothing was ever fetched from an address that has changed.
        if is_known && before.member.url == after.member.url && before.member.name == after.member.name {
            after.todo = after.todo.and(before.todo);
            after.skipped = after.skipped.or(before.skipped);
        }
        return after;
    };
    let absent_since = missing(repo).then(|| before.absent_since.unwrap_or(now));
    let has_moved = member.url != before.member.url || member.repo(prefix).is_some_and(|name| name != *repo);
    let todo = match member.unfit {
        Some(why) if why.ends_registration() => Some(Todo::Remove(RemovalReason::Archived)),
        _ if absent_since.is_some_and(|since| now - since >= ABSENT) => Some(Todo::Remove(RemovalReason::WithoutIndex)),
        // Without an address there is nothing to move to.
        None if has_moved => Some(Todo::Move),
        _ if before.todo == Some(Todo::Move) => Some(Todo::Move),
        _ if member.changed != before.member.changed => Some(Todo::Touch),
        _ => before.todo.filter(|todo| *todo == Todo::Touch),
    };
    Known { member, absent_since, todo, ..before.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Seconds = 24 * 60 * 60;

    fn member(id: &str, name: &str, changed: &str) -> Member {
        let url = format!("https://e.org/{name}/main/i.yaml");
        Member {
            id: id.to_owned(),
            owner: None,
            name: name.to_owned(),
            url,
            domain: None,
            changed: changed.to_owned(),
            unfit: None,
        }
    }

    fn registered(id: &str, name: &str) -> Known {
        let member = member(id, name, "1");
        let (repo, probed) = (Some(name.to_owned()), Some("1".to_owned()));
        Known { member, repo, probed, absent_since: None, skipped: None, todo: None }
    }

    fn todo(before: Known, listed: Option<Member>, pages: usize, missing: bool, now: Seconds) -> Option<Option<Todo>> {
        let known = HashMap::from([(before.member.id.clone(), before)]);
        let compared = compare(listed.into_iter().collect(), pages, known, "", |_| missing, now);
        assert!(compared.changed.len() < 2 && compared.forgotten.is_empty());
        compared.changed.first().map(|after| after.todo)
    }

    #[test]
    fn a_registered_repository_is_followed() {
        let a = || registered("1", "a");
        assert_eq!(todo(a(), Some(member("1", "a", "1")), 1, false, 0), None, "nothing changed");
        assert_eq!(todo(a(), Some(member("1", "a", "2")), 1, false, 0), Some(Some(Todo::Touch)));
        assert_eq!(todo(a(), Some(member("1", "b", "2")), 1, false, 0), Some(Some(Todo::Move)));
        let archived = Member { unfit: Some(Skipped::Archived), ..member("1", "b", "2") };
        assert_eq!(
            todo(a(), Some(archived), 1, false, 0),
            Some(Some(Todo::Remove(RemovalReason::Archived))),
            "renamed and archived"
        );
        let fork = Member { unfit: Some(Skipped::Fork), ..member("1", "a", "1") };
        assert_eq!(todo(a(), Some(fork), 1, false, 0), Some(None), "what is registered stays");
        assert_eq!(todo(a(), None, 1, false, 0), Some(Some(Todo::Remove(RemovalReason::Vanished))));
        assert_eq!(todo(a(), None, 2, false, 0), Some(Some(Todo::Missing)));
        let missing = Known { todo: Some(Todo::Missing), ..a() };
        assert_eq!(todo(missing.clone(), None, 2, false, 0), Some(Some(Todo::Remove(RemovalReason::Vanished))));
        assert_eq!(
            todo(missing, Some(member("1", "a", "1")), 2, false, 0),
            Some(None),
            "it was only between two pages"
        );
    }

    #[test]
    fn an_index_that_is_missing_for_a_day_ends_the_registration() {
        let a = registered("1", "a");
        assert_eq!(todo(a.clone(), Some(member("1", "a", "1")), 1, true, 100), Some(None));
        let absent = Known { absent_since: Some(100), ..a };
        assert_eq!(todo(absent.clone(), Some(member("1", "a", "1")), 1, true, 99 + DAY), None);
        let gone = Some(Some(Todo::Remove(RemovalReason::WithoutIndex)));
        assert_eq!(todo(absent.clone(), Some(member("1", "a", "1")), 1, true, 100 + DAY), gone);
        assert_eq!(todo(absent, Some(member("1", "a", "1")), 1, false, 100 + DAY), Some(None), "it is back");
    }

    #[test]
    fn an_unregistered_repository_is_looked_at_when_it_changes() {
        let without = Known { repo: None, skipped: Some(Skipped::NoIndex), ..registered("1", "a") };
        assert_eq!(todo(without.clone(), Some(member("1", "a", "1")), 1, false, 0), None);
        assert_eq!(todo(without.clone(), Some(member("1", "a", "2")), 1, false, 0), Some(Some(Todo::Probe)));
        assert_eq!(todo(without.clone(), Some(member("1", "b", "1")), 1, false, 0), Some(Some(Todo::Probe)), "renamed");
        let of_list = Known { probed: Some(String::new()), member: member("1", "a", ""), ..without };
        assert_eq!(
            todo(of_list, Some(member("1", "a", "")), 1, false, 0),
            Some(Some(Todo::Probe)),
            "of a list, always"
        );
        let named = compare(vec![member("9", "ä/\u{0}", "1")], 1, HashMap::new(), "", |_| false, 0);
        assert_eq!((named.changed[0].skipped, named.changed[0].todo), (Some(Skipped::Name), None));
    }
}
