//! How many files and sockets the process may have open, and who gets how many of them.

use crate::limits::Limits;

/// Raises the limit as far as the system lets this process. Most systems start programs with 1,024, which those that use `select` need, and allow
/// far more. Gives how many may be open then; `None` where that cannot be asked.
pub(crate) fn raise() -> Option<usize> {
    let raised = rlimit::increase_nofile_limit(u64::MAX);
    let raised = raised.inspect_err(|error| tracing::warn!(%error, "the limit of open files cannot be raised"));
    let open = raised.or_else(|_| rlimit::Resource::NOFILE.get_soft()).ok()?;
    Some(usize::try_from(open).unwrap_or(usize::MAX))
}

/// The limits that fit `open` files: at most half of them are for clients, so that no number of these takes the database or the way to the sources away.
pub(crate) fn fit(limits: Limits, open: usize) -> Limits {
    let connections = limits.connections.min(open / 2);
    // Each has the file and its log.
    let database_connections = limits.database_connections.min(open / 8);
    // Each keeps two of these connections.
    let instances = limits.instances.min(u32::try_from(database_connections / 4).unwrap_or(u32::MAX).max(1));
    let outbound = limits.outbound.min(open / 8);
    if connections < limits.connections {
        tracing::warn!(
            open,
            connections,
            "few files may be open, so few connections are taken: raise the limit (nofile)"
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
        assert_eq!(narrow.instances, 8, "what they keep leaves half of the database's connections");
    }
}
