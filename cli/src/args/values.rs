//! Values that several commands accept.

use api::Variant;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// The default path of the manifest in a repository.
pub(super) const MANIFEST: &str = "registry/federation/sources.yaml";

/// Accepts any name and leaves validation to the hub, except for names that would change the path of the request.
pub(super) fn repo(text: &str) -> Result<String, String> {
    match text {
        "" | "." | ".." => Err("give the name of the registration, as shown by `hub list`".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// Parses one of these variants by its name in the API.
pub(super) fn variant<T: Variant + Send + Sync + 'static, const N: usize>(
    all: [T; N],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(T::as_str))
        .try_map(move |name| all.into_iter().find(|known| known.as_str() == name).ok_or("not one of them"))
}

/// Accepts a label as `name=value`, and leaves the rest of the validation to the hub.
pub(super) fn label(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(text.to_owned()),
        _ => Err("give the name and the value of the label, such as team=platform".to_owned()),
    }
}
