//! `/mcp` for scripts in browsers: those that may use it learn this from the preflight request, and can read the response.

use crate::ports::Hub;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};

async fn ask(hub: &Hub, method: Method, path: &str, lines: &[(&str, &str)]) -> (StatusCode, HeaderMap) {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let body = Body::from(r#"{"jsonrpc": "2.0", "id": 1, "method": "ping"}"#);
    let (head, _) = hub.send(request.body(body).expect("a request")).await.into_parts();
    (head.status, head.headers)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_preflight_lets_those_send_that_may_use_the_tools() {
    let hub = Hub::new();
    let asks = |origin| [("origin", origin), ("access-control-request-method", "POST")];
    for origin in ["http://localhost:6274", "http://127.0.0.1:3000", "https://hub.example.org"] {
        let slashed = ask(&hub, Method::OPTIONS, "/mcp/", &asks(origin)).await;
        assert_eq!(text(&slashed.1, "access-control-allow-methods"), "POST", "the same with a slash");
        let (status, headers) = ask(&hub, Method::OPTIONS, "/mcp", &asks(origin)).await;
        assert_eq!((status.as_u16(), text(&headers, "access-control-allow-origin")), (204, origin));
        assert_eq!((text(&headers, "access-control-allow-methods"), text(&headers, "vary")), ("POST", "origin"));
        let allowed: Vec<&str> = text(&headers, "access-control-allow-headers").split(", ").collect();
        for name in ["content-type", "accept", "mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id"] {
            assert!(allowed.contains(&name), "{name} is not in {allowed:?}");
        }
        let (status, headers) = ask(&hub, Method::POST, "/mcp", &[("origin", origin)]).await;
        assert_eq!((status.as_u16(), text(&headers, "access-control-allow-origin")), (200, origin));
        assert!(text(&headers, "access-control-expose-headers").contains("x-request-id"));
        // They may not write.
        let (_, headers) = ask(&hub, Method::OPTIONS, "/v1/repos", &asks(origin)).await;
        assert_eq!(text(&headers, "access-control-allow-methods"), "GET, HEAD");
    }
    for origin in ["https://evil.example", "http://localhost.evil.example", "null"] {
        let (status, headers) = ask(&hub, Method::OPTIONS, "/mcp", &asks(origin)).await;
        assert_eq!((status.as_u16(), text(&headers, "access-control-allow-methods")), (204, "GET, HEAD"), "{origin}");
        for path in ["/mcp", "/mcp/"] {
            let (status, headers) = ask(&hub, Method::POST, path, &[("origin", origin)]).await;
            let allowed = text(&headers, "access-control-allow-origin");
            assert_eq!((status.as_u16(), allowed), (403, ""), "{path} {origin}");
        }
    }
    let (status, headers) = ask(&hub, Method::POST, "/mcp", &[]).await;
    assert_eq!((status.as_u16(), headers.contains_key("access-control-allow-origin")), (200, false), "a program");
}
