use std::time::Duration;

/// What one server takes on at most, and for how long.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open client connections. Beyond them idle ones are closed, and new ones wait in the listen queue. Fewer, if only few files may be open.
    pub connections: usize,
    /// Open connections to each database, each with two files. Fewer, if only few files may be open.
    pub database_connections: usize,
    /// Bytes of memory that instances, bodies on their way in and out, kept answers and rows may take together. Beyond it, requests are
    /// answered 503.
    pub memory: usize,
    /// Requests in flight, counted until their answer has been sent to its last byte; a request that finds no place within
    /// [`Limits::queue_time`] is answered 503.
    pub requests: usize,
    /// How long a request waits for a place.
    pub queue_time: Duration,
    /// Time until the component must have answered. Long enough for a forced refresh of every source, which takes up to a minute.
    pub request_time: Duration,
    /// How often an instance that computes is made to give way before it counts as computing without an end. It gives way a hundred times a
    /// second, and less often on a busy machine.
    pub computing_ticks: u64,
    /// Time for what the component does after its last answer was sent, such as a refresh behind a stale read.
    pub post_return_time: Duration,
    /// How long an unused instance is kept.
    pub idle_time: Duration,
    /// Time for the client to send the head of a request.
    pub head_time: Duration,
    /// How long a connection is kept between an answer, taken to its end, and the next request: longer than proxies keep theirs, which otherwise send into one that is just closed.
    pub idle_connection_time: Duration,
    /// Bytes of a request body. It is read before the component sees the request, so that no client can keep an instance waiting.
    pub body: usize,
    /// Time for the client to send the body of a request.
    pub body_time: Duration,
    /// How long a client may leave a response unread.
    pub write_time: Duration,
    /// How long a shutdown waits for what is in flight.
    pub drain_time: Duration,
    /// Live instances of the component. One answers many requests at a time, and takes memory that it never gives back.
    pub instances: u32,
    /// Requests that share one instance at the same time.
    pub requests_per_instance: u32,
    /// Requests after which an instance is replaced.
    pub instance_reuse: usize,
    /// Bytes of linear memory for each instance.
    pub instance_memory: usize,
    /// Bytes of linear memory with which an instance takes no more requests: it never gives memory back while it lives.
    pub instance_retires_at: usize,
    /// Outbound requests in flight, counted until their response body ends. Fewer, if only few files may be open.
    pub outbound: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            database_connections: 256,
            memory: 512 << 20,
            requests: 256,
            queue_time: Duration::from_secs(1),
            request_time: Duration::from_secs(90),
            computing_ticks: 3_000,
            post_return_time: Duration::from_secs(120),
            idle_time: Duration::from_secs(60),
            head_time: Duration::from_secs(10),
            idle_connection_time: Duration::from_secs(120),
            body: 1 << 20,
            body_time: Duration::from_secs(20),
            write_time: Duration::from_secs(60),
            drain_time: Duration::from_secs(25),
            instances: instances(),
            requests_per_instance: 16,
            instance_reuse: 10_000,
            instance_memory: 512 << 20,
            instance_retires_at: 64 << 20,
            outbound: 64,
        }
    }
}

/// A few for each processor: one that computes keeps none of the others waiting. Each keeps two database connections, so that 64 leave half
/// of [`Limits::database_connections`] to whoever needs one.
fn instances() -> u32 {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(processors * 4).unwrap_or(u32::MAX).clamp(8, 64)
}
