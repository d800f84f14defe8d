//! What an endpoint says of instrumented functions, and what happened between two answers.

mod estimate;
mod functions;
mod view;

pub(crate) use functions::{Answer, Function, unread};
pub(crate) use view::{Row, View};
