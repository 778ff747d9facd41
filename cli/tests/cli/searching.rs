//! `hub search`.

use crate::support::{Answer, Hub, Ran, problem};
use serde_json::{Value, json};

fn capability(number: usize) -> Value {
    json!({
        "id": format!("capability.n{number}"), "source_repo": "state-hub", "domain": "infotech", "title": format!("N {number}"),
        "summary": "Says\n\"hello\"", "x_new_field": "kept",
    })
}

fn page(numbers: std::ops::Range<usize>, total: usize, next: Option<&str>) -> Answer {
    let shown = numbers.len();
    Answer::json(
        200,
        &json!({
            "revision": 7, "total": total, "shown": shown, "complete": shown == total, "truncated": false, "next": next,
            "capabilities": numbers.map(capability).collect::<Vec<_>>(),
        }),
    )
}

#[test]
fn sends_words_and_filters_and_says_what_is_left() {
    let hub = Hub::answering([page(0..2, 134, Some("1.7.0.4.1.a"))]);
    let arguments = ["hub", "search", "shared", "state & more", "--domain", "d", "--repo", "r", "--status", "beta"];
    let rest = ["--tag", "a b", "--limit", "2", "--fields", "*"];
    let ran = Ran::against(&hub.url(), &[&arguments[..], &rest].concat()).ended(0);
    assert_eq!(
        ran.out,
        "ID             REPO       NAME  SUMMARY\n\
         capability.n0  state-hub  N 0   Says \"hello\"\n\
         capability.n1  state-hub  N 1   Says \"hello\"\n"
    );
    assert_eq!(ran.err, "2 of 134 shown: more with --all, a higher --limit, or --cursor 1.7.0.4.1.a\n");
    assert_eq!(
        hub.asked()[0].line,
        "GET /v1/capabilities?q=shared+state+%26+more&domain=d&repo=r&status=beta&tag=a+b&fields=*&limit=2"
    );
}

#[test]
fn all_follows_every_page_and_prints_the_hubs_own_objects() {
    let hub = Hub::answering([page(0..200, 203, Some("c 1")), page(200..203, 203, None)]);
    let ran = Ran::against(&hub.url(), &["hub", "search", "--all", "-o", "json"]).ended(0);
    let value = ran.json();
    let keys: Vec<&String> = value.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["revision", "total", "shown", "complete", "truncated", "next", "capabilities"]);
    assert_eq!((&value["shown"], &value["complete"], &value["next"]), (&json!(203), &json!(true), &Value::Null));
    assert_eq!(value["capabilities"][202], capability(202));
    assert_eq!(ran.err, "");
    let asked = hub.asked();
    assert_eq!(asked[0].line, "GET /v1/capabilities?limit=200");
    assert_eq!(asked[1].line, "GET /v1/capabilities?limit=200&cursor=c+1");
}

#[test]
fn a_budget_reads_one_page_and_a_cursor_goes_on() {
    let hub = Hub::answering([page(3..5, 9, Some("on"))]);
    let ran = Ran::against(
        &hub.url(),
        &["hub", "search", "n", "--budget-tokens", "300", "--cursor", "1.x", "-o", "json", "--limit", "50"],
    )
    .ended(0);
    assert_eq!((&ran.json()["shown"], &ran.json()["next"]), (&json!(2), &json!("on")));
    assert_eq!(hub.asked()[0].line, "GET /v1/capabilities?q=n&limit=50&cursor=1.x&budget_tokens=300");
}

#[test]
fn nothing_found_is_no_error_and_a_refusal_is_one() {
    let gone = problem(410, "revision-gone", "Begin again.");
    let hub = Hub::answering([page(0..0, 0, None), page(0..0, 4, Some("again")), gone]);
    let ran = Ran::against(&hub.url(), &["hub", "search", "x"]).ended(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "no capability matches\n"));
    Ran::against(&hub.url(), &["hub", "search", "x", "--all"]).ended(0);
    let ran = Ran::against(&hub.url(), &["hub", "search", "x", "--cursor", "1.1"]).ended(1);
    assert!(ran.err.contains("Begin again (410 revision-gone)") && ran.err.contains("without --cursor"), "{ran:?}");
    hub.asked();
    for refused in [&["--all", "--limit", "3"][..], &["--all", "--budget-tokens", "3"], &["--limit", "0"]] {
        Ran::against("http://127.0.0.1:9", &[&["hub", "search"][..], refused].concat()).ended(2);
    }
}
