//! Everything that is known of every function, in one message.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kamodo_registry::{Condition, Current, Function, Origin, OriginKey, Publication, Unserved};
use kamodo_schema::extension::{argument, description, function, origin};
use kamodo_wire::literal;

use super::shown::{Audience, ms, write_key, write_pins, write_publication, write_texts, write_unserved};
use crate::error::RequestError;

/// The origins that are told of, each at its place.
#[derive(Default)]
struct Origins<'a> {
    places: HashMap<OriginKey, usize>,
    /// Each as far as something of it is served.
    served: Vec<Option<&'a Origin>>,
    /// Each as far as it is not served as it is on disk.
    unserved: Vec<Option<&'a Unserved>>,
}

/// Writes all but what is known of the server itself.
pub(super) fn write(
    mut builder: description::Builder<'_>,
    current: &Current,
    audience: Audience,
) -> Result<(), RequestError> {
    let snapshot = &current.snapshot;
    write_publication(builder.reborrow().init_generation(), snapshot.publication());
    builder.reborrow().get_generation()?.set_is_kept(true);
    write_pins(builder.reborrow().init_pins(), &current.standing.pins, audience);

    let mut origins = Origins::default();
    let served: Vec<_> = snapshot
        .functions_since()
        .map(|(function, since)| (function, since, origins.place_of(&function.origin)))
        .collect();
    let names: HashSet<_> = snapshot.functions().map(|function| function.name()).collect();
    let mut absent = Vec::new();
    for unserved in &current.standing.unserved {
        let place = origins.place(unserved.key.clone());
        origins.unserved[place] = Some(unserved);
        let unknown = unserved.functions.iter().filter(|name| !names.contains(&name[..]));
        absent.extend(unknown.map(|name| (name, place)));
    }

    let mut list = builder.reborrow().init_functions((served.len() + absent.len()) as u32);
    for (index, (function, since, place)) in served.iter().enumerate() {
        let mut builder = list.reborrow().get(index as u32);
        builder.set_origin(*place as u32);
        write_function(builder, function, since)?;
    }
    for (index, (name, place)) in absent.iter().enumerate() {
        let mut builder = list.reborrow().get((served.len() + index) as u32);
        builder.set_name(&name[..]);
        builder.set_origin(*place as u32);
        builder.init_state().set_unserved(());
    }
    let mut list = builder.init_origins(origins.places.len() as u32);
    for (key, place) in &origins.places {
        let mut builder = list.reborrow().get(*place as u32);
        write_key(builder.reborrow(), key, audience);
        if let Some(origin) = origins.served[*place] {
            write_version(builder.reborrow(), origin);
        }
        if let Some(unserved) = origins.unserved[*place] {
            write_unserved(builder, unserved, audience);
        }
    }
    Ok(())
}

/// Writes what is wrong with the process as a whole.
pub(super) fn write_conditions(builder: description::Builder<'_>, conditions: &[Condition]) {
    let mut list = builder.init_conditions(conditions.len() as u32);
    for (index, condition) in conditions.iter().enumerate() {
        let mut builder = list.reborrow().get(index as u32);
        builder.set_message(&condition.message[..]);
        builder.set_hint(condition.hint.as_deref().unwrap_or_default());
        builder.set_count(condition.count);
        builder.set_since_ms(ms(condition.since));
    }
}

fn write_function(
    mut builder: function::Builder<'_>,
    function: &Function,
    since: &Publication,
) -> Result<(), RequestError> {
    let mut state = builder.reborrow().init_state();
    let missing = function.missing();
    match function.unfit() {
        Some(_) => state.set_unfit(()),
        None if missing.is_empty() => state.set_served(()),
        None => write_texts(state.init_waiting(missing.len() as u32), missing),
    }
    builder.set_name(function.name());
    builder.set_line(function.line.unwrap_or(0) as u32);
    builder.set_since_generation(since.generation);
    builder.set_since_ms(ms(since.at));
    builder.set_declaration(&function.signature.declaration()[..]);
    builder.set_lhs(&function.shown.lhs[..]);
    builder.set_rhs(&function.shown.rhs[..]);
    builder.set_units(&function.units()[..]);
    builder.set_unit(&function.signature.unit.as_ref().map(|unit| unit.declared()).unwrap_or_default()[..]);
    builder.set_equation(&function.meta.equation[..]);
    builder.set_citation(&function.meta.citation[..]);
    builder.set_doc(&function.meta.doc[..]);
    let hidden = &function.meta.hidden_args;
    write_texts(builder.reborrow().init_hidden_args(hidden.len() as u32), hidden);
    let mut route = builder.reborrow().init_route(function.route.len() as u32);
    for (index, hop) in function.route.iter().enumerate() {
        let mut builder = route.reborrow().get(index as u32);
        builder.set_instance(&hop.instance[..]);
        builder.set_address(&hop.address[..]);
    }
    let parameters = &function.signature.parameters;
    let mut list = builder.init_arguments(parameters.len() as u32);
    for (index, parameter) in parameters.iter().enumerate() {
        let mut builder: argument::Builder<'_> = list.reborrow().get(index as u32);
        builder.set_name(&parameter.name[..]);
        builder.set_units(&parameter.unit.as_ref().map(|unit| unit.declared()).unwrap_or_default()[..]);
        if let Some(default) = &parameter.default {
            literal::write(builder.init_default(), default)?;
        }
    }
    Ok(())
}

fn write_version(mut builder: origin::Builder<'_>, origin: &Origin) {
    if let Origin::Plugin { name, version, digest, .. } = origin {
        builder.set_name(&name[..]);
        builder.set_version(&version[..]);
        builder.set_digest(&digest[..]);
    }
}

// === impl Origins ===

impl<'a> Origins<'a> {
    fn place_of(&mut self, origin: &'a Arc<Origin>) -> usize {
        let place = self.place(origin.key());
        self.served[place] = Some(origin);
        place
    }

    fn place(&mut self, key: OriginKey) -> usize {
        let next = self.places.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.served.push(None);
            self.unserved.push(None);
        }
        place
    }
}
