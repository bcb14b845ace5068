//! Working an expression off, everything as soon as what it takes is there.
//!
//! A *piece* of work is a call that goes elsewhere, or all the calls of our own functions that become ready at the
//! same moment: those that need the same calls elsewhere. Without any of these, that is the whole expression.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use futures::StreamExt;
use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
use kamodo_registry::{Charge, Operand, Plan};
use kamodo_schema::{function, value};
use kamodo_value::Value;
use kamodo_wire::literal;

use super::resolve::{Graph, Part};
use crate::connection::Connection;
use crate::error::RequestError;

/// How many calls of others' functions may be open at a time.
const OPEN_ELSEWHERE: usize = 64;

/// The calls elsewhere, by number, of which something is computed.
type Needs = Vec<u64>;

/// What is run in one go.
#[derive(Default)]
struct Piece {
    /// Its parts, in order.
    members: Vec<usize>,
    /// How many of the values that it takes from outside are not there yet.
    n_missing: usize,
    is_elsewhere: bool,
}

/// The values of parts, and who asks for them.
struct Running {
    parts: Vec<Option<Part>>,
    pieces: Vec<Piece>,
    values: Vec<Option<Value>>,
    /// The memory of values that were computed.
    charges: Vec<Option<Charge>>,
    /// By part: one that takes it, and as which of its arguments.
    parents: Vec<Option<(usize, usize)>>,
    /// By part: the pieces that take its value.
    takers: Vec<Vec<usize>>,
    /// By part: how many pieces will still take its value; the whole is taken once more.
    n_takers: Vec<usize>,
    ready: VecDeque<usize>,
}

/// Values of parts.
type Results = Vec<(usize, Value)>;

/// What is wrong, and with which part.
struct Failed {
    part: usize,
    error: Box<RequestError>,
}

/// A piece that is being worked off.
type Working = LocalBoxFuture<'static, Result<Results, Failed>>;

/// Returns the value of the whole.
pub(super) async fn run(connection: &Rc<Connection>, graph: Graph) -> Result<Value, RequestError> {
    let whole = graph.parts.len() - 1;
    let mut running = Running::new(graph);
    let mut open: FuturesUnordered<LocalBoxFuture<'static, Result<(bool, Results), Failed>>> =
        FuturesUnordered::new();
    let mut n_elsewhere = 0;
    loop {
        let mut postponed = VecDeque::new();
        while let Some(piece) = running.ready.pop_front() {
            let is_elsewhere = running.pieces[piece].is_elsewhere;
            if is_elsewhere && n_elsewhere == OPEN_ELSEWHERE {
                postponed.push_back(piece);
                continue;
            }
            n_elsewhere += usize::from(is_elsewhere);
            let begun = running.begin(connection, piece).map_err(|failed| running.at(failed))?;
            open.push(Box::pin(async move { Ok((is_elsewhere, begun.await?)) }));
        }
        running.ready = postponed;
        let Some(ended) = open.next().await else { break };
        let (was_elsewhere, results) = ended.map_err(|failed| running.at(failed))?;
        n_elsewhere -= usize::from(was_elsewhere);
        for (part, value) in results {
            match connection.budget().charge(value.n_bytes()) {
                Ok(charge) => running.charges[part] = Some(charge),
                Err(error) => return Err(running.at(Failed::of(part, error))),
            }
            running.supply(part, value);
        }
    }
    Ok(running.values[whole].take().expect("every part was computed, and the whole is the last"))
}

// === impl Failed ===

impl Failed {
    fn of(part: usize, error: impl Into<RequestError>) -> Self {
        Self { part, error: Box::new(error.into()) }
    }
}

// === impl Running ===

impl Running {
    fn new(graph: Graph) -> Self {
        let n_parts = graph.parts.len();
        let (pieces, piece_of) = pieces(&graph.parts);
        let mut running = Self {
            takers: vec![Vec::new(); n_parts],
            n_takers: vec![0; n_parts],
            values: (0..n_parts).map(|_| None).collect(),
            charges: (0..n_parts).map(|_| None).collect(),
            parents: vec![None; n_parts],
            pieces,
            ready: VecDeque::new(),
            parts: Vec::new(),
        };
        for (index, part) in graph.parts.iter().enumerate() {
            for (place, &param) in part.params().iter().enumerate() {
                running.parents[param].get_or_insert((index, place));
            }
            let Some(piece) = piece_of[index] else { continue };
            for &param in part.params() {
                if piece_of[param] != Some(piece) && !running.takers[param].contains(&piece) {
                    running.takers[param].push(piece);
                    running.pieces[piece].n_missing += 1;
                }
            }
        }
        for (n_takers, takers) in running.n_takers.iter_mut().zip(&running.takers) {
            *n_takers = takers.len();
        }
        if let Some(whole) = running.n_takers.last_mut() {
            *whole += 1;
        }
        running.ready.extend((0..running.pieces.len()).filter(|&piece| running.pieces[piece].n_missing == 0));
        running.parts = graph.parts.into_iter().map(Some).collect();
        for index in 0..n_parts {
            if let Some(Part::Value(_)) = &running.parts[index]
                && let Some(Part::Value(value)) = running.parts[index].take()
            {
                running.supply(index, value);
            }
        }
        running
    }

    /// Says where in the expression something is wrong.
    fn at(&self, Failed { part, error }: Failed) -> RequestError {
        let mut path: Vec<usize> = Vec::new();
        let mut next = self.parents[part];
        while let Some((parent, place)) = next {
            path.push(place);
            next = self.parents[parent];
        }
        path.reverse();
        error.at(&path)
    }

    fn supply(&mut self, part: usize, value: Value) {
        self.values[part] = Some(value);
        for taker in std::mem::take(&mut self.takers[part]) {
            self.pieces[taker].n_missing -= 1;
            if self.pieces[taker].n_missing == 0 {
                self.ready.push_back(taker);
            }
        }
    }

    /// Takes a value for a piece; the last one gets it for itself.
    fn take(&mut self, part: usize) -> Value {
        self.n_takers[part] -= 1;
        let value = if self.n_takers[part] == 0 {
            self.charges[part] = None;
            self.values[part].take()
        } else {
            self.values[part].clone()
        };
        value.expect("a piece is ready when what it takes is there")
    }

    /// Takes the arguments of a call, of which several may be one part.
    fn take_all(&mut self, params: &[usize]) -> Vec<Value> {
        let mut taken: HashMap<usize, Value> = HashMap::new();
        params.iter().map(|&param| taken.entry(param).or_insert_with(|| self.take(param)).clone()).collect()
    }

    /// Begins a piece whose inputs are there.
    fn begin(&mut self, connection: &Rc<Connection>, piece: usize) -> Result<Working, Failed> {
        let members = std::mem::take(&mut self.pieces[piece].members);
        let connection = connection.clone();
        if !self.pieces[piece].is_elsewhere {
            let (plan, outputs) = self.plan(&connection, &members)?;
            return Ok(Box::pin(async move {
                let values = connection.run(plan).await.map_err(|failed| {
                    let whole = members.len() - 1;
                    Failed::of(members[failed.step.unwrap_or(whole)], failed.error)
                })?;
                Ok(outputs.into_iter().zip(values).collect())
            }));
        }
        let part = members[0];
        let value: LocalBoxFuture<'static, Result<Value, RequestError>> = match self.parts[part].take() {
            Some(Part::Ours(server)) => {
                Box::pin(async move { server.value().await.map_err(RequestError::elsewhere) })
            }
            Some(Part::Theirs(store)) => Box::pin(read(store)),
            Some(Part::Awaited { function, params }) => {
                let args = self.take_all(&params);
                let args = kamodo_registry::bind(&function.signature, args, Vec::new());
                let args = args.map_err(|error| Failed::of(part, error))?;
                Box::pin(async move { Ok(literal::as_received(connection.call(&function, args).await?)) })
            }
            Some(Part::Remote { function, params }) => {
                let args = self.take_all(&params);
                Box::pin(async move { call(&connection, &function, args).await })
            }
            Some(Part::Local { .. } | Part::Value(_)) | None => unreachable!("it does not go elsewhere"),
        };
        Ok(Box::pin(async move {
            match value.await {
                Ok(value) => Ok(vec![(part, value)]),
                Err(error) => Err(Failed::of(part, error)),
            }
        }))
    }

    /// Makes one plan of the calls of a piece, and says which parts it gives.
    fn plan(&mut self, connection: &Connection, members: &[usize]) -> Result<(Plan, Vec<usize>), Failed> {
        // What a step gets must not depend on whether its argument travelled.
        let mut plan = Plan::new(literal::as_received, connection.budget());
        let mut operands: HashMap<usize, Operand> = HashMap::new();
        for &member in members {
            let Some(Part::Local { function, params }) = self.parts[member].take() else {
                unreachable!("only local calls share a piece")
            };
            let mut taken = Vec::with_capacity(params.len());
            for param in params {
                let operand = match operands.get(&param) {
                    Some(operand) => *operand,
                    None => plan.input(self.take(param)),
                };
                operands.insert(param, operand);
                taken.push(operand);
            }
            let step = plan.call(&function, taken).map_err(|error| Failed::of(member, error))?;
            operands.insert(member, step);
        }
        let outputs: Vec<usize> =
            members.iter().copied().filter(|&member| self.n_takers[member] > 0).collect();
        for output in &outputs {
            plan.output(operands[output]);
        }
        Ok((plan, outputs))
    }
}

/// Divides parts into pieces; what is a value already belongs to none.
fn pieces(parts: &[Part]) -> (Vec<Piece>, Vec<Option<usize>>) {
    let is_elsewhere = |part: &Part| !matches!(part, Part::Value(_) | Part::Local { .. });
    let n_elsewhere = parts.iter().filter(|part| is_elsewhere(part)).count();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut of_needs: HashMap<Needs, usize> = HashMap::new();
    let mut needs: Vec<Needs> = Vec::with_capacity(parts.len());
    let mut piece_of = Vec::with_capacity(parts.len());
    let mut number = 0;
    for (index, part) in parts.iter().enumerate() {
        let mut own: Needs = vec![0; n_elsewhere.div_ceil(64)];
        let piece = match part {
            Part::Value(_) => None,
            Part::Local { params, .. } => {
                for &param in params {
                    own.iter_mut().zip(&needs[param]).for_each(|(own, others)| *own |= others);
                }
                Some(*of_needs.entry(own.clone()).or_insert_with(|| {
                    pieces.push(Piece::default());
                    pieces.len() - 1
                }))
            }
            _ => {
                own[number / 64] |= 1 << (number % 64);
                number += 1;
                pieces.push(Piece { is_elsewhere: true, ..Piece::default() });
                Some(pieces.len() - 1)
            }
        };
        if let Some(piece) = piece {
            pieces[piece].members.push(index);
        }
        piece_of.push(piece);
        needs.push(own);
    }
    (pieces, piece_of)
}

/// Reads a value of somebody else.
async fn read(store: value::Client) -> Result<Value, RequestError> {
    let response = store.read_request().send().promise.await.map_err(RequestError::elsewhere)?;
    literal::read(response.get()?.get_value()?).map_err(RequestError::Answer)
}

/// Calls a function of somebody else.
async fn call(
    connection: &Connection,
    function: &function::Client,
    args: Vec<Value>,
) -> Result<Value, RequestError> {
    literal::check_size(&args, connection.message_limit())?;
    let mut request = function.call_request();
    literal::write_all(request.get().init_args(args.len() as u32), &args)?;
    drop(args);
    let response = request.send().promise.await.map_err(RequestError::elsewhere)?;
    literal::read(response.get()?.get_result()?).map_err(RequestError::Answer)
}
