//! Modules and kernels as users see them.

use std::sync::Arc;

use crate::error::ParseError;
use crate::exec::{self, Launch, Limits, Stats};
use crate::fault::Trap;
use crate::image::Image;
use crate::memory::Memory;
use crate::op::Place;
use crate::{load, syntax};

/// A PTX text whose every instruction the interpreter knows. Clones share it.
#[derive(Clone, Debug)]
pub struct Module {
    image: Arc<Image>,
}

/// A kernel of a module.
#[derive(Clone, Debug)]
pub struct Kernel {
    image: Arc<Image>,
    index: u32,
}

/// The module has no kernel of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kernel {name}; the module has {}", known.join(", "))]
pub struct NoKernel {
    /// What was asked for.
    pub name: String,
    /// The module's kernels.
    pub known: Vec<String>,
}

impl Module {
    /// Loads a text of at most 4 MiB. Any text gives a module or an error, in memory of at most some 64 times its size
    /// and its variables' sizes.
    ///
    /// # Errors
    /// [`ParseError`] names line and column of the first thing that is not PTX, or that the interpreter does not run.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let source = syntax::parse(text)?;
        Ok(Self { image: Arc::new(load::load(&source)?) })
    }

    /// The text's PTX version, such as (6, 4).
    pub fn version(&self) -> (u32, u32) {
        self.image.version
    }

    /// The text's target, such as `sm_75`.
    pub fn target(&self) -> &str {
        &self.image.target
    }

    /// Names of the kernels, in order.
    pub fn kernels(&self) -> Vec<&str> {
        self.image.functions.iter().filter(|function| function.entry).map(|function| function.name.as_str()).collect()
    }

    /// A kernel by name.
    ///
    /// # Errors
    /// [`NoKernel`].
    pub fn kernel(&self, name: &str) -> Result<Kernel, NoKernel> {
        let found = self.image.functions.iter().position(|function| function.entry && function.name == name);
        match found {
            Some(index) => Ok(Kernel { image: Arc::clone(&self.image), index: index as u32 }),
            None => {
                Err(NoKernel { name: name.to_owned(), known: self.kernels().into_iter().map(str::to_owned).collect() })
            }
        }
    }
}

impl Kernel {
    /// Runs the whole grid, block by block.
    ///
    /// # Errors
    /// [`Trap`]: the launch does not fit, a limit is passed, or a thread does something whose result PTX does not
    /// define. Memory keeps what was written until then.
    pub fn launch(&self, launch: &Launch, memory: &mut Memory, limits: &Limits) -> Result<Stats, Trap> {
        exec::run(&self.image, self.index, launch, memory, limits)
    }

    /// Sizes of the parameters in bytes, in order.
    pub fn param_sizes(&self) -> Vec<u32> {
        let params = self.image.functions.get(self.index as usize).map(|function| function.params.as_slice());
        let size = |place: &Place| match *place {
            Place::Param { size, .. } => size,
            Place::Reg { bits, .. } => bits.div_ceil(8),
        };
        params.unwrap_or_default().iter().map(size).collect()
    }
}
