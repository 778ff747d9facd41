//! Values that several commands take.

use api::Variant;
use clap::builder::{PossibleValuesParser, TypedValueParser};

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
