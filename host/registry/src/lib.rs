//! The one set of functions, merged from all origins, and how they are called.
//!
//! Each origin brings a [`Contribution`]; [`link`] makes functions of them, [`Admission`] says which
//! contributions are served, [`Publisher::publish`] makes a generation of them. A request reads one
//! [`Snapshot`], [`bind`]s its arguments and has the [`Dispatcher`] run the call, or a [`Plan`] of several.

mod administration;
mod admit;
mod bind;
mod budget;
mod calls;
mod compose;
mod concession;
mod contribution;
mod define;
mod dispatch;
mod error;
mod function;
mod health;
mod lane;
mod link;
mod plan;
mod pool;
mod publication;
mod published;
mod queue;
mod registry;
mod snapshot;
mod standing;
mod watchdog;

pub use administration::{Administration, Answer, Command, CommandError, Receipt};
pub use admit::{Admission, Admitted, Change, KEPT, NotKept};
pub use bind::{NO_ARGUMENT, bind};
pub use budget::{Budget, Charge, Exceeded};
pub use contribution::{
    Awaited, AwaitedFunction, Cancel, Composed, ContributedFunction, Contribution, Cost, Hop, NativeFunction,
    Origin, OriginKey, Part, Remark, reserved_name,
};
pub use define::{define, define_unless_cancelled, link_beside, taken, unless_cancelled};
pub use dispatch::Dispatcher;
pub use error::CallError;
pub use function::{Body, Function, Shown};
pub use health::{Condition, Health, panic_message};
pub use link::{Linked, link};
pub use plan::{Operand, Plan, PlanError};
pub use publication::{Cause, Changed, Changes, Publication};
pub use published::{Published, is_readable, keys, shown_otherwise};
pub use registry::{Current, Publisher, Registry};
pub use snapshot::Snapshot;
pub use standing::{Pins, Reason, Standing, Unserved};
pub use watchdog::StuckCalls;
