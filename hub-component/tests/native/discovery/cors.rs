//! Scripts of any page may use the routes for agents.

use super::filled;
use http::{HeaderMap, Method, Request};

const ORIGIN: &str = "https://app.example.org";

async fn ask(hub: &crate::ports::Hub, method: Method, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap) {
    let request =
        headers.iter().fold(Request::builder().method(method).uri(path), |r, (name, value)| r.header(*name, *value));
    let body = r#"{"query": {"text": "state"}}"#;
    let response =
        hub.send(request.header("content-type", "application/json").body(body.into()).expect("a request")).await;
    (response.status().as_u16(), response.headers().clone())
}

#[tokio::test]
async fn preflights_and_responses_allow_what_clients_send() {
    let hub = filled().await;
    for (path, method, methods) in [
        ("/v0.1/servers", Method::GET, "GET, HEAD, OPTIONS"),
        ("/v0.1/servers/org.example%2Fweather/versions", Method::GET, "GET, HEAD, OPTIONS"),
        ("/v0.1/servers/org.example%2Fweather/versions/latest", Method::GET, "GET, HEAD, OPTIONS"),
        ("/v0.1/servers/none/versions/latest", Method::GET, "GET, HEAD, OPTIONS"),
        ("/v0.1/none", Method::GET, "GET, HEAD, OPTIONS"),
        ("/agents", Method::GET, "GET, HEAD, OPTIONS"),
        ("/agents/not-a-urn", Method::GET, "GET, HEAD, OPTIONS"),
        ("/search", Method::POST, "POST, OPTIONS"),
    ] {
        let asked = [
            ("origin", ORIGIN),
            ("access-control-request-method", method.as_str()),
            ("access-control-request-headers", "authorization,content-type"),
        ];
        let preflight = ask(&hub, Method::OPTIONS, path, &asked).await;
        let response = ask(&hub, method, path, &[("origin", ORIGIN)]).await;
        assert_eq!(preflight.0, 204, "{path}");
        for (_, headers) in [preflight, response] {
            assert_eq!(
                (&headers["access-control-allow-origin"], &headers["access-control-allow-methods"]),
                (&"*".parse().expect("a value"), &methods.parse().expect("a value")),
                "{path}"
            );
            let allowed = headers["access-control-allow-headers"].to_str().expect("text");
            assert!(
                ["accept", "authorization", "content-type"]
                    .iter()
                    .all(|it| allowed.split(", ").any(|name| name == *it)),
                "{allowed}"
            );
            assert!(!headers.contains_key("access-control-allow-credentials"));
        }
    }
}

#[tokio::test]
async fn nothing_else_is_open() {
    let hub = filled().await;
    for path in ["/v1/repos", "/searching", "/agentsmith", "/v0.10/servers"] {
        let asked = [("origin", ORIGIN), ("access-control-request-method", "POST")];
        let (_, headers) = ask(&hub, Method::OPTIONS, path, &asked).await;
        assert_eq!(headers["access-control-allow-methods"], "GET, HEAD", "{path}");
        let (_, headers) = ask(&hub, Method::POST, path, &[("origin", ORIGIN)]).await;
        assert!(!headers.contains_key("access-control-allow-origin"), "{path}");
    }
    for (method, path) in [(Method::POST, "/agents"), (Method::DELETE, "/v0.1/servers"), (Method::PUT, "/search")] {
        let (status, headers) = ask(&hub, method, path, &[("origin", ORIGIN)]).await;
        assert_eq!((status, headers.contains_key("access-control-allow-origin")), (405, false), "{path}");
    }
}
