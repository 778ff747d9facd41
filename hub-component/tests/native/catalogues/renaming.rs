//! A repository keeps its history under a new name, and is found under the old one.

use super::*;
use crate::tokens;

#[tokio::test]
async fn a_rename_keeps_history_webhook_and_the_old_name() {
    let hub = with_repos(&["a", "b"]).await;
    let (_, hook) = hub.ask(Method::POST, "/v1/repos/a/hook", Value::Null).await;
    assert!(hook["secret"].is_string(), "{hook}");
    let before = hub.get("/v1/repos/a").await;
    let revision = hub.get("/v1/federated?format=json").await["revision"].as_u64().expect("a revision");
    list(&hub, &[repo(1, "Alpha", 1), repo(2, "b", 1)]);
    publish(&hub, "Alpha", 2);
    later(&hub).await;

    assert_eq!(repos_of(&hub).await, ["alpha", "b"]);
    let after = hub.get("/v1/repos/alpha").await;
    for member in ["registered_at", "registered_by", "domain"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!((&after["url"], &after["status"]["state"]), (&json!(raw("Alpha")), &json!("fresh")), "{after}");
    assert_eq!(hub.number("SELECT count(*) FROM hooks WHERE repo = 'alpha'"), 1);
    assert_eq!(published(&hub).await, ["alpha", "b"]);

    let (code, headers, _) = hub.read("/v1/repos/a", &[]).await;
    assert_eq!((code, headers["location"].to_str().ok()), (StatusCode::PERMANENT_REDIRECT, Some("/v1/repos/alpha")));
    let narrowed = hub.get("/v1/federated?format=json&repo=a").await;
    assert_eq!(narrowed["sources"][0]["repo"], "alpha", "{narrowed}");
    let found = hub.get("/v1/capabilities?repo=a").await;
    assert_eq!((&found["total"], &found["capabilities"][0]["source_repo"]), (&json!(2), &json!("alpha")), "{found}");
    // An old revision has the old name.
    let past = hub.get(&format!("/v1/federated?format=json&revision={revision}&repo=a")).await;
    assert_eq!(past["sources"][0]["repo"], "a", "{past}");
    for name in ["a", "alpha"] {
        let events = hub.get(&format!("/v1/events?repo={name}")).await;
        let actions: Vec<&Value> =
            events["events"].as_array().expect("events").iter().map(|event| &event["action"]).collect();
        assert!(actions.contains(&&json!("register")) && actions.contains(&&json!("rename")), "{name}: {events}");
    }
    let steps = hub.get(&format!("/v1/changes?since={revision}")).await;
    assert!(steps.to_string().contains("\"alpha\"") && steps.to_string().contains("\"a\""), "{steps}");
}

#[tokio::test]
async fn two_repositories_may_exchange_their_names() {
    let hub = with_repos(&["a", "b", "c"]).await;
    // x was called a before, so that a former name is followed through the swap.
    list(&hub, &[repo(1, "b", 2), repo(2, "a", 2), repo(3, "c", 1)]);
    hub.sources().set(&raw("b"), index("one", 3, 0));
    hub.sources().set(&raw("a"), index("two", 4, 0));
    later(&hub).await;
    let count = |repo: Value| repo["status"]["capability_count"].clone();
    assert_eq!(repos_of(&hub).await, ["a", "b", "c"]);
    assert_eq!((count(hub.get("/v1/repos/a").await), count(hub.get("/v1/repos/b").await)), (json!(4), json!(3)));
    assert_eq!(hub.number("SELECT count(*) FROM former_repos"), 0, "both names are taken");
    assert_eq!(hub.number("SELECT count(*) FROM catalogue_members WHERE id = '1' AND repo = 'b'"), 1);
}

#[tokio::test]
async fn former_names_lead_to_the_newest_and_end_when_somebody_takes_them() {
    let hub = with_repos(&["a"]).await;
    for name in ["b", "c"] {
        list(&hub, &[repo(1, name, 1)]);
        publish(&hub, name, 2);
        later(&hub).await;
    }
    for name in ["a", "b"] {
        let (_, headers, _) = hub.read(&format!("/v1/repos/{name}"), &[]).await;
        assert_eq!(headers["location"], "/v1/repos/c", "{name}");
    }
    hub.register("a", index("other", 1, 0)).await;
    assert_eq!(hub.get("/v1/repos/a").await["registered_by"], "bootstrap");
    let narrowed = hub.get("/v1/federated?format=json&repo=a").await;
    assert_eq!(narrowed["sources"][0]["repo"], "a", "{narrowed}");
    // The repo that its name leads to is gone.
    hub.ask(Method::DELETE, "/v1/repos/c", Value::Null).await;
    let (code, gone) = hub.ask(Method::GET, "/v1/repos/b", Value::Null).await;
    assert_eq!(code, StatusCode::GONE);
    assert!(
        gone["detail"].as_str().is_some_and(|detail| detail.contains("renamed") && detail.contains("`c`")),
        "{gone}"
    );
}

#[tokio::test]
async fn a_name_that_somebody_has_is_left_to_them() {
    let hub = with_repos(&["a"]).await;
    hub.register("taken", index("hand", 1, 0)).await;
    list(&hub, &[repo(1, "Taken", 1), repo(2, "TAKEN", 1)]);
    publish(&hub, "Taken", 2);
    publish(&hub, "TAKEN", 2);
    later(&hub).await;
    assert_eq!(repos_of(&hub).await, ["a", "taken"], "it keeps its old name");
    assert_eq!(hub.get("/v1/repos/a").await["url"], raw("Taken"));
    assert_eq!(hub.get("/v1/repos/taken").await["registered_by"], "bootstrap");
    assert_eq!(status(&hub).await["skipped"], json!([{"name": "TAKEN", "reason": "taken"}]));
}

#[tokio::test]
async fn renamed_and_archived_at_once_is_archived() {
    let hub = with_repos(&["a", "b"]).await;
    list(&hub, &[with(repo(1, "z", 1), "archived", json!(true)), repo(2, "b", 1)]);
    later(&hub).await;
    assert_eq!(repos_of(&hub).await, ["b"]);
    assert_eq!(hub.ask(Method::GET, "/v1/repos/a", Value::Null).await.0, StatusCode::GONE);
    assert_eq!(hub.ask(Method::GET, "/v1/repos/z", Value::Null).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whatever_is_asked_of_a_former_name_leads_to_the_new_one() {
    let hub = with_repos(&["a", "b"]).await;
    let old = tokens::create(&hub, json!({"name": "old", "scopes": ["repos:write:a"]})).await;
    let new = tokens::create(&hub, json!({"name": "new", "scopes": ["repos:write:alpha"]})).await;
    let other = tokens::create(&hub, json!({"name": "other", "scopes": ["repos:write:b"]})).await;
    list(&hub, &[repo(1, "Alpha", 1), repo(2, "b", 1)]);
    publish(&hub, "Alpha", 2);
    later(&hub).await;
    let (code, headers, _) = hub.read("/repos/a", &[]).await;
    assert_eq!(
        (code, &headers["location"]),
        (StatusCode::PERMANENT_REDIRECT, &"/repos/alpha".parse().expect("a value"))
    );
    let digest = format!("?digest=sha256:{}", "0".repeat(64));
    for (method, path, query) in [
        (Method::POST, "/refresh", ""),
        (Method::POST, "/release", &digest),
        (Method::POST, "/hook", ""),
        (Method::DELETE, "/hook", ""),
        (Method::PATCH, "", ""),
        (Method::DELETE, "", ""),
    ] {
        let at = |repo: &str| format!("/v1/repos/{repo}{path}{query}");
        let ask = |secret: Option<String>| {
            let request = http::Request::builder().method(method.clone()).uri(at("a"));
            let request = request.header("content-type", "application/json");
            let request = match secret {
                Some(secret) => request.header("authorization", format!("Bearer {secret}")),
                None => request,
            };
            hub.send(request.body("{}".into()).expect("a request"))
        };
        let led = ask(Some(new.clone())).await;
        let location = led.headers().get("location").and_then(|there| there.to_str().ok());
        assert_eq!(
            (led.status(), location),
            (StatusCode::PERMANENT_REDIRECT, Some(at("alpha").as_str())),
            "{method} {path}"
        );
        assert_eq!(led.headers()["cache-control"], "no-cache");
        for (secret, expected) in [(None, 401), (Some(other.clone()), 403), (Some(old.clone()), 404)] {
            let answer = ask(secret).await;
            assert_eq!(
                (answer.status().as_u16(), answer.headers().get("location")),
                (expected, None),
                "{method} {path}"
            );
        }
    }
    // An unknown name leads nowhere, and one that is gone says so.
    assert_eq!(hub.ask(Method::POST, "/v1/repos/x/refresh", Value::Null).await.0, StatusCode::NOT_FOUND);
    hub.ask(Method::DELETE, "/v1/repos/alpha", Value::Null).await;
    let (code, gone) = hub.ask(Method::PATCH, "/v1/repos/a", json!({})).await;
    assert_eq!((code, &gone["code"]), (StatusCode::GONE, &json!("repo-gone")), "{gone}");
}

#[tokio::test]
async fn history_and_check_know_former_names() {
    let hub = with_repos(&["a", "b"]).await;
    list(&hub, &[repo(1, "Alpha", 1), repo(2, "b", 1)]);
    publish(&hub, "Alpha", 2);
    later(&hub).await;
    let newest = hub.get("/v1/federated?format=json").await["revision"].as_u64().expect("a revision");
    let page = hub.text("/repos/alpha").await;
    assert!(newest > 1 && (1..=newest).all(|number| page.contains(&format!("/revisions/{number}\""))), "{page}");
    for name in ["a", "alpha"] {
        let check = http::Request::post(format!("/v1/check?repo={name}")).body(index("alpha", 3, 0).into());
        let response = hub.send(check.expect("a request")).await;
        let verdict: Value = serde_json::from_slice(response.body()).expect("a verdict");
        let would = &verdict["would"];
        assert_eq!((would["added"].as_array().map(Vec::len), &would["conflicts"]), (Some(1), &json!([])), "{verdict}");
    }
}
