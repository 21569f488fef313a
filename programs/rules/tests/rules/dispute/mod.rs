//! The dispute game: its table, its clocks, its money, what it does to a task.

mod clocks;
mod economics;
mod end;
mod table;
mod turns;
