//! The sockets that clients dial.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};

use crate::Error;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// How often a free port is looked for that is free on every address of the host.
const PORT_TRIES: usize = 16;

/// Listens on every address of a host: `localhost` is 127.0.0.1 and ::1, and clients try either first; `*` and `::`
/// are all addresses of the machine, of IPv4 and of IPv6.
///
/// Port 0 stands for any free one, the same on all addresses.
pub(crate) fn listen(host: &str, port: u16) -> Result<Vec<TcpListener>, Error> {
    let addresses = resolve(host, port)?;
    let mut tries = if port == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        match listen_on(host, &addresses) {
            Err(Error::Listen { source, .. }) if tries > 0 && source.kind() == io::ErrorKind::AddrInUse => {}
            result => return result,
        }
    }
}

fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    let failed = |source| Error::Resolve { host: host.to_owned(), source };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut addresses: Vec<_> = match bare {
        "" | "*" => vec![(Ipv4Addr::UNSPECIFIED, port).into(), (Ipv6Addr::UNSPECIFIED, port).into()],
        _ => (bare, port).to_socket_addrs().map_err(failed)?.collect(),
    };
    // It means both with most programs, since a socket at it takes IPv4 as well unless it is told not to.
    if addresses.contains(&(Ipv6Addr::UNSPECIFIED, port).into()) {
        addresses.push((Ipv4Addr::UNSPECIFIED, port).into());
    }
    // `::ffff:127.0.0.1` is an address of IPv4, which a socket of IPv6 alone does not take.
    for address in &mut addresses {
        if let IpAddr::V6(ip) = address.ip()
            && let Some(ip) = ip.to_ipv4_mapped()
        {
            address.set_ip(ip.into());
        }
    }
    // IPv4 first, since that is where the published client begins.
    addresses.sort_by_key(|address| (address.is_ipv6(), *address));
    addresses.dedup();
    if addresses.is_empty() { Err(failed(io::ErrorKind::NotFound.into())) } else { Ok(addresses) }
}

/// Listens on all addresses of a host that this machine has. That another program has one of them is an error: its
/// clients would reach one program or the other by chance.
fn listen_on(host: &str, addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Error> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut absent = Vec::new();
    for address in addresses {
        let mut address = *address;
        let found = listeners.first().and_then(|first| first.local_addr().ok());
        if let (0, Some(found)) = (address.port(), found) {
            address.set_port(found.port());
        }
        let meant = addresses.iter().map(SocketAddr::ip).collect();
        let failed = |source| Error::Listen { host: host.to_owned(), meant, address, source };
        match listen_at(address) {
            Ok(listener) => listeners.push(listener),
            // A machine without IPv6, or a name that also means another machine.
            Err(source) if is_absent(&source) => absent.push(failed(source)),
            Err(source) => return Err(failed(source)),
        }
    }
    if listeners.is_empty()
        && let Some(error) = absent.pop()
    {
        return Err(error);
    }
    for error in absent {
        tracing::info!("{error}: this machine has no such address");
    }
    Ok(listeners)
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
    use std::net::TcpStream;

    use insta::assert_snapshot;

    use super::*;

    fn addresses(listeners: &[TcpListener]) -> Vec<SocketAddr> {
        listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
    }

    fn has_ipv6() -> bool {
        TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
    }

    fn shown(error: &Error, port: u16) -> String {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        let text = format!("{error}{cause}\nhint: {}", error.hint().unwrap_or_default());
        text.replace(&port.to_string(), "PORT")
    }

    #[test]
    fn localhost_is_one_port_on_all_its_addresses() {
        let found = addresses(&listen("localhost", 0).unwrap());
        assert!(found[0].port() != 0);
        assert!(found.iter().all(|one| one.port() == found[0].port()), "{found:?}");
    }

    #[test]
    fn names_that_mean_both_families_listen_on_both() {
        for host in ["*", "::", "[::]", ""] {
            let listeners = listen(host, 0).unwrap();
            let found = addresses(&listeners);
            let mut expected: Vec<IpAddr> = vec![Ipv4Addr::UNSPECIFIED.into()];
            expected.extend(has_ipv6().then_some(IpAddr::from(Ipv6Addr::UNSPECIFIED)));
            assert_eq!(found.iter().map(SocketAddr::ip).collect::<Vec<_>>(), expected, "{host}");
            TcpStream::connect((Ipv4Addr::LOCALHOST, found[0].port())).unwrap();
            if has_ipv6() {
                TcpStream::connect((Ipv6Addr::LOCALHOST, found[0].port())).unwrap();
            }
            // The same again at a fixed port, as after a restart.
            drop(listeners);
            assert_eq!(addresses(&listen(host, found[0].port()).unwrap()), found, "{host}");
        }
    }

    #[test]
    fn addresses_of_one_family_mean_that_family() {
        let found = addresses(&listen("0.0.0.0", 0).unwrap());
        assert_eq!(
            found.iter().map(SocketAddr::ip).collect::<Vec<_>>(),
            [IpAddr::from(Ipv4Addr::UNSPECIFIED)]
        );
        let found = addresses(&listen("::ffff:127.0.0.1", 0).unwrap());
        assert_eq!(found.iter().map(SocketAddr::ip).collect::<Vec<_>>(), [IpAddr::from(Ipv4Addr::LOCALHOST)]);
        if has_ipv6() {
            let found = addresses(&listen("::1", 0).unwrap());
            assert_eq!(
                found.iter().map(SocketAddr::ip).collect::<Vec<_>>(),
                [IpAddr::from(Ipv6Addr::LOCALHOST)]
            );
        }
    }

    #[test]
    fn a_machine_without_one_of_the_addresses_listens_on_the_others() {
        let documentation = "[2001:db8::1]:0".parse().unwrap(); // no machine has it
        let local = "127.0.0.1:0".parse().unwrap();
        let listeners = listen_on("both.example", &[local, documentation]).unwrap();
        assert_eq!(listeners.len(), 1);
        let error = listen_on("elsewhere.example", &[documentation]).unwrap_err();
        assert!(matches!(error, Error::Listen { address, .. } if address == documentation), "{error}");
    }

    #[test]
    fn a_port_that_is_taken_is_named() {
        let taken = listen("127.0.0.1", 0).unwrap();
        let port = addresses(&taken)[0].port();
        assert_snapshot!(shown(&listen("127.0.0.1", port).unwrap_err(), port), @"
        127.0.0.1:PORT: cannot listen: Address already in use (os error 98)
        hint: another program has port PORT there; choose one with `--port`
        ");
    }

    #[test]
    fn of_several_addresses_the_one_that_is_taken_is_named() {
        for host in ["localhost", "*"] {
            for index in 0..listen(host, 0).unwrap().len() {
                let mut all = listen(host, 0).unwrap();
                let taken = all.swap_remove(index);
                drop(all);
                let address = taken.local_addr().unwrap();
                let error = listen(host, address.port()).unwrap_err();
                assert_eq!(error.to_string(), format!("{address}: cannot listen"), "{host}");
            }
        }
        let meant = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let (address, source) = ("[::1]:60000".parse().unwrap(), io::ErrorKind::AddrInUse.into());
        let error = Error::Listen { host: "localhost".to_owned(), meant, address, source };
        assert_snapshot!(shown(&error, 60000), @"
        [::1]:PORT: cannot listen: address in use
        hint: another program has port PORT there; choose one with `--port`, or name one address with `--host`: `localhost` means 127.0.0.1 and ::1
        ");
    }

    #[test]
    fn a_name_without_address_is_named() {
        let error = listen("name.invalid", 0).unwrap_err();
        assert_eq!(error.to_string(), "host `name.invalid`: cannot be resolved");
    }
}
