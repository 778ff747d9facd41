//! Which file a URL names, so that two spellings of one address are recognised.
//!
//! The result is only compared. It may equate addresses that name the same file in practice, such as `http` and
//! `https`, so it is never fetched, and nothing is refused because of it.

use crate::reserved::RESERVED;
use crate::source_url;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use url::Url;

/// The file that `url` names. Equal for URLs that differ in their scheme, in the case or the final dot of the host, in a default port, in
/// percent-encoding, dot segments or a fragment, or in the spellings of an address that GitHub, GitLab, Gitea or Forgejo accept. A text that
/// cannot be a source names only itself.
pub fn key(url: &str) -> String {
    let Ok(url) = source_url::parse(url) else { return url.to_owned() };
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    // `http` and `https`, each on its default port, are most often the same server.
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let segments: Vec<String> = url.path().split('/').skip(1).map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if let Some((host, repository, file)) = on_forge(host, &segments) {
        // Forges ignore the case of owners and repositories, and most accept a branch with an encoded slash.
        return format!("{host}{port}/{}/raw/{}", repository.to_lowercase(), file.replace("%2F", "/"));
    }
    format!("{host}{port}/{}{}", segments.join("/"), query(&url))
}

/// A canonical encoding of a segment or a query.
fn decoded(text: &str) -> String {
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) => utf8_percent_encode(&decoded, RESERVED).to_string(),
        Err(_) => text.to_ascii_uppercase(),
    }
}

fn query(url: &Url) -> String {
    let given = url.query().filter(|query| !query.is_empty());
    given.map(|query| format!("?{}", decoded(query))).unwrap_or_default()
}

/// The host, the repository, and the rest of the raw address of a file: the name of its revision and its path. Forges
/// ignore the query, or it states only the kind of that name.
fn on_forge<'a>(host: &'a str, segments: &[&str]) -> Option<(&'a str, String, String)> {
    let (host, repository, file) = match (host, segments) {
        ("raw.githubusercontent.com", [owner, repo, file @ ..])
        | ("github.com" | "www.github.com", [owner, repo, "raw" | "blob", file @ ..]) => {
            ("github.com", vec![*owner, *repo], of_ref(file))
        }
        (_, all) if let Some(at) = all.windows(2).position(|pair| pair == ["-", "raw"]) => {
            (host, all.get(..at)?.to_vec(), of_ref(all.get(at + 2..)?))
        }
        ("gitlab.com", all) if let Some(at) = all.iter().position(|segment| *segment == "raw") => {
            (host, all.get(..at)?.to_vec(), of_ref(all.get(at + 1..)?))
        }
        (_, [owner, repo, "raw", "branch" | "tag" | "commit", file @ ..]) => (host, vec![*owner, *repo], file),
        _ => return None,
    };
    (repository.len() > 1 && file.len() > 1).then(|| (host, repository.join("/"), file.join("/")))
}

/// The path without `refs/heads` or `refs/tags` at its start.
fn of_ref<'a, 'b>(file: &'b [&'a str]) -> &'b [&'a str] {
    match file {
        ["refs", "heads" | "tags", short @ ..] => short,
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn spellings_of_one_address_are_one_file() {
        for spellings in [
            &[
                "https://example.org/a/i.yaml",
                "http://example.org/a/i.yaml",
                "https://EXAMPLE.org./a/i.yaml",
                "https://example.org:443/a/i.yaml",
                "http://example.org:80/a/i.yaml",
                "https://example.org/b/../a/./i.yaml#top",
                "https://example.org/%2e/a/i%2Eyaml",
                "https://example.org/a/%69.yaml?",
            ][..],
            &[
                "https://bücher.example/ä%20b.yaml",
                "https://xn--bcher-kva.example/%C3%A4%20b.yaml",
                "https://xn--bcher-kva.example/%c3%a4%20b.yaml",
            ],
            &[
                "https://raw.githubusercontent.com/Coulomb/State-Hub/main/i.yaml",
                "https://raw.githubusercontent.com/coulomb/state-hub/refs/heads/main/i.yaml",
                "https://github.com/coulomb/state-hub/raw/main/i.yaml",
                "https://github.com/coulomb/state-hub/raw/refs/heads/main/i.yaml",
                "https://github.com/coulomb/state-hub/blob/main/i.yaml?raw=true",
                "https://www.github.com/coulomb/state-hub/raw/main/i.yaml#L1",
            ],
            &[
                "https://gitlab.com/g/s/p/-/raw/main/i.yaml",
                "https://gitlab.com/g/s/p/-/raw/main/i.yaml?ref_type=heads&inline=false",
                "https://gitlab.com/G/s/p/-/raw/refs/heads/main/i.yaml",
                "https://gitlab.com/g/s/p/raw/main/i.yaml",
            ],
            &["https://git.example.org/g/p/-/raw/a/b/i.yaml", "https://git.example.org/g/p/-/raw/a%2fb/i.yaml"],
            &[
                "https://codeberg.org/Coulomb/hub/raw/branch/main/i.yaml",
                "https://codeberg.org/coulomb/hub/raw/branch/main/i.yaml?display=source",
            ],
        ] {
            let keys: Vec<String> = spellings.iter().map(|url| key(url)).collect();
            assert!(keys.iter().all(|other| *other == keys[0]), "{spellings:?}: {keys:?}");
        }
    }

    #[test]
    fn other_files_are_other_files() {
        let others = [
            "https://example.org/a/i.yaml",
            "https://example.org/A/i.yaml",
            "https://example.org/a/i.yaml?ref=main",
            "https://example.org/a/i.yaml?ref=dev",
            "https://example.org:8443/a/i.yaml",
            "https://example.org/a%2Fi.yaml",
            "https://example.org//a/i.yaml",
            "https://example.org/a/i.yaml/",
            "https://example.org/a/%FF",
            "https://sub.example.org/a/i.yaml",
            "https://raw.githubusercontent.com/o/r/main/i.yaml",
            "https://raw.githubusercontent.com/o/r/main/I.yaml",
            "https://raw.githubusercontent.com/o/r/dev/i.yaml",
            "https://raw.githubusercontent.com/o/rr/main/i.yaml",
            "https://github.com.example.org/o/r/raw/main/i.yaml",
            "https://codeberg.org/o/r/raw/branch/main/i.yaml",
            "https://codeberg.org/o/r/raw/branch/dev/i.yaml",
            "https://gitlab.com/g/p/-/raw/main/i.yaml",
            "https://gitlab.com/g/p/-/raw/main",
            "https://u:p@example.org/a/i.yaml",
            "no url",
            "",
        ];
        let keys: std::collections::BTreeSet<String> = others.iter().map(|url| key(url)).collect();
        assert_eq!(keys.len(), others.len(), "{keys:#?}");
    }
}
