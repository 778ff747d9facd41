//! The parameters of the search page, and links to it.

use crate::hub::search::Request;
use serde::Deserialize;
use store::facets::FacetScope;
use url::form_urlencoded::Serializer;
use utoipa::IntoParams;

/// The parameters of the search page, empty if they are not set.
#[derive(Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// Search words.
    #[serde(default)]
    pub(super) q: String,
    /// Only this domain.
    #[serde(default)]
    domain: String,
    /// Only this repo.
    #[serde(default)]
    repo: String,
    /// Only this status.
    #[serde(default)]
    status: String,
    /// Only with this tag.
    #[serde(default)]
    tag: String,
    /// Cursor from the previous page.
    #[serde(default)]
    pub(super) cursor: String,
}

impl Parameters {
    /// Name, label and value of every filter.
    pub(super) fn filters(&self) -> [(&'static str, &'static str, &str); 4] {
        [
            ("domain", "Domain", &self.domain),
            ("repo", "Repo", &self.repo),
            ("status", "Status", &self.status),
            ("tag", "Tag", &self.tag),
        ]
    }

    /// The value of a filter; empty if it is not set.
    pub(super) fn value(&self, name: &str) -> &str {
        self.filters().into_iter().find(|(filter, _, _)| *filter == name).map_or("", |(_, _, value)| value)
    }

    /// Whether there are search words.
    pub(super) fn has_words(&self) -> bool {
        !self.q.trim().is_empty()
    }

    /// A link to the search with the same words and another value of one filter; an empty value removes the filter.
    pub(super) fn with(&self, filter: &str, value: &str) -> String {
        let filters = self.filters().into_iter().map(|(name, _, own)| (name, if name == filter { value } else { own }));
        address("/capabilities", [("q", self.q.as_str())].into_iter().chain(filters))
    }

    /// A link to the same search on another path, starting at `cursor`.
    pub(super) fn link(&self, path: &str, cursor: &str) -> String {
        let filters = self.filters().into_iter().map(|(name, _, value)| (name, value));
        address(path, [("q", self.q.as_str())].into_iter().chain(filters).chain([("cursor", cursor)]))
    }

    /// The part of the revision in which facets are counted.
    pub(super) fn within(&self) -> FacetScope<'_> {
        let given = |name| Some(self.value(name)).filter(|value| !value.is_empty());
        FacetScope { domain: given("domain"), repo: given("repo") }
    }

    /// Builds the search request; empty form fields are ignored.
    pub(super) fn request(&self) -> Request {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Request {
            q: given(&self.q).into_iter().collect(),
            domain: given(&self.domain),
            repo: given(&self.repo),
            status: given(&self.status),
            tag: given(&self.tag),
            cursor: given(&self.cursor),
            ..Request::default()
        }
    }

    /// The search in words, for the title: its words and its filters.
    pub(super) fn title(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if self.has_words() {
            parts.push(format!("“{}”", self.q.trim()));
        }
        let set = self.filters().into_iter().filter(|(_, _, value)| !value.is_empty());
        parts.extend(set.map(|(name, _, value)| format!("{name} {value}")));
        if parts.is_empty() { "Capabilities".to_owned() } else { format!("{} · Capabilities", parts.join(", ")) }
    }
}

/// A path with the parameters that have a value.
pub(super) fn address<'a>(path: &str, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(parameters.filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
