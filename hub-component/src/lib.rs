//! probe
#[cfg(target_family = "wasm")]
mod probe {
    use axum::{Router, routing::get};
    use spin_sdk::http::{IntoResponse, Request};
    use spin_sdk::http_service;
    use tower::ServiceExt;
    async fn hello() -> String {
        let c = spin_sdk::sqlite::Connection::open_default().await;
        match c { Ok(c) => match c.execute("select 1", []).await { Ok(r) => match r.collect().await { Ok(r) => format!("{}", r.len()), Err(e) => format!("{e:?}") }, Err(e) => format!("{e:?}") }, Err(e) => format!("{e:?}") }
    }
    async fn out() -> String {
        match spin_sdk::http::get("http://127.0.0.1:9/").await { Ok(_) => "ok".into(), Err(e) => format!("{e:?}") }
    }
    #[http_service]
    async fn handle(req: Request) -> impl IntoResponse {
        Router::new().route("/", get(hello)).route("/out", get(out)).oneshot(req).await
    }
}
