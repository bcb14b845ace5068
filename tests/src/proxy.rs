//! A network between two servers that can be cut, slowed down or made silent.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Passes connections on to a server, as well as its [`Weather`] lets it.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

/// What the network is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Fair,
    /// Everything passes, some bytes at a time.
    Slow,
    /// Connections are open, and nothing passes.
    Silent,
}

#[derive(Debug)]
struct Shared {
    weather: Mutex<Weather>,
    /// What has passed so far, both ways together.
    n_bytes: AtomicU64,
    /// Both ends of every connection.
    sockets: Mutex<Vec<TcpStream>>,
}

/// How many bytes pass at a time in slow weather.
const SLOW_BYTES: usize = 256;

// === impl Proxy ===

impl Proxy {
    /// Listens on a free port of `localhost`, in fair weather.
    ///
    /// # Panics
    /// Where the system gives no port.
    #[must_use]
    pub fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("localhost", 0)).expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let shared = Arc::new(Shared {
            weather: Mutex::new(Weather::Fair),
            n_bytes: AtomicU64::new(0),
            sockets: Mutex::default(),
        });
        let accepted = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A server that is not there shows as a connection that ends at once.
                if let Ok(server) = TcpStream::connect(("localhost", to)) {
                    accepted.join(&client, &server);
                }
            }
        });
        Self { port, shared }
    }

    /// Returns the port at which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns how many bytes have passed so far, both ways together.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.shared.n_bytes.load(Ordering::Relaxed)
    }

    /// Changes the weather, also for connections that are open.
    pub fn set(&self, weather: Weather) {
        *lock(&self.shared.weather) = weather;
    }

    /// Cuts every connection.
    pub fn cut(&self) {
        for socket in lock(&self.shared.sockets).drain(..) {
            let _ = socket.shutdown(Shutdown::Both); // it may be cut already
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}

// === impl Shared ===

impl Shared {
    fn join(self: &Arc<Self>, client: &TcpStream, server: &TcpStream) {
        for (from, to) in [(client, server), (server, client)] {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { return };
            let _ = from.set_nodelay(true);
            lock(&self.sockets).extend(from.try_clone());
            let shared = Arc::clone(self);
            thread::spawn(move || shared.pass(from, to));
        }
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = vec![0; 1 << 16];
        loop {
            let weather = *lock(&self.weather);
            let limit = match weather {
                Weather::Fair => bytes.len(),
                Weather::Slow => SLOW_BYTES,
                Weather::Silent => {
                    thread::park_timeout(crate::PERIOD);
                    if from.take_error().is_ok_and(|error| error.is_some()) {
                        return;
                    }
                    continue;
                }
            };
            let read = from.read(&mut bytes[..limit]).unwrap_or(0);
            while *lock(&self.weather) == Weather::Silent {
                thread::park_timeout(crate::PERIOD);
            }
            self.n_bytes.fetch_add(read as u64, Ordering::Relaxed);
            if read == 0 || to.write_all(&bytes[..read]).is_err() {
                let _ = to.shutdown(Shutdown::Both); // it may be cut already
                return;
            }
            if weather == Weather::Slow {
                thread::park_timeout(crate::PERIOD);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
