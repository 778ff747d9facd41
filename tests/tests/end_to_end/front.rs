//! An address that stays, whichever hub is behind it.

use anyhow::Result;
use end_to_end::Hub;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};

/// An address that leads to a hub. Without a hub, connections are closed.
#[derive(Clone, Default)]
pub struct ProxyInFront(Arc<Mutex<Option<String>>>);

impl ProxyInFront {
    /// A front that leads nowhere yet, and its base URL.
    pub async fn start() -> Result<(Self, String)> {
        let front = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (base, leads) = (format!("http://{}", listener.local_addr()?), front.clone());
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let leads = leads.clone();
                tokio::spawn(async move {
                    let Some(to) = leads.0.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
                    if let Ok(mut to) = TcpStream::connect(to).await {
                        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        Ok((front, base))
    }

    pub fn lead_to(&self, hub: Option<&Hub>) {
        let address = hub.map(|hub| hub.base().trim_start_matches("http://").to_owned());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }
}
