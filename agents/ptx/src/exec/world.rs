//! What the threads of a block share: memory, the launch, and the clock that orders accesses.

use super::launch::{Launch, Limits, Races};
use super::shadow::{Pages, Who};
use super::shared::{Layout, Shared};
use super::thread::Thread;
use crate::fault::Fault;
use crate::image::Image;
use crate::memory::Memory;
use crate::op::{Special, Src};
use crate::types::mask;

pub struct World<'a> {
    pub image: &'a Image,
    pub kernel: u32,
    pub launch: &'a Launch,
    pub memory: &'a mut Memory,
    pub pages: Pages,
    pub shared: Shared,
    pub limits: Limits,
    /// Addresses of the module's variables in their spaces.
    variables: Vec<u64>,
    pub block: [u32; 3],
    /// Bytes that each thread may take.
    pub budget: u64,
    steps: u64,
    /// Counts barriers and blocks, from 1.
    pub epoch: u32,
    pub block_start: u32,
    /// Each warp's own barriers.
    pub warp_epochs: [u32; 32],
}

impl<'a> World<'a> {
    pub fn new(
        image: &'a Image,
        kernel: u32,
        launch: &'a Launch,
        memory: &'a mut Memory,
        limits: Limits,
        mut variables: Vec<u64>,
        layout: Layout,
    ) -> Self {
        for (index, offset) in &layout.offsets {
            if let Some(address) = variables.get_mut(*index as usize) {
                *address = u64::from(*offset);
            }
        }
        let budget = limits.thread_bytes / u64::from(launch.block.iter().product::<u32>().max(1));
        Self {
            image,
            kernel,
            launch,
            memory,
            pages: Pages::default(),
            shared: Shared::new(layout),
            limits,
            variables,
            block: [0; 3],
            budget,
            steps: limits.steps,
            epoch: 0,
            block_start: 0,
            warp_epochs: [0; 32],
        }
    }

    /// Forgets the block before.
    pub fn begin_block(&mut self, block: [u32; 3]) -> Result<(), Fault> {
        self.block = block;
        self.shared.clear();
        self.warp_epochs = [0; 32];
        self.next_epoch()?;
        self.block_start = self.epoch;
        Ok(())
    }

    /// All threads of the block have met.
    pub fn next_epoch(&mut self) -> Result<(), Fault> {
        self.epoch = self.epoch.checked_add(1).ok_or(Fault::Steps(self.limits.steps))?;
        Ok(())
    }

    /// Takes steps from what is left.
    #[inline(always)]
    pub fn spend(&mut self, steps: u64) -> Result<(), Fault> {
        self.steps = self.steps.checked_sub(steps).ok_or(Fault::Steps(self.limits.steps))?;
        Ok(())
    }

    pub fn instructions(&self) -> u64 {
        self.limits.steps - self.steps
    }

    /// Whether races are looked for.
    pub fn watches(&self) -> bool {
        self.limits.races != Races::Ignored
    }

    /// A thread as race detection knows it.
    pub fn who(&self, thread: &Thread) -> Who {
        Who {
            thread: thread.flat as u16,
            epoch: self.epoch,
            warp_epoch: self.warp_epochs[(thread.flat / 32 % 32) as usize],
            block_start: self.block_start,
            across: self.limits.races == Races::Everywhere,
        }
    }

    /// What an operand holds.
    #[inline(always)]
    pub fn value(&self, thread: &Thread, source: Src) -> u64 {
        match source {
            Src::Reg(reg) => thread.register(reg),
            Src::Imm(value) => value,
            Src::Special(special) => self.special(thread, special),
            Src::Variable(index, offset) => {
                self.variables.get(index as usize).map_or(0, |address| address.wrapping_add_signed(offset.into()))
            }
            Src::Param(offset) => thread.frame.params as u64 + u64::from(offset),
            Src::Local(offset) => thread.frame.locals as u64 + u64::from(offset),
        }
    }

    fn special(&self, thread: &Thread, special: Special) -> u64 {
        let lane = thread.lane();
        let value = match special {
            Special::Tid(axis) => thread.id[axis as usize],
            Special::Ntid(axis) => self.launch.block[axis as usize],
            Special::Ctaid(axis) => self.block[axis as usize],
            Special::Nctaid(axis) => self.launch.grid[axis as usize],
            Special::LaneId => lane,
            Special::WarpId => thread.flat / 32,
            Special::WarpCount => self.launch.block.iter().product::<u32>().div_ceil(32),
            Special::LaneMaskEq => 1 << lane,
            Special::LaneMaskLt => (1 << lane) - 1,
            Special::LaneMaskLe => mask(lane + 1, u64::MAX) as u32,
            Special::LaneMaskGe => !((1 << lane) - 1),
            Special::LaneMaskGt => !(mask(lane + 1, u64::MAX) as u32),
            Special::DynamicShared => self.shared.layout.dynamic,
            Special::TotalShared => self.shared.layout.total,
        };
        u64::from(value)
    }
}
