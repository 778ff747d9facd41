use super::*;
use serde_json::{Value, json};

fn push(forge: Forge, body: &Value) -> Push {
    Push::read(forge, body.to_string().as_bytes()).expect("a payload").expect("a repository")
}

fn body(address: &str, commits: Value) -> Value {
    json!({"ref": "refs/heads/main", "after": "ab12", "repository": {"html_url": address, "homepage": address, "default_branch": "main"},
        "project": {"web_url": address, "default_branch": "main"}, "commits": commits})
}

#[test]
fn a_push_concerns_the_file_that_it_changes_on_its_branch() {
    let commits = json!([{"added": ["new.yaml"], "removed": [], "modified": ["a b/index.yaml"]}, {"modified": null}]);
    for (forge, address, base) in [
        (Forge::GitHub, "https://github.com/o/r", "https://raw.githubusercontent.com/o/r/"),
        (Forge::GitHub, "https://github.com/o/r", "https://raw.githubusercontent.com/o/r/refs/heads/"),
        (Forge::GitHub, "https://github.com/o/r", "https://github.com/o/r/raw/"),
        (Forge::Gitea, "https://git.example.org/o/r", "https://git.example.org/o/r/raw/branch/"),
        (Forge::Forgejo, "https://codeberg.org/o/r", "https://codeberg.org/o/r/raw/branch/"),
        (Forge::GitLab, "https://gitlab.com/g/s/p", "https://gitlab.com/g/s/p/-/raw/"),
    ] {
        let push = push(forge, &body(address, commits.clone()));
        for (file, concerned) in [
            ("main/a%20b/index.yaml", true),
            ("main/new.yaml?ref_type=heads", true),
            ("main/other.yaml", false),
            ("dev/new.yaml", false),
            ("main2/new.yaml", false),
        ] {
            assert_eq!(push.concerns(&format!("{base}{file}")), concerned, "{base}{file}");
        }
        assert!(!push.concerns(&format!("{}/main/new.yaml", base.replace("/o/r", "/o/rr").replace("/p/", "/pp/"))));
        assert!(push.raw_addresses().iter().any(|beginning| base.starts_with(beginning)), "{base}");
    }
}

#[test]
fn a_push_to_the_default_branch_concerns_the_file_at_head() {
    for (forge, address, file) in [
        (Forge::GitHub, "https://github.com/o/r", "https://raw.githubusercontent.com/o/r/HEAD/i.yaml"),
        (Forge::Forgejo, "https://codeberg.org/o/r", "https://codeberg.org/o/r/raw/branch/HEAD/i.yaml"),
        (Forge::GitLab, "https://gitlab.com/g/s/p", "https://gitlab.com/g/s/p/-/raw/HEAD/i.yaml"),
    ] {
        let mut payload = body(address, json!([]));
        assert!(push(forge, &payload).concerns(file), "{file}");
        payload["ref"] = "refs/heads/dev".into();
        assert!(!push(forge, &payload).concerns(file), "{file}");
    }
}

#[test]
fn where_a_cache_is_known_a_push_leads_to_the_file_at_its_commit() {
    let sha = "28e1879d029cb852e4844d9c718537df08844e03";
    let mut payload = body("https://github.com/o/r", json!([]));
    payload["after"] = sha.into();
    let raw = "https://raw.githubusercontent.com/o/r";
    let pinned = |forge, payload: &Value, url: &str| push(forge, payload).pinned(url).map(|(url, _)| url);
    let expected = Some(format!("{raw}/{sha}/i.yaml"));
    assert_eq!(pinned(Forge::GitHub, &payload, &format!("{raw}/main/i.yaml")), expected);
    assert_eq!(pinned(Forge::GitHub, &payload, &format!("{raw}/refs/heads/main/i.yaml")), expected);
    assert_eq!(pinned(Forge::GitHub, &payload, &format!("{raw}/dev/i.yaml")), None);
    let gitlab = body("https://gitlab.com/g/p/-", json!([]));
    let gitlab = json!({"after": sha, "ref": gitlab["ref"], "repository": gitlab["repository"]});
    assert_eq!(pinned(Forge::GitHub, &gitlab, "https://gitlab.com/g/p/-/raw/main/i.yaml"), None, "its secret travels");
    assert_eq!(pinned(Forge::Gitea, &payload, "https://git.example.org/o/r/raw/branch/main/i.yaml"), None);
    payload["after"] = "main".into();
    assert_eq!(pinned(Forge::GitHub, &payload, &format!("{raw}/main/i.yaml")), None);
}

#[test]
fn what_does_not_name_all_its_commits_may_concern_anything() {
    let url = "https://git.example.org/o/r/raw/branch/main/i.yaml";
    let other = json!([{"modified": ["other"]}]);
    let mut few = body("https://git.example.org/o/r/", other);
    assert!(!push(Forge::Gitea, &few).concerns(url));
    few["total_commits"] = 9.into();
    assert!(push(Forge::Gitea, &few).concerns(url));
    let mut forced = body("https://github.com/O/r", json!([{"modified": ["other"]}]));
    forced["forced"] = true.into();
    let raw = "https://raw.githubusercontent.com/o/R/main/i.yaml";
    assert!(push(Forge::GitHub, &forced).concerns(raw), "in another case");
    forced["repository"]["default_branch"] = "trunk".into();
    assert!(!push(Forge::GitHub, &forced).concerns(&raw.replace("main", "HEAD")), "HEAD is another branch");
    assert!(push(Forge::Gitea, &body("https://git.example.org/o/r", json!([]))).concerns(url), "a forced push");
    for (field, value) in [("deleted", json!(true)), ("after", "0".repeat(40).into()), ("ref", "refs/tags/main".into())]
    {
        let mut gone = body("https://git.example.org/o/r", json!([]));
        gone[field] = value;
        assert!(!push(Forge::Gitea, &gone).concerns(url), "{field}");
    }
}

#[test]
fn only_who_knows_the_secret_is_believed() {
    // The example of GitHub's documentation.
    let (secret, payload) = ("It's a Secret to Everybody", b"Hello, World!");
    let right = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let signed = |forge: Forge, name: &'static str, value: &'static str| {
        Sender::of(forge, move |header| match header {
            name_of_event if name_of_event.ends_with("-event") => Some("push"),
            header => Some(value).filter(|_| header == name),
        })
    };
    let github = signed(
        Forge::GitHub,
        "x-hub-signature-256",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    );
    assert!(github.expect("a sender").has_secret(secret, payload));
    for (forge, name) in [(Forge::Gitea, "x-gitea-signature"), (Forge::Forgejo, "x-forgejo-signature")] {
        assert!(signed(forge, name, right).expect("a sender").has_secret(secret, payload), "{name}");
        assert!(!signed(forge, name, right).expect("a sender").has_secret("another", payload), "{name}");
        for wrong in ["", "zz", "7", "757107", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18"] {
            assert!(!signed(forge, name, wrong).expect("a sender").has_secret(secret, payload), "{wrong}");
        }
    }
    let gitlab = signed(Forge::GitLab, "x-gitlab-token", "It's a Secret to Everybody").expect("a sender");
    assert!(gitlab.has_secret(secret, b"anything") && !gitlab.has_secret("another", b"anything"));
    assert!(signed(Forge::GitHub, "x-hub-signature", right).is_none(), "the old signature with SHA-1");
}

#[test]
fn other_bodies_are_no_pushes() {
    for body in ["", "[]", "{", "{\"commits\": 7}"] {
        assert!(Push::read(Forge::GitHub, body.as_bytes()).is_err(), "{body}");
    }
    for body in ["{}", "{\"repository\": {}}", "{\"repository\": {\"html_url\": \"javascript:x\"}}"] {
        assert_eq!(Push::read(Forge::GitHub, body.as_bytes()).expect("JSON"), None, "{body}");
    }
}
