//! Invalid command lines, and help.

use crate::support::{Ran, program};

#[test]
fn unusable_command_lines_end_with_two_and_a_suggestion() {
    let cases: [(&[&str], &str); 13] = [
        (&["hub", "lst"], "a similar subcommand exists: 'list'"),
        (&["hub", "list", "--domian", "x"], "a similar argument exists: '--domain'"),
        (&["hub", "list", "--state", "frsh"], "a similar value exists: 'fresh'"),
        (&["hub"], "Usage: reuse-surface hub"),
        (&["hub", "update", "--repo", "a"], "--enabled <true|false>"),
        (&["hub", "update", "--repo", "a", "--enabled", "yes"], "[possible values: true, false]"),
        (&["hub", "deregister", "--repo", ".."], "as shown by `hub list`"),
        (&["hub", "list", "--timeout", "0"], "--timeout"),
        (&["hub", "list", "--token", "x"], "unexpected argument '--token'"),
        (&["hub", "token", "create", "ci", "--scope", "admin", "--token", "x"], "unexpected argument '--token'"),
        (&["hub", "token", "create", "ci", "--scope", "admin", "--expires-in", "90"], "such as 90d"),
        (&["serve", "--client-address-header", "a b"], "such as X-Forwarded-For"),
        (&["serve", "--refresh-interval", "15"], "such as 90s, 15m or 1h, or 0 to disable it"),
    ];
    for (arguments, expected) in cases {
        let ran = Ran::of(&mut program(arguments)).ended(2);
        assert_eq!(ran.out, "");
        assert!(ran.err.contains(expected), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_base_url_that_is_none_ends_with_two_and_a_remedy() {
    for base in ["hub.example", "ftp://hub.example", "", "https://hub.example/?x=1"] {
        let ran = Ran::of(&mut program(&["hub", "list", "--base-url", base])).ended(2);
        let expected = format!("error: the base URL `{base}` is not an absolute http or https URL");
        assert!(ran.err.starts_with(&expected) && ran.err.contains("hint: set --base-url"), "{ran:?}");
        assert_eq!(Ran::of(&mut program(&["mcp", "--base-url", base])).ended(2).out, "");
    }
}

#[test]
fn credentials_in_the_base_url_are_refused_and_not_repeated() {
    let ran =
        Ran::of(program(&["hub", "list"]).env("REUSE_SURFACE_URL", "https://me:s3cret-token@hub.example")).ended(2);
    assert!(ran.err.contains("without credentials"), "{ran:?}");
    let help =
        Ran::of(program(&["hub", "list", "--help"]).env("REUSE_SURFACE_URL", "https://me:s3cret-token@x")).ended(0);
    assert!(help.out.contains("[env: REUSE_SURFACE_URL]"), "{}", help.out);
}

#[test]
fn urls_that_may_have_a_password_are_refused_and_not_repeated() {
    for (command, flag, variable, value, expected) in [
        (
            "serve",
            "--database-url",
            "REUSE_SURFACE_DATABASE_URL",
            "postgresq://hub:s3cret@db/hub",
            "write it as postgres",
        ),
        ("serve", "--database-url", "REUSE_SURFACE_DATABASE_URL", "postgres://hub:s3cret@db:x/hub", "invalid port"),
        (
            "serve",
            "--database-url",
            "REUSE_SURFACE_DATABASE_URL",
            "postgres://hub:s3cret@a:1,b:2/hub",
            "name one server",
        ),
        ("backup", "--database-url", "REUSE_SURFACE_DATABASE_URL", "hub:s3cret@db/hub", "write it as postgres"),
        ("serve", "--proxy", "REUSE_SURFACE_PROXY", "socks5://me:s3cret@proxy", "such as http://proxy.example.org"),
        ("serve", "--mirror-of", "REUSE_SURFACE_MIRROR_OF", "https://me:s3cret@hub.example", "without credentials"),
        ("serve", "--mirror-of", "REUSE_SURFACE_MIRROR_OF", "https://:s3cret@hub.example", "without credentials"),
        ("serve", "--mirror-of", "REUSE_SURFACE_MIRROR_OF", "https://hub.example/#s3cret", "without credentials"),
        ("migrate", "--from", "", "postgresq://hub:s3cret@db/hub", "write sqlite:PATH"),
        ("migrate", "--to", "", "postgresq://hub:s3cret@db/hub", "write sqlite:PATH"),
    ] {
        let mut runs = vec![Ran::of(&mut program(&[command, flag, value]))];
        if !variable.is_empty() {
            runs.push(Ran::of(program(&[command]).env(variable, value)));
        }
        for ran in runs.into_iter().map(|ran| ran.ended(2)) {
            assert!(ran.err.contains(flag) && ran.err.contains(expected) && !ran.err.contains("s3cret"), "{ran:?}");
        }
    }
}

#[test]
fn a_token_that_cannot_be_sent_is_refused_and_not_repeated() {
    let ran = Ran::of(program(&["hub", "compose"]).env("REUSE_SURFACE_TOKEN", "s3cret-token\nnext")).ended(2);
    assert!(ran.err.starts_with("error: REUSE_SURFACE_TOKEN contains characters that no token has\n"), "{ran:?}");
}

#[test]
fn every_command_has_examples_in_its_help() {
    let verbs = [
        "status",
        "list",
        "show",
        "register",
        "update",
        "deregister",
        "check",
        "refresh",
        "release",
        "compose",
        "changes",
        "search",
        "sync",
        "events",
    ];
    let hub = verbs.iter().map(|verb| vec!["hub", verb, "--help"]);
    let federation = ["compose", "verify", "diff"].map(|verb| vec!["federation", verb, "--help"]);
    let tokens = ["create", "list", "revoke"].map(|verb| vec!["hub", "token", verb, "--help"]);
    let others = ["index", "validate", "--help"].to_vec();
    for arguments in hub.chain(tokens).chain(federation).chain([others]).chain([
        vec!["--help"],
        vec!["serve", "--help"],
        vec!["completions", "--help"],
        vec!["mcp", "--help"],
        vec!["doctor", "--help"],
        vec!["explain", "--help"],
        vec!["backup", "--help"],
        vec!["restore", "--help"],
    ]) {
        let ran = Ran::of(&mut program(&arguments)).ended(0);
        assert!(ran.out.contains("Examples:\n  reuse-surface "), "{arguments:?}: {}", ran.out);
        assert_eq!(ran.err, "");
    }
}
