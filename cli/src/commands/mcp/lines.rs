//! Messages over standard input and output, one per line.
//!
//! The transport of `rmcp` ignores lines that are not JSON, so the agent would wait for a response forever, and does not know
//! all the forms in which clients write a message.

use api::mcp::normalise;
use federation::limits::MAX_BODY_BYTES;
use rmcp::RoleServer;
use rmcp::model::{ErrorData, JsonRpcError, RequestId};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde::Serialize;
use serde_json::Value;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Stdin, Stdout};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// Maximum size of a message in bytes, which is also the hub's.
const MAX_LINE_BYTES: usize = MAX_BODY_BYTES;

/// The byte order mark in UTF-8, which some programs write first.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The transport. `receive` may be dropped while it waits, so whatever it has begun is kept here.
pub(super) struct Lines {
    input: BufReader<Stdin>,
    output: Arc<Mutex<Stdout>>,
    /// The part of the current line that has arrived.
    line: Vec<u8>,
    /// A refusal that is being written.
    refusal: Option<JoinHandle<io::Result<()>>>,
}

impl Lines {
    /// Standard input and output.
    pub(super) fn stdio() -> Self {
        let input = BufReader::new(tokio::io::stdin());
        Self { input, output: Arc::new(Mutex::new(tokio::io::stdout())), line: Vec::new(), refusal: None }
    }

    /// The next line, without its end; `None` at the end of the input. The last line may lack its end.
    async fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let chunk = self.input.fill_buf().await?;
            let is_last = chunk.is_empty();
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let (part, used) = match end {
                Some(end) => (chunk.get(..end).unwrap_or_default(), end + 1),
                None => (chunk, chunk.len()),
            };
            // One byte more than allowed shows that the line is too long; the rest of it is skipped.
            let room = (MAX_LINE_BYTES + 1).saturating_sub(self.line.len());
            self.line.extend(part.iter().take(room));
            self.input.consume(used);
            if is_last && self.line.is_empty() {
                return Ok(None);
            }
            if is_last || end.is_some() {
                return Ok(Some(std::mem::take(&mut self.line)));
            }
        }
    }

    /// Responds to a line that is not a message. The response is written in its own task, since half a response would break the session.
    fn refuse(&mut self, id: Option<RequestId>, error: ErrorData) {
        let unknown = id.is_none();
        let mut answer = serde_json::to_value(JsonRpcError::new(id, error)).unwrap_or_default();
        if unknown {
            // JSON-RPC requires the member; the type omits it.
            answer["id"] = Value::Null;
        }
        self.refusal = Some(tokio::spawn(write(self.output.clone(), answer)));
    }
}

async fn write(output: Arc<Mutex<Stdout>>, message: impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(&message)?;
    line.push(b'\n');
    let mut output = output.lock().await;
    output.write_all(&line).await?;
    output.flush().await
}

/// A line that is not a message: it is ignored, or answered with an error.
enum Unreadable {
    Ignored,
    Refused(Option<RequestId>, Box<ErrorData>),
}

fn read(line: &[u8]) -> Result<RxJsonRpcMessage<RoleServer>, Unreadable> {
    if line.len() > MAX_LINE_BYTES {
        let words = format!("The message is too large; at most {} KiB are accepted.", MAX_LINE_BYTES >> 10);
        return Err(Unreadable::Refused(None, ErrorData::invalid_request(words, None).into()));
    }
    let line = line.strip_prefix(BOM).unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Err(Unreadable::Ignored);
    }
    let mut message: Value = serde_json::from_slice(line).map_err(|error| {
        Unreadable::Refused(None, ErrorData::parse_error(format!("The line is not valid JSON: {error}."), None).into())
    })?;
    normalise(&mut message);
    let id = message.get("id").cloned();
    let is_notification = id.is_none() && message.get("method").is_some_and(Value::is_string);
    serde_json::from_value(message).map_err(|_| {
        if is_notification {
            return Unreadable::Ignored;
        }
        let words =
            "A line must be one JSON-RPC 2.0 message: an object with `jsonrpc`, `method` and, for a request, `id`.";
        let id = id.and_then(|id| serde_json::from_value(id).ok());
        Unreadable::Refused(id, ErrorData::invalid_request(words, None).into())
    })
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        write(self.output.clone(), message)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            if let Some(refusal) = &mut self.refusal {
                let written = refusal.await;
                self.refusal = None;
                written.ok()?.ok()?;
            }
            match read(&self.next_line().await.ok()??) {
                Ok(message) => return Some(message),
                Err(Unreadable::Ignored) => {}
                Err(Unreadable::Refused(id, error)) => self.refuse(id, *error),
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.output.lock().await.flush().await
    }
}
