//! Arrays that travel in pieces, so that no message holds one whole.
//!
//! An [`Upload`] is an array on its way to the server, [`Pieces`] are one on its way here, and
//! [`Call::map`] has both: a function that works element by element is applied to an array that neither side
//! ever holds whole. Who is faster waits for the other. Only a server of ours takes part.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;

use kamodo_schema::extension::{sink, upload};
use kamodo_value::{Array, Buffer, Dtype};
use kamodo_wire::literal::{self, Assembly, Form};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::extension::absent;
use crate::{Call, Client, Element, Error, Mismatch, RemoteValue};

/// The bytes of one message.
const PIECE_BYTES: usize = 256 << 10;

/// An array on its way to the server, where it becomes a value.
pub struct Upload<T> {
    client: upload::Client,
    connection: Rc<Connection>,
    kind: PhantomData<T>,
}

/// The argument of [`Call::map`], on its way to the server. Its results have to be taken meanwhile.
pub struct Mapped<T> {
    client: sink::Client,
    kind: PhantomData<T>,
}

/// An array on its way here.
pub struct Pieces {
    events: mpsc::Receiver<Event>,
    form: Option<Form>,
    /// The beginning of an element.
    rest: Vec<u8>,
    /// What waits for the end, where something does.
    sending: JoinSet<()>,
}

enum Event {
    Begun(Form),
    Data(Vec<u8>),
    Done,
    Failed(Error),
}

/// What a server sends an array to.
struct SinkServer(mpsc::Sender<Event>);

// === impl Client ===

impl Client {
    /// Begins to send an array in pieces.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # doc::served(async |client: kamodo_client::Client| {
    /// use kamodo_client::Expression;
    ///
    /// let mut upload = client.upload::<f64>(&[2, 3])?;
    /// upload.write(&[1.0, 2.0]).await?; // as much as there is
    /// upload.write(&[3.0, 4.0, 5.0, 6.0]).await?;
    /// let stored = upload.finish().await?;
    ///
    /// let result = client.evaluate(&Expression::call("f", (&stored,))).await?;
    /// let mut pieces = result.download();
    /// let mut sum = 0.0;
    /// while let Some(piece) = pieces.next::<f64>().await? {
    ///     sum += piece.iter().sum::<f64>();
    /// }
    /// assert_eq!((sum, pieces.shape()), (64.0, Some(&[2, 3][..])));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error::Literal`] for a dimension that the interface cannot hold. What the server says comes with
    /// [`Upload::write`] and [`Upload::finish`].
    pub fn upload<T: Element>(&self, shape: &[usize]) -> Result<Upload<T>, Error>
    where
        Vec<T>: Into<Buffer>,
    {
        let connection = self.connection();
        let mut request = connection.extension().upload_request();
        let mut params = request.get();
        params.set_dtype(T::DTYPE.name());
        write_shape(params.init_shape(shape.len() as u32), shape)?;
        let client = request.send().pipeline.get_upload();
        Ok(Upload { client, connection: connection.clone(), kind: PhantomData })
    }
}

fn write_shape(mut dims: capnp::primitive_list::Builder<'_, u32>, shape: &[usize]) -> Result<(), Error> {
    for (index, &found) in shape.iter().enumerate() {
        let dim = u32::try_from(found);
        let failed = |_| Error::Literal { source: literal::Error::Dimension { found } };
        dims.set(index as u32, dim.map_err(failed)?);
    }
    Ok(())
}

/// Splits elements into messages, each as bytes.
fn messages<T: Element>(elements: &[T]) -> impl Iterator<Item = Vec<u8>> + use<'_, T>
where
    Vec<T>: Into<Buffer>,
{
    let size = T::DTYPE.size();
    elements.chunks(PIECE_BYTES / size).map(move |chunk| {
        let chunk_bytes = chunk.len() * size;
        literal::bytes_of(&Array::vector(chunk.to_vec()), 0..chunk_bytes).to_owned()
    })
}

// === impl Upload ===

impl<T: Element> Upload<T>
where
    Vec<T>: Into<Buffer>,
{
    /// Sends the next elements, in C order; returns as soon as more may be sent.
    ///
    /// # Errors
    /// [`Error::NoExtension`], or [`Error::Remote`] with what the server says, at the latest at the end.
    pub async fn write(&mut self, elements: &[T]) -> Result<(), Error> {
        for bytes in messages(elements) {
            let mut request = self.client.write_request();
            request.get().set_data(&bytes);
            request.send().await.map_err(absent)?;
        }
        Ok(())
    }

    /// Waits until all has come, and gives the value that it is there.
    ///
    /// # Errors
    /// As [`Upload::write`]; also where more or fewer elements were sent than the shape has.
    pub async fn finish(self) -> Result<RemoteValue, Error> {
        let response = self.client.finish_request().send().promise.await.map_err(absent)?;
        Ok(RemoteValue::new(response.get()?.get_value()?, &self.connection))
    }
}

// === impl Mapped ===

impl<T: Element> Mapped<T>
where
    Vec<T>: Into<Buffer>,
{
    /// Sends the next elements, in C order; returns as soon as more may be sent.
    ///
    /// # Errors
    /// [`Error::NoExtension`], or [`Error::Remote`] with what the server says, at the latest at the end.
    pub async fn write(&mut self, elements: &[T]) -> Result<(), Error> {
        for bytes in messages(elements) {
            let mut request = self.client.write_request();
            request.get().set_data(&bytes);
            request.send().await.map_err(absent)?;
        }
        Ok(())
    }

    /// Says that all was sent, and waits until all results were taken.
    ///
    /// # Errors
    /// As [`Mapped::write`].
    pub async fn done(self) -> Result<(), Error> {
        self.client.done_request().send().promise.await.map_err(absent)?;
        Ok(())
    }
}

// === impl Call ===

impl Call {
    /// Applies the function to an array of this shape as its argument `over`, piece by piece: the array goes
    /// into the one, the results come out of the other. The function must work element by element.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # doc::served(async |client: kamodo_client::Client| {
    /// let p_dyn = client.function("p_dyn").await?;
    /// let (mut n, mut p) = p_dyn.with(()).keyword("v", 400.0).map::<f64>("n", &[1_000_000])?;
    /// let send = async {
    ///     for _ in 0..1000 {
    ///         n.write(&[5.0; 1000]).await?;
    ///     }
    ///     n.done().await
    /// };
    /// let take = async {
    ///     let mut n_taken = 0;
    ///     while let Some(piece) = p.next::<f64>().await? {
    ///         n_taken += piece.len();
    ///     }
    ///     Ok(n_taken)
    /// };
    /// let (_, n_taken) = futures::try_join!(send, take)?;
    /// assert_eq!(n_taken, 1_000_000);
    /// # Ok(()) });
    /// ```
    ///
    /// A deadline of the call does not hold for it.
    ///
    /// # Errors
    /// [`Error::Argument`] for what cannot be sent. What the server says comes with the pieces.
    pub fn map<T: Element>(self, over: &str, shape: &[usize]) -> Result<(Mapped<T>, Pieces), Error>
    where
        Vec<T>: Into<Buffer>,
    {
        let (sender, mut pieces) = Pieces::begin();
        let arguments = self.send_map(over, capnp_rpc::new_client(SinkServer(sender.clone())))?;
        let mut request = arguments.begin_request();
        let mut params = request.get();
        params.set_dtype(T::DTYPE.name());
        write_shape(params.init_shape(shape.len() as u32), shape)?;
        // A refusal shows in every later request as well; who only takes results is told of it so.
        pieces.watch(request.send().promise, sender);
        Ok((Mapped { client: arguments, kind: PhantomData }, pieces))
    }
}

// === impl RemoteValue ===

impl RemoteValue {
    /// Sends for the value, which must be an array, in pieces.
    #[must_use]
    pub fn download(&self) -> Pieces {
        let (sender, mut pieces) = Pieces::begin();
        let mut request = self.connection().extension().download_request();
        request.get().set_value(self.client().clone());
        request.get().set_into(capnp_rpc::new_client(SinkServer(sender.clone())));
        pieces.watch(request.send().promise, sender);
        pieces
    }
}

// === impl Pieces ===

impl Pieces {
    fn begin() -> (mpsc::Sender<Event>, Self) {
        let (sender, events) = mpsc::channel(1); // the next one comes when this one is taken
        (sender, Self { events, form: None, rest: Vec::new(), sending: JoinSet::new() })
    }

    /// Tells of a request's failure, which nothing else would.
    fn watch<T: 'static>(
        &mut self,
        answer: impl Future<Output = Result<T, capnp::Error>> + 'static,
        sender: mpsc::Sender<Event>,
    ) {
        self.sending.spawn_local(async move {
            if let Err(error) = answer.await {
                let _ = sender.send(Event::Failed(absent(error))).await; // nobody may take them any more
            }
        });
    }

    /// Returns the length of each dimension, once the first piece has come.
    #[must_use]
    pub fn shape(&self) -> Option<&[usize]> {
        self.form.as_ref().map(Form::shape)
    }

    /// Waits for the beginning, and returns the type of the elements, for who is to choose one for
    /// [`Pieces::next`].
    ///
    /// # Errors
    /// [`Error::Remote`] with what the server says.
    pub async fn dtype(&mut self) -> Result<Dtype, Error> {
        while self.form.is_none() {
            match self.events.recv().await {
                Some(Event::Begun(form)) => self.form = Some(form),
                Some(Event::Failed(error)) => return Err(error),
                Some(Event::Data(_) | Event::Done) => return Err(broken("bytes before their type")),
                None => return Err(Error::Incomplete),
            }
        }
        self.form.as_ref().map(Form::dtype).ok_or(Error::Incomplete)
    }

    /// Waits for the next elements, in C order; none once all have come.
    ///
    /// # Errors
    /// [`Error::Remote`] with what the server says, [`Error::Type`] for elements of another type, which stay to be
    /// taken as that, [`Error::Incomplete`] where the rest does not come.
    pub async fn next<T: Element>(&mut self) -> Result<Option<Vec<T>>, Error>
    where
        Vec<T>: Into<Buffer>,
    {
        loop {
            if let Some(form) = &self.form {
                let end = self.rest.len() - self.rest.len() % form.dtype().size();
                if end > 0 {
                    let array = literal::read_elements(form.dtype(), &self.rest[..end]);
                    let found = array.dtype().name();
                    let elements = T::elements(array.into_buffer()).map_err(|_| Error::Type {
                        function: String::from("download"),
                        source: Mismatch {
                            expected: format!("elements of {}", T::DTYPE.name()),
                            found: format!("elements of {found}"),
                        },
                    })?;
                    self.rest.drain(..end);
                    return Ok(Some(elements));
                }
            }
            match self.data().await? {
                Some(_) if self.form.is_none() => return Err(broken("bytes before their type")),
                Some(data) => self.rest.extend(data),
                None if self.rest.is_empty() => return Ok(None),
                None => return Err(broken("a part of an element at the end")),
            }
        }
    }

    /// Waits for all of them, as one array.
    ///
    /// # Errors
    /// As [`Pieces::next`].
    pub async fn gather(mut self) -> Result<Array, Error> {
        let failed = |source| Error::Result { function: String::from("download"), source };
        let mut assembly: Option<Assembly> = None;
        loop {
            let data = self.data().await?;
            let Some(form) = &self.form else { return Err(broken("bytes before their type")) };
            let assembly_now = assembly.get_or_insert_with(|| Assembly::new(form.clone()));
            match data {
                Some(data) => assembly_now.push(&data).map_err(failed)?,
                None => break,
            }
        }
        let assembly = assembly.ok_or_else(|| broken("no array"))?;
        assembly.finish().map_err(failed)
    }

    /// Waits for the next bytes; none at the end.
    async fn data(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            match self.events.recv().await {
                Some(Event::Begun(form)) => self.form = Some(form),
                Some(Event::Data(data)) => return Ok(Some(data)),
                Some(Event::Done) => return Ok(None),
                Some(Event::Failed(error)) => return Err(error),
                None => return Err(Error::Incomplete),
            }
        }
    }
}

/// What is said of a server that breaks the rules.
fn broken(what: &str) -> Error {
    Error::Remote { message: format!("the server sent {what}"), hint: None, overloaded: false }
}

// === impl SinkServer ===

impl SinkServer {
    async fn tell(&self, event: Event) -> Result<(), capnp::Error> {
        let gone = |_| capnp::Error::failed(String::from("nobody takes the array any more"));
        self.0.send(event).await.map_err(gone)
    }
}

impl sink::Server for SinkServer {
    async fn begin(
        self: Rc<Self>,
        params: sink::BeginParams,
        _: sink::BeginResults,
    ) -> Result<(), capnp::Error> {
        let params = params.get()?;
        let form = Form::read(params.get_dtype()?, params.get_shape()?);
        self.tell(Event::Begun(form.map_err(|error| capnp::Error::failed(error.to_string()))?)).await
    }

    async fn write(self: Rc<Self>, params: sink::WriteParams) -> Result<(), capnp::Error> {
        let data = params.get()?.get_data()?.to_vec();
        drop(params);
        self.tell(Event::Data(data)).await
    }

    async fn done(self: Rc<Self>, _: sink::DoneParams, _: sink::DoneResults) -> Result<(), capnp::Error> {
        self.tell(Event::Done).await
    }
}
