//! A connection for programs that use a database without a host.

use super::pool::tls;
use tokio_postgres::{Client, Config};

/// Connects to a server. Its certificate must have been issued by the CA `authority` (PEM), or, without one, by a CA that this machine trusts.
///
/// # Errors
/// If the URL or the authority is not usable, or the server cannot be reached.
pub async fn postgres_client(url: &str, authority: Option<&str>) -> anyhow::Result<Client> {
    let config: Config = url.parse()?;
    let tls = tls(&config, authority).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to PostgreSQL broke off");
        }
    });
    Ok(client)
}
