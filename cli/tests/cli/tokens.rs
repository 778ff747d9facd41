//! `hub token …`, `hub events`, and where the program's own token comes from.

use crate::support::{Answer, Hub, Ran, problem, program};
use serde_json::{Value, json};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

const SECRET: &str = "rs_00000000000000000000000000000000000000000000000000000000000000000123abcd";

fn token(name: &str, state: &str) -> Value {
    json!({
        "name": name, "scopes": ["compose", "repos:write:a-*"], "description": "the job", "state": state,
        "created_at": "2026-11-24T08:12:53Z", "created_by": "bootstrap", "expires_at": "2027-02-22T08:12:53Z",
        "last_used_at": null, "revoked_at": null, "revoked_by": null,
    })
}

#[test]
fn create_prints_the_secret_alone_and_warns_beside_it() {
    let mut made = token("ci", "active");
    made["token"] = SECRET.into();
    let hub = Hub::answering([Answer::json(201, &made), Answer::json(201, &made)]);
    let arguments =
        ["hub", "token", "create", "ci", "--scope", "compose", "--scope", "repos:write:a-*", "--expires-in", "90d"];
    let ran = Ran::against(&hub.url(), &[&arguments[..], &["--description", "the job"]].concat()).ended(0);
    assert_eq!(ran.out, format!("{SECRET}\n"));
    assert_eq!(
        ran.err,
        "created ci with compose repos:write:a-*, valid until 2027-02-22T08:12:53Z or it is revoked\n\
         warning: this secret is shown only once: store it in a safe place\n"
    );
    let ran =
        Ran::against(&hub.url(), &["hub", "token", "create", "ci", "--scope", "admin", "-o", "json", "-q"]).ended(0);
    assert_eq!(ran.json(), made);
    let asked = hub.asked();
    assert_eq!(asked[0].line, "POST /v1/tokens");
    assert_eq!(
        asked[0].json(),
        json!({"name": "ci", "scopes": ["compose", "repos:write:a-*"], "expires_in_seconds": 7_776_000, "description": "the job"})
    );
    assert_eq!(asked[1].json(), json!({"name": "ci", "scopes": ["admin"]}));
    assert_eq!(asked[1].header("authorization"), Some("Bearer s3cret-token"));
}

#[test]
fn list_reads_every_page_with_the_token() {
    let pages = [
        Answer::json(200, &json!({"tokens": [token("a", "active")], "total": 2, "next": "1.a"})),
        Answer::json(200, &json!({"tokens": [token("b", "revoked")], "total": 2, "next": null})),
        Answer::json(200, &json!({"tokens": [], "total": 0, "next": null})),
    ];
    let hub = Hub::answering(pages);
    let ran = Ran::against(&hub.url(), &["hub", "token", "list", "-o", "json"]).ended(0);
    assert_eq!(ran.json(), json!({"tokens": [token("a", "active"), token("b", "revoked")], "total": 2, "next": null}));
    let ran = Ran::against(&hub.url(), &["hub", "token", "list", "--state", "expired"]).ended(0);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("create one with `reuse-surface hub token create`"), "{ran:?}");
    let asked = hub.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "GET /v1/tokens?limit=1000",
            "GET /v1/tokens?limit=1000&cursor=1.a",
            "GET /v1/tokens?state=expired&limit=1000"
        ]
    );
    assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer s3cret-token")));
}

#[test]
fn revoke_gives_machines_an_object() {
    let hub = Hub::answering([Answer::with(204, "", ""), Answer::with(204, "", "")]);
    assert_eq!(Ran::against(&hub.url(), &["hub", "token", "revoke", "ci"]).ended(0).out, "revoked ci\n");
    let ran = Ran::against(&hub.url(), &["hub", "token", "revoke", "ci", "-o", "json"]).ended(0);
    assert_eq!(ran.json(), json!({"name": "ci", "revoked": true}));
    assert_eq!(hub.asked()[0].line, "DELETE /v1/tokens/ci");
}

#[test]
fn each_refusal_says_what_to_do() {
    let create = ["hub", "token", "create", "ci", "--scope", "compose"];
    for (status, code, exit, remedy) in [
        (401, "token-expired", 4, "hint: ask the operator of the hub for a new token"),
        (401, "token-revoked", 4, "hint: ask the operator of the hub for a new token"),
        (403, "forbidden", 4, "hint: use a token whose scopes allow this"),
        (409, "token-exists", 1, "hint: choose another name"),
        (429, "too-many-failures", 4, "hint: wait, and then use a token of this hub"),
    ] {
        let hub = Hub::answering([problem(status, code, "No.")]);
        let ran = Ran::against(&hub.url(), &create).ended(exit);
        assert!(ran.err.contains(remedy), "{ran:?}");
    }
}

fn event(number: u64) -> Value {
    json!({
        "number": number, "at": "2026-11-24T08:12:53Z", "actor": "anna", "action": "update", "kind": "repo", "subject": "a",
        "before": {"domain": "d", "description": ""}, "after": {"domain": "e", "description": ""}, "revision": 7,
        "request_id": "r-1",
    })
}

#[test]
fn events_show_who_changed_what() {
    let page = json!({"events": [event(9), event(8)], "next": "1.8"});
    let hub = Hub::answering([Answer::json(200, &page), Answer::json(200, &page)]);
    let ran = Ran::against(&hub.url(), &["hub", "events", "--repo", "a", "--limit", "2"]).ended(0);
    assert_eq!(
        ran.out.lines().nth(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).as_deref(),
        Some("9 2026-11-24T08:12:53Z anna update a 7 domain: \"d\" -> \"e\"")
    );
    assert!(ran.err.contains("the newest 2: set a higher --limit for more"), "{ran:?}");
    let arguments = ["hub", "events", "--actor", "anna", "--action", "update", "--limit", "2", "-o", "json"];
    assert_eq!(Ran::against(&hub.url(), &arguments).ended(0).json(), page);
    let asked = hub.asked();
    assert_eq!(asked[0].line, "GET /v1/events?repo=a&limit=2");
    assert_eq!(asked[1].line, "GET /v1/events?actor=anna&action=update&limit=2");
    assert_eq!(asked[0].header("authorization"), Some("Bearer s3cret-token"));
}

/// The program with a token file of this content, and the hub that it asks.
fn with_file(content: &[u8], mode: u32, hub: &Hub, more: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    let mut command = program(&["hub", "token", "revoke", "x", "-q"]);
    Ran::of(
        command.env("REUSE_SURFACE_URL", hub.url()).env("REUSE_SURFACE_TOKEN_FILE", &path).envs(more.iter().copied()),
    )
}

#[test]
fn the_token_may_be_in_a_file() {
    for (content, mode, warning) in [
        (&b"s3cret-token"[..], 0o600, ""),
        (b"  s3cret-token\r\n\n", 0o640, ""),
        (b"s3cret-token\n", 0o644, "warning: all users of this machine can read the token in "),
    ] {
        let hub = Hub::answering([Answer::with(204, "", "")]);
        let ran = with_file(content, mode, &hub, &[]).ended(0);
        assert!(ran.err.starts_with(warning) && ran.err.is_empty() == warning.is_empty(), "{ran:?}");
        assert_eq!(hub.asked()[0].header("authorization"), Some("Bearer s3cret-token"));
    }
    // An empty file means no token, as an empty variable does.
    let hub = Hub::answering([problem(401, "unauthorized", "No.")]);
    let ran = with_file(b" \n", 0o600, &hub, &[("REUSE_SURFACE_TOKEN", "")]).ended(4);
    assert!(ran.err.starts_with("warning: the token file ") && ran.err.contains(" is empty: continuing "), "{ran:?}");
    assert_eq!(hub.asked()[0].header("authorization"), None);
}

#[test]
fn a_token_file_that_cannot_be_used_ends_with_two() {
    let hub = Hub::answering([]);
    let both = with_file(b"s3cret-token", 0o600, &hub, &[("REUSE_SURFACE_TOKEN", "other")]).ended(2);
    assert!(both.err.starts_with("error: there is a token both in REUSE_SURFACE_TOKEN and in a file\n"), "{both:?}");
    assert!(both.err.contains("hint: unset REUSE_SURFACE_TOKEN or REUSE_SURFACE_TOKEN_FILE"), "{both:?}");
    let broken = with_file(b"s3cret-token\xff", 0o600, &hub, &[]).ended(2);
    assert!(broken.err.starts_with("error: the token file cannot be read\n  cannot read "), "{broken:?}");
    let two = with_file(b"s3cret-token\nnext", 0o600, &hub, &[]).ended(2);
    assert!(two.err.starts_with("error: REUSE_SURFACE_TOKEN_FILE contains characters that no token has\n"), "{two:?}");
    let mut missing = program(&["hub", "list"]);
    let ran = Ran::of(missing.env("REUSE_SURFACE_TOKEN_FILE", "/nonexistent/token")).ended(2);
    assert!(ran.err.contains("cannot open /nonexistent/token"), "{ran:?}");
}

#[test]
fn a_hub_does_not_start_with_a_token_that_no_client_could_send() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    // If it got past its token, it would end with 1 over this.
    let nowhere = "/dev/null/data";
    let serve = |variable: &str, value: &std::ffi::OsStr| {
        let mut serve = program(&["serve", "--listen", "127.0.0.1:0", "--data-dir", nowhere]);
        Ran::of(serve.env(variable, value))
    };
    for token in ["s3cret\u{1}token", "s3cret\ntoken", "s3cret token", "s3crét-token", "", " \n"] {
        for variable in ["REUSE_SURFACE_TOKEN", "REUSE_SURFACE_TOKEN_FILE"] {
            fs::write(&file, token).expect("a file");
            let value = if variable.ends_with("FILE") { file.as_os_str() } else { token.as_ref() };
            let ran = serve(variable, value).ended(2);
            assert!(ran.err.contains(&format!("error: {variable} ")), "{token:?}: {ran:?}");
            assert!(!ran.err.contains("s3cr"), "{ran:?}");
        }
    }
    serve("REUSE_SURFACE_TOKEN", " a-token-of-letters\n".as_ref()).ended(1);
}

#[test]
fn a_token_that_was_cut_short_is_pointed_out_before_the_hub_refuses_it() {
    let hub = Hub::answering([problem(401, "unauthorized", "No.")]);
    let mut revoke = program(&["hub", "token", "revoke", "x"]);
    let ran = Ran::of(revoke.env("REUSE_SURFACE_URL", hub.url()).env("REUSE_SURFACE_TOKEN", &SECRET[..40])).ended(4);
    assert!(ran.err.starts_with("warning: the token in REUSE_SURFACE_TOKEN is invalid"), "{ran:?}");
    assert!(!ran.err.contains(&SECRET[..40]), "{ran:?}");
}
