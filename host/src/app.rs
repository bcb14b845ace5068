//! The story of a server: look, listen, say so, serve, drain.

mod signals;

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use kamodo_registry::{Administration, Dispatcher, Publisher, Registry};
use kamodo_relay::Upstream;
use kamodo_server::{Config, Listening, Server};
use kamodo_wire::tls::Identity;

use crate::cli::Serve;
use crate::live::{self, Live, Settle};
use crate::settings::{SocketPlace, misleading_variables};
use crate::table::{self, Room};
use crate::{Error, Running, Sources, Supervisor, guard, paths, socket, telemetry, waiting};
use signals::{Signal, Signals};

/// Serves until a signal says stop.
///
/// # Errors
/// [`Error`] if there is nothing good to begin with, or the system refuses what serving needs, or a part of the
/// program fails that it cannot serve without.
pub fn serve(serve: &Serve) -> Result<ExitCode, Error> {
    kamodo_files::keep_working_directory();
    let publisher = Publisher::new();
    let log = telemetry::start(publisher.registry().health(), &serve.log_level)
        .map_err(Error::system("cannot start the log"))?;
    let served = run(serve, publisher, &log);
    log.flush();
    served
}

fn run(serve: &Serve, publisher: Publisher, log: &telemetry::Log) -> Result<ExitCode, Error> {
    let registry = Arc::clone(publisher.registry());
    // First of all, so that no server is ready that cannot be told to stop.
    let health = Arc::clone(registry.health());
    let signals = Signals::start(health, log.clone()).map_err(Error::system("cannot wait for signals"))?;
    // Now that signals are handled, and before plugins are loaded, which may change that.
    guard::watch(Arc::clone(registry.health())).map_err(Error::system("cannot watch over plugins"))?;
    let supervisor = first_look(serve, publisher)?;

    let given = &serve.flags.0;
    let effective = given.over(supervisor.settings());
    for warning in misleading_variables(&effective, |name| std::env::var(name).ok()) {
        tracing::warn!("{warning}");
    }
    // A server that does not start must leave no certificate behind: it is made once the port is its own.
    let listening = Listening::at(&effective.host, effective.port)?;
    let identity = Identity::load_or_create(&live::paths(&effective))?;
    for warning in &identity.warnings {
        tracing::warn!("{warning}");
    }
    let config = Config {
        host: effective.host.clone(),
        port: effective.port,
        identity: Some(identity.clone()),
        n_workers: effective.workers.count(),
        limits: live::limits(&effective),
    };
    let dispatcher = Dispatcher::start().map_err(Error::system("cannot start the pool"))?;
    let mut server = Server::start_on(listening, &config, Arc::clone(&registry), dispatcher)?;
    let (watching, socket) = (effective.watch, effective.admin_socket.clone());
    let expected = supervisor.upstreams().to_vec();
    let live = Arc::new(Live::new(server.controls(), given.clone(), effective, identity));
    let settle = Arc::clone(&live) as Arc<dyn Settle>;
    let supervisor = Running::start(supervisor, settle, watching).map_err(Error::Watch)?;

    administer(&mut server, &socket, supervisor.administration())?;
    announce(&registry, &expected, &server).map_err(Error::system("cannot start a thread"))?;
    let failure = loop {
        match signals.next() {
            Signal::LookAgain => {
                tracing::info!("asked to look again (SIGHUP)");
                supervisor.look_again();
            }
            Signal::Stop => break None,
            Signal::Fail(reason) => break Some(reason),
        }
    };
    tracing::info!("stopping: open calls may take {:?} more", live.effective().drain);
    let drained = server.drain(live.effective().drain);
    for calls in &drained.running {
        tracing::warn!("cut off: {calls}");
    }
    for thread in &drained.threads {
        tracing::warn!("the thread {thread} did not end in time, and ends with the process");
    }
    // Not before: open calls may be on their way to upstreams.
    if !ends_within(GRACE, move || drop(supervisor)) {
        tracing::warn!("the supervisor did not end in time, and ends with the process");
    }
    tracing::info!("stopped; {} connections were cut off", drained.n_cut_off);
    failure.map_or(Ok(ExitCode::SUCCESS), |reason| Err(Error::Fault { reason }))
}

/// How long a part of the program may take to end. What a signal has stopped must not go on because of it.
const GRACE: Duration = Duration::from_secs(2);

/// Runs something that may not return, and says whether it did within so long.
fn ends_within(limit: Duration, work: impl FnOnce() + Send + 'static) -> bool {
    let (ended, end) = mpsc::channel();
    let thread = thread::Builder::new().name("end".to_owned()).spawn(move || {
        work();
        let _ = ended.send(()); // nobody may wait any more
    });
    thread.is_ok() && end.recv_timeout(limit).is_ok()
}

/// Looks at the files for the first time: there is no last good generation to fall back on.
fn first_look(serve: &Serve, publisher: Publisher) -> Result<Supervisor, Error> {
    let sources = Sources {
        config: serve.file.clone(),
        plugin_directories: serve.plugins.clone(),
        given: serve.flags.0.clone(),
    };
    let mut supervisor = Supervisor::new(sources, paths::stage(), publisher);
    let report = supervisor.look();
    for diagnostic in &report.diagnostics {
        telemetry::say(format_args!("{}\n", diagnostic.render()));
    }
    let n_errors = report.n_errors();
    if n_errors > 0 && !serve.tolerant {
        return Err(Error::NothingToServe {
            file: serve.file.clone(),
            n_errors,
            n_good: report.defined.len(),
        });
    }
    Ok(supervisor)
}

/// Opens the local socket. One that nobody asked for is no condition of serving.
fn administer(
    server: &mut Server,
    place: &SocketPlace,
    administration: Arc<dyn Administration>,
) -> Result<(), Error> {
    let port = server.addresses().first().map_or(0, SocketAddr::port);
    let own = match place {
        SocketPlace::None => None,
        SocketPlace::At(path) => return Ok(server.administer(path, administration)?),
        SocketPlace::Auto => socket::places(port).into_iter().next(),
    };
    if let Some(path) = own
        && let Err(error) = server.administer(&path, administration)
    {
        let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        tracing::warn!("nobody can administer this server: {}{hint}", telemetry::chain(&error));
    }
    Ok(())
}

/// Prints what is served and where; the line `ready` comes last. Nobody waits for whoever reads it: a server whose
/// output cannot be written serves all the same.
fn announce(registry: &Registry, expected: &[Upstream], server: &Server) -> std::io::Result<()> {
    let snapshot = registry.snapshot();
    let room = Room::of_output(false, "kamodo-rpc list --wide");
    let mut text = table::render(snapshot.functions().map(|function| &**function), room);
    for line in waiting::lines(snapshot.functions().map(|function| &**function), expected) {
        text += &format!("\n{line}");
    }
    for upstream in expected {
        text += &format!("\nfunctions of {} come as soon as it answers", upstream.origin());
    }
    let addresses: Vec<_> = server.addresses().iter().map(ToString::to_string).collect();
    let addresses = addresses.join(" and ");
    text += &format!("\nready at {addresses}");
    thread::Builder::new().name("announce".to_owned()).spawn(move || {
        let mut out = std::io::stdout().lock();
        if let Err(error) = writeln!(out, "{text}").and_then(|()| out.flush()) {
            tracing::warn!("standard output: cannot be written: {error}; ready at {addresses}");
        }
    })?;
    Ok(())
}
