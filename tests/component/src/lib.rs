//! A component that does on request what the hub must never do: loop forever, use much memory, send endless responses. It tests that the
//! host copes with that. It is built only as WebAssembly.
#![cfg(target_family = "wasm")]

use bytes::Bytes;
use futures::stream;
use http::{Response, StatusCode, header};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;
use spin_sdk::sqlite::{Connection, Error, Value};
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Bytes of a piece of a response.
const PIECE: usize = 64 << 10;

/// Number of requests that this instance has started.
static SERVED: AtomicUsize = AtomicUsize::new(0);

/// Number of pieces of responses that this instance has produced.
static PRODUCED: AtomicUsize = AtomicUsize::new(0);

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    SERVED.fetch_add(1, Ordering::Relaxed);
    let path = request.uri().path().to_owned();
    answer(&path, request).await.unwrap_or_else(|error| {
        let mut response = text(error.to_string());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
    })
}

async fn answer(path: &str, request: Request) -> Result<Response<Body>, Error> {
    let (verb, number) = path[1..].split_once('/').unwrap_or((&path[1..], "0"));
    let number: usize = number.parse().unwrap_or_default();
    match verb {
        // Writes, then loops forever before it commits.
        "loop" => {
            let database = database().await?;
            run(&database, "BEGIN IMMEDIATE").await?;
            run(&database, "INSERT INTO rows VALUES (1)").await?;
            compute()
        }
        // Waits, as a request that shares its instance does, and then loops forever.
        "pause-and-loop" => {
            spin_sdk::time::sleep(Duration::from_millis(1)).await;
            compute()
        }
        "rows" => Ok(text(count(&database().await?).await?.to_string())),
        "grow" => {
            let mut bytes = vec![0u8; number << 20];
            bytes.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
            Ok(text(black_box(&bytes).len().to_string()))
        }
        "body" => {
            let bytes = request.into_body().collect().await.map(|body| body.to_bytes().len());
            Ok(text(bytes.unwrap_or_default().to_string()))
        }
        "stream" => Ok(pieces(number)),
        "produced" => Ok(text(PRODUCED.load(Ordering::Relaxed).to_string())),
        "served" => Ok(text(SERVED.load(Ordering::Relaxed).to_string())),
        "metrics" => {
            let mut response = text("# EOF\n".to_owned());
            let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
            Ok(response)
        }
        _ => Ok(text("quick".to_owned())),
    }
}

fn compute() -> ! {
    let mut number = 0u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

fn text(text: String) -> Response<Body> {
    Response::new(Full::new(Bytes::from(text)).boxed_unsync())
}

/// A body of `count` pieces, each produced when the previous one was consumed.
fn pieces(count: usize) -> Response<Body> {
    let pieces = stream::iter((0..count).map(|_| {
        PRODUCED.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Frame::data(Bytes::from(vec![b'x'; PIECE])))
    }));
    let mut response = Response::new(StreamBody::new(pieces).boxed_unsync());
    response.headers_mut().insert(header::CONTENT_LENGTH, header::HeaderValue::from(count * PIECE));
    response
}

async fn database() -> Result<Connection, Error> {
    let database = Connection::open_default().await?;
    run(&database, "CREATE TABLE IF NOT EXISTS rows (v)").await?;
    Ok(database)
}

async fn run(database: &Connection, statement: &str) -> Result<(), Error> {
    database.execute(statement, Vec::<Value>::new()).await?.collect().await.map(drop)
}

async fn count(database: &Connection) -> Result<i64, Error> {
    let rows = database.execute("SELECT count(*) FROM rows", Vec::<Value>::new()).await?.collect().await?;
    Ok(rows.first().and_then(|row| row.get::<i64>(0)).unwrap_or_default())
}
