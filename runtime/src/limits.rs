use std::time::Duration;

/// The limits of one server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open client connections. Beyond this number, idle ones are closed and new ones wait in the listen queue. Reduced
    /// if the limit on open files is low.
    pub connections: usize,
    /// Open connections to each database, each with two files. Reduced if the limit on open files is low.
    pub database_connections: usize,
    /// Bytes of memory that instances, bodies in transit, cached responses and rows may use together. Beyond it,
    /// requests are answered with 503.
    pub memory: usize,
    /// Requests in flight, counted until the last byte of their response has been sent. A request that gets no slot
    /// within [`Limits::queue_time`] is answered with 503.
    pub requests: usize,
    /// Streams of events that are open at the same time. They use only a part of the slots, so that other requests find some.
    pub streams: usize,
    /// How long a request waits for a slot.
    pub queue_time: Duration,
    /// How long the component may take to respond. Long enough for a forced refresh of every
    /// source, which takes up to a minute.
    pub request_time: Duration,
    /// How often an instance may be interrupted in a row before it counts as stuck in a loop. Interrupts come a hundred
    /// times a second, and less often on a busy machine.
    pub computing_ticks: u64,
    /// Time for the component's work after its last response was sent, such as a refresh behind a stale read.
    pub post_return_time: Duration,
    /// How long an idle instance is kept.
    pub idle_time: Duration,
    /// Time for the client to send the head of a request.
    pub head_time: Duration,
    /// How long an idle connection is kept open after a response. Longer than proxies keep theirs, or they would send
    /// requests into a connection that is just closing.
    pub idle_connection_time: Duration,
    /// Bytes of a request body. The host reads it before the component sees the request, so
    /// that no client can block an instance.
    pub body: usize,
    /// Time for the client to send the body of a request.
    pub body_time: Duration,
    /// How long a client may leave a response unread. The host notices only that the kernel accepts more bytes, for which
    /// the client has to read 100 to 300 KiB, depending on its receive buffer.
    pub write_time: Duration,
    /// How long a shutdown waits for the work in flight.
    pub drain_time: Duration,
    /// Live instances of the component. One instance serves many requests at a time and never returns memory.
    pub instances: u32,
    /// Requests that share one instance at the same time.
    pub requests_per_instance: u32,
    /// Requests after which an instance is replaced.
    pub instance_reuse: usize,
    /// Bytes of linear memory for each instance.
    pub instance_memory: usize,
    /// Bytes of linear memory beyond which an instance accepts no more requests: it never
    /// returns memory while it lives.
    pub instance_retires_at: usize,
    /// Outbound requests in flight, counted until their response body ends. Reduced if the limit on open files is low.
    pub outbound: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            database_connections: 256,
            memory: 512 << 20,
            // At least as many as all instances accept. The hub lets at most half of an instance's requests wait, so that
            // half of the slots stay free for others.
            requests: (instances() * REQUESTS_PER_INSTANCE).max(256) as usize,
            streams: 64,
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
            requests_per_instance: REQUESTS_PER_INSTANCE,
            instance_reuse: 10_000,
            instance_memory: 512 << 20,
            instance_retires_at: 64 << 20,
            outbound: 64,
        }
    }
}

const REQUESTS_PER_INSTANCE: u32 = 16;

/// A few for each processor, so that one that computes does not block the others. Each keeps two database connections,
/// so that 64 instances leave half of [`Limits::database_connections`] to others.
fn instances() -> u32 {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(processors * 4).unwrap_or(u32::MAX).clamp(8, 64)
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use federation::problem::answers;

    #[test]
    fn a_limit_in_the_table_of_problems_is_that_of_the_host() {
        let limit = format!("within {} s", Limits::default().body_time.as_secs());
        let kind = &answers::REQUEST_TIMEOUT;
        assert!(kind.meaning.contains(&limit) && kind.remedy.contains(&limit), "{kind} should say: {limit}");
    }
}
