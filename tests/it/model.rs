//! Random sequences of edits, drops, removals, bad files, rollbacks and pins, against a simple model of what
//! must be served, with a client that calls all the while.
//!
//! The model knows names only: an origin is a set of names, and two that bring one name do not fit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use kamodo_tests::{Project, Server, fixture_plugin};
use serde_json::Value as Json;

use crate::transactions::Asking;

/// How many changes a run makes; `KAMODO_MODEL_STEPS` asks for more, `KAMODO_MODEL_SEED` for others.
const STEPS: u64 = 200;

const FILE: &str = "kamodo_rpc.yaml";
/// By their names after the file, as the server tries what waits.
const PLUGINS: [&str; 2] = ["x.so", "y.so"];

/// One version of an origin: what it brings.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    /// Each name with what the served function is known by.
    functions: BTreeMap<String, String>,
}

/// What must be served.
#[derive(Debug, Clone, Default)]
struct Model {
    served: BTreeMap<String, Version>,
    waiting: BTreeMap<String, Version>,
    /// What stands on disk and is not taken, with whether that is for a pin.
    held: BTreeMap<String, (Option<Version>, bool)>,
    /// Origins that cannot be read as they stand on disk.
    spoilt: BTreeSet<String>,
    pinned: bool,
    /// What was served with each generation.
    past: BTreeMap<u64, BTreeMap<String, Version>>,
}

// === impl Model ===

impl Model {
    fn change(&mut self, origin: &str, found: Option<Version>) {
        self.spoilt.remove(origin);
        if self.pinned {
            self.held.insert(origin.to_owned(), (found, true));
            return;
        }
        self.take(origin, found);
        self.settle();
    }

    fn spoil(&mut self, origin: &str) {
        self.spoilt.insert(origin.to_owned());
        self.waiting.remove(origin);
    }

    fn take(&mut self, origin: &str, found: Option<Version>) {
        self.held.remove(origin);
        match found {
            Some(version) => drop(self.waiting.insert(origin.to_owned(), version)),
            None => {
                self.served.remove(origin);
                self.waiting.remove(origin);
            }
        }
    }

    /// All that wait go live together, or those that fit, in the order of their names.
    fn settle(&mut self) {
        let mut together = self.served.clone();
        together.extend(self.waiting.clone());
        if fits(&together) {
            self.served = together;
            self.waiting.clear();
        }
        while let Some(origin) = self.waiting.keys().find(|origin| self.fits_alone(origin)).cloned() {
            let version = self.waiting.remove(&origin).expect("it was found there");
            self.served.insert(origin, version);
        }
    }

    fn fits_alone(&self, origin: &str) -> bool {
        let mut all = self.served.clone();
        all.insert(origin.to_owned(), self.waiting[origin].clone());
        fits(&all)
    }

    fn roll_back(&mut self, to: u64) {
        let earlier = self.past[&to].clone();
        let mut disk: BTreeMap<_, _> = self.served.clone().into_iter().chain(self.waiting.clone()).collect();
        for (origin, (found, _)) in &self.held {
            match found {
                Some(version) => drop(disk.insert(origin.clone(), version.clone())),
                None => drop(disk.remove(origin)),
            }
        }
        self.held.clear();
        let origins: BTreeSet<_> = disk.keys().chain(earlier.keys()).cloned().collect();
        for origin in origins {
            if disk.get(&origin) != earlier.get(&origin) {
                self.held.insert(origin.clone(), (disk.get(&origin).cloned(), self.pinned));
            }
        }
        self.waiting.clear();
        self.served = earlier;
    }

    fn unpin(&mut self) {
        self.pinned = false;
        for (origin, (found, by_pin)) in self.held.clone() {
            if by_pin {
                self.take(&origin, found);
            }
        }
        self.settle();
    }

    fn reload(&mut self) {
        if !self.pinned {
            for (origin, (found, _)) in self.held.clone() {
                self.take(&origin, found);
            }
            // What was held back of a file that cannot be read by now is no longer what is on disk.
            self.waiting.retain(|origin, _| !self.spoilt.contains(origin));
            self.settle();
        }
    }

    /// Each name that is listed with what it is known by.
    fn shown(&self) -> BTreeMap<String, String> {
        self.served.values().flat_map(|version| version.functions.clone()).collect()
    }
}

fn fits(origins: &BTreeMap<String, Version>) -> bool {
    let mut names = BTreeSet::new();
    origins.values().flat_map(|version| version.functions.keys()).all(|name| names.insert(name.clone()))
}

/// SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195): the same story from the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// The functions of a save: one that names its epoch, one that calls a plugin's, and sometimes one whose name
/// a plugin may have.
fn save(epoch: u64, takes_a_name: bool) -> (String, Version) {
    let mut lines = vec![format!("f(x): x + {epoch}"), "h(x): 2*scaled(x)".to_owned()];
    let mut functions: BTreeMap<_, _> =
        [("f".to_owned(), epoch.to_string()), ("h".to_owned(), String::new())].into();
    if takes_a_name {
        lines.push(format!("answer(x): {epoch}*x"));
        functions.insert("answer".to_owned(), String::new());
    }
    (lines.join("\n"), Version { functions })
}

fn plugin(version: u64) -> Version {
    let own = if version == 1 { "old" } else { "new" };
    let functions = ["answer", "scaled", own].map(|name| (name.to_owned(), String::new()));
    Version { functions: functions.into() }
}

/// What a server says of itself.
#[derive(Debug)]
struct Status {
    /// The functions that it has, each with what it is known by.
    shown: BTreeMap<String, String>,
    generation: u64,
    /// Everything, as it is written.
    text: String,
}

/// A file that is no plugin, which is told with its first four bytes: when those of a step are told, everything
/// that was saved before was looked at.
const MARK: &str = "z.so";

fn status(server: &Server<'_>) -> Status {
    let text = server.command(&["status", "--json"]).stdout;
    let status: Json = serde_json::from_str(&text).expect("it is JSON");
    let functions = status["functions"].as_array().expect("functions").iter();
    let served = functions.filter(|function| function["state"] != "unserved");
    let known_by = |function: &Json| match function["name"].as_str() {
        // `x + 17` names the epoch
        Some("f") => {
            function["rhs"].as_str().and_then(|rhs| rhs.rsplit(' ').next()).unwrap_or("0").to_owned()
        }
        _ => String::new(),
    };
    let shown = served.map(|one| (one["name"].as_str().expect("a name").to_owned(), known_by(one)));
    let generation = status["generation"]["generation"].as_u64().expect("a number");
    Status { shown: shown.collect(), generation, text }
}

#[test]
fn what_is_served_is_what_the_model_says() {
    let setting = |name: &str, default| {
        std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
    };
    let (steps, seed) = (setting("KAMODO_MODEL_STEPS", STEPS), setting("KAMODO_MODEL_SEED", 7));
    let mut random = Random(seed);
    let (text, first) = save(1, false);
    let project = Project::new(&text);
    let server = Server::start(&project);
    let mut model = Model::default();
    model.change(FILE, Some(first));
    let whole = fs::read(fixture_plugin("v1")).expect("the fixture is built");

    let mut generation = 1;
    model.past.insert(generation, model.served.clone());
    let mut states = BTreeSet::from([model.shown()]);
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let asking = Asking::start(&server, &project, "f");
    for step in 2..steps + 2 {
        let plugin_file = PLUGINS[random.below(2) as usize];
        let what = match random.below(20) {
            _ if model.pinned && random.below(4) == 0 => {
                // What was saved meanwhile may not fit, which it says.
                let _ = server.command(&["unpin"]);
                model.unpin();
                "unpins"
            }
            0..=5 => {
                let (text, version) = save(step, random.below(4) == 0);
                project.define(&text);
                model.change(FILE, Some(version));
                "edits"
            }
            6..=9 => {
                let version = 1 + random.below(2);
                let path = project.path("plugins.d").join(plugin_file);
                let library = fixture_plugin(&format!("v{version}"));
                if fs::read(&path).ok() != fs::read(&library).ok() {
                    project.drop_plugin(&library, plugin_file);
                    model.change(plugin_file, Some(plugin(version)));
                }
                "plugins dropped"
            }
            10..=11 => {
                if project.path("plugins.d").join(plugin_file).exists() {
                    project.remove_plugin(plugin_file);
                    model.change(plugin_file, None);
                }
                "plugins removed"
            }
            12..=13 => {
                project.define(&format!("f(x): x + * {step}"));
                model.spoil(FILE);
                "edits with a mistake"
            }
            14..=15 => {
                let cut = whole.len() * random.below(60) as usize / 60;
                project.drop_bytes(&whole[..cut], plugin_file);
                model.spoil(plugin_file);
                "plugins cut off"
            }
            16 => {
                let to = *model.past.keys().nth(random.below(model.past.len() as u64) as usize).expect("one");
                if to + 20 > generation {
                    assert_eq!(server.command(&["rollback", &to.to_string()]).code, Some(0));
                    model.roll_back(to);
                }
                "rollbacks"
            }
            17 => {
                // Without files that are wrong it succeeds, else it says what is wrong: both are well.
                let _ = server.command(&["reload"]);
                model.reload();
                "reloads"
            }
            _ => {
                assert_eq!(server.command(&["pin"]).code, Some(0));
                model.pinned = true;
                "pins"
            }
        };
        *counts.entry(what).or_default() += 1;
        let expect = model.shown();
        println!("step {step}: {what}: expect {expect:?}"); // shown where it fails
        states.insert(expect.clone());
        let mark = format!("{step:04}");
        project.drop_bytes(mark.as_bytes(), MARK);
        let mark = format!("begins with `{mark}`");
        let seen = |status: &Status| status.shown == expect && status.text.contains(&mark);
        let now = kamodo_tests::eventually(|| status(&server), seen).generation;
        assert!(now >= generation, "step {step}: generation {now} after {generation}");
        generation = now;
        model.past.insert(generation, model.served.clone());
    }
    let seen = asking.stop();
    println!("seed {seed}: {counts:?}; generation {generation}; {} answers", seen.n_answers);
    for set in &seen.sets {
        let shown: BTreeMap<_, _> = set
            .iter()
            .map(|field| {
                let (name, equation) = field.split_once('=').expect("name=equation");
                let epoch = if name == "f" { equation.rsplit(' ').next().unwrap_or_default() } else { "" };
                (name.to_owned(), epoch.to_owned())
            })
            .collect();
        assert!(states.contains(&shown), "a state that never was: {shown:?}");
    }
    // `f(1)` is one more than an epoch that was served.
    let right: BTreeSet<_> = states
        .iter()
        .filter_map(|state| state["f"].parse::<u32>().ok())
        .map(|epoch| format!("Scalar(Float64({epoch}.0))", epoch = epoch + 1))
        .collect();
    assert!(seen.answers.is_subset(&right), "{:?}", seen.answers.difference(&right).collect::<Vec<_>>());
}
