//! A list of indexes, as JSON or YAML: the sources of a federation manifest, or only the list of them.

use super::member::{MAX_NAME_BYTES, Member, Skipped};
use crate::excerpt::excerpt;
use crate::name;
use crate::source_url;
use crate::yaml;
use serde_json::Value;

pub(super) fn read(page: &[u8]) -> Result<Vec<Member>, String> {
    let text = std::str::from_utf8(page).map_err(|e| e.to_string())?;
    let document = yaml::parse(text).map_err(|e| e.to_string())?;
    let sources = document.get("sources").unwrap_or(&document);
    let sources = sources.as_array().ok_or("it is not a list and has no list `sources`")?;
    sources.iter().map(member).collect()
}

fn member(source: &Value) -> Result<Member, String> {
    let text = |name: &str| source.get(name).and_then(Value::as_str);
    let (Some(repo), Some(url)) = (text("repo"), text("url")) else {
        return Err("an entry lacks `repo` or `url`".to_owned());
    };
    if repo.len() > MAX_NAME_BYTES {
        return Err(format!("the name `{}` is too long", excerpt(repo)));
    }
    let domain = text("domain");
    let is_valid = source_url::parse(url).is_ok() && domain.is_none_or(name::is_domain);
    Ok(Member {
        id: repo.to_owned(),
        owner: None,
        name: repo.to_owned(),
        url: if is_valid { url.to_owned() } else { String::new() },
        domain: domain.filter(|_| is_valid).map(str::to_owned),
        // A list says nothing about pushes, so repositories without an index are looked at with each listing.
        changed: String::new(),
        unfit: (!is_valid).then_some(Skipped::Invalid),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_json_and_as_yaml() {
        let yaml = "version: 1\nsources:\n- {repo: a, url: 'https://e.org/a', domain: d}\n- {repo: b, url: 'https://e.org/b'}\n";
        let json =
            r#"[{"repo": "a", "url": "https://e.org/a", "domain": "d"}, {"repo": "b", "url": "https://e.org/b"}]"#;
        for text in [yaml, json] {
            let members = read(text.as_bytes()).expect("a list");
            let seen: Vec<_> = members.iter().map(|m| (m.id.as_str(), m.url.as_str(), m.domain.as_deref())).collect();
            assert_eq!(seen, [("a", "https://e.org/a", Some("d")), ("b", "https://e.org/b", None)]);
        }
        let odd = "- {repo: a, url: 'file:///etc/passwd'}\n- {repo: b, url: 'https://e.org', domain: 'D!'}\n";
        assert!(
            read(odd.as_bytes()).expect("a list").iter().all(|m| m.unfit == Some(Skipped::Invalid) && m.url.is_empty())
        );
        for text in ["<!DOCTYPE html><title>Sign in</title>", "- {repo: a}", "{}", "[", "- 7", "\u{0}"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
