//! Shows what a long build step does. Cargo hides a build script's output until it fails, so lines also go to the
//! terminal, where there is one.

use std::{
    fs::{File, OpenOptions},
    io::Write,
};

/// Where progress lines go: standard error (cargo keeps it for failures) and the terminal.
pub struct Progress {
    terminal: Option<File>,
}

impl Progress {
    /// Without a terminal, only standard error.
    pub fn new() -> Self {
        Self { terminal: OpenOptions::new().write(true).open("/dev/tty").ok() }
    }

    /// Prints one line.
    pub fn say(&mut self, line: &str) {
        eprintln!("{line}");
        if let Some(terminal) = &mut self.terminal {
            // Cargo's progress bar stands on the current line: overwrite it. A closed terminal is no reason to fail.
            let _ = write!(terminal, "\r\x1b[K{line}\n");
        }
    }
}
