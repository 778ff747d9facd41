//! Responses of a forge that fails, lies or is attacked: they have no effect.

use super::*;

/// The names of a catalogue of twelve.
const TWELVE: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

#[tokio::test]
async fn an_incomplete_listing_changes_nothing() {
    let hub = with_repos(&["a", "b"]).await;
    let next = format!("<{LISTING}&page=2>; rel=\"next\"");
    let elsewhere = "<https://evil.example.org/repos>; rel=\"next\"";
    let first = json!([repo(1, "a", 1)]).to_string();
    let nameless = json!([{"id": 1, "full_name": "acme/a"}]).to_string();
    let numberless = json!([with(repo(1, "a", 1), "id", Value::Null)]).to_string();
    let many = "[".to_owned() + &vec![r#"{"id":1,"name":"x","full_name":"a/x"}"#; 1_000_000].join(",") + "]";
    for (code, headers, body, reason) in [
        (200, &[("link", next.as_str())][..], first.as_str(), "http-status"),
        (200, &[("link", elsewhere)], &first, "listing-elsewhere"),
        (200, &[], "<!DOCTYPE html><title>Sign in</title>", "listing-unreadable"),
        (200, &[], "[{\"id\": 1", "listing-unreadable"),
        (200, &[], "{\"message\": \"Not Found\"}", "listing-unreadable"),
        (200, &[], &nameless, "listing-unreadable"),
        (200, &[], &numberless, "listing-unreadable"),
        (200, &[], &many, "listing-too-large"),
        (404, &[], "", "http-status"),
        (500, &[], "", "http-status"),
        (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")], "", "http-status"),
    ] {
        hub.sources().script(LISTING, code, headers, body);
        later(&hub).await;
        let seen = status(&hub).await;
        assert_eq!((&seen["state"], &seen["reason"]), (&json!("failing"), &json!(reason)), "{seen}");
        let said = seen["message"].as_str().expect("a message");
        assert!(!said.contains("index") && !said.contains("branch"), "{said}");
        assert_eq!(repos_of(&hub).await, ["a", "b"], "{reason}");
    }
    assert!(!hub.sources().urls().iter().any(|url| url.contains("evil")));
    list(&hub, &[repo(1, "a", 1), repo(2, "b", 1)]);
    later(&hub).await;
    assert_eq!(status(&hub).await["state"], "fresh");
}

#[tokio::test]
async fn a_forge_that_wants_peace_gets_it() {
    let hub = with_repos(&["a"]).await;
    hub.sources().script(LISTING, 429, &[("retry-after", "3000")], "");
    later(&hub).await;
    hub.sources().urls();
    for _ in 0..5 {
        hub.pass(500);
        compose(&hub).await;
        assert!(!hub.sources().urls().contains(&LISTING.to_owned()));
    }
    hub.pass(1000);
    compose(&hub).await;
    assert!(hub.sources().urls().contains(&LISTING.to_owned()));
}

#[tokio::test]
async fn a_host_that_wants_peace_is_not_looked_at() {
    let hub = forge();
    list(&hub, &(0..30).map(|id| repo(id, &format!("r{id}"), 1)).collect::<Vec<_>>());
    for id in 0..30 {
        hub.sources().script(&raw(&format!("r{id}")), 429, &[("retry-after", "600")], "");
    }
    create(&hub, acme()).await;
    let looked = |urls: Vec<String>| urls.iter().filter(|url| url.contains("/raw/")).count();
    let first = looked(hub.sources().urls());
    assert!((1..=4).contains(&first), "{first}");
    for _ in 0..5 {
        hub.pass(60);
        compose(&hub).await;
    }
    assert_eq!(looked(hub.sources().urls()), 0);
    for id in 0..30 {
        hub.sources().remove(&raw(&format!("r{id}")));
    }
    hub.pass(400);
    compose(&hub).await;
    assert_eq!((looked(hub.sources().urls()), status(&hub).await["others"]["waiting"].clone()), (30, json!(0)));
}

#[tokio::test]
async fn a_listing_that_lost_half_is_held_until_a_day_or_a_release() {
    let hub = with_repos(&TWELVE).await;
    let half = || TWELVE.iter().zip(1..).take(5).map(|(name, id)| repo(id, name, 1)).collect::<Vec<_>>();
    list(&hub, &half());
    later(&hub).await;
    let seen = status(&hub).await;
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("held"), &json!("listing-shrunk")), "{seen}");
    assert_eq!(repos_of(&hub).await.len(), 12);
    hub.pass(DAY);
    compose(&hub).await;
    assert_eq!(repos_of(&hub).await.len(), 5, "after a day");

    let hub = with_repos(&TWELVE).await;
    list(&hub, &half());
    later(&hub).await;
    let (code, answer) = hub.ask(Method::POST, "/v1/catalogues/acme/release", Value::Null).await;
    assert_eq!(code, StatusCode::OK, "{answer}");
    hub.settle().await;
    assert_eq!(repos_of(&hub).await.len(), 5);
    let (code, problem) = hub.ask(Method::POST, "/v1/catalogues/acme/release", Value::Null).await;
    assert_eq!((code, &problem["code"]), (StatusCode::CONFLICT, &json!("no-listing-held")));
    // Only what was seen can be released.
    let hub = with_repos(&TWELVE).await;
    list(&hub, &half());
    later(&hub).await;
    list(&hub, &half()[..2]);
    hub.ask(Method::POST, "/v1/catalogues/acme/release", Value::Null).await;
    hub.settle().await;
    assert_eq!((repos_of(&hub).await.len(), status(&hub).await["state"].clone()), (12, json!("held")));
}

#[tokio::test]
async fn registrations_are_counted_whatever_takes_them_away() {
    for (member, value) in [("archived", json!(true)), ("private", json!(true)), ("empty", json!(true))] {
        let hub = with_repos(&TWELVE).await;
        let all = TWELVE.iter().zip(1..).map(|(name, id)| repo(id, name, 1));
        list(&hub, &all.map(|repo| with(repo, member, value.clone())).collect::<Vec<_>>());
        later(&hub).await;
        assert_eq!((repos_of(&hub).await.len(), status(&hub).await["state"].clone()), (12, json!("held")), "{member}");
        hub.ask(Method::POST, "/v1/catalogues/acme/release", Value::Null).await;
        hub.settle().await;
        assert_eq!((repos_of(&hub).await.len(), status(&hub).await["state"].clone()), (0, json!("fresh")), "{member}");
    }
    // Thirty repositories without an index outnumber those with one.
    let hub = forge();
    let without: Vec<Value> = (100..130).map(|id| repo(id, &format!("r{id}"), 1)).collect();
    let all: Vec<Value> = TWELVE.iter().zip(1..).map(|(name, id)| repo(id, name, 1)).chain(without.clone()).collect();
    list(&hub, &all);
    TWELVE.iter().for_each(|name| publish(&hub, name, 2));
    create(&hub, acme()).await;
    list(&hub, &without);
    later(&hub).await;
    assert_eq!((repos_of(&hub).await.len(), status(&hub).await["state"].clone()), (12, json!("held")));
}

#[tokio::test]
async fn a_stranger_under_the_name_of_an_organisation_waits_for_a_release() {
    let hub = with_repos(&["a", "b"]).await;
    let stranger = |id: u64, name: &str| with(repo(id, name, 1), "owner", json!({"id": 8, "login": "acme"}));
    // The organisation is emptied first, which is accepted after a day.
    list(&hub, &[]);
    later(&hub).await;
    assert_eq!((&status(&hub).await["reason"], repos_of(&hub).await.len()), (&json!("listing-shrunk"), 2));
    list(&hub, &[stranger(11, "a"), stranger(12, "b")]);
    for _ in 0..4 {
        hub.pass(DAY);
        compose(&hub).await;
        let seen = status(&hub).await;
        assert_eq!((&seen["state"], &seen["reason"]), (&json!("held"), &json!("owner-changed")), "{seen}");
        assert_eq!(hub.number("SELECT count(*) FROM catalogue_members WHERE id IN ('1', '2')"), 2);
    }
    hub.ask(Method::POST, "/v1/catalogues/acme/release", Value::Null).await;
    hub.settle().await;
    assert_eq!(status(&hub).await["state"], "fresh");
    assert_eq!(hub.number("SELECT count(*) FROM catalogue_members WHERE id IN ('11', '12')"), 2);
    // Even if there is nothing left to lose: the released owner is pinned from then on.
    list(&hub, &[]);
    later(&hub).await;
    hub.pass(DAY);
    compose(&hub).await;
    assert_eq!(repos_of(&hub).await, [""; 0]);
    list(&hub, &[repo(1, "a", 1), repo(2, "b", 1)]);
    hub.pass(DAY);
    compose(&hub).await;
    assert_eq!((&status(&hub).await["reason"], repos_of(&hub).await.len()), (&json!("owner-changed"), 0));
    // Whoever sets another address has checked who is there.
    let (code, _) = hub.ask(Method::PATCH, "/v1/catalogues/acme", json!({"url": "https://codeberg.org/acme/"})).await;
    assert_eq!(code, StatusCode::OK);
    hub.settle().await;
    assert_eq!(repos_of(&hub).await, ["a", "b"]);
}

#[tokio::test]
async fn names_that_are_no_names_are_skipped_and_said() {
    let hub = forge();
    let long = "x".repeat(300);
    let names = ["a/../../b", "c\u{0}d", "..", &long, "\u{202e}evil", ".github"];
    let mut repos: Vec<Value> = (10..).zip(names).map(|(id, name)| repo(id, name, 1)).collect();
    repos.extend([repo(1, "good", 1), repo(2, "GOOD", 1)]);
    list(&hub, &repos);
    publish(&hub, "good", 1);
    publish(&hub, "GOOD", 1);
    create(&hub, acme()).await;
    compose(&hub).await;
    assert_eq!(repos_of(&hub).await, ["good"]);
    let seen = status(&hub).await;
    assert_eq!((&seen["others"]["skipped"], seen["skipped"].as_array().map(Vec::len)), (&json!(7), Some(7)), "{seen}");
    assert!(hub.sources().urls().iter().all(|url| url.starts_with("https://codeberg.org/acme/") || url == LISTING));
}

#[tokio::test]
async fn a_listing_of_several_pages_loses_a_repository_only_twice() {
    let hub = with_repos(&["a", "b", "c"]).await;
    let second = format!("{LISTING}&page=2");
    let next = format!("<{second}>; rel=\"next\"");
    hub.sources().script(LISTING, 200, &[("link", &next)], &json!([repo(1, "a", 1)]).to_string());
    hub.sources().script(&second, 200, &[], &json!([repo(2, "b", 1)]).to_string());
    later(&hub).await;
    assert_eq!(repos_of(&hub).await, ["a", "b", "c"], "it may have been between the pages");
    later(&hub).await;
    assert_eq!(repos_of(&hub).await, ["a", "b"]);
}

#[tokio::test]
async fn a_catalogue_that_is_deleted_while_it_is_read_leaves_nothing() {
    let hub = forge();
    list(&hub, &[repo(1, "a", 1)]);
    publish(&hub, "a", 1);
    hub.sources().hang("codeberg.org");
    begin_to_create(&hub, acme()).await;
    assert_eq!(hub.sources().urls(), [LISTING]);
    let deleted = hub.ask_without_settling("t", Method::DELETE, "/v1/catalogues/acme", &Value::Null).await;
    assert_eq!(deleted.0, StatusCode::NO_CONTENT);
    hub.sources().recover();
    hub.settle().await;
    assert_eq!(hub.number("SELECT (SELECT count(*) FROM catalogue_members) + (SELECT count(*) FROM registrations)"), 0);
    assert_eq!(hub.ask(Method::GET, "/v1/catalogues/acme", Value::Null).await.0, StatusCode::NOT_FOUND);
}
