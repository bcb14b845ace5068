//! Calls of compiled code that do not return: whom they hold up, and how they are told.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    CallError, Cancel, ContributedFunction, Contribution, Cost, Dispatcher, Function, Health, NativeFunction,
    Origin, Snapshot, define_unless_cancelled, link,
};
use kamodo_value::{Array, Meta, Parameter, Signature, Value};
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here takes that is not held up.
const LONG: Duration = Duration::from_secs(30);

// === What is served ===

/// Holds calls until it is opened, whoever has left meanwhile.
#[derive(Debug, Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    n_entered: AtomicUsize,
}

impl Gate {
    fn pass(&self) {
        self.n_entered.fetch_add(1, Ordering::SeqCst);
        let is_open = self.is_open.lock().unwrap();
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).unwrap());
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    fn n_entered(&self) -> usize {
        self.n_entered.load(Ordering::SeqCst)
    }
}

/// Gives its argument back, once its gate is open if it has one.
#[derive(Debug)]
struct Code {
    gate: Option<Arc<Gate>>,
    cost: Cost,
}

impl NativeFunction for Code {
    fn call(&self, mut args: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        self.gate.iter().for_each(|gate| gate.pass());
        Ok(args.pop().expect("one argument"))
    }

    fn cost(&self) -> Cost {
        self.cost
    }
}

struct Served {
    /// Of a thread on which the calls arrive.
    worker: Handle,
    dispatcher: Dispatcher,
    health: Arc<Health>,
    functions: Vec<Arc<Function>>,
    gate: Arc<Gate>,
}

/// Functions `held(x)`, `held_cheap(x)` and `mate(x)` of one plugin, `other(x)` and `other_cheap(x)` of another,
/// and these of a file.
fn serve(definitions: &[(&str, &str)]) -> Served {
    let gate = Arc::new(Gate::default());
    let native = |name: &str, is_held: bool, cost| {
        let parameter = Parameter { name: "x".to_owned(), unit: None, default: None };
        ContributedFunction::Native {
            signature: Signature { name: name.to_owned(), parameters: vec![parameter], unit: None },
            meta: Meta::default(),
            code: Arc::new(Code { gate: is_held.then(|| Arc::clone(&gate)), cost }),
        }
    };
    let plugin = |name: &str, functions| Contribution {
        origin: Origin::Plugin {
            file: format!("{name}.so").into(),
            name: name.to_owned(),
            version: "1".to_owned(),
            digest: "0".to_owned(),
        },
        functions,
    };
    let holds = plugin(
        "holds",
        vec![
            native("held", true, Cost::Unknown),
            native("held_cheap", true, Cost::Cheap),
            native("mate", false, Cost::Unknown),
        ],
    );
    let others = plugin(
        "others",
        vec![native("other", false, Cost::Unknown), native("other_cheap", false, Cost::Cheap)],
    );
    let parse = |(lhs, rhs): &(&str, &str)| {
        let definition = Definition::parse(&Source::whole("a.yaml", lhs), &Source::whole("a.yaml", rhs));
        ContributedFunction::Symbolic(definition.unwrap())
    };
    let yaml = Contribution {
        origin: Origin::Yaml { file: "a.yaml".into() },
        functions: definitions.iter().map(parse).collect(),
    };
    let linked = link([&holds, &others, &yaml]);
    assert_eq!(linked.errors().next(), None);
    let runtime = Builder::new_current_thread().build().unwrap();
    let worker = runtime.handle().clone();
    thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
    let (dispatcher, health) = (Dispatcher::start().unwrap(), Arc::new(Health::default()));
    dispatcher.tell(&health);
    Served { worker, dispatcher, health, functions: linked.functions, gate }
}

// === How it is called ===

type Answered = Result<Value, CallError>;

fn scalar() -> Value {
    Value::Float(5.0)
}

fn array() -> Value {
    Value::Array(Array::vector(vec![5.0; 100_000]))
}

impl Served {
    /// Begins a call of a client of its own.
    fn begin(&self, name: &str, arg: Value) -> JoinHandle<Answered> {
        self.begin_by(&self.dispatcher.for_client(), name, arg)
    }

    /// Begins a call of one client.
    fn begin_by(&self, client: &Dispatcher, name: &str, arg: Value) -> JoinHandle<Answered> {
        let function = self.functions.iter().find(|function| function.name() == name).unwrap().clone();
        let client = client.clone();
        self.worker.spawn(async move { client.call(&function, vec![arg]).await })
    }

    /// Waits for a call.
    #[track_caller]
    fn end(&self, call: JoinHandle<Answered>) -> Answered {
        let answered = block_on(async { timeout(LONG, call).await });
        answered.expect("it is held up").unwrap()
    }

    fn call(&self, name: &str, arg: Value) -> Answered {
        self.end(self.begin(name, arg))
    }

    /// Begins so many calls that do not return, and waits until all of them run.
    fn hold(&self, name: &str, n_calls: usize) -> Vec<JoinHandle<Answered>> {
        let n_before = self.gate.n_entered();
        let calls = (0..n_calls).map(|_| self.begin(name, scalar())).collect();
        eventually("the calls run", || self.gate.n_entered() == n_before + n_calls);
        calls
    }

    /// What is told, without numbers that depend on the clock.
    fn told(&self) -> String {
        let shown = |condition: kamodo_registry::Condition| {
            format!("{}\nhint: {}\n", condition.message, condition.hint.unwrap_or_default())
        };
        self.health.conditions().into_iter().map(shown).map(|text| without_seconds(&text)).collect()
    }
}

/// Replaces each number of seconds.
fn without_seconds(text: &str) -> String {
    let mut words: Vec<_> = text.split(' ').collect();
    for index in 1..words.len() {
        if words[index].starts_with('s') && words[index].trim_end_matches([';', ',', '\n']).len() == 1
            || words[index].starts_with("s\n")
        {
            words[index - 1] = "…";
        }
    }
    words.join(" ")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

#[track_caller]
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "not within {LONG:?}: {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

// === Others are answered ===

const DEFINITIONS: &[(&str, &str)] = &[
    ("square(x)", "x**2 + sin(x)"),
    ("through(x)", "2*held(x) + 1"),
    ("wide(x)", "held(1)*x + sin(x)"),
    ("by_other(x)", "2*other(x) + other_cheap(x)"),
];

#[track_caller]
fn others_are_answered(served: &Served) {
    assert_eq!(served.call("other", scalar()), Ok(scalar()));
    assert_eq!(served.call("other_cheap", scalar()), Ok(scalar()));
    assert!(served.call("other", array()).is_ok());
    assert!(served.call("square", array()).is_ok());
    assert!(served.call("by_other", array()).is_ok());
    assert_eq!(served.call("by_other", scalar()), Ok(Value::Float(15.0)));
    let computed = block_on(async { timeout(LONG, served.dispatcher.compute("d", |_| 7)).await });
    assert_eq!(computed.unwrap(), Ok(7));
}

#[test]
fn calls_that_do_not_return_hold_up_nobody_else() {
    for name in ["held", "through"] {
        for n_calls in [1, 2, 4] {
            let served = serve(DEFINITIONS);
            let calls = served.hold(name, n_calls);
            others_are_answered(&served);
            served.gate.open();
            calls.into_iter().for_each(|call| drop(served.end(call).unwrap()));
        }
    }
}

#[test]
fn a_composition_that_waits_for_a_plugin_holds_no_thread_of_the_pool() {
    let served = serve(DEFINITIONS);
    let calls: Vec<_> = (0..4).map(|_| served.begin("wide", array())).collect();
    eventually("they wait for the plugin", || served.gate.n_entered() == 4);
    others_are_answered(&served);
    served.gate.open();
    calls.into_iter().for_each(|call| drop(served.end(call).unwrap()));
}

#[test]
fn as_many_calls_of_one_plugin_as_there_can_be_hold_up_nobody_else() {
    let served = serve(DEFINITIONS);
    let calls: Vec<_> = (0..300).map(|_| served.begin_by(&served.dispatcher, "held", scalar())).collect();
    eventually("some are refused", || calls.iter().any(JoinHandle::is_finished));
    others_are_answered(&served);
    let refused = calls.into_iter().find(JoinHandle::is_finished).unwrap();
    let error = served.end(refused).unwrap_err();
    let CallError::Busy { queued, .. } = &error else { panic!("{error}") };
    let text = format!("{error}\nhint: {}", error.hint().unwrap()).replace(&queued.to_string(), "…");
    assert_snapshot!(text, @r"
    `held`: … calls are waiting for a thread of holds 1 (holds.so) already
    hint: try again later
    ");
    served.gate.open();
}

#[test]
fn long_calls_of_a_plugin_keep_its_other_functions_waiting_for_a_while_only() {
    let served = serve(DEFINITIONS);
    let n_threads = thread::available_parallelism().unwrap().get().max(4);
    let calls = served.hold("held", n_threads);
    assert_eq!(served.call("mate", scalar()), Ok(scalar()));
    served.gate.open();
    calls.into_iter().for_each(|call| drop(served.end(call).unwrap()));
}

// === Clients that left ===

#[test]
fn calls_whose_clients_left_give_their_places_to_others_of_the_plugin() {
    let served = serve(DEFINITIONS);
    for _ in 0..2 {
        served.hold("held", 4).into_iter().for_each(|call| call.abort());
        assert_eq!(served.call("mate", scalar()), Ok(scalar()));
        others_are_answered(&served);
    }
}

#[test]
fn a_plugin_whose_calls_never_return_fails_fast_and_is_told() {
    let served = serve(DEFINITIONS);
    let mut error = None;
    eventually("the plugin gets no more threads", || {
        let call = served.begin("held", scalar());
        let answered = block_on(async {
            let mut call = call;
            let answered = timeout(Duration::from_millis(50), &mut call).await;
            call.abort();
            answered
        });
        error = answered.ok().and_then(|answered| answered.unwrap().err());
        matches!(error, Some(CallError::Stuck { .. }))
    });
    let error = served.call("mate", scalar()).unwrap_err();
    assert!(error.is_passing());
    let CallError::Stuck { n_calls, .. } = &error else { panic!("{error}") };
    let text = format!("{error}\nhint: {}", error.hint().unwrap()).replace(&n_calls.to_string(), "…");
    assert_snapshot!(without_seconds(&text), @r"
    `mate`: … calls of `held` have not returned for up to … s, and holds 1 (holds.so) gets no more threads
    hint: replace the plugin by one whose calls return, then ask for `reload`, or restart the server
    ");
    others_are_answered(&served);
    eventually("it is told", || served.told().contains("`held` of holds 1 (holds.so)"));

    served.gate.open();
    eventually("the plugin is served again", || served.call("mate", scalar()) == Ok(scalar()));
    eventually("nothing is told any more", || served.told().is_empty());
}

#[test]
fn work_whose_client_left_while_it_waited_is_never_begun() {
    let served = serve(DEFINITIONS);
    let calls: Vec<_> = (0..4).map(|_| served.begin("held", scalar())).collect();
    eventually("all threads of the plugin are taken", || served.gate.n_entered() >= 4);
    let most = thread::available_parallelism().unwrap().get().max(4);
    let more: Vec<_> = (4..most).map(|_| served.begin("held", scalar())).collect();
    eventually("all threads of the plugin are taken", || served.gate.n_entered() == most);
    // Ten times as many as have a place, one after the other.
    for _ in 0..640 {
        let call = served.begin("held", scalar());
        call.abort();
        drop(block_on(call));
    }
    let last = served.begin("mate", scalar());
    served.gate.open();
    assert_eq!(served.end(last), Ok(scalar()));
    calls.into_iter().chain(more).for_each(|call| drop(served.end(call).unwrap()));
    assert_eq!(served.gate.n_entered(), most);
}

// === What is told ===

#[test]
fn a_long_call_whose_client_waits_is_told_until_it_returns() {
    let served = serve(DEFINITIONS);
    served.dispatcher.tell_after(Duration::from_millis(1));
    let calls = served.hold("held", 2);
    eventually("it is told", || served.told().contains("2 calls"));
    assert_snapshot!(served.told(), @r"
    `held` of holds 1 (holds.so): 2 calls have not returned, the first for … s
    hint: if calls of it are known to take that long all is well; its client may cancel the call
    ");
    served.gate.open();
    calls.into_iter().for_each(|call| drop(served.end(call).unwrap()));
    eventually("nothing is told any more", || served.told().is_empty());
}

#[test]
fn a_call_in_place_that_does_not_return_is_told_and_its_function_runs_elsewhere() {
    let served = serve(DEFINITIONS);
    let function = served.functions.iter().find(|one| one.name() == "held_cheap").unwrap().clone();
    let here = served.dispatcher.for_thread("rpc-0");
    let own = Arc::clone(&function);
    let stuck = thread::spawn(move || block_on(here.call(&own, vec![scalar()])));
    eventually("it is told", || served.health.conditions().len() == 2);
    assert_snapshot!(served.told(), @r"
    `held_cheap` of holds 1 (holds.so) is declared cheap, and a call of it took more than 500ms: its calls run on threads of the plugin's own from now on, until the plugin is replaced
    hint: leave `cheap()` out in the plugin, if its calls may take long
    `held_cheap` of holds 1 (holds.so): 1 call has not returned for … s; the clients of thread rpc-0 are not answered until then
    hint: replace the plugin by one whose calls return, then ask for `reload`, or restart the server
    ");

    // From now on no thread that serves connections runs it.
    let call = served.dispatcher.call(&function, vec![scalar()]);
    let late = block_on(async { timeout(Duration::from_millis(10), call).await });
    assert!(late.is_err(), "it waits, and the thread does not");
    others_are_answered(&served);
    served.gate.open();
    stuck.join().unwrap().unwrap();
    eventually("the call is told no more", || served.health.conditions().len() == 1);
    assert_eq!(served.call("held_cheap", scalar()), Ok(scalar()));
}

// === Work of our own ===

#[test]
fn definitions_keep_no_calls_waiting() {
    let served = serve(DEFINITIONS);
    let define = || {
        let (dispatcher, gate) = (served.dispatcher.for_client(), Arc::clone(&served.gate));
        served.worker.spawn(async move { dispatcher.compute("d", move |_| gate.pass()).await })
    };
    let definers: Vec<_> = (0..80).map(|_| define()).collect();
    eventually("one is made", || served.gate.n_entered() > 0);
    for _ in 0..20 {
        assert!(served.call("square", array()).is_ok());
        assert!(served.call("by_other", array()).is_ok());
    }
    let n_begun = served.gate.n_entered();
    definers.iter().for_each(JoinHandle::abort);
    for definer in definers {
        drop(block_on(definer));
    }
    served.gate.open();
    let computed = block_on(async { timeout(LONG, served.dispatcher.compute("d", |_| 7)).await });
    assert_eq!(computed.unwrap(), Ok(7));
    assert_eq!(served.gate.n_entered(), n_begun, "those whose clients left were not begun");
}

/// `f40`, which calls `f39` twice, and so on: 2^40 calls, which cannot be put together as one.
fn endless() -> Vec<(String, String)> {
    let mut all =
        vec![("f0(x)".to_owned(), "x".to_owned()), ("square(x)".to_owned(), "x**2 + sin(x)".to_owned())];
    all.extend((1..=40).map(|k| (format!("f{k}(x)"), format!("f{}(x) + cos(f{}(2*x))", k - 1, k - 1))));
    all
}

#[test]
fn compositions_without_end_let_others_have_their_turn() {
    let definitions = endless();
    let definitions: Vec<_> = definitions.iter().map(|(lhs, rhs)| (&**lhs, &**rhs)).collect();
    let served = serve(&definitions);
    let calls: Vec<_> = (0..8).map(|_| served.begin("f40", array())).collect();
    let scalars: Vec<_> = (0..2).map(|_| served.begin("f40", scalar())).collect();
    for _ in 0..3 {
        assert!(served.call("square", array()).is_ok());
        assert!(served.call("other", array()).is_ok());
    }
    calls.iter().chain(&scalars).for_each(JoinHandle::abort);
    for call in calls.into_iter().chain(scalars) {
        let answered = block_on(call);
        assert!(answered.is_err(), "it was cancelled, found {answered:?}");
    }
}

#[test]
fn a_definition_whose_client_left_ends_before_it_is_done() {
    let served = serve(DEFINITIONS);
    // It takes all the steps that a definition may take, unless it is cancelled.
    let text = format!("re({}x + I{})", "sin(".repeat(58), ")".repeat(58));
    let definition =
        Definition::parse(&Source::whole("d", "demanding(x)"), &Source::whole("d", &text)).unwrap();
    let said = Arc::new(Mutex::new(None));
    let (dispatcher, gate, ended) = (served.dispatcher.clone(), Arc::clone(&served.gate), Arc::clone(&said));
    let defining = served.worker.spawn(async move {
        let work = move |cancel: &Cancel| {
            gate.pass(); // its client leaves while it is under way
            let defined = define_unless_cancelled(&definition, &Snapshot::default(), &[], cancel);
            let message = defined.map_err(|diagnostics| diagnostics[0].message.clone());
            *ended.lock().unwrap() = Some(message.map(drop));
        };
        dispatcher.compute("demanding", work).await
    });
    eventually("it is begun", || served.gate.n_entered() > 0);
    defining.abort();
    drop(block_on(defining));
    served.gate.open();
    eventually("it ends", || said.lock().unwrap().is_some());
    let cancelled = Err("cancelled: nobody waits for it any more".to_owned());
    assert_eq!(said.lock().unwrap().take(), Some(cancelled));
}
