//! Within one time to live, the hub has what a forge lists.

use super::*;
use crate::hooks;

#[tokio::test]
async fn repositories_with_an_index_appear_and_others_do_not() {
    let hub = forge();
    list(
        &hub,
        &[
            repo(1, "Lease-Hub", 1),
            repo(2, "website", 1),
            with(repo(3, "old", 1), "archived", json!(true)),
            with(repo(4, "upstream", 1), "fork", json!(true)),
            with(repo(5, "secret", 1), "private", json!(true)),
            with(repo(6, "new", 1), "empty", json!(true)),
        ],
    );
    for name in ["Lease-Hub", "old", "upstream", "secret", "new"] {
        publish(&hub, name, 1);
    }
    create(&hub, acme()).await;
    assert_eq!(hub.sources().urls(), [LISTING, &raw("Lease-Hub"), &raw("website")], "the others cannot be registered");
    compose(&hub).await;
    let registered = hub.get("/v1/repos/lease-hub").await;
    assert_eq!(
        (&registered["registered_by"], &registered["url"]),
        (&json!("catalogue:acme"), &json!(raw("Lease-Hub")))
    );
    assert_eq!(published(&hub).await, ["lease-hub"]);
    let seen = status(&hub).await;
    assert_eq!((&seen["state"], &seen["registered"]), (&json!("fresh"), &json!(1)), "{seen}");
    let others = json!({"waiting": 0, "no_index": 1, "archived": 1, "private": 1, "empty": 1, "fork": 1, "skipped": 0});
    assert_eq!(seen["others"], others);

    // A push, a new repository, and an unchanged one: one listing, two looks for an index, and the conditional request for the registered one.
    list(&hub, &[repo(1, "Lease-Hub", 1), repo(2, "website", 2), repo(7, "fresh", 1)]);
    publish(&hub, "website", 1);
    publish(&hub, "fresh", 1);
    hub.sources().urls();
    hub.pass(TTL + TTL / 5);
    hub.get("/v1/federated").await;
    hub.settle().await;
    let mut asked = hub.sources().urls();
    assert_eq!(asked.remove(0), LISTING, "a read causes it");
    asked.sort_unstable();
    let mut expected = vec![raw("Lease-Hub"), raw("fresh"), raw("fresh"), raw("website"), raw("website")];
    expected.sort_unstable();
    assert_eq!(asked, expected, "once to see whether it is there, once as a source");
    assert_eq!(published(&hub).await, ["fresh", "lease-hub", "website"]);
    let (_, listed) = hub.ask(Method::GET, "/v1/events?action=register&actor=catalogue:acme", Value::Null).await;
    assert_eq!(listed["events"].as_array().map(Vec::len), Some(3), "{listed}");
}

#[tokio::test]
async fn what_a_catalogue_ends_is_taken_from_an_upstream_that_has_it() {
    let upstream = Hub::new();
    let upstream = upstream.at(hub_component::hub::Setting {
        public_url: "https://up.example.org".to_owned(),
        ..hub_component::hub::Setting::default()
    });
    for repo in ["docs", "hub"] {
        upstream.register(repo, index("there", 1, 0)).await;
    }
    let hub = with_repos(&["docs", "hub"]).await;
    hub.sources().is_hub("up.example.org", &upstream);
    let (code, answer) = hub.ask(Method::PUT, "/v1/upstreams/up", json!({"url": "https://up.example.org"})).await;
    assert_eq!(code, StatusCode::CREATED, "{answer}");
    hub.settle().await;
    assert_eq!(hub.get("/v1/repos/docs").await["registered_by"], "catalogue:acme");
    list(&hub, &[repo(2, "hub", 1)]);
    later(&hub).await;
    assert_eq!(hub.get("/v1/repos/docs").await["registered_by"], "upstream:up");
    assert_eq!(hub.get("/v1/repos/hub").await["registered_by"], "catalogue:acme");
    assert_eq!(published(&hub).await, ["docs", "hub"]);
}

#[tokio::test]
async fn nothing_new_costs_one_request() {
    let hub = forge();
    list(&hub, &[repo(1, "website", 1), repo(2, "docs", 1)]);
    create(&hub, acme()).await;
    hub.sources().urls();
    later(&hub).await;
    assert_eq!(hub.sources().urls(), [LISTING]);
    // And no request before its time.
    compose(&hub).await;
    assert_eq!(hub.sources().urls(), [""; 0]);
}

#[tokio::test]
async fn a_push_makes_the_source_due_at_once() {
    let hub = with_repos(&["a"]).await;
    assert_eq!(hub.ask(Method::PATCH, "/v1/repos/a", json!({"cache_ttl_seconds": 604_800})).await.0, StatusCode::OK);
    hub.pass(TTL + TTL / 5);
    hub.change("UPDATE source_state SET next_check_at = 1900000000");
    list(&hub, &[repo(1, "a", 2)]);
    publish(&hub, "a", 5);
    compose(&hub).await;
    assert_eq!(hub.get("/v1/repos/a").await["status"]["capability_count"], 5);
}

#[tokio::test]
async fn where_a_webhook_announces_pushes_a_listing_does_not() {
    let hub = with_repos(&["a"]).await;
    let (_, hook) = hub.ask(Method::POST, "/v1/repos/a/hook", Value::Null).await;
    publish(&hub, "a", 3);
    let mut pushed = hooks::push("registry/indexes/capabilities.yaml", "ab12");
    pushed["repository"] = json!({"full_name": "acme/a", "html_url": "https://codeberg.org/acme/a"});
    let body = pushed.to_string();
    let signed = hooks::signature(hook["secret"].as_str().expect("a secret"), &body);
    let headers = [("x-forgejo-event", "push"), ("x-forgejo-signature", signed.as_str())];
    let (_, received) = hooks::deliver(&hub, "forgejo", &headers, &body).await;
    assert_eq!(received["refreshed"], json!(["a"]), "{received}");
    hub.settle().await;
    hub.sources().urls();
    list(&hub, &[repo(1, "a", 2)]);
    later(&hub).await;
    assert_eq!(hub.sources().urls(), [LISTING]);
    assert_eq!(hub.get("/v1/repos/a").await["status"]["capability_count"], 3);
}

#[tokio::test]
async fn archived_and_vanished_repositories_leave_with_a_tombstone() {
    let hub = with_repos(&["a", "b", "c"]).await;
    list(&hub, &[repo(1, "a", 1), with(repo(2, "b", 1), "archived", json!(true))]);
    later(&hub).await;
    assert_eq!((repos_of(&hub).await, published(&hub).await), (vec!["a".to_owned()], vec!["a".to_owned()]));
    for (name, why) in [("b", "archived"), ("c", "does not list it")] {
        let (code, gone) = hub.ask(Method::GET, &format!("/v1/repos/{name}"), Value::Null).await;
        assert_eq!((code, &gone["code"]), (StatusCode::GONE, &json!("repo-gone")), "{gone}");
        assert!(gone["detail"].as_str().is_some_and(|detail| detail.contains(why)), "{gone}");
    }
    let events = hub.get("/v1/events?repo=c&action=deregister").await;
    let event = &events["events"][0];
    assert_eq!((&event["actor"], &event["after"]), (&json!("catalogue:acme"), &Value::Null), "{events}");
    assert!(event["revision"].is_u64(), "{events}");
    // It is back under its old name.
    list(&hub, &[repo(1, "a", 1), repo(2, "b", 1)]);
    later(&hub).await;
    assert_eq!(repos_of(&hub).await, ["a", "b"]);
    assert_eq!(hub.ask(Method::GET, "/v1/repos/b", Value::Null).await.0, StatusCode::OK);
    // Tombstones are pruned with the revisions that know the name.
    hub.change("UPDATE former_repos SET gone_at = 1000; DELETE FROM leases");
    compose(&hub).await;
    assert_eq!(hub.number("SELECT count(*) FROM former_repos"), 0);
}

#[tokio::test]
async fn an_index_that_is_missing_for_a_day_ends_its_registration() {
    let hub = with_repos(&["a", "b"]).await;
    hub.sources().remove(&raw("b"));
    list(&hub, &[repo(1, "a", 1), repo(2, "b", 2)]);
    later(&hub).await;
    later(&hub).await;
    assert_eq!(repos_of(&hub).await, ["a", "b"], "it may be an accident");
    for _ in 0..22 {
        later(&hub).await;
    }
    assert_eq!(repos_of(&hub).await, ["a"]);
    let (code, gone) = hub.ask(Method::GET, "/v1/repos/b", Value::Null).await;
    assert_eq!(code, StatusCode::GONE);
    assert!(gone["detail"].as_str().is_some_and(|detail| detail.contains("no index for a day")), "{gone}");
    assert_eq!(status(&hub).await["others"]["no_index"], 1);
}

#[tokio::test]
async fn a_default_branch_that_is_renamed_is_followed() {
    let hub = with_repos(&["a"]).await;
    let moved = raw("a").replace("/main/", "/trunk/");
    hub.sources().remove(&raw("a"));
    hub.sources().set(&moved, index("a", 3, 0));
    list(&hub, &[with(repo(1, "a", 1), "default_branch", json!("trunk"))]);
    later(&hub).await;
    let seen = hub.get("/v1/repos/a").await;
    assert_eq!((&seen["url"], &seen["status"]["capability_count"]), (&json!(moved), &json!(3)), "{seen}");
    assert_eq!(seen["status"]["reason"], Value::Null);
}

#[tokio::test]
async fn many_repositories_are_looked_at_over_several_refreshes() {
    let hub = forge();
    // The last one when sorted by id as text.
    let all: Vec<Value> = (0..249).chain([999]).map(|id| repo(id, &format!("r{id}"), 1)).collect();
    for (page, repos) in (1..).zip(all.chunks(50)) {
        let url = if page == 1 { LISTING.to_owned() } else { format!("{LISTING}&page={page}") };
        let next = format!("<{LISTING}&page={}>; rel=\"next\",<{LISTING}&page=5>; rel=\"last\"", page + 1);
        let links = if page < 5 { vec![("link", next.as_str())] } else { vec![("link", "<x>; rel=\"first\"")] };
        hub.sources().script(&url, 200, &links, &json!(repos).to_string());
    }
    publish(&hub, "r999", 1);
    create(&hub, acme()).await;
    let looked = |urls: Vec<String>| urls.iter().filter(|url| url.contains("/raw/")).count();
    assert_eq!(looked(hub.sources().urls()), 100);
    assert_eq!(status(&hub).await["others"]["waiting"], 150);
    compose(&hub).await;
    assert_eq!(looked(hub.sources().urls()), 100);
    compose(&hub).await;
    compose(&hub).await;
    assert_eq!((looked(hub.sources().urls()), status(&hub).await["others"]["no_index"].clone()), (51, json!(249)));
    assert_eq!(published(&hub).await, ["r999"], "the last one is fetched as a source too");
}

#[tokio::test]
async fn a_list_gives_names_addresses_and_domains() {
    let hub = Hub::new();
    let url = "https://lists.example.org/indexes.yaml";
    let (a, b) = ("https://a.example.org/i.yaml", "https://b.example.org/i.yaml");
    hub.sources().set(a, index("a", 1, 0));
    hub.sources().set(b, index("b", 1, 0));
    hub.sources().set(
        url,
        format!(
            "sources:\n- {{repo: a, url: '{a}', domain: x}}\n- {{repo: b, url: '{b}'}}\n- {{repo: c, url: 'ftp://c'}}\n"
        ),
    );
    create(&hub, json!({"name": "acme", "kind": "list", "url": url, "domain": "d", "prefix": "l-"})).await;
    compose(&hub).await;
    let domains = [hub.get("/v1/repos/l-a").await["domain"].clone(), hub.get("/v1/repos/l-b").await["domain"].clone()];
    assert_eq!(domains, ["x", "d"]);
    assert_eq!(status(&hub).await["skipped"], json!([{"name": "c", "reason": "invalid"}]));
}

#[tokio::test]
async fn a_user_of_gitlab_is_listed_where_there_is_no_such_group() {
    let hub = forge();
    hub.sources().is_forge("gitlab.com");
    let api = "https://gitlab.com/api/v4";
    let group = format!(
        "{api}/groups/somebody/projects?include_subgroups=true&with_shared=false&order_by=path&sort=asc&per_page=100"
    );
    let user = format!("{api}/users/somebody/projects?order_by=path&sort=asc&per_page=100");
    // As `GET /users/:user_id/projects` is documented, without the members that nothing reads.
    let projects = json!([{"id": 4, "description": "", "default_branch": "main", "visibility": "public", "name": "Diaspora Client",
        "path": "diaspora-client", "path_with_namespace": "Somebody/diaspora-client", "created_at": "2013-09-30T13:46:02Z",
        "last_activity_at": "2013-09-30T13:46:02Z", "archived": false, "empty_repo": false,
        "namespace": {"id": 3, "name": "Somebody", "path": "Somebody", "kind": "user", "full_path": "Somebody"}}]);
    let index_at = "https://gitlab.com/Somebody/diaspora-client/-/raw/main/registry/indexes/capabilities.yaml";
    hub.sources().script(&group, 404, &[], "{\"message\": \"404 Group Not Found\"}");
    hub.sources().script(&user, 200, &[], &projects.to_string());
    hub.sources().set(index_at, index("a", 1, 0));
    let document = json!({"name": "acme", "kind": "gitlab", "url": "https://gitlab.com/somebody", "domain": "d"});
    create(&hub, document).await;
    assert_eq!(hub.sources().urls(), [&group, &user, index_at]);
    assert_eq!(
        (repos_of(&hub).await, status(&hub).await["state"].clone()),
        (vec!["diaspora-client".to_owned()], json!("fresh"))
    );
    // Another user is not the known owner.
    let stranger = projects.to_string().replace("\"id\":3", "\"id\":5");
    hub.sources().script(&user, 200, &[], &stranger);
    later(&hub).await;
    assert_eq!(status(&hub).await["reason"], "owner-changed");
    // Neither a group nor a user; a group within a group has no other address.
    hub.sources().script(&user, 404, &[], "");
    later(&hub).await;
    assert_eq!((&status(&hub).await["state"], &status(&hub).await["http_status"]), (&json!("failing"), &json!(404)));
    hub.sources().urls();
    hub.ask(Method::PATCH, "/v1/catalogues/acme", json!({"url": "https://gitlab.com/somebody/sub"})).await;
    hub.settle().await;
    let asked = hub.sources().urls();
    assert!(asked.iter().any(|url| url.contains("/groups/somebody%2Fsub/")), "{asked:?}");
    assert!(!asked.iter().any(|url| url.contains("/users/")), "{asked:?}");
}
