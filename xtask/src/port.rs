//! Ports that nothing else has, since a server may be left running at the usual ones.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use crate::project::Failure;

/// The port of Kamodo's servers.
pub(crate) const USUAL: u16 = 60000;

/// Returns the first port from `first` on that is free on this machine.
pub(crate) fn first_free(first: u16) -> Result<u16, Failure> {
    (first..=u16::MAX).find(|port| is_free(*port)).ok_or_else(|| {
        Failure::new(format!("no port from {first} to {} is free", u16::MAX))
            .with_hint("end a program that listens at one of them, or choose one with `--port`")
    })
}

/// Returns whether no program has the port at any address of this machine.
fn is_free(port: u16) -> bool {
    let addresses = [SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), (Ipv6Addr::UNSPECIFIED, port).into()];
    addresses.iter().all(|address| {
        // a machine without IPv6 has no such address to take
        TcpListener::bind(address).map_or_else(|e| e.kind() != std::io::ErrorKind::AddrInUse, |_| true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_at_either_address_is_passed_over() {
        for host in ["127.0.0.1", "::1"] {
            let Ok(taken) = TcpListener::bind((host, 0)) else { continue };
            let port = taken.local_addr().unwrap().port();
            assert!(!is_free(port), "{host}");
            assert!(first_free(port).is_ok_and(|free| free > port), "{host}");
        }
    }
}
