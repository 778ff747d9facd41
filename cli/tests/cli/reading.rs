//! `hub status`, `hub list`, `hub show`.

use crate::support::{Answer, Hub, Ran, page, registration};
use serde_json::{Map, Value, json};

fn health(status: &str) -> Answer {
    Answer::json(200, &json!({ "status": status, "version": "0.1.0", "revision": 4 }))
}

#[test]
fn list_follows_every_page_and_prints_the_hubs_own_objects() {
    let (a, b, c) = (registration("a", "fresh"), registration("b", "stale"), registration("c", "pending"));
    let hub =
        Hub::answering([page(&[a.clone(), b.clone()], 3, Some("n/2 &")), page(std::slice::from_ref(&c), 3, None)]);
    let ran = Ran::against(&hub.url(), &["hub", "list", "-o", "json"]).ended(0);
    assert_eq!(ran.json(), json!({ "repos": [a, b, c], "total": 3, "next": null }));
    assert!(ran.out.starts_with("{\n  \"repos\": [\n    {\n      \"repo\": \"a\"") && ran.out.ends_with("}\n"));
    assert_eq!(ran.err, "");
    let asked = hub.asked();
    assert_eq!(asked[0].line, "GET /v1/repos?limit=1000");
    assert_eq!(asked[1].line, "GET /v1/repos?limit=1000&cursor=n%2F2+%26");
}

#[test]
fn list_sends_its_filters_and_stops_at_the_limit() {
    let hub = Hub::answering([page(&[registration("a", "stale")], 7, Some("more"))]);
    let arguments = ["hub", "list", "--domain", "d", "--state", "stale", "--enabled", "true", "-q", "two words"];
    let ran = Ran::against(&hub.url(), &[&arguments[..], &["--limit", "1"]].concat()).ended(0);
    assert_eq!(ran.out.lines().count(), 2, "{ran:?}");
    assert!(ran.err.contains("1 of 7 shown"), "{ran:?}");
    assert_eq!(hub.asked()[0].line, "GET /v1/repos?domain=d&enabled=true&state=stale&q=two+words&limit=1");
}

#[test]
fn list_ends_when_a_hub_promises_more_and_sends_nothing() {
    let hub = Hub::answering([page(&[], 0, Some("again"))]);
    let ran = Ran::against(&hub.url(), &["hub", "list"]).ended(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "no registration matches\n"));
}

#[test]
fn list_shows_a_table_that_is_aligned() {
    let hub = Hub::answering([page(&[registration("a", "fresh"), registration("longer", "failed")], 2, None)]);
    let ran = Ran::against(&hub.url(), &["hub", "list"]).ended(0);
    assert_eq!(
        ran.out,
        "REPO    DOMAIN    STATE   CAPABILITIES  REQUIRED  VERIFIED              REASON\n\
         a       registry  fresh   3             no        2026-11-23T10:00:00Z  -\n\
         longer  registry  failed  0             no        -                     schema-type\n"
    );
}

#[test]
fn reads_do_not_send_the_token() {
    let hub = Hub::answering([page(&[], 0, None)]);
    Ran::against(&hub.url(), &["hub", "list"]).ended(0);
    let asked = hub.asked();
    assert_eq!(asked[0].header("authorization"), None);
    assert_eq!(asked[0].header("user-agent"), Some(concat!("reuse-surface/", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn show_prints_the_hubs_object_and_for_people_the_etag_too() {
    let a = registration("a", "failed");
    let answer = || Answer::with(200, "content-type: application/json\r\netag: \"v7\"\r\n", &a.to_string());
    let hub = Hub::answering([answer(), answer()]);
    assert_eq!(Ran::against(&hub.url(), &["hub", "show", "--repo", "a", "-o", "json"]).ended(0).json(), a);
    let ran = Ran::against(&hub.url(), &["hub", "show", "--repo", "a"]).ended(0);
    for line in
        ["repo           a", "state          failed", "readers        contributes nothing", "etag           \"v7\""]
    {
        assert!(ran.out.lines().any(|it| it == line), "{line} in {}", ran.out);
    }
    let place = "diagnostics\n  7:9 schema-type at /capabilities/0/id: no string\n    |   - id: 7\n    |         ^\n";
    assert!(ran.out.ends_with(place), "{}", ran.out);
    assert_eq!(hub.asked()[0].line, "GET /v1/repos/a");
}

#[test]
fn show_follows_a_registration_to_its_new_name_once() {
    let moved = |to: &str| Answer::with(308, &format!("location: {to}\r\n"), "");
    let hub = Hub::answering([moved("/v1/repos/b"), Answer::json(200, &registration("b", "fresh"))]);
    assert_eq!(Ran::against(&hub.url(), &["hub", "show", "--repo", "a", "-o", "json"]).ended(0).json()["repo"], "b");
    assert_eq!(hub.asked()[1].line, "GET /v1/repos/b");
    let hub = Hub::answering([moved("/v1/repos/b"), moved("/v1/repos/a")]);
    Ran::against(&hub.url(), &["hub", "show", "--repo", "a"]).ended(3);
    assert_eq!(hub.asked().len(), 2);
}

#[test]
fn names_stay_one_segment_of_the_path() {
    let hub = Hub::answering([Answer::json(200, &registration("x", "fresh"))]);
    Ran::against(&format!("{}/prefix/", hub.url()), &["hub", "show", "--repo", "../health?x"]).ended(0);
    assert_eq!(hub.asked()[0].line, "GET /prefix/v1/repos/..%2Fhealth%3Fx");
}

/// A hub's responses for `hub status`: its health, how many registrations are in each state, and those of each state but `fresh`.
fn status_of(health: Answer, repos: &[Value]) -> Vec<Answer> {
    let of = |state: &str| repos.iter().filter(|repo| repo["status"]["state"] == state).cloned().collect::<Vec<_>>();
    let lists = ["pending", "fresh", "stale", "held", "failed", "disabled"].map(|state| (state, of(state)));
    let lists: Vec<_> = lists.into_iter().filter(|(_, repos)| !repos.is_empty()).collect();
    let states: Map<String, Value> =
        lists.iter().map(|(state, repos)| ((*state).to_owned(), repos.len().into())).collect();
    let first = json!({ "repos": &repos[..repos.len().min(1)], "total": repos.len(), "states": states, "next": null });
    let lists = lists.iter().filter(|(state, _)| *state != "fresh").map(|(_, repos)| page(repos, repos.len(), None));
    [health, Answer::json(200, &first)].into_iter().chain(lists).collect()
}

#[test]
fn status_counts_states_and_says_what_readers_see() {
    let states = ["fresh", "fresh", "stale", "failed", "held", "pending", "disabled"];
    let repos: Vec<_> = states.iter().enumerate().map(|(n, state)| registration(&format!("r{n}"), state)).collect();
    let hub = Hub::answering(status_of(health("ok"), &repos));
    let ran = Ran::against(&hub.url(), &["hub", "status"]).ended(0);
    for expected in [
        "sources   7: 1 pending, 2 fresh, 1 stale, 1 held, 1 failed, 1 disabled\n",
        "\nstale  r2\n  http-status: the server answered 404\n  since 2026-11-24T09:00:00Z; \
         readers see the accepted snapshot of 2026-11-23T10:00:00Z\n",
        "\nfailed  r3\n  schema-type: the index is not valid\n  7:9 schema-type at /capabilities/0/id: no string\n  \
         since 2026-11-24T09:00:00Z; contributes nothing\n",
        "\npending  r5\n  contributes nothing\n",
    ] {
        assert!(ran.out.contains(expected), "{expected} in {}", ran.out);
    }
    assert!(!ran.out.contains("r0") && !ran.out.contains("r6"), "{}", ran.out);
    let lines: Vec<String> = hub.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines[0], "GET /health");
    // Of the fresh ones, which are most of them, only the number is read.
    assert_eq!(lines[1], "GET /v1/repos?limit=1");
    assert!(lines.contains(&"GET /v1/repos?state=stale&limit=1000".to_owned()), "{lines:?}");
}

#[test]
fn status_of_a_hub_where_all_is_well_is_two_requests() {
    let repos = ["a", "b"].map(|repo| registration(repo, "fresh"));
    let hub = Hub::answering(status_of(health("ok"), &repos));
    assert!(Ran::against(&hub.url(), &["hub", "status"]).ended(0).out.contains("sources   2: 2 fresh\n"));
    assert_eq!(hub.asked().len(), 2);
}

#[test]
fn status_of_a_hub_that_does_not_count_states_lists_them() {
    let one = page(&[registration("a", "fresh")], 2, None);
    let lists = [0, 1, 0, 0, 0].map(|count| page(&vec![registration("b", "stale"); count], count, None));
    let hub = Hub::answering([health("ok"), one].into_iter().chain(lists));
    let ran = Ran::against(&hub.url(), &["hub", "status"]).ended(0);
    assert!(ran.out.contains("sources   2\n") && ran.out.contains("\nstale  b\n"), "{}", ran.out);
    assert_eq!(hub.asked().len(), 7);
}

#[test]
fn status_says_no_when_a_required_source_is_not_fresh() {
    for state in ["stale", "held", "failed", "pending", "disabled"] {
        let mut required = registration("core", state);
        required["required"] = true.into();
        let hub = Hub::answering(status_of(health("ok"), &[required, registration("b", "fresh")]));
        let ran = Ran::against(&hub.url(), &["hub", "status", "-o", "json"]).ended(1);
        let value = ran.json();
        assert_eq!(value["required_not_fresh"], json!(["core"]));
        assert_eq!(value["not_fresh"][0]["x_new_field"], "kept");
        assert_eq!(value["states"], json!({ state: 1, "fresh": 1 }));
        assert!(ran.err.contains("error: a required source is not fresh\n  core\nhint: "), "{ran:?}");
    }
}

#[test]
fn status_says_no_when_the_hub_does() {
    let hub = Hub::answering(status_of(health("degraded"), &[]));
    assert!(Ran::against(&hub.url(), &["hub", "status"]).ended(1).err.contains("`degraded`"));
}
