//! The limit on open files and sockets, and how it is divided.

use crate::limits::Limits;

/// Raises the limit as far as the system lets this process, and returns it; `None` if the system does not report it.
/// Most systems start programs with a limit of 1,024, which programs that use `select` need, and allow far more.
pub(crate) fn raise_limit() -> Option<usize> {
    let raised = rlimit::increase_nofile_limit(u64::MAX);
    let raised = raised.inspect_err(|error| tracing::warn!(%error, "cannot raise the limit on open files"));
    let open = raised.or_else(|_| rlimit::Resource::NOFILE.get_soft()).ok()?;
    Some(usize::try_from(open).unwrap_or(usize::MAX))
}

/// Reduces the limits to fit `open` files. Clients get at most half of them, so that they cannot block access to
/// the database or to the sources.
pub(crate) fn fit(limits: Limits, open: usize) -> Limits {
    let connections = limits.connections.min(open / 2);
    // Each connection opens the file and its log.
    let database_connections = limits.database_connections.min(open / 8);
    // Each instance keeps two of these connections.
    let instances = limits.instances.min(u32::try_from(database_connections / 4).unwrap_or(u32::MAX).max(1));
    let outbound = limits.outbound.min(open / 8);
    if connections < limits.connections {
        tracing::warn!(
            open,
            connections,
            "few files may be open, so few connections are accepted: raise the limit (nofile)"
        );
    }
    Limits { connections, database_connections, instances, outbound, ..limits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_no_more_than_half() {
        let wide = fit(Limits::default(), 1 << 20);
        assert_eq!((wide.connections, wide.outbound), (Limits::default().connections, Limits::default().outbound));
        let narrow = fit(Limits { instances: 64, ..Limits::default() }, 256);
        assert_eq!((narrow.connections, narrow.database_connections, narrow.outbound), (128, 32, 32));
        assert_eq!(narrow.instances, 8, "they leave half of the database's connections to others");
    }
}
