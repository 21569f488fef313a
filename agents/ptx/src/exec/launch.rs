//! What a launch is given, and the loop over its blocks.

use std::sync::Arc;

use super::block;
use super::shared::Layout;
use super::world::World;
use crate::fault::{Fault, Trap};
use crate::image::{Function, Image};
use crate::memory::Memory;
use crate::op::Place;

/// A kernel's grid and parameters.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Blocks along x, y, z.
    pub grid: [u32; 3],
    /// Threads of a block along x, y, z; at most 1,024 together.
    pub block: [u32; 3],
    /// Dynamic shared memory, in bytes.
    pub shared_bytes: u32,
    /// In the kernel's order, each of its parameter's size.
    pub params: Vec<Arg>,
}

/// A kernel's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// `.u32`, `.s32` or `.b32`.
    U32(u32),
    /// `.u64` or a pointer.
    U64(u64),
    /// `.f32`.
    F32(f32),
    /// Any other: its bytes, little-endian.
    Bytes(Vec<u8>),
}

/// Which unordered accesses stop a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Races {
    /// None are looked for, and shared memory that nobody wrote reads as zeros.
    Ignored,
    /// Those of threads of one block, for kernels whose blocks synchronise by atomics.
    WithinBlocks,
    /// Those of blocks with each other as well.
    Everywhere,
}

/// What a launch may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions of all threads together, and one for each thread that starts.
    pub steps: u64,
    /// Depth of calls.
    pub call_depth: u32,
    /// Registers, parameters and local memory of a block's threads together, in bytes.
    pub thread_bytes: u64,
    /// Static and dynamic shared memory of a block, in bytes.
    pub shared_bytes: u32,
    /// Unordered accesses.
    pub races: Races,
}

impl Default for Limits {
    /// 2^32 instructions, 64 calls deep, 256 MiB for threads, 227 KiB of shared memory (a block's most on sm_90), every
    /// race.
    fn default() -> Self {
        Self {
            steps: 1 << 32,
            call_depth: 64,
            thread_bytes: 256 << 20,
            shared_bytes: 227 << 10,
            races: Races::Everywhere,
        }
    }
}

/// What a launch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Instructions of all threads, those that their predicate skips included.
    pub instructions: u64,
    /// Blocks that ran.
    pub blocks: u64,
}

/// Runs a kernel's whole grid; memory keeps what was written before a trap.
pub fn run(
    image: &Arc<Image>,
    kernel: u32,
    launch: &Launch,
    memory: &mut Memory,
    limits: &Limits,
) -> Result<Stats, Trap> {
    let Some(function) = image.functions.get(kernel as usize) else {
        let fault = Fault::Launch("the module has no such kernel".into());
        return Err(Trap { fault, kernel: String::new(), place: None });
    };
    let refuse = |fault| Trap { fault, kernel: function.name.clone(), place: None };
    let params = check(function, launch).map_err(refuse)?;
    let addresses = memory.variables_of(image).map_err(|error| refuse(Fault::Launch(error.to_string())))?;
    let layout = Layout::of(image, kernel, launch.shared_bytes, limits.shared_bytes).map_err(refuse)?;
    let mut world = World::new(image, kernel, launch, memory, *limits, addresses, layout);
    for z in 0..launch.grid[2] {
        for y in 0..launch.grid[1] {
            for x in 0..launch.grid[0] {
                block::run(&mut world, [x, y, z], &params).map_err(|(fault, place)| Trap {
                    fault,
                    kernel: function.name.clone(),
                    place,
                })?;
            }
        }
    }
    let blocks = launch.grid.iter().map(|n| u64::from(*n)).product();
    Ok(Stats { instructions: world.instructions(), blocks })
}

/// The parameters' bytes, if the launch fits the kernel.
fn check(function: &Function, launch: &Launch) -> Result<Vec<u8>, Fault> {
    let refuse = |message: String| Err(Fault::Launch(message));
    let threads = |block: [u32; 3]| block.iter().map(|n| u64::from(*n)).product::<u64>();
    if launch.grid.contains(&0) || launch.block.contains(&0) {
        return refuse("a grid and its blocks have at least one of each axis".into());
    }
    if threads(launch.block) > 1024 || launch.block[2] > 64 {
        return refuse("a block has at most 1,024 threads, 64 along z".into());
    }
    if launch.grid[1] > 65_535 || launch.grid[2] > 65_535 || launch.grid[0] > i32::MAX as u32 {
        return refuse("a grid has at most 2^31 - 1 blocks along x and 65,535 along y and z".into());
    }
    if let Some(required) = function.required_threads.filter(|required| *required != launch.block) {
        return refuse(format!("the kernel requires blocks of {required:?} threads"));
    }
    if let Some(most) = function.most_threads.filter(|most| threads(*most) < threads(launch.block)) {
        return refuse(format!("the kernel takes blocks of at most {most:?} threads"));
    }
    if function.params.len() != launch.params.len() {
        return refuse(format!("the kernel has {} parameters, not {}", function.params.len(), launch.params.len()));
    }
    let mut bytes = vec![0; function.param_bytes as usize];
    for (index, (place, arg)) in function.params.iter().zip(&launch.params).enumerate() {
        let given = match arg {
            Arg::U32(value) => value.to_le_bytes().to_vec(),
            Arg::U64(value) => value.to_le_bytes().to_vec(),
            Arg::F32(value) => value.to_bits().to_le_bytes().to_vec(),
            Arg::Bytes(bytes) => bytes.clone(),
        };
        let place = match *place {
            Place::Param { offset, size } => bytes.get_mut(offset as usize..(offset + size) as usize),
            Place::Reg { .. } => None,
        };
        match place {
            Some(place) if place.len() == given.len() => place.copy_from_slice(&given),
            Some(place) => return refuse(format!("parameter {index} has {} bytes, not {}", place.len(), given.len())),
            None => return refuse(format!("parameter {index} is a register")),
        }
    }
    Ok(bytes)
}
