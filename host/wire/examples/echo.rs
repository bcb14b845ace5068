//! The least that a server of Kamodo's schema does: `Function.call` returns its first argument.
//!
//! It runs on the same transport as the real server, which is measured against it: see `load` in the
//! client's examples. `echo [DIRECTORY]` prints its address; with a directory it encrypts, under the
//! certificate there.

use std::error::Error;
use std::path::Path;
use std::rc::Rc;

use kamodo_schema::{self as schema, array, function, literal};
use kamodo_wire::tls::{Acceptor, Identity, Paths};
use kamodo_wire::transport::{self, Limits};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

struct Kamodo;
struct Echo;

fn main() -> Result<(), Box<dyn Error>> {
    let acceptor = match std::env::args().nth(1) {
        None => None,
        Some(directory) => {
            let paths = Paths::self_signed(Path::new(&directory));
            Some(Acceptor::new(&Identity::load_or_create(&paths)?))
        }
    };
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    LocalSet::new().block_on(&runtime, serve(acceptor))
}

async fn serve(acceptor: Option<Acceptor>) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let client: schema::Client = capnp_rpc::new_client(Kamodo);
        let acceptor = acceptor.clone();
        tokio::task::spawn_local(async move {
            let session = match acceptor {
                None => transport::serve(socket, client.client, Limits::default()),
                Some(acceptor) => match acceptor.accept(socket).await {
                    Ok(stream) => transport::serve(stream, client.client, Limits::default()),
                    Err(error) => return eprintln!("{error}"),
                },
            };
            if let Err(error) = session.await {
                eprintln!("{error}");
            }
        });
    }
}

impl schema::Server for Kamodo {
    async fn get_fields(
        self: Rc<Self>,
        _: schema::GetFieldsParams,
        mut results: schema::GetFieldsResults,
    ) -> Result<(), capnp::Error> {
        let mut entry = results.get().init_fields().init_entries(1).get(0);
        entry.set_key("f")?;
        entry.init_value().set_func(capnp_rpc::new_client(Echo));
        Ok(())
    }
}

impl function::Server for Echo {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> Result<(), capnp::Error> {
        let arg = params.get()?.get_args()?.get(0);
        let mut result = results.get().init_result();
        match arg.which()? {
            literal::Float64(value) => result.set_float64(value),
            literal::Array(source) => copy(source?, result.init_array())?,
            _ => return Err(capnp::Error::failed("expected float64 or array".into())),
        }
        Ok(())
    }
}

fn copy(source: array::Reader<'_>, mut target: array::Builder<'_>) -> Result<(), capnp::Error> {
    target.set_dtype(source.get_dtype()?);
    target.set_shape(source.get_shape()?)?;
    target.set_data(source.get_data()?);
    Ok(())
}
