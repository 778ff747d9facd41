//! Selects the fields of a result.

use serde_json::{Map, Value};

/// Fields that every result has, since they identify it.
const ALWAYS: [&str; 2] = ["id", "source_repo"];

/// Fields that help to choose; one more request returns the rest of an entry.
const COMPACT: [&str; 7] = ["domain", "name", "title", "summary", "status", "tags", "path"];

/// A selection of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fields {
    /// `id`, `source_repo`, `domain`, `name`, `title`, `summary`, `status`, `tags` and `path`.
    Compact,
    /// All fields of the entry.
    All,
    /// `id`, `source_repo` and these.
    Named(Vec<String>),
}

impl Fields {
    /// Parses a parameter: comma-separated names, or `*`.
    pub fn parse(text: &str) -> Self {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).filter(|n| !n.is_empty()).collect();
        if names.iter().any(|name| name == "*") { Self::All } else { Self::Named(names) }
    }

    /// The entry with only the selected fields, in its own order.
    pub fn of(&self, entry: Map<String, Value>) -> Map<String, Value> {
        let chosen = |name: &str| match self {
            Self::All => true,
            Self::Compact => COMPACT.contains(&name),
            Self::Named(names) => names.iter().any(|chosen| chosen == name),
        };
        entry.into_iter().filter(|(name, _)| ALWAYS.contains(&name.as_str()) || chosen(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choose_in_the_order_of_the_entry() {
        let keys = |fields: Fields| {
            let entry = serde_json::json!({"id": 1, "source_repo": 2, "domain": 3, "x": 4, "name": 5});
            let Value::Object(entry) = entry else { unreachable!("an object") };
            fields.of(entry).keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys(Fields::Compact), "id source_repo domain name");
        assert_eq!(keys(Fields::parse("name, *")), "id source_repo domain x name");
        assert_eq!(keys(Fields::parse("name , x,none")), "id source_repo x name");
        assert_eq!(keys(Fields::parse("")), "id source_repo");
    }
}
