//! From messages to what they say.

use std::time::{Duration, UNIX_EPOCH};

use capnp::struct_list;
use kamodo_schema::extension::{
    self as schema, argument, changed, condition, description, diagnostic, event, function, hop, origin,
    publication,
};
use kamodo_wire::literal;

use super::{
    Argument, Cause, Changed, Condition, Description, Diagnostic, Event, Function, Hop, Origin, Pins,
    Publication, Standing, Stands, State,
};
use crate::Error;
use crate::field::text;

pub(super) fn description(reader: description::Reader<'_>) -> Result<Description, Error> {
    Ok(Description {
        version: text(reader.get_version()?)?,
        uptime: Duration::from_millis(reader.get_uptime_ms()),
        generation: publication(reader.get_generation()?)?,
        functions: reader.get_functions()?.iter().map(function).collect::<Result<_, _>>()?,
        origins: origins(reader.get_origins()?)?,
        pins: pins(reader.get_pins()?)?,
        instance: text(reader.get_instance()?)?,
        conditions: reader.get_conditions()?.iter().map(condition).collect::<Result<_, _>>()?,
    })
}

fn condition(reader: condition::Reader<'_>) -> Result<Condition, Error> {
    let hint = text(reader.get_hint()?)?;
    Ok(Condition {
        message: text(reader.get_message()?)?,
        hint: (!hint.is_empty()).then_some(hint),
        count: reader.get_count(),
        since: UNIX_EPOCH + Duration::from_millis(reader.get_since_ms()),
    })
}

pub(super) fn event(reader: event::Reader<'_>) -> Result<Event, Error> {
    Ok(match reader.which().map_err(capnp::Error::from)? {
        event::Published(reader) => Event::Published(publication(reader?)?),
        event::Missed(range) => {
            let range = range?;
            Event::Missed(range.get_first()..=range.get_last())
        }
        event::Standing(reader) => {
            let reader = reader?;
            Event::Standing(Standing {
                unserved: origins(reader.get_unserved()?)?,
                pins: pins(reader.get_pins()?)?,
            })
        }
    })
}

pub(super) fn publication(reader: publication::Reader<'_>) -> Result<Publication, Error> {
    let cause = match reader.get_cause().which().map_err(capnp::Error::from)? {
        publication::cause::Files(()) => Cause::Files,
        publication::cause::Reload(()) => Cause::Reload,
        publication::cause::Rollback(to) => Cause::Rollback(to),
        publication::cause::Unpin(()) => Cause::Unpin,
        publication::cause::Upstreams(()) => Cause::Upstreams,
    };
    let changed = |reader: changed::Reader<'_>| {
        Ok::<_, Error>(Changed { before: text(reader.get_before()?)?, after: text(reader.get_after()?)? })
    };
    Ok(Publication {
        generation: reader.get_generation(),
        at: UNIX_EPOCH + Duration::from_millis(reader.get_at_ms()),
        cause,
        came: texts(reader.get_came()?)?,
        went: texts(reader.get_went()?)?,
        changed: reader.get_changed()?.iter().map(changed).collect::<Result<_, _>>()?,
        n_functions: reader.get_n_functions() as usize,
        is_kept: reader.get_is_kept(),
    })
}

fn function(reader: function::Reader<'_>) -> Result<Function, Error> {
    let state = match reader.get_state().which().map_err(capnp::Error::from)? {
        function::state::Served(()) => State::Served,
        function::state::Waiting(names) => State::Waiting(texts(names?)?),
        function::state::Unserved(()) => State::Unserved,
        function::state::Unfit(()) => State::Unfit,
    };
    let since = (reader.get_since_generation(), UNIX_EPOCH + Duration::from_millis(reader.get_since_ms()));
    Ok(Function {
        name: text(reader.get_name()?)?,
        since: (state != State::Unserved).then_some(since),
        state,
        origin: reader.get_origin() as usize,
        line: place(reader.get_line()),
        declaration: text(reader.get_declaration()?)?,
        lhs: text(reader.get_lhs()?)?,
        rhs: text(reader.get_rhs()?)?,
        units: text(reader.get_units()?)?,
        unit: text(reader.get_unit()?)?,
        arguments: reader.get_arguments()?.iter().map(argument).collect::<Result<_, _>>()?,
        equation: text(reader.get_equation()?)?,
        citation: text(reader.get_citation()?)?,
        doc: text(reader.get_doc()?)?,
        hidden_args: texts(reader.get_hidden_args()?)?,
        route: reader.get_route()?.iter().map(hop).collect::<Result<_, _>>()?,
    })
}

fn hop(reader: hop::Reader<'_>) -> Result<Hop, Error> {
    Ok(Hop { instance: text(reader.get_instance()?)?, address: text(reader.get_address()?)? })
}

fn argument(reader: argument::Reader<'_>) -> Result<Argument, Error> {
    let name = text(reader.get_name()?)?;
    let default = match reader.has_default() {
        true => {
            let failed = |source| Error::Result { function: name.clone(), source };
            Some(literal::read(reader.get_default()?).map_err(failed)?)
        }
        false => None,
    };
    Ok(Argument { name, units: text(reader.get_units()?)?, default })
}

fn origins(list: struct_list::Reader<'_, origin::Owned>) -> Result<Vec<Origin>, Error> {
    list.iter().map(origin).collect()
}

fn origin(reader: origin::Reader<'_>) -> Result<Origin, Error> {
    let stands = match reader.get_standing().which().map_err(capnp::Error::from)? {
        origin::standing::Served(()) => Stands::Served,
        origin::standing::Refused(list) => Stands::Refused(diagnostics(list?)?),
        origin::standing::Partly(list) => Stands::Partly(diagnostics(list?)?),
        origin::standing::Pinned(()) => Stands::Pinned,
        origin::standing::RolledBack(()) => Stands::RolledBack,
        origin::standing::Away(cause) => Stands::Away(text(cause?)?),
    };
    Ok(Origin {
        kind: text(reader.get_kind()?)?,
        file: text(reader.get_file()?)?,
        name: text(reader.get_name()?)?,
        version: text(reader.get_version()?)?,
        digest: text(reader.get_digest()?)?,
        stands,
        unserved: texts(reader.get_unserved()?)?,
    })
}

pub(crate) fn pins(reader: schema::pins::Reader<'_>) -> Result<Pins, Error> {
    Ok(Pins { everything: reader.get_everything(), files: texts(reader.get_files()?)? })
}

pub(crate) fn diagnostics(
    list: struct_list::Reader<'_, diagnostic::Owned>,
) -> Result<Vec<Diagnostic>, Error> {
    list.iter().map(diagnostic).collect()
}

fn diagnostic(reader: diagnostic::Reader<'_>) -> Result<Diagnostic, Error> {
    let some = |reader| text(reader).map(|text| (!text.is_empty()).then_some(text));
    Ok(Diagnostic {
        is_error: reader.get_severity().map_err(capnp::Error::from)? == schema::Severity::Error,
        message: text(reader.get_message()?)?,
        hint: some(reader.get_hint()?)?,
        file: some(reader.get_file()?)?,
        function: some(reader.get_function()?)?,
        position: place(reader.get_line()).zip(place(reader.get_column())),
        rendered: text(reader.get_rendered()?)?,
    })
}

/// A line or a column, of which 0 stands for none.
fn place(number: u32) -> Option<usize> {
    (number != 0).then_some(number as usize)
}

fn texts(list: capnp::text_list::Reader<'_>) -> Result<Vec<String>, Error> {
    list.iter().map(|item| text(item?)).collect()
}
