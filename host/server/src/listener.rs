//! The sockets that clients dial.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};

use crate::Error;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// How often a free port is looked for that is free on every address of the host.
const PORT_TRIES: usize = 16;

/// Listens on every address of a host: `localhost` is 127.0.0.1 and ::1, and clients try either first.
///
/// Port 0 stands for any free one, the same on all addresses.
pub(crate) fn listen(host: &str, port: u16) -> Result<Vec<TcpListener>, Error> {
    let addresses = resolve(host, port)?;
    let mut tries = if port == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        match listen_on(&addresses) {
            Err(Error::Listen { source, .. }) if tries > 0 && source.kind() == io::ErrorKind::AddrInUse => {}
            result => return result,
        }
    }
}

fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    let failed = |source| Error::Resolve { host: host.to_owned(), source };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut addresses: Vec<_> = (bare, port).to_socket_addrs().map_err(failed)?.collect();
    // IPv4 first, since that is where the published client begins.
    addresses.sort_by_key(|address| (address.is_ipv6(), *address));
    addresses.dedup();
    if addresses.is_empty() { Err(failed(io::ErrorKind::NotFound.into())) } else { Ok(addresses) }
}

fn listen_on(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Error> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut refused = None;
    for address in addresses {
        let mut address = *address;
        let found = listeners.first().and_then(|first| first.local_addr().ok());
        if let (0, Some(found)) = (address.port(), found) {
            address.set_port(found.port());
        }
        match listen_at(address) {
            Ok(listener) => listeners.push(listener),
            // A machine without IPv6, or a name that also means another machine.
            Err(source) if is_absent(&source) => refused = Some(Error::Listen { address, source }),
            Err(source) => return Err(Error::Listen { address, source }),
        }
    }
    match refused {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?; // 0.0.0.0 and :: are two sockets, asked for as two
    }
    socket.set_reuse_address(true)?; // a restart need not wait for the last connections to be forgotten
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn is_absent(error: &io::Error) -> bool {
    // EAFNOSUPPORT has no kind of its own.
    const EAFNOSUPPORT: i32 = 97;
    error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(EAFNOSUPPORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_one_port_on_all_its_addresses() {
        let listeners = listen("localhost", 0).unwrap();
        let ports: Vec<_> = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        assert!(ports.iter().all(|&port| port == ports[0] && port != 0), "{ports:?}");
    }

    #[test]
    fn a_port_that_is_taken_is_named() {
        let taken = listen("127.0.0.1", 0).unwrap();
        let address = taken[0].local_addr().unwrap();
        let error = listen("127.0.0.1", address.port()).unwrap_err();
        assert_eq!(error.to_string(), format!("{address}: cannot listen"));
    }

    #[test]
    fn a_name_without_address_is_named() {
        let error = listen("name.invalid", 0).unwrap_err();
        assert_eq!(error.to_string(), "host `name.invalid`: cannot be resolved");
    }
}
