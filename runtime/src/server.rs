//! The HTTP/1.1 front.

use crate::front::Front;
use crate::limits::Limits;
use crate::metrics::Held;
use crate::shutdown::Lifecycle;
use crate::stall::{Impatient, Patience, Turn};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Bytes of a request head. Its number of headers is limited to 100 by `hyper` itself.
const MAX_HEAD: usize = 64 << 10;

/// How long accepting pauses when the process has run out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// After a shutdown was asked for: for requests that are on their way already.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// Without a new connection in this time, none waits.
const QUEUE_PAUSE: Duration = Duration::from_millis(20);

/// Accepts connections until `shutdown`, each in a task of its own that finishes what it has begun.
pub(crate) async fn accept(
    listener: &TcpListener,
    front: &Arc<Front>,
    limits: &Arc<Limits>,
    lifecycle: &Lifecycle,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = serve(stream, peer, Arc::clone(front), lifecycle.clone(), Arc::clone(limits));
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    // Clients whose connections the system has taken already would lose their requests.
    let waiting = async {
        while let Ok(Ok((stream, peer))) = timeout(QUEUE_PAUSE, listener.accept()).await {
            tokio::spawn(serve(stream, peer, Arc::clone(front), lifecycle.clone(), Arc::clone(limits)));
        }
    };
    _ = timeout(LAST_REQUESTS, waiting).await;
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    front: Arc<Front>,
    lifecycle: Lifecycle,
    limits: Arc<Limits>,
) -> impl Future<Output = ()> + Send {
    // Taken before the task starts, for a shutdown at this moment to count it.
    let guard = lifecycle.guard();
    async move {
        let _guard = guard;
        let _counted = Held::new(&front.metrics.connections);
        _ = stream.set_nodelay(true).inspect_err(|error| tracing::debug!(%error, "no TCP_NODELAY"));
        let (turn, begun) = (Turn::new(), AtomicBool::new(false));
        let service = service_fn(|request| {
            turn.begin();
            begun.store(true, Ordering::Relaxed);
            let (front, turn) = (Arc::clone(&front), turn.clone());
            async move {
                let answer = front.answer(request, peer).await;
                turn.end();
                Ok::<_, Infallible>(answer)
            }
        });
        let patience = Patience { head: limits.head_time, idle: limits.idle_connection_time, write: limits.write_time };
        let stream = Impatient::new(stream, patience, turn.clone());
        let connection = http1::Builder::new()
            // The stream itself sees to that, and tells an idle connection from a slow one.
            .header_read_timeout(None)
            .max_header_size(MAX_HEAD)
            .max_buf_size(2 * MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let result = tokio::select! {
            biased;
            result = connection.as_mut() => result,
            () = lifecycle.closing() => {
                // Whoever has just connected is about to ask.
                let asked = async { if !begun.load(Ordering::Relaxed) { sleep(LAST_REQUESTS).await } };
                tokio::select! {
                    biased;
                    result = connection.as_mut() => result,
                    () = asked => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                }
            }
        };
        _ = result.inspect_err(|error| tracing::debug!(%error, %peer, "the connection ended early"));
    }
}
