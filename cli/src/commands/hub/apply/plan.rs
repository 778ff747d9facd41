//! Plans what to write so that the hub has the registrations of a file. Pure, without a hub.

use api::repos::Registration;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What happens to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Action {
    Create,
    Update,
    Unchanged,
    Delete,
}

/// A field that differs; null on the side that does not have it.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Change {
    pub(super) field: String,
    pub(super) from: Value,
    pub(super) to: Value,
}

/// One registration of the file or of the hub.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) repo: String,
    pub(super) action: Action,
    pub(super) changes: Vec<Change>,
    /// As the hub has it; none if it should be created.
    pub(super) live: Option<Registration>,
    /// As it should be; none if it should be removed.
    pub(super) wanted: Option<Registration>,
}

impl Planned {
    fn new(live: Option<Registration>, wanted: Option<Registration>) -> Self {
        let action = match (&live, &wanted) {
            (None, _) => Action::Create,
            (Some(_), None) => Action::Delete,
            (live, wanted) if live == wanted => Action::Unchanged,
            _ => Action::Update,
        };
        let repo = live.as_ref().or(wanted.as_ref()).map(|it| it.repo.clone()).unwrap_or_default();
        Self { repo, action, changes: changes(live.as_ref(), wanted.as_ref()), live, wanted }
    }

    /// The merge patch (RFC 7396) that turns the registration into the wanted one.
    pub(super) fn patch(&self) -> Value {
        let patched = |change: &Change| match (&change.from, &change.to) {
            // A patch is merged with the object, so members that should go have to be named.
            (Value::Object(from), Value::Object(to)) => {
                let gone = from.keys().filter(|name| !to.contains_key(*name)).map(|name| (name.clone(), Value::Null));
                to.clone().into_iter().chain(gone).collect::<Map<_, _>>().into()
            }
            (_, to) => to.clone(),
        };
        self.changes.iter().map(|change| (change.field.clone(), patched(change))).collect::<Map<_, _>>().into()
    }
}

/// The differing fields, in the order of the contract.
fn changes(live: Option<&Registration>, wanted: Option<&Registration>) -> Vec<Change> {
    let fields = |it: Option<&Registration>| json!(it).as_object().cloned().unwrap_or_default();
    let (from, to) = (fields(live), fields(wanted));
    let mut names: Vec<&String> = from.keys().collect();
    names.extend(to.keys().filter(|name| !from.contains_key(*name)));
    let changed = names.into_iter().filter(|name| *name != "repo" && from.get(*name) != to.get(*name));
    let of = |side: &Map<String, Value>, name: &str| side.get(name).cloned().unwrap_or_default();
    changed.map(|name| Change { field: name.clone(), from: of(&from, name), to: of(&to, name) }).collect()
}

/// A label that registrations are selected by.
#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

impl Label<'_> {
    pub(super) fn is_on(self, registration: &Registration) -> bool {
        registration.labels.get(self.name).is_some_and(|value| value == self.value)
    }
}

/// What is to be written.
#[derive(Debug)]
pub(super) struct Plan {
    /// Ordered by repo; what is removed comes last.
    pub(super) items: Vec<Planned>,
    /// Registrations of the file that do not have the label.
    pub(super) left_out: Vec<String>,
    /// How many registrations of the hub have the label.
    pub(super) labelled: usize,
}

impl Plan {
    /// Compares the file with the hub. With a label, only registrations of the file that have it are written; with `prune`, registrations of
    /// the hub that have it and are not in the file at all are removed.
    pub(super) fn of(
        file: BTreeMap<String, Registration>,
        hub: BTreeMap<String, Registration>,
        label: Option<Label<'_>>,
        prune: bool,
    ) -> Self {
        let has_label = |it: &Registration| label.is_none_or(|label| label.is_on(it));
        let labelled = hub.values().filter(|it| has_label(it)).count();
        let named: BTreeSet<String> = file.keys().cloned().collect();
        let (chosen, others): (Vec<_>, Vec<_>) = file.into_values().partition(has_label);
        let mut items: Vec<Planned> =
            chosen.into_iter().map(|wanted| Planned::new(hub.get(&wanted.repo).cloned(), Some(wanted))).collect();
        if prune {
            let gone = hub.into_values().filter(|it| has_label(it) && !named.contains(&it.repo));
            items.extend(gone.map(|live| Planned::new(Some(live), None)));
        }
        Self { items, left_out: others.into_iter().map(|it| it.repo).collect(), labelled }
    }

    pub(super) fn count(&self, action: Action) -> usize {
        self.items.iter().filter(|item| item.action == action).count()
    }

    /// Whether more than half of the registrations with the label would be removed.
    pub(super) fn removes_most(&self) -> bool {
        self.count(Action::Delete) * 2 > self.labelled
    }
}
