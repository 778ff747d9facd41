//! The names of the component's variables, which `spin.toml` declares and a host sets.

/// The bootstrap token.
pub const TOKEN: &str = "reuse_surface_token";

/// The request header in which a trusted proxy gives the address of the client.
pub const CLIENT_ADDRESS_HEADER: &str = "client_address_header";

/// Where clients reach the hub.
pub const PUBLIC_URL: &str = "public_url";

/// The host that runs the component.
pub const SERVED_BY: &str = "served_by";

/// Synonyms that the search uses in addition to its own.
pub const SEARCH_SYNONYMS: &str = "search_synonyms";

/// The issuers of identities that CI jobs exchange for tokens.
pub const CI_ISSUERS: &str = "ci_issuers";

/// The base URL of the hub that this one mirrors.
pub const MIRROR_OF: &str = "mirror_of";

/// The private keys that sign the transparency log.
pub const LOG_KEY: &str = "log_key";

/// The PostgreSQL database.
pub const DATABASE_URL: &str = "database_url";

/// The certificate of the authority of the database server.
pub const DATABASE_CA: &str = "database_ca";

/// The grant for the database server. Only the manifest reads it.
pub const DATABASE_HOST: &str = "database_host";
