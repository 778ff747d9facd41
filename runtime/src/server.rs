//! The HTTP/1.1 server.

use crate::framing::Lengths;
use crate::limits::Limits;
use crate::metrics::Reservation;
use crate::problem::Problem;
use crate::sending::holding_until_sent;
use crate::service::HttpService;
use crate::shutdown::Lifecycle;
use crate::stall::{ConnectionPhase, DeadlineStream, Patience};
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
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// Largest request head, in bytes. `hyper` itself limits the number of headers to 100.
const MAX_HEAD: usize = 64 << 10;

/// Bytes of a response that may wait in the kernel, besides those on the network. Without this limit the kernel holds
/// up to 4 MiB for a slow client, and accepts more only when a third of it is free, which can take minutes.
const MAX_UNSENT: u32 = 128 << 10;

/// How long the server stops accepting when the process has run out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long after the shutdown signal requests that are already on their way are still accepted.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// If no connection arrives within this time, the listen queue is empty.
const QUEUE_PAUSE: Duration = Duration::from_millis(20);

/// Accepts connections until `shutdown`. Each runs in its own task, which finishes the requests it has begun.
pub(crate) async fn accept(
    listener: &TcpListener,
    service: &Arc<HttpService>,
    limits: &Arc<Limits>,
    lifecycle: &Lifecycle,
    shutdown: impl Future<Output = ()>,
) {
    let mut shutdown = pin!(shutdown);
    let places = Arc::new(Semaphore::new(limits.connections));
    let crowd = Arc::new(watch::Sender::new(()));
    loop {
        let accepted = async {
            if places.available_permits() == 0 {
                // Idle connections make room for new ones.
                crowd.send_replace(());
            }
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
                let crowd = crowd.subscribe();
                let connection = serve(stream, peer, Arc::clone(service), lifecycle.clone(), Arc::clone(limits), crowd);
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
    // Clients whose connections the system has already accepted would lose their requests.
    let waiting = async {
        while let Ok(Ok((stream, peer))) = timeout(QUEUE_PAUSE, listener.accept()).await {
            let crowd = crowd.subscribe();
            tokio::spawn(serve(stream, peer, Arc::clone(service), lifecycle.clone(), Arc::clone(limits), crowd));
        }
    };
    _ = timeout(LAST_REQUESTS, waiting).await;
}

/// Sends small pieces at once, and bounds what the kernel holds for a client that reads slowly.
fn configure(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(MAX_UNSENT)?;
    Ok(())
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    service: Arc<HttpService>,
    lifecycle: Lifecycle,
    limits: Arc<Limits>,
    crowd: watch::Receiver<()>,
) -> impl Future<Output = ()> + Send {
    // Created before the task starts, so that a shutdown at this moment counts it.
    let guard = lifecycle.guard();
    async move {
        let _guard = guard;
        let _counted = Reservation::new(&service.metrics.connections);
        _ = configure(&stream).inspect_err(|error| tracing::debug!(%error, "the socket has its default options"));
        let (phase, begun, lengths) = (ConnectionPhase::new(), AtomicBool::new(false), Lengths::default());
        let service = service_fn(|request| {
            let busy = phase.begin();
            begun.store(true, Ordering::Relaxed);
            let (service, contradicted) = (Arc::clone(&service), lengths.contradicts(request.headers()));
            async move {
                let answer = match contradicted {
                    true => service.refuse(&request, Problem::TwoLengths),
                    false => service.answer(request, peer).await,
                };
                Ok::<_, Infallible>(answer.map(|body| holding_until_sent(body, busy)))
            }
        });
        let patience = Patience { head: limits.head_time, idle: limits.idle_connection_time, write: limits.write_time };
        let stream = DeadlineStream::new(stream, patience, phase.clone(), lengths.clone());
        let connection = http1::Builder::new()
            // The stream enforces this limit itself, and tells an idle connection from a slow one.
            .header_read_timeout(None)
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let result = tokio::select! {
            biased;
            result = connection.as_mut() => result,
            () = unwanted(crowd, &phase) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
            () = lifecycle.closing() => {
                // A client that has just connected is about to send a request.
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

/// Ends when new connections need room while this one is idle.
async fn unwanted(mut crowd: watch::Receiver<()>, phase: &ConnectionPhase) {
    while crowd.changed().await.is_ok() {
        // A client without a request so far has little time left anyway.
        if phase.is_idle() {
            return;
        }
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpSocket;
    use tokio::task::yield_now;

    const PIECE: usize = 16 << 10;
    const PIECES: usize = 512;

    /// A connection and the client's end of it, which buffers little.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpSocket::new_v4().unwrap();
        client.set_recv_buffer_size(64 << 10).unwrap();
        let client = client.connect(listener.local_addr().unwrap());
        let (accepted, client) = tokio::join!(listener.accept(), client);
        (accepted.unwrap().0, client.unwrap())
    }

    #[tokio::test]
    async fn each_write_waits_for_little_that_a_slow_client_takes() {
        let (mut near, mut far) = connection().await;
        configure(&near).unwrap();
        let written = AtomicUsize::new(0);
        let write = async {
            for _ in 0..PIECES {
                near.write_all(&[b'x'; PIECE]).await.unwrap();
                written.fetch_add(PIECE, Ordering::Relaxed);
            }
        };
        let read = async {
            for read in 0..PIECES {
                // The client takes nothing that was not written, so this also bounds what it takes between two writes.
                let waiting = written.load(Ordering::Relaxed).saturating_sub(read * PIECE);
                assert!(waiting <= 512 << 10, "{waiting} bytes wait for the client after {read} pieces");
                far.read_exact(&mut [0; PIECE]).await.unwrap();
                yield_now().await;
            }
        };
        tokio::join!(write, read);
    }
}
