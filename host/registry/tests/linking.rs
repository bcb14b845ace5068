//! Linking and admission, from definitions to values.

use std::path::Path;
use std::sync::Arc;

use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    Admission, Admitted, Body, CallError, Cancel, Change, ContributedFunction, Contribution, Cost,
    Dispatcher, Function, Linked, NativeFunction, Origin, OriginKey, Publisher, Reason, Standing, bind, link,
};
use kamodo_value::{Meta, Parameter, Signature, Value};

/// A YAML origin whose file holds these lines, `left: right` each.
fn yaml(file: &str, text: &str) -> Contribution {
    let whole = Source::whole(file, text);
    let mut offset = 0;
    let mut functions = Vec::new();
    for line in text.lines() {
        let (lhs, rhs) = line.split_once(": ").expect("left: right");
        let part = |text: &str, at: usize| Source {
            text: text.into(),
            pieces: [(0, whole.position(at))].into(),
            ..whole.clone()
        };
        let definition = Definition::parse(&part(lhs, offset), &part(rhs, offset + lhs.len() + 2));
        functions.push(ContributedFunction::Symbolic(definition.unwrap_or_else(|errors| {
            panic!("{}", errors.iter().map(|error| error.render()).collect::<String>())
        })));
        offset += line.len() + 1;
    }
    Contribution { origin: Origin::Yaml { file: file.into() }, functions }
}

/// A plugin that brings one function of one argument, which multiplies it.
fn plugin(file: &str, name: &str, factor: i32) -> Contribution {
    let signature = Signature {
        name: name.to_owned(),
        parameters: vec![Parameter { name: "x".to_owned(), unit: None, default: None }],
        unit: None,
    };
    let code = Arc::new(Times(factor));
    Contribution {
        origin: Origin::Plugin {
            file: file.into(),
            name: "times".to_owned(),
            version: "1.0".to_owned(),
            digest: factor.to_string(),
        },
        functions: vec![ContributedFunction::Native { signature, meta: Meta::default(), code }],
    }
}

#[derive(Debug)]
struct Times(i32);

impl NativeFunction for Times {
    fn call(&self, mut args: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        match args.pop() {
            Some(Value::Int(x)) => Ok(Value::Int(x * self.0)),
            other => panic!("an int, found {other:?}"),
        }
    }

    fn cost(&self) -> Cost {
        Cost::Cheap
    }
}

fn call(functions: &[Arc<Function>], name: &str, args: &[i32]) -> Result<Value, CallError> {
    let mut publisher = Publisher::new();
    let snapshot = publisher.publish(functions.to_vec());
    let function = snapshot.get(name)?;
    let args = bind(&function.signature, args.iter().map(|&x| Value::Int(x.into())).collect(), Vec::new())?;
    let dispatcher = Dispatcher::start().expect("the system gives threads");
    block_on(dispatcher.call(function, args))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn rendered(linked: &Linked) -> String {
    linked.diagnostics().into_iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n")
}

#[test]
fn functions_of_both_origins_compose() {
    let linked =
        link(&[yaml("a.yaml", "f: x**2 - x - 1\ng(y): f(y) + twice(y)"), plugin("p.so", "twice", 2)]);
    assert_eq!(rendered(&linked), "");
    assert_eq!(call(&linked.functions, "f", &[5]), Ok(Value::Int(19.into())));
    assert_eq!(call(&linked.functions, "g", &[5]), Ok(Value::Int(29.into())));
}

/// LaTeX has one form for `twice2` and `twice_2`: what is called is the one that is there.
#[test]
fn functions_that_print_alike_are_called_from_latex() {
    let latex = r"g(y): $\operatorname{twice}_2(y) + 1$";
    let linked = link(&[yaml("a.yaml", &format!("{latex}\ntwice2(y): 2*y"))]);
    assert_eq!(rendered(&linked), "");
    assert_eq!(call(&linked.functions, "g", &[5]), Ok(Value::Int(11.into())));
    let both = format!("{latex}\ntwice2(y): $\\operatorname{{twice}}_2(y)$");
    let linked = link(&[yaml("a.yaml", &both), plugin("p.so", "twice_2", 3)]);
    assert_eq!(rendered(&linked), "");
    assert_eq!(call(&linked.functions, "twice2", &[5]), Ok(Value::Int(15.into())));
}

#[test]
fn what_no_origin_provides_is_waited_for() {
    let linked = link(&[yaml("a.yaml", "g(y): twice(y) + 1\nh(y): g(y)")]);
    assert!(linked.at_fault().is_empty());
    for name in ["g", "h"] {
        let error = call(&linked.functions, name, &[1]).unwrap_err();
        assert_eq!(
            error,
            CallError::Waiting { function: name.to_owned(), missing: vec!["twice".to_owned()] }
        );
    }
    insta::assert_snapshot!(call(&linked.functions, "g", &[1]).unwrap_err(), @"`g` waits for `twice`, which no origin provides");
    insta::assert_snapshot!(rendered(&linked), @r"
    a.yaml:1:7: warning: `g`: no function `twice` is there yet
      1 | g(y): twice(y) + 1
        |       ^^^^^
    hint: `g` is served as soon as a plugin, an upstream or a definition brings `twice`
    ");
}

#[test]
fn one_name_from_two_origins() {
    let linked = link(&[yaml("a.yaml", "f: x\ng: 2*x"), plugin("p.so", "f", 2)]);
    insta::assert_snapshot!(rendered(&linked), @r"
    a.yaml:1:1: error: `f`: two origins bring this name: a.yaml and times 1.0 (p.so)
      1 | f: x
        | ^
    hint: rename one of the two, or remove it
    p.so: error: `f`: two origins bring this name: times 1.0 (p.so) and a.yaml
    hint: rename one of the two, or remove it
    ");
    assert_eq!(linked.at_fault().len(), 2);
}

#[test]
fn a_cycle_is_shown() {
    let linked = link(&[yaml("a.yaml", "f(x): g(x)\ng(x): h(x)\nh(x): f(x)\nok: x")]);
    insta::assert_snapshot!(rendered(&linked), @r"
    a.yaml:1:1: error: `f`: calls itself: `f` → `g` → `h` → `f`
      1 | f(x): g(x)
        | ^
    hint: take one of these calls out of its definition
    ");
    assert_eq!(names(&linked), ["ok"]);
}

/// The names of the functions that are linked.
fn names(linked: &Linked) -> Vec<&str> {
    linked.functions.iter().map(|function| function.name()).collect()
}

#[test]
fn a_long_cycle_is_one_error_that_counts_its_functions() {
    let lines: Vec<_> = (0..10_000).map(|k| format!("f{k}(x): f{}(x) + 1", (k + 1) % 10_000)).collect();
    let linked = link(&[yaml("a.yaml", &(lines.join("\n") + "\nok: x"))]);
    insta::assert_snapshot!(rendered(&linked), @r"
    a.yaml:1:1: error: `f0`: calls itself: `f0` → `f1` → `f2` → … → `f9999` → `f0`, a cycle of 10000 functions
      1 | f0(x): f1(x) + 1
        | ^^
    hint: take one of these calls out of its definition
    ");
    assert_eq!(names(&linked), ["ok"]);
}

#[test]
fn cycles_that_cross_are_one_error() {
    let lines = "f(x): g(x) + h(x)\ng(x): h(x) + f(x)\nh(x): f(x)\nk(x): f(x)\nown(x): own(x)";
    let linked = link(&[yaml("a.yaml", lines)]);
    insta::assert_snapshot!(rendered(&linked), @r"
    a.yaml:1:1: error: `f`: calls itself: `f` → `g` → `f`, one of the cycles among 3 functions
      1 | f(x): g(x) + h(x)
        | ^
    hint: take one of these calls out of its definition
    a.yaml:5:1: error: `own`: calls itself: `own` → `own`
      5 | own(x): own(x)
        | ^^^
    hint: take one of these calls out of its definition
    ");
}

#[test]
fn a_cycle_is_told_in_each_file_that_takes_part() {
    let linked = link(&[yaml("a.yaml", "f(x): g(x)"), yaml("b.yaml", "g(x): f(x)\nh(x): g(x)")]);
    insta::assert_snapshot!(rendered(&linked), @r"
    a.yaml:1:1: error: `f`: calls itself: `f` → `g` → `f`
      1 | f(x): g(x)
        | ^
    hint: take one of these calls out of its definition
    b.yaml:1:1: error: `g`: calls itself: `f` → `g` → `f`
      1 | g(x): f(x)
        | ^
    hint: take one of these calls out of its definition
    ");
    assert_eq!(linked.at_fault().len(), 2);
}

#[test]
fn a_chain_that_doubles_its_calls_is_refused() {
    let chain = |levels: usize| {
        let lines = (1..=levels).map(|k| format!("\nf{k}(x): f{}(2*x) + f{}(x + 1)", k - 1, k - 1));
        let first = "f0(x): twice(x)".to_owned();
        link(&[yaml("a.yaml", &(first + &lines.collect::<String>())), plugin("p.so", "twice", 2)])
    };
    let linked = chain(40);
    insta::assert_snapshot!(rendered(&linked), @r"
    a.yaml:25:9: error: `f24`: one call makes 16842881 calls in all, the limit is 10000000
      25 | f24(x): f23(2*x) + f23(x + 1)
         |         ^^^^^^^^^^^^^^^^^^^^^
    hint: call each function once and pass its result on, or bring the innermost ones as a plugin
    ");
    assert!(chain(12).faults.is_empty());
}

#[test]
fn the_order_of_contributions_does_not_matter() {
    let all = [
        yaml("a.yaml", "f: x**2\ng(y): f(y) + h(y) + twice(y)"),
        yaml("b.yaml", "h: x + 1\nk(z): missing(z)"),
        plugin("p.so", "twice", 2),
        plugin("q.so", "h", 3),
    ];
    let show = |linked: &Linked| {
        let functions: Vec<_> = linked.functions.iter().map(|function| format!("{function:?}")).collect();
        (functions, rendered(linked), linked.at_fault())
    };
    let expect = show(&link(&all));
    for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
        assert_eq!(show(&link(order.map(|index| &all[index]))), expect, "{order:?}");
    }
}

#[test]
fn what_does_not_fit_waits_until_it_does() {
    let key = OriginKey::plugin(Path::new("p.so"));
    let mut admission = Admission::default();
    let first = admission.admit([Change::Brought(yaml("a.yaml", "f: x"))]);
    assert!(first.refused.is_empty());

    // The plugin's name is taken: what is served stays, and the plugin waits.
    let second = admission.admit([Change::Brought(plugin("p.so", "f", 2))]);
    assert_eq!(second.refused.keys().collect::<Vec<_>>(), [&key]);
    assert_eq!(call(&second.functions, "f", &[3]), Ok(Value::Int(3.into())));

    // The edit that frees the name brings the plugin in.
    let third = admission.admit([Change::Brought(yaml("a.yaml", "g(x): f(x) + 1"))]);
    assert!(third.refused.is_empty());
    assert_eq!(call(&third.functions, "g", &[3]), Ok(Value::Int(7.into())));

    let fourth = admission.admit([Change::Gone(key)]);
    assert!(matches!(call(&fourth.functions, "g", &[3]), Err(CallError::Waiting { .. })));
}

#[test]
fn the_good_one_of_two_changes_goes_live() {
    let mut admission = Admission::default();
    admission.admit([Change::Brought(yaml("a.yaml", "f: x")), Change::Brought(plugin("p.so", "g", 2))]);
    let changes =
        [Change::Brought(yaml("a.yaml", "f: x + 1\ng: x")), Change::Brought(plugin("q.so", "k", 5))];
    let admitted = admission.admit(changes);
    assert_eq!(admitted.refused.keys().collect::<Vec<_>>(), [&OriginKey::yaml(Path::new("a.yaml"))]);
    assert_eq!(call(&admitted.functions, "f", &[3]), Ok(Value::Int(3.into())), "the last good one");
    assert_eq!(call(&admitted.functions, "k", &[3]), Ok(Value::Int(15.into())));
}

/// Bytes that are no text are shown alike, and yet name two files.
#[test]
fn origins_whose_names_are_shown_alike_keep_their_own_faults() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let shown = "\u{fffd}.yaml";
    let named = |name: &'static [u8], text: &str| {
        let file = OsStr::from_bytes(name).into();
        Contribution { origin: Origin::Yaml { file }, ..yaml(shown, text) }
    };
    let first = named(b"\xfe.yaml", "a(x[m])[kg]: 2*x\nf(x[m])[s]: a(x)");
    let second = named(b"\xff.yaml", "b(x[m])[kg]: 2*x\ng(x[m])[s]: b(x)");
    let keys = [first.origin.key(), second.origin.key()];
    assert_eq!(keys.each_ref().map(OriginKey::to_string), [shown, shown]);
    let admitted = Admission::default().admit([Change::Brought(first), Change::Brought(second)]);
    let functions = |key| admitted.refused[key].iter().map(|one| one.function.as_deref()).collect::<Vec<_>>();
    assert_eq!(functions(&keys[0]), [Some("f")]);
    assert_eq!(functions(&keys[1]), [Some("g")]);
}

#[test]
fn at_the_first_start_neither_of_two_is_served() {
    let mut admission = Admission::default();
    let admitted = admission.admit([
        Change::Brought(yaml("a.yaml", "f: x")),
        Change::Brought(plugin("p.so", "f", 2)),
        Change::Brought(plugin("q.so", "k", 5)),
    ]);
    assert_eq!(admitted.refused.len(), 2);
    assert!(admitted.refused.values().all(|reasons| !reasons.is_empty()));
    assert_eq!(admitted.functions.len(), 1);
}

#[test]
fn a_name_that_went_says_when() {
    let mut publisher = Publisher::new();
    publisher.publish(link(&[yaml("a.yaml", "flow: x\ng: x")]).functions);
    let snapshot = publisher.publish(link(&[yaml("a.yaml", "g: x")]).functions);
    insta::assert_snapshot!(snapshot.get("flow").unwrap_err(), @"`flow` is no longer served: it went with generation 2 (now 2)");
    let unknown = snapshot.get("G").unwrap_err();
    insta::assert_snapshot!(format!("{unknown}; hint: {}", unknown.hint().unwrap()), @"`G` is not served (generation 2); hint: did you mean `g`?");
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut text = "f0: x + 1".to_owned();
    for index in 1..5000 {
        text += &format!("\nf{index}(x): f{}(x) + 1", index - 1);
    }
    let linked = link(&[yaml("a.yaml", &text)]);
    assert_eq!(rendered(&linked), "");
    assert_eq!(call(&linked.functions, "f4999", &[0]), Ok(Value::Int(5000.into())));
    // Each would hold a copy of a thousand steps; those of small files have their callees inlined.
    let n_steps = |function: &Arc<Function>| match &function.body {
        Body::Program { program, .. } => program.list().steps.len(),
        _ => 0,
    };
    assert_eq!(n_steps(&linked.functions[999]), 1000);
    assert!(linked.functions.iter().map(n_steps).sum::<usize>() < 2 << 20);
    assert!(linked.functions.iter().skip(3000).all(|function| n_steps(function) <= 17));
}

/// The names that are served, with what a call of each with 3 gives.
fn answers(admitted: &Admitted) -> Vec<(String, i64)> {
    let answer = |function: &Arc<Function>| match call(&admitted.functions, function.name(), &[3]) {
        Ok(Value::Int(value)) => i64::try_from(&value).expect("a small number"),
        other => panic!("{}: {other:?}", function.name()),
    };
    admitted.functions.iter().map(|function| (function.name().to_owned(), answer(function))).collect()
}

fn served(expect: &[(&str, i64)]) -> Vec<(String, i64)> {
    expect.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

#[test]
fn a_name_that_moves_from_one_origin_to_another_beside_a_bad_third() {
    let mut admission = Admission::default();
    admission.admit([Change::Brought(yaml("a.yaml", "f: x\ng: x")), Change::Brought(plugin("p.so", "k", 2))]);
    // `k` moves into the file and `g` out of it; the third brings a name that is taken.
    let admitted = admission.admit([
        Change::Brought(yaml("a.yaml", "f: x\nk: 5*x")),
        Change::Brought(plugin("p.so", "g", 7)),
        Change::Brought(plugin("q.so", "f", 9)),
    ]);
    assert_eq!(admitted.refused.keys().collect::<Vec<_>>(), [&OriginKey::plugin(Path::new("q.so"))]);
    assert_eq!(answers(&admitted), served(&[("f", 3), ("k", 15), ("g", 21)]));
}

#[test]
fn going_back_holds_what_is_on_disk_until_it_changes() {
    let mut admission = Admission::default();
    admission.admit([Change::Brought(yaml("a.yaml", "f: x")), Change::Brought(yaml("b.yaml", "g: x"))]);
    admission.remember(1);
    admission.admit([Change::Brought(yaml("a.yaml", "f: 2*x")), Change::Brought(plugin("p.so", "k", 2))]);
    admission.remember(2);

    let back = admission.roll_back(1).expect("it is kept");
    assert_eq!(answers(&back), served(&[("f", 3), ("g", 3)]));
    let held: Vec<_> = admission.unserved().into_iter().map(|one| (one.key, one.reason)).collect();
    assert_eq!(
        held,
        [
            (OriginKey::yaml(Path::new("a.yaml")), Reason::RolledBack),
            (OriginKey::plugin(Path::new("p.so")), Reason::RolledBack)
        ]
    );
    admission.remember(3);

    // A change of another origin does not undo it; a change of the same origin goes live.
    let other = admission.admit([Change::Brought(yaml("b.yaml", "g: 5*x"))]);
    assert_eq!(answers(&other), served(&[("f", 3), ("g", 15)]));
    let same = admission.admit([Change::Brought(yaml("a.yaml", "f: 7*x"))]);
    assert_eq!(answers(&same), served(&[("f", 21), ("g", 15)]));
    assert_eq!(admission.release(), [OriginKey::plugin(Path::new("p.so"))]);
    assert_eq!(answers(&admission.admit([])), served(&[("f", 21), ("g", 15), ("k", 6)]));
    assert!(admission.unserved().is_empty());
}

#[test]
fn going_back_brings_back_what_was_removed() {
    let mut admission = Admission::default();
    admission.admit([Change::Brought(plugin("p.so", "k", 2))]);
    admission.remember(1);
    admission.admit([Change::Gone(OriginKey::plugin(Path::new("p.so")))]);
    admission.remember(2);
    assert_eq!(answers(&admission.roll_back(1).expect("it is kept")), served(&[("k", 6)]));
    admission.release();
    assert_eq!(answers(&admission.admit([])), served(&[]), "it is gone from the disk still");
    insta::assert_snapshot!(admission.roll_back(9).unwrap_err(), @"generation 9 is not kept: 1 to 2 are");
}

#[test]
fn what_is_pinned_does_not_change() {
    let mut admission = Admission::default();
    let key = OriginKey::yaml(Path::new("a.yaml"));
    admission.admit([Change::Brought(yaml("a.yaml", "f: x")), Change::Brought(yaml("b.yaml", "g: x"))]);
    admission.pin(Some(key.clone()));
    let changes = [Change::Brought(yaml("a.yaml", "f: 2*x")), Change::Brought(yaml("b.yaml", "g: 2*x"))];
    assert_eq!(answers(&admission.admit(changes)), served(&[("f", 3), ("g", 6)]));
    assert_eq!(admission.unserved()[0].reason, Reason::Pinned);
    admission.pin(None);
    admission.admit([Change::Gone(OriginKey::yaml(Path::new("b.yaml")))]);
    assert_eq!(admission.release(), [], "a pin holds against it");
    assert_eq!(answers(&admission.unpin(None)), served(&[("f", 6)]));
}

#[test]
fn a_publication_says_what_changed() {
    let mut publisher = Publisher::new();
    let mut seen = publisher.registry().subscribe();
    publisher.publish(link(&[yaml("a.yaml", "f(x[cm])[kg]: x**2\ng: x\nh: x")]).functions);
    let snapshot =
        publisher.publish(link(&[yaml("a.yaml", "f(x[m])[kg]: x**2\nh: x + 1\nk(y, x[s]): x*y")]).functions);
    insta::assert_snapshot!(
        snapshot.publication().changes,
        @"came k(y, x[s]); went g(x); changed f(x[m])[kg] (was f(x[cm])[kg]), h(x)"
    );
    assert_eq!(snapshot.publication().changes.redeclared().count(), 1);
    let again = publisher.publish(link(&[yaml("a.yaml", "f(x[m])[kg]: x**2\nh: x + 1")]).functions);
    let since: Vec<_> = again.functions_since().map(|(_, since)| since.generation).collect();
    assert_eq!(since, [2, 2], "neither changed with the third");
    assert!(seen.has_changed().expect("the registry is there"));
    assert_eq!(*seen.borrow_and_update(), 3);
    publisher.stand(Standing::default());
    assert!(!seen.has_changed().expect("the registry is there"), "nothing was said");
    assert_eq!(publisher.registry().publications().len(), 3);
}

/// The sum of the lengths of all that is said.
fn n_bytes(linked: &Linked) -> usize {
    linked.diagnostics().into_iter().map(|diagnostic| diagnostic.render().len()).sum()
}

#[test]
fn what_is_said_of_large_files_grows_with_their_size() {
    let lines = |line: &dyn Fn(usize) -> String| (0..5_000).map(line).collect::<Vec<_>>().join("\n");
    let long = "n".repeat(100_000);
    for (text, is_many) in [
        (lines(&|k| format!("f{k}(x): f{}(x) + 1", (k + 1) % 5_000)), false),
        (lines(&|k| format!("f{k}(x): f{}(x) + f0(x)", (k + 1) % 5_000)), false),
        (lines(&|k| format!("f{k}(x): f{}(x)", k ^ 1)), true),
        (lines(&|k| format!("f{k}(x): unknown{k}(x)")), true),
        (
            lines(&|k| {
                format!("f{k}(x): f{}(x) + unknown{k}(x)", k.saturating_sub(1).max(usize::from(k == 0)))
            }),
            true,
        ),
        (lines(&|k| format!("f{k}(x): absent(x) + {k}")), true),
        (format!("{long}(x): {long}(x)"), false),
        (format!("{long}(x): {long}m(x)"), false),
    ] {
        let linked = link(&[yaml("a.yaml", &text)]);
        let limit = if is_many { 400 * 5_000 } else { 5_000 };
        assert!(n_bytes(&linked) <= limit, "{} bytes of {}", n_bytes(&linked), &text[..40]);
    }
}

#[test]
fn a_call_may_leave_out_what_has_a_default() {
    let linked = link(&[yaml("a.yaml", "f(x[m]=5[km], k=2)[m]: k*x\ng(y[m])[m]: f() + f(y)")]);
    assert_eq!(rendered(&linked), "");
    assert_eq!(call(&linked.functions, "f", &[]), Ok(Value::Int(10_000.into())));
    assert_eq!(call(&linked.functions, "f", &[1]), Ok(Value::Int(2.into())));
    assert_eq!(call(&linked.functions, "f", &[1, 3]), Ok(Value::Int(3.into())));
    assert_eq!(call(&linked.functions, "g", &[1]), Ok(Value::Int(10_002.into())));
}

#[test]
fn another_default_is_told_as_a_change() {
    let mut publisher = Publisher::new();
    publisher.publish(link(&[yaml("a.yaml", "f(x=5): x")]).functions);
    let snapshot = publisher.publish(link(&[yaml("a.yaml", "f(x=0.5): x")]).functions);
    insta::assert_snapshot!(snapshot.publication().changes, @"changed f(x=0.5) (was f(x=5))");
}

#[test]
fn a_function_has_the_description_of_its_definition() {
    let contribution = yaml("a.yaml", "f: x\ng: absent(x)");
    let functions = contribution.functions.clone().into_iter().map(|function| match function {
        ContributedFunction::Symbolic(definition) => {
            ContributedFunction::Symbolic(definition.with_description("in words", "whom"))
        }
        other => other,
    });
    let linked = link(&[Contribution { functions: functions.collect(), ..contribution }]);
    for function in &linked.functions {
        assert_eq!([&function.meta.doc, &function.meta.citation], ["in words", "whom"], "{function:?}");
    }
}
