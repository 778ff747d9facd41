//! Addresses: paths, queries and links as clients write them.

use crate::ports::{Hub, index};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn bytes_that_are_no_utf_8_are_a_problem_on_every_route() {
    let hub = Hub::new();
    let document = hub.get("/openapi.json").await;
    let (mut paths, mut queries) = (0, 0);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let of = |place: &str| {
                parameters
                    .iter()
                    .filter(|it| it["in"] == place)
                    .map(|it| it["name"].as_str().expect("a name").to_owned())
                    .collect::<Vec<_>>()
            };
            let mut wrong = Vec::new();
            for name in of("path") {
                wrong.push(path.replace(&format!("{{{name}}}"), "%FF%fe"));
                paths += 1;
            }
            for name in of("query") {
                wrong.push(format!("{}?{name}=%ff", path.replace("{id}", "x").replace("{repo}", "x")));
                wrong.push(format!("{}?%ff={name}", path.replace("{id}", "x").replace("{repo}", "x")));
                queries += 1;
            }
            for wrong in wrong {
                let request = http::Request::builder()
                    .method(&method)
                    .uri(&wrong)
                    .header("authorization", "Bearer t")
                    .header("content-type", "application/json")
                    .body("{}".into())
                    .expect("a request");
                let answer = hub.send(request).await;
                let problem: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
                assert_eq!(answer.headers()["content-type"], "application/problem+json", "{method} {wrong}");
                assert!(answer.status().is_client_error(), "{method} {wrong}: {problem}");
                assert!(
                    problem["detail"].as_str().is_some_and(|detail| detail.contains("UTF-8")),
                    "{wrong}: {problem}"
                );
            }
        }
    }
    assert!(paths >= 12 && queries >= 40, "{paths} {queries}");
}

#[tokio::test]
async fn a_problem_repeats_letters_as_they_are_and_escapes_what_is_invisible() {
    let hub = Hub::new();
    for (path, shown) in [
        ("/v1/repos/r%C3%A9ussite-%E5%86%8D%E5%88%A9%E7%94%A8", "`réussite-再利用`"),
        ("/v1/repos/%E0%A4%B9%E0%A4%BF", "`हि`"),
        ("/v1/repos/a%E2%80%AEb%0A", "`a\\u{202e}b\\n`"),
        ("/v1/caf%C3%A9", "`/v1/café`"),
        ("/problems/%C3%A9", "`é`"),
        ("/schemas/%C3%A9", "`é`"),
        ("/v1/federated?domain=%C3%89", "`É`"),
    ] {
        let detail = hub.get(path).await["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains(shown), "{path}: {detail}");
    }
    let long = hub.get(&format!("/v1/repos/{}", "x".repeat(5000))).await;
    assert!(long["detail"].as_str().is_some_and(|detail| detail.len() < 400), "{long}");
}

#[tokio::test]
async fn a_link_has_one_cursor_however_the_last_one_was_written() {
    let hub = Hub::new();
    for repo in ["a", "b", "c"] {
        hub.register(repo, index(repo, 1, 0)).await;
    }
    for path in ["/v1/repos?limit=1&cursor=1.a", "/v1/repos?limit=1&%63ursor=1.a", "/v1/repos?%63%75rsor=1.a&limit=1"] {
        let (_, headers, _) = hub.read(path, &[]).await;
        assert_eq!(headers["link"], "</v1/repos?limit=1&cursor=1.b>; rel=\"next\"", "{path}");
    }
}

#[tokio::test]
async fn a_list_is_searched_for_sixteen_words() {
    let hub = Hub::new();
    let words = |count: usize| vec!["w"; count].join("+");
    assert_eq!(hub.get(&format!("/v1/repos?q={}", words(16))).await["total"], 0);
    assert_eq!(hub.get(&format!("/v1/repos?q={}", words(17))).await["code"], "invalid-query");
}

#[tokio::test]
async fn after_a_restore_links_lead_to_revisions_that_were() {
    let hub = Hub::new();
    hub.register("a", index("a", 1, 0)).await;
    hub.register("b", index("b", 1, 0)).await;
    // As a restore numbers the revisions that it publishes again.
    hub.change("UPDATE revisions SET number = 700 WHERE number = 2; UPDATE revision_sources SET revision = 700 WHERE revision = 2");
    assert_eq!(hub.get("/v1/federated/manifest").await["parent"], 1);
    assert_eq!(hub.get("/v1/federated/manifest?revision=1").await["parent"], Value::Null);
    let log = hub.get("/v1/federated/revisions").await;
    assert_eq!([&log["revisions"][0]["parent"], &log["revisions"][1]["parent"]], [&json!(1), &Value::Null]);
    for number in [1, 700] {
        let (_, _, page) = hub.page(&format!("/revisions/{number}"), ("x-a", "b")).await;
        let links: Vec<&str> = page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| link.starts_with('/'))
            .collect();
        assert!(
            links.iter().any(|link| link.contains(if number == 1 { "/revisions/700" } else { "/revisions/1" })),
            "{links:?}"
        );
        for link in links {
            let (status, ..) = hub.read(&link.replace("&amp;", "&"), &[]).await;
            assert!(status.is_success(), "{number}: {link} is {status}");
        }
    }
}

#[tokio::test]
async fn what_llms_txt_links_is_there_on_an_empty_hub_too() {
    let hub = Hub::new();
    let text = hub.text("/llms.txt").await;
    for link in text.split("](https://hub.example.org").skip(1).filter_map(|rest| rest.split(')').next()) {
        let (status, _, body) = hub.read(link, &[]).await;
        let code = serde_json::from_slice::<Value>(&body).unwrap_or_default()["code"].clone();
        let empty = ["nothing-published", "no-valid-source"].iter().any(|it| code == *it) || link == "/mcp";
        assert!(status.is_success() || empty, "{link}: {status} {code}");
    }
}

#[tokio::test]
async fn a_check_shows_what_is_doubtful_in_a_valid_index() {
    let hub = Hub::new();
    let text = "version: 1\ncapabilities:\n- id: capability.a\n  name: \"a\\u202Eb\"\n";
    hub.sources().set("https://a.example.org/index.yaml", text.to_owned());
    let (_, verdict) = hub.ask(Method::POST, "/v1/check", json!({"url": "https://a.example.org/index.yaml"})).await;
    assert_eq!((&verdict["valid"], &verdict["reason"]), (&json!(true), &Value::Null), "{verdict}");
    assert_eq!(verdict["diagnostics"][0]["code"], "bidi-control", "{verdict}");
}

#[tokio::test]
async fn a_revision_of_mcp_from_the_future_is_unknown() {
    let hub = Hub::new();
    let future = "2031-01-01";
    let meta = json!({"io.modelcontextprotocol/protocolVersion": future});
    for (header, params) in
        [(Some(future), json!({})), (Some(future), json!({"_meta": meta})), (None, json!({"_meta": meta}))]
    {
        let mut request = http::Request::post("/mcp")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        if let Some(version) = header {
            request = request.header("mcp-protocol-version", version);
        }
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params});
        let answer = hub.send(request.body(body.to_string().into()).expect("a request")).await;
        let error: Value = serde_json::from_slice(answer.body()).expect("JSON");
        assert_eq!((answer.status().as_u16(), &error["error"]["code"]), (400, &json!(-32022)), "{header:?}: {error}");
        assert!(error["error"]["data"]["supported"].as_array().is_some_and(|list| !list.is_empty()), "{error}");
    }
}
