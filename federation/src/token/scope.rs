//! Scopes: the permissions of a token.

use std::fmt;

/// One permission. Reads need none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything, including tokens and all events.
    Admin,
    /// Refreshing all sources and publishing the changes.
    Compose,
    /// Registering, changing, removing, refreshing, releasing and checking the repos whose names match.
    ReposWrite(Repos),
}

/// The repos that a scope covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repos {
    /// Every repo.
    All,
    /// Repos whose whole name matches this pattern. `*` matches any sequence of characters, including an empty one.
    Matching(String),
}

/// The permission that a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need<'a> {
    /// The scope `admin`.
    Admin,
    /// The scope `compose`.
    Compose,
    /// A scope to write this repo.
    Write(&'a str),
    /// A scope to write at least one repo, whichever it is.
    WriteSome,
    /// One scope to write every repo whose name begins with this.
    WriteAll(&'a str),
}

impl Scope {
    /// Parses a scope as defined in `schemas/token-request.schema.yaml`; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "admin" => Some(Self::Admin),
            "compose" => Some(Self::Compose),
            "repos:write" => Some(Self::ReposWrite(Repos::All)),
            _ => {
                let pattern = text.strip_prefix("repos:write:").filter(|pattern| !pattern.is_empty())?;
                Some(Self::ReposWrite(Repos::Matching(pattern.to_owned())))
            }
        }
    }

    fn allows(&self, need: Need<'_>) -> bool {
        match (self, need) {
            (Self::Admin, _) | (Self::Compose, Need::Compose) | (Self::ReposWrite(_), Need::WriteSome) => true,
            (Self::ReposWrite(Repos::All), Need::Write(_) | Need::WriteAll(_)) => true,
            (Self::ReposWrite(Repos::Matching(pattern)), Need::WriteAll(prefix)) => covers(pattern, prefix),
            (Self::ReposWrite(Repos::Matching(pattern)), Need::Write(repo)) => matches(pattern, repo),
            _ => false,
        }
    }
}

/// Whether one of the scopes grants the needed permission.
pub fn allow(scopes: &[Scope], need: Need<'_>) -> bool {
    scopes.iter().any(|scope| scope.allows(need))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => f.write_str("admin"),
            Self::Compose => f.write_str("compose"),
            Self::ReposWrite(Repos::All) => f.write_str("repos:write"),
            Self::ReposWrite(Repos::Matching(pattern)) => write!(f, "repos:write:{pattern}"),
        }
    }
}

/// Whether the pattern matches every name with this prefix. Only patterns with one star, at their end, are recognised.
fn covers(pattern: &str, prefix: &str) -> bool {
    pattern.strip_suffix('*').is_some_and(|head| !head.contains('*') && prefix.starts_with(head))
}

/// Matches the text between two stars at its first occurrence: a later one only leaves less for the rest.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts: Vec<&str> = pattern.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else { return name == last };
    let mut rest = name.strip_prefix(first);
    for part in parts {
        rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, rest)| rest);
    }
    rest.is_some_and(|rest| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_nothing_else_is_special() {
        for (pattern, name, expected) in [
            ("state-hub", "state-hub", true),
            ("state-hub", "state-hub2", false),
            ("state-hub", "xstate-hub", false),
            ("state-*", "state-hub", true),
            ("state-*", "state-", true),
            ("state-*", "state", false),
            ("state-*", "my-state-hub", false),
            ("*-hub", "state-hub", true),
            ("*-hub", "-hub", true),
            ("*-hub", "state-hub-2", false),
            ("*", "a", true),
            ("**", "a", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "abbcbc", true),
            ("a*b*c", "acb", false),
            ("a*bc*c", "abc", false),
            ("a.c", "abc", false),
            ("a*", "b", false),
            ("*a*", "bab", true),
            ("*ab*ab*", "ab", false),
            ("*ab*ab*", "abab", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn the_worst_pattern_costs_no_more_than_the_name_is_long() {
        let pattern = "*a".repeat(50) + "*b";
        assert!(!matches(&pattern, &"a".repeat(100_000)));
    }

    #[test]
    fn each_scope_allows_what_it_says() {
        let scopes = |texts: &[&str]| texts.iter().filter_map(|text| Scope::parse(text)).collect::<Vec<_>>();
        let needs =
            [Need::Admin, Need::Compose, Need::Write("a-1"), Need::Write("b-1"), Need::WriteSome, Need::WriteAll("a-")];
        for (texts, expected) in [
            (&["admin"][..], [true; 6]),
            (&["compose"], [false, true, false, false, false, false]),
            (&["repos:write"], [false, false, true, true, true, true]),
            (&["repos:write:a-*"], [false, false, true, false, true, true]),
            (&["repos:write:a-b*"], [false, false, false, false, true, false]),
            (&["repos:write:*-1"], [false, false, true, true, true, false]),
            (&["repos:write:*"], [false, false, true, true, true, true]),
            (&["repos:write:c", "repos:write:b-1"], [false, false, false, true, true, false]),
            (&["compose", "repos:write:a-1"], [false, true, true, false, true, false]),
            (&[], [false; 6]),
        ] {
            assert_eq!(needs.map(|need| allow(&scopes(texts), need)), expected, "{texts:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_nothing_else() {
        for text in ["admin", "compose", "repos:write", "repos:write:*", "repos:write:state-*"] {
            assert_eq!(Scope::parse(text).map(|scope| scope.to_string()).as_deref(), Some(text));
        }
        for text in ["", "Admin", "admin ", "repos", "repos:write:", "repos:read", "*"] {
            assert_eq!(Scope::parse(text), None, "{text}");
        }
    }
}
