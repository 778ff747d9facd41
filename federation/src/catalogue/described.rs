//! What the forges have in common: addresses, and the description of a repository.

use super::member::{MAX_NAME_BYTES, Member, Skipped};
use crate::excerpt::excerpt;
use crate::limits::MAX_URL_CHARS;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::Value;
use url::Url;

/// The segments of the path of an organisation's page: at least one, and no query.
pub(super) fn owner(url: &Url) -> Option<Vec<&str>> {
    let mut segments: Vec<&str> = url.path_segments()?.collect();
    segments.pop_if(|last| last.is_empty());
    let is_plain = url.query().is_none() && url.fragment().is_none();
    (is_plain && !segments.is_empty() && segments.iter().all(|segment| !segment.is_empty())).then_some(segments)
}

/// The address of these segments at the origin of `base`. `None` if one of them cannot be a part of a path, or it is too long.
pub(super) fn address<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Option<Url> {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path("");
    let mut path = url.path_segments_mut().ok()?;
    path.clear();
    for segment in segments {
        if matches!(segment, "" | "." | "..") || segment.contains(|c: char| c.is_control() || c == '\\') {
            return None;
        }
        path.push(segment);
    }
    drop(path);
    (url.as_str().len() <= MAX_URL_CHARS).then_some(url)
}

/// A repository as a forge describes it, in its own words.
pub(super) struct Described<'a> {
    pub(super) id: String,
    pub(super) owner: Option<String>,
    pub(super) name: &'a str,
    /// The raw address of its index, if its names can be part of one.
    pub(super) raw: Option<Url>,
    pub(super) changed: String,
    /// Reasons not to register it, with whether each applies; the first that does counts.
    pub(super) unfit: [(bool, Skipped); 4],
}

impl Described<'_> {
    pub(super) fn member(self) -> Member {
        let unfit = self.unfit.into_iter().find(|(holds, _)| *holds).map(|(_, why)| why);
        Member {
            id: self.id,
            owner: self.owner,
            name: if self.name.len() <= MAX_NAME_BYTES { self.name.to_owned() } else { excerpt(self.name) },
            unfit: unfit.or_else(|| self.raw.is_none().then_some(Skipped::Name)),
            url: self.raw.map(String::from).unwrap_or_default(),
            domain: None,
            changed: self.changed.chars().take(MAX_CHANGED_CHARS).collect(),
        }
    }
}

/// Longest [`Member::changed`], in characters. A time with a zone is shorter.
const MAX_CHANGED_CHARS: usize = 64;

/// The owner of a repository, as GitHub, Gitea and Forgejo describe it, or its namespace, as GitLab does.
#[derive(Deserialize)]
pub(super) struct Owner {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    /// Its path on GitLab.
    #[serde(default)]
    pub(super) full_path: String,
}

/// An id as a number or a text.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text,
        _ => String::new(),
    };
    let is_usable = !id.is_empty() && id.len() <= MAX_NAME_BYTES && !id.contains(char::is_control);
    is_usable.then_some(id).ok_or_else(|| D::Error::custom("an id is neither a number nor a short text"))
}
