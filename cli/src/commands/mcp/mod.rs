//! `reuse-surface mcp`: the hub's tools for agents, over standard input and output.

mod lines;

use self::lines::Lines;
use super::connect;
use crate::args::{Global, LogFormat, LogLevel};
use crate::client::{self, Base};
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use crate::output;
use federation::problem::program::HUB_UNREACHABLE;
use rmcp::model::{
    CallToolRequestMethod, CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig,
    ConstString as _, ContentBlock, CustomRequest, CustomResult, DiscoverResult, ErrorCode, Implementation,
    InitializeRequestParams, InitializeResult, ListToolsResult, PaginatedRequestParams, ProtocolVersion,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::{ClientInitializeError, RequestContext, RunningService, ServerInitializeError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{
    ClientLifecycleMode, ClientServiceExt as _, ErrorData, RoleClient, RoleServer, ServerHandler, ServiceError,
    ServiceExt as _,
};
use serde_json::json;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Timeout in seconds. The hub answers from stored data, so only the connection takes time.
const DEFAULT_TIMEOUT: u64 = 30;

pub(super) async fn run(global: &Global) -> Result<Exit, Failure> {
    // What `rmcp` logs below this level happens in ordinary sessions, and agents show every line to their users as a warning.
    output::start_log(LogFormat::Text, LogLevel::Error);
    let base = connect::base(&global.base_url)?;
    let timeout = Duration::from_secs(global.timeout.unwrap_or(DEFAULT_TIMEOUT));
    let bridge = Bridge { http: client::http(&base, timeout)?, base, hub: OnceCell::new() };
    match bridge.serve(Lines::stdio()).await {
        Ok(serving) => serving.waiting().await.map(drop).map_err(|error| broken(&error))?,
        // The input ended before the first message.
        Err(ServerInitializeError::ConnectionClosed(_)) => {}
        Err(error) => return Err(broken(&error)),
    }
    Ok(Exit::Done)
}

fn broken(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Refused, "the MCP session on standard input failed")
        .because(chain(error))
        .hint("let an agent start this command and use the Model Context Protocol: see `reuse-surface mcp --help`")
}

/// A server that offers the hub's tools.
struct Bridge {
    http: reqwest::Client,
    base: Base,
    /// Connected at first use, so that an agent can start before its hub.
    hub: OnceCell<RunningService<RoleClient, ClientConfig>>,
}

impl Bridge {
    /// The connection to the hub, or a text for the agent that says why it failed.
    async fn hub(&self) -> Result<&RunningService<RoleClient, ClientConfig>, String> {
        let connected = self.hub.get_or_try_init(|| async {
            let endpoint = self.base.endpoint(&["mcp"], &[]).to_string();
            let transport = StreamableHttpClientTransport::with_client(
                self.http.clone(),
                StreamableHttpClientTransportConfig::with_uri(endpoint),
            );
            let lifecycle = ClientLifecycleMode::Auto {
                preferred_versions: vec![ProtocolVersion::LATEST],
                legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
            };
            ClientConfig::new(ClientCapabilities::default(), implementation())
                .serve_with_lifecycle(transport, lifecycle)
                .await
        });
        connected.await.map_err(|error| match error {
            // The first attempt has the real cause; the second is for hubs with older protocol revisions.
            ClientInitializeError::LegacyFallbackFailed { discover, .. } => self.unreachable(&*discover),
            error => self.unreachable(&error),
        })
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> String {
        let causes = chain(error).join(": ");
        tracing::error!("the hub at {} is not reachable: {causes}", self.base);
        json!({
            "code": HUB_UNREACHABLE.code,
            "title": HUB_UNREACHABLE.title,
            "detail": format!("{} does not respond ({causes}).", self.base),
            "remedy": HUB_UNREACHABLE.remedy,
        })
        .to_string()
    }

    /// The description of the server, with what the hub says of itself if it can be reached.
    async fn introduction(&self, mut server: ServerConfig) -> ServerConfig {
        if let Ok(hub) = self.hub().await
            && let Some(info) = hub.peer_info()
        {
            server.instructions.clone_from(&info.instructions);
            if let Some(hub) = &info.server_info {
                server.server_info.title.clone_from(&hub.title);
                server.server_info.website_url.clone_from(&hub.website_url);
            }
        }
        server
    }
}

impl ServerHandler for Bridge {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build()).with_server_info(implementation())
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        context.peer.set_peer_info(request.clone());
        Ok(self.introduction(self.negotiate_initialize(&request)?).await)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.introduction(self.get_info()).await))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let unreachable = |words| ErrorData::internal_error(words, None);
        match self.hub().await.map_err(unreachable)?.list_tools(request).await {
            Err(ServiceError::McpError(refusal)) => Err(refusal),
            listed => listed.map_err(|error| unreachable(self.unreachable(&error))),
        }
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let called = match self.hub().await {
            Ok(hub) => match hub.call_tool(request).await {
                Err(ServiceError::McpError(refusal)) => return Err(refusal),
                called => called.map_err(|error| self.unreachable(&error)),
            },
            Err(words) => Err(words),
        };
        // A model reads results of tools but not errors of the protocol.
        Ok(called.unwrap_or_else(|words| CallToolResult::error(vec![ContentBlock::text(words)])).into())
    }

    /// Refuses requests that `rmcp` does not know, which include calls with missing or invalid parameters.
    async fn on_custom_request(
        &self,
        CustomRequest { method, params, .. }: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let read = |params| serde_json::from_value::<CallToolRequestParams>(params);
        Err(match read(params.unwrap_or_else(|| json!({}))) {
            Err(error) if method == CallToolRequestMethod::VALUE => {
                ErrorData::invalid_params(format!("{error}."), None)
            }
            _ => ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "This server has no such method.", None),
        })
    }
}

fn implementation() -> Implementation {
    Implementation::new("reuse-surface", env!("CARGO_PKG_VERSION"))
}
