//! The dispute game: its table, its clocks, its money, what it does to a task.

mod end;
mod table;
