//! What a function says of itself, as clients are told.

use kamodo_registry::{Function, Published};
use kamodo_schema::meta;

use crate::error::RequestError;

pub(crate) fn write_meta(
    mut builder: meta::Builder<'_>,
    function: &Function,
    shown: &Published,
) -> Result<(), RequestError> {
    builder.set_units(&shown.units[..]);
    let mut entries = builder.reborrow().init_arg_units().init_entries(shown.arg_units.len() as u32);
    for (index, (name, unit)) in shown.arg_units.iter().enumerate() {
        let mut entry = entries.reborrow().get(index as u32);
        entry.set_key(&name[..])?;
        entry.set_value(&unit[..])?;
    }
    builder.set_citation(&function.meta.citation[..]);
    builder.set_equation(&function.meta.equation[..]);
    let mut hidden = builder.init_hidden_args(shown.hidden_args.len() as u32);
    for (index, name) in shown.hidden_args.iter().enumerate() {
        hidden.set(index as u32, &name[..]);
    }
    Ok(())
}
